"""StatsWales, the Welsh Government's statistics: its present API, and files saved from the old site."""

from carerates.sources.statswales.client import StatsWales
from carerates.sources.statswales.cubes import Cube, read_cube
from carerates.sources.statswales.legacy import read_legacy
from carerates.sources.statswales.pivots import read_pivot

__all__ = ["Cube", "StatsWales", "read_cube", "read_legacy", "read_pivot"]
