"""What a model makes of published rates: shrinkage, the relation with need, and what varies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.labels import label_points
from carerates.charts.phrases import NATIONS_CY, Phrases, names_in, phrases_in, source_in
from carerates.charts.rankings import year_of
from carerates.charts.rows import dress_rows, new_rows
from carerates.charts.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PAPER,
    TEAL,
    Furniture,
    dress,
    house_style,
    new_axes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.models import FittedRates

# nation -> marker and colour; the shape alone tells them apart
NATIONS = {"Wales": ("D", ORANGE), "England": ("o", BLUE)}
_PARTS_CY = {
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
        "unit": "Rate per 10,000 aged 0-17",
        "shrinkage": "From published to underlying rates, children looked after at 31 March {year}",
        "shrinkage_marks": (
            "Hollow circles: published rate. Filled circles: underlying rate with {level} credible interval."
        ),
        "shrinkage_why": (
            "Small areas move most towards the rate expected of areas like them: "
            "their published rates owe most to chance."
        ),
        "size": "Children aged 0-17 (population)",
        "gradient": "Underlying rate against {factor}, 31 March {year}",
        "band": "Lines and bands: expected rate by nation with {level} credible interval.",
        "several": "Short lines: expected rates with {level} credible interval; other factors enter too.",
        "cause": "Areas differ in step with a factor; that does not make it the cause.",
        "nations": "{nation}: {shape}",
        "D": "diamonds",
        "o": "circles",
        "s": "squares",
        "explained": "What goes with the differences between areas' rates",
        "explained_unit": "Part of the model, and share of the variation between areas",
        "explained_notes": "Bars: {level} credible interval. Shares of one nation add up to 1: {nations}.",
    },
    "cy": {
        "unit": "Cyfradd fesul 10,000 o blant 0-17 oed",
        "shrinkage": "O gyfraddau cyhoeddedig i rai gwaelodol, plant sy'n derbyn gofal ar 31 Mawrth {year}",
        "shrinkage_marks": (
            "Cylchoedd gwag: cyfradd gyhoeddedig. "
            "Cylchoedd llawn: cyfradd waelodol gyda chyfwng credadwy {level}."
        ),
        "shrinkage_why": (
            "Ardaloedd bach sy'n symud fwyaf tua'r gyfradd a ddisgwylir gan ardaloedd tebyg: "
            "siawns sy'n effeithio fwyaf ar eu cyfraddau cyhoeddedig."
        ),
        "size": "Plant 0-17 oed (poblogaeth)",
        "gradient": "Cyfradd waelodol yn erbyn {factor}, 31 Mawrth {year}",
        "band": "Llinellau a bandiau: cyfradd ddisgwyliedig fesul cenedl gyda chyfwng credadwy {level}.",
        "several": (
            "Llinellau byr: cyfraddau disgwyliedig gyda chyfwng credadwy {level}; "
            "mae ffactorau eraill yn cyfrif hefyd."
        ),
        "cause": "Mae ardaloedd yn amrywio gyda ffactor; nid yw hynny'n ei wneud yn achos.",
        "nations": "{nation}: {shape}",
        "D": "diemwntau",
        "o": "cylchoedd",
        "s": "sgwariau",
        "explained": "Yr hyn sy'n cyd-fynd â'r gwahaniaethau rhwng cyfraddau ardaloedd",
        "explained_unit": "Rhan o'r model, a chyfran o'r amrywiad rhwng ardaloedd",
        "explained_notes": (
            "Barrau: cyfwng credadwy {level}. Mae cyfrannau un genedl yn adio i 1: {nations}."
        ),
    },
}


def draw_shrinkage(
    fit: FittedRates,
    ax: Axes | None = None,
    *,
    year: int | None = None,
    headline: str = "",
    title: str = "",
    label: int = 16,
    lang: str = "en",
) -> Axes:
    """Draw how far the model moves each area from its published rate, by size.

    Parameters
    ----------
    fit : FittedRates
        What :func:`carerates.fit` gave.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    year : int, optional
        Year of the 31 March; the last by default.
    headline, title : str
        What the chart shows, as a statement; measure, places and period.
    label : int
        How many areas to name, those moved furthest first.
    lang : {"en", "cy"}
        Language of words and names.

    Returns
    -------
    Axes
    """
    words, frame = phrases_in(_WORDS, lang), year_of(fit, year)
    frame = frame[frame["rate_per_10000"].notna()].reset_index(drop=True)
    size, crude, under = (
        frame[name].to_numpy(dtype=float)
        for name in ("population", "rate_per_10000", "underlying_rate_per_10000")
    )
    with house_style():
        own = ax is None
        ax = new_axes(ax, (8.0, 6.0))
        ax.set_xscale("log")
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
        ax.set_xlabel(words["size"], fontsize=9)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        furniture = Furniture(
            headline,
            title or words["shrinkage"].format(year=int(frame["year"].iloc[0])),
            words["unit"],
            source_in(fit.provenance, lang),
            (words["shrinkage_marks"].format(level=_level(fit)), words["shrinkage_why"]),
        )
        dress(ax, furniture, own_figure=own)
        moved = np.argsort(-np.abs(np.log(np.maximum(crude, 0.1) / under)), kind="stable")[:label]
        label_points(
            ax,
            np.concatenate([size, size]),
            np.concatenate([crude, under]),
            names_in(frame["area_code"].tolist(), frame["area_name"].tolist(), lang) + [""] * len(frame),
            label=[int(one) for one in moved],
            fontsize=8,
        )
    return ax


def draw_gradient(
    fit: FittedRates,
    ax: Axes | None = None,
    *,
    factor: str | None = None,
    year: int | None = None,
    headline: str = "",
    title: str = "",
    lang: str = "en",
) -> Axes:
    """Draw underlying rates against a factor, with the rates expected in each nation.

    Parameters
    ----------
    fit : FittedRates
        What :func:`carerates.fit` gave, of a model with factors.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    factor : str, optional
        Which factor; the model's first by default.
    year : int, optional
        Year of the 31 March; the last by default.
    headline, title : str
        What the chart shows, as a statement; measure, places and period.
    lang : {"en", "cy"}
        Language of words.

    Returns
    -------
    Axes
        A line and a band for each nation where the model has one factor; else a short line for each area.
    """
    words, frame = phrases_in(_WORDS, lang), year_of(fit, year)
    factors = list(fit.settings.factors)
    wanted = factor or (factors[0] if factors else None)
    if wanted is None or wanted not in factors:
        raise ValueError(f"The model has the factors {', '.join(factors) or 'none'}; {wanted!r} is not one.")
    values = fit.rates.to_frame()[["area_code", "year", wanted]]
    frame = frame.merge(values, on=["area_code", "year"], how="left").sort_values(wanted, kind="stable")
    with house_style():
        own = ax is None
        ax = new_axes(ax, (8.0, 6.0))
        shapes = []
        for nation in dict.fromkeys(sorted(frame["nation"].fillna("").astype(str))):
            rows = frame[frame["nation"].fillna("") == nation]
            marker, colour = NATIONS.get(nation, ("s", TEAL))
            _draw_expected(ax, rows, wanted, colour, band=len(factors) == 1)
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
            shown = NATIONS_CY.get(nation, nation) if lang == "cy" else nation
            shapes.append(words["nations"].format(nation=shown, shape=words[marker]))
        ax.set_ylim(0, 1.06 * float(frame[["underlying_rate_per_10000", "expected_upper_95"]].max().max()))
        name = _PARTS_CY.get(wanted, wanted) if lang == "cy" else wanted.replace("_", " ")
        ax.set_xlabel(name[:1].upper() + name[1:], fontsize=9)
        explained = words["band" if len(factors) == 1 else "several"].format(level=_level(fit))
        furniture = Furniture(
            headline,
            title or words["gradient"].format(factor=name, year=int(frame["year"].iloc[0])),
            words["unit"],
            source_in(fit.provenance, lang),
            ("; ".join(shapes) + ".", explained, words["cause"]),
        )
        dress(ax, furniture, own_figure=own)
    return ax


def _draw_expected(ax: Axes, rows: pd.DataFrame, factor: str, colour: str, *, band: bool) -> None:
    """Draw the expected rates of one nation."""
    at = rows[factor].to_numpy(dtype=float)
    low, high = (rows[name].to_numpy(dtype=float) for name in ("expected_lower_95", "expected_upper_95"))
    if band:
        ax.fill_between(at, low, high, color=colour, alpha=0.16, linewidth=0, zorder=1.5)
        ax.plot(at, rows["expected_rate_per_10000"], color=colour, linewidth=1.4, zorder=2)
    else:
        ax.vlines(at, low, high, color=colour, alpha=0.45, linewidth=1.0, zorder=2)


def draw_explained(
    fit: FittedRates,
    ax: Axes | None = None,
    *,
    headline: str = "",
    title: str = "",
    lang: str = "en",
) -> Axes:
    """Draw how much of the variation between areas each part of the model goes with.

    Parameters
    ----------
    fit : FittedRates
        What :func:`carerates.fit` gave.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    headline, title : str
        What the chart shows, as a statement; measure, places and period.
    lang : {"en", "cy"}
        Language of words.

    Returns
    -------
    Axes
    """
    words, frame = phrases_in(_WORDS, lang), fit.explained()
    frame = frame[frame["part"] != "factors together"]
    groups = list(dict.fromkeys(frame["nation"]))
    parts = list(dict.fromkeys(frame["part"]))[::-1]
    with house_style():
        own = ax is None
        shown = [_PARTS_CY.get(one, one) if lang == "cy" else one.replace("_", " ") for one in parts]
        ax, place = new_rows(ax, [one[:1].upper() + one[1:] for one in shown])
        looks = {"Wales": ("D", ORANGE), "England": ("o", BLUE), "all": ("s", TEAL)}
        said = []
        for number, group in enumerate(groups):
            rows = frame[frame["nation"] == group].set_index("part").reindex(parts)
            marker, colour = looks.get(str(group), ("^", INK))
            at = place + 0.2 * ((len(groups) - 1) / 2 - number)
            ax.hlines(at, rows["lower_95"], rows["upper_95"], color=colour, linewidth=1.6, zorder=2)
            ax.scatter(rows["share"], at, s=36, marker=marker, color=colour, zorder=3, label=str(group))
            name = NATIONS_CY.get(str(group), str(group)) if lang == "cy" else str(group)
            said.append(f"{name} ({words.get(marker, marker)})")
        ax.axvline(0, color=INK, linewidth=0.8)
        ax.set_xlim(min(0.0, float(frame["lower_95"].min()) - 0.02), max(1.0, float(frame["upper_95"].max())))
        ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        notes = words["explained_notes"].format(level=_level(fit), nations=", ".join(said))
        furniture = Furniture(
            headline,
            title or words["explained"],
            words["explained_unit"],
            source_in(fit.provenance, lang),
            (notes, words["cause"]),
        )
        dress_rows(ax, shown, furniture, own=own)
    return ax


def _level(fit: FittedRates) -> str:
    """Return the probability of the intervals in words."""
    return f"{100 * fit.interval_probability:g}%"
