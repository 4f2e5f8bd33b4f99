"""What a model makes of published rates: shrinkage, the relation with need, and what varies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.canvas import set_log_ticks
from carerates.charts.labels import label_points
from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases, level_words
from carerates.charts.rankings import year_of
from carerates.charts.rows import lay_rows
from carerates.charts.style import BLUE, GREY, INK, NATION_MARKS, PAPER, TEAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.models import FittedRates

PARTS_CY = {
    "nation": "cenedl",
    "region": "rhanbarth",
    "area": "yr ardal ei hun",
    "factors together": "y ffactorau gyda'i gilydd",
    "deprivation": "amddifadedd",
    "lone_parents": "rhieni unigol",
    "population": "poblogaeth",
}
_WORDS: dict[str, Phrases] = {
    "en": {
        "shrinkage": "From published to underlying rates, children looked after at 31 March {year}",
        "shrinkage_marks": (
            "Hollow circles: published rate. Filled circles: underlying rate with {level} credible interval."
        ),
        "shrinkage_why": (
            "Small areas move most towards the rate expected of areas like them: "
            "their published rates owe most to chance."
        ),
        "gradient": "Underlying rate against {factor}, 31 March {year}",
        "band": "Lines and bands: expected rate by nation with {level} credible interval.",
        "several": (
            "Lines and bands: expected rate by nation with {level} credible interval, "
            "the model's other factors at the nation's mean."
        ),
        "cause": "Areas differ in step with a factor; that does not make it the cause.",
        "nations": "{nation}: {shape}",
        "explained": "What goes with the differences between areas' rates",
        "explained_unit": "Part of the model, and share of the variation between areas",
        "explained_notes": "Bars: {level} credible interval. Shares of one nation add up to 1: {nations}.",
    },
    "cy": {
        "shrinkage": "O gyfraddau cyhoeddedig i rai gwaelodol, plant sy'n derbyn gofal ar 31 Mawrth {year}",
        "shrinkage_marks": (
            "Cylchoedd gwag: cyfradd gyhoeddedig. "
            "Cylchoedd llawn: cyfradd waelodol gyda chyfwng credadwy {level}."
        ),
        "shrinkage_why": (
            "Ardaloedd bach sy'n symud fwyaf tua'r gyfradd a ddisgwylir gan ardaloedd tebyg: "
            "siawns sy'n effeithio fwyaf ar eu cyfraddau cyhoeddedig."
        ),
        "gradient": "Cyfradd waelodol yn erbyn {factor}, 31 Mawrth {year}",
        "band": "Llinellau a bandiau: cyfradd ddisgwyliedig fesul cenedl gyda chyfwng credadwy {level}.",
        "several": (
            "Llinellau a bandiau: cyfradd ddisgwyliedig fesul cenedl gyda chyfwng credadwy {level}, "
            "a ffactorau eraill y model ar gymedr y genedl."
        ),
        "cause": "Mae ardaloedd yn amrywio gyda ffactor; nid yw hynny'n ei wneud yn achos.",
        "nations": "{nation}: {shape}",
        "explained": "Yr hyn sy'n cyd-fynd â'r gwahaniaethau rhwng cyfraddau ardaloedd",
        "explained_unit": "Rhan o'r model, a chyfran o'r amrywiad rhwng ardaloedd",
        "explained_notes": (
            "Barrau: cyfwng credadwy {level}. Mae cyfrannau un genedl yn adio i 1: {nations}."
        ),
    },
}


@chart(_WORDS)
def draw_shrinkage(page: Page, fit: FittedRates, *, year: int | None = None, label: int = 16) -> Told:
    """Draw how far the model moves each area from its published rate, by size.

    Parameters
    ----------
    fit : FittedRates
        What :func:`carerates.fit` gave.
    label : int
        How many areas to name, those moved furthest first.
    """
    frame = year_of(fit, year)
    frame = frame[frame["rate_per_10000"].notna()].reset_index(drop=True)
    size, crude, under = (
        frame[name].to_numpy(dtype=float)
        for name in ("population", "rate_per_10000", "underlying_rate_per_10000")
    )
    ax = page.axes((8.0, 6.0))
    ax.set_xscale("log")
    set_log_ticks(ax)
    ax.vlines(size, frame["lower_95"], frame["upper_95"], color="#BFC5C9", linewidth=1.0, zorder=1.8)
    ax.vlines(size, crude, under, color=INK, linewidth=0.9, zorder=2.5, label="moved")
    ax.scatter(
        size, crude, s=20, facecolors=PAPER, edgecolors=GREY, linewidths=1.0, zorder=3, label="published"
    )
    ax.scatter(size, under, s=18, color=BLUE, zorder=3.5, linewidths=0, label="underlying")
    ax.set(
        xlim=(0.85 * size.min(), 1.2 * size.max()),
        ylim=(0, 1.08 * float(np.nanmax([crude.max(), frame["upper_95"].max()]))),
    )
    ax.set_xlabel(page.say("size"), fontsize=9)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    moved = np.argsort(-np.abs(np.log(np.maximum(crude, 0.1) / under)), kind="stable")[:label]
    return Told(
        page.say("shrinkage", year=int(frame["year"].iloc[0])),
        page.say("rate"),
        (
            page.say("shrinkage_marks", level=level_words(fit.interval_probability)),
            page.say("shrinkage_why"),
        ),
        lambda: label_points(
            ax,
            np.concatenate([size, size]),
            np.concatenate([crude, under]),
            page.names(frame) + [""] * len(frame),
            label=[int(one) for one in moved],
            fontsize=8,
        ),
    )


@chart(_WORDS)
def draw_gradient(
    page: Page, fit: FittedRates, *, factor: str | None = None, year: int | None = None
) -> Told:
    """Draw underlying rates against a factor, with the rates expected in each nation.

    Parameters
    ----------
    fit : FittedRates
        What :func:`carerates.fit` gave, of a model with factors.
    factor : str, optional
        Which factor; the model's first by default.

    Returns
    -------
    Axes
        A line and a band for each nation, other factors at the mean of its areas.
    """
    frame = year_of(fit, year)
    factors = list(fit.settings.factors)
    wanted = factor or (factors[0] if factors else None)
    if wanted is None or wanted not in factors:
        raise ValueError(f"The model has the factors {', '.join(factors) or 'none'}; {wanted!r} is not one.")
    values = fit.rates.to_frame()[["area_code", "year", wanted]]
    frame = frame.merge(values, on=["area_code", "year"], how="left")
    expected = fit.gradient(wanted, year=int(frame["year"].iloc[0]))
    ax = page.axes((8.0, 6.0))
    shapes = []
    for nation in dict.fromkeys(sorted(frame["nation"].fillna("").astype(str))):
        rows = frame[frame["nation"].fillna("") == nation]
        marker, colour = NATION_MARKS.get(nation, ("s", TEAL))
        _draw_expected(ax, expected[expected["nation"].fillna("") == nation], colour)
        ax.scatter(
            rows[wanted],
            rows["underlying_rate_per_10000"],
            s=24,
            marker=marker,
            color=colour,
            linewidths=0,
            zorder=3,
            label=nation,
        )
        shapes.append(page.say("nations", nation=page.nation(nation), shape=page.say(marker)))
    highest = max(frame["underlying_rate_per_10000"].max(), expected["expected_upper_95"].max())
    ax.set_ylim(0, 1.06 * float(highest))
    name = PARTS_CY.get(wanted, wanted) if page.lang == "cy" else wanted.replace("_", " ")
    ax.set_xlabel(name[:1].upper() + name[1:], fontsize=9)
    level = level_words(fit.interval_probability)
    return Told(
        page.say("gradient", factor=name, year=int(frame["year"].iloc[0])),
        page.say("rate"),
        (
            "; ".join(shapes) + ".",
            page.say("several" if len(factors) > 1 or fit.settings.population_term else "band", level=level),
            page.say("cause"),
        ),
    )


def _draw_expected(ax: Axes, rows: pd.DataFrame, colour: str) -> None:
    """Draw the expected rates of one nation."""
    at, middle, low, high = (
        rows[name].to_numpy(dtype=float)
        for name in ("value", "expected_rate_per_10000", "expected_lower_95", "expected_upper_95")
    )
    ax.fill_between(at, low, high, color=colour, alpha=0.16, linewidth=0, zorder=1.5)
    ax.plot(at, middle, color=colour, linewidth=1.4, zorder=2)


@chart(_WORDS)
def draw_explained(page: Page, fit: FittedRates) -> Told:
    """Draw how much of the variation between areas each part of the model goes with.

    Parameters
    ----------
    fit : FittedRates
        What :func:`carerates.fit` gave.
    """
    frame = fit.explained()
    frame = frame[frame["part"] != "factors together"]
    groups = list(dict.fromkeys(frame["nation"]))
    parts = list(dict.fromkeys(frame["part"]))[::-1]
    shown = [PARTS_CY.get(one, one) if page.lang == "cy" else one.replace("_", " ") for one in parts]
    rows = lay_rows(page, [one[:1].upper() + one[1:] for one in shown])
    said = []
    for number, group in enumerate(groups):
        part = frame[frame["nation"] == group].set_index("part").reindex(parts)
        marker, colour = (NATION_MARKS | {"all": ("s", TEAL)}).get(str(group), ("^", INK))
        at = rows.place + 0.2 * ((len(groups) - 1) / 2 - number)
        rows.ax.hlines(at, part["lower_95"], part["upper_95"], color=colour, linewidth=1.6, zorder=2)
        rows.ax.scatter(part["share"], at, s=36, marker=marker, color=colour, zorder=3, label=str(group))
        said.append(f"{page.nation(str(group))} ({page.phrases.get(marker, marker)})")
    rows.line(0, linewidth=0.8, zorder=2)
    lowest, highest = float(frame["lower_95"].min()), float(frame["upper_95"].max())
    rows.ax.set_xlim(min(0.0, lowest - 0.02), highest + 0.05)
    rows.ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    level = level_words(fit.interval_probability)
    notes = page.say("explained_notes", level=level, nations=", ".join(said))
    return Told(page.say("explained"), page.say("explained_unit"), (notes, page.say("cause")))
