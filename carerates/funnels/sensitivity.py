"""Would another defensible choice put the area elsewhere?  Every area under every choice, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from carerates.funnels.assessment import Assessment, assess_units
from carerates.funnels.position import UNKNOWN, position_words, step_words
from carerates.funnels.result import Funnel
from carerates.funnels.settings import FunnelSettings, Kind, Limits
from carerates.funnels.target import TargetChoice, set_target
from carerates.provenance import Provenance

_LIMITS: dict[Kind, tuple[Limits, ...]] = {
    "proportion": ("exact", "mid_p", "normal"),
    "rate": ("exact", "mid_p", "byar"),
    "ratio": ("exact", "mid_p", "byar"),
}
DISPERSIONS = (
    "none",
    "multiplicative",
    "additive: dersimonian_laird",
    "additive: paule_mandel",
    "additive: reml",
    "negative_binomial",
)
ROUNDINGS = ("lowest", "published", "highest")
_CHOICES = ("limits", "dispersion", "target", "rounding")


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Positions of every area under every choice.

    Attributes
    ----------
    settings : FunnelSettings
        Of the funnel that was varied.
    provenance : Provenance
    frame : DataFrame
        One row for each area and choice: ``limits``, ``dispersion``, ``target``, ``rounding``, ``step``,
        ``position``.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"area": ["A", "B", "C"], "n": [154, 95, 640], "d": [20_000, 12_000, 50_000]})
    >>> funnel = cr.funnel(df, events="n", denominator="d", area="area", target=90)
    >>> from carerates.funnels import vary_choices
    >>> vary_choices(funnel).to_frame()["agrees"].tolist()
    [False, False, False]
    """

    settings: FunnelSettings
    provenance: Provenance
    frame: pd.DataFrame

    def choices(self) -> pd.DataFrame:
        """Return one row for each area and choice."""
        return self.frame.copy()

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each area.

        Returns
        -------
        DataFrame
            ``position`` in the funnel itself; ``lowest`` and ``highest`` position under any choice;
            ``share_above``, ``share_within``, ``share_below`` of the choices; ``agrees`` (all choices
            give one position); ``depends_on``, the choices that alone change the position when the
            others stay as in the funnel; and ``sentence``.
        """
        keys = ["area_code", "area_name", *([self.settings.by] if self.settings.by else [])]
        movers = self._movers(keys)
        return pd.DataFrame(
            [
                dict(zip(keys, key, strict=True)) | self._judge(rows, list(movers.columns[moves]))
                for (key, rows), moves in zip(
                    self.frame.groupby(keys, sort=False, dropna=False), movers.to_numpy(), strict=True
                )
            ]
        )

    def _movers(self, keys: list[str]) -> pd.DataFrame:
        """Find which choices alone change the position: a row for each area, a column for each choice."""
        chosen = self.frame.loc[self.frame["chosen"], list(_CHOICES)].iloc[0]
        as_chosen = self.frame[list(_CHOICES)] == chosen
        return pd.DataFrame(
            {
                name: self.frame[as_chosen.drop(columns=name).all(axis=1)]
                .groupby(keys, sort=False, dropna=False)["position"]
                .nunique()
                .gt(1)
                for name in _CHOICES
            }
        )

    def _judge(self, rows: pd.DataFrame, reasons: list[str]) -> dict[str, object]:
        """Sum up one area, whose position the reasons alone change."""
        levels = self.settings.probabilities
        known = rows[rows["position"] != UNKNOWN]
        position = rows.loc[rows["chosen"], "position"].iloc[0]
        if known.empty:
            shares = dict.fromkeys(("share_above", "share_within", "share_below"), np.nan)
            nothing = {"position": position, "lowest": UNKNOWN, "highest": UNKNOWN, "agrees": False}
            words = {"depends_on": "", "sentence": "No count and no bounds were published."}
            return {**nothing, **shares, **words}
        steps = known["step"]
        low, high = step_words(int(steps.min()), levels), step_words(int(steps.max()), levels)
        agrees = bool(steps.min() == steps.max())
        return {
            "position": position,
            "lowest": low,
            "highest": high,
            "agrees": agrees,
            "share_above": float((steps > 0).mean()),
            "share_within": float((steps == 0).mean()),
            "share_below": float((steps < 0).mean()),
            "depends_on": ", ".join(reasons),
            "sentence": _sentence(rows["area_name"].iloc[0], low, high, steps, reasons),
        }

    def summary(self) -> str:
        """Say which areas every choice agrees on, and which it does not."""
        table = self.to_frame()
        count = len(self.frame) // max(len(table), 1)
        same = table[table["agrees"]]
        sides = table[~table["agrees"] & (table["share_above"] > 0) & (table["share_below"] > 0)]
        text = (
            f"{len(table)} areas under {count} combinations of limits, over-dispersion, target and rounding: "
            f"{len(same)} have one position under all of them."
        )
        if len(sides):
            text += (
                f" {len(sides)} lie above the limits under some and below under others: "
                f"{', '.join(sides['area_name'])}."
            )
        never = table[(table["share_within"] == 0) & table["share_above"].notna()]
        text += f" {len(never)} are outside under every choice" + (
            f": {', '.join(never['area_name'])}." if len(never) else "."
        )
        return text


def _sentence(name: str, low: str, high: str, steps: pd.Series, reasons: list[str]) -> str:
    """Write one area's sentence."""
    if low == high:
        return f"{name} is {low} under every choice."
    share = 100 * float((steps != 0).mean())
    said = f"{name} is anywhere from {low} to {high}, outside the limits under {share:.0f}% of the choices"
    if reasons:
        said += f"; changing {' or '.join(reasons)} alone moves it"
    return said + "."


def vary_choices(
    funnel: Funnel,
    *,
    limits: Sequence[Limits] | None = None,
    dispersions: Sequence[str] = DISPERSIONS,
    targets: Sequence[TargetChoice] | None = None,
) -> Sensitivity:
    """Find each area's position under every defensible choice of limits, dispersion, target and rounding.

    Parameters
    ----------
    funnel : Funnel
        Its own choices are always among those tried.
    limits : sequence of str, optional
        By default exact, mid-p and Byar (normal for proportions); exact and mid-p where the
        expectation has an error to carry.
    dispersions : sequence of str
        ``none``, ``multiplicative``, ``negative_binomial``, or ``additive:`` and an estimator.
    targets : sequence, optional
        Tried beside the funnel's own; by default pooled and unweighted (none for a ratio).

    Returns
    -------
    Sensitivity

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"n": [30, 180, 600, 250], "d": [5_000, 20_000, 50_000, 30_000]})
    >>> vary_choices(cr.funnel(df, events="n", denominator="d")).to_frame()["agrees"].tolist()
    [False, True, False, False]
    """
    settings = funnel.settings
    uncertain = any(one.units.log_error.any() for one in funnel.assessments)
    if limits is None:
        limits = ("exact", "mid_p") if uncertain else _LIMITS[settings.kind]
    if targets is None:
        targets = () if settings.kind == "ratio" else ("pooled", "unweighted")
    tried_limits = list(dict.fromkeys([settings.limits, *limits]))
    tried_spreads = list(dict.fromkeys([_own_dispersion(settings), *dispersions]))
    others = [target for target in targets if target != settings.target]
    parts = []
    for one in funnel.assessments:
        centres = {str(settings.target): one.centre}
        centres |= {_named(target): set_target(one.units, target, settings.per) for target in others}
        for (name, centre), limit, spread in product(centres.items(), tried_limits, tried_spreads):
            changed = _with_choice(settings, limit, spread)
            own = limit == settings.limits and spread == tried_spreads[0] and centre is one.centre
            found = assess_units(one.units, changed, centre)
            parts += [
                _rows(found, rounding).assign(
                    limits=limit,
                    dispersion=spread,
                    target=name,
                    rounding=rounding,
                    chosen=own and rounding == "published",
                )
                for rounding in ROUNDINGS
            ]
    return Sensitivity(
        settings,
        funnel.provenance.then("every area placed under other limits, dispersions, targets and roundings"),
        pd.concat(parts, ignore_index=True),
    )


def _own_dispersion(settings: FunnelSettings) -> str:
    """Name a funnel's own allowance the way the choices are named."""
    if settings.dispersion == "additive":
        return f"additive: {settings.tau_estimator}"
    return settings.dispersion


def _named(target: TargetChoice) -> str:
    """Name a target."""
    return str(target) if isinstance(target, (str, int, float)) else "chosen areas"


def _with_choice(settings: FunnelSettings, limits: Limits, dispersion: str) -> FunnelSettings:
    """Return settings with other limits and another allowance."""
    name, _, estimator = dispersion.partition(": ")
    changes: dict[str, Any] = {"limits": limits, "dispersion": name}
    if estimator:
        changes["tau_estimator"] = estimator
    return replace(settings, **changes)


def _rows(found: Assessment, rounding: str) -> pd.DataFrame:
    """Return every area's position at its lowest, published or highest count."""
    units, settings = found.units, found.yardstick.settings
    steps, counts = {
        "lowest": (found.steps_low, units.low),
        "published": (found.steps, units.observed),
        "highest": (found.steps_high, units.high),
    }[rounding]
    frame = pd.DataFrame({"area_code": units.codes, "area_name": units.names, "step": steps})
    if settings.by:
        frame[settings.by] = pd.Series(list(units.group))
    frame["position"] = position_words(steps, ~np.isnan(counts), settings.probabilities)
    return frame
