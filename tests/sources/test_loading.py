from __future__ import annotations

import pytest

import carerates as cr


def test_wales_has_22_areas_every_year() -> None:
    rates = cr.load_rates("wales")
    assert rates.years == tuple(range(2003, 2022))
    assert (rates.to_frame().groupby("year").size() == 22).all()


def test_unknown_nation() -> None:
    with pytest.raises(ValueError, match="'scotland'"):
        cr.load_rates(["wales", "scotland"])
