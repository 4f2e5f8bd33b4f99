"""Figures that Forrester et al. (2021) and Wood and Forrester (2023) print; invented surveys fit them.

Tables 1 to 3, 5 and 6, footnotes 13 and 16 to 18 of the report, and the odds ratios of the conference
abstract.
Sizes of single authorities, and of groups where the report gives none, are invented; see :data:`ANSWERED`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

INCREASING = {
    "W06000001": 22,
    "W06000002": 38,
    "W06000006": 41,
    "W06000023": 48,
    "W06000014": 40,
    "W06000015": 88,
    "W06000024": 24,
    "W06000018": 52,
    "W06000020": 34,
    "W06000021": 26,
}
DECREASING = {"W06000010": 38, "W06000012": 32}
OTHER = {
    "W06000019": 24,
    "W06000013": 45,
    "W06000008": 18,
    "W06000003": 30,
    "W06000004": 28,
    "W06000005": 36,
    "W06000022": 42,
    "W06000009": 26,
    "W06000016": 40,
    "W06000011": 20,
}
LEADERS = {"increasing": 35, "decreasing": 8, "other": 31}
"""74 leaders, 8 of them in areas with decreasing rates, are printed; the other two figures are assumed."""

ANSWERED = {
    # scale: respondents with a score in increasing, decreasing and other areas, leaders in other areas;
    # the sums follow from degrees of freedom, the split of the decreasing areas from footnote 18
    "case_1_risk": (409, 70, 307, 31),
    "case_2_risk": (392, 66, 291, 27),
    "against_removal": (374, 62, 272, 23),
    "confidence_in_la": (373, 62, 272, 23),
    "cuts_to_services": (373, 62, 272, 23),
    "support_for_practice": (373, 62, 272, 23),
    "community_agencies": (373, 62, 272, 23),
    "favour_reunification": (372, 62, 271, 23),
    "positive_foster_care": (369, 61, 273, 23),
    "workers_and_managers": (364, 60, 270, 22),
    "courts": (363, 60, 268, 22),
    "parental_factors": (358, 59, 264, 21),
}

RATE_IN_WALES = (49, 424, 199, 25, 0)
RATE_IN_OWN_LA = (41, 353, 275, 26, 0)
"""Table 1: much too high, too high, about right, too low, much too low."""

CASES = {
    "case_1_now": (488, 298),
    "case_1_later": (339, 319, 127),
    "case_2_now": (169, 198, 382),
    "case_2_later": (563, 138, 47),
}
"""Table 2, answers in the order of the questionnaire."""

FRAMEWORKS = {"signs_of_safety": (63, 12), "outcomes_framework": (12, 22)}
"""Table 6: users in areas with increasing and with decreasing rates (413 and 70 respondents)."""

IN_CHI_SQUARED = {"increasing": 403, "decreasing": 70}
"""Respondents whom the printed chi-squared tests must have had; ten fewer than Table 6."""

ODDS_RATIOS = {
    # odds of an area with increasing rates: ratio and limits
    "against_removal": (0.51, 0.30, 0.85),
    "case_2_risk": (2.08, 1.22, 3.56),
    "confidence_in_la": (0.40, 0.23, 0.71),
    "support_for_practice": (0.51, 0.31, 0.84),
}

GAPS = {
    # footnote 18: t of leaders against workers in increasing and in decreasing areas
    "against_removal": (-3.4, -1.6),
    "favour_reunification": (-3.7, -2.5),
}


@dataclass(frozen=True, slots=True)
class PrintedTest:
    """One row of Table 3 or 5: means and SDs to one decimal, and t (second group minus first)."""

    means: tuple[float, float]
    sds: tuple[float, float]
    df: int
    t: float


def printed_tests(comparison: str) -> dict[str, PrintedTest]:
    """Return Table 3 (``"leaders_vs_workers"``) or 5 (``"increasing_vs_decreasing"``) by scale."""
    text = files("carerates.survey").joinpath("wcpp2020_means.csv").read_text(encoding="utf-8")
    return {
        row["scale"]: PrintedTest(
            (float(row["mean_1"]), float(row["mean_2"])),
            (float(row["sd_1"]), float(row["sd_2"])),
            int(row["df"]),
            float(row["t"]),
        )
        for row in csv.DictReader(text.splitlines())
        if row["comparison"] == comparison
    }
