"""What every chart of one result shares: its arguments, its language, and the words around it.

A module of charts says what is drawn and what a reader is told; :func:`chart` makes of that a function with
the arguments all charts have (``ax``, ``headline``, ``title``, ``lang``), draws in the house style, and puts
title, unit, notes and source around it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate

from carerates.charts.phrases import COMMON, NATIONS_CY, Phrases, names_in, phrases_in, source_in
from carerates.charts.style import Furniture, dress, house_style, new_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# what is said of the arguments that charts share, in the order they are documented
_DESCRIBED = {
    "ax": "ax : Axes, optional\n    Where to draw; a new figure when not given.",
    "year": "year : int, optional\n    Year of the 31 March; the last by default.",
    "headline": (
        "headline, title : str\n"
        "    What the chart shows, as a statement; measure, places and period in place of the chart's own."
    ),
    "areas": (
        "areas : sequence of str, optional\n"
        "    Names or codes of areas to show; all up to forty, else the two ends."
    ),
    "lang": 'lang : {"en", "cy"}\n    Language of words and names.',
}


@dataclass(slots=True, eq=False)
class Page:
    """A chart while it is drawn.

    Attributes
    ----------
    phrases : dict of str to str
        The chart's phrases in the language, with those common to all charts.
    lang : str
    given : Axes or None
        Axes of the caller; a figure of our own is made where there are none.
    longest : int
        Characters of the longest name to the left of the axes; 0 leaves the margin as it is.
    below : float
        Inches that words under the axis need beyond the numbers that usually stand there.
    """

    phrases: Phrases
    lang: str
    given: Axes | None
    longest: int = 0
    below: float = 0.0
    _axes: Axes | None = field(default=None, repr=False)

    def axes(self, size: tuple[float, float] = (8.0, 5.6)) -> Axes:
        """Return the axes to draw on, made at the first call."""
        if self._axes is None:
            self._axes = new_axes(self.given, size)
        return self._axes

    def say(self, phrase: str, /, **values: object) -> str:
        """Return a phrase in the language with its gaps filled."""
        return self.phrases[phrase].format(**values) if values else self.phrases[phrase]

    def names(self, frame: pd.DataFrame, code: str = "area_code", name: str = "area_name") -> list[str]:
        """Return the names of a frame's areas in the language."""
        return names_in(frame[code].tolist(), frame[name].tolist(), self.lang)

    def nation(self, name: str) -> str:
        """Return a nation's name in the language."""
        return NATIONS_CY.get(name, name) if self.lang == "cy" else name

    def dress(self, words: Furniture) -> None:
        """Put the words around the chart; a figure of our own leaves room for the longest name."""
        ax, own = self.axes(), self.given is None
        dress(ax, words, own_figure=own, below=self.below)
        figure = ax.get_figure(root=True)
        if own and self.longest and figure is not None:
            figure.subplots_adjust(left=min(0.45, (0.3 + 0.075 * self.longest) / 8.0))


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader is told beside a chart.

    Attributes
    ----------
    title, unit : str
        Statistical title, used where the caller gives none; unit of the axis.
    notes : sequence of str
        Lines between chart and source.
    then : callable, optional
        What can only be drawn when the size is final, such as names beside points.
    """

    title: str
    unit: str
    notes: Sequence[str] = ()
    then: Callable[[], object] | None = None


def chart[Result](
    phrases: dict[str, Phrases],
) -> Callable[[Callable[Concatenate[Page, Result, ...], Told]], Callable[..., Axes]]:
    """Make a function that draws a result out of one that says what is on the page.

    The function made takes the result, ``ax``, ``headline``, ``title``, ``lang`` and whatever further
    keywords the given one has; its docstring describes them all.
    """

    def made(content: Callable[Concatenate[Page, Result, ...], Told]) -> Callable[..., Axes]:
        @functools.wraps(content, assigned=("__module__", "__name__", "__qualname__"))
        def draw(
            result: Result,
            ax: Axes | None = None,
            *,
            headline: str = "",
            title: str = "",
            lang: str = "en",
            **own: Any,  # noqa: ANN401 - what the chart itself takes
        ) -> Axes:
            page = Page({**phrases_in(COMMON, lang), **phrases_in(phrases, lang)}, lang, ax)
            with house_style():
                told = content(page, result, **own)
                source = source_in(result.provenance, lang)  # type: ignore[attr-defined]
                page.dress(Furniture(headline, title or told.title, told.unit, source, tuple(told.notes)))
                if told.then is not None:
                    told.then()
            return page.axes()

        draw.__signature__ = _signature(content, draw)  # type: ignore[attr-defined]
        draw.__doc__ = _docstring(content, draw)
        return draw

    return made


def _signature(content: Callable[..., Told], draw: Callable[..., Axes]) -> inspect.Signature:
    """Return the arguments a caller may give: those of every chart and the chart's own."""
    shared = inspect.signature(draw, follow_wrapped=False).parameters
    _, result, *own = inspect.signature(content).parameters.values()
    first = [result, shared["ax"]]
    keywords = [*own, *(shared[name] for name in ("headline", "title", "lang"))]
    return inspect.Signature([*first, *keywords], return_annotation="Axes")


def _docstring(content: Callable[..., Told], draw: Callable[..., Axes]) -> str:
    """Return the chart's docstring with the arguments that all charts share described in it."""
    text = inspect.cleandoc(content.__doc__ or "")
    head, _, rest = text.partition("\n\nReturns\n-------\n")
    taken = inspect.signature(draw).parameters
    shared = [said for name, said in _DESCRIBED.items() if name in taken and f"\n{name} : " not in head]
    returns = rest or "Axes"
    return "\n".join([head, *shared, "", "Returns", "-------", returns])
