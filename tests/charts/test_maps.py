"""Maps: five shades that words explain, and hatching where the figures leave the side open."""

from __future__ import annotations

import pandas as pd
import pytest

from carerates.charts.style import SEQUENCE, Furniture
from carerates.charts.tiles import class_words, draw_tiles, find_open

CODES = ["W06000001", "W06000002", "W06000003", "W06000004", "W06000005", "W06000006"]
WORDS = Furniture("", "Rates of six areas", "Rate per 10,000", "Source: made up")


@pytest.fixture
def frame() -> pd.DataFrame:
    rates = [50.0, 80.0, 100.0, 120.0, 190.0, None]
    return pd.DataFrame(
        {
            "area_code": CODES,
            "area_name": list("ABCDEF"),
            "rate": rates,
            "low": [45.0, 70.0, 90.0, 110.0, 170.0, None],
            "high": [55.0, 101.0, 110.0, 130.0, 210.0, None],
        }
    )


def _outlines():
    geopandas = pytest.importorskip("geopandas")
    import shapely

    # six squares in a row, the first of two islands with a hole in one
    holed = shapely.box(0, 0, 1, 1).difference(shapely.box(0.4, 0.4, 0.6, 0.6))
    shapes = [shapely.MultiPolygon([holed, shapely.box(0, 2, 1, 3)])]
    shapes += [shapely.box(at, 0, at + 1, 1) for at in range(1, 6)]
    made = geopandas.GeoDataFrame({"area_code": CODES}, geometry=shapes, crs="EPSG:4326")
    made.attrs["attribution"] = "Contains OS data"
    return made


def test_an_interval_that_holds_the_value_of_all_is_open(frame: pd.DataFrame) -> None:
    assert find_open(frame, "low", "high", 100.0).tolist() == [False, True, True, False, False, False]
    assert not find_open(frame, None, None, 100.0).any()


def test_outlines_are_shaded_in_order_and_hatched_where_open(frame: pd.DataFrame) -> None:
    from matplotlib.colors import to_hex

    from carerates.charts.maps import draw_map

    ax = draw_map(frame, "rate", _outlines(), words=WORDS, lower="low", upper="high", reference=100.0)
    shades = [to_hex(one.get_facecolor()).upper() for one in ax.patches]
    assert shades[:5] == list(SEQUENCE)
    assert shades[5] == "#FFFFFF"
    assert [bool(one.get_hatch()) for one in ax.patches] == [False, True, True, False, False, False]
    # two islands and a hole are three closed rings of one area
    assert (ax.patches[0].get_path().codes == 79).sum() == 3
    legend = [one.get_text() for one in ax.get_legend().get_texts()]
    assert legend == [*class_words([74.0, 92.0, 108.0, 134.0], 0)[::-1], "[x] no figure", "side left open"]
    said = " ".join(one.get_text() for one in ax.figure.texts)
    assert "Contains OS data" in said
    assert "Hatched" in said


def test_tiles_print_the_interval_and_hatch_the_open(frame: pd.DataFrame) -> None:
    ax = draw_tiles(frame, "rate", words=WORDS, lower="low", upper="high", reference=100.0)
    texts = [one.get_text() for one in ax.texts]
    assert "45 to 55" in texts
    assert "[x]" in texts
    assert sum(bool(one.get_hatch()) for one in ax.patches) == 2
