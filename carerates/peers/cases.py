"""Which areas to visit: a stratified choice that another person can repeat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args, runtime_checkable

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables.schema import number_column

Allocation = Literal["equal", "proportional"]


@runtime_checkable
class HasFrame(Protocol):
    """Any result with one row per area."""

    def to_frame(self) -> pd.DataFrame:
        """Return the rows."""
        ...


@dataclass(frozen=True, slots=True)
class CaseSettings:
    """What :func:`select_cases` was asked."""

    cases: int
    strata: tuple[str, ...]
    seed: int
    allocation: Allocation
    leave_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CaseSelection:
    """Areas chosen, areas held in reserve, and how the two compare.

    Attributes
    ----------
    settings : CaseSettings
    frame : DataFrame
        One row per area; see :meth:`to_frame`.
    provenance : Provenance

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> areas = pd.DataFrame({"area_code": list("ABCD"), "label": ["rising", "rising", "falling", "falling"],
    ...                       "rate": [90.0, 100.0, 60.0, 80.0]})
    >>> chosen = cr.select_cases(areas, 2, strata="label", seed=1)
    >>> chosen.balance("rate")[["mean_all", "mean_selected"]].values.tolist()
    [[82.5, 75.0]]
    """

    settings: CaseSettings
    frame: pd.DataFrame = field(repr=False)
    provenance: Provenance = NO_PROVENANCE

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area.

        Columns: those of the table given, ``stratum``, ``order`` (random order within the stratum; the first
        are selected, the next replace an area that declines)``, selected, eligible`` and
        ``inclusion_probability``.
        """
        return self.frame.copy()

    def selected(self) -> pd.DataFrame:
        """Return the areas selected, stratum by stratum."""
        return self.frame[self.frame["selected"]].reset_index(drop=True)

    def strata(self) -> pd.DataFrame:
        """Return how many areas each stratum holds and gives, the empty-handed strata included."""
        eligible = self.frame[self.frame["eligible"]]
        grouped = eligible.groupby(list(self.settings.strata), sort=True, dropna=False)
        found = grouped["selected"].agg(areas="size", selected="sum").reset_index()
        return found.astype({"areas": "int64", "selected": "int64"})

    def balance(self, on: str | Iterable[str]) -> pd.DataFrame:
        """Compare the areas selected with all eligible ones.

        Parameters
        ----------
        on : str or iterable of str
            Numeric columns, such as the rate, the change or factors of need.

        Returns
        -------
        DataFrame
            One row per column: means of all and of the selected, the standard deviation of all, and
            ``standardised_difference``, their difference in standard deviations (0.25 is often taken as
            large).
        """
        names = (on,) if isinstance(on, str) else tuple(on)
        absent = [name for name in names if name not in self.frame]
        if absent:
            raise TableError(f"There is no column {', '.join(absent)} to compare the selection on.")
        rows = []
        for name in names:
            values, wrong = number_column(self.frame[name])
            if wrong.any():
                raise TableError(f"Column '{name}' holds something that is not a number.")
            everyone = values[self.frame["eligible"]].dropna()
            chosen = values[self.frame["selected"]].dropna()
            spread = everyone.std()
            difference = chosen.mean() - everyone.mean()
            rows.append(
                {
                    "column": name,
                    "areas": len(everyone),
                    "selected": len(chosen),
                    "mean_all": everyone.mean(),
                    "mean_selected": chosen.mean(),
                    "standard_deviation_all": spread,
                    "standardised_difference": difference / spread if spread > 0 else np.nan,
                }
            )
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Describe the selection in a paragraph."""
        chosen = self.settings
        frame = self.frame
        counts = self.strata()
        empty = int((counts["selected"] == 0).sum())
        text = (
            f"{int(frame['selected'].sum())} of {int(frame['eligible'].sum())} eligible areas selected at "
            f"random within {len(counts)} strata of {' and '.join(chosen.strata)} "
            f"({chosen.allocation} allocation, seed {chosen.seed})."
        )
        if empty:
            text += f" {empty} strata give none."
        if left := int((~frame["eligible"]).sum()):
            text += f" {left} areas were not eligible."
        return text


def select_cases(
    areas: pd.DataFrame | HasFrame,
    cases: int,
    *,
    strata: str | Iterable[str] = ("label", "region"),
    seed: int,
    allocation: Allocation = "equal",
    leave_out: Iterable[str] = ("not available", "excluded"),
) -> CaseSelection:
    """Choose areas for qualitative work, at random within strata such as trend and region.

    Parameters
    ----------
    areas : DataFrame or result with ``to_frame()``
        One row per area: a classification, or a table of your own with ``area_code`` and the strata.
    cases : int
        Areas to select.
    strata : str or iterable of str
        Columns that define the strata.
    seed : int
        The same seed, table and version of numpy's generator give the same areas.
    allocation : {"equal", "proportional"}
        As even over the strata as their sizes allow; or in proportion to their sizes.
    leave_out : iterable of str
        Labels that are not eligible, where there is a column ``label``.

    Returns
    -------
    CaseSelection

    Raises
    ------
    TableError
        If columns are missing, areas repeat, or there are fewer eligible areas than cases.

    Notes
    -----
    Places are given one at a time: ``equal`` to the stratum that has fewest so far, ``proportional`` to the
    one furthest below its share (largest remainder); ties are settled by the seeded generator.  The random
    order beyond the selected is the order in which to replace areas that decline.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> areas = pd.DataFrame({"area_code": list("ABCDEF"), "label": ["increasing"] * 4 + ["decreasing"] * 2})
    >>> cr.select_cases(areas, 2, strata="label", seed=1).strata()["selected"].tolist()
    [1, 1]
    """
    frame = (areas if isinstance(areas, pd.DataFrame) else areas.to_frame()).reset_index(drop=True)
    names = (strata,) if isinstance(strata, str) else tuple(strata)
    _check_cases(frame, cases, names, allocation)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(
            f"seed must be a whole number of 0 or more, so that the choice can be repeated; this is {seed!r}."
        )
    out = tuple(leave_out)
    eligible = ~frame["label"].isin(out) if "label" in frame else pd.Series(True, index=frame.index)
    if int(eligible.sum()) < cases:
        raise TableError(
            f"There are {int(eligible.sum())} eligible areas of {len(frame)}, fewer than the {cases} asked "
            "for. Ask for fewer, or change leave_out."
        )
    # the order of rows must not matter, so the generator meets areas by code
    frame = frame.sort_values("area_code", kind="stable").reset_index(drop=True)
    eligible = ~frame["label"].isin(out) if "label" in frame else pd.Series(True, index=frame.index)
    stratum = frame[list(names)].astype("str").fillna("unknown").agg(" / ".join, axis=1)
    generator = np.random.default_rng(seed)
    order = np.zeros(len(frame), dtype=np.int64)
    sizes: dict[str, int] = {}
    for name in sorted(stratum[eligible].unique()):
        rows = np.flatnonzero(eligible & (stratum == name))
        order[generator.permutation(rows)] = np.arange(1, len(rows) + 1)
        sizes[name] = len(rows)
    places = _allocate(sizes, cases, allocation, generator)
    quota = stratum.map(places).fillna(0).astype(int)
    frame = frame.assign(
        stratum=stratum,
        order=pd.Series(order).where(eligible).astype("Int64"),
        eligible=eligible,
        selected=eligible & (order <= quota),
        inclusion_probability=np.where(eligible, quota / stratum.map(sizes), 0.0),
    )
    settings = CaseSettings(cases, names, seed, allocation, out)
    provenance = getattr(areas, "provenance", NO_PROVENANCE)
    step = f"{cases} areas selected within strata of {' and '.join(names)}, {allocation}, seed {seed}"
    return CaseSelection(settings, frame, provenance.then(step))


def _check_cases(frame: pd.DataFrame, cases: int, names: tuple[str, ...], allocation: str) -> None:
    """Refuse what cannot be selected from."""
    if isinstance(cases, bool) or not isinstance(cases, (int, np.integer)) or cases < 1:
        raise ValueError(f"cases must be 1 or more; this is {cases!r}.")
    if allocation not in get_args(Allocation):
        raise ValueError(f"allocation={allocation!r} is not one of {', '.join(get_args(Allocation))}.")
    if not names:
        raise ValueError("strata must name at least one column.")
    absent = [name for name in ("area_code", *names) if name not in frame]
    if absent:
        raise TableError(f"There is no column {', '.join(absent)} to select by.")
    repeated = frame["area_code"][frame["area_code"].duplicated()].unique()
    if len(repeated):
        raise TableError(
            f"Cases are selected from one row per area; {', '.join(map(str, repeated[:5]))} repeat. "
            "Choose one year, or one result row for each area."
        )


def _allocate(
    sizes: dict[str, int], cases: int, allocation: str, generator: np.random.Generator
) -> dict[str, int]:
    """Share out the places over the strata."""
    places = dict.fromkeys(sizes, 0)
    share = {name: cases * size / sum(sizes.values()) for name, size in sizes.items()}
    for _ in range(cases):
        open_ones = [name for name, size in sizes.items() if places[name] < size]
        # equal: fewest places so far; proportional: furthest below its share
        lacking = {
            name: -places[name] if allocation == "equal" else share[name] - places[name] for name in open_ones
        }
        most = max(lacking.values())
        tied = [name for name in open_ones if lacking[name] >= most - 1e-12]
        places[tied[int(generator.integers(len(tied)))]] += 1
    return places
