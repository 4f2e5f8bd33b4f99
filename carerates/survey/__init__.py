"""Respondents' answers to scales, comparisons, and one row per area to join.

A survey compares groups of areas through their respondents, and respondents of one area resemble each
other: every comparison here takes areas as the units unless a published analysis is to be reproduced.
"""

from carerates.survey import scales, self_evaluation, synthetic
from carerates.survey.area_factors import area_factors
from carerates.survey.comparisons import Comparison, compare_groups, leave_out_areas
from carerates.survey.eigenvalues import ParallelAnalysis, parallel_analysis
from carerates.survey.factor_analysis import FactorAnalysis, analyse_correlations, analyse_factors
from carerates.survey.gaps import GapsComparison, compare_gaps
from carerates.survey.odds import OddsRatios, explain_group
from carerates.survey.planning import Power, simulate_power
from carerates.survey.reliability import Reliability, assess_reliability
from carerates.survey.responses import Responses, as_responses
from carerates.survey.scale_files import read_scales
from carerates.survey.scales import Item, Scale, ScaleSet
from carerates.survey.scoring import Scores, score
from carerates.survey.self_evaluation import SelfEvaluation, evaluate_areas
from carerates.survey.shares import SharesComparison, compare_shares

__all__ = [
    "Comparison",
    "FactorAnalysis",
    "GapsComparison",
    "Item",
    "OddsRatios",
    "ParallelAnalysis",
    "Power",
    "Reliability",
    "Responses",
    "Scale",
    "ScaleSet",
    "Scores",
    "SelfEvaluation",
    "SharesComparison",
    "analyse_correlations",
    "analyse_factors",
    "area_factors",
    "as_responses",
    "assess_reliability",
    "compare_gaps",
    "compare_groups",
    "compare_shares",
    "evaluate_areas",
    "explain_group",
    "leave_out_areas",
    "parallel_analysis",
    "read_scales",
    "scales",
    "score",
    "self_evaluation",
    "simulate_power",
    "synthetic",
]
