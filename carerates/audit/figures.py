"""Figures as they were printed, and every value they may stand for before rounding.

A printed 62.1 says only that the figure lay between 62.05 and 62.15.  Every check in this folder
works with such bounds, held exactly, so that it never blames a publication for its rounding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

import numpy as np

Relation = Literal["=", "<", ">"]
Printable = str | int | float | Decimal
"""What a check takes for a figure; text keeps the trailing zeros that a float loses."""

LARGEST = 10**15
_SHAPE = re.compile(
    r"^(?:p\s*)?(?P<relation>[<>=≤≥]?)\s*(?P<number>[+-]?[\d,]*\.?\d+(?:e[+-]?\d+)?)\s*%?$", re.I
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure.

    Attributes
    ----------
    text : str
        The figure as it is to be shown again.
    value : Decimal
        Its value.
    decimals : int
        Decimals it was printed to.
    relation : ``"="``, ``"<"`` or ``">"``
        ``"<"`` for figures such as ``<.001``.

    Examples
    --------
    >>> from carerates.audit import read_figure
    >>> figure = read_figure("<.001")
    >>> figure.value, figure.decimals, figure.relation
    (Decimal('0.001'), 3, '<')
    """

    text: str
    value: Decimal
    decimals: int
    relation: Relation = "="

    @property
    def half_unit(self) -> Fraction:
        """Half a unit of the last printed digit."""
        return Fraction(1, 2 * 10**self.decimals)

    @property
    def lower(self) -> Fraction:
        """Smallest value that rounds to the figure; ties may have been rounded either way."""
        return Fraction(self.value) - self.half_unit

    @property
    def upper(self) -> Fraction:
        """Largest value that rounds to the figure; ties may have been rounded either way."""
        return Fraction(self.value) + self.half_unit

    def fits(self, lower: Fraction | float, upper: Fraction | float) -> bool:
        """Tell whether some value between ``lower`` and ``upper`` would be printed like this."""
        if self.relation == "<":
            return lower < Fraction(self.value)
        if self.relation == ">":
            return upper > Fraction(self.value)
        return upper >= self.lower and lower <= self.upper

    def with_value(self, value: Fraction | float | Decimal) -> Figure:
        """Return ``value`` printed to the same decimals."""
        shown = format_value(value, self.decimals)
        return Figure(shown, Decimal(shown), self.decimals)

    def __str__(self) -> str:
        return self.text


def read_figure(value: Printable | Figure, name: str = "figure", *, decimals: int | None = None) -> Figure:
    """Read a figure as printed: ``"62.1"``, ``"-1.3"``, ``"<.001"``, ``"1,312"``, ``"7.0%"``, ``0.814``.

    Parameters
    ----------
    value : str, int, float or Decimal
        Text is best: ``"0.080"`` says three decimals, the float ``0.080`` only two.
    name : str
        What to call it in an error.
    decimals : int, optional
        Decimals it was printed to, where the value does not show them (``0.08`` printed as 0.080).

    Raises
    ------
    ValueError
        If it is not a figure, or has more decimals than ``decimals``.

    Examples
    --------
    >>> figure = read_figure("62.1")
    >>> float(figure.lower), float(figure.upper)
    (62.05, 62.15)
    """
    if isinstance(value, Figure):
        return value
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} is {value!r}; give the figure as it is printed, such as '62.1'.")
    if isinstance(value, np.generic):
        value = value.item()
    text = (
        (repr(value) if isinstance(value, float) else str(value)).strip().replace("−", "-").replace("–", "-")
    )
    found = _SHAPE.match(text)
    try:
        if found is None:
            raise InvalidOperation
        number = Decimal(found["number"].replace(",", ""))
    except InvalidOperation:
        raise ValueError(
            f"{name} is {text!r}, which is not a figure; give it as printed: '62.1', '-1.3', '<.001'."
        ) from None
    if abs(number) > LARGEST:
        raise ValueError(f"{name} is larger than any figure that is printed; look for a slip in its digits.")
    exponent = number.as_tuple().exponent
    shown = max(0, -int(exponent))
    if isinstance(value, float) and text.endswith(".0"):  # 3.0 and 3 are the same float
        shown = 0
    if decimals is not None and decimals < shown:
        raise ValueError(f"{name} is {text!r}, which has {shown} decimals; decimals={decimals} is fewer.")
    relation: Relation = (
        "<" if found["relation"] in ("<", "≤") else ">" if found["relation"] in (">", "≥") else "="
    )
    places = shown if decimals is None else decimals
    sign = relation if relation != "=" else ""
    return Figure(sign + format_value(number, places), number, places, relation)


def read_figures(values: Iterable[Printable | Figure], name: str) -> tuple[Figure, ...]:
    """Read several figures; ``name`` is that of the list."""
    if isinstance(values, str):
        raise TypeError(f"{name} is one text, {values!r}; give a list of figures.")
    return tuple(read_figure(value, f"{name}[{place}]") for place, value in enumerate(values))


def read_count(value: Printable, name: str, *, minimum: int = 0) -> int:
    """Read a whole number of at least ``minimum``."""
    figure = read_figure(value, name)
    if figure.relation != "=" or figure.value != figure.value.to_integral_value() or figure.value < minimum:
        raise ValueError(f"{name} is {figure}; it must be a whole number of at least {minimum}.")
    return int(figure.value)


def format_value(value: Fraction | float | Decimal, decimals: int) -> str:
    """Print ``value`` to ``decimals``, halves away from zero as most publications do."""
    exact = Fraction(value) if not isinstance(value, Fraction) else value
    scaled = abs(exact) * 10**decimals
    units = int(scaled + Fraction(1, 2))
    text = f"{units // 10**decimals}" + (f".{units % 10**decimals:0{decimals}d}" if decimals else "")
    return ("-" if exact < 0 and units else "") + text


def transpositions(figure: Figure) -> Iterator[Figure]:
    """Yield the figure with two neighbouring digits swapped (.814 as .184 and .841)."""
    whole, digits = _digits(figure)
    for place in range(len(digits) - 1):
        if digits[place] != digits[place + 1]:
            swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
            yield _rebuilt(figure, whole + swapped)


def single_digit_changes(figure: Figure) -> Iterator[Figure]:
    """Yield the figure with one digit replaced by another."""
    whole, digits = _digits(figure)
    for place, old in enumerate(digits):
        for new in "0123456789":
            if new != old:
                yield _rebuilt(figure, whole + digits[:place] + new + digits[place + 1 :])


def _digits(figure: Figure) -> tuple[str, str]:
    """Split the digits of a figure into a leading zero, which no printer mistypes, and the rest."""
    digits = format_value(abs(figure.value), figure.decimals).replace(".", "")
    return ("0", digits[1:]) if figure.decimals and digits[0] == "0" else ("", digits)


def _rebuilt(figure: Figure, digits: str) -> Figure:
    """Put the decimal point and the sign back."""
    value = Decimal(int(digits)).scaleb(-figure.decimals)
    return figure.with_value(-value if figure.value < 0 else value)
