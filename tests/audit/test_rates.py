"""A printed rate is that of its count and population, or the finding says which would be."""

from __future__ import annotations

import pytest

from carerates.audit import check_rate


def test_rates_with_rounded_counts() -> None:
    assert check_rate(470, 28313, 166).consistent
    assert check_rate(470, 28313, 167, count_rounded_to=5).consistent  # 472 would do
    assert not check_rate(470, 28313, 168, count_rounded_to=5).consistent
    assert "per 1,000" in " ".join(check_rate(470, 28313, "16.6").notes)
    with pytest.raises(ValueError, match="needs people"):
        check_rate(5, 0, 1)


def test_what_gives_no_rate() -> None:
    with pytest.raises(ValueError, match="per is 0"):
        check_rate(470, 28313, "166", per=0)
    for slip in ("1e400", 10**400):
        with pytest.raises(ValueError, match="larger than any figure"):
            check_rate(slip, 28313, "166")
