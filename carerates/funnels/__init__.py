"""Is an area further from the target than chance allows?"""

from carerates.funnels.construction import funnel
from carerates.funnels.dispersion import DispersionReport
from carerates.funnels.result import Funnel
from carerates.funnels.settings import FunnelSettings

__all__ = ["DispersionReport", "Funnel", "FunnelSettings", "funnel"]
