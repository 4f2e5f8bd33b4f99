from __future__ import annotations

import pytest

from carerates.errors import ModelError
from carerates.models.checks.diagnostics import Check, Diagnostics


def test_a_failed_check_marks_and_refuses():
    good = Check("divergent transitions", 0.0, "0", True)
    failed = Check("largest R-hat", 1.2, "at most 1.01", False, "Run longer.")
    diagnostics = Diagnostics("nuts", (good, failed))
    assert not diagnostics.passed
    assert "DO NOT RELY ON THESE FIGURES" in diagnostics.banner()
    assert "Run longer." in diagnostics.banner()
    with pytest.raises(ModelError, match=r"largest R-hat: 1\.2, needed at most 1\.01"):
        diagnostics.require()
    assert Diagnostics.from_json(diagnostics.to_json()) == diagnostics
    assert diagnostics.to_frame()["passed"].tolist() == [True, False]
    fine = Diagnostics("nuts", (good,))
    fine.require()
    assert fine.banner() == ""
