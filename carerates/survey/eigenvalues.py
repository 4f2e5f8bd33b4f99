"""How many factors are in the answers?  Their eigenvalues beside those of answers without any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.survey.correlations import Kind, correlate
from carerates.survey.factor_analysis import complete_answers
from carerates.survey.responses import Responses


@dataclass(frozen=True, slots=True, eq=False)
class ParallelAnalysis:
    """Eigenvalues beside those of answers without any factor.

    Attributes
    ----------
    frame : DataFrame
        One row per eigenvalue: ``eigenvalue``, ``random_mean``, ``random_quantile``.
    factors : int
        Leading eigenvalues above the quantile.
    settings : dict
        Simulations, quantile, seed, correlation.
    provenance : Provenance
        Steps.

    Examples
    --------
    >>> from carerates import survey
    >>> made = survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> survey.parallel_analysis(made, simulations=50, seed=1).to_frame().columns.tolist()
    ['eigenvalue', 'random_mean', 'random_quantile']
    """

    frame: pd.DataFrame = field(repr=False)
    factors: int
    settings: dict[str, Any]
    provenance: Provenance = NO_PROVENANCE

    def to_frame(self) -> pd.DataFrame:
        """Return a copy."""
        return self.frame.copy()

    def summary(self) -> str:
        """Return the number of factors in words."""
        return (
            f"{self.factors} eigenvalues are above the {100 * self.settings['quantile']:g}th percentile of "
            f"{self.settings['simulations']} sets of shuffled answers."
        )


def parallel_analysis(
    answers: Responses | pd.DataFrame,
    *,
    items: Sequence[str] | None = None,
    correlation: Kind = "pearson",
    simulations: int = 200,
    quantile: float = 0.95,
    seed: int,
) -> ParallelAnalysis:
    """How many factors are more than chance?

    Parameters
    ----------
    answers, items, correlation
        As for :func:`analyse_factors`.
    simulations : int
        Sets of answers, each question shuffled on its own so that only its margin remains.
    quantile : float
        Quantile of the shuffled eigenvalues that a factor must pass.
    seed : int
        Seed of the shuffling.

    References
    ----------
    Horn JL (1965), doi:10.1007/BF02289447; Glorfeld LW (1995), doi:10.1177/0013164495055003002.

    Examples
    --------
    >>> from carerates import survey
    >>> made = survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> survey.parallel_analysis(made, simulations=50, seed=1).factors
    1
    """
    table, provenance = complete_answers(answers, items)
    values = table.to_numpy(dtype=float)
    observed = np.linalg.eigvalsh(correlate(values, correlation))[::-1]
    rng = np.random.default_rng(seed)
    drawn = np.empty((simulations, values.shape[1]))
    for row in range(simulations):
        shuffled = rng.permuted(values, axis=0)
        drawn[row] = np.linalg.eigvalsh(correlate(shuffled, correlation))[::-1]
    limit = np.quantile(drawn, quantile, axis=0)
    above = observed > limit
    number = int(np.argmin(above)) if not above.all() else len(above)
    frame = pd.DataFrame(
        {"eigenvalue": observed, "random_mean": drawn.mean(axis=0), "random_quantile": limit}
    )
    settings = {"simulations": simulations, "quantile": quantile, "seed": seed, "correlation": correlation}
    return ParallelAnalysis(frame, number, settings, provenance)
