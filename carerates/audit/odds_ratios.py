"""Do an odds ratio, its interval and its p value belong together?"""

from __future__ import annotations

from itertools import product
from math import exp, inf, log, sqrt

from scipy.special import ndtr, ndtri

from carerates.audit.figures import Figure, Printable, format_value, read_figure
from carerates.audit.finding import Finding, plain_values


def check_odds_ratio(
    odds_ratio: Printable,
    lower: Printable,
    upper: Printable,
    *,
    p: Printable | None = None,
    probability: float = 0.95,
    direction: str | None = None,
) -> Finding:
    """Is the odds ratio (or another ratio) the middle of its interval, and does p follow?

    Parameters
    ----------
    odds_ratio, lower, upper : str or number
        As printed.
    p : str or number, optional
        The printed p value.
    probability : float
        Probability of the interval.
    direction : ``"above"`` or ``"below"``, optional
        On which side of 1 the text puts the ratio.

    Returns
    -------
    Finding
        ``suggestions`` are ratios that fit the limits; where only p does not fit, p values.

    Notes
    -----
    A Wald interval is symmetric on the log scale, so the ratio is the geometric mean of its limits,
    ``SE = ln(upper / lower) / (2 z)`` and ``z = ln(OR) / SE``.  Each figure stands for all that rounds to
    it.  A profile-likelihood or exact interval is not symmetric and may be flagged.

    Examples
    --------
    >>> check_odds_ratio("0.51", "0.30", "0.85").consistent
    True
    """
    ratio = read_figure(odds_ratio, "odds_ratio")
    low, high = read_figure(lower, "lower"), read_figure(upper, "upper")
    if not (low.value > 0 and high.value > 0 and ratio.value > 0):
        raise ValueError(f"A ratio and its limits are above 0; found {ratio} ({low} to {high}).")
    if direction not in (None, "above", "below"):
        raise ValueError(f"direction is {direction!r}; it is 'above' or 'below' 1.")
    ordered = low.value < high.value
    z_limit = float(ndtri((1 + probability) / 2))
    logs_low, logs_high = _log_bounds(low), _log_bounds(high)
    middle = ((logs_low[0] + logs_high[0]) / 2, (logs_low[1] + logs_high[1]) / 2)
    bounds = exp(middle[0]), exp(middle[1])
    centred = ordered and ratio.fits(*bounds)
    error = (log(float(high.value)) - log(float(low.value))) / (2 * z_limit) if ordered else inf
    mean = sqrt(float(low.value) * float(high.value))
    z = log(float(ratio.value)) / error if ordered else 0.0
    p_low, p_high = _p_bounds(logs_low, logs_high, z_limit)
    printed_p = None if p is None else read_figure(p, "p")
    p_fits = printed_p is None or (ordered and printed_p.fits(p_low, p_high))
    right_side = direction is None or (ratio.value > 1) == (direction == "above")
    p_value = 2 * float(ndtr(-abs(z)))
    notes: list[str] = []
    suggestions: list[Figure] = []
    if not ordered:
        notes.append("The lower limit is not below the upper one; they may have changed places.")
    if not centred:
        suggestions.append(ratio.with_value(mean))
        notes += _other_limits(ratio, low, high)
    elif not p_fits and printed_p is not None:
        suggestions.append(read_figure(format_value(p_value, max(3, printed_p.decimals))))
        notes.append(f"The interval gives p between {p_low:.4f} and {p_high:.4f}; printed p is {printed_p}.")
    if not right_side:
        notes.append(f"The text puts the ratio {direction} 1; {ratio} is not.")
        suggestions.append(ratio.with_value(1 / float(ratio.value)))
    if low.value > 1 or high.value < 1:
        notes.append(f"The interval leaves 1 out: significant at {1 - probability:g}.")
    return Finding(
        "odds_ratio",
        centred and p_fits and right_side,
        f"The limits {low} and {high} have the geometric mean {mean:.3f}, between {bounds[0]:.3f} and "
        f"{bounds[1]:.3f} before rounding; printed {ratio}. SE of the logarithm {error:.3f}, z = {z:.2f}, "
        f"p = {p_value:.4f}.",
        plain_values(suggestions),
        tuple(notes),
        {"geometric_mean": mean, "standard_error": error, "z": z, "p": p_value, "p_bounds": (p_low, p_high)},
        {"odds_ratio": ratio.text, "lower": low.text, "upper": high.text, "p": p, "probability": probability},
    )


def _log_bounds(figure: Figure) -> tuple[float, float]:
    """Return the logarithms of the bounds of a positive figure."""
    return (log(float(figure.lower)) if figure.lower > 0 else -inf), log(float(figure.upper))


def _p_bounds(low: tuple[float, float], high: tuple[float, float], z_limit: float) -> tuple[float, float]:
    """Return the range of p that rounding of the limits allows; z is monotone in each limit."""
    scores = []
    for lower, upper in product(low, high):
        if lower == -inf or upper <= lower:
            scores += [0.0, inf]
        else:
            scores.append(z_limit * (lower + upper) / (upper - lower))
    smallest = 0.0 if min(scores) <= 0 <= max(scores) else min(abs(score) for score in scores)
    largest = max(abs(score) for score in scores)
    return 2 * float(ndtr(-largest)), 2 * float(ndtr(-smallest))


def _other_limits(ratio: Figure, low: Figure, high: Figure) -> list[str]:
    """Say which limit would fit the printed ratio and the other limit."""
    square = float(ratio.value) ** 2
    other_low, other_high = (
        low.with_value(square / float(high.value)),
        high.with_value(square / float(low.value)),
    )
    return [
        f"With {ratio} and an upper limit of {high}, the lower limit would be {other_low}.",
        f"With {ratio} and a lower limit of {low}, the upper limit would be {other_high}.",
    ]
