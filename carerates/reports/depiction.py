"""Names and charts of a result fit for publication: in the language, on one line, not too long."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import pandas as pd

from carerates import areas
from carerates.errors import AreaError
from carerates.reports.cells import one_line
from carerates.reports.pictures import Drawing, draw
from carerates.reports.release import Result, Wishes

LONGEST_LABEL = 60  # characters of an area's name on a chart
LONGEST_HEADLINE = 200
# a chart of these is of one area, which a release of all is not
_WITHOUT_CHART = frozenset({"SimilarAreas"})


def rename_areas(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return the rows with the names of areas, neighbours and both areas of a pair in a language."""
    if lang == "en":
        return frame
    renamed = {}
    for part in ("area", "neighbour", "high", "low"):
        code, name = f"{part}_code", f"{part}_name"
        if code in frame and name in frame:
            pairs = zip(frame[code], frame[name], strict=True)
            renamed[name] = [_name(str(one), str(called), lang) for one, called in pairs]
    return frame.assign(**renamed)


def _name(code: str, name: str, lang: str) -> str:
    """Return an area's name in a language; an area of a user's own keeps the name it has."""
    try:
        return areas.name(code, lang)  # type: ignore[arg-type]
    except AreaError:
        return name


def name_chart(result: Any, lang: str) -> Any:  # noqa: ANN401 - the same kind of result
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
        frame = rename_areas(self._result.to_frame(), self._lang)
        if "area_name" in frame:
            frame = frame.assign(area_name=[short_name(one_line(str(name))) for name in frame["area_name"]])
        return frame


def draw_result(result: Result, asked: Wishes, subtitle: str, alternative: str) -> Drawing | None:
    """Draw the result, if there is a chart of its kind."""
    from carerates.charts import plot

    if type(result).__name__ in _WITHOUT_CHART:
        return None
    if hasattr(result, "assessments") and len(getattr(result, "groups", ())) > 1:
        return None  # small multiples are a figure of another make
    shown: Any = name_chart(result, asked.lang)
    if shown is result:
        # charts are chosen by the name of the class, and of its folder
        kind = type(result)
        shown = type(kind.__name__, (_Shown,), {"__module__": kind.__module__})(result, asked.lang)
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
