"""Results to files that a statistician can publish."""

from __future__ import annotations

from carerates.reports.build import report

__all__ = ["report"]
