"""Are the probabilities of classes right for areas of these sizes?  Asked where the truth is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RatesTable, as_rates
from carerates.trends.chances import chances_from_counts
from carerates.trends.criteria import Rule, require_rule
from carerates.trends.expectations import Expectation
from carerates.trends.intervals import WELSH_SURVIVAL, Floats
from carerates.trends.measures import measure_changes
from carerates.trends.nations import nation_keys
from carerates.trends.panels import LABEL_COLUMNS, Panel

EDGES = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class CalibrationSettings:
    """What :func:`calibrate_classes` was asked."""

    rule: Rule
    probability: float
    rise: float
    spread: float | None
    replicates: int
    seed: int
    survival: float
    prior_scale: float
    rounded: bool


@dataclass(frozen=True, slots=True, eq=False)
class ClassCalibration:
    """Probabilities of classes beside how often the classes were true.

    Attributes
    ----------
    settings : CalibrationSettings
    areas : int
        Areas in each history.
    said, true : array of float, shape (replicates, areas, 2)
        Probability of increasing and of decreasing; and 1 where the underlying change truly was.
    provenance : Provenance

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rates = pd.DataFrame({"area_code": ["A", "A", "B", "B"], "year": [2013, 2018] * 2,
    ...                       "children": [100, 130, 200, 160], "population": 20_000})
    >>> rule = cr.rules.wwcsc(10, 2013, 2018)
    >>> found = cr.trends.calibrate_classes(rates, rule, replicates=20, seed=1)
    >>> found.settings.replicates
    20
    """

    settings: CalibrationSettings
    areas: int
    said: Floats = field(repr=False)
    true: Floats = field(repr=False)
    provenance: Provenance = NO_PROVENANCE

    def to_frame(self) -> pd.DataFrame:
        """Return one row per class and band of probability.

        Columns: ``label, probability_from, probability_to, areas`` (area-histories in the band)``,
        mean_probability, share_true`` and ``standard_error`` (of the share, histories as clusters).
        """
        rows = []
        for which, label in enumerate(("increasing", "decreasing")):
            said, true = self.said[..., which], self.true[..., which]
            for low, high in pairwise(EDGES):
                inside = (said >= low) & ((said < high) if high < 1 else (said <= high))
                if not (count := int(inside.sum())):
                    continue
                share = float(true[inside].mean())
                # what each history adds to the share, so that areas of one history need not be independent
                parts = np.where(inside, true - share, 0.0).sum(axis=1)
                rows.append(
                    {
                        "label": label,
                        "probability_from": low,
                        "probability_to": high,
                        "areas": count,
                        "mean_probability": float(said[inside].mean()),
                        "share_true": share,
                        "standard_error": float(np.sqrt((parts**2).sum()) / count),
                    }
                )
        return pd.DataFrame(rows)

    def labels(self) -> pd.DataFrame:
        """Return, for each class, the labels given per history, and the share of them that were false.

        Columns: ``label, labels_per_history, false_share`` (NaN where no label was given) and
        ``false_share_expected`` (what the probabilities themselves say).
        """
        rows = []
        for which, label in enumerate(("increasing", "decreasing")):
            given = self.said[..., which] >= self.settings.probability
            any_given = bool(given.any())
            rows.append(
                {
                    "label": label,
                    "labels_per_history": float(given.sum() / len(given)),
                    "false_share": 1 - float(self.true[..., which][given].mean()) if any_given else np.nan,
                    "false_share_expected": (
                        1 - float(self.said[..., which][given].mean()) if any_given else np.nan
                    ),
                }
            )
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Say how far the probabilities held."""
        chosen, frame = self.settings, self.to_frame()
        off = (frame["share_true"] - frame["mean_probability"]).abs()
        worst = frame.iloc[int(off.to_numpy().argmax())]
        text = (
            f"{chosen.replicates} histories of {self.areas} areas. Where chance and truth differ most, "
            f"{worst['label']} was given {worst['mean_probability']:.2f} on average and true in "
            f"{worst['share_true']:.2f} of {worst['areas']} cases (standard error "
            f"{worst['standard_error']:.2f}). "
        )
        for row in self.labels().to_dict("records"):
            given, false = float(row["labels_per_history"]), float(row["false_share"])
            told = f"{false:.0%} of them false" if given else "none of them to judge"
            text += f"Labelled {row['label']} per history: {given:.1f}, {told}. "
        return text + f"A label needed a probability of {chosen.probability:g}."


def calibrate_classes(
    rates: RatesTable | pd.DataFrame,
    rules: Rule,
    *,
    probability: float = 0.8,
    rise: float = 5.0,
    spread: float | None = None,
    replicates: int = 100,
    seed: int = 1,
    survival: float = WELSH_SURVIVAL,
    prior_scale: float = 0.05,
    rounded: bool = False,
) -> ClassCalibration:
    """Check the probabilities of classes against histories in which the truth is known.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        Areas with counts and populations at the rule's start, whose sizes the histories have.
    rules : Rule
        A net change from one year's rate, without exclusion by expected rates.
    probability : float
        That a label needs.
    rise : float
        Per cent by which areas truly rise on average.
    spread : float, optional
        Standard deviation of true log changes between areas; by default each history has one of its own,
        drawn from the half-normal prior, as the method supposes.
    replicates, seed : int
        Histories, and the seed that makes them again.
    survival, prior_scale
        As in :func:`carerates.trends.classify`; the histories share children between the dates alike.
    rounded : bool
        Whether counts are rounded to 5, as Wales publishes them.

    Returns
    -------
    ClassCalibration

    Examples
    --------
    >>> import carerates as cr
    >>> from carerates.trends import calibrate_classes
    >>> rule = cr.rules.wcpp(2013, 2018, relative_to="start", rate="computed", shortfall=None)
    >>> found = calibrate_classes(cr.load_rates("wales", years=[2013]), rule, replicates=20)
    >>> found.areas
    22
    """
    require_rule(rules)
    if rules.measure != "net" or rules.start_rate != "as_found" or rules.needs_expected:
        raise ValueError(
            "Calibration is of a net change from one year's rate without expected rates: use measure='net', "
            "start_rate='as_found', shortfall=None and excess=None."
        )
    if isinstance(replicates, bool) or replicates < 2:
        raise ValueError(f"replicates must be 2 or more histories; this is {replicates!r}.")
    table = as_rates(rates)
    frame = table.to_frame()
    frame = frame[frame["year"] == rules.start]
    known = frame["children"].notna() & (frame["children"] > 0) & frame["population"].notna()
    if not known.any():
        raise TableError(f"No area has a count above zero and a population in {rules.start}.")
    frame = frame[known].reset_index(drop=True)
    base = frame["children"].to_numpy(dtype=float)
    people = np.column_stack([frame["population"].to_numpy(dtype=float)] * 2)
    rng = np.random.default_rng(seed)
    said, true = [], []
    for _ in range(replicates):
        own = abs(rng.normal(0, prior_scale * (rules.end - rules.start))) if spread is None else spread
        change = rng.normal(np.log1p(rise / 100), own, len(base))
        counts = simulate_counts(rng, base, change, rules.end - rules.start, survival)
        if rounded:
            counts = 5 * np.floor(counts / 5 + 0.5)
        said.append(_chances(counts, people, frame[LABEL_COLUMNS], rules, survival, prior_scale))
        true.append(_truth(base, people, change, frame["nation"], rules))
    settings = CalibrationSettings(
        rules, probability, rise, spread, replicates, seed, survival, prior_scale, rounded
    )
    step = f"{replicates} histories of {len(base)} areas with known changes, seed {seed}"
    return ClassCalibration(settings, len(base), np.array(said), np.array(true), table.provenance.then(step))


def simulate_counts(
    rng: np.random.Generator, base: Floats, change: Floats, years: int, survival: float
) -> Floats:
    """Simulate counts at two dates that share the children who stayed.

    Parameters
    ----------
    rng : Generator
    base, change : array of float, shape (areas,)
        Underlying count at the first date, and log change to the second.
    years : int
        Years between.
    survival : float
        Share of children still looked after a year later.

    Returns
    -------
    array of float, shape (areas, 2)
    """
    last = base * np.exp(change)
    shared_mean = np.minimum(base * survival**years, last)
    shared = rng.poisson(shared_mean)
    first = shared + rng.poisson(base - shared_mean)
    return np.stack([first, shared + rng.poisson(last - shared_mean)], axis=1).astype(float)


def _chances(
    counts: Floats, people: Floats, labels: pd.DataFrame, rule: Rule, survival: float, prior_scale: float
) -> Floats:
    """Return the probabilities of increasing and decreasing from one history; 0 where there are none."""
    rates = 1e4 * counts / people
    blank = np.full(counts.shape, "", dtype=object)
    panel = Panel(
        labels, (rule.start, rule.end), "computed", rates, rates, rates, counts, people, blank, blank
    )
    unknown = np.full(len(counts), np.nan)
    found = chances_from_counts(
        panel,
        rule,
        Expectation(unknown, unknown),
        national=None,
        survival=survival,
        prior_scale=prior_scale,
        interval=0.95,
        k=None,
    )
    return np.nan_to_num(np.stack([found.increasing, found.decreasing], axis=1))


def _truth(base: Floats, people: Floats, change: Floats, nations: pd.Series, rule: Rule) -> Floats:
    """Return whether each area's underlying change truly is an increase or a decrease by the rule."""
    before, after = base, base * np.exp(change)
    years = (rule.start, rule.end)
    own = measure_changes(1e4 * np.stack([before, after], axis=1) / people, years, rule)
    bar = np.full(len(base), rule.increasing if rule.increasing is not None else np.nan)
    if rule.increasing is None:
        keys = nation_keys(nations).to_numpy()
        for key in set(keys):
            rows = keys == key
            line = np.array([[before[rows].sum(), after[rows].sum()]]) / people[rows, 0].sum()
            bar[rows] = measure_changes(1e4 * line, years, rule)[0] + rule.margin
    falls = own <= rule.decreasing if rule.inclusive else own < rule.decreasing
    return np.stack([(own > bar) & ~falls, falls], axis=1).astype(float)
