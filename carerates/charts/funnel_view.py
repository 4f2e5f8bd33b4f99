"""One funnel as a chart sees it: rows, lines, marks and words, in one scale and one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from carerates.charts.phrases import (
    FUNNEL,
    Phrases,
    level_name,
    level_words,
    measure_in,
    names_in,
    phrases_in,
    source_in,
    years_of,
)
from carerates.charts.style import BLUE, ORANGE, POSITION_MARKS, Furniture, Mark

if TYPE_CHECKING:
    from carerates.funnels import Funnel

Labels = Literal["outside", "all", "none"] | Sequence[str]
MOST_LABELS = 30


@dataclass(frozen=True, slots=True, eq=False)
class FunnelView:
    """What is drawn of a funnel.

    Attributes
    ----------
    funnel : Funnel
    frame : DataFrame
        Its areas; ``size`` is what the horizontal axis shows, and rates and limits are per ``per``.
    lines : DataFrame
        Its limit lines per ``per``; empty where each area has a target of its own.
    per : float
        Scale of the vertical axis.
    lang : str
        Language of every word, ``en`` or ``cy``.
    """

    funnel: Funnel
    frame: pd.DataFrame
    lines: pd.DataFrame
    per: float
    lang: str

    @property
    def phrases(self) -> Phrases:
        """Words of this funnel's language."""
        return phrases_in(FUNNEL, self.lang)

    @property
    def shown(self) -> pd.DataFrame:
        """Areas that have a point."""
        return self.frame[self.frame["rate"].notna()].reset_index(drop=True)

    @property
    def level_names(self) -> list[str]:
        """Levels as they stand in column names, narrowest first."""
        return [level_name(one) for one in self.funnel.settings.probabilities]

    @property
    def unit(self) -> str:
        """Words above the vertical axis."""
        kind: str = self.funnel.settings.kind
        if kind == "ratio" and self.per != 1:
            kind = "ratio_per"
        return self.phrases[kind].format(per=f"{self.per:,.10g}")

    @property
    def size_words(self) -> str:
        """Words below the horizontal axis."""
        return self.phrases[f"size_{self.funnel.settings.kind}"]

    @property
    def target_words(self) -> str:
        """Name of the centre line, with its value where there is one value."""
        targets = self.frame["target"].dropna().unique()
        if len(targets) != 1:
            return self.phrases["target"]
        value = float(targets[0])
        shown = f"{value:,.3g}" if value < 10 else f"{value:,.1f}"
        return self.phrases["target_value"].format(value=shown)

    def line_words(self) -> list[tuple[str, str]]:
        """Return the column and the name of each line, the target first."""
        named = [("target", self.target_words)]
        for probability, name in zip(self.funnel.settings.probabilities, self.level_names, strict=True):
            named += [
                (f"{side}_{name}", self.phrases[side].format(level=level_words(probability)))
                for side in ("lower", "upper")
            ]
        return named

    def mark(self, position: str) -> Mark:
        """Return the mark of a position: filled beyond the widest limits, hollow beyond narrower ones."""
        if position in POSITION_MARKS and self.funnel.settings.probabilities == (0.95, 0.998):
            return POSITION_MARKS[position]
        side, _, level = position.partition(" ")
        if side not in ("above", "below"):
            return POSITION_MARKS["within"]
        words = [level_words(one) for one in self.funnel.settings.probabilities]
        steps_in = len(words) - 1 - words.index(level)
        up = side == "above"
        shapes = ("^", "^", "2") if up else ("v", "v", "1")  # three arms tell the third level inwards
        return Mark(
            shapes[min(steps_in, 2)],
            BLUE if up else ORANGE,
            steps_in == 0,
            52 if steps_in == 0 else 46,
            position,
        )

    def furniture(self, headline: str, title: str, *extra: str) -> Furniture:
        """Return the words around the chart."""
        phrases, settings = self.phrases, self.funnel.settings
        allowance = "plain" if settings.dispersion == "none" else settings.dispersion
        method = phrases.get(settings.limits, settings.limits)
        notes = [phrases["limits"].format(method=method, allowance=phrases[allowance])]
        if marks := self._mark_words():
            notes.append(phrases["marks"].format(marks="; ".join(marks)))
        if self.lines.empty and len(self.frame):
            notes.append(phrases["own"])
        if (self.frame["rate"].isna() & self.frame["rate_high"].notna()).any():
            notes.append(phrases["bars"])
        return Furniture(
            headline,
            title or self.title,
            self.unit,
            source_in(self.funnel.provenance, self.lang),
            (*notes, *(one for one in extra if one)),
        )

    @property
    def title(self) -> str:
        """Measure, period and number of areas."""
        title = self.phrases["areas"].format(
            measure=measure_in(self.funnel.measure, self.lang),
            years=years_of(self.frame),
            areas=self.frame["area_code"].nunique(),
        )
        return title.replace(" to ", " i ") if self.lang == "cy" else title

    @property
    def title_of_one(self) -> str:
        """Measure and period, for a chart of one area."""
        return self.title.rsplit(":", 1)[0]

    def _mark_words(self) -> list[str]:
        """Say what each mark that is on the chart stands for."""
        found = set(self.frame["position"])
        levels = [level_words(one) for one in self.funnel.settings.probabilities]
        words = []
        for side, filled, hollow in (
            ("above", "mark_top", "mark_above"),
            ("below", "mark_bottom", "mark_below"),
        ):
            for level in reversed(levels) if side == "above" else levels:
                if f"{side} {level}" in found:
                    key = filled if level == levels[-1] else hollow
                    words.append(self.phrases[key].format(level=level))
            if side == "above" and "within" in found:
                words.append(self.phrases["mark_within"])
        return words

    def rows_of(self, wanted: Sequence[str]) -> list[int]:
        """Return the rows of areas given by name or code, or raise and name every unknown one."""
        shown = self.shown
        given = self.funnel.to_frame().set_index("area_code")["area_name"].str.casefold()
        names = shown["area_name"].str.casefold()
        rows, unknown = [], []
        for one in wanted:
            text = str(one).casefold()
            codes = set(given.index[given == text]) | {str(one)}
            found = shown.index[shown["area_code"].isin(codes) | (names == text)]
            if len(found):
                rows.append(int(found[0]))
            else:
                unknown.append(repr(one))
        if unknown:
            raise ValueError(
                f"No area with a rate in this funnel is called {', '.join(unknown)}; "
                f"there are, for example, {', '.join(shown['area_name'].head(5))}."
            )
        return rows

    def rows_to_name(self, label: Labels) -> list[int]:
        """Return the rows to name, most important first."""
        shown = self.shown
        if not isinstance(label, str):
            return self.rows_of(label)
        if label not in ("outside", "all", "none"):
            raise ValueError(f"label={label!r} is not 'outside', 'all', 'none' or a list of areas.")
        if label == "none":
            return []
        order = np.argsort(-np.abs(shown["z_adjusted"].to_numpy(dtype=float)), kind="stable")
        furthest = [int(row) for row in order]
        if label == "all":
            return furthest
        return [row for row in furthest if shown.loc[row, "position"] != "within"][:MOST_LABELS]


def view_funnel(funnel: Funnel, *, per: float | None = None, lang: str = "en") -> FunnelView:
    """Return a funnel as a chart sees it.

    Parameters
    ----------
    funnel : Funnel
        Of one group or several.
    per : float, optional
        Show values per this many; as the funnel has them when not given.
    lang : {"en", "cy"}
        Language of words and, where the areas are in the register, of names.
    """
    phrases_in(FUNNEL, lang)
    settings = funnel.settings
    scale = settings.per if per is None else float(per)
    if not (np.isfinite(scale) and scale > 0):
        raise ValueError(f"per={per!r} is a number above 0, such as 10000, 1000 or 100.")
    frame = funnel.to_frame()
    frame["size"] = frame["expected" if settings.kind == "ratio" else "denominator"]
    frame["area_name"] = names_in(frame["area_code"].tolist(), frame["area_name"].tolist(), lang)
    lines = funnel.limits_frame()
    if scale != settings.per:
        frame = _rescaled(frame, scale / settings.per)
        lines = _rescaled(lines, scale / settings.per)
    return FunnelView(funnel, frame, lines, scale, lang)


def _rescaled(frame: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return a frame with its values per another number; counts and positions stay."""
    names = [
        str(name)
        for name in frame
        if str(name) in ("target", "rate", "rate_low", "rate_high")
        or str(name).startswith(("lower_", "upper_"))
    ]
    return frame.assign(**{name: frame[name] * factor for name in names})
