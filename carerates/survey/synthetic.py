"""Invented surveys for teaching, tests and planning.

:func:`wcpp2020_responses` returns 792 respondents whose tables are those printed for the 2020 survey of the
Welsh workforce (no respondent of that survey is in them); :func:`sample_responses` returns a plain one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.provenance import Provenance, Source
from carerates.survey import printed
from carerates.survey.calibration import Target, adjust_answers, align_scores, swap_answers
from carerates.survey.responses import Responses, as_responses
from carerates.survey.scales import Scale, ScaleSet, likert_scale, wcpp2020
from carerates.survey.scoring import score_scale

Array = NDArray[np.float64]
_CASES_TOGETHER = {1: 0.95, 2: 0.3}  # the printed SDs need the two answers to go together in case 1 only
# the printed limits of an odds ratio fix the SD of its score more closely than the printed SD does
_POOLED_SD = {
    "against_removal": (0.612, 0.625),
    "case_2_risk": (0.503, 0.507),
    "confidence_in_la": (0.553, 0.563),
    "support_for_practice": (0.622, 0.634),
}
_RELIABLE = 0.65  # share of a score's variance that its items have in common
# how the scores of the published logistic model go together: where the search for its odds ratios starts
_TOGETHER = {
    ("against_removal", "confidence_in_la"): 0.27,
    ("confidence_in_la", "support_for_practice"): -0.10,
}


def sample_responses(
    *,
    respondents: int = 600,
    areas: int = 12,
    icc: float = 0.05,
    difference: float = 0.0,
    second: int = 2,
    items: int = 4,
    seed: int,
) -> Responses:
    """Invent answers to one scale of agreement questions.

    Parameters
    ----------
    respondents, areas : int
        Sizes; respondents are spread evenly.
    icc : float
        Share of the variance of answers' common part that lies between areas.
    difference : float
        By how many standard deviations the second group's areas score higher.
    second : int
        Areas in the second group (``trend`` is ``"decreasing"``); the others are ``"increasing"``.
    items : int
        Questions of the scale ``trust``.
    seed : int
        Seed.
    """
    _check_icc(icc)
    if not 0 < second < areas or respondents < areas:
        raise ValueError(
            f"{respondents} respondents, {areas} areas, {second} in the second group do not go together."
        )
    rng = np.random.default_rng(seed)
    area = np.arange(respondents) % areas
    common = np.sqrt(icc) * rng.standard_normal(areas)[area] + np.sqrt(1 - icc) * rng.standard_normal(
        respondents
    )
    common = common + difference * (area < second)
    answers = np.clip(
        np.rint(3.2 + 0.7 * common[:, None] + 0.7 * rng.standard_normal((respondents, items))), 1, 5
    )
    names = tuple(f"trust_{i + 1}" for i in range(items))
    frame = pd.DataFrame(answers, columns=list(names))
    frame["area_code"] = [f"area_{i + 1:02d}" for i in area]
    frame["trend"] = np.where(area < second, "decreasing", "increasing")
    scales = ScaleSet("sample", (likert_scale("trust", "Trust", names),))
    return as_responses(
        frame, scales, groups=["trend"], own_areas=True, provenance=Provenance((_invented(seed, "sample"),))
    )


def wcpp2020_responses(*, seed: int = 2020, icc: float = 0.05) -> Responses:
    """Invent a survey with the printed tables of the 2020 survey of the Welsh workforce.

    Parameters
    ----------
    seed : int
        Seed; any seed returns the same tables from different respondents.
    icc : float
        Share of the variance of each factor and value score that lies between areas of one group.

    Returns
    -------
    Responses
        With the groups ``role`` (leaders, workers) and ``trend`` (increasing, decreasing, other) and, beside
        the items, ``rate_in_wales``, ``rate_in_own_la`` (1 much too high to 5 much too low),
        ``signs_of_safety`` and ``outcomes_framework`` (1 yes, 0 no).

    Notes
    -----
    Tables 1, 2 and 6 come out exactly; every t of Tables 3 and 5 and footnote 18 within .05 and their means
    and SDs within rounding; chi-squared 72.36 and 0.10 once the ten respondents that the printed tests lack
    are without an answer; and the four odds ratios and their limits within rounding, from one logistic
    model.  What was never printed (sizes of single authorities, who left what out) is invented.

    Raises
    ------
    ModelError
        If the answers cannot be brought to the printed figures from this seed.
    """
    _check_icc(icc)
    rng = np.random.default_rng(seed)
    people = _people(rng)
    scales = wcpp2020()
    common = _common_parts(people, rng)
    answers: dict[str, Array] = {}
    for scale in scales.scales:
        if scale.kind == "vignette":
            continue
        made = _invent_items(scale, people, common[scale.name], icc, rng)
        answers |= {name: made[:, place] for place, name in enumerate(scale.item_names)}
    answers |= _invent_cases(people, common, scales, rng)
    frame = people.assign(**answers)
    _align_odds(frame, scales, rng)
    frame["rate_in_wales"] = _spread(printed.RATE_IN_WALES, people["order"].to_numpy(), rng)
    frame["rate_in_own_la"] = _spread(printed.RATE_IN_OWN_LA, people["order"].to_numpy(), rng)
    for name, (up, down) in printed.FRAMEWORKS.items():
        frame[name] = _users(people, up, down, name == "outcomes_framework", rng)
    made_responses = as_responses(
        frame, scales, groups=["role", "trend"], provenance=Provenance((_invented(seed, "wcpp2020"),))
    )
    kept = made_responses.to_frame()
    for name in ("rate_in_wales", "rate_in_own_la", *printed.FRAMEWORKS):
        kept[name] = frame[name].to_numpy(dtype=float)
    step = "Answers are invented and moved until the printed tables came out; they belong to no respondent."
    return Responses(kept, scales, made_responses.groups, made_responses.provenance.then(step))


def _check_icc(icc: float) -> None:
    if not 0 <= icc <= 0.5:
        raise ValueError(f"icc is {icc}; give a share between 0 and 0.5.")


def _invented(seed: int, name: str) -> Source:
    return Source("carerates", f"synthetic_{name}", "invented survey answers", edition=f"seed {seed}")


def _people(rng: np.random.Generator) -> pd.DataFrame:
    """Return 792 respondents: area, trend, role, and the order in which they stop answering."""
    rows: list[dict[str, Any]] = []
    for trend, sizes in (
        ("increasing", printed.INCREASING),
        ("decreasing", printed.DECREASING),
        ("other", printed.OTHER),
    ):
        codes = [code for code, size in sizes.items() for _ in range(size)]
        every = len(codes) / printed.LEADERS[trend]  # leaders spread evenly over the areas
        lead = {int(every * (i + 0.5)) for i in range(printed.LEADERS[trend])}
        rows += [
            {"area_code": code, "trend": trend, "role": "leaders" if place in lead else "workers"}
            for place, code in enumerate(codes)
        ]
    people = pd.DataFrame(rows)
    people["order"] = rng.permutation(len(people))
    people["area"] = pd.factorize(people["area_code"])[0]
    return people


def _answered(people: pd.DataFrame, scale: str) -> NDArray[np.bool_]:
    """Return who has a score: in each group those who stop answering last."""
    up, down, other, lead = printed.ANSWERED[scale]
    wanted = {
        ("increasing", "leaders"): 35,
        ("increasing", "workers"): up - 35,
        ("decreasing", "leaders"): 8,
        ("decreasing", "workers"): down - 8,
        ("other", "leaders"): lead,
        ("other", "workers"): other - lead,
    }
    chosen = np.zeros(len(people), dtype=bool)
    for (trend, role), count in wanted.items():
        rows = people[(people["trend"] == trend) & (people["role"] == role)].sort_values("order").index
        chosen[rows[:count]] = True
    return chosen


def _common_parts(people: pd.DataFrame, rng: np.random.Generator) -> dict[str, Array]:
    """Return for each scale the standard normal part that differs between respondents."""
    names = list(printed.ANSWERED)
    matrix = np.eye(len(names))
    for (a, b), value in _TOGETHER.items():
        i, j = names.index(a), names.index(b)
        matrix[i, j] = matrix[j, i] = value
    drawn = rng.standard_normal((len(people), len(names))) @ np.linalg.cholesky(matrix).T
    return {name: drawn[:, place] for place, name in enumerate(names)}


def _area_effects(people: pd.DataFrame, rng: np.random.Generator) -> Array:
    """Return an effect for each respondent's area: mean 0 and variance 1 within each trend group."""
    effects: Array = rng.standard_normal(int(people["area"].max()) + 1)[people["area"].to_numpy()]
    for trend in ("increasing", "decreasing", "other"):
        rows = (people["trend"] == trend).to_numpy()
        effects[rows] = (effects[rows] - effects[rows].mean()) / effects[rows].std()
    return effects


def _targets(people: pd.DataFrame, scale: str, scored: NDArray[np.bool_]) -> list[Target]:
    """Return the printed t tests of a scale."""
    lead = (people["role"] == "leaders").to_numpy()
    up, down = ((people["trend"] == trend).to_numpy() for trend in ("increasing", "decreasing"))
    roles = printed.printed_tests("leaders_vs_workers")[scale]
    trends = printed.printed_tests("increasing_vs_decreasing")[scale]
    targets = [
        Target(lead & scored, ~lead & scored, roles.t, roles.means, roles.sds),
        Target(up & scored, down & scored, trends.t, trends.means, trends.sds, _POOLED_SD.get(scale)),
    ]
    if scale in printed.GAPS:
        targets += [
            Target(lead & group & scored, ~lead & group & scored, t)
            for group, t in zip((up, down), printed.GAPS[scale], strict=True)
        ]
    return targets


def _invent_items(
    scale: Scale, people: pd.DataFrame, common: Array, icc: float, rng: np.random.Generator
) -> Array:
    """Return answers to the items of one scale that meet its printed tests."""
    roles = printed.printed_tests("leaders_vs_workers")[scale.name]
    trends = printed.printed_tests("increasing_vs_decreasing")[scale.name]
    lead = (people["role"] == "leaders").to_numpy()
    down = (people["trend"] == "decreasing").to_numpy()
    centre = np.where(lead, roles.means[0], roles.means[1]) + np.where(
        down, trends.means[1] - trends.means[0], 0.0
    )
    spread = np.where(down, trends.sds[1], np.where(lead, roles.sds[0], roles.sds[1]))
    width = len(scale.items)
    between = np.sqrt(icc) * _area_effects(people, rng) + np.sqrt(_RELIABLE - icc) * common
    own = rng.standard_normal((len(people), width)) * np.sqrt((1 - _RELIABLE) * width)
    shift, stretch = np.zeros(len(people)), np.ones(len(people))
    cells = [mask for trend in (down, ~down) for role in (lead, ~lead) if (mask := trend & role).any()]
    for _ in range(15):  # rounding and the ends of the scale pull means and SDs: pull back
        latent = (centre + shift)[:, None] + (spread * stretch)[:, None] * (between[:, None] + own)
        items = np.clip(np.rint(latent), 1, 5)
        scores = items.mean(axis=1)
        for cell in cells:
            shift[cell] += 0.7 * (centre[cell].mean() - scores[cell].mean())
            stretch[cell] *= (spread[cell].mean() / max(scores[cell].std(), 0.05)) ** 0.5
    scored = _answered(people, scale.name)
    items[~scored] = np.nan
    return adjust_answers(items, _targets(people, scale.name, scored), 1, 5, rng)


def _invent_cases(
    people: pd.DataFrame, common: dict[str, Array], scales: ScaleSet, rng: np.random.Generator
) -> dict[str, Array]:
    """Return the vignette answers: margins as printed, scores that meet the printed tests."""
    made: dict[str, Array] = {}
    for number in (1, 2):
        name = f"case_{number}_risk"
        scored = _answered(people, name)
        items = np.full((len(people), 2), np.nan)
        last = people["order"].where(scored).idxmax()  # answers the first question only
        for place, question in enumerate(("now", "later")):
            margin = printed.CASES[f"case_{number}_{question}"]
            rows = np.flatnonzero(scored if place == 0 else scored & (np.arange(len(people)) != last))
            shared = _CASES_TOGETHER[number]
            latent = shared * common[name][rows] + np.sqrt(1 - shared**2) * rng.standard_normal(len(rows))
            codes = np.repeat(np.arange(1, len(margin) + 1), margin).astype(float)
            items[rows[np.argsort(latent)], place] = codes
        scale = scales[name]
        points = [
            np.array([(item.points or {}).get(code, code) for code in range(1, item.high + 1)], dtype=float)
            for item in scale.items
        ]
        some = np.flatnonzero(scored)
        targets = [
            Target(one.first[some], one.second[some], one.t, one.means, one.sds, one.pooled_sd)
            for one in _targets(people, name, scored)
        ]
        items[some] = swap_answers(items[some], points, targets, rng)
        made |= {question: items[:, place] for place, question in enumerate(scale.item_names)}
    return made


def _align_odds(frame: pd.DataFrame, scales: ScaleSet, rng: np.random.Generator) -> None:
    """Exchange answers within cells until the printed odds ratios come out."""
    names = list(printed.ODDS_RATIOS)
    both = frame["trend"].isin(["increasing", "decreasing"])
    scores = np.column_stack([score_scale(frame, scales[name]) for name in names])
    rows = np.flatnonzero(both.to_numpy() & ~np.isnan(scores).any(axis=1))
    cells = pd.factorize(frame["area_code"].iloc[rows] + frame["role"].iloc[rows])[0]
    outcome = np.asarray(frame["trend"].iloc[rows] == "increasing", dtype=np.float64)
    owner = align_scores(scores[rows], outcome, cells, list(printed.ODDS_RATIOS.values()), rng)
    for place, name in enumerate(names):
        columns = list(scales[name].item_names)
        values = frame[columns].to_numpy(dtype=float)
        values[rows] = values[rows[owner[:, place]]]
        frame[columns] = values


def _spread(counts: tuple[int, ...], order: NDArray[np.int64], rng: np.random.Generator) -> Array:
    """Give the printed number of respondents each answer; those who stop first have none."""
    values = np.full(len(order), np.nan)
    rows = np.argsort(order)[: sum(counts)]
    values[rng.permutation(rows)] = np.repeat(np.arange(1, len(counts) + 1), counts)
    return values


def _users(people: pd.DataFrame, up: int, down: int, one_area: bool, rng: np.random.Generator) -> Array:
    """Return who uses a framework: the printed numbers, mostly in one area where the report says so."""
    values = np.zeros(len(people))
    for trend, count in (("increasing", up), ("decreasing", down), ("other", 20)):
        rows = people.index[people["trend"] == trend].to_numpy()
        if trend == "increasing":
            rows = rng.permutation(rows)
            values[rows[printed.IN_CHI_SQUARED["increasing"] :]] = np.nan
            rows = rows[: printed.IN_CHI_SQUARED["increasing"]]
        elif trend == "decreasing" and one_area:
            first = people.loc[rows, "area_code"] == "W06000010"
            rows = np.concatenate([rng.permutation(rows[first][:-1]), rng.permutation(rows[~first])])
        else:
            rows = rng.permutation(rows)
        values[rows[:count]] = 1.0
    return values
