"""May the draws be relied on? A table of checks, each with what was found and what is needed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import pandas as pd

from carerates.errors import ModelError


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, what was found, what is needed, whether it passed, and what to do if not."""

    name: str
    found: float
    needed: str
    passed: bool
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """All checks of one fit.

    Attributes
    ----------
    engine : str
        Engine that made the draws.
    checks : tuple of Check
        In the order they were made.

    Examples
    --------
    >>> from carerates.models import Diagnostics
    >>> from carerates.models.checks.diagnostics import Check
    >>> Diagnostics("nuts", (Check("largest R-hat", 1.02, "below 1.01", passed=False),)).passed
    False
    """

    engine: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(one.passed for one in self.checks)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each check."""
        return pd.DataFrame([asdict(one) for one in self.checks])

    def banner(self) -> str:
        """Return the warning that every output of a failed fit carries; empty if all checks passed."""
        failed = [one for one in self.checks if not one.passed]
        if not failed:
            return ""
        lines = [f"{one.name}: {one.found:.4g}, needed {one.needed}. {one.advice}" for one in failed]
        return "DO NOT RELY ON THESE FIGURES: the fit did not pass its checks. " + " ".join(lines)

    def require(self) -> None:
        """Raise a ModelError unless every check passed."""
        if not self.passed:
            raise ModelError(self.banner())

    def to_json(self) -> str:
        """Return the checks as JSON text."""
        return json.dumps({"engine": self.engine, "checks": [asdict(one) for one in self.checks]})

    @classmethod
    def from_json(cls, text: str) -> Diagnostics:
        """Rebuild from :meth:`to_json`."""
        values = json.loads(text)
        return cls(values["engine"], tuple(Check(**one) for one in values["checks"]))

    def __str__(self) -> str:
        state = "passed" if self.passed else "FAILED"
        lines = [f"Checks of the {self.engine} engine: {state}"]
        lines += [
            f"  {'ok  ' if one.passed else 'FAIL'} {one.name}: {one.found:.4g} (needed {one.needed})"
            for one in self.checks
        ]
        return "\n".join(lines)
