"""Respondents' answers, checked once at the door; what is not needed never comes in.

A survey export holds names, e-mail addresses and free text beside the answers.  Only the columns that are
named here are copied, and no error message repeats a cell, so nothing personal can reach a result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.areas import find
from carerates.errors import AreaError, TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.survey.scales import Item, ScaleSet
from carerates.tables.schema import row_list

MOST_GROUPS = 40
"""A grouping column with more different values than this is taken for free text."""


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """One row per respondent: area, groups, weight and coded answers.

    Made by :func:`as_responses`.

    Attributes
    ----------
    frame : DataFrame
        ``respondent`` (row of the user's table, from 1), ``area_code``, ``area_name``, grouping columns,
        ``weight``, and one column of codes per item (empty where there is no answer).
    scales : ScaleSet
        The questionnaire.
    groups : tuple of str
        Names of the grouping columns.
    provenance : Provenance
        What was read and what was left out.

    Examples
    --------
    >>> from carerates import survey
    >>> made = survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> len(made.to_frame()), made.groups
    (240, ('trend',))
    """

    frame: pd.DataFrame = field(repr=False)
    scales: ScaleSet
    groups: tuple[str, ...] = ()
    provenance: Provenance = NO_PROVENANCE

    def __len__(self) -> int:
        return len(self.frame)

    def to_frame(self) -> pd.DataFrame:
        """Return a copy."""
        return self.frame.copy()

    def tally(self, scale: str) -> pd.DataFrame:
        """Count the answers to each question of a scale.

        Parameters
        ----------
        scale : str
            Name of the scale.

        Returns
        -------
        DataFrame
            One row for each question and code: ``item``, ``code``, ``answers`` (respondents, not weighted)
            and ``percent`` of those who answered the question; ``no_answer`` is how many did not.
        """
        if scale not in self.scales.names:
            raise ValueError(f"There is no scale {scale!r}; there are: {', '.join(self.scales.names)}.")
        chosen = next(one for one in self.scales.scales if one.name == scale)
        rows = []
        for item in chosen.items:
            counts = self.frame[item.name].value_counts()
            total = int(counts.sum())
            for code in range(item.low, item.high + 1):
                found = int(counts.get(code, 0))
                share = 100 * found / total if total else np.nan
                rows.append(
                    {
                        "item": item.name,
                        "code": code,
                        "answers": found,
                        "percent": share,
                        "no_answer": len(self) - total,
                    }
                )
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Return respondents, areas and missing answers in words."""
        items = [item.name for item in self.scales.items]
        missing = self.frame[items].isna().mean()
        return (
            f"{len(self)} respondents in {self.frame['area_code'].nunique()} areas; {len(items)} questions, "
            f"{100 * missing.min():.0f}% to {100 * missing.max():.0f}% without an answer."
        )


def as_responses(
    answers: pd.DataFrame,
    scales: ScaleSet,
    *,
    area: str = "area_code",
    groups: Sequence[str] = (),
    weight: str | None = None,
    no_answer: Sequence[int | str] = (),
    own_areas: bool = False,
    provenance: Provenance = NO_PROVENANCE,
) -> Responses:
    """Check a table of survey answers and keep only what the scales need.

    Parameters
    ----------
    answers : DataFrame
        One row per respondent.
    scales : ScaleSet
        The questionnaire; each of its items is a column of ``answers``.
    area : str
        Column with the local authority's code or name, in either language.
    groups : sequence of str
        Columns to compare by, such as role or trend: few short labels, not free text.
    weight : str, optional
        Column of survey weights, above 0.
    no_answer : sequence of int or str
        Codes that mean no answer, such as -9 or ``"prefer not to say"``.
    own_areas : bool
        Take areas as they are, for codes that the register does not know.
    provenance : Provenance
        Where the answers come from.

    Returns
    -------
    Responses

    Raises
    ------
    TableError
        All problems together, by column and row; cells are never repeated, as they may be personal.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.survey import scales
    >>> own = scales.ScaleSet("own", (scales.likert_scale("trust", "Trust", ("q1", "q2")),))
    >>> answers = pd.DataFrame({"area_code": ["Cardiff", "Powys"], "q1": [4, "Agree"], "q2": [5, None]})
    >>> as_responses(answers, own).to_frame()["q1"].tolist()
    [4.0, 4.0]
    """
    problems: list[str] = []
    wanted = [area, *groups, *([weight] if weight else []), *(item.name for item in scales.items)]
    missing = [name for name in dict.fromkeys(wanted) if name not in answers]
    if missing:
        raise TableError(
            "These answers cannot be scored.", [f"column '{name}' is missing" for name in missing]
        )
    if answers.empty:
        raise TableError("There are no respondents in this table.")
    if twice := sorted({str(name) for name in wanted if list(answers.columns).count(name) > 1}):
        raise TableError(
            "These answers cannot be scored.", [f"column '{name}' is there more than once" for name in twice]
        )
    table = answers.reset_index(drop=True)
    kept = pd.DataFrame({"respondent": np.arange(1, len(table) + 1)})
    codes, names = _read_areas(table[area], own_areas, problems)
    kept["area_code"], kept["area_name"] = codes, names
    for name in groups:
        kept[name] = _read_group(table[name], name, problems)
    kept["weight"] = _read_weight(table[weight], weight, problems) if weight else 1.0
    nothing = {_plain(one) for one in no_answer}
    for item in scales.items:
        kept[item.name] = _read_item(table[item.name], item, nothing, problems)
    if problems:
        raise TableError("These answers cannot be scored.", problems)
    left_out = len(set(answers.columns) - set(wanted))
    steps = [f"Read the answers of {len(kept)} respondents to {len(scales.items)} questions."]
    if left_out:
        steps.append(f"{left_out} other columns of the table were not read.")
    return Responses(kept, scales, tuple(groups), provenance.then(*steps))


def _plain(value: object) -> str:
    """Return a cell as text that can be compared."""
    text = str(value).strip().casefold()
    return text.removesuffix(".0")


def _empty(values: pd.Series) -> pd.Series:
    """Tell which cells hold nothing."""
    return values.isna() | (values.astype("str").str.strip() == "")


def _read_areas(values: pd.Series, own: bool, problems: list[str]) -> tuple[pd.Series, pd.Series]:
    """Turn codes and names into current codes; unknown ones are reported by row, never repeated."""
    blank = _empty(values)
    if blank.any():
        problems.append(f"the area is empty in {row_list(blank)}")
    text = values.astype("str").str.strip()
    if own:
        if any(len(one) > 60 or "@" in one for one in text.unique()):
            problems.append("the areas look like free text or addresses, not names of areas")
        return text, text
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    for one in text[~blank].unique():
        try:
            found = find(one)
        except AreaError:
            continue
        codes[one], names[one] = found.code, found.name_en
    unknown = ~blank & ~text.isin(list(codes))
    if unknown.any():
        problems.append(
            f"the area is not known in {row_list(unknown)}; give a code or a name of the register "
            "(carerates.areas.register()), or own_areas=True"
        )
    return text.map(codes), text.map(names)


def _read_group(values: pd.Series, name: str, problems: list[str]) -> pd.Series:
    """Read a grouping column: few short labels; empty where unknown."""
    text = values.astype("str").str.strip().where(~_empty(values), None)
    given = text.dropna()
    found = given.unique()
    # groups repeat; names, addresses and remarks hardly ever do
    scattered = len(found) > 4 and len(found) > len(given) / 2
    if len(found) > MOST_GROUPS or scattered or any(len(one) > 60 or "@" in one for one in found):
        problems.append(
            f"column '{name}' has {len(found)} different values in {len(given)} rows; it looks like free "
            "text or names, not groups"
        )
    return text


def _read_weight(values: pd.Series, name: str, problems: list[str]) -> pd.Series:
    """Read survey weights."""
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    wrong = ~(numbers > 0) | np.isinf(numbers)
    if wrong.any():
        problems.append(f"weight '{name}' is not a number above 0 in {row_list(wrong)}")
    return numbers


def _read_item(values: pd.Series, item: Item, nothing: set[str], problems: list[str]) -> pd.Series:
    """Read the codes of one question."""
    plain = values.map(_plain)
    blank = _empty(values) | plain.isin(nothing)
    words: Mapping[str, int] = item.words
    numbers = pd.to_numeric(plain.map(lambda one: words.get(one, one)), errors="coerce").astype(float)
    text = numbers.isna() & ~blank
    if text.any():
        problems.append(f"question '{item.name}' holds text that is no answer in {row_list(text)}")
    outside = ~blank & ~text & ((numbers < item.low) | (numbers > item.high) | (numbers != np.floor(numbers)))
    if outside.any():
        problems.append(
            f"question '{item.name}' has answers outside {item.low} to {item.high}, or not whole, in "
            f"{row_list(outside)}"
        )
    if blank.all():
        problems.append(f"question '{item.name}' has no answer at all; take it out of the scales")
    return numbers.where(~blank)
