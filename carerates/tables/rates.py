"""The rates table: children looked after, the population they come from, and the rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables.factors import Factor, FactorsTable
from carerates.tables.schema import RATES_COLUMNS, check_columns, row_list
from carerates.tables.status import STATUSES, count_bounds

KEY = ["area_code", "year"]
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
        object.__setattr__(self, "frame", _checked(self.frame, self.factors))

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


def _checked(frame: pd.DataFrame, factors: tuple[Factor, ...]) -> pd.DataFrame:
    """Check every rule of a rates table and return the typed, completed, sorted frame."""
    problems: list[str] = []
    known = [column.name for column in RATES_COLUMNS]
    extra = [name for one in factors for name in (one.name, one.standard_error) if name]
    problems += [f"factor '{name}' has no column" for name in extra if name not in frame]
    table = frame[[name for name in [*known, *extra] if name in frame]].reset_index(drop=True)
    if table.empty:
        problems.append("there are no rows")
    repeated_columns = sorted({name for name in table.columns if list(table.columns).count(name) > 1})
    if repeated_columns:
        raise TableError(
            "This is not a rates table.", [f"column '{name}' stands twice" for name in repeated_columns]
        )
    table = check_columns(table, RATES_COLUMNS, problems)
    if all(name in table for name in KEY):
        repeated = table.duplicated(KEY, keep=False) & table[KEY].notna().all(axis=1)
        if repeated.any():
            code, year = table.loc[repeated, KEY].iloc[0]
            problems.append(f"area and year repeat in {row_list(repeated)} (such as {code}, {year})")
    if problems:
        raise TableError("This is not a rates table.", problems)
    table = _completed(table)
    _check_statuses(table, problems)
    if problems:
        raise TableError("This is not a rates table.", problems)
    return table[[*known, *extra]].sort_values(KEY, kind="stable").reset_index(drop=True)


def _completed(table: pd.DataFrame) -> pd.DataFrame:
    """Fill in the columns a user may leave out."""
    table = table.copy()
    if "area_name" not in table:
        table["area_name"] = table["area_code"]
    table["area_name"] = table["area_name"].fillna(table["area_code"])
    for name in ("nation", "region", "population_vintage"):
        if name not in table:
            table[name] = pd.Series(pd.NA, index=table.index, dtype="str")
    if "level" not in table:
        table["level"] = "local_authority"
    if "status" not in table:
        table["status"] = np.where(table["children"].isna(), "not_available", "exact")
    if "population_year" not in table:
        table["population_year"] = pd.Series(pd.NA, index=table.index, dtype="Int64")
    if "published_rate_per_10000" not in table:
        table["published_rate_per_10000"] = np.nan
    low, high = count_bounds(table["children"].to_numpy(dtype=float), table["status"].tolist())
    for name, bound in (("children_low", low), ("children_high", high)):
        given = table[name] if name in table else pd.Series(np.nan, index=table.index)
        table[name] = given.fillna(pd.Series(bound, index=table.index))
    table["rate_per_10000"] = 10_000 * table["children"] / table["population"]
    return table


def _check_statuses(table: pd.DataFrame, problems: list[str]) -> None:
    """Check what statuses, bounds and levels say against the counts."""
    has_count = table["status"].map(lambda code: STATUSES[code].has_count).astype(bool)
    without = has_count & table["children"].isna()
    if without.any():
        problems.append(
            f"'children' is empty though the status says there is a count, in {row_list(without)}"
        )
    despite = ~has_count & table["children"].notna()
    if despite.any():
        problems.append(
            f"'children' holds a count though the status says there is none, in {row_list(despite)}"
        )
    whole = table["children"].notna() & (table["children"] != table["children"].round())
    if whole.any():
        problems.append(f"'children' is not a whole number in {row_list(whole)}")
    crossed = (table["children_low"] > table["children_high"]) | (
        table["children"].notna()
        & ((table["children"] < table["children_low"]) | (table["children"] > table["children_high"]))
    )
    if crossed.any():
        problems.append(f"'children' is outside 'children_low' to 'children_high' in {row_list(crossed)}")
    too_many = table["children"] > table["population"]
    if too_many.any():
        problems.append(f"there are more children looked after than children, in {row_list(too_many)}")
    levels = sorted(table["level"].unique())
    if len(levels) > 1:
        problems.append(f"levels are mixed ({', '.join(levels)}); a total would be counted beside its parts")
