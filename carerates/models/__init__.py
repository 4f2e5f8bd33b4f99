"""What is each area's underlying rate, given its circumstances?"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# name -> module that defines it, loaded when first used
_PUBLIC = {
    "Adjustment": "carerates.models.adjustment_result",
    "AdjustmentSettings": "carerates.models.adjustment_settings",
    "adjust": "carerates.models.adjustment",
    "FittedRates": "carerates.models.fitted",
    "RateModel": "carerates.models.spec",
    "Priors": "carerates.models.priors",
    "Normal": "carerates.models.priors",
    "HalfNormal": "carerates.models.priors",
    "LogNormal": "carerates.models.priors",
    "Beta": "carerates.models.priors",
    "LKJ": "carerates.models.priors",
    "spread": "carerates.models.priors",
    "fit": "carerates.models.fitting",
    "Diagnostics": "carerates.models.diagnostics",
}

if TYPE_CHECKING:
    from carerates.models.adjustment import adjust
    from carerates.models.adjustment_result import Adjustment
    from carerates.models.adjustment_settings import AdjustmentSettings
    from carerates.models.diagnostics import Diagnostics
    from carerates.models.fitted import FittedRates
    from carerates.models.fitting import fit
    from carerates.models.priors import LKJ, Beta, HalfNormal, LogNormal, Normal, Priors, spread
    from carerates.models.spec import RateModel

__all__ = [
    "LKJ",
    "Adjustment",
    "AdjustmentSettings",
    "Beta",
    "Diagnostics",
    "FittedRates",
    "HalfNormal",
    "LogNormal",
    "Normal",
    "Priors",
    "RateModel",
    "adjust",
    "fit",
    "spread",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the public name stands for
    if name not in _PUBLIC:
        raise AttributeError(f"module 'carerates.models' has no attribute {name!r}")
    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *_PUBLIC})
