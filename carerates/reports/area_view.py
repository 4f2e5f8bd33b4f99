"""One local authority among the others: the numbers behind its page, computed from the bundled edition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from carerates import areas
from carerates.areas import Area
from carerates.errors import AreaError
from carerates.provenance import Provenance
from carerates.reports.analysis import NATIONS, WINDOW, Nation
from carerates.reports.coverage import count_coverage, keep_populated, latest_complete_year, require_year
from carerates.reports.estimates import Estimates, estimate
from carerates.reports.need import deprivation_measures, peer_factors
from carerates.sources import load_rates

SURE = 0.975  # posterior probability from which a difference is called clear


@dataclass(frozen=True, slots=True, eq=False)
class AreaView:
    """What a page on one area says.

    Attributes
    ----------
    area : Area
    nation : {"wales", "england", "both"}
        Whose areas it is compared with.
    year : int
        Year of the 31 March.
    published : Series
        The area's row in the rates table of the year.
    row : Series
        Underlying and expected rate, rank, and their intervals.
    course : DataFrame
        The area in every year that the model sees.
    change : Series or None
        Its underlying change and class; None where the figures do not reach back.
    band : Series or None
        Its rate among its neighbours in need; None where it has none.
    neighbours : DataFrame
        Those neighbours, nearest first, with their rates.
    estimates : Estimates
    """

    area: Area
    nation: Nation
    year: int
    published: pd.Series
    row: pd.Series
    course: pd.DataFrame
    change: pd.Series | None
    band: pd.Series | None
    neighbours: pd.DataFrame
    estimates: Estimates

    @property
    def provenance(self) -> Provenance:
        """Sources and steps."""
        return self.estimates.fitted.provenance.merged(self.estimates.similar.provenance)

    @property
    def has_count(self) -> bool:
        """Whether a count and a rate were published for the year."""
        return bool(pd.notna(self.published["rate_per_10000"]))

    @property
    def against_expected(self) -> str:
        """``"above"``, ``"below"`` or ``"unclear"``: the underlying rate against the expected one."""
        probability = float(self.row["probability_above_expected"])
        return "above" if probability >= SURE else "below" if probability <= 1 - SURE else "unclear"

    def headline(self) -> dict[str, float | int | str]:
        """Return the numbers that a reader will quote, unrounded."""
        names = [
            "children", "rate_per_10000", "underlying_rate_per_10000", "lower_95", "upper_95",
            "expected_rate_per_10000", "probability_above_expected", "rank_lower_95", "rank_upper_95",
        ]  # fmt: skip
        numbers: dict[str, float | int | str] = {"areas": len(self.estimates.areas)}
        numbers |= {name: float(self.row[name]) for name in names if pd.notna(self.row[name])}
        for part, columns in (
            (self.change, ("percent_change", "percent_lower", "percent_upper")),
            (self.band, ("neighbour_median", "rank_lower", "rank_upper")),
        ):
            if part is not None:
                numbers |= {f"{name}": float(part[name]) for name in columns if pd.notna(part[name])}
        return numbers | ({} if self.change is None else {"class": str(self.change["label"])})


def view_area(
    area: str,
    year: int | None = None,
    nation: Nation | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> AreaView:
    """Work out what there is to say of one area.

    Raises
    ------
    AreaError
        If there is no such local authority, or no estimate for it in the year.
    TableError
        If the edition has no such year.
    """
    tell = progress or (lambda _: None)
    found = areas.find(area) if year is None else areas.find(area, year=year)
    if found.level != "local_authority":
        raise AreaError(f"{found.name()} is not a local authority; a page is about one, such as Swansea.")
    among: Nation = nation if nation is not None else _nation_of(found)
    if among not in NATIONS:
        raise ValueError(f"nation={among!r} is not one of {', '.join(NATIONS)}.")
    tell("reading the bundled edition")
    panel = load_rates(NATIONS[among])
    chosen = year if year is not None else latest_complete_year(panel)
    require_year(chosen, count_coverage(panel))
    tell("fitting the hierarchical model")
    factor = deprivation_measures(among, chosen)[0]
    estimates = estimate(keep_populated(panel), chosen, factor, peer_factors(among, chosen), window=WINDOW)
    frame = panel.to_frame()
    published = frame[(frame["area_code"] == found.code) & (frame["year"] == chosen)]
    row = _of(estimates.areas, found.code)
    if published.empty or row is None:
        raise AreaError(
            f"{found.name()} has no estimate at 31 March {chosen} among the areas of "
            f"{' and '.join(NATIONS[among])}: the edition holds no figure, or no measure of deprivation. "
            "Choose another year, or nation= to compare it with others."
        )
    near = estimates.similar.to_frame()
    near = near[near["area_code"] == found.code].sort_values("rank", kind="stable")
    rates = estimates.similar.pool.frame.set_index("area_code")["rate_per_10000"]
    return AreaView(
        area=found,
        nation=among,
        year=chosen,
        published=published.iloc[0],
        row=row,
        course=estimates.course[estimates.course["area_code"] == found.code].reset_index(drop=True),
        change=None if estimates.classes is None else _of(estimates.classes.to_frame(), found.code),
        band=_of(estimates.bands.dropna(subset=["rank_lower"]), found.code),
        neighbours=near.assign(rate_per_10000=near["neighbour_code"].map(rates)).reset_index(drop=True),
        estimates=estimates,
    )


def _nation_of(area: Area) -> Nation:
    """Return the nation of an area as the report names it."""
    return "wales" if area.nation == "Wales" else "england"


def _of(frame: pd.DataFrame, code: str) -> pd.Series | None:
    """Return the row of one area, or None."""
    rows = frame[frame["area_code"] == code]
    return None if rows.empty else rows.iloc[0]
