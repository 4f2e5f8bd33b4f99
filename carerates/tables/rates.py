"""The rates table: children looked after, the population they come from, and the rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables.checks import check_rates
from carerates.tables.factors import Factor, FactorsTable

MEASURE = "Children looked after at 31 March"


@dataclass(frozen=True, slots=True, eq=False)
class RatesTable:
    """Counts, populations and rates by area and year, checked once at the door.

    Parameters
    ----------
    frame : DataFrame
        Columns of :data:`carerates.tables.schema.RATES_COLUMNS` (``area_code``, ``year``, ``children``
        and ``population`` are required; the rest is filled in).  Joined factors may stand beside them.
    provenance : Provenance
        Sources and steps.
    factors : tuple of Factor
        Descriptions of joined factor columns.
    measure : str
        What is counted, for titles.

    Raises
    ------
    TableError
        Every problem together, with row numbers: missing columns, text in numbers, negative counts,
        zero populations, repeated area and year, statuses that contradict the count, mixed levels.

    Notes
    -----
    ``rate_per_10000`` is always computed here from ``children`` and ``population``; a rate that was
    published stays beside it.  ``children_low`` and ``children_high`` bound the true count: equal for an
    exact count, two either side for one rounded to 5, the publisher's rule for a suppressed cell.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates import as_rates
    >>> rates = as_rates(pd.DataFrame({"area_code": ["W06000001"], "year": [2018],
    ...                                "children": [140], "population": [13_400]}))
    >>> round(rates.to_frame()["rate_per_10000"].item(), 1)
    104.5
    """

    frame: pd.DataFrame = field(repr=False)
    provenance: Provenance = NO_PROVENANCE
    factors: tuple[Factor, ...] = ()
    measure: str = MEASURE

    def __post_init__(self) -> None:
        object.__setattr__(self, "frame", check_rates(self.frame, self.factors))

    # -- looking -----------------------------------------------------------------------------------

    def to_frame(self) -> pd.DataFrame:
        """Return a copy as a DataFrame, sorted by area and year."""
        return self.frame.copy()

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the 31 March, ascending."""
        return tuple(sorted(int(year) for year in self.frame["year"].unique()))

    @property
    def areas(self) -> tuple[str, ...]:
        """Codes of the areas, ascending."""
        return tuple(sorted(self.frame["area_code"].unique()))

    @property
    def factor_names(self) -> tuple[str, ...]:
        """Names of the joined factors."""
        return tuple(one.name for one in self.factors)

    def __len__(self) -> int:
        return len(self.frame)

    def __str__(self) -> str:
        years = self.years
        span = f"{years[0]}-{years[-1]}" if len(years) > 1 else str(years[0]) if years else "no year"
        text = f"RatesTable: {self.measure}; {len(self.areas)} areas, {span}, {len(self)} rows"
        return text + (f"; factors: {', '.join(self.factor_names)}" if self.factors else "")

    # -- choosing ----------------------------------------------------------------------------------

    def select(
        self,
        *,
        year: int | Iterable[int] | None = None,
        nation: str | Iterable[str] | None = None,
        area: str | Iterable[str] | None = None,
        region: str | Iterable[str] | None = None,
    ) -> RatesTable:
        """Keep some rows.

        Parameters
        ----------
        year : int or iterable of int, optional
            Years of the 31 March.
        nation, region : str or iterable of str, optional
            Names, whatever their case.
        area : str or iterable of str, optional
            Codes, or names as this table spells them.  (``carerates.areas.find`` knows every other spelling.)

        Raises
        ------
        TableError
            If something asked for is not in the table; the message says what is.
        """
        keep = pd.Series(True, index=self.frame.index)
        said: list[str] = []
        if year is not None:
            years = _as_list(year)
            self._refuse_absent("year", years, set(self.years))
            keep &= self.frame["year"].isin(years)
            said.append("years " + ", ".join(str(one) for one in years))
        for name, wanted in (("nation", nation), ("region", region)):
            if wanted is not None:
                values = [str(one) for one in _as_list(wanted)]
                column = self.frame[name].str.casefold()
                self._refuse_absent(name, [one.casefold() for one in values], set(column.dropna()))
                keep &= column.isin([one.casefold() for one in values])
                said.append(f"{name} " + ", ".join(values))
        if area is not None:
            values = [str(one).strip() for one in _as_list(area)]
            folded = self.frame["area_name"].str.casefold()
            known = set(self.frame["area_code"]) | set(folded.dropna())
            self._refuse_absent("area", values, known, fold=True)
            keep &= self.frame["area_code"].isin(values) | folded.isin([one.casefold() for one in values])
            said.append("areas " + ", ".join(values))
        if not said:
            return self
        return self._with(
            self.frame[keep], f"kept {' and '.join(said)}: {int(keep.sum())} of {len(keep)} rows"
        )

    def _refuse_absent(
        self, name: str, wanted: Sequence[object], known: set[object], *, fold: bool = False
    ) -> None:
        """Raise if something wanted is not known."""
        absent = [one for one in wanted if one not in known and not (fold and str(one).casefold() in known)]
        if absent:
            there = ", ".join(str(one) for one in sorted(known, key=str)[:12])
            more = f" and {len(known) - 12} more" if len(known) > 12 else ""
            raise TableError(
                f"No row has {name} {', '.join(str(one) for one in absent)}. The table holds: {there}{more}."
            )

    def require_one_year(self, what: str) -> int:
        """Return the only year of the table, or raise and say what ``what`` needs."""
        if len(self.years) != 1:
            raise TableError(
                f"{what} compares areas in one year; this table has {len(self.years)}. "
                "Choose one with rates.select(year=...)."
            )
        return self.years[0]

    # -- adding ------------------------------------------------------------------------------------

    def join(self, factors: FactorsTable) -> RatesTable:
        """Put factors beside the rates; every row is kept, and gaps are counted in the steps."""
        if shared := sorted(set(factors.names) & set(self.frame.columns)):
            raise TableError(f"The table already holds {', '.join(shared)}; drop or rename before joining.")
        merged = self.frame.merge(factors.frame, on=factors.key, how="left", validate="many_to_one")
        missing = {name: int(merged[name].isna().sum()) for name in factors.names}
        gaps = "; ".join(
            f"{name} missing in {count} of {len(merged)} rows" for name, count in missing.items() if count
        )
        step = f"joined {', '.join(factors.names)} by {' and '.join(factors.key)}" + (
            f" ({gaps})" if gaps else ""
        )
        return RatesTable(
            merged,
            self.provenance.merged(factors.provenance).then(step),
            self.factors + factors.factors,
            self.measure,
        )

    def noting(self, *steps: str) -> RatesTable:
        """Return the same table with steps added to its provenance."""
        return self._unchecked(self.frame, self.provenance.then(*steps), self.factors)

    def _with(self, frame: pd.DataFrame, step: str) -> RatesTable:
        """Return a table of some of the rows."""
        if frame.empty:
            raise TableError("No row of the table is all of that at once; choose fewer conditions.")
        return self._unchecked(frame.reset_index(drop=True), self.provenance.then(step), self.factors)

    def _unchecked(
        self, frame: pd.DataFrame, provenance: Provenance, factors: tuple[Factor, ...]
    ) -> RatesTable:
        """Return a table of rows that come from checked ones, without checking them a second time."""
        table = object.__new__(RatesTable)
        fields = {"frame": frame, "provenance": provenance, "factors": factors, "measure": self.measure}
        for name, value in fields.items():
            object.__setattr__(table, name, value)
        return table


def as_rates(
    df: pd.DataFrame | RatesTable,
    *,
    area: str = "area_code",
    year: str | int = "year",
    children: str = "children",
    population: str = "population",
    name: str | None = None,
    status: str | None = None,
    published_rate: str | None = None,
    measure: str = MEASURE,
) -> RatesTable:
    """Make a checked rates table from any DataFrame.

    Parameters
    ----------
    df : DataFrame or RatesTable
        A RatesTable comes back as it is.
    area, children, population : str
        Names of the columns that hold the area's code, the count and the children aged 0-17.
    year : str or int
        Name of the column that holds the year of the 31 March, or one year for all rows.
    name, status, published_rate : str, optional
        Columns with the area's name, the status (codes of ``carerates.tables.STATUSES``) and a
        published rate per 10,000.
    measure : str
        What is counted, for titles.

    Returns
    -------
    RatesTable

    Raises
    ------
    TableError
        All problems together, with row numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"code": ["A", "B"], "looked_after": [90, 110], "aged_0_17": [10_000, 12_000]})
    >>> rates = cr.as_rates(df, area="code", year=2024, children="looked_after", population="aged_0_17")
    >>> len(rates)
    2
    """
    if isinstance(df, RatesTable):
        return df
    if not isinstance(df, pd.DataFrame):
        raise TypeError(f"A pandas DataFrame or a RatesTable is needed; this is a {type(df).__name__}.")
    names = {area: "area_code", children: "children", population: "population"}
    if isinstance(year, str):
        names[year] = "year"
    optional = ((name, "area_name"), (status, "status"), (published_rate, "published_rate_per_10000"))
    names |= {given: standard for given, standard in optional if given}
    absent = [given for given in names if given not in df.columns]
    if absent:
        raise TableError(
            "This table does not have the columns it was said to have.",
            [
                f"no column {given!r} (for {names[given]}); there are: {', '.join(map(str, df.columns[:20]))}"
                for given in absent
            ],
        )
    clash = [standard for given, standard in names.items() if given != standard and standard in df.columns]
    frame = df.drop(columns=clash).rename(columns=names)
    if not isinstance(year, str):
        frame = frame.assign(year=year)
    return RatesTable(frame, Provenance(steps=(f"{len(df)} rows supplied by the user",)), measure=measure)


def _as_list(value: object) -> list[object]:
    """Return one value or many as a list."""
    if isinstance(value, (str, int, np.integer)):
        return [value]
    return list(value)  # type: ignore[call-overload, no-any-return]
