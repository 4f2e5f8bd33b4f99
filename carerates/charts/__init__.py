"""Results to matplotlib axes; nothing is computed here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.charts.funnels import draw_funnel
    from carerates.charts.interactive import interactive_funnel
    from carerates.charts.multiples import draw_funnels
    from carerates.charts.paths import draw_course, draw_path

# name of a result's class -> name of a chart -> (module, function); the first chart is the usual one.
# Modules load when first used.
_DRAWN_BY: dict[str, dict[str, tuple[str, str]]] = {
    "Funnel": {
        "funnel": ("carerates.charts.funnels", "draw_funnel"),
        "multiples": ("carerates.charts.multiples", "draw_funnels"),
        "path": ("carerates.charts.paths", "draw_path"),
        "course": ("carerates.charts.paths", "draw_course"),
    },
    "Adjustment": {"expected": ("carerates.charts.adjusted", "draw_adjustment")},
    "Change": {
        "change": ("carerates.charts.changes", "draw_change"),
        "dumbbells": ("carerates.charts.slopes", "draw_dumbbells"),
    },
    "Forecast": {"forecast": ("carerates.charts.forecasts", "draw_forecast")},
    "ForecastScores": {"scores": ("carerates.charts.forecasts", "draw_scores")},
    "Prediction": {"prediction": ("carerates.charts.forecasts", "draw_prediction")},
    "AreaEvents": {"events": ("carerates.charts.overlays", "draw_events")},
    "ClassCalibration": {"calibration": ("carerates.charts.calibrations", "draw_calibration")},
    "Classification": {
        "classes": ("carerates.charts.classes", "draw_classes"),
        "chances": ("carerates.charts.classes", "draw_class_chances"),
        "ranking": ("carerates.charts.rankings", "draw_ranking"),
    },
    "FittedRates": {
        "caterpillar": ("carerates.charts.rankings", "draw_caterpillar"),
        "shrinkage": ("carerates.charts.fitted", "draw_shrinkage"),
        "gradient": ("carerates.charts.fitted", "draw_gradient"),
        "explained": ("carerates.charts.fitted", "draw_explained"),
        "trends": ("carerates.charts.courses", "draw_trends"),
        "ratios": ("carerates.charts.tiles", "draw_ratios"),
        "priors": ("carerates.charts.learned", "draw_priors"),
        "predictive": ("carerates.charts.predictive", "draw_predictive"),
    },
    "RatesTable": {"trends": ("carerates.charts.courses", "draw_trends")},
    "Responses": {"likert": ("carerates.charts.answers", "draw_likert")},
    "FactorAnalysis": {"loadings": ("carerates.charts.loadings", "draw_loadings")},
    "OddsRatios": {"odds": ("carerates.charts.answers", "draw_odds")},
    # several folders have a Comparison, so this one is known by its folder too
    "survey.Comparison": {"profile": ("carerates.charts.answers", "draw_profile")},
    "SelfEvaluation": {"themes": ("carerates.charts.evaluations", "draw_evaluation")},
    "Sensitivity": {"labels": ("carerates.charts.robustness", "draw_sensitivity")},
    "Windows": {"windows": ("carerates.charts.robustness", "draw_windows")},
    "Reversion": {"reversion": ("carerates.charts.movements", "draw_reversion")},
    "TurningPoints": {"turning_points": ("carerates.charts.movements", "draw_turning_points")},
    "StockFlow": {"flows": ("carerates.charts.movements", "draw_flows")},
    "FittedFlows": {"steady": ("carerates.charts.stocks", "draw_steady")},
    "StockForecast": {"stocks": ("carerates.charts.stocks", "draw_stock_forecast")},
    "SeriesChart": {"series": ("carerates.charts.series", "draw_series")},
    "SimilarAreas": {"neighbours": ("carerates.charts.neighbours", "draw_neighbours")},
    "ContrastingPairs": {"pairs": ("carerates.charts.slopes", "draw_pairs")},
}
_ALSO = {"interactive_funnel": "carerates.charts.interactive"}
_PUBLIC = {function: module for charts in _DRAWN_BY.values() for module, function in charts.values()} | _ALSO

__all__ = ["draw_course", "draw_funnel", "draw_funnels", "draw_path", "interactive_funnel", "plot"]


def plot(
    result: object,
    ax: Axes | None = None,
    *,
    chart: str | None = None,
    **looks: Any,  # noqa: ANN401 - each chart has its own looks
) -> Axes:
    """Draw any result.

    Parameters
    ----------
    result : Funnel, Adjustment, Change, ...
        What a method of carerates gave.
    ax : Axes, optional
        Where to draw; a new figure of the house size when not given.
    chart : str, optional
        Which of the charts of that result; the usual one, named first here, when not given.  A funnel:
        ``"funnel"``, ``"multiples"`` (usual with ``by=``), ``"path"``, ``"course"``.  A change: ``"change"``,
        ``"dumbbells"``.  A classification: ``"classes"``, ``"chances"``, ``"ranking"``.  A fit:
        ``"caterpillar"``, ``"shrinkage"``, ``"gradient"``, ``"explained"``, ``"trends"``, ``"ratios"`` (a map
        of tiles), ``"priors"``, ``"predictive"``.
    **looks
        Options of that chart, such as ``headline=``; none of them alters a number.

    Returns
    -------
    Axes
        ``plot(result).figure.savefig("chart.png")`` writes it.  The first of them for a chart of several.

    Raises
    ------
    TypeError
        If there is no chart for that kind of result.
    ValueError
        If there is no chart of that name for it.

    Examples
    --------
    >>> import carerates as cr
    >>> funnel = cr.funnel(cr.load_rates("wales", years=[2018]))
    >>> cr.plot(funnel, headline="Rates differ by more than chance").get_xlabel()
    'Children aged 0-17 (population)'
    """
    kind = type(result).__name__
    if kind not in _DRAWN_BY:
        folder = [*type(result).__module__.split("."), ""][1]
        kind = f"{folder}.{kind}" if f"{folder}.{kind}" in _DRAWN_BY else kind
    if kind not in _DRAWN_BY:
        raise TypeError(f"There is no chart for a {kind}; there are charts for: {', '.join(_DRAWN_BY)}.")
    charts = _DRAWN_BY[kind]
    name = chart if chart is not None else _usual_chart(result, charts, looks)
    if name not in charts:
        raise ValueError(f"There is no chart {name!r} of a {kind}; there are: {', '.join(charts)}.")
    module, function = charts[name]
    if ax is not None:
        looks["ax"] = ax
    drawn = getattr(import_module(module), function)(result, **looks)
    first: Axes = drawn[0] if isinstance(drawn, (list, tuple)) else drawn
    if ax is None and hasattr(result, "text_alternative"):
        # the chart carries its own words, which a notebook hands on to those who do not see it
        first.figure.alternative = result.text_alternative(looks.get("lang", "en"))  # type: ignore[union-attr]
    return first


def _usual_chart(result: object, charts: dict[str, tuple[str, str]], looks: dict[str, Any]) -> str:
    """Return the name of the chart that a result is usually drawn as."""
    if "multiples" in charts and "group" not in looks and len(getattr(result, "groups", ())) > 1:
        return "multiples"
    return next(iter(charts))


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the public name stands for
    if name not in _PUBLIC:
        raise AttributeError(f"module 'carerates.charts' has no attribute {name!r}")
    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *_PUBLIC})
