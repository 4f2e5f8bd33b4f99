"""What a check found, with the arithmetic a reader can follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from carerates.audit.figures import Figure
from carerates.provenance import Provenance

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether printed figures agree with one another, and what would.

    Attributes
    ----------
    check : str
        Name of the check.
    consistent : bool
        True if unrounded values exist that would be printed exactly like this.
    explanation : str
        The arithmetic, in words.
    suggestions : tuple
        Values that would fit in place of the figure checked, likeliest slip first: a p value, a
        percentage, a total, a pair of group sizes.  Empty where the figures agree.
    notes : tuple of str
        Other ways in which the figures could be reconciled, and what else a reader should know.
    recomputed : mapping
        What came out, by name; bounds are pairs.
    settings : mapping
        The figures that were checked.
    decision_error : bool
        True if the correction moves a p value across the significance level.

    Examples
    --------
    >>> from carerates.audit import check_percent
    >>> found = check_percent(count=473, total=697, percent="67.8")
    >>> found.consistent
    False
    """

    check: str
    consistent: bool
    explanation: str
    suggestions: tuple[Any, ...] = ()
    notes: tuple[str, ...] = ()
    recomputed: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    decision_error: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "recomputed", MappingProxyType(dict(self.recomputed)))
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))

    @property
    def provenance(self) -> Provenance:
        """The figures came from the user; the step says what was done."""
        return Provenance(steps=(f"Recomputed by the check '{self.check}' from the printed figures.",))

    def summary(self) -> str:
        """Return the finding as a paragraph."""
        verdict = "Consistent." if self.consistent else "Not consistent."
        lines = [f"{verdict} {self.explanation}"]
        if self.suggestions:
            lines.append("Would fit: " + ", ".join(_shown(value) for value in self.suggestions) + ".")
        if self.decision_error:
            lines.append("The correction changes whether the result counts as significant.")
        return " ".join([*lines, *self.notes])

    def to_frame(self) -> pd.DataFrame:
        """Return one row: check, verdict, suggestions, explanation."""
        import pandas as pd

        return pd.DataFrame(
            {
                "check": [self.check],
                "consistent": [self.consistent],
                "decision_error": [self.decision_error],
                "suggestions": ["; ".join(_shown(value) for value in self.suggestions)],
                "explanation": [self.explanation],
                "notes": [" ".join(self.notes)],
            }
        )


def _shown(value: object) -> str:
    """Print a suggestion."""
    if isinstance(value, tuple):
        return "(" + ", ".join(_shown(one) for one in value) + ")"
    return f"{value:g}" if isinstance(value, float) else str(value)


def plain_values(figures: Iterable[Figure]) -> tuple[float | int, ...]:
    """Return figures as numbers, each once, in order: what ``suggestions`` holds."""
    numbers = (float(one.value) if one.decimals else int(one.value) for one in figures)
    return tuple(dict.fromkeys(numbers))
