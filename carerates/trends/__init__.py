"""How has a rate changed, and which areas are increasing, decreasing or stable?"""

from carerates.trends import rules
from carerates.trends.breaks import KNOWN_BREAKS, SeriesBreak
from carerates.trends.changes import Change, change
from carerates.trends.classes import Classification, classify
from carerates.trends.ranks import Ranks, rank_draws, rank_normals
from carerates.trends.reversion import Reversion, regression_to_mean
from carerates.trends.robustness import Sensitivity, sensitivity
from carerates.trends.rules import Rule
from carerates.trends.spans import Windows, windows

__all__ = [
    "KNOWN_BREAKS",
    "Change",
    "Classification",
    "Ranks",
    "Reversion",
    "Rule",
    "Sensitivity",
    "SeriesBreak",
    "Windows",
    "change",
    "classify",
    "rank_draws",
    "rank_normals",
    "regression_to_mean",
    "rules",
    "sensitivity",
    "windows",
]
