"""Outlines of areas for a map: fetched, kept, read from a file, or refused with a reason."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import carerates as cr
from carerates.errors import MissingExtraError, SourceError
from carerates.sources.failures import (
    ContentError,
    LayoutError,
    NotFoundError,
    OfflineError,
    WrongContentError,
)
from carerates.sources.geography import BOUNDARY_SERVICE, newest_name
from tests.sources.conftest import Desk
from tests.sources.fixture_files import FIXTURES, fixture_json
from tests.sources.publishers.geography import BOUNDARIES, Publisher
from tests.sources.publishers.server import serve

CUT = FIXTURES / "geography" / "upper_tier_cut.geojson"


def write(path: Path, features: list[dict[str, object]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def cut() -> list[dict[str, object]]:
    return list(fixture_json("geography/upper_tier_cut.geojson")["features"])


def test_outlines_of_the_portal_are_a_geodataframe(desk: Desk) -> None:
    with serve(Publisher(page=2)) as server:
        found = cr.load_boundaries(fetcher=desk(geography=server))
    assert list(found.columns) == ["area_code", "area_name", "geometry"]
    # Barnsley was published with the code it had until 2025; rates tables carry the one in use now
    assert found["area_code"].tolist() == ["E06000001", "E08000038", "W06000001"]
    assert found["area_name"].tolist() == ["Hartlepool", "Barnsley", "Isle of Anglesey"]
    assert found.crs.to_epsg() == 4326
    assert found.geometry.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    assert found.attrs["title"] == BOUNDARIES.replace("_", " ")
    assert "Crown copyright" in found.attrs["attribution"] and len(found.attrs["sha256"]) == 2


def test_nations_and_language(desk: Desk) -> None:
    with serve(Publisher()) as server:
        fetcher = desk(geography=server)
        welsh = cr.load_boundaries("wales", lang="cy", fetcher=fetcher)
        assert welsh["area_name"].tolist() == ["Ynys Môn"]
        assert len(cr.load_boundaries("england", fetcher=fetcher)) == 2


def test_kept_outlines_serve_offline(desk: Desk) -> None:
    with serve(Publisher(page=1)) as server:
        first = cr.load_boundaries(fetcher=desk(geography=server))
        asked = len(server.asked)
        again = cr.load_boundaries(fetcher=desk(geography=server, offline=True))
        assert again.equals(first) and len(server.asked) == asked


def test_offline_without_outlines_says_what_is_held(tmp_path: Path) -> None:
    with pytest.raises(OfflineError, match="holds: nothing"):
        cr.load_boundaries(offline=True, cache_dir=tmp_path)
    with pytest.raises(OfflineError, match="2023"):
        cr.load_boundaries(year=2023, offline=True, cache_dir=tmp_path)


def test_year_chooses_the_edition(desk: Desk) -> None:
    with serve(Publisher()) as server:
        fetcher = desk(geography=server)
        assert "2019" in cr.load_boundaries(year=2019, fetcher=fetcher).attrs["title"]
        assert "2023" in cr.load_boundaries(fetcher=fetcher).attrs["title"]
        with pytest.raises(NotFoundError, match=r"year 1998; there are: .*2019.*2023"):
            cr.load_boundaries(year=1998, fetcher=fetcher)
        # the edition of 2019 was retrieved again last, yet the newest edition is the default
        offline = desk(geography=server, offline=True)
        assert "2023" in cr.load_boundaries(fetcher=offline).attrs["title"]
        assert "2019" in cr.load_boundaries(year=2019, fetcher=offline).attrs["title"]


def test_newest_edition_and_its_last_issue() -> None:
    stem = "Counties_and_Unitary_Authorities_December_{}_Boundaries_UK_BUC{}"
    names = [stem.format(*one) for one in ((2023, ""), (2024, "_V2"), (2024, ""), (2022, "_V9"))]
    assert newest_name(names, BOUNDARY_SERVICE) == stem.format(2024, "_V2")
    assert newest_name(names, BOUNDARY_SERVICE, 2022) == stem.format(2022, "_V9")
    assert newest_name(names, BOUNDARY_SERVICE, 2020) is None


def test_file_of_real_outlines() -> None:
    found = cr.load_boundaries(source=CUT)
    assert found["area_code"].tolist() == ["E06000058", "W06000014", "W06000015", "W06000022"]
    assert found["area_name"].tolist()[1:] == ["Vale of Glamorgan", "Cardiff", "Newport"]
    assert found.attrs["title"] == CUT.name
    # Cardiff has about 140 square kilometres of land; the outline here is simplified to about a kilometre
    cardiff = found[found["area_code"] == "W06000015"].to_crs("EPSG:27700").area.sum() / 1e6
    assert 110 < cardiff < 170


def test_file_with_years_gives_the_areas_of_a_year() -> None:
    assert "E06000028" in set(cr.load_boundaries(source=CUT, year=2018)["area_code"])
    assert "E06000028" not in set(cr.load_boundaries(source=CUT, year=2019)["area_code"])


def test_file_in_metres_with_the_publishers_column(tmp_path: Path) -> None:
    import geopandas

    path = tmp_path / "outlines.gpkg"
    grid = geopandas.read_file(CUT).to_crs("EPSG:27700")[["la_code", "geometry"]]
    scottish = grid.iloc[:1].assign(la_code="S12000033")
    grid = geopandas.pd.concat([grid[grid["la_code"].str.startswith("W")], scottish])
    grid.rename(columns={"la_code": "CTYUA23CD"}).to_file(path)
    found = cr.load_boundaries(source=path)
    assert found.crs.to_epsg() == 4326 and len(found) == 3
    # there and back again through the National Grid: about a metre is 1e-5 degrees
    assert found.geometry.iloc[1].equals_exact(cr.load_boundaries("wales", source=CUT).geometry.iloc[1], 2e-5)


def test_what_is_no_file_of_outlines(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file"):
        cr.load_boundaries(source=tmp_path / "absent.geojson")
    (tmp_path / "page.geojson").write_text("<html>Not found</html>")
    with pytest.raises(WrongContentError, match=r"page\.geojson"):
        cr.load_boundaries(source=tmp_path / "page.geojson")
    (tmp_path / "table.csv").write_text("area_code,x\nW06000015,1\n")
    with pytest.raises(LayoutError, match="outlines"):
        cr.load_boundaries(source=tmp_path / "table.csv")


def test_what_is_wrong_with_a_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "outlines.geojson"
    features = cut()
    with pytest.raises(ContentError, match=r"more than one outline of .*W06000015"):
        cr.load_boundaries("wales", source=write(path, [*features, *features]))
    nameless = [{**one, "properties": {"number": 1}} for one in features]
    with pytest.raises(LayoutError, match="area_code"):
        cr.load_boundaries(source=write(path, nameless))
    unknown = [{**features[0], "properties": {"area_code": "E99999999"}}]
    with pytest.raises(ContentError, match="E99999999"):
        cr.load_boundaries(source=write(path, unknown))
    without = [{**features[0], "properties": {"area_code": "W06000015"}, "geometry": None}, features[1]]
    with pytest.raises(SourceError):
        cr.load_boundaries(source=write(path, without))
    ring = [[[318000, 176000], [319000, 176000], [319000, 177000], [318000, 176000]]]
    metres = [
        {
            **features[0],
            "properties": {"area_code": "W06000015"},
            "geometry": {"type": "Polygon", "coordinates": ring},
        }
    ]
    with pytest.raises(ContentError, match="coordinate system"):
        cr.load_boundaries(source=write(path, metres))
    with pytest.raises(ContentError, match="no outline in Wales"):
        english = [one for one in features if str(one["properties"]["la_code"]).startswith("E")]  # type: ignore[index]
        cr.load_boundaries("wales", source=write(path, english), year=2020)


def test_arguments_that_are_wrong(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="year"):
        cr.load_boundaries(year="2023", source=CUT)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="lang"):
        cr.load_boundaries(lang="fr", source=CUT)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="nations"):
        cr.load_boundaries("scotland", source=CUT)
    undated = [{**one, "properties": {"area_code": "W06000015"}} for one in cut()[:1]]
    with pytest.raises(ValueError, match="does not say which year"):
        cr.load_boundaries(year=2023, source=write(tmp_path / "one.geojson", undated))


def test_without_geopandas_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "geopandas", None)
    with pytest.raises(MissingExtraError, match=r"carerates\[geo\]"):
        cr.load_boundaries(source=CUT)
