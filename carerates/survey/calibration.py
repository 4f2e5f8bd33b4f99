"""Move invented answers, one at a time, until their group statistics are the printed ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from carerates.errors import ModelError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A t test that the scores must give, with bounds of means and SDs."""

    first: Mask
    second: Mask
    t: float
    means: tuple[float, float] | None = None
    sds: tuple[float, float] | None = None
    pooled_sd: tuple[float, float] | None = None


STAGES = (0.6, 0.25, 0.1, 0.04)
"""How far t may be from the printed one, stage by stage: means and SDs settle before t is tightened."""
ROUNDING = 0.0495
ROUNDS = 4
NEAR_ENOUGH = 1e-11
"""Squared log distance left: less than .00002 of an odds ratio, which the slack of the bounds covers."""
PRINTED_SLACK = 0.0045
"""How far an odds ratio or limit may be from the printed one, which stands for half a hundredth about it."""
BATCH = 400
"""Exchanges looked at together, the best of which is made."""


class Sums:
    """Counts, sums and sums of squares of the scores of each group, kept while single scores change."""

    def __init__(self, scores: Array, targets: list[Target]) -> None:
        self.targets = targets
        self.masks = [mask for one in targets for mask in (one.first, one.second)]
        self.counts = [float(mask.sum()) for mask in self.masks]
        self.totals = [float(scores[mask].sum()) for mask in self.masks]
        self.squares = [float((scores[mask] ** 2).sum()) for mask in self.masks]
        self.members = [[g for g, mask in enumerate(self.masks) if mask[i]] for i in range(len(scores))]

    def change(self, person: int, old: float, new: float) -> None:
        """Replace one person's score."""
        for group in self.members[person]:
            self.totals[group] += new - old
            self.squares[group] += new * new - old * old

    def misfit(self, slack: float) -> float:
        """Return how far the statistics are from the printed ones; 0 when all fit, t to within ``slack``."""
        value = 0.0
        for place, target in enumerate(self.targets):
            (n_1, m_1, s_1), (n_2, m_2, s_2) = self._moments(2 * place), self._moments(2 * place + 1)
            pooled = sqrt(((n_1 - 1) * s_1**2 + (n_2 - 1) * s_2**2) / (n_1 + n_2 - 2) * (1 / n_1 + 1 / n_2))
            value += (max(0.0, abs((m_2 - m_1) / max(pooled, 1e-9) - target.t) - slack) / 0.05) ** 2
            if target.pooled_sd is not None:
                spread = pooled / sqrt(1 / n_1 + 1 / n_2)
                short = max(0.0, target.pooled_sd[0] - spread, spread - target.pooled_sd[1])
                value += (short / 0.003) ** 2
            for printed, found in ((target.means, (m_1, m_2)), (target.sds, (s_1, s_2))):
                if printed is not None:
                    value += sum(
                        (max(0.0, abs(a - b) - ROUNDING) / 0.003) ** 2
                        for a, b in zip(printed, found, strict=True)
                    )
        return value

    def _moments(self, group: int) -> tuple[float, float, float]:
        n, mean = self.counts[group], self.totals[group] / self.counts[group]
        return n, mean, sqrt(max(0.0, (self.squares[group] - n * mean * mean) / (n - 1)))


def adjust_answers(
    items: Array, targets: list[Target], low: int, high: int, rng: np.random.Generator, tries: int = 15_000
) -> Array:
    """Return whole-number answers, moved by single steps until the mean of each row meets the targets.

    Parameters
    ----------
    items : array, shape (respondents, items)
        Answers; rows of NaN have no score.
    targets : list of Target
        t tests to meet.
    low, high : int
        Codes allowed.
    """
    made = items.copy()
    width = made.shape[1]
    scores = made.mean(axis=1)
    scored = np.flatnonzero(~np.isnan(scores))
    sums = Sums(np.where(np.isnan(scores), 0.0, scores), targets)
    now = 0.0
    for slack in STAGES * ROUNDS:
        now = sums.misfit(slack)
        if slack == STAGES[0] and sums.misfit(STAGES[-1]) == 0.0:
            now = 0.0
            break
        people = rng.choice(scored, size=tries)
        columns = rng.integers(width, size=tries)
        steps = np.where(rng.random(tries) < 0.5, -1.0, 1.0)
        detours = _detours(rng, tries)
        for person, column, step, detour in zip(
            people.tolist(), columns.tolist(), steps.tolist(), detours, strict=True
        ):
            if now == 0.0:
                break
            if not low <= made[person, column] + step <= high:
                continue
            old = float(scores[person])
            new = old + step / width
            sums.change(person, old, new)
            then = sums.misfit(slack)
            if then < now + detour:
                now = then
                made[person, column] += step
                scores[person] = new
            else:
                sums.change(person, new, old)
    if now > 0.0:
        raise ModelError(
            f"The invented answers did not reach the printed figures (left: {now:.3g}); try another seed."
        )
    return made


def swap_answers(
    items: Array, points: list[Array], targets: list[Target], rng: np.random.Generator, tries: int = 15_000
) -> Array:
    """Return answers with values exchanged between respondents until the scores meet the targets.

    Exchanging keeps the margins of every question exactly as they were.

    Parameters
    ----------
    items : array, shape (respondents, questions)
        Codes from 1; NaN where a question was left out.
    points : list of array
        For each question the points of codes 1, 2, ...
    """
    made = items.copy()
    given = [row[~np.isnan(row)] for row in made]
    scores = [
        sum(points[c][int(v) - 1] for c, v in enumerate(row) if not np.isnan(v)) / len(some)
        for row, some in zip(made, given, strict=True)
    ]
    width = made.shape[1]
    answered = np.flatnonzero(~np.isnan(made).any(axis=1))
    sums = Sums(np.array(scores), targets)
    now = 0.0
    for slack in STAGES * ROUNDS:
        now = sums.misfit(slack)
        if slack == STAGES[0] and sums.misfit(STAGES[-1]) == 0.0:
            now = 0.0
            break
        pairs = rng.choice(answered, size=(tries, 2))
        columns = rng.integers(width, size=tries)
        detours = _detours(rng, tries)
        for (a, b), column, detour in zip(pairs.tolist(), columns.tolist(), detours, strict=True):
            if now == 0.0:
                break
            one, other = made[a, column], made[b, column]
            if one == other:
                continue
            step = float(points[column][int(other) - 1] - points[column][int(one) - 1]) / width
            sums.change(a, scores[a], scores[a] + step)
            sums.change(b, scores[b], scores[b] - step)
            then = sums.misfit(slack)
            if then < now + detour:
                now = then
                made[a, column], made[b, column] = other, one
                scores[a], scores[b] = scores[a] + step, scores[b] - step
            else:
                sums.change(a, scores[a] + step, scores[a])
                sums.change(b, scores[b] - step, scores[b])
    if now > 0.0:
        raise ModelError(
            f"The invented answers did not reach the printed figures (left: {now:.3g}); try another seed."
        )
    return made


def _detours(rng: np.random.Generator, tries: int) -> list[float]:
    """Return how much worse each step may be: nearly always nothing, now and then a way out of a dead end."""
    drawn: list[float] = (0.5 * rng.random(tries) ** 12).tolist()
    return drawn


def align_scores(
    scores: Array,
    outcome: Array,
    cells: NDArray[np.intp],
    printed: list[tuple[float, float, float]],
    rng: np.random.Generator,
    rounds: int = 3000,
) -> NDArray[np.intp]:
    """Exchange scores within cells until a logistic regression gives the printed odds ratios.

    Parameters
    ----------
    scores : array, shape (respondents, scales)
        Complete scores; within a cell (area, role, group) any two respondents may exchange one of them, which
        changes neither means nor SDs nor resemblance within areas, only how scales go together.
    outcome : array, shape (respondents,)
        1 for the group whose odds are printed.
    cells : array of int
        Cell of each respondent.
    printed : list of (odds ratio, lower, upper)
        One for each scale, to two decimals; ratios and limits come out within their rounding.

    Returns
    -------
    array of int, shape (respondents, scales)
        Whose score each respondent ends up with.
    """
    people, width = scores.shape
    owner = np.tile(np.arange(people)[:, None], (1, width))
    design = np.column_stack([np.ones(people), scores])
    bounds = np.log(np.array(printed) - PRINTED_SLACK), np.log(np.array(printed) + PRINTED_SLACK)
    order = np.argsort(cells, kind="stable")
    sizes = np.bincount(cells)
    starts = np.cumsum(sizes) - sizes
    state = _settle(design, outcome, np.zeros(width + 1), 25)
    now = float(_outside(state.beta, state.information, bounds))
    stale = 0
    for _ in range(rounds):
        if now < NEAR_ENOUGH:
            return owner
        columns = rng.integers(width, size=BATCH) + 1
        a = rng.integers(people, size=BATCH)
        b = order[starts[cells[a]] + (rng.random(BATCH) * sizes[cells[a]]).astype(np.intp)]
        rows = np.column_stack([a, b])
        old = design[rows]
        new = old.copy()
        each = np.arange(BATCH)
        new[each, 0, columns], new[each, 1, columns] = old[each, 1, columns], old[each, 0, columns]
        guesses, information = _one_step(state, old, new, outcome[rows])
        # after many rounds without a gain any exchange may be made: a way out of a dead end
        stuck = stale >= 40
        best = 0 if stuck else int(np.argmin(_outside(guesses, information, bounds)))
        design[rows[best]] = new[best]
        moved = _settle(design, outcome, guesses[best], 2)
        then = float(_outside(moved.beta, moved.information, bounds))
        stale = 0 if then < now or stuck else stale + 1
        if stale == 0:
            now, state = then, moved
            owner[rows[best], columns[best] - 1] = owner[rows[best][::-1], columns[best] - 1]
        else:
            design[rows[best]] = old[best]
    raise ModelError(
        f"The invented answers did not reach the printed odds ratios (left: {now:.3g}); try another seed."
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Settled:
    """A logistic regression at its maximum: coefficients and information."""

    beta: Array
    information: Array


def _settle(design: Array, outcome: Array, beta: Array, steps: int) -> _Settled:
    """Take Newton steps of a logistic regression."""
    for _ in range(steps):
        fitted = 1 / (1 + np.exp(-(design @ beta)))
        information = (design.T * (fitted * (1 - fitted))) @ design
        beta = beta + np.linalg.solve(information, design.T @ (outcome - fitted))
    fitted = 1 / (1 + np.exp(-(design @ beta)))
    return _Settled(beta, np.asarray((design.T * (fitted * (1 - fitted))) @ design))


def _one_step(state: _Settled, old: Array, new: Array, outcome: Array) -> tuple[Array, Array]:
    """Return coefficients and information after each of many exchanges of two rows, to first order.

    ``old`` and ``new`` have the shape (exchanges, 2, columns), ``outcome`` (exchanges, 2).
    """
    fitted_old, fitted_new = (1 / (1 + np.exp(-(rows @ state.beta))) for rows in (old, new))
    gradient = np.einsum("nij,ni->nj", new, outcome - fitted_new) - np.einsum(
        "nij,ni->nj", old, outcome - fitted_old
    )
    information = (
        state.information
        + np.einsum("nij,ni,nik->njk", new, fitted_new * (1 - fitted_new), new)
        - np.einsum("nij,ni,nik->njk", old, fitted_old * (1 - fitted_old), old)
    )
    return state.beta + np.linalg.solve(information, gradient[..., None])[..., 0], information


def _outside(beta: Array, information: Array, bounds: tuple[Array, Array]) -> Array:
    """Return how far odds ratios and limits lie outside their rounding, for one fit or many."""
    variances = np.diagonal(np.linalg.inv(information), axis1=-2, axis2=-1)
    half = 1.959963984540054 * np.sqrt(variances)[..., 1:]
    middle = beta[..., 1:]
    found = np.stack([middle, middle - half, middle + half], axis=-1)
    outside = np.maximum(0.0, bounds[0] - found) + np.maximum(0.0, found - bounds[1])
    return np.asarray((outside**2).sum(axis=(-1, -2)))
