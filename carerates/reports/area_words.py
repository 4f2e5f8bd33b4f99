"""The page on one area, in plain words and either language; every statement comes with its uncertainty."""

from __future__ import annotations

import pandas as pd

import carerates
from carerates import areas
from carerates.charts import plot
from carerates.errors import AreaError
from carerates.reports.area_view import AreaView
from carerates.reports.document import (
    Block,
    Bullets,
    Document,
    Links,
    Notice,
    Section,
    format_number,
)
from carerates.reports.page import print_table
from carerates.reports.pictures import Drawing, draw
from carerates.reports.release import make_release_table, source_lines
from carerates.reports.wording import TAGS, cell_words, join_names, ordinal, say
from carerates.trends import KNOWN_BREAKS

_YEARS = [
    "year", "children", "population", "rate_per_10000", "underlying_rate_per_10000", "lower_95", "upper_95",
    "expected_rate_per_10000",
]  # fmt: skip


def draw_area(view: AreaView, lang: str) -> dict[str, Drawing]:
    """Draw the area's course, and the area beside those like it in need."""
    name = view.area.name(lang)  # type: ignore[arg-type]
    fitted, code = view.estimates.fitted, view.area.code
    years = fitted.design.panel.years
    course = say("area_course_title", lang, name=name, first=years[0], last=years[-1])
    drawings = {
        "course": draw(
            plot(fitted, chart="trends", areas=[code], columns=1, title=course, lang=lang),
            course,
            _course_words(view, lang),
        )
    }
    if view.band is not None:
        title = say("area_like_title", lang, name=name, year=view.year)
        drawings["like"] = draw(
            plot(view.estimates.similar, area=code, title=title, lang=lang), title, _like_words(view, lang)
        )
    return drawings


def write_area(view: AreaView, drawings: dict[str, Drawing], files: tuple[str, ...], lang: str) -> Document:
    """Put the page together."""
    name = view.area.name(lang)  # type: ignore[arg-type]
    sections = [
        Section(
            "course",
            say("area_course", lang),
            (drawings["course"].picture("course", "years.csv"), _years_table(view, lang)),
        ),
        *([_like_section(view, drawings["like"], lang)] if "like" in drawings else []),
        Section("meaning", say("area_meaning", lang), (Bullets(_meanings(view, lang)),)),
        Section("quality", say("quality", lang), (Bullets(_quality(view, lang)),)),
    ]
    sources, attributions = source_lines(view.provenance, lang)
    made = say("made_with", lang, version=carerates.__version__)
    heading = say("source", lang, sources="").strip().rstrip(":")
    sections.append(Section("sources", heading, (Bullets((*sources, made)), Links(files))))
    return Document(
        title=say("area_title", lang, name=name, year=view.year),
        subtitle=say(
            "area_subtitle", lang, count=len(view.estimates.areas), place=say(f"in_{view.nation}", lang)
        ),
        lead_heading=say("main_points", lang),
        lead=(Bullets(area_sentences(view, lang)), Notice(say("caution", lang))),
        sections=tuple(sections),
        footer=attributions,
        lang=TAGS[lang],
    )


def area_sentences(view: AreaView, lang: str) -> tuple[str, ...]:
    """Return what the page says first: the count, what lies behind it, its place, need, change and peers."""
    name = view.area.name(lang)  # type: ignore[arg-type]
    row, count = view.row, len(view.estimates.areas)
    place = say(f"in_{view.nation}", lang)
    low, high = int(row["rank_lower_95"]), int(row["rank_upper_95"])
    ranks = {
        "name": name,
        "areas": count,
        "place": place,
        "low": ordinal(low, lang),
        "high": ordinal(high, lang),
    }
    return (
        _count_sentence(view, name, lang),
        say("area_underlying", lang, name=name, **_rates(row)),
        say("area_rank_one" if low == high else "area_rank", lang, **ranks),
        say(
            f"area_expected_{view.against_expected}",
            lang,
            name=name,
            expected=_whole(row["expected_rate_per_10000"]),
            probability=_percent(row["probability_above_expected"]),
        ),
        *_change_sentence(view, name, lang),
        *_like_sentence(view, name, lang),
    )


def _count_sentence(view: AreaView, name: str, lang: str) -> str:
    """Say what was published."""
    one = view.published
    if not view.has_count:
        return say(
            "area_no_count", lang, name=name, year=view.year, meaning=cell_words(str(one["status"]), lang)
        )
    exact = one["children_low"] == one["children_high"]
    return say(
        "area_count" if exact else "area_count_about",
        lang,
        name=name,
        year=view.year,
        children=_whole(one["children"]),
        rate=_whole(one["rate_per_10000"]),
    )


def _change_sentence(view: AreaView, name: str, lang: str) -> list[str]:
    """Say how the underlying rate changed, and how sure that is."""
    one = view.change
    if one is None or pd.isna(one["percent_change"]):
        return []
    low, high = float(one["percent_lower"]), float(one["percent_upper"])
    word = "rose" if low > 0 else "fell" if high < 0 else "unclear"
    start = int(one["start"])
    if word == "fell":
        low, high = -high, -low
    values = {"low": _whole(low), "high": _whole(high), "percent": _whole(abs(float(one["percent_change"])))}
    if word == "unclear":
        values = {"low": _whole(abs(low)), "high": _whole(high)}
    return [say(f"area_change_{word}", lang, name=name, start=start, end=view.year, **values)]


def _like_sentence(view: AreaView, name: str, lang: str) -> list[str]:
    """Say where the area stands among those like it in need."""
    if view.band is None:
        return []
    low, high = int(view.band["rank_lower"]), int(view.band["rank_upper"])
    return [
        say(
            "area_like_one" if low == high else "area_like",
            lang,
            name=name,
            count=int(view.band["neighbours"]),
            areas=int(view.band["neighbours"]) + 1,
            low=ordinal(low, lang),
            high=ordinal(high, lang),
        )
    ]


def _like_section(view: AreaView, drawing: Drawing, lang: str) -> Section:
    """Show the area beside those like it in need."""
    near = view.neighbours
    names = [
        _named(str(code), str(one), lang)
        for code, one in zip(near["neighbour_code"], near["neighbour_name"], strict=True)
    ]
    frame = pd.DataFrame({"area_name": names, "rate_per_10000": near["rate_per_10000"].to_numpy()})
    title = say("area_like_title", lang, name=view.area.name(lang), year=view.year)  # type: ignore[arg-type]
    table = print_table(make_release_table(frame, "like", title, lang), lang)
    return Section("like", say("area_like_heading", lang), (drawing.picture("like", "like.csv"), table))


def _years_table(view: AreaView, lang: str) -> Block:
    """Return the area's figures year by year, latest first."""
    frame = view.course.sort_values("year", ascending=False)[_YEARS]
    title = say("area_years", lang, name=view.area.name(lang))  # type: ignore[arg-type]
    return print_table(make_release_table(frame, "years", title, lang), lang)


def _meanings(view: AreaView, lang: str) -> tuple[str, ...]:
    """Explain the words that the page uses."""
    return tuple(
        say(key, lang)
        for key in ("area_means_rate", "area_means_underlying", "area_means_range", "area_means_expected",
                    "area_means_like")
    )  # fmt: skip


def _quality(view: AreaView, lang: str) -> tuple[str, ...]:
    """Say what is rounded, missing or broken in the area's figures."""
    lines = [say("area_status", lang, meaning=cell_words(str(view.published["status"]), lang))]
    gaps = [str(int(one)) for one in view.course.loc[view.course["predicted"], "year"]]
    if gaps:
        lines.append(say("area_gaps", lang, years=join_names(gaps, lang)))
    first = int(view.course["year"].min())
    crossed = [
        one for one in KNOWN_BREAKS
        if one.nation == view.area.nation and one.affects == "counts" and one.within(first, view.year)
    ]  # fmt: skip
    lines += [say("area_break", lang, year=one.year) for one in crossed]
    if not crossed:
        lines.append(say("quality_no_breaks", lang))
    return tuple(lines)


def _course_words(view: AreaView, lang: str) -> str:
    """Describe the chart of the course for somebody who cannot see it."""
    rows = view.course.sort_values("year")
    parts = [
        say("area_course_year", lang, year=int(one["year"]), **_rates(one)) for _, one in rows.iterrows()
    ]
    return say("area_course_words", lang, years=" ".join(parts))


def _like_words(view: AreaView, lang: str) -> str:
    """Describe the chart of neighbours for somebody who cannot see it."""
    assert view.band is not None
    band = view.band
    return say(
        "area_like_words",
        lang,
        name=view.area.name(lang),  # type: ignore[arg-type]
        rate=_whole(band["rate_per_10000"]),
        low=_whole(band["neighbour_lower_quartile"]),
        high=_whole(band["neighbour_upper_quartile"]),
        median=_whole(band["neighbour_median"]),
    )


def _rates(row: pd.Series) -> dict[str, str]:
    """Return the underlying rate and its interval as they are printed."""
    return {
        "rate": _whole(row["underlying_rate_per_10000"]),
        "low": _whole(row["lower_95"]),
        "high": _whole(row["upper_95"]),
    }


def _named(code: str, name: str, lang: str) -> str:
    """Return an area's name in a language."""
    try:
        return areas.name(code, lang)  # type: ignore[arg-type]
    except AreaError:
        return name


def _whole(value: float) -> str:
    """Print a number without decimals."""
    return format_number(float(value), 0)


def _percent(probability: float) -> str:
    """Print a probability as a percentage that claims no certainty."""
    return "<1" if probability < 0.005 else ">99" if probability > 0.995 else f"{100 * probability:.0f}"
