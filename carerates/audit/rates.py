"""Do printed rates agree with the counts and populations behind them?"""

from __future__ import annotations

from fractions import Fraction

from carerates.audit.figures import Printable, format_value, read_figure
from carerates.audit.finding import Finding, plain_values


def check_rate(
    count: Printable,
    population: Printable,
    rate: Printable,
    *,
    per: int = 10_000,
    count_rounded_to: int = 1,
    population_rounded_to: int = 1,
) -> Finding:
    """Is the printed rate that of the count and the population?

    Parameters
    ----------
    count, population, rate : str or number
        As printed.
    per : int
        Population to which the rate refers.
    count_rounded_to, population_rounded_to : int
        Units to which the two were rounded before printing; 1 means exact.

    Returns
    -------
    Finding
        ``suggestions`` are rates that fit.

    Examples
    --------
    >>> check_rate(470, 28313, "16.7", per=1000).suggestions
    (16.6,)
    """
    printed = read_figure(rate, "rate")
    counts, people = (
        _rounded(count, count_rounded_to, "count"),
        _rounded(population, population_rounded_to, "population"),
    )
    if people[0] <= 0:
        raise ValueError(f"population is {population}; a rate needs people.")
    if per < 1:
        raise ValueError(f"per is {per}; a rate is per 100, per 10,000 or the like.")
    low, high = per * max(Fraction(0), counts[0]) / people[1], per * counts[1] / people[0]
    middle = per * Fraction(read_figure(count).value) / Fraction(read_figure(population).value)
    consistent = printed.fits(low, high)
    notes: list[str] = []
    if not consistent:
        notes += [
            f"{printed} is the rate per {other:,}."
            for other in (100, 1_000, 10_000, 100_000)
            if other != per and printed.fits(low * other / per, high * other / per)
        ]
        size = printed.value and Fraction(read_figure(population).value) * Fraction(printed.value) / per
        notes.append(f"{printed} per {per:,} of this population would be a count of {format_value(size, 0)}.")
    spread = f" (between {float(low):.2f} and {float(high):.2f} before rounding)" if high > low else ""
    return Finding(
        "rate",
        consistent,
        f"{count} / {population} x {per:,} = {float(middle):.2f}{spread}; printed {printed}.",
        () if consistent else plain_values([printed.with_value(middle)]),
        tuple(notes),
        {"rate": float(middle), "bounds": (float(low), float(high))},
        {"count": count, "population": population, "rate": printed.text, "per": per},
    )


def _rounded(value: Printable, unit: int, name: str) -> tuple[Fraction, Fraction]:
    """Return the bounds of a value that was rounded to ``unit`` (1: exact, unless printed with decimals)."""
    figure = read_figure(value, name)
    if unit < 1:
        raise ValueError(f"{name} was rounded to {unit}; a unit is at least 1.")
    half = figure.half_unit if figure.decimals else Fraction(unit, 2) if unit > 1 else Fraction(0)
    return Fraction(figure.value) - half, Fraction(figure.value) + half
