"""May the draws be relied on? A table of checks, each with what was found and what is needed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from carerates.errors import ModelError
from carerates.models.design.terms import Array

RHAT_LIMIT = 1.01
ESS_LIMIT = 400.0


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, what was found, what is needed, whether it passed, and what to do if not."""

    name: str
    found: float
    needed: str
    passed: bool
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """All checks of one fit.

    Attributes
    ----------
    engine : str
        Engine that made the draws.
    checks : tuple of Check
        In the order they were made.

    Examples
    --------
    >>> from carerates.models import Diagnostics
    >>> from carerates.models.checks.diagnostics import Check
    >>> Diagnostics("nuts", (Check("largest R-hat", 1.02, "below 1.01", passed=False),)).passed
    False
    """

    engine: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(one.passed for one in self.checks)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each check."""
        return pd.DataFrame([asdict(one) for one in self.checks])

    def banner(self) -> str:
        """Return the warning that every output of a failed fit carries; empty if all checks passed."""
        failed = [one for one in self.checks if not one.passed]
        if not failed:
            return ""
        lines = [f"{one.name}: {one.found:.4g}, needed {one.needed}. {one.advice}" for one in failed]
        return "DO NOT RELY ON THESE FIGURES: the fit did not pass its checks. " + " ".join(lines)

    def require(self) -> None:
        """Raise a ModelError unless every check passed."""
        if not self.passed:
            raise ModelError(self.banner())

    def to_json(self) -> str:
        """Return the checks as JSON text."""
        return json.dumps({"engine": self.engine, "checks": [asdict(one) for one in self.checks]})

    @classmethod
    def from_json(cls, text: str) -> Diagnostics:
        """Rebuild from :meth:`to_json`."""
        values = json.loads(text)
        return cls(values["engine"], tuple(Check(**one) for one in values["checks"]))

    def __str__(self) -> str:
        state = "passed" if self.passed else "FAILED"
        lines = [f"Checks of the {self.engine} engine: {state}"]
        lines += [
            f"  {'ok  ' if one.passed else 'FAIL'} {one.name}: {one.found:.4g} (needed {one.needed})"
            for one in self.checks
        ]
        return "\n".join(lines)


def rank_normalised(draws: Array) -> Array:
    """Return normal scores of the ranks of all draws, shape (chains, draws, quantities) kept."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    flat = draws.reshape(-1, draws.shape[2])
    scores: Array = ndtri((rankdata(flat, axis=0) - 0.375) / (len(flat) + 0.25))
    return scores.reshape(draws.shape)


def split_chains(draws: Array) -> Array:
    """Cut every chain in two halves, shape (2 * chains, draws // 2, quantities)."""
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]], axis=0)


def rhat(draws: Array) -> Array:
    """Return the rank-normalised split R-hat of every quantity, the larger of bulk and folded.

    Parameters
    ----------
    draws : array of float, shape (chains, draws, quantities)

    References
    ----------
    doi:10.1214/20-BA1221
    """
    split = split_chains(draws)
    folded = np.abs(split - np.median(split, axis=(0, 1)))
    return np.maximum(_plain_rhat(rank_normalised(split)), _plain_rhat(rank_normalised(folded)))


def _plain_rhat(draws: Array) -> Array:
    """Return R-hat of chains as they are."""
    length = draws.shape[1]
    within = draws.var(axis=1, ddof=1).mean(axis=0)
    between = draws.mean(axis=1).var(axis=0, ddof=1)
    result: Array = np.sqrt((length - 1) / length + between / np.maximum(within, 1e-300))
    return result


def effective_sizes(draws: Array) -> tuple[Array, Array]:
    """Return bulk and tail effective sample sizes of every quantity.

    Parameters
    ----------
    draws : array of float, shape (chains, draws, quantities)

    References
    ----------
    doi:10.1214/20-BA1221
    """
    split = split_chains(draws)
    bulk = _effective_size(rank_normalised(split))
    tails = []
    for probability in (0.05, 0.95):
        edge = np.quantile(split.reshape(-1, split.shape[2]), probability, axis=0)
        tails.append(_effective_size((split <= edge).astype(float)))
    return bulk, np.minimum(*tails)


def _effective_size(draws: Array) -> Array:
    """Return the effective sample size from autocorrelations, with Geyer's initial monotone sequence."""
    chains, length, quantities = draws.shape
    centred = draws - draws.mean(axis=1, keepdims=True)
    padded = np.fft.rfft(centred, n=2 * length, axis=1)
    covariance = np.fft.irfft(np.abs(padded) ** 2, axis=1)[:, :length] / length
    within = (covariance[:, 0] * length / (length - 1)).mean(axis=0)
    spread = within * (length - 1) / length
    if chains > 1:
        spread = spread + draws.mean(axis=1).var(axis=0, ddof=1)
    flat = spread <= 0
    spread = np.where(flat, 1.0, spread)
    correlation = 1 - (within - covariance.mean(axis=0)) / spread
    correlation[0] = 1.0
    pairs = correlation[: length // 2 * 2].reshape(-1, 2, quantities).sum(axis=1)
    # positive and decreasing for as long as the noise allows
    positive = np.cumprod(pairs > 0, axis=0)
    monotone = np.minimum.accumulate(np.where(positive > 0, pairs, np.inf), axis=0)
    total = -1 + 2 * np.where(positive > 0, monotone, 0.0).sum(axis=0)
    total = np.maximum(total, 1 / np.log10(chains * length))
    result: Array = chains * length / total
    return np.where(flat, np.nan, result)
