"""A classification of areas: its settings, and every area's class with the reason for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.trends.criteria import Rule
from carerates.trends.decisions import UNCHECKED
from carerates.trends.intervals import WELSH_SURVIVAL, Floats, normal_quantile

UNCLASSIFIED = ("not classified", "excluded", "not available", "uncertain")
LEVELS = (0.5, 0.8, 0.95)
CLASS_COLUMNS = ("increasing", "decreasing", "stable", "excluded")


@dataclass(frozen=True, slots=True)
class ClassificationSettings:
    """The rule, and for underlying rates the probability asked of a class and the assumptions.

    Attributes
    ----------
    rule : Rule
    probability : float or None
        Probability a class must reach; None for published figures.
    interval : float
        Probability of intervals and rank intervals.
    survival, prior_scale : float
        Assumptions of the delta method; see :func:`classify`.
    k : int or None
        Size of the top and bottom groups of the ranking; None ranks nobody.
    published_decimals : int
        Decimals in which published rates are printed.
    """

    rule: Rule
    probability: float | None = None
    interval: float = 0.95
    survival: float = WELSH_SURVIVAL
    prior_scale: float = 0.05
    k: int | None = 5
    published_decimals: int = 0

    def __post_init__(self) -> None:
        if self.probability is not None and not 0.5 <= self.probability < 1:
            raise ValueError(
                f"probability must be at least 0.5 and below 1, such as 0.8; this is {self.probability!r}."
            )
        normal_quantile(self.interval)


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """Every area's class with the reason for it, the unclassified areas included.

    Attributes
    ----------
    settings : ClassificationSettings
    frame : DataFrame
        One row per area; :meth:`to_frame` lists the columns.
    question : str
        The question that the labels answer: about published figures, or about underlying rates.
    national : dict of str to float
        The national change on the rule's measure.
    provenance : Provenance
    method : str
        Where probabilities come from.
    national_origin : str
        The national change in words and the figures it comes from; empty where the rule needs none.
    inputs : mapping
        ``rates``, and ``national`` and ``expected`` where they were given: what it was made from, so that a
        receipt can make it again.  Empty for a fitted model.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rates = pd.DataFrame({"area_code": ["A", "A", "B", "B"], "year": [2013, 2018] * 2,
    ...                       "children": [100, 130, 200, 160], "population": 20_000})
    >>> found = cr.classify(rates, cr.rules.wwcsc(5, 2013, 2018))
    >>> found.counts()
    {'increasing': 1, 'decreasing': 1}
    >>> found.to_frame()["reason"].tolist()
    ['+30.0% is above 5%', '-20.0% is below -5%']
    """

    settings: ClassificationSettings
    frame: pd.DataFrame = field(repr=False)
    question: str
    national: dict[str, float]
    provenance: Provenance = NO_PROVENANCE
    method: str = "published figures"
    national_origin: str = ""
    inputs: Mapping[str, object] = field(default_factory=dict, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area.

        Columns: ``area_code, area_name, nation, region, start, end, percent_change`` (the rule's measure),
        ``national_percent``, ``label``, ``reason``, ``breaks``.  For published figures also ``rate_start``
        (what the change starts from), ``rate_end``, ``percent_rounding_low, percent_rounding_high`` (what
        rounding leaves possible), ``percent_from_expected`` and ``depends_on_rounding`` (another label is
        possible within those bounds).  For underlying rates ``percent_change`` is the posterior median, with
        ``percent_lower`` and ``percent_upper``; ``probability_increasing, probability_decreasing,
        probability_stable, probability_excluded``; and ranks by size of change, ``rank_expected, rank_lower,
        rank_upper`` and the probabilities of being among the top or bottom few.
        """
        return self.frame.copy()

    def counts(self) -> dict[str, int]:
        """Return the number of areas with each label."""
        found = self.frame["label"].value_counts()
        return {str(label): int(count) for label, count in found.items()}

    def areas(self, label: str) -> list[str]:
        """Return the names of the areas with a label, as the table orders them."""
        return self.frame.loc[self.frame["label"] == label, "area_name"].tolist()

    def unclassified(self) -> pd.DataFrame:
        """Return the areas that are in no class, with the reason."""
        rows = self.frame["label"].isin(UNCLASSIFIED)
        return self.frame.loc[rows, ["area_code", "area_name", "percent_change", "label", "reason"]].copy()

    def expected_false(self) -> dict[str, float]:
        """Return how many labels of each class are expected to be wrong, by the probabilities themselves.

        Raises
        ------
        ValueError
            For published figures, whose labels carry no probability.
        """
        self._refuse_published("Expected false labels")
        found = {}
        for label, column in (("increasing", "increasing"), ("decreasing", "decreasing")):
            rows = self.frame["label"] == label
            found[label] = float((1 - self.frame.loc[rows, f"probability_{column}"]).sum())
        return found

    def counts_at(self, probabilities: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Count the labels at several probabilities asked for, one row each."""
        self._refuse_published("Counts by probability")
        chances = self.frame[[f"probability_{name}" for name in CLASS_COLUMNS]].to_numpy(dtype=float)
        rows = []
        for asked in probabilities:
            labels = [surest(line, self.settings.rule, asked)[0] for line in chances]
            rows.append(
                {"probability": asked}
                | {str(one): labels.count(one) for one in labels_of(self.settings.rule)}
            )
        return pd.DataFrame(rows)

    def _refuse_published(self, what: str) -> None:
        """Raise if this classification is about published figures."""
        if self.settings.probability is None:
            raise ValueError(f"{what} need probabilities: classify with probability=0.8 or a fitted model.")

    def summary(self) -> str:
        """Describe the classes in a paragraph."""
        rule = self.settings.rule
        told = ", ".join(f"{count} {label}" for label, count in self.counts().items())
        underlying = self.settings.probability is not None
        words = rule.describe(underlying=underlying)
        text = f"{self.question} By the rule {words} {len(self.frame)} areas: {told}."
        if self.national_origin:
            text += f" {self.national_origin[0].upper()}{self.national_origin[1:]}."
        if self.settings.probability is not None:
            false = self.expected_false()
            text += (
                f" A class needs a probability of {self.settings.probability:g}; expected false labels: "
                f"{false['increasing']:.1f} increasing, {false['decreasing']:.1f} decreasing. "
                f"Probabilities from {self.method}."
            )
            return text
        unchecked = int(self.frame["reason"].str.contains(UNCHECKED, regex=False).sum())
        if unchecked:
            text += f" For {unchecked} of them the exclusion was not checked: no expected rate was given."
        shaky = self.frame.loc[self.frame["depends_on_rounding"], "area_name"].tolist()
        if shaky:
            text += f" The label could differ before rounding for: {', '.join(shaky)}."
        if rule.needs_national and not rule.margin:
            text += (
                " The bar for an increase is the national change, which about half of all areas pass "
                "whatever happens: the number called increasing says nothing about how much change there was."
            )
        return text


def labels_of(rule: Rule) -> tuple[str, ...]:
    """Return every label a classification by probability can give."""
    return ("increasing", "decreasing", rule.middle, "excluded", "uncertain", "not available")


def surest(line: Floats, rule: Rule, asked: float) -> tuple[str, str]:
    """Return the label and reason for one area's class probabilities."""
    if not np.isfinite(line).all():
        return "not available", f"no counts above zero in both {rule.start} and {rule.end}"
    names = ("increasing", "decreasing", rule.middle, "excluded")
    best = int(np.argmax(line))
    if line[best] >= asked:
        return names[best], f"probability {line[best]:.2f} of {names[best]}, at least {asked:g}"
    return "uncertain", f"the most probable class, {names[best]}, has {line[best]:.2f}, below {asked:g}"
