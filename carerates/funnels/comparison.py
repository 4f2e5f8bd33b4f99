"""Two funnels of the same areas: who moved, and was it the data, the target, the limits or the dispersion?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.funnels.assessment import Assessment, judge
from carerates.funnels.position import UNKNOWN, position_words
from carerates.funnels.result import Funnel
from carerates.funnels.settings import FunnelSettings
from carerates.funnels.target import Centre
from carerates.funnels.units import Units
from carerates.funnels.yardstick import Yardstick
from carerates.provenance import Provenance

STEPS = ("data", "target", "limits", "dispersion")


@dataclass(frozen=True, slots=True, eq=False)
class FunnelComparison:
    """Positions in two funnels, and what moved each area.

    Attributes
    ----------
    settings : tuple of FunnelSettings
        Of the first funnel and of the second.
    provenance : Provenance
        Of both.
    frame : DataFrame
        One row for each area in either; see :meth:`to_frame`.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"area": ["A", "B", "C"], "n": [154, 95, 640], "d": [20_000, 12_000, 50_000]})
    >>> funnel = cr.funnel(df, events="n", denominator="d", area="area", target=90)
    >>> from carerates.funnels import compare
    >>> other = cr.funnel(df, events="n", denominator="d", area="area", target=100)
    >>> compare(funnel, other).to_frame().columns[:3].tolist()
    ['area_code', 'area_name', 'rate_first']
    """

    settings: tuple[FunnelSettings, FunnelSettings]
    provenance: Provenance
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each area.

        Returns
        -------
        DataFrame
            ``area_code``, ``area_name``, ``rate_first``, ``rate_second``, ``position_first``, then the
            position after each change in turn (``after_data``, ``after_target``, ``after_limits``,
            ``after_dispersion``), ``position_second``, ``moved`` and ``because``.
        """
        return self.frame.copy()

    def summary(self) -> str:
        """Say who moved and why."""
        both = self.frame[self.frame["because"] != "not in both"]
        moved = both[both["moved"]]
        text = f"{len(moved)} of {len(both)} areas in both funnels lie in another position."
        for _, row in moved.iterrows():
            change = f"{row['position_first']} to {row['position_second']}"
            text += f" {row['area_name']}: {change} ({row['because']})."
        absent = self.frame[self.frame["because"] == "not in both"]
        if len(absent):
            text += f" In only one of the two: {', '.join(absent['area_name'])}."
        return text


def compare(first: Funnel, second: Funnel) -> FunnelComparison:
    r"""Find which areas lie elsewhere in a second funnel, and which change moved them.

    Parameters
    ----------
    first, second : Funnel
        One funnel each (use :meth:`Funnel.select` on those drawn by group), of the same kind and
        probabilities.

    Returns
    -------
    FunnelComparison

    Notes
    -----
    The first funnel is turned into the second one change at a time, in a fixed order: counts and
    exposures, then the target, then the definition of limits and the allowance for many areas, then
    over-dispersion.  A change is named where the position differs from the one before it.  Another order
    can share the reasons differently.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"a": ["A", "B", "C"], "n": [30, 215, 450], "d": [5_000, 20_000, 50_000]})
    >>> plain, fixed = (cr.funnel(df, events="n", denominator="d", area="a", target=t) for t in (90, 100))
    >>> print(compare(plain, fixed).summary().replace(". ", ".\n"))
    2 of 3 areas in both funnels lie in another position.
    B: above 95% to within (target).
    C: within to below 95% (target).
    """
    for funnel in (first, second):
        if len(funnel.assessments) != 1:
            raise ValueError(
                f"This funnel is drawn by {funnel.settings.by}; compare one of its groups: select(...)."
            )
    one, two = first.assessments[0], second.assessments[0]
    a, b = first.settings, second.settings
    if a.kind != b.kind or a.probabilities != b.probabilities:
        raise ValueError(
            f"A {a.kind} at {a.probabilities} and a {b.kind} at {b.probabilities} share no positions."
        )
    common = [code for code in two.units.codes if code in set(one.units.codes)]
    if not common:
        raise TableError("The two funnels have no area in common.")
    frame = _follow(one, two, common)
    frame["moved"] = frame["position_first"] != frame["position_second"]
    frame["because"] = [_reasons(row) for row in frame.to_dict("records")]
    alone = [
        _alone(assessment, codes, column)
        for assessment, codes, column in (
            (one, set(one.units.codes) - set(common), "first"),
            (two, set(two.units.codes) - set(common), "second"),
        )
        if codes
    ]
    whole = pd.concat([frame, *alone], ignore_index=True) if alone else frame
    return FunnelComparison((a, b), first.provenance.merged(second.provenance), whole)


def _follow(one: Assessment, two: Assessment, common: list[str]) -> pd.DataFrame:
    """Turn the first funnel into the second, one change at a time."""
    rows_one = np.array([one.units.codes.index(code) for code in common])
    rows_two = np.array([two.units.codes.index(code) for code in common])
    a, b = one.yardstick.settings, two.yardstick.settings
    frame = pd.DataFrame(
        {
            "area_code": common,
            "area_name": [two.units.names[row] for row in rows_two],
            "rate_first": (a.per * one.units.observed / one.units.exposure)[rows_one],
            "rate_second": (b.per * two.units.observed / two.units.exposure)[rows_two],
            "position_first": _positions(one, rows_one),
        }
    )
    old_target = _carried_centre(one, two.units)
    allowance = replace(a, limits=b.limits, multiplicity=b.multiplicity)
    stages = (
        _restaged(two, old_target, a, one),
        _restaged(two, two.centre, a, one),
        _restaged(two, two.centre, allowance, one),
        two,
    )
    for name, stage in zip(STEPS, stages, strict=True):
        frame[f"after_{name}"] = _positions(stage, rows_two)
    frame["position_second"] = frame["after_dispersion"]
    return frame


def _positions(one: Assessment, rows: np.ndarray) -> list[str]:
    """Return positions in words of chosen rows."""
    known = ~np.isnan(one.units.observed)
    words = position_words(one.steps, known, one.yardstick.settings.probabilities)
    return [words[row] for row in rows]


def _carried_centre(one: Assessment, units: Units) -> Centre:
    """Give the areas of the second funnel the first one's target; a new area gets the first one's mean."""
    by_code = dict(zip(one.units.codes, one.centre.values, strict=True))
    middle = float(np.mean(one.centre.values))
    values = np.array([by_code.get(code, middle) for code in units.codes])
    return replace(one.centre, values=values)


def _restaged(two: Assessment, centre: Centre, settings: FunnelSettings, one: Assessment) -> Assessment:
    """Judge the second funnel's areas with a target and settings, the first one's dispersion kept."""
    yardstick = Yardstick(
        centre.values * two.units.exposure,
        two.units.exposure,
        two.units.log_error,
        settings,
        phi=one.yardstick.phi,
        tau2=one.yardstick.tau2,
        spread=one.yardstick.spread,
    )
    return judge(two.units, centre, two.report, yardstick)


def _reasons(row: dict[Any, Any]) -> str:
    """Name the changes at which the position differs from the one before."""
    path = [row["position_first"], *(row[f"after_{name}"] for name in STEPS)]
    return ", ".join(name for name, (was, now) in zip(STEPS, pairwise(path), strict=True) if was != now)


def _alone(one: Assessment, codes: set[str], which: str) -> pd.DataFrame:
    """Return rows of areas that only one funnel has."""
    rows = np.array([row for row, code in enumerate(one.units.codes) if code in codes])
    other = "second" if which == "first" else "first"
    per = one.yardstick.settings.per
    return pd.DataFrame(
        {
            "area_code": [one.units.codes[row] for row in rows],
            "area_name": [one.units.names[row] for row in rows],
            f"rate_{which}": (per * one.units.observed / one.units.exposure)[rows],
            f"position_{which}": _positions(one, rows),
            f"position_{other}": UNKNOWN,
            "moved": False,
            "because": "not in both",
        }
    )
