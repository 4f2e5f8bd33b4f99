"""A funnel in words, for somebody who cannot see the chart; in English or Welsh."""

from __future__ import annotations

import numpy as np

from carerates.funnels.assessment import Assessment
from carerates.funnels.settings import FunnelSettings, level_words
from carerates.funnels.wording import FunnelLike

_WORDS = {
    "en": {
        "opening": (
            "Funnel plot{group}: each of {areas} areas is a point, its value per {per} against {axis}."
        ),
        "axis_rate": "its population",
        "axis_proportion": "the number it is a share of",
        "axis_ratio": "its expected count",
        "centre": "The centre line is at {target} per {per}.",
        "own": "Each area is compared with a target of its own.",
        "lines": "Curved lines either side, wider apart for smaller areas, mark the {levels} limits.",
        "range": "Values run from {low} ({low_name}) to {high} ({high_name}).",
        "above": "above {level}",
        "below": "below {level}",
        "listed": "{count} {position}: {names}.",
        "none": "No area is outside the limits.",
        "within": "{count} areas are within the limits.",
        "rounding": "The position depends on rounding for {names}.",
        "missing": "Drawn as a bar of possible values, because no count was published: {names}.",
        "and": " and ",
        "spread": "The areas differ by more than chance allows (phi = {phi:.1f}).",
    },
    "cy": {
        "opening": (
            "Plot twndis{group}: mae pob un o'r {areas} ardal yn bwynt, ei werth fesul {per} yn erbyn {axis}."
        ),
        "axis_rate": "ei phoblogaeth",
        "axis_proportion": "y nifer y mae'n gyfran ohono",
        "axis_ratio": "ei chyfrif disgwyliedig",
        "centre": "Mae'r llinell ganol ar {target} fesul {per}.",
        "own": "Cymherir pob ardal â'i tharged ei hun.",
        "lines": (
            "Mae llinellau crwm bob ochr, yn bellach oddi wrth ei gilydd ar gyfer ardaloedd llai, "
            "yn nodi'r terfynau {levels}."
        ),
        "range": "Mae'r gwerthoedd yn amrywio o {low} ({low_name}) i {high} ({high_name}).",
        "above": "uwchlaw {level}",
        "below": "islaw {level}",
        "listed": "{count} {position}: {names}.",
        "none": "Nid oes unrhyw ardal y tu allan i'r terfynau.",
        "within": "Nifer yr ardaloedd o fewn y terfynau: {count}.",
        "rounding": "Mae'r safle'n dibynnu ar dalgrynnu ar gyfer {names}.",
        "missing": "Wedi'u dangos fel bar o werthoedd posibl, gan na chyhoeddwyd cyfrif: {names}.",
        "and": " a ",
        "spread": "Mae'r ardaloedd yn amrywio mwy nag y byddai siawns yn ei ganiatáu (phi = {phi:.1f}).",
    },
}


def describe_chart(funnel: FunnelLike, assessments: tuple[Assessment, ...], lang: str = "en") -> str:
    """Describe a funnel chart: what is drawn, who is outside on which side, what is uncertain.

    Parameters
    ----------
    funnel : Funnel
    assessments : tuple of Assessment
        The funnels drawn.
    lang : {"en", "cy"}

    Returns
    -------
    str
        A paragraph for each funnel.
    """
    if lang not in _WORDS:
        raise ValueError(f"lang={lang!r} is not one of {', '.join(_WORDS)}.")
    return "\n\n".join(_describe_one(funnel.settings, one, _WORDS[lang]) for one in assessments)


def translate_position(position: str, lang: str) -> str:
    """Return a position in English (``en``) or Welsh (``cy``).

    Examples
    --------
    >>> translate_position("above 99.8%", "cy"), translate_position("within", "cy")
    ('uwchlaw 99.8%', 'o fewn')
    """
    if lang == "en":
        return position
    fixed = {"within": "o fewn", "not known": "ddim yn hysbys"}
    side, _, level = position.partition(" ")
    return fixed[position] if position in fixed else _WORDS[lang][side].format(level=level)


def _describe_one(settings: FunnelSettings, one: Assessment, words: dict[str, str]) -> str:
    """Describe one funnel."""
    units = one.units
    known = ~np.isnan(units.observed)
    values = settings.per * units.observed / units.exposure
    per = f"{settings.per:,.10g}"
    levels = words["and"].join(level_words(probability) for probability in settings.probabilities)
    group = "" if settings.by is None else f" ({units.group[0]})"
    common = one.centre.common
    parts = [
        words["opening"].format(
            group=group, areas=int(known.sum()), per=per, axis=words[f"axis_{settings.kind}"]
        ),
        words["own"]
        if common is None
        else words["centre"].format(target=_value(settings.per * common), per=per),
        words["lines"].format(levels=levels),
    ]
    if known.any():
        low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
        parts.append(
            words["range"].format(
                low=_value(values[low]),
                low_name=units.names[low],
                high=_value(values[high]),
                high_name=units.names[high],
            )
        )
    parts += _outside(settings, one, words, known)
    if one.report.over_dispersed:
        parts.append(words["spread"].format(phi=one.report.phi))
    unstable = known & (one.steps_low != one.steps_high)
    for key, rows in (("rounding", unstable), ("missing", ~known)):
        if rows.any():
            parts.append(words[key].format(names=", ".join(units.names[row] for row in np.flatnonzero(rows))))
    return " ".join(parts)


def _outside(
    settings: FunnelSettings, one: Assessment, words: dict[str, str], known: np.ndarray
) -> list[str]:
    """List who is outside, highest first, and count who is within."""
    said = []
    levels = settings.probabilities
    for step in [*range(len(levels), 0, -1), *range(-1, -len(levels) - 1, -1)]:
        rows = np.flatnonzero(known & (one.steps == step))
        if rows.size:
            side = "above" if step > 0 else "below"
            position = words[side].format(level=level_words(levels[abs(step) - 1]))
            names = ", ".join(one.units.names[row] for row in rows)
            said.append(words["listed"].format(count=rows.size, position=position, names=names))
    if not said:
        said.append(words["none"])
    said.append(words["within"].format(count=int((known & (one.steps == 0)).sum())))
    return said


def _value(value: float) -> str:
    """Print a value to a length a reader can take in."""
    return f"{value:,.0f}" if abs(value) >= 20 else f"{value:.2g}"
