"""Figures that earlier reports printed, set beside today's: agreement, or a difference with its reason."""

from __future__ import annotations

from importlib import resources

import pandas as pd

from carerates.reports.analysis import Analysis

REPORTS = {
    "cordis_bright_2013": (
        "Cordis Bright, Research on differences in the looked after children population (Wales, 2013), figures 8, 9 and 46"
    )
}
_MEASURES = {"children": "Children looked after", "rate_per_10000": "Rate per 10,000"}


def printed_beside_ours(analysis: Analysis) -> tuple[str, pd.DataFrame] | None:
    """Return an earlier report's name and its figures beside ours, or None where none is held for the year.

    Returns
    -------
    (str, DataFrame) or None
        ``area_name, measure, printed, ours, difference, reading``.  A printed whole number agrees when ours
        rounds to it; a difference of a rate whose count agrees can only come from the population.
    """
    file = resources.files("carerates.reports") / "printed_figures.csv"
    with file.open(encoding="utf-8") as opened:
        printed = pd.read_csv(opened)
    printed = printed[(printed["nation"] == analysis.nation) & (printed["year"] == analysis.year)]
    if printed.empty:
        return None
    frame = analysis.rates.to_frame()
    ours = frame.melt(
        id_vars=["area_code", "area_name"], value_vars=list(_MEASURES), var_name="measure", value_name="ours"
    )
    table = printed.merge(ours, on=["area_code", "measure"], how="left", validate="one_to_one")
    table["difference"] = table["ours"] - table["printed"]
    agrees = table["difference"].abs() <= 0.5
    table["reading"] = agrees.map(
        {True: "agrees", False: "vintage: counts and populations were revised after the report was printed"}
    )
    table["measure"] = table["measure"].map(_MEASURES)
    name = REPORTS[str(table["report"].iloc[0])]
    return name, table[["area_name", "measure", "printed", "ours", "difference", "reading"]]
