"""A questionnaire for self-evaluation: 23 characteristics that can help to reduce the number of children looked after.

Codes A1 to E2 are those of figure 32 of Cordis Bright (2013), which proposes such a tool; the short labels are ours.
Each characteristic is rated from 1 (not in place) to 5 (fully in place and kept up).  A workbook is filled in per
respondent; :func:`read_workbooks` gathers them and :func:`evaluate_areas` gives a score per theme and area.
"""  # noqa: E501

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from carerates.areas import name as area_name
from carerates.areas.directory import Lang
from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE
from carerates.survey.area_factors import area_factors
from carerates.survey.characteristics import CHARACTERISTICS, THEME_NAMES, WORDINGS, wording_in
from carerates.survey.questionnaires import write_questionnaire
from carerates.survey.responses import Responses, as_responses
from carerates.survey.results import SurveyResult
from carerates.survey.scales import Item, Scale, ScaleSet
from carerates.tables.workbooks import read_sheets

OVERALL = "all_characteristics"
_ANSWERS: Mapping[str, int] = MappingProxyType(
    {
        answer.casefold(): place
        for words in WORDINGS.values()
        for place, answer in enumerate(words.answers, start=1)
    }
)
_ROLES = {role.casefold(): place for words in WORDINGS.values() for place, role in enumerate(words.roles)}


def self_evaluation_scales(*, answered: float = 0.5, lang: Lang = "en") -> ScaleSet:
    """Return the five themes and the mean of all characteristics as scales.

    Parameters
    ----------
    answered : float
        Share of a theme's characteristics that must be rated.
    lang : {"en", "cy"}
        Language of the labels.

    Examples
    --------
    >>> [len(scale.items) for scale in self_evaluation_scales().scales]
    [7, 6, 5, 3, 2, 23]
    """
    words = wording_in(lang)
    items = {code: Item(code.lower(), 1, 5, words=_ANSWERS) for code in CHARACTERISTICS}
    themes = [
        Scale(
            name,
            words.themes[letter],
            tuple(item for code, item in items.items() if code[0] == letter),
            answered,
            "pair" if letter == "E" else "factor",
            "more fully in place",
        )
        for letter, name in THEME_NAMES.items()
    ]
    overall = Scale(OVERALL, words.overall, tuple(items.values()), answered, "factor", "more fully in place")
    return ScaleSet("self_evaluation", (*themes, overall), "After figure 32 of Cordis Bright (2013).")


def write_workbook(path: str | Path, *, lang: Lang = "en") -> Path:
    """Write an empty questionnaire to fill in.

    Parameters
    ----------
    path : str or Path
        ``.xlsx`` and ``.ods`` have lists to choose from and let nothing but answers be changed; ``.csv`` has
        neither.
    lang : {"en", "cy"}
        Language of the questionnaire; answers in both are read alike.

    Raises
    ------
    OutputError
        If the file cannot be written, or its ending is another.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> write_workbook(Path(folder) / "holiadur.xlsx", lang="cy").name
    'holiadur.xlsx'
    """
    return write_questionnaire(path, lang=lang)


def read_workbooks(paths: Iterable[str | Path], *, own_areas: bool = False, lang: Lang = "en") -> Responses:
    """Read filled-in questionnaires, one per respondent.

    Parameters
    ----------
    paths : iterable of str or Path
        Files made from :func:`write_workbook`, in either language.  Notes are never read.
    own_areas : bool
        See :func:`carerates.survey.as_responses`.
    lang : {"en", "cy"}
        Language of the labels of themes.

    Returns
    -------
    Responses
        With the group ``role`` (leader or worker, whichever language was filled in); score with
        :func:`carerates.survey.score`, average with :func:`evaluate_areas`.

    Raises
    ------
    TableError
        All problems of all files together.
    """
    problems: list[str] = []
    people = []
    for path in map(Path, paths):
        try:
            people.append(_read_one(path))
        except OSError as error:
            problems.append(f"{path.name}: {error.strerror or 'it cannot be opened'}")
        except (ValueError, UnicodeDecodeError, csv.Error) as error:
            problems.append(f"{path.name}: {error}")
    if not people and not problems:
        problems.append("there are no files")
    if problems:
        raise TableError("These questionnaires cannot be read.", problems)
    return as_responses(
        pd.DataFrame(people),
        self_evaluation_scales(lang=lang),
        area="area",
        groups=["role"],
        own_areas=own_areas,
        provenance=NO_PROVENANCE.then(f"Read {len(people)} questionnaires."),
    )


@dataclass(frozen=True, slots=True, eq=False)
class SelfEvaluation(SurveyResult):
    """Scores per theme and area.

    Attributes
    ----------
    frame : DataFrame
        One row per area and theme: ``area_code``, ``area_name``, ``theme``, ``label``, ``score`` (1-5),
        ``standard_error``, ``lower_95``, ``upper_95``, ``respondents``; empty where fewer answered than
        ``minimum``.
    settings : dict
        Minimum, language.
    provenance : Provenance
        Steps.
    interval_kind, interval_probability : str, float
        Of the ``lower_95`` and ``upper_95`` columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.survey import as_responses, evaluate_areas, self_evaluation
    >>> scales = self_evaluation.self_evaluation_scales()
    >>> questions = {item.name: [2, 3, 3, 4, 5] for item in scales.items}
    >>> answers = pd.DataFrame({"area_code": ["Cardiff"] * 5, **questions})
    >>> len(evaluate_areas(as_responses(answers, scales)).to_frame())
    6
    """

    def summary(self) -> str:
        """Return for each area its highest and its lowest theme."""
        parts = []
        themes = self.frame[self.frame["theme"] != OVERALL].dropna(subset=["score"])
        for area, rows in themes.groupby("area_name", sort=True):
            ranked = rows.sort_values("score")
            labels, scores = ranked["label"].tolist(), ranked["score"].tolist()
            parts.append(
                f"{area}: highest {labels[-1]} ({scores[-1]:.1f}), lowest {labels[0]} ({scores[0]:.1f}), "
                f"{int(rows['respondents'].max())} respondents"
            )
        return (
            f"Self-evaluation from 1 (not in place) to 5 (fully in place): {'; '.join(parts)}. Scores say "
            "what respondents think is in place; they are no measure of rates or of outcomes."
        )


def evaluate_areas(responses: Responses, *, minimum: int = 5, lang: Lang = "en") -> SelfEvaluation:
    """How far do respondents of each area think that each theme is in place?

    Parameters
    ----------
    responses : Responses
        What :func:`read_workbooks` gave.
    minimum : int
        Areas with fewer respondents are left empty, so that nobody can be recognised; 1 where each area sends
        one questionnaire that it agreed on.
    lang : {"en", "cy"}
        Language of labels and names of areas.

    Returns
    -------
    SelfEvaluation

    Notes
    -----
    Means and design-based standard errors are those of :func:`carerates.survey.area_factors`, which also
    gives them as factors to join to rates.  Intervals take t with one degree of freedom less than
    respondents, and stay between 1 and 5; with one respondent there is none.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.survey import as_responses, evaluate_areas, self_evaluation
    >>> scales = self_evaluation.self_evaluation_scales()
    >>> questions = {item.name: [2, 3, 3, 4, 5] for item in scales.items}
    >>> answers = pd.DataFrame({"area_code": ["Cardiff"] * 5, **questions})
    >>> evaluate_areas(as_responses(answers, scales)).to_frame()["respondents"].unique().tolist()
    [5.0]
    """
    from scipy.special import stdtrit

    words = wording_in(lang)
    table = area_factors(responses, minimum=minimum)
    frame = table.to_frame()
    labels = dict(zip(THEME_NAMES.values(), words.themes.values(), strict=True)) | {OVERALL: words.overall}
    names = dict(zip(responses.frame["area_code"], responses.frame["area_name"], strict=True))
    rows = []
    for theme, label in labels.items():
        part = pd.DataFrame({"area_code": frame["area_code"], "theme": theme, "label": label})
        part["area_name"] = [_name_of(code, names[code], lang) for code in frame["area_code"]]
        part["score"] = frame[theme]
        part["respondents"] = frame[f"{theme}_respondents"]
        several = part["respondents"] > 1
        part["standard_error"] = frame[f"{theme}_standard_error"].where(several)
        half = stdtrit((part["respondents"] - 1).where(several), 0.975) * part["standard_error"]
        part["lower_95"] = np.maximum(part["score"] - half, 1.0)
        part["upper_95"] = np.minimum(part["score"] + half, 5.0)
        rows.append(part)
    columns = ["area_code", "area_name", "theme", "label", "score", "standard_error", "lower_95", "upper_95"]
    made = pd.concat(rows, ignore_index=True)[[*columns, "respondents"]]
    return SelfEvaluation(made, {"minimum": minimum, "lang": lang}, table.provenance)


def _name_of(code: str, name: str, lang: Lang) -> str:
    """Return an area's name in a language; areas of one's own keep theirs."""
    return name if name == code else area_name(code, lang)


def _read_one(path: Path) -> dict[str, Any]:
    """Return area, role and answers of one questionnaire."""
    rows = _questionnaire_rows(path)
    places = {words.area.casefold(): "area" for words in WORDINGS.values()}
    places |= {words.role.casefold(): "role" for words in WORDINGS.values()}
    found: dict[str, str] = {}
    answers: dict[str, Any] = {}
    for row in rows:
        first = row[0].strip() if row else ""
        if first.casefold() in places:
            found.setdefault(places[first.casefold()], row[1].strip() if len(row) > 1 else "")
        elif first.upper() in CHARACTERISTICS:
            if first.lower() in answers:
                raise ValueError(f"{first.upper()} appears twice")
            answers[first.lower()] = (row[3].strip() if len(row) > 3 else "") or None
    if missing := [code for code in CHARACTERISTICS if code.lower() not in answers]:
        raise ValueError(f"{', '.join(missing)} missing; the rows of the questionnaire must stay")
    if not found.get("area"):
        raise ValueError("the area is not filled in")
    role = found.get("role", "").casefold()
    if role and role not in _ROLES:
        raise ValueError("the role is neither leader (arweinydd) nor worker (gweithiwr)")
    return {"area": found["area"], "role": ("leader", "worker")[_ROLES[role]] if role else None, **answers}


def _questionnaire_rows(path: Path) -> list[list[str]]:
    """Return the rows of the first sheet that holds the characteristics."""
    content = path.read_bytes()
    if path.suffix.lower() == ".csv":
        return [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
    sheets = read_sheets(content)
    for rows in sheets.values():
        if any(row and row[0].strip().upper() == "A1" for row in rows):
            return rows
    raise ValueError("no sheet of it holds the questionnaire")
