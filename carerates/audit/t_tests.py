"""Do a printed t, its degrees of freedom, its p value, and the means and SDs behind it agree?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import inf, isfinite, sqrt
from typing import Literal

from scipy.special import ndtr, stdtr, stdtrit

from carerates.audit.figures import (
    Figure,
    Printable,
    format_value,
    read_count,
    read_figure,
    read_figures,
    single_digit_changes,
    transpositions,
)
from carerates.audit.finding import Finding, plain_values


def check_t(
    t: Printable, df: Printable, p: Printable, *, tails: Literal[1, 2] = 2, significance: float = 0.05
) -> Finding:
    """Tell whether the printed p value follows from the printed t and degrees of freedom.

    Parameters
    ----------
    t, df, p : str or number
        As printed; text keeps trailing zeros, and p may be ``"<.001"``.
    tails : 1 or 2
        Tails of the test; printed tests are nearly always two-tailed.
    significance : float
        Level at which a decision error is judged.

    Returns
    -------
    Finding
        ``suggestions`` are p values that would fit: transposed digits first, then one changed digit,
        then the recomputed p.

    Notes
    -----
    t stands for every value that rounds to it, so p lies between ``2 P(T > |t| + h)`` and
    ``2 P(T > |t| - h)``, h being half a unit of the last printed digit.  The sign of t is not judged.

    Examples
    --------
    >>> finding = check_t(t="-1.3", df=433, p=".814")
    >>> finding.consistent, finding.suggestions[0]
    (False, 0.184)
    """
    printed_t, printed_df, printed_p = read_figure(t, "t"), read_figure(df, "df"), read_figure(p, "p")
    if printed_df.value <= 0:
        raise ValueError(f"df is {printed_df}; degrees of freedom are above 0.")
    _check_probability(printed_p)
    lower, upper = p_bounds(printed_t, printed_df, tails)
    consistent = printed_p.fits(lower, upper)
    middle = tails * float(stdtr(float(printed_df.value), -abs(float(printed_t.value))))
    decision_error = not consistent and _decides(printed_p, significance) not in _decisions(
        lower, upper, significance
    )
    explanation = (
        f"t = {printed_t} with {printed_df} degrees of freedom: before rounding |t| lay between "
        f"{_places(_t_bounds(printed_t)[0])} and {_places(_t_bounds(printed_t)[1])}, so the "
        f"{'two' if tails == 2 else 'one'}-tailed p lies between {_places(lower)} and {_places(upper)} "
        f"({_places(middle)} at the printed t); printed p {_equation(printed_p)}."
    )
    notes: list[str] = []
    suggestions: list[Figure] = []
    if not consistent:
        decimals = max(printed_p.decimals, 3)
        as_printed = Figure(printed_p.text, printed_p.value, printed_p.decimals)
        swapped = [one for one in transpositions(as_printed) if one.fits(lower, upper)]
        changed = [one for one in single_digit_changes(as_printed) if one.fits(lower, upper)]
        recomputed = format_value(middle, decimals)
        suggestions = [*swapped, *changed, read_figure(recomputed)]
        if swapped:
            notes.append(f"Two digits of p may have changed places: {swapped[0]} would fit.")
        notes += _other_readings(printed_t, printed_df, printed_p, tails)
    return Finding(
        "t",
        consistent,
        explanation,
        plain_values(suggestions),
        tuple(notes),
        {"p": middle, "p_bounds": (lower, upper)},
        {"t": printed_t.text, "df": printed_df.text, "p": printed_p.text, "tails": tails},
        decision_error,
    )


def p_bounds(t: Figure, df: Figure, tails: int = 2) -> tuple[float, float]:
    """Return the smallest and largest p value that rounding of t (and of a fractional df) allows."""
    smallest, largest = _t_bounds(t)
    degrees = (
        [float(df.value)] if df.decimals == 0 else [max(float(df.lower), 1e-6), float(df.upper)]
    )  # whole degrees of freedom are counted, not rounded
    values = [tails * float(stdtr(nu, -size)) for nu, size in product(degrees, (smallest, largest))]
    return min(values), max(values)


def check_t_from_summary(
    means: Sequence[Printable],
    sds: Sequence[Printable],
    t: Printable,
    *,
    sizes: Sequence[int | tuple[int, int]] | None = None,
    df: Printable | None = None,
    welch: bool = False,
) -> Finding:
    """Can the printed t come from the printed means and standard deviations?

    Parameters
    ----------
    means, sds : pairs of str or number
        Of the first and the second group, as printed.
    t : str or number
        As printed; either sign convention passes, and the finding says which was used.
    sizes : pair of int or of (low, high)
        Respondents in each group, or the range that is possible.
    df : str or number, optional
        With it the two sizes must add up to ``df + 2`` (not for Welch's test), which narrows ranges.
    welch : bool
        Whether the test did not pool the variances.

    Returns
    -------
    Finding
        ``suggestions`` are values of t inside the range that rounding allows, printed like ``t``.

    Notes
    -----
    Interval arithmetic: each mean and SD stands for all that rounds to it, and every allowed pair of
    sizes is tried, so a flagged t cannot come from these figures in any way.

    Examples
    --------
    >>> sizes = [(55, 74), (600, 718)]
    >>> check_t_from_summary([3.5, "3.0"], [0.5, 0.6], "-6.1", sizes=sizes, df=706).consistent
    True
    """
    mean, sd, printed = read_figures(means, "means"), read_figures(sds, "sds"), read_figure(t, "t")
    if len(mean) != 2 or len(sd) != 2:
        raise ValueError(f"This check compares two groups; there are {len(mean)} means and {len(sd)} SDs.")
    if negative := [one.text for one in sd if one.value < 0]:
        raise ValueError(f"A standard deviation is never negative; found {', '.join(negative)}.")
    pairs = _size_pairs(sizes, df if not welch else None)
    difference = (mean[1].lower - mean[0].upper, mean[1].upper - mean[0].lower)
    low, high = inf, -inf
    for first, second in pairs:
        errors = [
            _standard_error((first, second), (max(float(a), 0.0), max(float(b), 0.0)), welch)
            for a, b in ((sd[0].lower, sd[1].lower), (sd[0].upper, sd[1].upper))
        ]
        bounds = [_ratio(float(side), error) for side in difference for error in errors]
        low, high = min(low, *bounds), max(high, *bounds)
    either_sign = printed.fits(low, high) or printed.fits(-high, -low)
    first, second = pairs[len(pairs) // 2]
    middle = _ratio(
        float(mean[1].value - mean[0].value),
        _standard_error((first, second), (float(sd[0].value), float(sd[1].value)), welch),
    )
    sign = "second minus first" if printed.fits(low, high) else "first minus second"
    explanation = (
        f"Means {mean[0]} and {mean[1]}, SDs {sd[0]} and {sd[1]}, sizes around {first} and {second}: "
        f"{'Welch' if welch else 'pooled'} t lies between {low:.2f} and {high:.2f} once each figure stands "
        f"for all that rounds to it ({middle:.2f} at the printed figures, second minus first); "
        f"printed t {printed}"
        + (f", which fits as {sign}." if either_sign else ", which no allowed value reaches.")
    )
    suggestions: list[Figure] = []
    if not either_sign:
        candidates = [*transpositions(printed), *single_digit_changes(printed)]
        suggestions = [one for one in candidates if one.fits(low, high) or one.fits(-high, -low)]
        if isfinite(middle):  # SDs printed as 0 give no t
            suggestions.append(printed.with_value(middle))
    return Finding(
        "t_from_summary",
        either_sign,
        explanation,
        plain_values(suggestions),
        (),
        {"t": middle, "t_bounds": (low, high), "size_pairs": len(pairs)},
        {
            "means": tuple(map(str, mean)),
            "sds": tuple(map(str, sd)),
            "t": printed.text,
            "df": df,
            "sizes": sizes,
        },
    )


def check_gaps(
    first: tuple[Printable, int, int], second: tuple[Printable, int, int], *, significance: float = 0.05
) -> Finding:
    """Do two t-tests show that two gaps differ, or only that one of them is significant?

    Parameters
    ----------
    first, second : (t, n, n)
        The t-test of each gap with the sizes of its two groups.  The gaps are in SD units.
    significance : float
        Level of the test of the difference.

    Returns
    -------
    Finding
        ``consistent`` is True if the two gaps differ at ``significance``: the claim holds.

    Notes
    -----
    ``d = t sqrt(1/n1 + 1/n2)`` with variance ``1/n1 + 1/n2 + d²/(2(n1 + n2))``; the difference of two
    independent d is compared with its standard error.  Comparing two p values answers nothing.

    References
    ----------
    Gelman A, Stern H (2006), doi:10.1198/000313006X152649; Hedges LV, Olkin I (1985).

    Examples
    --------
    >>> finding = check_gaps(("-1.6", 8, 54), ("-3.4", 35, 339))
    >>> finding.consistent
    False
    """
    gaps: list[tuple[float, float]] = []
    for name, (t, n_1, n_2) in (("first", first), ("second", second)):
        sizes = read_count(n_1, f"{name} size", minimum=2), read_count(n_2, f"{name} size", minimum=2)
        spread = 1 / sizes[0] + 1 / sizes[1]
        gap = float(read_figure(t, f"{name} t").value) * sqrt(spread)
        gaps.append((gap, spread + gap**2 / (2 * sum(sizes))))
    difference = gaps[0][0] - gaps[1][0]
    error = sqrt(gaps[0][1] + gaps[1][1])
    p = 2 * float(ndtr(-abs(difference) / error))
    explanation = (
        f"The gaps are {gaps[0][0]:.2f} and {gaps[1][0]:.2f} standard deviations; they differ by "
        f"{difference:.2f} with standard error {error:.2f}, z = {difference / error:.2f}, p = {_places(p)}."
    )
    return Finding(
        "gaps",
        p < significance,
        explanation,
        (),
        ("That one gap is significant and the other is not does not show that they differ.",)
        if p >= significance
        else (),
        {"gaps": (gaps[0][0], gaps[1][0]), "difference": difference, "z": difference / error, "p": p},
        {"first": first, "second": second},
    )


def _t_bounds(t: Figure) -> tuple[float, float]:
    """Return the smallest and largest |t| that rounds to the printed one."""
    size = abs(float(t.value))
    half = float(t.half_unit)
    return max(0.0, size - half), size + half


def _other_readings(t: Figure, df: Figure, p: Figure, tails: int) -> list[str]:
    """Say which other t, or which other number of tails, would give the printed p."""
    notes = []
    if p.relation == "=" and 0 < p.value < 1:
        implied = abs(float(stdtrit(float(df.value), float(p.value) / tails)))
        notes.append(f"The printed p would need |t| = {format_value(implied, max(t.decimals, 2))}.")
    other = 1 if tails == 2 else 2
    if p.fits(*p_bounds(t, df, other)):
        notes.append(f"It is the {'one' if other == 1 else 'two'}-tailed p of this t.")
    swapped = [one for one in transpositions(t) if p.fits(*p_bounds(one, df, tails))]
    if swapped:
        notes.append(f"Two digits of t may have changed places: {swapped[0]} would fit.")
    return notes


def _decides(p: Figure, significance: float) -> bool:
    """Tell whether the printed p is read as significant."""
    return float(p.value) <= significance if p.relation != ">" else False


def _decisions(lower: float, upper: float, significance: float) -> set[bool]:
    """Return the readings that the recomputed bounds of p allow."""
    return {lower <= significance, upper <= significance}


def _check_probability(p: Figure) -> None:
    """Refuse what cannot be a p value."""
    if not 0 <= p.value <= 1:
        raise ValueError(f"p is {p}; a p value lies between 0 and 1.")


def _size_pairs(sizes: Sequence[int | tuple[int, int]] | None, df: Printable | None) -> list[tuple[int, int]]:
    """Return the pairs of group sizes to try, at most some tens of thousands."""
    total = None if df is None else read_count(df, "df", minimum=1) + 2
    if sizes is None:
        if total is None:
            raise ValueError("Give sizes=(n of the first group, n of the second), or ranges of them, or df.")
        ranges = [(2, total - 2), (2, total - 2)]
    else:
        if len(sizes) != 2:
            raise ValueError(f"This check compares two groups; sizes has {len(sizes)}.")
        ranges = [(one, one) if isinstance(one, int) else (int(one[0]), int(one[1])) for one in sizes]
    if any(low < 2 or high < low for low, high in ranges):
        raise ValueError(
            f"sizes are {sizes}; each group has at least 2 respondents, and low is not above high."
        )
    if total is not None:
        low, high = ranges[1]
        pairs = [(n, total - n) for n in range(ranges[0][0], ranges[0][1] + 1) if low <= total - n <= high]
    elif (ranges[0][1] - ranges[0][0] + 1) * (ranges[1][1] - ranges[1][0] + 1) <= 40_000:
        pairs = list(product(range(ranges[0][0], ranges[0][1] + 1), range(ranges[1][0], ranges[1][1] + 1)))
    else:
        raise ValueError(f"sizes {sizes} allow too many pairs to try; give df as well, or narrower ranges.")
    if not pairs:
        raise ValueError(f"No sizes within {sizes} add up to df + 2 = {total}.")
    return pairs


def _standard_error(sizes: tuple[int, int], sds: tuple[float, float], welch: bool) -> float:
    """Return the standard error of a difference of means."""
    (n_1, n_2), (s_1, s_2) = sizes, sds
    if welch:
        return sqrt(s_1**2 / n_1 + s_2**2 / n_2)
    pooled = ((n_1 - 1) * s_1**2 + (n_2 - 1) * s_2**2) / (n_1 + n_2 - 2)
    return sqrt(pooled * (1 / n_1 + 1 / n_2))


def _ratio(numerator: float, denominator: float) -> float:
    """Divide, with the limit where the denominator is 0."""
    if denominator == 0:
        return 0.0 if numerator == 0 else inf if numerator > 0 else -inf
    return numerator / denominator


def _equation(p: Figure) -> str:
    """Print p with its sign of relation."""
    return p.text if p.relation != "=" else f"= {p.text}"


def _places(value: float) -> str:
    """Print a probability or a t so that small ones do not vanish."""
    return f"{value:.4f}" if value >= 0.0001 or value == 0 else f"{value:.1e}"
