"""What score has each respondent on each scale?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.survey.responses import Responses
from carerates.survey.scales import Item, Scale, ScaleSet

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One row per respondent and one column per scale.

    Attributes
    ----------
    frame : DataFrame
        ``respondent``, ``area_code``, ``area_name``, grouping columns, ``weight``, the scores, and any
        answers that were carried along.
    names : tuple of str
        Columns that hold scores.
    groups : tuple of str
        Grouping columns.
    scales : ScaleSet or None
        What the scores are means of; None for scores that a user brought along.
    settings : mapping
        Missing rule of each scale.
    provenance : Provenance
        What was done.

    Examples
    --------
    >>> from carerates import survey
    >>> made = survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> scores = survey.score(made)
    >>> scores.names
    ('trust',)
    """

    frame: pd.DataFrame = field(repr=False)
    names: tuple[str, ...]
    groups: tuple[str, ...] = ()
    scales: ScaleSet | None = None
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    provenance: Provenance = NO_PROVENANCE

    def __len__(self) -> int:
        return len(self.frame)

    def to_frame(self) -> pd.DataFrame:
        """Return a copy."""
        return self.frame.copy()

    def label(self, name: str) -> str:
        """Return the name of a score for people."""
        return self.scales[name].label if self.scales and name in self.scales.names else name

    def summary(self) -> str:
        """Return mean, SD and respondents of each score in words."""
        lines = []
        for name in self.names:
            values = self.frame[name].dropna()
            spread = values.std() if len(values) > 1 else 0.0
            lines.append(
                f"{self.label(name)}: mean {values.mean():.2f}, SD {spread:.2f}, {len(values)} respondents"
            )
        return "; ".join(lines) + "."


def score(responses: Responses) -> Scores:
    """Score every respondent on every scale.

    Parameters
    ----------
    responses : Responses
        Checked answers; see :func:`carerates.survey.as_responses`.

    Returns
    -------
    Scores
        A score is the mean of the points of the items answered; it is empty where fewer than the
        scale's ``answered`` share were.

    Examples
    --------
    >>> from carerates.survey import synthetic
    >>> made = synthetic.sample_responses(respondents=60, areas=6, seed=1)
    >>> score(made).names
    ('trust',)
    """
    frame = responses.to_frame()
    names = [item.name for item in responses.scales.items]
    made = frame.drop(columns=names)
    dropped: list[str] = []
    for scale in responses.scales.scales:
        made[scale.name] = score_scale(frame, scale)
        unscored = int(made[scale.name].isna().sum())
        if unscored:
            dropped.append(f"{scale.name} {unscored}")
    steps = ["Scores are means of the items answered."]
    if dropped:
        steps.append(f"Respondents without a score, too few items answered: {', '.join(dropped)}.")
    return Scores(
        made,
        responses.scales.names,
        responses.groups,
        responses.scales,
        MappingProxyType({scale.name: scale.answered for scale in responses.scales.scales}),
        responses.provenance.then(*steps),
    )


def score_scale(frame: pd.DataFrame, scale: Scale) -> Array:
    """Return the score of each respondent on one scale."""
    points = item_points(frame, scale.items)
    given = ~np.isnan(points)
    counts = given.sum(axis=1)
    totals = np.where(given, points, 0.0).sum(axis=1)
    enough = (counts > 0) & (counts >= scale.answered * len(scale.items) - 1e-9)
    return np.where(enough, totals / np.maximum(counts, 1), np.nan)


def item_points(frame: pd.DataFrame, items: tuple[Item, ...]) -> Array:
    """Return the points of each answer, reversed and recoded as the items say; shape (respondents, items)."""
    columns = []
    for item in items:
        codes = frame[item.name].to_numpy(dtype=float)
        if item.points is not None:
            table = np.array([item.points[code] for code in range(item.low, item.high + 1)], dtype=float)
            filled = np.where(np.isnan(codes), item.low, codes).astype(int) - item.low
            codes = np.where(np.isnan(codes), np.nan, table[filled])
        if item.reverse:
            codes = item.low + item.high - codes
        columns.append(codes)
    return np.column_stack(columns)
