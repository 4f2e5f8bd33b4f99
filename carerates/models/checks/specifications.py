"""Do the answers hold under other choices that could as well have been made?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from carerates.models.checks.held_out import compare_models
from carerates.models.checks.sensitivity import scaled_priors, top_priors
from carerates.models.factor_columns import rates_with_factors
from carerates.models.fitting import fit
from carerates.models.spec import RateModel
from carerates.tables import RatesTable


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """One specification: its name, what differs, the model and the figures."""

    name: str
    changed: str
    model: RateModel
    rates: RatesTable


def specification_table(
    model: RateModel,
    rates: RatesTable | pd.DataFrame,
    *,
    factor: str | None = None,
    measures: Iterable[str] = (),
    windows: Iterable[tuple[int, int]] = (),
    without: Iterable[str] = (),
    prior_scales: Sequence[float] = (0.5, 2.0),
    folds: int = 5,
    seed: int = 1,
) -> pd.DataFrame:
    """Ask whether a factor's association and the fit hold under other defensible choices.

    Parameters
    ----------
    model : RateModel
        The specification chosen.
    rates : RatesTable or DataFrame
        The figures, with every measure joined.
    factor : str, optional
        Factor whose rate ratio is followed; the model's first by default.
    measures : iterable of str
        Other columns that could measure the factor, put in its place one at a time.
    windows : iterable of (int, int)
        First and last years to use instead.
    without : iterable of str
        Codes of areas to leave out, one at a time.
    prior_scales : sequence of float
        Factors by which the scale of each top-level prior is multiplied, one at a time.
    folds : int
        Groups of areas left out in turn for the held-out score; 0 for no score.
    seed : int
        Seed of every fit, so that differences are not chance.

    Returns
    -------
    DataFrame
        One row for each specification, the chosen one first: ``specification``, ``changed``, ``areas``,
        ``counts``, ``rate_ratio`` of one standard deviation of the factor with ``rate_ratio_lower_95`` and
        ``rate_ratio_upper_95``, ``sd_area``, ``log_score`` (mean log probability of a held-out count, areas
        left out) with ``log_score_standard_error``, and ``checks``.  Scores of other windows or fewer areas
        are of other counts.

    Notes
    -----
    Every specification is fitted and, for the score, refitted by the Laplace engine: nothing is reweighted.

    Examples
    --------
    >>> import carerates as cr
    >>> from carerates.models import specification_table
    >>> need = cr.load_factors(["deprivation"], nations="wales")
    >>> areas = ["Cardiff", "Powys", "Conwy", "Swansea", "Gwynedd"]
    >>> panel = cr.load_rates("wales", years=[2017, 2018]).select(area=areas).join(need)
    >>> model = cr.RateModel(factors=["deprivation"], time="linear", area_time="none")
    >>> table = specification_table(model, panel, prior_scales=[], folds=2)
    >>> table["specification"].tolist()
    ['as chosen']
    """
    measures = tuple(measures)
    table = rates_with_factors(rates, [*model.factors, *measures])
    followed = factor or (model.factors[0] if model.factors else None)
    if followed is not None and followed not in model.factors:
        raise ValueError(f"factor is one of {', '.join(model.factors) or '(none)'}, not {followed!r}.")
    choices = _choices(model, table, followed, measures, windows, without, prior_scales)
    return pd.DataFrame([_row(choice, model, followed, folds, seed) for choice in choices])


def _choices(
    model: RateModel,
    table: RatesTable,
    followed: str | None,
    measures: Iterable[str],
    windows: Iterable[tuple[int, int]],
    without: Iterable[str],
    prior_scales: Sequence[float],
) -> list[_Choice]:
    """Return every specification, refusing what the table does not hold."""
    frame = table.to_frame()
    problems: list[str] = []
    choices = [_Choice("as chosen", "nothing", model, table)]
    for measure in measures:
        if followed is None:
            problems.append(f"measure {measure} replaces no factor, for the model has none")
        elif measure not in frame:
            problems.append(f"the table has no column {measure}")
        else:
            names = [measure if one == followed else one for one in model.factors]
            given = model.priors.by_factor
            moved = {measure if one == followed else one: prior for one, prior in given.items()}
            changed = model.replace(factors=names, priors=replace(model.priors, by_factor=moved))
            choices.append(_Choice(f"{measure} for {followed}", "measure", changed, table))
    for first, last in windows:
        kept = frame[frame["year"].between(first, last)]
        if kept.empty:
            problems.append(f"the table has no year from {first} to {last}")
            continue
        span = f"{first} to {last}"
        choices.append(_Choice(span, "window", model, _kept(table, kept, f"years {span}")))
    for area in without:
        if area not in table.areas:
            problems.append(f"the table has no area {area}")
            continue
        kept = frame[frame["area_code"] != area]
        choices.append(_Choice(f"without {area}", "areas", model, _kept(table, kept, f"left out {area}")))
    for name in top_priors(model, table):
        choices += [
            _Choice(
                f"prior of {name} times {scale:g}",
                "prior",
                model.replace(priors=scaled_priors(model.priors, name, scale)),
                table,
            )
            for scale in prior_scales
        ]
    if problems:
        raise ValueError("These specifications cannot be made: " + "; ".join(problems) + ".")
    return choices


def _kept(table: RatesTable, frame: pd.DataFrame, step: str) -> RatesTable:
    """Return a table of some rows."""
    return RatesTable(frame, table.provenance.then(step), table.factors, table.measure)


def _row(
    choice: _Choice, chosen: RateModel, followed: str | None, folds: int, seed: int
) -> dict[str, object]:
    """Fit one specification and return its row."""
    fitted = fit(choice.model, choice.rates, seed=seed)
    row: dict[str, object] = {
        "specification": choice.name,
        "changed": choice.changed,
        "areas": fitted.design.shape[0],
        "counts": len(fitted.design.observed),
    }
    if followed is not None:
        name = choice.model.factors[chosen.factors.index(followed)]
        coefficient = fitted.coefficients().set_index("name").loc[name].to_dict()
        wanted = ("rate_ratio", "rate_ratio_lower_95", "rate_ratio_upper_95")
        row |= {key: float(coefficient[key]) for key in wanted}
    if "sd_area" in fitted.posterior.spreads:
        row["sd_area"] = float(np.median(fitted.posterior.spreads["sd_area"]))
    if folds:
        scores = compare_models({"one": choice.model}, choice.rates, folds=folds, seed=seed).scores
        by_area = scores.groupby("area_code")["log_score"].sum()
        row["log_score"] = float(scores["log_score"].mean())
        row["log_score_standard_error"] = float(by_area.std(ddof=1) * np.sqrt(len(by_area)) / len(scores))
    return row | {"checks": fitted.checks}
