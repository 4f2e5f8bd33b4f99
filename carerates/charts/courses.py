"""Rates over the years, one panel for each area: figures with their rounding, model, and breaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.phrases import NATIONS_CY, Phrases, names_in, phrases_in, source_in
from carerates.charts.rows import chosen_rows
from carerates.charts.style import BLUE, GREY, INK, ORANGE, Furniture, dress, house_style
from carerates.trends.breaks import KNOWN_BREAKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.models import FittedRates
    from carerates.tables import RatesTable

_MOST = 24  # panels that can be read on one page
_WORDS: dict[str, Phrases] = {
    "en": {
        "unit": "Rate per 10,000 aged 0-17",
        "title": "Children looked after at 31 March, {first} to {last}",
        "data": "Points: published rates; bars: what rounding or suppression leaves possible.",
        "fit": "Line and band: underlying rate with {level} credible interval. Dashed: rate expected.",
        "breaks": "Dotted: break in the series ({breaks}).",
        "ends": "The {half} highest and {half} lowest of {all} areas in {last}; the file holds all.",
    },
    "cy": {
        "unit": "Cyfradd fesul 10,000 o blant 0-17 oed",
        "title": "Plant sy'n derbyn gofal ar 31 Mawrth, {first} i {last}",
        "data": (
            "Pwyntiau: cyfraddau cyhoeddedig; barrau: yr hyn y mae talgrynnu neu atal yn ei adael yn bosibl."
        ),
        "fit": (
            "Llinell a band: cyfradd waelodol gyda chyfwng credadwy {level}. "
            "Toredig: y gyfradd ddisgwyliedig."
        ),
        "breaks": "Dotiog: toriad yn y gyfres ({breaks}).",
        "ends": "Y {half} uchaf a'r {half} isaf o {all} ardal yn {last}; mae'r ffeil yn cynnwys pob un.",
    },
}


def draw_trends(
    result: FittedRates | RatesTable,
    *,
    areas: Sequence[str] | None = None,
    columns: int = 4,
    headline: str = "",
    title: str = "",
    lang: str = "en",
) -> Sequence[Axes]:
    """Draw each area's rates over the years in a panel of its own, all on one scale.

    Parameters
    ----------
    result : FittedRates or RatesTable
        A fit, for underlying rates beside the published; or the published rates alone.
    areas : sequence of str, optional
        Names or codes; all up to 24, else the twelve highest and twelve lowest in the last year.
    columns : int
        Panels side by side.
    headline, title : str
        What the panels show together, as a statement; measure, places and period.
    lang : {"en", "cy"}
        Language of words and names.

    Returns
    -------
    list of Axes
        One for each area, in the order asked for; else highest first.
    """
    from carerates.charts.canvas import new_panels, space_panels

    words = phrases_in(_WORDS, lang)
    table = _rows(result)
    fitted = "underlying_rate_per_10000" in table
    codes, notes = panel_codes(table, areas, words["ends"])
    table = table[table["area_code"].isin(codes)]
    years = sorted(int(one) for one in table["year"].unique())
    with house_style():
        panels = new_panels(len(codes), columns, size=(2.1, 1.75), width=6.0)
        breaks: dict[str, None] = {}
        for ax, code in zip(panels, codes, strict=True):
            rows = table[table["area_code"] == code].sort_values("year")
            _draw_area(ax, rows, fitted)
            for one in draw_breaks(ax, str(rows["nation"].iloc[-1]), years, lang):
                breaks[one] = None
            (name,) = names_in([code], [str(rows["area_name"].iloc[-1])], lang)
            ax.set_title(name, loc="left", fontsize=8.5, fontweight="bold")
            ax.tick_params(labelsize=7.5)
        _set_scales(panels[0], table, years)
        told = [words["data"]]
        if fitted:
            told.append(words["fit"].format(level=f"{100 * result.interval_probability:g}%"))  # type: ignore[union-attr]
        if breaks:
            told.append(words["breaks"].format(breaks="; ".join(breaks)))
        furniture = Furniture(
            headline,
            title or words["title"].format(first=years[0], last=years[-1]),
            words["unit"],
            source_in(result.provenance, lang),
            (*told, *notes),
        )
        dress(panels[0], furniture, own_figure=True)
        space_panels(panels[0], across=0.14, down=0.38, above=0.2)
    return panels


def _rows(result: FittedRates | RatesTable) -> pd.DataFrame:
    """Return one row for each area and year with published bounds and, of a fit, underlying rates."""
    rates = getattr(result, "rates", result)
    frame = rates.to_frame()
    for side in ("low", "high"):
        frame[f"rate_{side}"] = 1e4 * frame[f"children_{side}"].astype(float) / frame["population"]
    if not hasattr(result, "rate_draws"):
        return pd.DataFrame(frame)
    wanted = [
        "area_code",
        "year",
        "underlying_rate_per_10000",
        "lower_95",
        "upper_95",
        "expected_rate_per_10000",
    ]
    return result.to_frame()[wanted].merge(frame, on=["area_code", "year"], how="left")


def panel_codes(
    table: pd.DataFrame, areas: Sequence[str] | None, ends: str, *, by: str = "rate_per_10000"
) -> tuple[list[str], list[str]]:
    """Return the codes of the panels in order, and what to say of those left out.

    Parameters
    ----------
    table : DataFrame
        ``area_code``, ``area_name``, ``year`` and the column that orders the panels, highest first.
    areas : sequence of str or None
        Names or codes; all up to 24, else the two ends, when not given.
    ends : str
        What to say where only the two ends are drawn, with gaps ``{half}``, ``{all}`` and ``{last}``.
    by : str
        The column that orders them, in the last year.
    """
    last = int(table["year"].max())
    now = table[table["year"] == last].sort_values(by, ascending=False, kind="stable")
    if areas is not None:
        picked = table[chosen_rows(table, areas)]
        order = {str(one).casefold(): number for number, one in enumerate(areas)}
        found = {
            str(code): min(order.get(str(code).casefold(), 999), order.get(str(name).casefold(), 999))
            for code, name in zip(picked["area_code"], picked["area_name"], strict=True)
        }
        return sorted(found, key=found.__getitem__), []
    codes = [str(one) for one in now["area_code"]]
    codes += [str(one) for one in table["area_code"].unique() if one not in set(codes)]
    if len(codes) <= _MOST:
        return codes, []
    half = _MOST // 2
    return codes[:half] + codes[-half:], [ends.format(half=half, all=len(codes), last=last)]


def _draw_area(ax: Axes, rows: pd.DataFrame, fitted: bool) -> None:
    """Draw one area."""
    year = rows["year"].to_numpy(dtype=float)
    if fitted:
        low, high = rows["lower_95"].to_numpy(dtype=float), rows["upper_95"].to_numpy(dtype=float)
        ax.fill_between(year, low, high, color=BLUE, alpha=0.18, linewidth=0, zorder=1.5)
        ax.plot(
            year, rows["underlying_rate_per_10000"], color=BLUE, linewidth=1.4, zorder=2, label="underlying"
        )
        ax.plot(
            year,
            rows["expected_rate_per_10000"],
            color=ORANGE,
            linewidth=1.1,
            linestyle="--",
            zorder=2,
            label="expected",
        )
    else:
        ax.plot(year, rows["rate_per_10000"], color=GREY, linewidth=1.0, zorder=2, label="published line")
    ax.vlines(year, rows["rate_low"], rows["rate_high"], color=INK, linewidth=2.2, alpha=0.55, zorder=2.5)
    ax.scatter(year, rows["rate_per_10000"], s=9, color=INK, linewidths=0, zorder=3, label="published")


def draw_breaks(ax: Axes, nation: str, years: Sequence[int], lang: str) -> list[str]:
    """Mark where the figures changed rather than the children; return what to say of each."""
    said = []
    for one in KNOWN_BREAKS:
        if one.nation == nation and one.affects == "counts" and one.within(years[0], years[-1]):
            ax.axvline(one.year - 0.5, color=GREY, linewidth=1.0, linestyle=":", zorder=1.6)
            said.append(one.description if lang == "en" else f"{NATIONS_CY.get(nation, nation)}, {one.year}")
    return said


def _set_scales(ax: Axes, table: pd.DataFrame, years: Sequence[int]) -> None:
    """Share one scale, whole years along it."""
    columns = [one for one in ("rate_per_10000", "rate_high", "upper_95") if one in table]
    ax.set(ylim=(0, 1.06 * float(table[columns].max().max())), xlim=(years[0] - 0.6, years[-1] + 0.6))
    step = max(1, -(-len(years) // 4))
    ticks = list(np.arange(years[-1], years[0] - 1, -step)[::-1])
    ax.set_xticks(ticks, [str(one) for one in ticks])
