"""What is each area's underlying rate, given its circumstances?"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# name -> module that defines it, loaded when first used
_PUBLIC = {
    "Adjustment": "carerates.models.adjustment.result",
    "AdjustmentSettings": "carerates.models.adjustment.settings",
    "adjust": "carerates.models.adjustment.fitting",
    "FittedRates": "carerates.models.results.fitted",
    "RateModel": "carerates.models.spec",
    "Priors": "carerates.models.priors",
    "Normal": "carerates.models.priors",
    "HalfNormal": "carerates.models.priors",
    "LogNormal": "carerates.models.priors",
    "Beta": "carerates.models.priors",
    "LKJ": "carerates.models.priors",
    "spread": "carerates.models.priors",
    "fit": "carerates.models.fitting",
    "Diagnostics": "carerates.models.checks.diagnostics",
    "compare_models": "carerates.models.checks.held_out",
    "Comparison": "carerates.models.checks.held_out",
    "prior_sensitivity": "carerates.models.checks.sensitivity",
    "without_each_area": "carerates.models.checks.sensitivity",
    "Prediction": "carerates.models.results.prediction",
    "narrow_to_totals": "carerates.models.design.totals",
    "specification_table": "carerates.models.checks.specifications",
    "check_prior": "carerates.models.checks.prior",
    "PriorCheck": "carerates.models.checks.prior",
    "PredictiveChecks": "carerates.models.checks.predictive",
    "check_predictions": "carerates.models.checks.predictive",
    "StockFlowModel": "carerates.models.stock_flow.specification",
    "fit_flows": "carerates.models.stock_flow.fitting",
    "FittedFlows": "carerates.models.stock_flow.result",
    "StockForecast": "carerates.models.stock_flow.forecast",
}

if TYPE_CHECKING:
    from carerates.models.adjustment.fitting import adjust
    from carerates.models.adjustment.result import Adjustment
    from carerates.models.adjustment.settings import AdjustmentSettings
    from carerates.models.checks.diagnostics import Diagnostics
    from carerates.models.checks.held_out import Comparison, compare_models
    from carerates.models.checks.predictive import PredictiveChecks, check_predictions
    from carerates.models.checks.prior import PriorCheck, check_prior
    from carerates.models.checks.sensitivity import prior_sensitivity, without_each_area
    from carerates.models.checks.specifications import specification_table
    from carerates.models.design.totals import narrow_to_totals
    from carerates.models.fitting import fit
    from carerates.models.priors import LKJ, Beta, HalfNormal, LogNormal, Normal, Priors, spread
    from carerates.models.results.fitted import FittedRates
    from carerates.models.results.prediction import Prediction
    from carerates.models.spec import RateModel
    from carerates.models.stock_flow.fitting import fit_flows
    from carerates.models.stock_flow.forecast import StockForecast
    from carerates.models.stock_flow.result import FittedFlows
    from carerates.models.stock_flow.specification import StockFlowModel

__all__ = [
    "LKJ",
    "Adjustment",
    "AdjustmentSettings",
    "Beta",
    "Comparison",
    "Diagnostics",
    "FittedFlows",
    "FittedRates",
    "HalfNormal",
    "LogNormal",
    "Normal",
    "Prediction",
    "PredictiveChecks",
    "PriorCheck",
    "Priors",
    "RateModel",
    "StockFlowModel",
    "StockForecast",
    "adjust",
    "check_predictions",
    "check_prior",
    "compare_models",
    "fit",
    "fit_flows",
    "narrow_to_totals",
    "prior_sensitivity",
    "specification_table",
    "spread",
    "without_each_area",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the public name stands for
    if name not in _PUBLIC:
        raise AttributeError(f"module 'carerates.models' has no attribute {name!r}")
    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *_PUBLIC})
