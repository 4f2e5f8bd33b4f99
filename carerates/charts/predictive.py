"""Would the model have produced figures like these? Each statistic beside those of figures it produced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases
from carerates.charts.rows import lay_rows
from carerates.charts.style import BLUE, INK, ORANGE

if TYPE_CHECKING:
    from carerates.models import FittedRates

_RARE = 0.01  # tail probability below which the model does not reproduce a statistic
_CY = {
    "over-dispersion of the last year (phi)": "gor-wasgariad y flwyddyn olaf (phi)",
    "areas outside 95% Poisson limits in the last year": (
        "ardaloedd y tu allan i derfynau Poisson 95% yn y flwyddyn olaf"
    ),
    "highest rate over median rate in the last year": "cyfradd uchaf dros y canolrif yn y flwyddyn olaf",
    "lowest rate over median rate in the last year": "cyfradd isaf dros y canolrif yn y flwyddyn olaf",
    "share of cells suppressed": "cyfran y celloedd a ataliwyd",
    "correlation of one year's log rates with the next's": (
        "cydberthynas cyfraddau log un flwyddyn â'r nesaf"
    ),
    "SD of one year's change in log rate": "gwyriad safonol newid un flwyddyn yn y gyfradd log",
}
_WORDS: dict[str, Phrases] = {
    "en": {
        "title": "Would the model have produced figures like these?",
        "unit": "Statistic, and distance from what the model produces, in its standard deviations",
        "marks": "Diamonds: published figures. Bars: 95% of {draws} sets of figures that the model produced.",
        "numbers": "On the right: published, and the range of the bar.",
        "missed": "Filled: {count} of {all} statistics that the model would hardly ever produce.",
        "row": "{observed:.3g} ({low:.3g} to {high:.3g})",
    },
    "cy": {
        "title": "A fyddai'r model wedi cynhyrchu ffigurau fel y rhain?",
        "unit": "Ystadegyn, a phellter o'r hyn y mae'r model yn ei gynhyrchu, yn ei wyriadau safonol",
        "marks": (
            "Diemyntau: ffigurau cyhoeddedig. Barrau: 95% o {draws} set o ffigurau a gynhyrchodd y model."
        ),
        "numbers": "Ar y dde: y ffigur cyhoeddedig, ac ystod y bar.",
        "missed": "Llawn: {count} o {all} ystadegyn na fyddai'r model bron byth yn eu cynhyrchu.",
        "row": "{observed:.3g} ({low:.3g} i {high:.3g})",
    },
}


@chart(_WORDS)
def draw_predictive(page: Page, fit: FittedRates, *, draws: int = 500) -> Told:
    """Draw statistics of the published figures beside those of figures that the model would produce.

    Parameters
    ----------
    fit : FittedRates
        What :func:`carerates.fit` gave.
    draws : int
        Sets of figures to produce.
    """
    checks = fit.predictive_checks(draws=draws)
    frame = checks.to_frame().iloc[::-1]
    names = [_CY.get(one, one) if page.lang == "cy" else one for one in frame["statistic"]]
    rows = lay_rows(page, [one[:1].upper() + one[1:] for one in names])
    sizes = [max(float(checks.replicated[one].std()), 1e-12) for one in frame["statistic"]]
    observed, low, high = (
        ((frame[name] - frame["replicated"]) / sizes).to_numpy(dtype=float)
        for name in ("observed", "lower_95", "upper_95")
    )
    rows.bars(low, high)
    rare = (frame["tail_probability"] < _RARE).to_numpy()
    rows.dots(observed, "as the model", marker="D", colour=BLUE, hollow=True, rows=(~rare).nonzero()[0])
    rows.dots(observed, "not as the model", marker="D", colour=ORANGE, rows=rare.nonzero()[0])
    rows.line(0, linewidth=0.8)
    reach = max(3.0, 1.1 * float(abs(observed).max()), float(abs(low).max()), float(abs(high).max()))
    rows.ax.set_xlim(-reach, 1.9 * reach)
    rows.write(
        [reach] * len(frame),
        [
            page.say("row", observed=one.observed, low=one.lower_95, high=one.upper_95)
            for one in frame.itertuples()
        ],
        away=0,
        colour=INK,
    )
    rows.ax.set_xticks([one for one in rows.ax.get_xticks() if abs(one) <= reach])
    notes = [page.say("marks", draws=draws), page.say("numbers")]
    if rare.any():
        notes.append(page.say("missed", count=int(rare.sum()), all=len(frame)))
    return Told(page.say("title"), page.say("unit"), notes)
