"""Authorities' deprivation from small areas: checked by another computation and by published summaries."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carerates.sources.deprivation import read_file_7, read_wimd_ranks, summarise
from carerates.sources.deprivation.districts import upper_tier
from carerates.sources.deprivation.english import SMALL_AREAS
from carerates.sources.deprivation.fetching import (
    INDEX_FILES,
    WELSH_RANKS,
    english_summaries,
    fetch_index_file,
    fetch_welsh_ranks,
    summarise_ranks,
    welsh_profiles,
)
from carerates.sources.deprivation.welsh import DOMAINS
from carerates.sources.deprivation.welsh import SMALL_AREAS as WELSH_SMALL_AREAS
from carerates.sources.edition import read_table
from carerates.sources.factor_register import factor_entries
from carerates.sources.factors import load_factors
from carerates.sources.failures import ContentError, IncompleteError, LayoutError, OfflineError
from carerates.sources.live_factors import LIVE_FACTORS, live_factors
from tests.sources.conftest import Desk
from tests.sources.fixture_files import fixture
from tests.sources.publishers import statswales
from tests.sources.publishers.server import Answer, Asked, Server, serve
from tests.sources.test_workbooks import ods, xlsx

# -- the measures, computed a second way ------------------------------------------------------------


def slowly(rows: list[tuple[str, int, float, int]], total: int) -> dict[str, dict[str, float]]:
    """Average score and rank, extent and shares in exact fractions, one small area after the other."""
    found: dict[str, dict[str, Fraction]] = {}
    for area in {row[0] for row in rows}:
        people = score = rank = extent = Fraction(0)
        inside = dict.fromkeys((10, 20, 30, 50), 0)
        count = 0
        for name, place, value, weight in rows:
            if name != area:
                continue
            count += 1
            people += weight
            score += Fraction(value) * weight
            rank += (total - place + 1) * weight
            # the smallest percentile whose upper end the rank does not pass
            percentile = next(p for p in range(1, 101) if Fraction(place) <= Fraction(total * p, 100))
            if percentile <= 10:
                extent += weight
            elif percentile <= 30:
                step = (Fraction(95, 100) - Fraction(5, 100)) / 19
                extent += weight * (Fraction(95, 100) - step * (percentile - 11))
            for share in inside:
                # "most deprived 10%" is the tenth of all areas, to the nearest whole area
                if place <= int(Fraction(total * share, 100) + Fraction(1, 2)):
                    inside[share] += 1
        found[area] = {
            "average_score": score / people,
            "average_rank": rank / people,
            "extent": extent / people,
            **{f"share_most_deprived_{one}": Fraction(n, count) for one, n in inside.items()},
        }
    return {area: {name: float(value) for name, value in one.items()} for area, one in found.items()}


@settings(max_examples=15, deadline=None)
@given(st.integers(3, 200), st.integers(0, 10_000))
def test_summaries_agree_with_exact_fractions(total: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = [
        (
            f"E{random.integers(0, 4)}",
            rank,
            float(random.integers(1, 90_000)) / 1000,
            int(random.integers(1, 3000)),
        )
        for rank in range(1, total + 1)
    ]
    frame = pd.DataFrame(rows, columns=["area", "rank", "score", "people"])
    ours = summarise(frame, area="area", rank="rank", score="score", weight="people").set_index("area_code")
    for area, expected in slowly(rows, total).items():
        for name, value in expected.items():
            # both are sums of at most 200 doubles
            assert ours.loc[area, name] == pytest.approx(value, rel=1e-12, abs=1e-12), (area, name)


def test_extent_is_that_of_the_technical_report() -> None:
    # everyone in the tenth; 95% in the 11th percentile, 5% in the 30th, nobody beyond
    lsoas = pd.DataFrame({"area": [f"p{n}" for n in range(1, 101)], "rank": range(1, 101), "people": 1000})
    extent = summarise(lsoas, area="area", rank="rank", weight="people").set_index("area_code")["extent"]
    assert [extent[f"p{n}"] for n in (1, 10, 11, 30, 31, 100)] == pytest.approx([1, 1, 0.95, 0.05, 0, 0])
    assert extent["p20"] == pytest.approx(0.5 + 0.9 / 38)  # half-way, in steps of 0.9 / 19


# -- Wales: every small area of two editions, against the published shares --------------------------


def ranks_of(edition: int) -> pd.DataFrame:
    rows = csv.DictReader(io.StringIO(fixture("deprivation/wimd_ranks_of_small_areas.csv").decode()))
    frame = pd.DataFrame([row for row in rows if row["edition"] == str(edition)])
    return frame.astype({"wimd_rank": float, "income_rank": float})


@pytest.mark.parametrize("edition", [2011, 2019])
@pytest.mark.parametrize(("domain", "name"), [("WIMD", "overall"), ("Income", "income")])
def test_welsh_shares_are_those_of_the_bundled_table(edition: int, domain: str, name: str) -> None:
    ranks = ranks_of(edition)
    column = f"{domain.lower()}_rank"
    table = read_table("wimd_local_authorities")
    held = table[(table["wimd_year"] == edition) & (table["domain"] == name)].set_index("area_code")
    total = len(ranks)
    # the table was computed with the tenths of 1,909 cut off to whole ranks, one short of the publisher's
    cut = {share: total * share // 100 for share in (10, 20, 30, 50)}
    found = summarise(ranks, area="area_code", rank=column, weight=None, bounds=cut).set_index("area_code")
    assert found["lsoas"].to_dict() == held["lsoas"].astype(int).to_dict()
    for share in cut:
        ours = 100 * found[f"share_most_deprived_{share}"]
        # the table has one decimal
        assert (ours - held[f"percent_most_deprived_{share}"]).abs().max() <= 0.0501
    official = summarise_ranks(ranks, edition)
    official = official[official["domain"] == domain].set_index("area_code")
    for share in cut:
        more = official["lsoas"] * (
            official[f"share_most_deprived_{share}"] - found[f"share_most_deprived_{share}"]
        )
        assert more.round(6).sum() in (0, 1), share  # at most the one small area at the bound


def test_welsh_shares_as_the_publisher_printed_them() -> None:
    found = summarise_ranks(ranks_of(2019), 2019)
    overall = found[found["domain"] == "WIMD"].set_index("area_code")
    # Welsh Government, WIMD 2019 results report: local authorities
    printed = {"W06000022": 24.2, "W06000024": 22.2, "W06000015": 18.2, "W06000021": 0.0}
    for code, percent in printed.items():
        assert round(100 * overall.loc[code, "share_most_deprived_10"], 1) == percent
    assert round(100 * overall.loc["W06000019", "share_most_deprived_50"], 1) == 85.1


def test_bounds_of_groups_are_the_publishers() -> None:
    everyone = pd.DataFrame({"area_code": "W06000001", "wimd_rank": np.arange(1, 1918)})
    found = summarise_ranks(everyone, 2025).iloc[0]
    assert [round(1917 * found[f"share_most_deprived_{one}"]) for one in (10, 20, 30, 50)] == [
        191,
        382,
        574,
        958,
    ]
    with pytest.raises(ContentError, match="area_code"):
        summarise_ranks(everyone.drop(columns="area_code"), 2025)


# -- England: small areas and official summaries of a made-up England -------------------------------

# the last year of each district, so that counties that were split since are among them
DISTRICTS = ["E06000001", "E08000016", "E07000150", "E07000151", "E07000026", "E07000027", "E07000040"]
OFFICIAL = {
    "E07000150": "E10000021",
    "E07000151": "E10000021",
    "E07000026": "E10000006",
    "E07000027": "E10000006",
    "E07000040": "E10000008",
}
NAMES = {
    "E06000001": "Hartlepool",
    "E08000016": "Barnsley",
    "E10000021": "Northamptonshire",
    "E10000006": "Cumbria",
    "E10000008": "Devon",
}
SIZE = 70


def small_areas() -> list[tuple[str, int, float, int, int]]:
    """District, rank, score, people and children of each small area."""
    random = np.random.default_rng(2019)
    return [
        (
            DISTRICTS[int(random.integers(0, len(DISTRICTS)))],
            rank,
            round(0.9 * (1 - rank / (SIZE + 1)), 3),
            int(random.integers(1000, 3000)),
            int(random.integers(50, 900)),
        )
        for rank in range(1, SIZE + 1)
    ]


def file_7(edition: int) -> bytes:
    """The layout of the edition, with every column; scores and ranks of all indices are alike."""
    lines = csv.reader(io.StringIO(fixture("deprivation/iod-file7-columns.csv").decode()))
    header = [name for year, _, name in lines if year == str(edition)]
    rows = []
    for number, (district, rank, score, people, children) in enumerate(small_areas()):
        row: list[object] = []
        for name in header:
            if name.startswith("LSOA"):
                row.append(f"E010{number:05d}" if "code" in name else "Somewhere 001A")
            elif "District" in name:
                row.append(district if "code" in name else "Somewhere")
            elif " Rank " in name:
                row.append(rank)
            elif " Score" in name:
                row.append(score)
            else:
                row.append(people if name.startswith("Total") else children if "Children" in name else 1)
        rows.append(row)
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


# as the file has them, in its order
COLUMNS_OF_2010 = [
    *("LSOA CODE", "PRE 2009 LA CODE", "PRE 2009 LA NAME", "POST 2009 LA CODE", "POST 2009 LA NAME"),
    *("GOR CODE", "GOR NAME", "IMD SCORE", "RANK OF IMD SCORE (where 1 is most deprived)"),
    *("INCOME SCORE", "RANK OF INCOME SCORE (where 1 is most deprived)"),
    *("EMPLOYMENT SCORE", "RANK OF EMPLOYMENT SCORE (where 1 is most deprived)"),
    "HEALTH DEPRIVATION AND DISABILITY SCORE",
    "RANK OF HEALTH DEPRIVATION AND DISABILITY SCORE (where 1 is most deprived)",
    "EDUCATION SKILLS AND TRAINING SCORE",
    "RANK OF EDUCATION SKILLS AND TRAINING SCORE (where 1 is most deprived)",
    "BARRIERS TO HOUSING AND SERVICES SCORE",
    "RANK OF BARRIERS TO HOUSING AND SERVICES SCORE (where 1 is most deprived)",
    *("CRIME AND DISORDER SCORE", "RANK OF CRIME SCORE (where 1 is most deprived)"),
    *("LIVING ENVIRONMENT SCORE", "RANK OF LIVING ENVIRONMENT SCORE (where 1 is most deprived)"),
    *("Indoors Sub-domain Score", "Indoors Sub-domain Rank (where 1 is most deprived)"),
    *("IDACI score", "Rank of IDACI (where 1 is most deprived)"),
    *("IDAOPI score", "Rank of IDAOPI (where 1 is most deprived)"),
]
OLD_CODES = [
    ("00EB", "Hartlepool"),
    ("34UB", "Corby"),
    ("16UC", "Barrow-in-Furness"),
    ("00EJ", "County Durham"),
]


def file_7_of_2010() -> bytes:
    rows: list[list[object]] = [list(COLUMNS_OF_2010)]
    for rank in range(1, SIZE + 1):
        code, name = OLD_CODES[rank % len(OLD_CODES)]
        places = [f"E010{rank:05d}", "11UB", "Before", code, name, "A", "North East"]
        rows.append([*places, *[round(1 - rank / SIZE, 3), rank] * ((len(COLUMNS_OF_2010) - 7) // 2)])
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def file_11(edition: int, weight: int, *, off: float = 0.0) -> bytes:
    """The official summaries, made by the slow computation with one of the populations."""
    rows = [(OFFICIAL.get(one[0], one[0]), one[1], one[2], one[weight]) for one in small_areas()]
    summaries = slowly(rows, SIZE)
    year = {2015: 2013, 2019: 2019, 2025: 2024}[edition]
    measures = {
        "Average score": "average_score",
        "Average rank": "average_rank",
        "Proportion of LSOAs in most deprived 10% nationally": "share_most_deprived_10",
        "Extent": "extent",
    }
    sheets: dict[str, list[list[object]]] = {"Notes": []}
    for index in ("IMD", "Income", "IDACI"):
        rows_of: list[list[object]] = [
            [
                f"Upper Tier Local Authority District code ({year})",
                f"Upper Tier Local Authority District name ({year})",
                *(f"{index} - {one} " for one in measures),
            ]
        ]
        for code in sorted(summaries):
            values = [round(summaries[code][name], 4) for name in measures.values()]
            rows_of.append([code, NAMES[code], values[0] + off, *values[1:]])
        sheets[index] = rows_of
    return xlsx(sheets)


class Publishers:
    """GOV.UK with a made-up England, and gov.wales with a made-up Wales."""

    def __init__(self) -> None:
        self.weight, self.off, self.rows = 3, 0.0, SIZE

    def govuk(self, asked: Asked) -> Answer:
        edition = next(year for (_, year), path in INDEX_FILES.items() if asked.path.strip("/") == path)
        number = next(one for (one, _), path in INDEX_FILES.items() if asked.path.strip("/") == path)
        if number == 7:
            body = file_7_of_2010() if edition == 2010 else file_7(edition)
            return Answer(200, b"\n".join(body.split(b"\n")[: self.rows + 1]) + b"\n", "text/csv")
        return Answer(200, file_11(edition, self.weight, off=self.off), "application/octet-stream")

    def govwales(self, asked: Asked) -> Answer:
        edition = next(year for year, path in WELSH_RANKS.items() if asked.path.strip("/") == path)
        return Answer(200, workbook_of_ranks(edition), "application/zip")


# as the workbook spells them
DOMAIN_HEADERS = ["Income", "Employment", "Health", "Education", "Access to Services", "Housing"]
DOMAIN_HEADERS += ["Community Safety", "Physical Environment"]


@cache  # a workbook holds the time at which it was made, so that it is made once
def workbook_of_ranks(edition: int) -> bytes:
    header: list[object] = ["LSOA code ", "LSOA name (Eng)", "Local Authority name (Eng) "]
    header += [f"WIMD {edition} ", *(f"{one} " for one in DOMAIN_HEADERS), ""]
    rows: list[list[object]] = [["Title"], ["Note"], header]
    for rank in range(1, 41):
        name = "Cardiff" if rank % 4 == 0 else "The Vale of Glamorgan"
        rows.append([f"W01{rank:06d}", "Somewhere 1", name, rank, 41 - rank, *[rank] * 7])
    return ods({"Contents": [["x"]], f"WIMD_{edition}_ranks": rows})


@pytest.fixture
def publishers() -> Publishers:
    return Publishers()


@pytest.fixture
def world(publishers: Publishers, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Server]]:
    for edition in SMALL_AREAS:
        monkeypatch.setitem(SMALL_AREAS, edition, SIZE)
    monkeypatch.setitem(WELSH_SMALL_AREAS, 2019, 40)
    with ExitStack() as stack:
        yield {
            "govuk": stack.enter_context(serve(publishers.govuk)),
            "govwales": stack.enter_context(serve(publishers.govwales)),
            "statswales": stack.enter_context(serve(statswales.Publisher())),
        }


@pytest.mark.parametrize("edition", [2015, 2019, 2025])
def test_areas_of_today_are_rebuilt_once_the_official_summaries_are_met(
    edition: int, desk: Desk, world: dict[str, Server]
) -> None:
    found, entries, steps = english_summaries(desk(**world), edition, "income")
    today = [(upper_tier(one[0]), one[1], one[2], one[3]) for one in small_areas()]
    expected = slowly(today, SIZE)
    assert set(found["area_code"]) == set(expected)
    # both Northamptonshires, Cumberland and Westmorland and Furness, none of which the file knows
    assert {"E06000061", "E06000062", "E06000063", "E06000064"} <= set(found["area_code"])
    for code, row in found.set_index("area_code").iterrows():
        assert row["average_score"] == pytest.approx(expected[str(code)]["average_score"], abs=1e-12)
        assert row["extent"] == pytest.approx(expected[str(code)]["extent"], abs=1e-12)
    assert [one.key.dataset for one in entries] == [
        f"indices_of_deprivation_{edition}_file_{number}" for number in (7, 11)
    ]
    assert "weighted by population" in steps[0] and "largest differences" in steps[1]


@pytest.mark.parametrize(("column", "name"), [(3, "population"), (4, "children")])
def test_population_that_reproduces_the_official_summaries_is_taken(
    column: int, name: str, desk: Desk, world: dict[str, Server], publishers: Publishers
) -> None:
    publishers.weight = column
    _, _, steps = english_summaries(desk(**world), 2019, "idaci")
    assert f"weighted by {name}" in steps[0]


def test_summaries_that_do_not_meet_the_official_ones_are_refused(
    desk: Desk, world: dict[str, Server], publishers: Publishers
) -> None:
    publishers.off = 0.01
    with pytest.raises(ContentError, match=r"average_score by 0\.0100"):
        english_summaries(desk(**world), 2019, "income")


def test_file_of_2010(desk: Desk, world: dict[str, Server]) -> None:
    found = read_file_7(file_7_of_2010(), 2010, indices=("imd", "income", "crime", "idaci", "idaopi"))
    assert len(found) == SIZE and "population" not in found
    assert found["crime_rank"].tolist() == found["idaci_rank"].tolist() == list(range(1, SIZE + 1))
    assert set(found["district_name"]) == {name for _, name in OLD_CODES}
    frame, _, steps = english_summaries(desk(**world), 2010)
    assert set(frame["area_code"]) == {"E06000001", "E10000021", "E10000006", "E06000047"}
    assert "small areas count alike" in steps[0]
    shorter = file_7_of_2010().replace(b"POST 2009 LA CODE", b"OTHER", 1)
    with pytest.raises(LayoutError, match="la code"):
        read_file_7(shorter, 2010)


def test_file_with_a_small_area_too_few_is_refused(
    desk: Desk, world: dict[str, Server], publishers: Publishers
) -> None:
    publishers.rows = SIZE - 1
    with pytest.raises(IncompleteError, match="69 small areas; there are 70"):
        fetch_index_file(desk(**world), 2019, 7)
    with pytest.raises(ValueError, match="no address of File 11 of 2010"):
        fetch_index_file(desk(**world), 2010, 11)


def test_today_s_areas_as_a_factor(desk: Desk, world: dict[str, Server]) -> None:
    fetcher = desk(**world)
    then = live_factors("income_2019_score", nations=["england"], fetcher=fetcher)
    now = live_factors("income_2019_score", nations=["england"], areas_of="today", fetcher=fetcher)
    before, after = then.to_frame().set_index("area_code"), now.to_frame().set_index("area_code")
    assert "E06000063" not in before.index and after.loc["E06000063", "income_2019_score"] > 0
    shared = before.index.intersection(after.index)
    assert after.loc[shared].equals(before)  # official figures stay as published
    assert any("4 areas that came into being since" in step for step in now.provenance.steps)
    offline = live_factors(
        "income_2019_score", nations=["england"], areas_of="today", fetcher=desk(offline=True, **world)
    )
    assert offline.to_frame().equals(now.to_frame())
    with pytest.raises(ValueError, match="areas_of"):
        live_factors("imd_2019_score", areas_of="then", fetcher=fetcher)  # type: ignore[arg-type]


# -- Wales through its two routes -------------------------------------------------------------------


def test_ranks_are_used_where_statswales_has_no_profiles(desk: Desk, world: dict[str, Server]) -> None:
    frame, entries, steps = welsh_profiles(desk(**world), 2019)
    assert entries[0].key.source == "govwales" and "computed from their ranks" in steps[0]
    assert set(frame["domain"]) == set(DOMAINS.values())
    overall = frame[frame["domain"] == "WIMD"].set_index("area_code")
    assert overall["lsoas"].to_dict() == {"W06000014": 30, "W06000015": 10}
    again = live_factors(
        "wimd_2019_crime_most_deprived_10", nations=["wales"], fetcher=desk(offline=True, **world)
    )
    assert len(again.to_frame()) == 2
    with pytest.raises(OfflineError):
        welsh_profiles(desk(offline=True, folder="empty", **world), 2019)


def test_profiles_of_2019_are_found_by_their_title(desk: Desk, world: dict[str, Server]) -> None:
    publisher = world["statswales"].app
    assert isinstance(publisher, statswales.Publisher)
    identifier = "77777777-0000-4000-8000-000000000019"
    body = fixture("deprivation/wimd2025_la_profile_shape.csv").rstrip(b"\n")
    title = "WIMD 2019 local authority deprivation profiles"
    publisher.datasets[identifier] = statswales.held(identifier, title, body)
    fetcher = desk(**world)
    frame, entries, steps = welsh_profiles(fetcher, 2019)
    assert entries[0].key.dataset == identifier and "as StatsWales gives them" in steps[0]
    assert frame["lsoas"].iloc[0] == 44
    assert welsh_profiles(desk(offline=True, **world), 2019)[0].equals(frame)


def test_welsh_ranks_name_the_authority_of_each_small_area(desk: Desk, world: dict[str, Server]) -> None:
    fetcher = desk(**world)
    entry = fetch_welsh_ranks(fetcher, 2019)
    ranks = read_wimd_ranks(fetcher.store.read(entry), 2019)
    assert ranks["area_code"].value_counts().to_dict() == {"W06000014": 30, "W06000015": 10}
    with pytest.raises(ValueError, match="no address of the ranks of 2011"):
        fetch_welsh_ranks(fetcher, 2011)


def test_live_factors_have_the_form_of_the_bundled_ones(desk: Desk, world: dict[str, Server]) -> None:
    both = [name for name in LIVE_FACTORS if name in factor_entries() and not name.startswith("lone")]
    assert len(both) == 14 + 36  # English Indices of three editions; every domain and share of WIMD 2019
    for nation, start in (("england", ("imd", "income", "idaci")), ("wales", ("wimd",))):
        # every kind of each, and every domain of the Welsh Index
        names = [name for name in both if name.startswith(start) and not name.endswith(("20", "30", "50"))]
        live = live_factors(names, nations=[nation], fetcher=desk(**world))
        bundled = load_factors(names, nations=nation)
        assert live.to_frame().dtypes.to_dict() == bundled.to_frame().dtypes.to_dict()
        assert [(one.name, one.unit) for one in live.factors] == [
            (one.name, one.unit) for one in bundled.factors
        ]


# -- districts --------------------------------------------------------------------------------------


def test_every_district_of_2009_lies_in_a_county() -> None:
    # 201 districts of 27 counties; the spans of codes cover them all
    found = {}
    for number in range(1, 240):
        try:
            found[f"E07000{number:03d}"] = upper_tier(f"E07000{number:03d}")
        except ContentError:
            continue
    assert len(found) == 201
    from carerates import areas

    assert all(areas.find(code).is_current for code in found.values())


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("E07000048", "Christchurch", "E06000058"),
        ("E07000242", "East Hertfordshire", "E10000015"),
        ("E07000245", "West Suffolk", "E10000029"),
        ("E07000246", "Somerset West and Taunton", "E06000066"),
        ("E06000048", "Northumberland", "E06000057"),
        ("00EB", "Hartlepool", "E06000001"),
        ("26UH", "Stevenage", "E10000015"),
    ],
)
def test_districts_of_every_era(code: str, name: str, expected: str) -> None:
    assert upper_tier(code, name) == expected


@pytest.mark.parametrize("code", ["E07000999", "W06000001", "99ZZ", "", "E0700015", "00ZZ"])
def test_what_is_no_district(code: str) -> None:
    with pytest.raises(ContentError, match="no district"):
        upper_tier(code)
