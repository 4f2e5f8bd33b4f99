"""Is an area further from the target than chance allows?"""

from carerates.funnels.comparison import FunnelComparison, compare
from carerates.funnels.construction import funnel
from carerates.funnels.dispersion import DispersionReport
from carerates.funnels.power import chance_flags, power_table
from carerates.funnels.result import Funnel
from carerates.funnels.sensitivity import Sensitivity, vary_choices
from carerates.funnels.settings import FunnelSettings
from carerates.funnels.surveillance import ChartSettings, SeriesChart, chart_series

__all__ = [
    "ChartSettings",
    "DispersionReport",
    "Funnel",
    "FunnelComparison",
    "FunnelSettings",
    "Sensitivity",
    "SeriesChart",
    "chance_flags",
    "chart_series",
    "compare",
    "funnel",
    "power_table",
    "vary_choices",
]
