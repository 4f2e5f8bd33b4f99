"""Words on charts, in English and Welsh."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from carerates import areas
from carerates.errors import AreaError
from carerates.provenance import Provenance

Phrases = dict[str, str]

# phrases that charts of several kinds share
COMMON: dict[str, Phrases] = {
    "en": {
        "rate": "Rate per 10,000 aged 0-17",
        "row_rate": "Area, and rate per 10,000 aged 0-17",
        "size": "Children aged 0-17 (population)",
        "D": "diamonds",
        "o": "circles",
        "s": "squares",
    },
    "cy": {
        "rate": "Cyfradd fesul 10,000 o blant 0-17 oed",
        "row_rate": "Ardal, a chyfradd fesul 10,000 o blant 0-17 oed",
        "size": "Plant 0-17 oed (poblogaeth)",
        "D": "diemwntau",
        "o": "cylchoedd",
        "s": "sgwariau",
    },
}

FUNNEL: dict[str, Phrases] = {
    "en": {
        "rate": "Rate per {per}",
        "proportion": "Number per {per}",
        "ratio": "Observed over expected",
        "ratio_per": "Observed over expected, times {per}",
        "size_rate": "Children aged 0-17 (population)",
        "size_proportion": "Denominator",
        "size_ratio": "Expected count",
        "target": "Target",
        "target_value": "Target {value}",
        "lower": "Lower {level}",
        "upper": "Upper {level}",
        "areas": "{measure}{years}: {areas} areas",
        "limits": "Limits: {method}; {allowance}.",
        "plain": "chance alone, over-dispersion not allowed for",
        "multiplicative": "over-dispersion allowed for by one factor (phi)",
        "additive": "over-dispersion allowed for by a spread between areas",
        "negative_binomial": "over-dispersion allowed for by a spread of the true values",
        "exact": "exact Poisson or binomial",
        "mid_p": "exact, mid-p",
        "interpolated": "interpolated (Spiegelhalter 2005)",
        "byar": "Byar",
        "gamma": "gamma",
        "wilson": "Wilson",
        "normal": "normal approximation",
        "ci_expected": "interval of the expected count (replication only)",
        "marks": "Marks: {marks}.",
        "mark_top": "filled triangle up: above the upper {level} limit",
        "mark_above": "hollow triangle up: above the upper {level} limit",
        "mark_within": "grey circle: within the limits",
        "mark_below": "hollow triangle down: below the lower {level} limit",
        "mark_bottom": "filled triangle down: below the lower {level} limit",
        "bars": "Bars: values that a suppressed count may stand for.",
        "own": "Each area has a target and limits of its own: the short line and the whiskers at its place.",
        "rings": "Ringed: {names}.",
        "some": "Named: the {named} furthest of {of} outside the limits.",
        "unplaced": "No room for {count} of the names.",
        "path": "{name} year by year; each mark shows the position in that year's own funnel.",
        "path_lines": "Lines: target and limits of {year}.",
        "course": "Line: the target of each year. Bands: limits for an area of this size in that year.",
        "year": "31 March",
    },
    "cy": {
        "rate": "Cyfradd fesul {per}",
        "proportion": "Nifer fesul {per}",
        "ratio": "Nifer a gafwyd dros y nifer disgwyliedig",
        "ratio_per": "Nifer a gafwyd dros y nifer disgwyliedig, wedi'i luosi â {per}",
        "size_rate": "Plant 0-17 oed (poblogaeth)",
        "size_proportion": "Enwadur",
        "size_ratio": "Cyfrif disgwyliedig",
        "target": "Targed",
        "target_value": "Targed {value}",
        "lower": "{level} isaf",
        "upper": "{level} uchaf",
        "areas": "{measure}{years}: {areas} ardal",
        "limits": "Terfynau: {method}; {allowance}.",
        "plain": "siawns yn unig, heb ganiatáu ar gyfer gorwasgariad",
        "multiplicative": "yn caniatáu ar gyfer gorwasgariad drwy un ffactor (phi)",
        "additive": "yn caniatáu ar gyfer gorwasgariad drwy amrywiad rhwng ardaloedd",
        "negative_binomial": "yn caniatáu ar gyfer gorwasgariad drwy amrywiad yn y gwir werthoedd",
        "exact": "Poisson neu finomaidd union",
        "mid_p": "union, canol-p",
        "interpolated": "rhyngosodedig (Spiegelhalter 2005)",
        "byar": "Byar",
        "gamma": "gama",
        "wilson": "Wilson",
        "normal": "brasamcan normal",
        "ci_expected": "cyfwng y cyfrif disgwyliedig (i ddyblygu canlyniadau yn unig)",
        "marks": "Marciau: {marks}.",
        "mark_top": "triongl llawn i fyny: uwchlaw'r terfyn {level} uchaf",
        "mark_above": "triongl gwag i fyny: uwchlaw'r terfyn {level} uchaf",
        "mark_within": "cylch llwyd: o fewn y terfynau",
        "mark_below": "triongl gwag i lawr: islaw'r terfyn {level} isaf",
        "mark_bottom": "triongl llawn i lawr: islaw'r terfyn {level} isaf",
        "bars": "Barrau: gwerthoedd y gallai cyfrif a ataliwyd sefyll amdanynt.",
        "own": "Mae gan bob ardal ei tharged a'i therfynau ei hun: y llinell fer a'r llinell fertigol wrthi.",
        "rings": "Mewn cylch: {names}.",
        "some": "Enwir: y {named} bellaf o {of} y tu allan i'r terfynau.",
        "unplaced": "Dim lle i {count} o'r enwau.",
        "path": "{name} fesul blwyddyn; dengys pob marc y safle yn nhwndis y flwyddyn honno.",
        "path_lines": "Llinellau: targed a therfynau {year}.",
        "course": (
            "Llinell: targed pob blwyddyn. Bandiau: terfynau ar gyfer ardal o'r maint hwn y flwyddyn honno."
        ),
        "year": "31 Mawrth",
    },
}

INTERACTIVE: dict[str, Phrases] = {
    "en": {
        "area": "Area",
        "observed": "Observed",
        "observed_range": "Possible counts",
        "position": "Position",
        "find": "Find an area: ",
        "table": "The figures behind the chart",
        "script": "The chart needs JavaScript; the text and the table below hold all of it.",
    },
    "cy": {
        "area": "Ardal",
        "observed": "Nifer a gafwyd",
        "observed_range": "Cyfrifon posibl",
        "position": "Safle",
        "find": "Dod o hyd i ardal: ",
        "table": "Y ffigurau y tu ôl i'r siart",
        "script": "Mae angen JavaScript ar y siart; mae'r testun a'r tabl isod yn cynnwys y cyfan.",
    },
}

_MEASURES_CY = {"Children looked after at 31 March": "Plant sy'n derbyn gofal ar 31 Mawrth"}
NATIONS_CY = {"Wales": "Cymru", "England": "Lloegr", "all": "i gyd", "all areas": "pob ardal"}
_SOURCE_CY = {
    "Source: figures supplied by the user": "Ffynhonnell: ffigurau a ddarparwyd gan y defnyddiwr",
}


def phrases_in(table: dict[str, Phrases], lang: str) -> Phrases:
    """Return one language of a table of phrases."""
    if lang not in table:
        raise ValueError(f"lang={lang!r} is not one of {', '.join(table)}.")
    return table[lang]


def measure_in(measure: str, lang: str) -> str:
    """Return a measure in the language, as it stands where there is no translation."""
    return _MEASURES_CY.get(measure, measure) if lang == "cy" else measure


def source_in(provenance: Provenance, lang: str) -> str:
    """Return the source line; titles of releases stay in the language they were published in."""
    line = provenance.caption()
    if lang != "cy":
        return line
    return _SOURCE_CY.get(line, line.replace("Source: ", "Ffynhonnell: ", 1))


def names_in(codes: Sequence[str], names: Sequence[str], lang: str) -> list[str]:
    """Return names of areas in the language; as given where the register has none.

    Examples
    --------
    >>> names_in(["W06000001", "E06000053", "A"], ["Isle of Anglesey", "Isles of Scilly", "Somewhere"], "cy")
    ['Ynys Môn', 'Isles of Scilly', 'Somewhere']
    """
    if lang != "cy":
        return [str(name) for name in names]
    found = []
    for code, name in zip(codes, names, strict=True):
        try:
            found.append(areas.find(str(code)).short_name_cy or str(name))
        except AreaError:
            found.append(str(name))
    return found


def years_of(frame: pd.DataFrame, column: str = "year") -> str:
    """Return the years of a frame as they stand in a title, such as `` 2012 to 2018``; or nothing."""
    if column not in frame or frame[column].isna().all():
        return ""
    years = sorted({int(one) for one in frame[column].dropna()})
    return f" {years[0]}" if len(years) == 1 else f" {years[0]} to {years[-1]}"


def level_words(probability: float) -> str:
    """Return a probability as it stands in text, ``99.8%`` for 0.998."""
    return f"{100 * probability:.10g}%"


def level_name(probability: float) -> str:
    """Return a probability as it stands in column names, ``99_8`` for 0.998."""
    return f"{100 * probability:.10g}".replace(".", "_")
