"""How has a rate changed, and which areas are increasing, decreasing or stable?"""

from carerates.trends import rules
from carerates.trends.breaks import KNOWN_BREAKS, SeriesBreak
from carerates.trends.calibration import ClassCalibration, calibrate_classes
from carerates.trends.changes import change
from carerates.trends.classes import classify
from carerates.trends.classification import Classification
from carerates.trends.comparison import Change
from carerates.trends.criteria import Rule
from carerates.trends.events import AreaEvents, follow_area
from carerates.trends.flows import StockFlow, account_flows
from carerates.trends.forecasts import Forecast, forecast
from carerates.trends.ranks import Ranks, rank_draws, rank_normals
from carerates.trends.reversion import Reversion, regression_to_mean
from carerates.trends.robustness import Sensitivity, sensitivity
from carerates.trends.scores import ForecastScores, score_forecasts
from carerates.trends.spans import Windows, windows
from carerates.trends.turning import TurningPoints, turning_points

__all__ = [
    "KNOWN_BREAKS",
    "AreaEvents",
    "Change",
    "ClassCalibration",
    "Classification",
    "Forecast",
    "ForecastScores",
    "Ranks",
    "Reversion",
    "Rule",
    "Sensitivity",
    "SeriesBreak",
    "StockFlow",
    "TurningPoints",
    "Windows",
    "account_flows",
    "calibrate_classes",
    "change",
    "classify",
    "follow_area",
    "forecast",
    "rank_draws",
    "rank_normals",
    "regression_to_mean",
    "rules",
    "score_forecasts",
    "sensitivity",
    "turning_points",
    "windows",
]
