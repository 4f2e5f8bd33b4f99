"""Which model predicts figures it has not seen? Areas or the last year left out, models refitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from carerates.errors import ModelError
from carerates.models.counts import draw_counts, log_likelihood
from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array
from carerates.models.factor_columns import rates_with_factors
from carerates.models.fitting import fit
from carerates.models.results.posterior import Posterior
from carerates.models.spec import RateModel
from carerates.tables import RatesTable

LEVELS = (0.5, 0.8, 0.95)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """How well models predict held-out counts.

    Attributes
    ----------
    held_out : {"areas", "last year"}
        What was left out.
    models : dict of str to RateModel
        Models compared, by name.
    left_out : int
        Held-out counts that some model could not use (an area without its factor), left out for all.
    scores : DataFrame
        One row for each model and held-out count: ``model``, ``area_code``, ``year``, ``log_score``, and
        whether each interval covers the count (``inside_50``, ``inside_80``, ``inside_95``); ``checks`` of
        the refit that it was left out of.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.models import Comparison
    >>> scores = pd.DataFrame({"area_code": ["A", "B"] * 2, "model": ["plain"] * 2 + ["with need"] * 2,
    ...                        "log_score": [-4.2, -3.9, -4.0, -3.8], "inside_50": True, "inside_80": True,
    ...                        "inside_95": True, "checks": "passed"})
    >>> Comparison("areas", {}, 0, scores).to_frame()["model"].tolist()
    ['with need', 'plain']
    """

    held_out: str
    models: dict[str, RateModel]
    left_out: int
    scores: pd.DataFrame = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each model, best first.

        ``log_score`` is the mean log probability of a held-out count (higher is better);
        ``difference`` is from the best model, with ``standard_error`` over areas, whose counts go together;
        ``checks`` is ``"passed"`` if every refit of the model passed them.
        """
        by_area = self.scores.pivot_table(
            index="area_code", columns="model", values="log_score", aggfunc="sum"
        )
        counts = self.scores.groupby("model", sort=False).size()
        total = by_area.sum()
        best = str(total.idxmax())
        rows = []
        for name in total.sort_values(ascending=False).index:
            away = by_area[name] - by_area[best]
            mine = self.scores[self.scores["model"] == name]
            rows.append(
                {
                    "model": name,
                    "log_score": total[name] / counts[name],
                    "difference": away.sum() / counts[name],
                    "standard_error": float(away.std(ddof=1) * np.sqrt(len(away)) / counts[name]),
                    "counts": int(counts[name]),
                }
                | {f"coverage_{100 * level:g}": mine[f"inside_{100 * level:g}"].mean() for level in LEVELS}
                | {"checks": "passed" if (mine["checks"] == "passed").all() else "not passed"}
            )
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Say which model predicts best, and whether the difference is more than chance."""
        table = self.to_frame()
        best = table.iloc[0]
        text = (
            f"With {self.held_out} left out, '{best['model']}' predicts {int(best['counts'])} counts best "
            f"(mean log probability {best['log_score']:.3f}; its 95% intervals hold "
            f"{100 * best['coverage_95']:.0f}%)."
        )
        if self.left_out:
            text += f" {self.left_out} counts that some model could not use are left out for all."
        if len(table) > 1:
            second = table.iloc[1]
            text += (
                f" '{second['model']}' is {-second['difference']:.3f} behind, "
                f"give or take {second['standard_error']:.3f}."
            )
        if failed := table.loc[table["checks"] != "passed", "model"].tolist():
            text += f" NOT ALL CHECKS PASSED in refits of {', '.join(map(repr, failed))}: do not use these."
        return text


def compare_models(
    models: Mapping[str, RateModel],
    rates: RatesTable | pd.DataFrame,
    *,
    leave_out: Literal["areas", "last year"] = "areas",
    folds: int = 10,
    by: Literal["area", "region"] = "area",
    draws: int = 1000,
    seed: int = 1,
) -> Comparison:
    """Ask which model best predicts counts it has not seen.

    Parameters
    ----------
    models : mapping of str to RateModel
        Models by name.
    rates : RatesTable or DataFrame
        The figures.
    leave_out : {"areas", "last year"}
        Leave whole areas out in turn (are factors useful for an area without figures?), or the last year
        of every area (is the trend useful for the next year?).
    folds : int
        Groups of areas that are left out together.
    by : {"area", "region"}
        Spread areas over the folds singly, or keep regions together.  Areas of a nation without several
        regions (Wales) are spread singly either way: without any of them nothing is known of its level.
    draws, seed : int
        Joint draws of each refit, and the seed of folds and draws.

    Notes
    -----
    Every model is refitted without the held-out counts, by the Laplace engine.  Approximations that reuse one
    fit are unreliable here, because each area has an effect of its own.

    Examples
    --------
    >>> import carerates as cr
    >>> from carerates.models import compare_models
    >>> rates = cr.load_rates("wales", years=[2017, 2018]).select(area=["Cardiff", "Powys", "Conwy"])
    >>> model = cr.RateModel(time="linear", area_time="none")
    >>> found = compare_models({"as it is": model}, rates, folds=2, draws=200)
    >>> found.held_out
    'areas'
    """
    if not isinstance(models, Mapping):
        raise TypeError(f"models gives models by name, {{'plain': RateModel()}}; this is {models!r}.")
    if not models:
        raise ValueError("models is empty; give at least one, such as {'plain': RateModel()}.")
    table = rates_with_factors(rates, [name for model in models.values() for name in model.factors])
    masks = _masks(table, leave_out, folds, by, seed)
    frames = []
    for name, model in models.items():
        for number, mask in enumerate(masks):
            fitted = fit(model, _without(table, mask), draws=draws, seed=seed)
            scores = _scores(fitted.design, fitted.posterior, table, mask, seed + number)
            frames.append(scores.assign(model=name, checks=fitted.checks))
    scores = pd.concat(frames, ignore_index=True)
    key = ["area_code", "year"]
    shared = scores.groupby(key)["model"].transform("size") == len(models)
    left_out = len(scores.loc[~shared, key].drop_duplicates())
    if not shared.any():
        raise ModelError("No held-out count can be used by every model; check which areas have each factor.")
    return Comparison(leave_out, dict(models), left_out, scores[shared].reset_index(drop=True))


def _masks(table: RatesTable, leave_out: str, folds: int, by: str, seed: int) -> list[Array]:
    """Return which rows are left out of each refit."""
    frame = table.to_frame()
    columns = ["children_low", "children_high", "population"]
    known = frame[columns].notna().all(axis=1).to_numpy()
    if leave_out == "last year":
        years = frame.loc[known, "year"]
        if years.nunique() < 3:
            raise ModelError("Leaving the last year out needs counts of at least 3 years.")
        return [known & (frame["year"] == years.max()).to_numpy()]
    if leave_out != "areas":
        raise ValueError(f"leave_out is 'areas' or 'last year', not {leave_out!r}.")
    if by not in ("area", "region"):
        raise ValueError(f"by is 'area' or 'region', not {by!r}.")
    if isinstance(folds, bool) or not isinstance(folds, (int, np.integer)) or folds < 2:
        raise ValueError(f"folds is at least 2, a whole number; this is {folds!r}.")
    unit = frame["area_code"] if by == "area" else _regions(frame)
    labels = sorted(unit.unique())
    order = np.random.default_rng([seed, 4]).permutation(len(labels))
    fold = dict(zip(labels, order % min(folds, len(labels)), strict=True))
    of_row = unit.map(fold).to_numpy()
    return [known & (of_row == number) for number in range(min(folds, len(labels)))]


def _regions(frame: pd.DataFrame) -> pd.Series:
    """Return the region that each row is left out with, or its area where the nation has no several regions.

    A nation that is left out whole has nothing to say of its level, so that none could be predicted.
    """
    regions_of_nation = frame.groupby(frame["nation"].fillna(""))["region"].transform("nunique")
    if not (regions_of_nation > 1).any():
        raise ModelError("No nation here has several regions to leave out in turn; use by='area'.")
    return frame["region"].where(regions_of_nation > 1).fillna(frame["area_code"])


def _without(table: RatesTable, mask: Array) -> RatesTable:
    """Return the table without the counts of some rows."""
    frame = table.to_frame()
    for name in ("children", "children_low", "children_high"):
        frame.loc[mask, name] = np.nan
    frame.loc[mask, "status"] = "not_available"
    step = f"{int(mask.sum())} counts held out"
    return RatesTable(frame, table.provenance.then(step), table.factors, table.measure)


def _scores(design: Design, posterior: Posterior, table: RatesTable, mask: Array, seed: int) -> pd.DataFrame:
    """Score held-out counts by their log predictive probability, with the coverage of intervals."""
    from carerates.models.counts import Counts

    held = table.to_frame()[mask]
    held = held[held["area_code"].isin(design.panel.area_codes)]
    rows = pd.Index(design.panel.area_codes).get_indexer(pd.Index(held["area_code"]))
    columns = held["year"].to_numpy() - design.panel.years[0]
    eta = posterior.log_rates(design, noise=True)[:, rows, columns]
    eta = eta + np.log(held["population"].to_numpy(dtype=float))
    binomial = design.model.likelihood == "binomial"
    trials = held["population"].to_numpy(dtype=float) if binomial else None
    counts = Counts.between(
        held["children_low"].to_numpy(dtype=float), held["children_high"].to_numpy(dtype=float), trials
    )
    inside_counts = design.model.likelihood == "negative_binomial"
    noise = posterior.spreads["noise"] if inside_counts else np.zeros(posterior.draws)
    values = np.stack([log_likelihood(one, counts, float(at))[0] for one, at in zip(eta, noise, strict=True)])
    result = pd.DataFrame(
        {
            "area_code": held["area_code"].to_numpy(),
            "year": held["year"].to_numpy(),
            "log_score": logsumexp(values, axis=0) - np.log(len(values)),
        }
    )
    drawn = draw_counts(eta, noise[:, None], np.random.default_rng([seed, 5]), trials)
    for level in LEVELS:
        lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
        result[f"inside_{100 * level:g}"] = (counts.high >= lower) & (counts.low <= upper)
    return result
