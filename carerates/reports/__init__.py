"""Results to files that a statistician can publish."""

from __future__ import annotations

from carerates.reports.build import report
from carerates.reports.disclosure import Disclosure, Protected, protect
from carerates.reports.publishing import publish
from carerates.reports.verification import Verification, verify

__all__ = ["Disclosure", "Protected", "Verification", "protect", "publish", "report", "verify"]
