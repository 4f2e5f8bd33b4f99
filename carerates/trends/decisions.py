"""One area, one rule: the label and the sentence that explains it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carerates.trends.criteria import Rule
from carerates.trends.intervals import Floats

UNCHECKED = "exclusion not checked: no expected rate"


@dataclass(frozen=True, slots=True)
class Decision:
    """A label and the reason for it."""

    label: str
    reason: str


def decide(change: float, national: float, difference: float, rule: Rule) -> Decision:
    """Decide the class of one area.

    Parameters
    ----------
    change, national : float
        The area's and the nation's change on the rule's measure; NaN where there is none.
    difference : float
        Per cent by which the rate at the end differs from the expected rate; NaN where unknown.
    rule : Rule
    """
    if not np.isfinite(change):
        return Decision("not available", f"no change from {rule.start} to {rule.end} can be worked out")
    said = f"{change:+.1f}{rule.unit}"
    falls = change <= rule.decreasing if rule.inclusive else change < rule.decreasing
    if falls:
        bar = f"{'at or below' if rule.inclusive else 'below'} {rule.decreasing:g}{rule.unit}"
        return _unless_excluded("decreasing", f"{said} is {bar}", difference, rule.excess, rule)
    if rule.increasing is not None:
        bar, height = f"{rule.increasing:g}{rule.unit}", rule.increasing
    elif np.isfinite(national):
        height = national + rule.margin
        bar = f"the national change of {national:+.1f}{rule.unit}" + (
            f" by more than {rule.margin:g} points" if rule.margin else ""
        )
    else:
        return Decision("not available", "there is no national change to compare with")
    if change > height:
        return _unless_excluded("increasing", f"{said} is above {bar}", difference, rule.shortfall, rule)
    return Decision(rule.middle, f"{said} is above {rule.decreasing:g}{rule.unit} and not above {bar}")


def _unless_excluded(
    label: str, reason: str, difference: float, distance: float | None, rule: Rule
) -> Decision:
    """Return the label, or "excluded" where the rate at the end is on the far side of expectation."""
    if distance is None:
        return Decision(label, reason)
    if not np.isfinite(difference):
        return Decision(label, f"{reason}; {UNCHECKED}")
    wrong_side = -difference if label == "increasing" else difference
    side = "below" if difference < 0 else "above"
    where = f"the {rule.end} rate is {abs(difference):.1f}% {side} its expected rate"
    if wrong_side > 0 and wrong_side >= distance - 1e-9:
        return Decision("excluded", f"{reason}, but {where}")
    return Decision(label, f"{reason}; {where}")


def decide_all(changes: Floats, national: Floats, differences: Floats, rule: Rule) -> list[Decision]:
    """Decide the class of every area."""
    return [
        decide(float(change), float(bar), float(difference), rule)
        for change, bar, difference in zip(changes, national, differences, strict=True)
    ]
