"""What the figures taught: each prior beside its posterior."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from carerates.charts.fitted import PARTS_CY
from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases
from carerates.charts.rows import lay_rows
from carerates.charts.style import BLUE, GREY

if TYPE_CHECKING:
    from carerates.models import FittedRates

_TALLEST = 0.86  # share of a row's height that a curve takes
_MEANINGS_CY = {
    "one year beyond chance": "un flwyddyn y tu hwnt i siawns",
    "between areas": "rhwng ardaloedd",
    "between regions": "rhwng rhanbarthau",
    "yearly change of an area's own path": "newid blynyddol llwybr yr ardal ei hun",
    "yearly change of the shared trend": "newid blynyddol y duedd gyffredin",
}
_WORDS: dict[str, Phrases] = {
    "en": {
        "spread": "What the figures taught about spreads: prior and posterior",
        "effect": "What the figures taught about effects: prior and posterior",
        "spread_unit": "Quantity, and standard deviation on the log scale (0.1: about 10%)",
        "effect_unit": "Effect, and change of the log rate (0.1: about 10%)",
        "marks": "Dashed: prior. Filled: posterior. Each curve is drawn to its own height.",
        "same": "Where the two coincide, the figures say nothing and the prior decides.",
    },
    "cy": {
        "spread": "Yr hyn a ddysgodd y ffigurau am wasgariadau: rhagddosbarthiad ac ôl-ddosbarthiad",
        "effect": "Yr hyn a ddysgodd y ffigurau am effeithiau: rhagddosbarthiad ac ôl-ddosbarthiad",
        "spread_unit": "Maint, a gwyriad safonol ar y raddfa log (0.1: tua 10%)",
        "effect_unit": "Effaith, a newid yn y gyfradd log (0.1: tua 10%)",
        "marks": (
            "Toredig: rhagddosbarthiad. Llawn: ôl-ddosbarthiad. Tynnir pob cromlin i'w huchder ei hun."
        ),
        "same": (
            "Lle mae'r ddau'n cyd-fynd, nid yw'r ffigurau'n dweud dim a'r rhagddosbarthiad sy'n penderfynu."
        ),
    },
}


@chart(_WORDS)
def draw_priors(page: Page, fit: FittedRates, *, kind: Literal["spread", "effect"] = "spread") -> Told:
    """Draw the prior and the posterior density of each spread, or of each effect, one row for each.

    Parameters
    ----------
    fit : FittedRates
        What :func:`carerates.fit` gave.
    kind : {"spread", "effect"}
        Spreads between areas and years; or effects on the log rate, the overall level left out.
    """
    if kind not in ("spread", "effect"):
        raise ValueError(f"kind={kind!r} is not 'spread' or 'effect'.")
    frame = fit.prior_posterior()
    frame = frame[(frame["kind"] == kind) & (frame["name"] != "intercept")]
    if frame.empty:
        raise ValueError(f"This model learned no {kind} that has a prior.")
    names = list(dict.fromkeys(frame["name"]))[::-1]
    said = frame.drop_duplicates("name").set_index("name")["meaning"]
    shown = [_shown(name, str(said[name]), kind, page.lang) for name in names]
    rows = lay_rows(page, [f"{one[:1].upper()}{one[1:]}\n" for one in shown])
    rows.ax.set_yticks(rows.place, [one[:1].upper() + one[1:] for one in shown], va="bottom")
    for at, name in zip(rows.place, names, strict=True):
        part = frame[frame["name"] == name]
        value = part["value"].to_numpy(dtype=float)
        before, after = (part[f"{one}_density"].to_numpy(dtype=float) for one in ("prior", "posterior"))
        after = at - 0.4 + _TALLEST * after / after.max()
        rows.ax.fill_between(value, at - 0.4, after, color=BLUE, alpha=0.55, linewidth=0, zorder=2)
        rows.ax.plot(value, after, color=BLUE, linewidth=1.2, zorder=2.5, label=f"posterior {name}")
        height = at - 0.4 + _TALLEST * before / before.max()
        rows.ax.plot(
            value, height, color=GREY, linewidth=1.3, linestyle="--", zorder=3, label=f"prior {name}"
        )
        rows.ax.axhline(at - 0.4, color=GREY, linewidth=0.5, zorder=1)
    reach = frame.loc[frame["posterior_density"] > 0.01 * frame["posterior_density"].max(), "value"]
    low, high = (float(one) for one in (frame["value"].min(), frame["value"].max()))
    if kind == "spread":
        low, high = 0.0, min(high, 1.6 * float(np.max(reach)) + 0.2)
    else:
        rows.line(0, linewidth=0.8)
    rows.ax.set_xlim(low, high)
    return Told(page.say(kind), page.say(f"{kind}_unit"), (page.say("marks"), page.say("same")))


def _shown(name: str, meaning: str, kind: str, lang: str) -> str:
    """Return how a quantity is named on the chart."""
    if kind == "effect":
        return PARTS_CY.get(name, name) if lang == "cy" else name.replace("_", " ")
    return _MEANINGS_CY.get(meaning, meaning) if lang == "cy" else meaning
