"""Do published statistics agree with themselves?

Every check takes figures as they were printed and asks whether unrounded values exist that would be
printed exactly so.  A check never blames a publication for its rounding; what it flags cannot be right
in any way.  Each returns a :class:`Finding` with the arithmetic and the values that would fit.
"""

from carerates.audit.arithmetic import check_df, check_mean, check_pooled_mean, check_sum
from carerates.audit.changes import check_change, check_changes
from carerates.audit.chi_squared import check_chi2
from carerates.audit.figures import Figure, read_figure
from carerates.audit.files import CheckedFile, check_file, check_table
from carerates.audit.finding import Finding
from carerates.audit.odds_ratios import check_odds_ratio
from carerates.audit.percentages import check_item, check_percent, feasible_n
from carerates.audit.rates import check_rate
from carerates.audit.series import check_date, check_window
from carerates.audit.t_tests import check_gaps, check_t, check_t_from_summary

__all__ = [
    "CheckedFile",
    "Figure",
    "Finding",
    "check_change",
    "check_changes",
    "check_chi2",
    "check_date",
    "check_df",
    "check_file",
    "check_gaps",
    "check_item",
    "check_mean",
    "check_odds_ratio",
    "check_percent",
    "check_pooled_mean",
    "check_rate",
    "check_sum",
    "check_t",
    "check_t_from_summary",
    "check_table",
    "check_window",
    "feasible_n",
    "read_figure",
]
