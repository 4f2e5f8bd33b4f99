"""Do chains of draws agree, and how many independent draws are they worth?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from carerates.models.design.terms import Array

_BLOCK = 64  # quantities at a time: all their chains stay in the processor's cache


class Mixing(NamedTuple):
    """Rank-normalised split R-hat, and bulk and tail effective sample sizes, one value for each quantity."""

    rhat: Array
    bulk: Array
    tail: Array


def measure_mixing(draws: Array) -> Mixing:
    """Return how well the chains of every quantity have mixed.

    Parameters
    ----------
    draws : array of float, shape (chains, draws, quantities)

    Returns
    -------
    Mixing
        R-hat is the larger of bulk and folded; the tail size the smaller of the 5% and 95% tails.  A
        quantity that never moved has no effective size (NaN).

    References
    ----------
    doi:10.1214/20-BA1221
    """
    blocks = [
        _mixing_of_block(np.ascontiguousarray(np.moveaxis(draws[:, :, first : first + _BLOCK], 2, 0)))
        for first in range(0, draws.shape[2], _BLOCK)
    ]
    return Mixing(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def _mixing_of_block(draws: Array) -> Mixing:
    """Return the mixing of some quantities, shape (quantities, chains, draws)."""
    half = draws.shape[2] // 2
    split = np.concatenate([draws[:, :, :half], draws[:, :, -half:]], axis=1)
    every = split.reshape(len(split), -1)
    scores = _rank_normalised(every).reshape(split.shape)
    folded = _rank_normalised(np.abs(every - np.median(every, axis=1, keepdims=True))).reshape(split.shape)
    edges = np.quantile(every, [0.05, 0.95], axis=1)
    tails = [_effective_size((split <= edge[:, None, None]).astype(float)) for edge in edges]
    return Mixing(
        np.maximum(_plain_rhat(scores), _plain_rhat(folded)), _effective_size(scores), np.minimum(*tails)
    )


def _rank_normalised(values: Array) -> Array:
    """Return normal scores of the ranks within each row; ties share the mean of their ranks."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    count = values.shape[1]
    order = np.argsort(values, axis=1)
    ranks = np.empty_like(values)
    np.put_along_axis(ranks, order, np.arange(1.0, count + 1)[None], axis=1)
    tied = (np.diff(np.take_along_axis(values, order, axis=1), axis=1) == 0).any(axis=1)
    if tied.any():
        ranks[tied] = rankdata(values[tied], axis=1)
    scores: Array = ndtri((ranks - 0.375) / (count + 0.25))
    return scores


def _plain_rhat(draws: Array) -> Array:
    """Return R-hat of chains as they are."""
    length = draws.shape[2]
    within = draws.var(axis=2, ddof=1).mean(axis=1)
    between = draws.mean(axis=2).var(axis=1, ddof=1)
    result: Array = np.sqrt((length - 1) / length + between / np.maximum(within, 1e-300))
    return result


def _effective_size(draws: Array) -> Array:
    """Return the effective sample size from autocorrelations, with Geyer's initial monotone sequence."""
    from scipy import fft

    quantities, chains, length = draws.shape
    means = draws.mean(axis=2)
    around = fft.rfft(draws - means[:, :, None], n=fft.next_fast_len(2 * length, real=True), axis=2)
    power = (around.real**2 + around.imag**2).mean(axis=1)
    covariance = fft.irfft(power, n=fft.next_fast_len(2 * length, real=True), axis=1)[:, :length] / length
    within = covariance[:, 0] * length / (length - 1)
    spread = covariance[:, 0] + (means.var(axis=1, ddof=1) if chains > 1 else 0.0)
    flat = spread <= 0
    spread = np.where(flat, 1.0, spread)
    correlation = 1 - (within[:, None] - covariance) / spread[:, None]
    correlation[:, 0] = 1.0
    pairs = correlation[:, : length // 2 * 2].reshape(quantities, -1, 2).sum(axis=2)
    # positive and decreasing for as long as the noise allows
    positive = np.logical_and.accumulate(pairs > 0, axis=1)
    monotone = np.minimum.accumulate(np.where(positive, pairs, np.inf), axis=1)
    total = -1 + 2 * np.where(positive, monotone, 0.0).sum(axis=1)
    total = np.maximum(total, 1 / np.log10(chains * length))
    result: Array = chains * length / total
    return np.where(flat, np.nan, result)
