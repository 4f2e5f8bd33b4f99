"""Results to files that a statistician can publish."""

from __future__ import annotations

from carerates.reports.build import report
from carerates.reports.publishing import publish
from carerates.reports.verification import Verification, verify

__all__ = ["Verification", "publish", "report", "verify"]
