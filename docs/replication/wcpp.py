"""Our values for the survey report of 2021 (WCPP and CASCADE) and the abstract on the same survey."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from printed import Value

import carerates as cr
from carerates.audit import check_odds_ratio
from carerates.sources.edition import read_table
from carerates.survey import compare_groups, compare_shares, explain_group, score, synthetic
from carerates.survey import printed as survey_print
from carerates.survey.responses import Responses
from carerates.survey.scales import wcpp2020
from carerates.survey.scoring import Scores

START, END = 2016, 2020
MEASURES = tuple(f"wimd_{edition}_most_deprived_{share}" for edition in (2011, 2019) for share in (20, 30))
TREND = ("increasing", "decreasing")


def _whole(rate: float) -> Value:
    """Return a rate published as a whole number."""
    return Value(rate, rate - 0.5, rate + 0.5)


def published_rate(nation: str, year: int) -> float:
    """Return the nation's published rate per 10,000 at 31 March, as the edition holds it."""
    table = cr.load_rates(nation, years=[year], level="nation").to_frame()
    return float(table["published_rate_per_10000"].iloc[0])


def national_change(start: int, end: int, relative_to: str = "start") -> Value:
    """Return the percentage change of Wales's published rate between two dates, divided by one of them."""
    first, last = _whole(published_rate("wales", start)), _whole(published_rate("wales", end))

    def change(a: float, b: float) -> float:
        return 100 * (b - a) / (a if relative_to == "start" else b)

    return Value(change(first.value, last.value), change(first.high, last.low), change(first.low, last.high))


def share_looked_after(year: int) -> str:
    """Return whether more or less than one child in a hundred was looked after in Wales."""
    return "more than 1%" if published_rate("wales", year) > 100 else "at most 1%"


@cache
def deprivation_shares() -> pd.DataFrame:
    """Return R-squared of Welsh rates on deprivation for each year and measure that the report may mean."""
    wales = cr.load_rates("wales", years=[2014, 2016, 2018]).join(cr.load_factors(MEASURES, nations="wales"))
    rows = [
        {"year": year, "measure": measure, "R-squared": 100 * _r_squared(wales.select(year=year), measure)}
        for year in (2014, 2016, 2018)
        for measure in MEASURES
    ]
    return pd.DataFrame(rows)


def _r_squared(rates: cr.RatesTable, measure: str) -> float:
    return float(cr.adjust(rates, [measure], method="ols").r_squared["ordinary"].iloc[0])


def share_explained() -> Value:
    """Return the mean R-squared over three years and four measures of the Welsh index, and its range."""
    shares = deprivation_shares()["R-squared"]
    return Value(float(shares.mean()), float(shares.min()), float(shares.max()))


@cache
def welsh_rates(year: int) -> pd.Series:
    """Return rates by area name, with four of 2020 worked back from the report's own Table 4."""
    table = cr.load_rates("wales", years=[year], include_inferred=True).to_frame()
    return table.set_index("area_name")["rate_per_10000"]


def ratio(high: str, low: str, year: int) -> float:
    """Return how many times the rate of one area that of another is."""
    rates = welsh_rates(year)
    return float(rates[high] / rates[low])


def count_of_changes(at_least: int) -> int:
    """Return how many changes printed in Table 4 reach a percentage."""
    return int((read_table("survey2020_rate_changes")["percent_change"] >= at_least).sum())


@cache
def changes() -> pd.DataFrame:
    """Return changes of published rates 2016 to 2020 on both bases beside Table 4."""
    printed = read_table("survey2020_rate_changes").set_index("area_name")[["group", "percent_change"]]
    rates = cr.load_rates("wales")
    ours = cr.change(rates, START, END, rate="published").to_frame().set_index("area_name")
    table = printed.join(ours[["percent_of_end", "percent_of_start"]])
    return table.rename(
        columns={
            "percent_change": "printed",
            "percent_of_end": "% of the 2020 rate",
            "percent_of_start": "% of the 2016 rate",
        }
    )


def change_of(area: str, relative_to: str = "end") -> float:
    """Return the percentage change of an area's published rate 2016 to 2020, divided by the rate of 2020."""
    column = f"% of the {END if relative_to == 'end' else START} rate"
    return float(changes().loc[area, column])


@cache
def adjusted(year: int, factor: str) -> cr.Adjustment:
    """Return Welsh rates of one year beside those expected from deprivation."""
    rates = cr.load_rates("wales", years=[year], include_inferred=True)
    return cr.adjust(rates.join(cr.load_factors([factor], nations="wales")), [factor])


def away_from_expected(area: str, year: int, factor: str) -> float:
    """Return by how many per cent an area's rate is away from that expected from deprivation."""
    table = adjusted(year, factor).to_frame().set_index("area_name")
    return float(table.loc[area, "percent_difference"])


def share_missing(answers: int, of: int) -> float:
    """Return the share of respondents without an answer."""
    return 100 * (of - answers) / of


def mean_risk(case: int) -> float:
    """Return the mean risk score of a case study from the answers printed in Table 2, coded 1 to 3."""
    scale = wcpp2020()[f"case_{case}_risk"]
    means = []
    for item in scale.items:
        counts = np.array(survey_print.CASES[item.name])
        points = [(item.points or {}).get(code, code) for code in range(1, item.high + 1)]
        means.append(float(counts @ points / counts.sum()))
    return float(np.mean(means))


def mean_risk_of_both() -> float:
    """Return the mean of both risk scores, as if everyone had answered both."""
    return (mean_risk(1) + mean_risk(2)) / 2


def pooled_mean(scale: str) -> Value:
    """Return the mean of leaders and workers together, from Table 3 and the numbers that df leave."""
    test = survey_print.printed_tests("leaders_vs_workers")[scale]
    leaders = 35 + 8 + survey_print.ANSWERED[scale][3]
    workers = test.df + 2 - leaders
    mean = (test.means[0] * leaders + test.means[1] * workers) / (leaders + workers)
    return Value(mean, mean - 0.05, mean + 0.05)


@cache
def responses() -> Responses:
    """Return the invented survey whose tables are those printed."""
    return synthetic.wcpp2020_responses()


@cache
def scores() -> Scores:
    """Return its scores."""
    return score(responses())


def t_tests(by: str, *, replicate: bool) -> pd.DataFrame:
    """Return the tests of Table 3 (``role``) or 5 (``trend``) on the invented survey, beside the print."""
    groups = ("leaders", "workers") if by == "role" else TREND
    printed = survey_print.printed_tests("leaders_vs_workers" if by == "role" else "increasing_vs_decreasing")
    made = compare_groups(scores(), by, groups=groups, outcomes=list(printed), replicate=replicate).frame
    made = made.set_index("outcome")
    table = pd.DataFrame({"score": made["label"], "t printed": [printed[name].t for name in made.index]})
    table["t"] = made["t"].round(2)
    table["df"] = made["df"].round(1)
    table["p"] = made["p_value"].round(3)
    if by == "trend" and not replicate:
        table["p, permuted"] = made["permutation_p"].round(3)
    return table


def frameworks(outcome: str) -> pd.DataFrame:
    """Return the tests of Table 6 on the invented survey: as printed, and with areas as the units."""
    found = compare_shares(scores(), "trend", outcome, groups=TREND, replicate=True)
    return found.tests[["test", "statistic", "df", "p_value"]]


def odds(method: str) -> pd.DataFrame:
    """Return the odds ratios of the abstract from the invented survey, by one method, beside the print."""
    names = list(survey_print.ODDS_RATIOS)
    naive = method == "plain"
    found = explain_group(
        scores(),
        "trend",
        names,
        groups=("decreasing", "increasing"),
        method=method,
        replicate=naive,  # type: ignore[arg-type]
    ).frame
    printed = survey_print.ODDS_RATIOS
    table = pd.DataFrame({"score": found["label"]})
    table["printed"] = [f"{a:.2f} ({b:.2f} to {c:.2f})" for a, b, c in printed.values()]
    table["ours"] = [
        f"{row.odds_ratio:.2f} ({row.lower_95:.2f} to {row.upper_95:.2f})"
        if naive
        else f"{row.odds_ratio:.2f}"
        for row in found.itertuples()
    ]
    table["p"] = found["p_value"].round(3)
    return table


def z_against_t() -> pd.DataFrame:
    """Return z of each printed odds ratio beside the printed t of the same score."""
    tests = survey_print.printed_tests("increasing_vs_decreasing")
    labels = wcpp2020()
    rows = []
    for name, (ratio_, lower, upper) in survey_print.ODDS_RATIOS.items():
        finding = check_odds_ratio(f"{ratio_:.2f}", f"{lower:.2f}", f"{upper:.2f}")
        z = float(np.log(ratio_) / finding.recomputed["standard_error"])
        rows.append(
            {"score": labels[name].label, "z of the odds ratio": round(abs(z), 2), "t": abs(tests[name].t)}
        )
    return pd.DataFrame(rows)
