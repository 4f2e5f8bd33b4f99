"""From any result to the release of it: what is shown, what is said, in which language."""

from __future__ import annotations

import re
import warnings
from dataclasses import asdict, dataclass, is_dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from carerates import areas
from carerates.errors import AreaError
from carerates.provenance import Provenance
from carerates.reports.cells import one_line
from carerates.reports.document import format_number
from carerates.reports.pictures import Drawing, draw
from carerates.reports.release import (
    Release,
    ReleaseTable,
    Result,
    make_release_table,
    select_columns,
    source_lines,
)
from carerates.reports.wording import cell_words, heading, join_names, require_language, say, translations

LONGEST_LABEL = 60  # characters of an area's name on a chart
LONGEST_HEADLINE = 200
MOST_NAMED = 10

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
        "expected_rate_per_10000_left_out", "percent_difference_left_out", "used",
    ],
    "Change": [
        *_WHO, "start", "end", "rate_start", "rate_end", "children_start", "children_end",
        "absolute_change", "percent_change", "percent_lower", "percent_upper",
        "percent_rounding_low", "percent_rounding_high",
    ],
    "Classification": [
        *_WHO, "start", "end", "rate_start", "rate_end", "percent_change", "national_percent",
        "probability_increasing", "probability_decreasing", "probability_stable", "label",
        "depends_on_rounding",
    ],
    "FittedRates": [
        *_WHO, "year", "children", "population", "rate_per_10000", "underlying_rate_per_10000",
        "lower_95", "upper_95", "expected_rate_per_10000", "ratio_to_expected",
        "probability_above_expected", "shrinkage", "rank", "rank_lower_95", "rank_upper_95",
    ],
}  # fmt: skip
# the number that a kind of result is about
_ORDER: list[object] = [
    "above 99.8%", "above 95%", "within", "below 95%", "below 99.8%", "increasing", "stable", "little change",
    "not classified", "decreasing", "uncertain",
]  # fmt: skip
_YEARS_KEPT = re.compile(r"(?:kept|loaded) years ((?:\d{4}(?:-\d{4})?(?:, )?)+)")
_MEASURES = (
    "underlying_rate_per_10000",
    "percent_change",
    "rate",
    "rate_per_10000",
    "expected_rate_per_10000",
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody who publishes asks for: words and language, never numbers."""

    title: str = ""
    lang: str = "en"
    alternative: str = ""
    year: int | None = None


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
    own = result.to_frame()
    shown = _renamed(own, lang)
    full = make_release_table(shown, "data", say("table_areas", lang), lang)
    years = (asked.year,) if asked.year is not None else _years(own, result.provenance)
    subtitle = _subtitle(kind, own, lang, years)
    title = one_line(asked.title) or subtitle
    names = SHOWN.get(kind) or [column.name for column in full.columns]
    first = _without_gaps(select_columns(full, names, "areas", f"{say('table_areas', lang)}: {subtitle}"))
    alternative = asked.alternative.strip() or _alternative(result, shown, subtitle, lang)
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
        quality=_quality(shown, lang),
        method=_method(result, lang),
        steps=tuple(one_line(step) for step in result.provenance.steps),
        sources=sources,
        revision=revision_note(shown, previous, lang),
        provenance=result.provenance,
        settings=plain_settings(result.settings),
        headline=headline_numbers(own),
        drawing=_drawing(result, asked, subtitle, alternative) if chart else None,
        attributions=attributions,
        years=years,
    )


def plain_settings(settings: object) -> dict[str, Any]:
    """Return settings as plain values that JSON can hold."""
    values: Any
    if hasattr(settings, "to_dict"):
        values = settings.to_dict()
    elif is_dataclass(settings) and not isinstance(settings, type):
        values = asdict(settings)
    else:
        values = dict(vars(settings)) if hasattr(settings, "__dict__") else {"settings": str(settings)}
    plain = _plain(values)
    assert isinstance(plain, dict)
    return plain


def headline_numbers(frame: pd.DataFrame) -> dict[str, float | int | str]:
    """Return the numbers of a result that a reader will quote, unrounded."""
    numbers: dict[str, float | int | str] = {
        "areas": int(frame["area_code"].nunique()) if "area_code" in frame else len(frame)
    }
    for column in ("position", "label"):
        if column in frame:
            counts = frame[column].astype(str).value_counts()
            numbers |= {f"areas {word}": int(count) for word, count in sorted(counts.items())}
    for column in ("observed", "children", "denominator", "population"):
        if column in frame:
            numbers[f"sum of {column}"] = float(frame[column].sum())
    for column in (*_MEASURES, "target", "national_percent"):
        if column in frame and (known := frame[column].dropna()).size:
            numbers |= {
                f"{column}, lowest": float(known.min()),
                f"{column}, median": float(known.median()),
                f"{column}, highest": float(known.max()),
            }
    return numbers


def revision_note(frame: pd.DataFrame, previous: pd.DataFrame | None, lang: str) -> str:
    """Say which figures differ from those of an earlier edition.

    Parameters
    ----------
    frame, previous : DataFrame
        Rows with ``area_code`` (and ``year``) in common; numeric columns in common are compared.
    lang : {"en", "cy"}
    """
    if previous is None:
        return say("revision_none", lang)
    keys = [name for name in ("area_code", "year") if name in frame and name in previous]
    joined = frame.merge(previous, on=keys, suffixes=("", " earlier"))
    changed = pd.Series(0, index=joined.index)
    for column in frame.columns:
        if f"{column} earlier" in joined and _holds_numbers(frame[column]):
            new = joined[column].to_numpy(dtype=float, na_value=np.nan)
            old = pd.to_numeric(joined[f"{column} earlier"], errors="coerce").to_numpy(
                dtype=float, na_value=np.nan
            )
            # a figure carried through a CSV of twelve digits is the same figure
            changed += ~np.isclose(new, old, rtol=1e-9, atol=0, equal_nan=True)
    if not changed.any():
        return say("revision_same", lang)
    column = "area_name" if "area_name" in joined else keys[0]
    names = list(dict.fromkeys(one_line(str(name)) for name in joined.loc[changed > 0, column]))
    return say(
        "revision_changed", lang, count=int(changed.sum()), areas=len(names), names=name_some(names, lang)
    )


def _holds_numbers(values: pd.Series) -> bool:
    """Say whether a column holds numbers; yes and no are none."""
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def name_some(names: list[str], lang: str) -> str:
    """Name the first few of many."""
    short = [name[:LONGEST_LABEL] for name in names]
    if len(short) <= MOST_NAMED:
        return join_names(short, lang)
    first = ", ".join(short[:MOST_NAMED])
    return say("quality_and_more", lang, names=first, more=len(short) - MOST_NAMED)


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return a value as JSON can hold it."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return _plain(asdict(value)) if is_dataclass(value) and not isinstance(value, type) else str(value)


def _renamed(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return the rows with the areas' names in a language."""
    if lang == "en" or "area_code" not in frame or "area_name" not in frame:
        return frame
    named = [
        _name(str(code), str(name), lang)
        for code, name in zip(frame["area_code"], frame["area_name"], strict=True)
    ]
    return frame.assign(area_name=named)


def _name(code: str, name: str, lang: str) -> str:
    """Return an area's name in a language; an area of a user's own keeps the name it has."""
    try:
        return areas.name(code, lang)  # type: ignore[arg-type]
    except AreaError:
        return name


def _subtitle(kind: str, frame: pd.DataFrame, lang: str, years: tuple[int, ...]) -> str:
    """Return the statistical title: measure, places, period."""
    key = f"kind_{kind}"
    words = say(key if ("phrase", key) in translations() else "kind_other", lang)
    nations = sorted({str(one) for one in frame["nation"].dropna()}) if "nation" in frame else []
    both = nations == ["England", "Wales"]
    places = (
        say("both_nations", lang)
        if both
        else join_names([cell_words(one_line(one), lang) for one in nations], lang)
    )
    when = _period(years, lang)
    return ", ".join(one for one in (words, places, when) if one)


def _period(years: tuple[int, ...], lang: str) -> str:
    """Return the date or dates that the figures are of; empty where the result does not say."""
    if not years:
        return ""
    if len(years) == 1:
        return say("at_date", lang, year=years[0])
    return say("between_dates", lang, start=years[0], end=years[-1])


def _years(frame: pd.DataFrame, provenance: Provenance) -> tuple[int, ...]:
    """Return the years that the rows are of, from their columns or the steps that led to them."""
    named = [name for name in ("year", "start", "end") if name in frame]
    found = {int(one) for name in named for one in frame[name].dropna()}
    for step in reversed(() if named else provenance.steps):
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
            tables.append(make_release_table(part, member.replace("_", "-"), say(word, lang), lang))
    return tuple(_without_gaps(table) for table in tables)


def _place_in_order(word: object) -> int:
    """Return where a position or class stands in a table of them: from above to below, the unknown last."""
    return _ORDER.index(word) if word in _ORDER else len(_ORDER)


def _method(result: Result, lang: str) -> tuple[str, ...]:
    """Return settings as lines: names stay those of the library, so that anybody can repeat them."""
    settings = plain_settings(result.settings)
    line = "; ".join(f"{name}={_shown_setting(value)}" for name, value in settings.items())
    lines = [f"{say('method_settings', lang)} ({type(result).__name__}): {one_line(line)}."]
    if lang == "en":
        if describe := getattr(result.settings, "describe", None):
            lines += [one_line(part) for part in str(describe()).splitlines() if part.strip()]
        if kind := getattr(result, "interval_kind", ""):
            lines.append(say("interval_words", lang, kind=one_line(str(kind))))
    return tuple(lines)


def _shown_setting(value: object) -> str:
    """Print one setting."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_shown_setting(one)}" for name, one in value.items()) + "}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _quality(frame: pd.DataFrame, lang: str) -> tuple[str, ...]:
    """Say what is missing, rounded, derived or broken."""
    lines = []
    measure = next((one for one in _MEASURES if one in frame), None)
    names = frame["area_name"].astype(str).map(one_line) if "area_name" in frame else pd.Series(dtype=str)
    if measure and len(names):
        gaps = frame[measure].isna()
        missing = list(dict.fromkeys(names[gaps]))
        everyone = int(names.nunique())
        if missing:
            words = {"missing": len(missing), "areas": everyone, "names": name_some(missing, lang)}
            lines.append(say("quality_missing", lang, **words))
        else:
            lines.append(say("quality_all", lang, areas=everyone))
    if "status" in frame:
        lines += [
            say("quality_status", lang, areas=int(count), meaning=cell_words(str(status), lang))
            for status, count in frame["status"].value_counts().items()
        ]
    for column, hidden in (("stable_under_rounding", False), ("depends_on_rounding", True)):
        if column in frame and len(
            named := list(names[frame[column].fillna(not hidden).astype(bool) == hidden])
        ):
            lines.append(say("quality_rounding", lang, names=name_some(named, lang)))
    if "breaks" in frame:
        breaks = [one_line(str(one)) for one in frame["breaks"].dropna().unique() if str(one).strip()]
        if breaks and lang == "en":
            lines.append(say("quality_breaks", lang, breaks="; ".join(breaks)))
        elif not breaks:
            lines.append(say("quality_no_breaks", lang))
    return (*lines, say("caution", lang))


def _alternative(result: Result, frame: pd.DataFrame, subtitle: str, lang: str) -> str:
    """Say in words what the chart shows: the result's own words where it has them."""
    own = getattr(result, "text_alternative", None)
    if own is not None:
        renamed = _with_names(result, lang)
        return one_line(str(renamed.text_alternative(lang)))
    measure = next((one for one in _MEASURES if one in frame and frame[one].notna().any()), None)
    parts = []
    if measure is not None:
        known = frame[frame[measure].notna()].sort_values(measure, kind="stable")
        low, high = known.iloc[0], known.iloc[-1]
        named = "area_name" if "area_name" in frame else "area_code"
        parts.append(
            say(
                "alternative_table",
                lang,
                title=subtitle,
                areas=int(frame[named].nunique()),
                measure=heading(measure, lang),
                low=format_number(low[measure], 1),
                low_name=str(low[named])[:LONGEST_LABEL],
                high=format_number(high[measure], 1),
                high_name=str(high[named])[:LONGEST_LABEL],
                median=format_number(known[measure].median(), 1),
            )
        )
    if "label" in frame:
        for label, rows in frame.groupby("label", sort=False, observed=True):
            words = {"count": len(rows), "label": cell_words(str(label), lang)}
            parts.append(
                say("alternative_labels", lang, **words, names=name_some(list(rows["area_name"]), lang))
            )
    return " ".join(parts) or subtitle


def _with_names(result: Any, lang: str) -> Any:  # noqa: ANN401 - the same kind of result
    """Return a funnel whose areas have names fit for a chart: in the language, on one line, not too long."""
    if not hasattr(result, "assessments"):
        return result

    def named(units: Any) -> Any:  # noqa: ANN401 - the units of that funnel
        names = (
            one_line(_name(code, name, lang)) for code, name in zip(units.codes, units.names, strict=True)
        )
        return replace(units, names=tuple(short_name(name) for name in names))

    return replace(
        result, assessments=tuple(replace(one, units=named(one.units)) for one in result.assessments)
    )


def short_name(name: str) -> str:
    """Return a name that fits on a chart."""
    return name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1] + "…"


class _Shown:
    """A result as a chart is to show it: the same numbers, names fit for a chart."""

    def __init__(self, result: Result, lang: str) -> None:
        self._result, self._lang = result, lang

    def __getattr__(self, name: str) -> object:
        return getattr(self._result, name)

    def to_frame(self) -> pd.DataFrame:
        """Return the rows under names fit for a chart."""
        frame = _renamed(self._result.to_frame(), self._lang)
        if "area_name" in frame:
            frame = frame.assign(area_name=[short_name(one_line(str(name))) for name in frame["area_name"]])
        return frame


def _drawing(result: Result, asked: Wishes, subtitle: str, alternative: str) -> Drawing | None:
    """Draw the result, if there is a chart of its kind."""
    from carerates.charts import plot

    if len(getattr(result, "groups", ())) > 1:
        return None  # small multiples are a figure of another make
    shown: Any = _with_names(result, asked.lang)
    if shown is result:
        # charts are chosen by the name of the class
        shown = type(type(result).__name__, (_Shown,), {})(result, asked.lang)
    looks: dict[str, Any] = {"title": subtitle, "lang": asked.lang} if asked.lang != "en" else {}
    title = one_line(asked.title)
    if title:
        looks["headline"] = title if len(title) <= LONGEST_HEADLINE else title[: LONGEST_HEADLINE - 1] + "…"
    with warnings.catch_warnings():
        # a letter that the chart's font lacks stays a letter in the SVG, and a box in the PNG
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        try:
            ax = plot(shown, **looks)
        except TypeError as error:
            if "There is no chart" in str(error):
                return None
            raise
        return draw(ax, title or subtitle, one_line(alternative))


__all__ = ["Wishes", "draft_release", "headline_numbers", "plain_settings", "revision_note"]
