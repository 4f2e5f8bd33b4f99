"""carerates: comparisons of looked-after-children rates that hold up.

Public names are loaded when first used, so that ``import carerates`` stays quick and light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# name -> module that defines it; the one list of what users may rely on
_PUBLIC = {
    "RatesTable": "carerates.tables",
    "FactorsTable": "carerates.tables",
    "Factor": "carerates.tables",
    "as_rates": "carerates.tables",
    "Adjustment": "carerates.models",
    "adjust": "carerates.models",
    "RateModel": "carerates.models",
    "FittedRates": "carerates.models",
    "Priors": "carerates.models",
    "fit": "carerates.models",
    "load_rates": "carerates.sources",
    "load_factors": "carerates.sources",
    "load_boundaries": "carerates.sources",
    "read_rates": "carerates.sources",
    "compare_vintages": "carerates.sources",
    "Funnel": "carerates.funnels",
    "funnel": "carerates.funnels",
    "plot": "carerates.charts",
    "report": "carerates.reports",
    "area_page": "carerates.reports",
    "publish": "carerates.reports",
    "verify": "carerates.reports",
    "CareratesError": "carerates.errors",
    "SourceError": "carerates.errors",
    "TableError": "carerates.errors",
    "AreaError": "carerates.errors",
    "ModelError": "carerates.errors",
    "OutputError": "carerates.errors",
    "MissingExtraError": "carerates.errors",
    "CareratesWarning": "carerates.errors",
    "change": "carerates.trends",
    "classify": "carerates.trends",
    "rules": "carerates.trends",
    "similar_areas": "carerates.peers",
    "contrasting_pairs": "carerates.peers",
    "select_cases": "carerates.peers",
}
# folders that are part of the public face as they stand: cr.areas.find(...), cr.survey...
_FOLDERS = (
    "areas",
    "audit",
    "charts",
    "funnels",
    "models",
    "peers",
    "reports",
    "sources",
    "survey",
    "tables",
    "trends",
)

if TYPE_CHECKING:
    from carerates.charts import plot
    from carerates.errors import (
        AreaError,
        CareratesError,
        CareratesWarning,
        MissingExtraError,
        ModelError,
        OutputError,
        SourceError,
        TableError,
    )
    from carerates.funnels import Funnel, funnel
    from carerates.models import Adjustment, FittedRates, Priors, RateModel, adjust, fit
    from carerates.peers import contrasting_pairs, select_cases, similar_areas
    from carerates.reports import area_page, publish, report, verify
    from carerates.sources import compare_vintages, load_boundaries, load_factors, load_rates, read_rates
    from carerates.tables import Factor, FactorsTable, RatesTable, as_rates
    from carerates.trends import change, classify, rules

__all__ = [
    "Adjustment",
    "AreaError",
    "CareratesError",
    "CareratesWarning",
    "Factor",
    "FactorsTable",
    "FittedRates",
    "Funnel",
    "MissingExtraError",
    "ModelError",
    "OutputError",
    "Priors",
    "RateModel",
    "RatesTable",
    "SourceError",
    "TableError",
    "__version__",
    "adjust",
    "area_page",
    "as_rates",
    "change",
    "classify",
    "compare_vintages",
    "contrasting_pairs",
    "fit",
    "funnel",
    "load_boundaries",
    "load_factors",
    "load_rates",
    "plot",
    "publish",
    "read_rates",
    "report",
    "rules",
    "select_cases",
    "similar_areas",
    "verify",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the public name stands for
    if name in _PUBLIC:
        value = getattr(import_module(_PUBLIC[name]), name)
    elif name in _FOLDERS:
        value = import_module(f"carerates.{name}")
    else:
        raise AttributeError(f"module 'carerates' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *_PUBLIC, *_FOLDERS})
