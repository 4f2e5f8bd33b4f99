"""Does a forecast beat doing nothing clever?  Judged on figures that it could not see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RateDraws, RatesTable, as_rates
from carerates.trends.forecasts import Method, check_options, cut_history, take_logs
from carerates.trends.intervals import WELSH_SURVIVAL, Floats, normal_quantile
from carerates.trends.panels import Panel, RateKind, cut_panel
from carerates.trends.predictions import Prediction, interval_log_mass, predict_logs


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """What :func:`score_forecasts` was asked."""

    horizons: tuple[int, ...]
    origins: tuple[int, ...]
    rate: RateKind = "computed"
    interval: float = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class ForecastScores:
    """Leave-future-out scores of several methods on the same held-out figures.

    Attributes
    ----------
    settings : ScoreSettings
    frame : DataFrame
        One row per method, origin, horizon and area: ``log_score`` (log probability of the published figure
        within its rounding) and ``inside`` (whether the predictive interval holds it).
    provenance : Provenance

    Examples
    --------
    >>> import carerates as cr
    >>> rates = cr.load_rates("wales", years=range(2010, 2019))
    >>> scores = cr.trends.score_forecasts(rates, horizons=[1], origins=[2016, 2017])
    >>> scores.to_frame().set_index("method")["figures"].to_dict()
    {'last_value': 44, 'linear_trend': 44, 'pooled': 44}
    """

    settings: ScoreSettings
    frame: pd.DataFrame = field(repr=False)
    provenance: Provenance = NO_PROVENANCE

    def to_frame(self) -> pd.DataFrame:
        """Return one row per method and horizon.

        Columns: ``method, horizon, figures, mean_log_score, difference_from_last_value, standard_error`` (of
        the difference, origins as clusters; NaN with one origin) and ``coverage`` of the interval.
        """
        rows = []
        base = self.frame[self.frame["method"] == "last_value"].set_index(["origin", "horizon", "area_code"])
        for _, part in self.frame.groupby(["method", "horizon"], sort=True):
            own = part.set_index(["origin", "horizon", "area_code"])["log_score"]
            difference = own - base["log_score"].reindex(own.index)
            by_origin = difference.groupby(level="origin").mean()
            rows.append(
                {
                    "method": part["method"].iloc[0],
                    "horizon": int(part["horizon"].iloc[0]),
                    "figures": len(part),
                    "mean_log_score": float(own.mean()),
                    "difference_from_last_value": float(difference.mean()),
                    "standard_error": float(by_origin.std() / np.sqrt(len(by_origin))),
                    "coverage": float(part["inside"].mean()),
                }
            )
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Say which method foretold best, by how much, and where it did not."""
        frame = self.to_frame()
        text = (
            f"Leave-future-out log scores over origins {self.settings.origins[0]} to "
            f"{self.settings.origins[-1]}. "
        )
        for horizon, part in frame.groupby("horizon", sort=True):
            ranked = part.sort_values("mean_log_score", ascending=False)
            told = ", ".join(
                f"{method.replace('_', ' ')} {score:.3f}"
                for method, score in zip(ranked["method"], ranked["mean_log_score"], strict=True)
            )
            text += f"{horizon} ahead: {told}. "
        return text + "A difference of 0.1 means the figure was given 10% more probability on average."


def score_forecasts(
    rates: RatesTable | pd.DataFrame,
    *,
    horizons: Iterable[int] = (1, 2, 3),
    origins: Iterable[int] | None = None,
    methods: Iterable[Method] = ("pooled", "last_value", "linear_trend"),
    draws: Mapping[int, RateDraws] | None = None,
    rate: RateKind = "computed",
    interval: float = 0.95,
    survival: float = WELSH_SURVIVAL,
) -> ForecastScores:
    """Answer which forecast gave the most probability to what was then published.

    Parameters
    ----------
    rates : RatesTable or DataFrame
    horizons : iterable of int
        Years ahead.
    origins : iterable of int, optional
        Last years of history; by default every year with six before it and one after.
    methods : iterable of str
        ``last_value`` is always scored, as the others are compared with it.
    draws : mapping of int to RateDraws, optional
        For each origin, draws of underlying rates of the years ahead from a model that saw no later year;
        scored as method ``model``, a Poisson count about each draw.
    rate, interval, survival
        As in :func:`forecast`.

    Returns
    -------
    ForecastScores
        Every method is scored on the same figures: those that all of them could forecast.

    Examples
    --------
    >>> import carerates as cr
    >>> rates = cr.load_rates("wales", years=range(2010, 2019))
    >>> scores = cr.trends.score_forecasts(rates, horizons=[1], origins=[2016, 2017]).to_frame()
    >>> scores.set_index("method")["difference_from_last_value"].round(2).to_dict()
    {'last_value': 0.0, 'linear_trend': -0.42, 'pooled': 0.12}
    """
    asked = tuple(dict.fromkeys((*methods, "last_value")))
    for method in asked:
        check_options(method, rate, 1)
    normal_quantile(interval)
    table = as_rates(rates)
    ahead = tuple(int(one) for one in horizons)
    if not ahead or min(ahead) < 1:
        raise ValueError(f"horizons must be whole years of 1 or more; these are {ahead}.")
    years = table.years
    chosen = tuple(sorted(origins)) if origins is not None else years[6:-1]
    chosen = tuple(one for one in chosen if any(one + step in years for step in ahead))
    if not chosen:
        raise TableError(
            f"No origin has enough years before and after it; the table holds {years[0]}-{years[-1]}."
        )
    whole = cut_panel(table, range(years[0], years[-1] + 1), rate)
    parts = []
    for origin in chosen:
        past = cut_history(table, origin, rate)
        for step in ahead:
            if origin + step in years:
                held = _held_out(whole, origin + step)
                scored = _score_methods(past, held, asked, step, interval, survival)
                if draws is not None and origin in draws:
                    scored.append(_score_draws(draws[origin], past, held, origin + step, interval))
                parts += [one.assign(origin=origin, horizon=step) for one in scored]
    frame = pd.concat(parts, ignore_index=True)
    key = ["origin", "horizon", "area_code"]
    complete = frame.groupby(key)["log_score"].transform(lambda one: one.notna().all())
    frame = frame[complete.astype(bool)].reset_index(drop=True)
    if frame.empty:
        raise TableError("No held-out figure could be forecast by every method; use fewer or more years.")
    told = f"origins {', '.join(map(str, chosen))} and horizons {', '.join(map(str, ahead))}"
    provenance = table.provenance.then(f"leave-future-out scores over {told}")
    return ForecastScores(ScoreSettings(ahead, chosen, rate, interval), frame, provenance)


def _held_out(whole: Panel, year: int) -> tuple[Floats, Floats, Floats]:
    """Return the held-out figure and its bounds, half a child wider than the counts they stand for."""
    at = whole.at(year)
    unit = 1e4 / whole.population[:, at] if whole.kind == "computed" else np.ones(len(whole.rates))
    low, high = whole.rates_low[:, at] - unit / 2, whole.rates_high[:, at] + unit / 2
    return whole.rates[:, at], low, high


def _score_methods(
    past: Panel,
    held: tuple[Floats, Floats, Floats],
    methods: tuple[str, ...],
    horizon: int,
    interval: float,
    survival: float,
) -> list[pd.DataFrame]:
    """Score each method on one held-out year."""
    from scipy.special import stdtrit

    figure, low, high = held
    logs = take_logs(past)
    scored = []
    for method in methods:
        found: Prediction = predict_logs(logs, past.children, horizon, method, survival)
        score = np.where(np.isfinite(figure), interval_log_mass(found, low, high), np.nan)
        half = stdtrit(found.freedom, 0.5 + interval / 2) * found.scale
        with np.errstate(divide="ignore"):
            inside = np.abs(np.log(figure) - found.location) <= half
        frame = past.labels[["area_code"]].assign(method=method, log_score=score, inside=inside)
        scored.append(frame.assign(log_score=frame["log_score"].where(np.isfinite(found.location))))
    return scored


def _score_draws(
    draws: RateDraws, past: Panel, held: tuple[Floats, Floats, Floats], year: int, interval: float
) -> pd.DataFrame:
    """Score a Poisson count about each draw of the underlying rate."""
    from scipy.special import pdtr

    figure, low, high = held
    score, inside = np.full(len(figure), np.nan), np.zeros(len(figure), dtype=bool)
    rates = draws.year(year)
    people = draws.population[:, draws.years.index(year)]
    for row, code in enumerate(past.labels["area_code"]):
        if code not in draws.area_codes or not np.isfinite(figure[row]):
            continue
        at = draws.area_codes.index(code)
        mean = rates[:, at] * people[at] / 1e4
        scale = people[at] / 1e4 if past.kind == "computed" else 1.0
        first, last = np.floor(low[row] * scale), np.floor(high[row] * scale)
        # pdtr(k, mean) is P(count <= k); below zero nothing lies
        under = pdtr(first, mean) if first >= 0 else np.zeros_like(mean)
        mass = (pdtr(last, mean) - under).mean()
        score[row] = np.log(max(mass, 1e-300))
        below = pdtr(np.floor(figure[row] * scale + 1e-6), mean).mean()
        inside[row] = (1 - interval) / 2 <= below <= 1 - (1 - interval) / 2
    return past.labels[["area_code"]].assign(method="model", log_score=score, inside=inside)
