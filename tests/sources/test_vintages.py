"""What changed between two releases, area by area."""

from __future__ import annotations

import pandas as pd
import pytest

import carerates as cr
from carerates.provenance import Provenance, Source
from carerates.sources.england import read_looked_after
from carerates.sources.vintages import MARKERS, compare_vintages
from carerates.tables import RatesTable
from tests.sources.fixture_files import fixture


def release(year: int) -> RatesTable:
    span = {2023: "2023", 2025: "2025"}[year]
    found = read_looked_after(fixture(f"england/looked_after_31_march_release_{span}.csv"))
    found = found[~((found["status"] == "not_applicable") & found["population"].isna())]
    frame = found[["area_code", "area_name", "year", "children", "population", "status"]].assign(
        published_rate_per_10000=found["published_rate_per_10000"]
    )
    source = Source("Department for Education", "x", "Children looked after", edition=f"release {year}")
    return RatesTable(frame, Provenance((source,)))


def test_two_releases_of_england() -> None:
    found = compare_vintages(release(2023), release(2025))
    frame = found.to_frame()
    assert set(frame["marker"]) <= set(MARKERS)
    barnsley = frame[(frame["area_name"] == "Barnsley") & (frame["year"] == 2023)].iloc[0]
    # as published: 400 of 50,681 in the release of 2023, 398 of 50,706 in that of 2025
    assert (barnsley["children_first"], barnsley["children_second"]) == (400, 398)
    assert (barnsley["population_first"], barnsley["population_second"]) == (50681, 50706)
    assert barnsley["marker"] == "count and population revised"
    assert barnsley["reason"].startswith("children 400 to 398; population 50,681 to 50,706")
    assert set(frame.loc[frame["year"] == 2020, "marker"]) == {"only in the first"}
    assert set(frame.loc[frame["year"] == 2025, "marker"]) == {"only in the second"}
    assert "release 2023 and release 2025 share" in found.summary()
    assert {source.edition for source in found.provenance.sources} == {"release 2023", "release 2025"}


def test_each_kind_of_change_by_hand() -> None:
    first = pd.DataFrame(
        {
            "area_code": list("ABCDEF"),
            "year": 2023,
            "children": [10, 10, 10, None, 10, 10],
            "population": [1000] * 6,
            "status": ["exact"] * 3 + ["suppressed"] + ["exact"] * 2,
            "published_rate_per_10000": [100.0] * 6,
        }
    )
    second = first.assign(
        children=[10, 11, 10, 4, 10, 10],
        population=[1000, 1000, 1100, 1000, 1000, 1000],
        status=["exact"] * 5 + ["revised"],
        published_rate_per_10000=[100.0, 110, 91, 40, 101, 100],
    )
    markers = (
        compare_vintages(first, second, names=("old", "new")).to_frame().set_index("area_code")["marker"]
    )
    assert markers.to_dict() == {
        "A": "same",
        "B": "count revised",
        "C": "population revised",
        "D": "status changed",
        "E": "published rate changed",
        "F": "status changed",
    }


def test_same_table_twice() -> None:
    found = cr.compare_vintages(release(2025), release(2025))
    assert set(found.to_frame()["marker"]) == {"same"}
    assert found.summary().endswith("Nothing changed.")
    with pytest.raises(TypeError):
        cr.compare_vintages(release(2025), "release")  # type: ignore[arg-type]
