"""What a release says of a result: the chart in words, quality, method and revisions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carerates.reports.cells import one_line
from carerates.reports.depiction import LONGEST_LABEL, name_chart
from carerates.reports.document import format_number
from carerates.reports.release import Result, decimals_of
from carerates.reports.values import MEASURES, plain_settings
from carerates.reports.wording import cell_words, heading, join_names, say

MOST_NAMED = 10


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


def describe_method(result: Result, lang: str) -> tuple[str, ...]:
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
    if isinstance(value, list):
        return ", ".join(map(_shown_setting, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def describe_quality(frame: pd.DataFrame, lang: str) -> tuple[str, ...]:
    """Say what is missing, rounded, derived or broken."""
    lines = []
    measure = next((one for one in MEASURES if one in frame), None)
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
        one_each = "area_code" not in frame or frame["area_code"].is_unique
        phrase = "quality_status" if one_each else "quality_status_rows"
        lines += [
            say(phrase, lang, areas=int(count), meaning=cell_words(str(status), lang))
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


def tell_chart(result: Result, frame: pd.DataFrame, subtitle: str, lang: str) -> str:
    """Say in words what the chart shows: the result's own words where it has them."""
    own = getattr(result, "text_alternative", None)
    if own is not None:
        renamed = name_chart(result, lang)
        return one_line(str(renamed.text_alternative(lang)))
    measure = next((one for one in MEASURES if one in frame and frame[one].notna().any()), None)
    parts = []
    if measure is not None:
        known = frame[frame[measure].notna()].sort_values(measure, kind="stable")
        low, high = known.iloc[0], known.iloc[-1]
        named = _naming(frame)
        phrase = "alternative_table" if named in ("area_name", "area_code") else "alternative_rows"
        parts.append(
            say(
                phrase,
                lang,
                title=subtitle,
                areas=int(frame[named].nunique()),
                measure=heading(measure, lang),
                low=format_number(low[measure], decimals_of(measure)),
                low_name=str(low[named])[:LONGEST_LABEL],
                high=format_number(high[measure], decimals_of(measure)),
                high_name=str(high[named])[:LONGEST_LABEL],
                median=format_number(known[measure].median(), decimals_of(measure)),
            )
        )
    if "label" in frame and "area_name" in frame:
        for label, rows in frame.groupby("label", sort=False, observed=True):
            words = {"count": len(rows), "label": cell_words(str(label), lang)}
            parts.append(
                say("alternative_labels", lang, **words, names=name_some(list(rows["area_name"]), lang))
            )
    return " ".join(parts) or subtitle


def _naming(frame: pd.DataFrame) -> str:
    """Return the column that says what a row is about: an area, a pair of them, a scale."""
    for name in ("area_name", "area_code", "high_name", "scale"):
        if name in frame:
            return name
    return str(frame.columns[0])
