"""Which labels survive another window, base, threshold, figure, measure of need or prior?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RatesTable, as_rates
from carerates.trends.classes import classify
from carerates.trends.classification import Classification
from carerates.trends.criteria import Rule, require_rule
from carerates.trends.decisions import decide_all
from carerates.trends.panels import LABEL_COLUMNS

NOT_LABELS = ("not available",)


@dataclass(frozen=True, slots=True)
class SensitivitySettings:
    """The rule that is varied, and the probability of a class (None: published figures only)."""

    rule: Rule
    probability: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Labels under the rule as given and with one thing changed at a time.

    Attributes
    ----------
    settings : SensitivitySettings
    labels : DataFrame
        One row per area and variation: ``area_code, area_name, question`` (published or underlying)``,
        varied, setting, label, percent_change``.
    provenance : Provenance

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rates = pd.DataFrame({"area_code": ["A", "A", "B", "B"], "year": [2013, 2018] * 2,
    ...                       "children": [100, 130, 200, 160], "population": 20_000})
    >>> rule = cr.rules.wwcsc(10, 2013, 2018)
    >>> found = cr.trends.sensitivity(rates, rule, thresholds=[-25.0], probability=None)
    >>> found.labels["varied"].unique().tolist()
    ['as given', 'rounding', 'base', 'threshold']
    """

    settings: SensitivitySettings
    labels: pd.DataFrame = field(repr=False)
    provenance: Provenance = NO_PROVENANCE

    def to_frame(self) -> pd.DataFrame:
        """Return one row per area and question.

        Columns: ``area_code, area_name, nation, region, question, label`` (the rule as given)``, variations``
        (those that give the area a label)``, same_label, share_same, other_labels`` and ``robust`` (the
        label never changes).
        """
        rows = []
        for (code, question), part in self.labels.groupby(["area_code", "question"], sort=True):
            own = part[part["varied"] == "as given"].iloc[0]
            others = part[(part["varied"] != "as given") & ~part["label"].isin(NOT_LABELS)]
            same = int((others["label"] == own["label"]).sum())
            different = sorted(set(others["label"]) - {own["label"]})
            rows.append(
                {name: own[name] for name in LABEL_COLUMNS}
                | {
                    "area_code": code,
                    "question": question,
                    "label": own["label"],
                    "variations": len(others),
                    "same_label": same,
                    "share_same": same / len(others) if len(others) else np.nan,
                    "other_labels": ", ".join(different),
                    "robust": bool(len(others)) and own["label"] not in NOT_LABELS and not different,
                }
            )
        return pd.DataFrame(rows)

    def table(self) -> pd.DataFrame:
        """Return labels with one row per area and one column per variation, as a reader prints them."""
        keys = self.labels["question"] + ", " + self.labels["varied"] + ": " + self.labels["setting"]
        wide = self.labels.assign(variation=keys).pivot_table(
            index=["area_code", "area_name"], columns="variation", values="label", aggfunc="first"
        )
        return wide[list(dict.fromkeys(keys))].reset_index().rename_axis(columns=None)

    def summary(self) -> str:
        """Say which labels are robust."""
        frame = self.to_frame()
        text = f"The rule {self.settings.rule.describe()} "
        for question, part in frame.groupby("question", sort=False):
            classed = part[part["label"].isin(["increasing", "decreasing"])]
            kept = classed[classed["robust"]]
            text += (
                f"For {question}, {len(classed)} areas are increasing or decreasing; {len(kept)} keep that "
                f"label in every variation"
                + (f" ({', '.join(kept['area_name'])})" if len(kept) else "")
                + ". "
            )
        return text.strip()


def sensitivity(
    rates: RatesTable | pd.DataFrame,
    rules: Rule,
    *,
    windows: Iterable[tuple[int, int]] = (),
    bases: Iterable[str] = ("start", "end"),
    figures: Iterable[str] = ("computed",),
    thresholds: Iterable[float] = (-5.0, -10.0, -15.0),
    expected: Mapping[str, object] | None = None,
    probability: float | None = 0.8,
    probabilities: Sequence[float] = (0.5, 0.8, 0.95),
    prior_scales: Sequence[float] = (0.025, 0.05, 0.1),
    survivals: Sequence[float] = (0.0, 0.74, 0.85),
    start_rates: Iterable[str] = (),
    national: float | RatesTable | pd.DataFrame | None = None,
) -> Sensitivity:
    """Answer which labels are robust, by changing one choice of a rule at a time.

    Parameters
    ----------
    rates : RatesTable or DataFrame
    rules : Rule
        The rule as given; everything not being varied stays as it is.
    windows : iterable of (start, end)
        Other windows.  A window that the table does not reach is an error, not a gap.
    bases, figures : iterables of str
        Values of ``relative_to`` and of ``rate``.
    thresholds : iterable of float
        Other values of ``decreasing``; a fixed ``increasing`` is mirrored with it.
    expected : mapping of str to result, optional
        Expected rates by name of the measure of need; the first goes with the rule as given.
    probability : float or None
        Also classify underlying rates, at this probability; None leaves published figures only.
    probabilities, prior_scales, survivals : sequences of float
        Other probabilities, priors and shares of children who stay, for the underlying rates.
    start_rates : iterable of str
        Other starts of a net change, ``"shrunk"`` (published figures only) or ``"earlier"``: does the label
        survive a start without the luck of one year?
    national
        National change for the rule as given, and where a variation keeps its window, base and figure.

    Returns
    -------
    Sensitivity

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rates = pd.DataFrame({"area_code": ["A", "A", "B", "B"], "year": [2013, 2018] * 2,
    ...                       "children": [100, 130, 200, 160], "population": 20_000})
    >>> rule = cr.rules.wwcsc(10, 2013, 2018)
    >>> found = cr.trends.sensitivity(rates, rule, thresholds=[-25.0], probability=None)
    >>> found.to_frame()[["area_code", "label", "other_labels", "robust"]].values.tolist()
    [['A', 'increasing', '', True], ['B', 'decreasing', 'little change', False]]
    """
    require_rule(rules)
    table = as_rates(rates)
    named = dict(expected or {})
    first = next(iter(named.values()), None)
    settings = SensitivitySettings(rules, probability)
    runs: list[tuple[str, str, Rule, object | None]] = [("as given", rules.name, rules, first)]
    runs += _variations(rules, windows, bases, figures, thresholds, first)
    runs += [
        ("start rate", start, replace(rules, start_rate=start), first)  # type: ignore[arg-type]
        for start in start_rates
        if start != rules.start_rate
    ]
    runs += [("measure of need", name, rules, one) for name, one in list(named.items())[1:]]
    parts: list[pd.DataFrame] = []
    for varied, setting, rule, needed in runs:
        same = (rule.start, rule.end, rule.relative_to, rule.rate, rule.measure) == (
            (rules.start, rules.end, rules.relative_to, rules.rate, rules.measure)
        )
        bar = national if same or isinstance(national, (RatesTable, pd.DataFrame)) else None
        found = classify(table, rule, expected=needed, national=bar, published_decimals=0)
        parts.append(_rows(found, "published figures", varied, setting))
        if varied == "as given" and rules.measure != "mean_annual":
            parts += _rounding_rows(found)
        if probability is not None and rule.measure != "mean_annual" and rule.start_rate != "shrunk":
            found = classify(table, rule, expected=needed, national=bar, probability=probability, k=None)
            parts.append(_rows(found, "underlying rates", varied, setting))
    if probability is not None and rules.measure != "mean_annual":
        own = {"probability": probability}
        choices = [("probability", "probability", probabilities), ("prior", "prior_scale", prior_scales)]
        choices += [("children who stay", "survival", survivals)]
        for varied, name, values in choices:
            for value in values:
                options: dict[str, Any] = own | {name: value}
                found = classify(table, rules, expected=first, national=national, k=None, **options)
                parts.append(_rows(found, "underlying rates", varied, f"{value:g}"))
    frame = pd.concat(parts, ignore_index=True)
    step = f"labels under {frame.groupby(['question', 'varied', 'setting']).ngroups} settings of {rules.name}"
    return Sensitivity(settings, frame, table.provenance.then(step))


def _variations(
    rules: Rule,
    windows: Iterable[tuple[int, int]],
    bases: Iterable[str],
    figures: Iterable[str],
    thresholds: Iterable[float],
    expected: object | None,
) -> list[tuple[str, str, Rule, object | None]]:
    """List the rules with one choice changed."""
    runs = [
        ("window", f"{start}-{end}", replace(rules, start=start, end=end), expected)
        for start, end in windows
        if (start, end) != (rules.start, rules.end)
    ]
    if rules.measure == "net":
        runs += [
            ("base", base, replace(rules, relative_to=base), expected)  # type: ignore[arg-type]
            for base in bases
            if base != rules.relative_to
        ]
    runs += [
        ("figure", kind, replace(rules, rate=kind), expected)  # type: ignore[arg-type]
        for kind in figures
        if kind != rules.rate
    ]
    for value in thresholds:
        if value != rules.decreasing:
            rise = None if rules.increasing is None else -value
            changed = replace(rules, decreasing=value, increasing=rise)
            runs.append(("threshold", f"{value:g}{rules.unit}", changed, expected))
    return runs


def _rows(found: Classification, question: str, varied: str, setting: str) -> pd.DataFrame:
    """Return the labels of one classification as rows."""
    frame = found.to_frame()[[*LABEL_COLUMNS, "label", "percent_change"]]
    return frame.assign(question=question, varied=varied, setting=setting)


def _rounding_rows(found: Classification) -> list[pd.DataFrame]:
    """Return the labels at the smallest and largest change that rounding leaves possible."""
    frame = found.to_frame()
    parts = []
    for setting, column in (
        ("lowest possible change", "percent_rounding_low"),
        ("highest possible change", "percent_rounding_high"),
    ):
        decided = decide_all(
            frame[column].to_numpy(dtype=float),
            frame["national_percent"].to_numpy(dtype=float),
            frame["percent_from_expected"].to_numpy(dtype=float),
            found.settings.rule,
        )
        rows = frame[LABEL_COLUMNS].assign(
            label=[one.label for one in decided],
            percent_change=frame[column],
            question="published figures",
            varied="rounding",
            setting=setting,
        )
        parts.append(rows)
    return parts
