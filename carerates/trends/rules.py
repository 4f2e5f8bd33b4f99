"""Rules that published studies used, and those mended; one of your own is a :class:`Rule`.

A rule is a frozen set of plain values, such as
``Rule(name="mine", start=..., end=..., decreasing=-5, increasing=5)``.
"""

from __future__ import annotations

import numpy as np

from carerates.trends.criteria import Measure, Rule
from carerates.trends.intervals import Base
from carerates.trends.panels import RateKind

__all__ = ["Rule", "slope", "wcpp", "wcpp_corrected", "wwcsc"]


def wcpp(
    start: int = 2016,
    end: int = 2020,
    *,
    relative_to: Base = "end",
    rate: RateKind = "published",
    shortfall: float | None = 0.0,
) -> Rule:
    """Return the rule of the 2020 Welsh workforce survey: who was compared with whom.

    Decreasing: down by 10% or more.  Increasing: up by more than Wales as a whole.  An increasing area whose
    rate is nevertheless below what its deprivation leads one to expect is excluded.

    Parameters
    ----------
    start, end : int
        The published percentages are those from 2016 to 2020.
    relative_to : {"start", "end"}
        The published table divides by the *end* rate: Wrexham's 67 to 115 is printed as 41.7% (of 115),
        though it is a rise of 71.6% since 2016.
    rate : {"published", "computed", "children"}
        The published table uses whole-number published rates.
    shortfall : float or None
        The text excludes any area below expectation (0); its note says 15%.

    Notes
    -----
    With the national change as the bar, about half of all areas pass it whatever happens: if all 22 truly
    rose alike, 11 would be called increasing.  :func:`wcpp_corrected` sets the rule right.

    References
    ----------
    Forrester D, and others. Factors influencing care rates: survey of the workforce in Wales. Wales Centre
    for Public Policy, 2021, Table 4.

    Examples
    --------
    >>> import carerates as cr
    >>> rule = cr.rules.wcpp()
    >>> rule.relative_to, rule.decreasing, rule.needs_national
    ('end', -10.0, True)
    """
    return Rule("WCPP 2021", start, end, -10.0, None, relative_to=relative_to, rate=rate, shortfall=shortfall)


def wcpp_corrected(
    start: int = 2016, end: int = 2020, *, margin: float = 10.0, shortfall: float | None = 0.0
) -> Rule:
    """Return the survey's rule with its known weaknesses mended.

    The change is since the start year and from computed rates; an increase must exceed the national one by a
    margin, as a fall must exceed 10%; and the exclusion works on both arms, with expected rates made without
    the area itself: increasing areas below expectation and decreasing areas above it are set aside.
    Apply it with ``probability=`` to ask about underlying rates.

    Parameters
    ----------
    start, end : int
        Years of the 31 March.
    margin : float
        Percentage points above the national change.
    shortfall : float or None
        Per cent from expectation, on both arms; None excludes nobody.

    Examples
    --------
    >>> import carerates as cr
    >>> rule = cr.rules.wcpp_corrected()
    >>> rule.relative_to, rule.margin, rule.expected_left_out
    ('start', 10.0, True)
    """
    return Rule(
        "WCPP 2021, corrected",
        start,
        end,
        -10.0,
        None,
        margin=margin,
        shortfall=shortfall,
        excess=shortfall,
        expected_left_out=shortfall is not None,
    )


def wwcsc(
    dead_band: float,
    start: int = 2012,
    end: int = 2017,
    *,
    measure: Measure = "net",
    rate: RateKind = "computed",
    whole_number_rates: bool = False,
) -> Rule:
    """Return the three-class rule of the English interviews: increasing, little change, decreasing.

    Parameters
    ----------
    dead_band : float
        Half-width of "little change", in per cent (per year unless the measure is net).  The study printed
        none, so there is no default.
    start, end : int
        The study's window is 2012 to 2017.
    measure, rate, whole_number_rates
        See :class:`Rule`.

    References
    ----------
    What Works Centre for Children's Social Care, interviews with leaders on care trends, 2018.

    Examples
    --------
    >>> import carerates as cr
    >>> rule = cr.rules.wwcsc(dead_band=2)
    >>> rule.decreasing, rule.middle, rule.increasing
    (-2.0, 'little change', 2.0)
    """
    _require_width("dead_band", dead_band)
    return Rule(
        "increasing, little change, decreasing",
        start,
        end,
        -float(dead_band),
        float(dead_band),
        measure=measure,
        rate=rate,
        whole_number_rates=whole_number_rates,
        middle="little change",
        inclusive=False,
    )


def slope(start: int, end: int, *, threshold: float = 2.0, rate: RateKind = "computed") -> Rule:
    """Return a rule on the slope of the log rate: more than ``threshold`` per cent a year up or down.

    The slope uses every year of the window, so no single year's figure decides the class.

    Examples
    --------
    >>> import carerates as cr
    >>> cr.rules.slope(2013, 2018).unit
    '% per year'
    """
    _require_width("threshold", threshold)
    return Rule(
        "slope",
        start,
        end,
        -float(threshold),
        float(threshold),
        measure="slope",
        rate=rate,
        middle="little change",
        inclusive=False,
    )


def _require_width(name: str, value: object) -> None:
    """Refuse a half-width of "little change" that is not one."""
    if not isinstance(value, (int, float, np.number)) or not value >= 0:
        raise ValueError(f"{name} must be a number of 0 or more, in per cent; this is {value!r}.")
