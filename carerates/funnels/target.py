"""With what are the areas compared?  The centre of the funnel, for each area."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from carerates.errors import TableError
from carerates.funnels.settings import Floats
from carerates.funnels.units import Units

type TargetChoice = str | float | Collection[str] | Mapping[str, Collection[str]]

_WORDS = {
    "pooled": "the pooled value of all areas (total events over total denominator)",
    "unweighted": "the unweighted mean of the areas' own values",
    "nation": "the pooled value of each area's own nation",
    "region": "the pooled value of each area's own region",
    "left_out": "the pooled value of all other areas, each area left out of its own",
}


@dataclass(frozen=True, slots=True, eq=False)
class Centre:
    """The target of each area, in events per unit of exposure.

    Attributes
    ----------
    values : array of float, shape (areas,)
    estimated : bool
        Whether the areas themselves set it, so that one degree of freedom is spent.
    words : str
        How it was set.
    common : float or None
        The one value, where all areas share it.
    """

    values: Floats
    estimated: bool
    words: str
    common: float | None


def set_target(units: Units, target: TargetChoice, per: float) -> Centre:
    """Find the target of every area.

    Parameters
    ----------
    units : Units
        Areas of one funnel.
    target : str, float, collection of area codes, or mapping of area code to collection of codes
        ``pooled``, ``unweighted``, ``nation``, ``region``, ``left_out``; a number in units of ``per``;
        the codes of a comparison set; or, for every area, the codes of its own comparison set.
    per : float
        Rates are counts per this many.

    Returns
    -------
    Centre

    Raises
    ------
    ValueError
        If the target is none of these, or is not above 0.
    TableError
        If a comparison set names areas that are not there or have no count.
    """
    known = ~np.isnan(units.observed)
    if isinstance(target, bool) or target is None:
        raise ValueError(
            f"target={target!r} is neither a number, one of {', '.join(_WORDS)}, nor area codes."
        )
    if isinstance(target, (int, float, np.number)):
        value = float(target) / per
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"target={target} must be a number above 0, per {per:g}.")
        if units.kind == "proportion" and value >= 1:
            raise ValueError(f"target={target} per {per:g} is not a proportion below 1; check 'per'.")
        return Centre(np.full(len(units), value), False, f"a value supplied, {target:g} per {per:g}", value)
    if isinstance(target, str):
        if target not in _WORDS:
            raise ValueError(
                f"target={target!r} is neither a number, one of {', '.join(_WORDS)}, nor area codes."
            )
        return _named(units, target, known)
    if isinstance(target, Mapping):
        return _own_sets(units, target, known)
    return _one_set(units, [str(code) for code in target], known)


def _pooled(units: Units, rows: np.ndarray) -> float:
    """Return total events over total exposure of some rows."""
    return float(units.observed[rows].sum() / units.exposure[rows].sum())


def _named(units: Units, target: str, known: np.ndarray) -> Centre:
    """Return a target the areas set themselves."""
    if known.sum() < 2:
        raise TableError(
            f"A target set by the areas needs at least 2 with a count; there are {int(known.sum())}. "
            "Give the target as a number, such as target=90."
        )
    words = _WORDS[target]
    if target in {"nation", "region"}:
        return _by_label(units, target, known, words)
    pooled = _pooled(units, known)
    if pooled == 0:
        raise TableError(
            "No area has any event, so the areas set a target of 0 and nothing can be said. "
            "Give the target as a number, such as target=90."
        )
    if target == "unweighted":
        value = float(np.mean(units.observed[known] / units.exposure[known]))
        return Centre(np.full(len(units), value), True, words, value)
    if target == "left_out":
        events = np.where(known, units.observed, 0.0)
        exposure = np.where(known, units.exposure, 0.0)
        return Centre((events.sum() - events) / (exposure.sum() - exposure), True, words, None)
    return Centre(np.full(len(units), pooled), True, words, pooled)


def _by_label(units: Units, target: str, known: np.ndarray, words: str) -> Centre:
    """Return the pooled value of each area's own nation or region."""
    labels = units.labels.get(target)
    if labels is None or any(label is None for label in labels):
        raise TableError(f"target={target!r} needs the {target} of every area; use a table with that column.")
    values = np.empty(len(units))
    column = np.array(labels, dtype=object)
    for label in dict.fromkeys(labels):
        rows = column == label
        if not (rows & known).any():
            raise TableError(f"No area of {target} {label} has a count, so it has no target.")
        values[rows] = _pooled(units, rows & known)
    common = float(values[0]) if len(set(labels)) == 1 else None
    return Centre(values, True, words, common)


def _rows_of(units: Units, codes: Collection[str], known: np.ndarray, whose: str) -> np.ndarray:
    """Return which rows a comparison set picks."""
    absent = [code for code in codes if code not in units.codes]
    without = [code for code in codes if code in units.codes and not known[units.codes.index(code)]]
    if absent or without or not codes:
        raise TableError(
            f"The comparison set of {whose} cannot set a target.",
            [f"{code} is not in the table" for code in absent]
            + [f"{code} has no count" for code in without]
            + ([] if codes else ["it is empty"]),
        )
    chosen = set(codes)
    return np.array([code in chosen for code in units.codes])


def _one_set(units: Units, codes: list[str], known: np.ndarray) -> Centre:
    """Return the pooled value of chosen areas."""
    value = _pooled(units, _rows_of(units, codes, known, "the funnel"))
    words = f"the pooled value of {len(codes)} chosen areas"
    return Centre(np.full(len(units), value), True, words, value)


def _own_sets(units: Units, sets: Mapping[str, Collection[str]], known: np.ndarray) -> Centre:
    """Return the pooled value of each area's own comparison set."""
    absent = [code for code in units.codes if code not in sets]
    if absent:
        raise TableError(f"No comparison set is given for {', '.join(absent[:10])}.")
    values = np.array([_pooled(units, _rows_of(units, sets[code], known, code)) for code in units.codes])
    return Centre(values, True, "the pooled value of each area's own comparison set", None)
