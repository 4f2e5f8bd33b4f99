"""What every comparison of respondents gives: a table with intervals, and how it was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from carerates.provenance import NO_PROVENANCE, Provenance


@dataclass(frozen=True, slots=True, eq=False)
class SurveyResult:
    """Estimates of a survey in a table, with their intervals, settings and provenance.

    Attributes
    ----------
    frame : DataFrame
        The estimates; each kind of result says what a row is.
    settings : dict
        What the estimates were made with.
    provenance : Provenance
        Steps, with what was left out.
    interval_kind, interval_probability : str, float
        Of the ``lower_95`` and ``upper_95`` columns.
    """

    frame: pd.DataFrame = field(repr=False)
    settings: dict[str, Any]
    provenance: Provenance = NO_PROVENANCE
    interval_kind: str = "confidence"
    interval_probability: float = 0.95

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table, its rows as the class says."""
        return self.frame.copy()
