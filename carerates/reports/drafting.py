"""From any result to the release of it: what is shown, what is said, in which language."""

from __future__ import annotations

import re

import pandas as pd

from carerates import areas
from carerates.reports.cells import one_line
from carerates.reports.counts import with_status
from carerates.reports.depiction import draw_result, rename_areas
from carerates.reports.release import (
    Release,
    ReleaseTable,
    Result,
    Wishes,
    make_release_table,
    select_columns,
    source_lines,
)
from carerates.reports.statements import describe_method, describe_quality, revision_note, tell_chart
from carerates.reports.values import headline_numbers, plain_settings
from carerates.reports.wording import cell_words, join_names, require_language, say, translations

_WHO = ["area_code", "area_name"]
# the columns that a reader is shown, for each kind of result; the CSV has all of them
SHOWN: dict[str, list[str]] = {
    "Funnel": [
        *_WHO, "observed", "denominator", "expected", "rate", "lower_95", "upper_95", "lower_99_8",
        "upper_99_8", "p_value", "position", "stable_under_rounding", "status",
    ],
    "Adjustment": [
        *_WHO, "nation", "year", "children", "population", "rate_per_10000", "expected_children",
        "expected_rate_per_10000", "expected_rate_lower_95", "expected_rate_upper_95",
        "expected_rate_per_10000_left_out", "percent_difference_left_out", "used", "status",
    ],
    "Change": [
        *_WHO, "start", "end", "rate_start", "rate_end", "children_start", "children_end",
        "absolute_change", "percent_change", "percent_lower", "percent_upper",
        "percent_rounding_low", "percent_rounding_high", "status",
    ],
    "Classification": [
        *_WHO, "start", "end", "rate_start", "rate_end", "percent_change", "national_percent",
        "probability_increasing", "probability_decreasing", "probability_stable", "label",
        "depends_on_rounding", "status",
    ],
    "FittedRates": [
        *_WHO, "year", "children", "population", "rate_per_10000", "underlying_rate_per_10000",
        "lower_95", "upper_95", "expected_rate_per_10000", "ratio_to_expected",
        "probability_above_expected", "shrinkage", "rank", "rank_lower_95", "rank_upper_95",
        "status",
    ],
    "SimilarAreas": [*_WHO, "rank", "neighbour_name", "distance"],
    "ContrastingPairs": [
        "high_name", "high_rate_per_10000", "low_name", "low_rate_per_10000", "ratio", "underlying_ratio",
        "probability_higher", "probability_ratio", "distance",
    ],
    "Comparison": [
        "scale", "group_1", "group_2", "n_1", "n_2", "mean_1", "sd_1", "mean_2", "sd_2", "difference",
        "lower_95", "upper_95", "p_value", "p_adjusted", "hedges_g",
    ],
}  # fmt: skip
_ORDER: list[object] = [
    "above 99.8%", "above 95%", "within", "below 95%", "below 99.8%", "increasing", "stable", "little change",
    "not classified", "decreasing", "uncertain",
]  # fmt: skip
# a column whose name means something else in other results
_OTHERWISE = {"Comparison": {"label": "scale"}}
# limits have the decimals of what they bound
_LIMITS = ("lower_95", "upper_95", "lower_99_8", "upper_99_8")
_YEARS_KEPT = re.compile(r"(?:kept|loaded) years ((?:\d{4}(?:-\d{4})?(?:, )?)+)")


def draft_release(
    result: Result, wishes: Wishes | None = None, *, previous: pd.DataFrame | None = None, chart: bool = True
) -> Release:
    """Put a release together from any result.

    Parameters
    ----------
    result : Funnel, Adjustment, Change, Classification, FittedRates or any with the same four members
    wishes : Wishes, optional
        Title, language, and a text alternative that somebody has edited.
    previous : DataFrame, optional
        The same table in an earlier edition, for the revision note.
    chart : bool
        Whether to draw the result, if there is a chart of its kind.
    """
    asked = wishes or Wishes()
    require_language(asked.lang)
    lang, kind = asked.lang, type(result).__name__
    own = result.to_frame().rename(columns=_OTHERWISE.get(kind, {}))
    shown = rename_areas(with_status(result, own), lang)
    caption = "table_areas" if "area_code" in own else "table_rows"
    full = make_release_table(shown, "data", say(caption, lang), lang, decimals=_decimals(result))
    years = (asked.year,) if asked.year is not None else _years(own, result)
    subtitle = _subtitle(kind, own, lang, years)
    title = one_line(asked.title) or subtitle
    names = SHOWN.get(kind) or [column.name for column in full.columns]
    first = _without_gaps(select_columns(full, names, "areas", f"{say(caption, lang)}: {subtitle}"))
    alternative = asked.alternative.strip() or tell_chart(result, shown, subtitle, lang)
    english = tuple(one_line(part) for part in result.summary().split("\n\n") if part.strip())
    sources, attributions = source_lines(result.provenance, lang)
    return Release(
        kind=kind,
        title=title,
        subtitle=subtitle,
        lang=lang,
        tables=(first, *_further_tables(result, own, lang)),
        full=full,
        alternative=one_line(alternative),
        findings=english if lang == "en" else (one_line(alternative),),
        english_findings=english,
        quality=describe_quality(shown, lang),
        method=describe_method(result, lang),
        steps=tuple(one_line(step) for step in result.provenance.steps),
        sources=sources,
        revision=revision_note(shown, previous, lang),
        provenance=result.provenance,
        settings=plain_settings(result.settings),
        headline=headline_numbers(own),
        drawing=draw_result(result, asked, subtitle, alternative) if chart else None,
        attributions=attributions,
        years=years,
    )


def _subtitle(kind: str, frame: pd.DataFrame, lang: str, years: tuple[int, ...]) -> str:
    """Return the statistical title: measure, places, period."""
    key = f"kind_{kind}"
    words = say(key if ("phrase", key) in translations() else "kind_other", lang)
    nations = _nations(frame)
    both = nations == ["England", "Wales"]
    places = (
        say("both_nations", lang)
        if both
        else join_names([cell_words(one_line(one), lang) for one in nations], lang)
    )
    when = _period(years, lang)
    return ", ".join(one for one in (words, places, when) if one)


def _nations(frame: pd.DataFrame) -> list[str]:
    """Return the nations that the rows are of, from their column or the codes of their areas."""
    if "nation" in frame:
        return sorted({str(one) for one in frame["nation"].dropna()})
    known = areas.register().drop_duplicates("area_code").set_index("area_code")["nation"]
    codes = {
        str(one) for name in ("area_code", "high_code", "low_code") if name in frame for one in frame[name]
    }
    return sorted({str(known[code]) for code in codes if code in known.index})


def _decimals(result: Result) -> dict[str, int]:
    """Return the decimals of columns whose name leaves open what they count."""
    kind = type(result).__name__
    if kind == "Comparison":
        return dict.fromkeys(_LIMITS, 2)
    if kind == "Funnel" and getattr(result.settings, "kind", "") == "ratio":
        return dict.fromkeys(("rate", "rate_low", "rate_high", "target", *_LIMITS), 2)
    return {}


def _period(years: tuple[int, ...], lang: str) -> str:
    """Return the date or dates that the figures are of; empty where the result does not say."""
    if not years:
        return ""
    if len(years) == 1:
        return say("at_date", lang, year=years[0])
    return say("between_dates", lang, start=years[0], end=years[-1])


def _years(frame: pd.DataFrame, result: Result) -> tuple[int, ...]:
    """Return the years that the rows are of: from columns, settings or the steps that led to them."""
    named = [name for name in ("year", "start", "end") if name in frame]
    found = {int(one) for name in named for one in frame[name].dropna()}
    asked = getattr(result.settings, "year", None)
    if not named and asked is not None:
        return (int(asked),)
    for step in reversed(() if named else result.provenance.steps):
        if match := _YEARS_KEPT.match(step):
            spans = [[int(year) for year in span.split("-")] for span in match[1].split(", ")]
            found = {year for span in spans for year in range(span[0], span[-1] + 1)}
            break
    return tuple(sorted(found))


def _without_gaps(table: ReleaseTable) -> ReleaseTable:
    """Leave out columns without a single value; a column of marks tells a reader nothing."""
    kept = [
        column.name
        for index, column in enumerate(table.columns)
        if any(not (isinstance(row[index], str) and str(row[index])[:1] == "[") for row in table.rows)
    ]
    return select_columns(table, kept, table.name, table.caption)


def _further_tables(result: Result, frame: pd.DataFrame, lang: str) -> tuple[ReleaseTable, ...]:
    """Return the smaller tables that belong to a kind of result."""
    tables = []
    for word, column in (("table_counts", "position"), ("table_labels", "label")):
        if column in frame:
            counts = frame.groupby(column, sort=False, observed=True).size().rename("areas").reset_index()
            counts = counts.sort_values(column, key=lambda words: words.map(_place_in_order), kind="stable")
            tables.append(make_release_table(counts, column, say(word, lang), lang))
    for word, member in (("table_coefficients", "coefficients"), ("table_explained", "r_squared")):
        part = getattr(result, member, None)
        if isinstance(part, pd.DataFrame) and len(part) and len(part.columns) > 1:
            named = _named_terms(part, result)
            name, places = member.replace("_", "-"), dict.fromkeys(_LIMITS, 3)
            tables.append(make_release_table(named, name, say(word, lang), lang, decimals=places))
    return tuple(_without_gaps(table) for table in tables)


def _named_terms(coefficients: pd.DataFrame, result: Result) -> pd.DataFrame:
    """Return coefficients with their factors as a reader calls them."""
    factors, labels = getattr(result.settings, "factors", ()), getattr(result, "labels", ())
    if "term" not in coefficients or len(factors) != len(labels):
        return coefficients
    called = dict(zip(factors, labels, strict=True))
    return coefficients.assign(term=[called.get(term, term) for term in coefficients["term"]])


def _place_in_order(word: object) -> int:
    """Return where a position or class stands in a table of them: from above to below, the unknown last."""
    return _ORDER.index(word) if word in _ORDER else len(_ORDER)
