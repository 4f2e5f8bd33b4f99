"""Which areas touch, and the tile grid."""

from __future__ import annotations

import pytest

from carerates import areas
from carerates.errors import AreaError

CURRENT = set(areas.register(level="local_authority", year=2026)["area_code"])


def pairs(codes: list[str] | None = None) -> dict[tuple[str, str], str]:
    there = areas.neighbours(codes)
    return {(row.area_code, row.neighbour_code): row.link for row in there.itertuples()}


def link(one: str, other: str) -> str | None:
    return pairs().get((areas.find(one).code, areas.find(other).code))


def components(there: dict[tuple[str, str], str], codes: set[str]) -> list[set[str]]:
    left, found = set(codes), []
    while left:
        group, edge = set(), {min(left)}
        while edge:
            group |= edge
            edge = {other for one, other in there if one in edge} - group
        found.append(group)
        left -= group
    return found


def test_symmetric_without_self_or_repeats() -> None:
    there = areas.neighbours()
    keys = pairs()
    assert len(keys) == len(there)
    assert all(one != other and (other, one) in keys for one, other in keys)
    assert all(keys[other, one] == kind for (one, other), kind in keys.items())
    assert {code for pair in keys for code in pair} <= CURRENT
    assert set(there["link"]) == {"land", "bridge"}
    assert ((there["crossing"] != "") == (there["link"] == "bridge")).all()


def test_only_two_groups_of_islands_stand_alone() -> None:
    apart = components(pairs(), CURRENT)
    assert sorted(len(group) for group in apart) == [1, 1, 173]
    alone = {areas.name(code) for group in apart if len(group) == 1 for code in group}
    assert alone == {"Isle of Wight", "Isles of Scilly"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cardiff", "Vale of Glamorgan"),
        ("Cardiff", "Newport"),
        ("Powys", "Gwynedd"),
        ("Powys", "Ceredigion"),
        ("Caerphilly", "Merthyr Tydfil"),
        ("Swansea", "Neath Port Talbot"),
        # across the border of the nations
        ("Powys", "Shropshire"),
        ("Powys", "Herefordshire"),
        ("Monmouthshire", "Gloucestershire"),
        ("Monmouthshire", "Herefordshire"),
        ("Wrexham", "Cheshire West and Chester"),
        ("Wrexham", "Shropshire"),
        ("Flintshire", "Cheshire West and Chester"),
        # England
        ("Cornwall", "Devon"),
        ("Leicester", "Leicestershire"),
        ("North Northamptonshire", "Lincolnshire"),  # some twenty metres near Stamford
        ("City of London", "Tower Hamlets"),
        ("Camden", "Westminster"),
        ("Slough", "Surrey"),
        ("Cumberland", "Northumberland"),
        ("East Riding of Yorkshire", "North Lincolnshire"),
    ],
)
def test_areas_that_share_a_land_border(one: str, other: str) -> None:
    assert link(one, other) == "land"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Isle of Anglesey", "Gwynedd"),
        ("Monmouthshire", "South Gloucestershire"),
        ("Plymouth", "Cornwall"),
        ("Liverpool", "Wirral"),
        ("Thurrock", "Kent"),
        ("Southwark", "Tower Hamlets"),
        ("Westminster", "Lambeth"),
        ("Newcastle upon Tyne", "Gateshead"),
    ],
)
def test_areas_that_a_bridge_or_tunnel_joins(one: str, other: str) -> None:
    assert link(one, other) == "bridge"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cardiff", "North Somerset"),
        ("Vale of Glamorgan", "Somerset"),
        ("Flintshire", "Wirral"),
        ("Isle of Anglesey", "Conwy"),
        ("Blaenau Gwent", "Merthyr Tydfil"),  # the head of Caerphilly lies between
        ("Bridgend", "Swansea"),
        ("Pembrokeshire", "Swansea"),
        ("Essex", "Kent"),
        ("Essex", "Medway"),
        ("Barking and Dagenham", "Bexley"),
        ("Isle of Wight", "Hampshire"),
        ("Isles of Scilly", "Cornwall"),
        ("Rutland", "Peterborough"),
        ("Cumberland", "Lancashire"),
        ("Middlesbrough", "Hartlepool"),
        ("Leicester", "Nottingham"),
    ],
)
def test_areas_that_do_not_touch(one: str, other: str) -> None:
    assert link(one, other) is None


def test_numbers_of_neighbours() -> None:
    count = areas.neighbours().groupby("area_code").size()
    assert count[areas.find("Powys").code] == 13
    assert count[areas.find("Kingston upon Hull").code] == 1
    assert count[areas.find("Cardiff").code] == 4


def test_former_and_summed_areas_have_the_neighbours_of_their_parts() -> None:
    near = {"E10000017", "E06000047", "E06000057", "E06000065"}  # Lancashire, Durham, Northumberland, N Yorks
    there = pairs(["E10000006", *near, "E08000003"])
    assert {other for one, other in there if one == "E10000006"} == near
    old = pairs(["Bournemouth", "Poole", "E10000009", "Hampshire"])
    assert ("E06000028", "E06000029") in old
    assert ("E06000028", "E10000014") not in old  # Christchurch, then in Dorset, lay between
    assert ("E10000009", "E10000014") in old
    unit = pairs(["E06000058+E06000059", "Devon", "Hampshire"])
    assert {other for one, other in unit if one == "E06000058+E06000059"} == {"E10000008", "E10000014"}


def test_bad_input_is_refused() -> None:
    with pytest.raises(AreaError, match="overlap"):
        areas.neighbours(["E10000006", "E06000063"])
    with pytest.raises(AreaError) as caught:
        areas.neighbours(["North East", "Narnia", "Cardiff"])
    assert len(caught.value.problems) == 2
    with pytest.raises(TypeError, match="Several codes"):
        areas.neighbours("W06000015")
    assert areas.neighbours([]).empty


def test_answers_are_copies() -> None:
    borders, grid = areas.neighbours(), areas.tile_grid()
    borders["link"], grid["row"] = "x", 0
    assert set(areas.neighbours()["link"]) == {"land", "bridge"}
    assert areas.tile_grid()["row"].nunique() > 10


def test_every_present_authority_has_one_cell_of_its_own() -> None:
    grid = areas.tile_grid()
    assert set(grid["area_code"]) == CURRENT
    assert len(grid) == len(CURRENT) == 175
    assert not grid.duplicated(["column", "row"]).any()
    assert grid["column"].min() == grid["row"].min() == 0


def test_the_nations_and_islands_stand_apart_on_the_grid() -> None:
    cells = {(row.column, row.row): row.area_code for row in areas.tile_grid().itertuples()}
    for (column, row), code in cells.items():
        for step in ((1, 0), (0, 1), (1, 1), (1, -1)):
            other = cells.get((column + step[0], row + step[1]))
            if other:
                assert code[0] == other[0], f"{code} touches {other}"
                assert not {code, other} & {"E06000046", "E06000053"}


def test_the_grid_keeps_most_neighbours_together_and_each_nation_whole() -> None:
    grid = areas.tile_grid().set_index("area_code")
    there = areas.neighbours()
    same = there[there["area_code"].str[0] == there["neighbour_code"].str[0]]
    one, other = grid.loc[same["area_code"]], grid.loc[same["neighbour_code"]]
    apart = abs(one.to_numpy() - other.to_numpy()).max(axis=1)
    # squares have eight neighbours at most and Powys alone has thirteen, so not every pair can touch
    assert (apart <= 1).mean() > 0.7
    assert apart.max() <= 6
    for letter in "EW":
        cells = {tuple(cell) for code, *cell in grid.itertuples() if code[0] == letter}
        touching = {(a, b): "" for a in cells for b in cells if abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1}
        sizes = sorted(len(group) for group in components(touching, cells))  # type: ignore[arg-type]
        assert sizes == ([1, 1, 151] if letter == "E" else [22])


@pytest.mark.parametrize(
    ("south", "north"),
    [("Cornwall", "Devon"), ("Kent", "Norfolk"), ("Cardiff", "Gwynedd"), ("Croydon", "Camden")],
)
def test_north_is_up(south: str, north: str) -> None:
    row = areas.tile_grid().set_index("area_code")["row"]
    assert row[areas.find(south).code] > row[areas.find(north).code]


@pytest.mark.parametrize(
    ("west", "east"),
    [("Pembrokeshire", "Cardiff"), ("Cornwall", "Kent"), ("Liverpool", "Leeds"), ("Ealing", "Newham")],
)
def test_west_is_left(west: str, east: str) -> None:
    column = areas.tile_grid().set_index("area_code")["column"]
    assert column[areas.find(west).code] < column[areas.find(east).code]
