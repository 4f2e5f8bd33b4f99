"""From the publishers to the same tables as the bundled edition, online once and offline ever after."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path

import pytest
from click.testing import CliRunner

import carerates as cr
from carerates.cli import carerates_command
from carerates.errors import SourceError
from carerates.sources.collections import COLLECTIONS, fetch_collection
from carerates.sources.deprivation.english import SMALL_AREAS
from carerates.sources.deprivation.fetching import INDEX_FILES
from carerates.sources.deprivation.welsh import SMALL_AREAS as WELSH_SMALL_AREAS
from carerates.sources.failures import ConnectionFailedError, LayoutError, OfflineError
from carerates.sources.fetcher import Fetcher
from carerates.sources.live import live_lone_parents, live_rates
from carerates.sources.live_factors import live_factors
from carerates.sources.statswales import read_cube
from carerates.sources.statswales.totals import total_counts
from tests.sources.conftest import Desk
from tests.sources.fixture_files import fixture
from tests.sources.publishers import england, geography, nomis, statswales
from tests.sources.publishers.server import Answer, Asked, Server, serve
from tests.sources.test_summaries import SIZE, Publishers, file_7, file_7_of_2010
from tests.sources.test_workbooks import xlsx

COUNTS = "d2120b16-0406-4242-a515-0dd7eaf79c98"
PROFILES = "f30cc8bc-8e97-449e-96a4-77b0400262d1"


def counts_csv() -> bytes:
    """Counts by age group in the layout of the service: two areas and the total, two years."""
    header = ["Data values", "Data description", "Local Authority", "Area Code", "Year", "Age group", "Notes"]
    rows = [header]
    places = [("Total Welsh local authorities", "W92000004", 7200), ("Isle of Anglesey", "W06000001", 165)]
    for name, code, count in places:
        for year in ("2023-24", "2024-25"):
            note = "Total" if code.startswith("W92") else ""
            rows.append([str(count), "Total", name, code, year, "All ages", note])
            rows.append([str(count // 2), "Total", name, code, year, "Under 1", note])
            rows.append([str(count // 3), "Males", name, code, year, "All ages", note])
    rows.append(["", "Total", "Torfaen", "W06000020", "2024-25", "All ages", "Confidential"])
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().rstrip("\n").encode()


def welsh_publisher() -> statswales.Publisher:
    publisher = statswales.Publisher()
    title = "Children looked after on 31 March by gender and age group"
    publisher.datasets[COUNTS] = statswales.held(COUNTS, title, counts_csv())
    profiles = fixture("deprivation/wimd2025_la_profile_shape.csv").rstrip(b"\n")
    publisher.datasets[PROFILES] = statswales.held(PROFILES, "WIMD 2025 profiles", profiles)
    return publisher


@lru_cache
def summary_workbook(year: str, tier: str) -> bytes:
    rows = list(csv.reader(io.StringIO(fixture("deprivation/iod2019-file11-idaci.csv").decode())))
    rows[0] = [name.replace("2019", year).replace("Upper Tier ", tier) for name in rows[0]]
    typed = [rows[0], *[[*row[:2], *map(float, row[2:])] for row in rows[1:]]]
    return xlsx({"Notes": [], "IDACI": typed})


def govuk(asked: Asked) -> Answer:
    number, edition = next(key for key, path in INDEX_FILES.items() if asked.path.strip("/") == path)
    tag = {"ETag": f'"{number}-{edition}"'}
    if number == 7:
        body = file_7_of_2010() if edition == 2010 else file_7(edition)
        return Answer(200, body, "text/csv", tag)
    year = {2015: "2013", 2019: "2019", 2025: "2024"}[edition]  # codes are of a year before
    content = summary_workbook(year, "Upper Tier " if number == 11 else "")
    return Answer(200, content, "application/octet-stream", tag)


class NomisWithHouseholds(nomis.Publisher):
    """Districts of both censuses, and populations for every year asked for."""

    def __call__(self, asked: Asked) -> Answer:
        self.years = tuple(str(year) for year in range(2002, 2026))
        head = '"GEOGRAPHY_CODE","GEOGRAPHY_NAME","{cell}","OBS_VALUE","RECORD_OFFSET","RECORD_COUNT"\n'
        for dataset, cell, codes in (
            ("NM_2023_1", "C2021_HHCOMP_15", ("E06000001", "E07000032", "W06000001")),
            ("NM_605_1", "CELL", ("E06000001", "E10000007", "W06000001")),
        ):
            lines = [(code, value, number) for code in codes for value, number in (("0", 1000), ("10", 75))]
            self.tables[dataset] = (
                head.format(cell=cell)
                + "".join(
                    f'"{code}","{code}","{value}",{number},{place},{len(lines)}\n'
                    for place, (code, value, number) in enumerate(lines)
                )
            ).encode()
        return super().__call__(asked)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Server]]:
    for edition in SMALL_AREAS:  # an England and a Wales of few small areas, to be quick
        monkeypatch.setitem(SMALL_AREAS, edition, SIZE)
    monkeypatch.setitem(WELSH_SMALL_AREAS, 2019, 40)
    with ExitStack() as stack:
        yield {
            "statswales": stack.enter_context(serve(welsh_publisher())),
            "ees_content": stack.enter_context(serve(england.Content())),
            "nomis": stack.enter_context(serve(NomisWithHouseholds())),
            "geography": stack.enter_context(serve(geography.Publisher())),
            "govuk": stack.enter_context(serve(govuk)),
            "govwales": stack.enter_context(serve(Publishers().govwales)),
        }


def asked_in_all(world: dict[str, Server]) -> int:
    return sum(len(server.asked) for server in world.values())


def test_rates_of_both_nations(desk: Desk, world: dict[str, Server]) -> None:
    rates = live_rates(["wales", "england"], years=[2024, 2025], fetcher=desk(**world))
    frame = rates.to_frame().set_index(["area_code", "year"])
    anglesey = frame.loc[("W06000001", 2025)]
    # mid-2024 is the population of 31 March 2025
    assert (anglesey["children"], anglesey["population"], anglesey["population_year"]) == (165, 8012, 2024)
    assert anglesey["status"] == "rounded_to_5" and anglesey["children_low"] == 163
    assert frame.loc[("W06000020", 2025), "status"] == "suppressed"
    rutland = frame.loc[("E06000017", 2025)]
    assert (rutland["children"], rutland["population"], rutland["published_rate_per_10000"]) == (32, 8012, 40)
    assert {source.publisher for source in rates.provenance.sources} == {
        "Welsh Government",
        "Department for Education",
        "Office for National Statistics",
    }
    assert any("rounded to the nearest 5" in step for step in rates.provenance.steps)
    assert not frame["nation"].isna().any()


def test_published_welsh_rate_stands_beside_the_computed_one(desk: Desk, world: dict[str, Server]) -> None:
    text = counts_csv().decode().replace("2023-24", "2019-20")
    publisher = world["statswales"].app
    publisher.datasets[COUNTS].csv = text.encode()  # type: ignore[attr-defined]
    rates = live_rates(["wales"], years=[2020], fetcher=desk(**world)).to_frame()
    assert rates["published_rate_per_10000"].tolist() == [123]
    assert rates["rate_per_10000"].item() == pytest.approx(10_000 * 165 / 8012)


def test_totals_of_nations_and_regions(desk: Desk, world: dict[str, Server]) -> None:
    nation = live_rates(["wales", "england"], years=[2025], level="nation", fetcher=desk(**world)).to_frame()
    assert dict(zip(nation["nation"], nation["children"], strict=True)) == {"Wales": 7200, "England": 81770}
    # three of the 22 populations are there, so the total has none rather than one too small
    assert nation.set_index("nation")["population"].isna().to_dict() == {"Wales": True, "England": False}
    regions = live_rates(["england"], years=[2025], level="region", fetcher=desk(**world)).to_frame()
    assert len(regions) == 9


def test_second_time_works_offline(desk: Desk, world: dict[str, Server]) -> None:
    online = live_rates(["wales", "england"], years=[2025], fetcher=desk(**world))
    before = asked_in_all(world)
    offline = live_rates(["wales", "england"], years=[2025], fetcher=desk(offline=True, **world))
    assert offline.to_frame().equals(online.to_frame())
    assert offline.provenance.sources == online.provenance.sources
    assert asked_in_all(world) == before
    with pytest.raises(OfflineError, match="The store holds"):
        live_rates(["wales"], years=[2024], fetcher=desk(offline=True, **world))


def test_load_rates_takes_the_live_source(
    desk: Desk, world: dict[str, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    live_rates(["england"], years=[2025], fetcher=desk(**world))
    monkeypatch.setenv("CARERATES_CACHE_DIR", str(desk(**world).settings.cache_dir))
    monkeypatch.setenv("CARERATES_OFFLINE", "1")
    rates = cr.load_rates("england", years=2025, source="live")
    assert rates.years == (2025,)
    bundled = cr.load_rates("england", years=2024)
    assert list(rates.to_frame().columns) == list(bundled.to_frame().columns)
    with pytest.raises(ValueError, match="'bundled', 'live'"):
        cr.load_rates("england", source="elsewhere")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="only the bundled edition"):
        cr.load_rates("england", source="live", population="rebased")


@pytest.mark.parametrize("level", ["local_authority", "region", "nation"])
def test_live_tables_have_the_form_of_the_bundled_ones(
    level: str, desk: Desk, world: dict[str, Server]
) -> None:
    for nation in ("wales", "england"):
        live = live_rates([nation], years=[2025], level=level, fetcher=desk(**world))  # type: ignore[arg-type]
        bundled = cr.load_rates(nation, years=2018, level=level)  # type: ignore[arg-type]
        assert live.to_frame().dtypes.to_dict() == bundled.to_frame().dtypes.to_dict(), (nation, level)
        assert [one.publisher for one in live.provenance.sources]


def test_newest_release_gives_the_figures_of_the_bundled_edition(
    desk: Desk, world: dict[str, Server]
) -> None:
    """Every count and population of 31 March 2021 to 2024 that both have, of all authorities of England."""
    files = world["ees_content"].app.files  # type: ignore[attr-defined]
    files[england.LA_FILE] = fixture("england/looked_after_31_march_release_2025.csv")
    key, figures = ["area_code", "year"], ["children", "population", "status"]
    live = live_rates(["england"], years=range(2021, 2025), fetcher=desk(**world)).to_frame().set_index(key)
    bundled = cr.load_rates("england", years=range(2021, 2025)).to_frame().set_index(key)
    both = live.index.intersection(bundled.index)
    assert len(both) == 608 and set(bundled.index) == set(both)
    counted = live.loc[both, "children"].notna()
    assert live.loc[both, "children"].equals(bundled.loc[both, "children"])
    assert live.loc[both[counted], figures].equals(bundled.loc[both[counted], figures])


@pytest.mark.parametrize("name", ["lone_parents", "lone_parents_2011", "idaci_2019_score"])
def test_live_factors_have_the_form_of_the_bundled_ones(
    name: str, desk: Desk, world: dict[str, Server]
) -> None:
    live, bundled = live_factors(name, fetcher=desk(**world)), cr.load_factors(name)
    assert live.to_frame().dtypes.to_dict() == bundled.to_frame().dtypes.to_dict()
    assert live.factors[0].unit == bundled.factors[0].unit


def test_settings_of_the_store_are_arguments_too(
    desk: Desk, world: dict[str, Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_rates(["england"], years=[2025], fetcher=desk(**world))
    live_rates(["england"], release="2023", fetcher=desk(**world))
    folder = desk(**world).settings.cache_dir
    monkeypatch.setenv("CARERATES_CACHE_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("CARERATES_OFFLINE", "0")
    kept = cr.load_rates("england", source="live", offline=True, cache_dir=folder, release="2023")
    assert kept.years[-1] == 2023
    with pytest.raises(OfflineError):
        cr.load_rates("england", source="live", offline=True)
    with pytest.raises(OfflineError):
        cr.load_factors("lone_parents", source="live", offline=True, cache_dir=folder)
    with pytest.raises(ValueError, match="offline mean something only with source='live'"):
        cr.load_rates("england", offline=True)
    with pytest.raises(ValueError, match="cache_dir mean something only"):
        cr.load_factors("lone_parents", cache_dir=folder)


def test_releases_are_compared(desk: Desk, world: dict[str, Server]) -> None:
    old = live_rates(["england"], release="2023", fetcher=desk(**world))
    new = live_rates(["england"], fetcher=desk(**world))
    found = cr.compare_vintages(old, new).to_frame().set_index(["area_name", "year"])
    barnsley = found.loc[("Barnsley", 2023)]
    assert (barnsley["children_first"], barnsley["children_second"]) == (400, 398)
    assert barnsley["marker"] == "count and population revised"


def test_unknown_total_is_not_guessed() -> None:
    text = counts_csv().decode().replace("All ages", "Everyone")
    with pytest.raises(LayoutError, match="Everyone"):
        total_counts(read_cube(text.encode()), "x")


def test_factors(desk: Desk, world: dict[str, Server]) -> None:
    fetcher = desk(**world)
    table = live_factors(["lone_parents", "lone_parents_2011", "idaci_2019_score"], fetcher=fetcher)
    frame = table.to_frame().set_index("area_code")
    assert frame.loc["E06000002", "idaci_2019_score"] == 0.327
    assert frame.loc["W06000001", "lone_parents"] == 7.5
    assert frame.loc["E10000007", "lone_parents_2011"] == 7.5
    welsh = live_factors("wimd_2025_most_deprived_10", nations=["wales"], fetcher=fetcher).to_frame()
    assert welsh["wimd_2025_most_deprived_10"].iloc[0] == pytest.approx(100 * 2 / 44)
    assert len(live_lone_parents(2021, fetcher)[0]) == 3
    with pytest.raises(ValueError, match="bundled edition"):
        live_factors("deprivation", fetcher=fetcher)


@pytest.mark.parametrize("name", list(COLLECTIONS))
def test_every_collection_is_fetched_once(name: str, desk: Desk, world: dict[str, Server]) -> None:
    first = fetch_collection(name, desk(**world))
    assert first.new == len(first.entries) > 0
    assert "new" in first.summary()
    again = fetch_collection(name, desk(**world))
    assert again.new == 0 and "unchanged" in again.summary()
    assert COLLECTIONS[name].held(desk(**world))


def test_unchanged_file_is_not_sent_again(desk: Desk, world: dict[str, Server]) -> None:
    fetch_collection("deprivation", desk(**world))
    before = len(world["govuk"].asked)
    world["govuk"].fail(*[Answer(304)] * len(INDEX_FILES))
    assert fetch_collection("deprivation", desk(**world)).new == 0
    assert [one.headers.get("if-none-match") for one in world["govuk"].asked[before:]] == [
        f'"{number}-{edition}"' for number, edition in INDEX_FILES
    ]


def test_new_revision_is_told(desk: Desk, world: dict[str, Server]) -> None:
    fetch_collection("wales", desk(**world))
    publisher = world["statswales"].app
    held = publisher.datasets[COUNTS]  # type: ignore[attr-defined]
    held.metadata["published_revision"]["id"] = "aaaaaaaa-0000-4000-8000-00000000000b"
    held.csv = held.csv.replace(b"165,", b"170,")
    told = fetch_collection("wales", desk(**world)).summary()
    assert "1 of 2 files are new" in told and "00000000000b" in told


def test_unreachable_publisher_leaves_what_is_held(desk: Desk, world: dict[str, Server]) -> None:
    fetch_collection("england", desk(**world))
    world["ees_content"].fail(*["refused"] * 9)
    with pytest.raises(ConnectionFailedError):
        fetch_collection("england", desk(**world))
    assert live_rates(["england"], years=[2025], fetcher=desk(offline=True, **world)).years == (2025,)


# -- command line -----------------------------------------------------------------------------------


@pytest.fixture
def cli(world: dict[str, Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    addresses = {name.replace("_", "-"): server.url for name, server in world.items()}
    monkeypatch.setattr("carerates.sources.fetcher.ADDRESSES", addresses)
    monkeypatch.setattr("carerates.sources.fetcher._PACE", {})
    monkeypatch.setenv("CARERATES_CACHE_DIR", str(tmp_path / "kept"))
    return CliRunner()


def test_fetch_sources_and_cache(cli: CliRunner, tmp_path: Path) -> None:
    into = tmp_path / "figures"
    done = cli.invoke(carerates_command, ["fetch", "england", "boundaries", "--into", str(into), "--quiet"])
    assert done.exit_code == 0, done.output
    assert "england: 1 of 1 files are new" in done.output
    copies = json.loads((into / "sources.json").read_text())
    assert len(copies) == len(list(into.iterdir())) - 1
    again = cli.invoke(carerates_command, ["fetch", "england"])
    assert "unchanged" in again.output
    listed = cli.invoke(carerates_command, ["sources"])
    assert "looked_after_wales" in listed.output and "1 files kept" in listed.output
    info = cli.invoke(carerates_command, ["cache", "info"])
    assert "all are as they were fetched" in info.output
    assert str(tmp_path / "kept") in cli.invoke(carerates_command, ["cache", "path"]).output
    cleared = cli.invoke(carerates_command, ["cache", "clear", "ees", "--yes"])
    assert cleared.output == "removed 1 files\n"


def test_one_publisher_s_trouble_is_not_another_s(cli: CliRunner, world: dict[str, Server]) -> None:
    world["ees_content"].fail(*[Answer(404)] * 9)
    done = cli.invoke(carerates_command, ["fetch", "england", "boundaries", "wales"])
    assert isinstance(done.exception, SourceError) and "boundaries: 2 of 2" in done.output
    assert "wales: 2 of 2 files are new" in done.output
    asked = len(world["statswales"].asked)
    world["ees_content"]._faults.clear()
    again = cli.invoke(carerates_command, ["fetch", "england", "boundaries", "wales"])
    # the fetch goes on where it stopped: what is held is only asked whether it is still the newest
    assert again.exit_code == 0 and "england: 1 of 1 files are new" in again.output
    assert again.output.count("unchanged since last time") == 2
    assert not any("/data/" in path for path in world["statswales"].paths()[asked:])


def test_progress_is_told_unless_quiet(cli: CliRunner, tmp_path: Path) -> None:
    loud = cli.invoke(carerates_command, ["fetch", "england"])
    assert "fetching from ees: CLA numbers and rates" in loud.stderr and "england: 1 of 1" in loud.stdout
    # a question of Nomis is told by its year, not by its parameters
    years = cli.invoke(carerates_command, ["fetch", "population", "--into", str(tmp_path)]).stderr
    assert "fetching from nomis: Population estimates" in years and ", mid-2019" in years
    assert "recordoffset" not in years and len(list(tmp_path.glob("nomis-NM_2002_1-mid-2019-*.csv"))) == 1
    quiet = cli.invoke(carerates_command, ["fetch", "boundaries", "--quiet"])
    assert quiet.stderr == "" and quiet.stdout.startswith("boundaries: 2 of 2 files are new")


def test_copies_are_named_by_what_they_hold(cli: CliRunner, tmp_path: Path) -> None:
    into = tmp_path / "figures"
    done = cli.invoke(carerates_command, ["fetch", "deprivation", "--into", str(into)])
    assert done.exit_code == 0, done.output
    names = {path.name.rsplit("-", 1)[0]: path for path in into.iterdir()}
    assert names["govwales-wimd_2019_ranks"].suffix == ".ods"
    assert names["govuk-indices_of_deprivation_2019_file_11"].suffix == ".xlsx"
    assert "published 2010 to " in cli.invoke(carerates_command, ["sources"]).output
    cleared = cli.invoke(carerates_command, ["cache", "clear", "nowhere", "--yes"])
    assert "removed 0 files; there are none of nowhere, only of " in cleared.output


def test_rates_under_any_identifier_belong_to_wales(desk: Desk, world: dict[str, Server]) -> None:
    datasets = world["statswales"].app.datasets  # type: ignore[attr-defined]
    other = "7e2d5f0a-0000-4000-8000-000000000001"
    datasets[other] = datasets.pop(statswales.RATES)
    datasets[other].metadata["id"] = other
    fetch_collection("wales", desk(**world))
    assert {one.key.dataset for one in COLLECTIONS["wales"].held(desk(**world))} == {COUNTS, other}


def test_damage_is_shown_by_the_cache(cli: CliRunner, tmp_path: Path) -> None:
    cli.invoke(carerates_command, ["fetch", "england", "--quiet"])
    one = next((tmp_path / "kept" / "objects").glob("*/*"))
    one.write_bytes(b"changed")
    info = cli.invoke(carerates_command, ["cache", "info"])
    assert info.exit_code == 3 and "damaged" in info.output
    assert cli.invoke(carerates_command, ["fetch", "england", "--quiet"]).exit_code == 0  # mended
    assert cli.invoke(carerates_command, ["cache", "info"]).exit_code == 0


def test_file_by_hand_is_used(cli: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = tmp_path / "cla.csv"
    saved.write_bytes(fixture("england/cla_rates_release_2023.csv"))
    arguments = ["cache", "add", str(saved), "--as", "ees/looked_after_rates", "--revision", "2023/by-hand"]
    assert cli.invoke(carerates_command, arguments).exit_code == 0
    monkeypatch.setenv("CARERATES_OFFLINE", "1")
    with Fetcher() as fetcher:
        assert live_rates(["england"], release="2023", fetcher=fetcher).years[-1] == 2023
    wrong = cli.invoke(carerates_command, ["cache", "add", str(saved), "--as", "ees"])
    assert isinstance(wrong.exception, SourceError)


def test_offline_fetch_is_refused(cli: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARERATES_OFFLINE", "1")
    refused = cli.invoke(carerates_command, ["fetch", "wales"])
    assert isinstance(refused.exception, OfflineError)
    assert "Unset CARERATES_OFFLINE" in str(refused.exception)
