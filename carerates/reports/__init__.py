"""Results to files that a statistician can publish."""

from __future__ import annotations

from carerates.reports.build import report
from carerates.reports.disclosure import Disclosure, Protected, protect
from carerates.reports.my_area import area_page
from carerates.reports.publishing import publish
from carerates.reports.verification import Verification, verify

__all__ = ["Disclosure", "Protected", "Verification", "area_page", "protect", "publish", "report", "verify"]
