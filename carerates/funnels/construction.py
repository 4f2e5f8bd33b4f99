"""One call from a table to a funnel."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from carerates.errors import TableError
from carerates.funnels.assessment import assess_groups
from carerates.funnels.result import Funnel
from carerates.funnels.settings import (
    DEFAULT_PER,
    Dispersion,
    FunnelSettings,
    Kind,
    Limits,
    Multiplicity,
    Scale,
    TauEstimator,
    Trimming,
)
from carerates.funnels.target import TargetChoice
from carerates.funnels.units import HasFrame, Units, units_from_columns, units_from_rates
from carerates.provenance import Provenance
from carerates.tables import RatesTable


def funnel(
    data: RatesTable | pd.DataFrame,
    *,
    events: str | None = None,
    denominator: str | None = None,
    area: str | None = None,
    name: str | None = None,
    expected: HasFrame | pd.DataFrame | str | None = None,
    expected_log_standard_error: str | float | None = None,
    events_low: str | None = None,
    events_high: str | None = None,
    kind: Kind | None = None,
    target: TargetChoice | None = None,
    limits: Limits = "exact",
    probabilities: Sequence[float] = (0.95, 0.998),
    dispersion: Dispersion = "none",
    scale: Scale = "square_root",
    winsorise: float = 0.1,
    trimming: Trimming = "winsorise",
    debias: bool = True,
    tau_estimator: TauEstimator = "dersimonian_laird",
    multiplicity: Multiplicity = "none",
    per: float | None = None,
    by: str | None = None,
    left_out: bool = False,
) -> Funnel:
    """Find which areas are further from the target than chance allows.

    Parameters
    ----------
    data : RatesTable or DataFrame
        A rates table of one year (or ``by="year"``); or any DataFrame, its columns named by ``events``,
        ``denominator``, ``area``.
    events, denominator, area, name : str, optional
        Columns of a DataFrame of any kind: counts, what they are among, codes and names.  Without
        ``events`` the standard columns of a rates table are looked for.
    expected : adjustment, DataFrame or str, optional
        Expected counts, which make this a funnel of observed over expected.  For a rates table: an
        adjustment, or a frame with ``area_code``, ``expected_children`` and
        ``expected_log_standard_error``; for any DataFrame: the name of a column.
    expected_log_standard_error : str or 0, optional
        Column with the standard error of log(expected), carried into the tails; ``0`` leaves an
        adjustment's error out on purpose.
    events_low, events_high : str, optional
        Columns with the smallest and largest true count, where counts are rounded or suppressed.
    kind : {"rate", "proportion", "ratio"}, optional
        Events per population (Poisson), successes among trials (binomial), or observed over expected
        (Poisson).  ``ratio`` if ``expected`` is given, else ``rate``.
    target : str, float, codes or mapping, optional
        ``"pooled"`` (all areas; the default, but 1 for a ratio), ``"unweighted"``, ``"nation"``,
        ``"region"``, ``"left_out"``; a number per ``per``; codes of a comparison set; or a
        comparison set for every area.
    limits : str
        ``"exact"``, ``"mid_p"``, ``"interpolated"``, ``"byar"``, ``"gamma"``, ``"wilson"``, ``"normal"``,
        ``"ci_expected"``; see :func:`carerates.funnels.tails.poisson_tails`.
    probabilities : sequence of float
        Shares of in-control areas inside the limits.
    dispersion : {"none", "multiplicative", "additive", "negative_binomial"}
        What the limits allow beyond chance; they are never narrower than for chance alone.  All estimates
        are reported whatever is chosen.
    scale : {"square_root", "anscombe", "log", "pearson"}
        Scale of the z-scores behind phi and tau squared (arcsine and logit for proportions).
    winsorise : float
        Share of z-scores trimmed at each end; ``trimming`` says how.
    trimming : {"winsorise", "truncate", "none"}
    debias : bool
        Divide phi by its expectation under chance alone after trimming (0.679 for 10% winsorised).  False
        gives the uncorrected figures of published tools.
    tau_estimator : {"dersimonian_laird", "paule_mandel", "reml"}
    multiplicity : {"none", "bonferroni", "benjamini_hochberg"}
        Allowance for many areas being tested.
    per : float, optional
        Rates are counts per this many: 10,000 for a rate, 100 for a proportion, 1 for a ratio.
    by : str, optional
        Column whose values each get a funnel, target and dispersion of their own.
    left_out : bool
        Use an adjustment's expectation from all other areas.

    Returns
    -------
    Funnel

    Raises
    ------
    TableError
        Every problem of the table together, with row numbers.
    ValueError
        If the settings contradict each other.

    Notes
    -----
    In control: P(X <= O) and P(X >= O) both above half of what the limits leave outside, X Poisson with
    mean target x population (binomial for a proportion).

    References
    ----------
    doi:10.1002/sim.1970 (funnel plots); doi:10.1136/qshc.2005.013755 (over-dispersion);
    doi:10.1186/1471-2288-12-98 (true tail probabilities); doi:10.1111/j.1467-985X.2011.01010.x

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"area": ["A", "B", "C"], "children": [154, 95, 640], "aged_0_17":
    ...                    [20_000, 12_258, 50_000]})
    >>> funnel = cr.funnel(df, events="children", denominator="aged_0_17", area="area", target=90)
    >>> funnel.to_frame()[["area_code", "position"]].values.tolist()
    [['A', 'within'], ['B', 'within'], ['C', 'above 99.8%']]
    """
    kind = kind or ("rate" if expected is None else "ratio")
    if expected is not None and kind != "ratio":
        raise ValueError(f"expected= makes a ratio of observed to expected; kind={kind!r} does not use it.")
    if target is None:
        target = 1.0 * (per or 1.0) if kind == "ratio" else "pooled"
    settings = FunnelSettings(
        kind=kind,
        target=_target_words(target),
        limits=limits,
        probabilities=tuple(probabilities),
        dispersion=dispersion,
        scale=scale,
        winsorise=winsorise,
        trimming=trimming,
        debias=debias,
        tau_estimator=tau_estimator,
        multiplicity=multiplicity,
        per=DEFAULT_PER[kind] if per is None else float(per),
        by=by,
    )
    if events is None:
        units, provenance = _from_rates(
            data, kind, expected, expected_log_standard_error, by, left_out, (denominator, area, name)
        )
    else:
        units, provenance = _from_columns(
            data,
            kind,
            events,
            denominator,
            area,
            name,
            expected,
            expected_log_standard_error,
            (events_low, events_high),
            by,
        )
    assessments = assess_groups(units, settings, target)
    missing = sum(one != one for one in units.observed.tolist())
    steps = [f"funnel of {len(units)} areas" + (f", one for each {by}" if by else "")]
    if missing:
        steps.append(f"areas listed without a count, with no part in target or over-dispersion: {missing}")
    return Funnel(settings, provenance.then(*steps), assessments)


def _target_words(target: TargetChoice) -> str | float:
    """Return what settings keep of a target."""
    if isinstance(target, (str, int, float)):
        return target
    return "chosen areas" if not hasattr(target, "keys") else "a comparison set for each area"


def _from_rates(
    data: RatesTable | pd.DataFrame,
    kind: Kind,
    expected: HasFrame | pd.DataFrame | str | None,
    log_error: str | float | None,
    by: str | None,
    left_out: bool,
    columns: tuple[str | None, ...],
) -> tuple[Units, Provenance]:
    """Read a rates table."""
    if any(columns):
        raise ValueError("denominator=, area= and name= name columns of a DataFrame; give events= as well.")
    if isinstance(expected, str) or isinstance(log_error, str):
        raise ValueError(
            "expected= and its error name columns only beside events=; for a rates table give an "
            "adjustment or a frame."
        )
    if kind == "ratio" and expected is None:
        raise ValueError("kind='ratio' needs expected=, an adjustment of these rates.")
    units, provenance = units_from_rates(data, kind=kind, expected=expected, by=by, left_out=left_out)
    if log_error is not None:
        from dataclasses import replace

        if log_error != 0:
            raise ValueError("expected_log_standard_error is a column's name, or 0 to leave the error out.")
        units = replace(units, log_error=0 * units.log_error)
        provenance = provenance.then("the error of the expected counts was left out on purpose")
    return units, provenance


def _from_columns(
    data: RatesTable | pd.DataFrame,
    kind: Kind,
    events: str,
    denominator: str | None,
    area: str | None,
    name: str | None,
    expected: HasFrame | pd.DataFrame | str | None,
    log_error: str | float | None,
    bounds: tuple[str | None, str | None],
    by: str | None,
) -> tuple[Units, Provenance]:
    """Read any DataFrame."""
    if not isinstance(data, pd.DataFrame):
        raise TableError(f"events= names a column of a DataFrame; this is a {type(data).__name__}.")
    if expected is not None and not isinstance(expected, str):
        raise ValueError("Beside events=, expected= is the name of a column.")
    if (bounds[0] is None) != (bounds[1] is None):
        raise ValueError("events_low= and events_high= belong together; give both.")
    return units_from_columns(
        data,
        kind=kind,
        events=events,
        denominator=denominator,
        area=area,
        name=name,
        expected=expected,
        log_error=log_error if isinstance(log_error, str) else None,
        low=bounds[0],
        high=bounds[1],
        by=by,
    )
