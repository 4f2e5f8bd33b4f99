"""A funnel as one HTML file with tooltips; it holds everything it needs and asks nobody for anything."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carerates.charts.funnel_view import view_funnel
from carerates.charts.interactive_chart import draw_chart
from carerates.charts.interactive_page import write_page
from carerates.errors import MissingExtraError, OutputError

if TYPE_CHECKING:
    from carerates.funnels import Funnel


def interactive_funnel(
    funnel: Funnel,
    path: str | Path,
    *,
    headline: str = "",
    title: str = "",
    log_size: bool = False,
    per: float | None = None,
    lang: str = "en",
) -> Path:
    """Write a funnel as one HTML file with tooltips, a search box, the text alternative and the table.

    Parameters
    ----------
    funnel : Funnel
        Of one group; pick one with ``funnel.select(group)``.
    path : str or Path
        File to write; an existing one is replaced.
    headline, title : str
        What the chart shows, as a statement; measure, places and period.
    log_size, per, lang
        As for :func:`carerates.charts.draw_funnel`.

    Returns
    -------
    Path
        The file.  It opens without a network: its scripts are inside and its policy forbids requests.

    Raises
    ------
    MissingExtraError
        Without the extra ``interactive`` (altair, vl-convert).

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"area": ["A", "B", "C"], "n": [154, 95, 640], "d": [20_000, 12_000, 50_000]})
    >>> funnel = cr.funnel(df, events="n", denominator="d", area="area", target=90)
    >>> cr.charts.interactive_funnel(funnel, "funnel.html").name
    'funnel.html'
    """
    try:
        import altair as alt
        import vl_convert
    except ImportError:
        raise MissingExtraError("interactive", "An interactive funnel") from None
    if len(funnel.groups) != 1:
        raise ValueError(
            f"This funnel has {len(funnel.groups)} groups: {', '.join(map(str, funnel.groups))}. "
            "Pick one with funnel.select(group)."
        )
    view = view_funnel(funnel, per=per, lang=lang)
    words = view.furniture(headline, title)
    spec = draw_chart(alt, view, log_size).to_dict()
    scripts = _scripts(vl_convert)
    page = write_page(view, spec, scripts, words.headline, words.title, [*words.notes, words.source])
    target = Path(path)
    try:
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}. Choose another place.") from error
    return target


@cache
def _scripts(vl_convert: Any) -> str:  # noqa: ANN401 - a module
    """Return vega, vega-lite and vega-embed as one script; bundled once, as it takes seconds."""
    scripts: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return scripts
