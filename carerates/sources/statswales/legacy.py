"""Files saved from the old StatsWales (to 2026): a zip with a CSV, the CSV itself, or a page of its OData."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from pathlib import Path

import pandas as pd

from carerates.sources.delimited import read_table, text_table
from carerates.sources.failures import ContentError, LayoutError, StoreError, WrongContentError
from carerates.sources.marks import LEGACY_STATSWALES, read_cell
from carerates.sources.statswales.cubes import Cube

_MOST_BYTES = 500_000_000
_TYPE = re.compile(r"_(?:STR|INT|DEC|DATE|BIT)$", re.IGNORECASE)
_ROW_KEYS = ("RowKey", "PartitionKey")


def read_legacy(path: str | Path, *, lang: str = "en", counted: str = "exact") -> Cube:
    """Read a table saved from the old StatsWales site.

    Parameters
    ----------
    path : path
        The zip as downloaded, the CSV from it, or a saved page of the OData service (JSON).
    lang : {"en", "cy"}
        Which labels to take.
    counted : str
        Status of a plain figure, such as ``rounded_to_5``.

    Returns
    -------
    Cube
        GSS codes stand as codes where the file has them; rows that differ only in the old service's
        row key are taken once.

    Raises
    ------
    WrongContentError
        If the file is a web page (the old address now leads to one), a damaged zip or something else.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}.") from error
    return read_legacy_bytes(content, str(path), lang=lang, counted=counted)


def read_legacy_bytes(content: bytes, what: str, *, lang: str = "en", counted: str = "exact") -> Cube:
    """Read the bytes of such a file."""
    start = content[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype", b"<html")):
        raise WrongContentError(
            f"{what} is a web page. The old StatsWales download address leads to one since 2026; the new "
            "site has the data under other ids."
        )
    if content.startswith(b"PK"):
        content = _data_file(content, what)
    table = _odata_table(content, what) if start.startswith(b"{") else read_table(content, what)
    return _cube(table, what, lang, counted)


def _data_file(content: bytes, what: str) -> bytes:
    """Return the CSV of a zip that holds the data; other files stand beside it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [one for one in archive.infolist() if one.filename.lower().endswith(".csv")]
            for one in names:
                if one.file_size > _MOST_BYTES:
                    raise WrongContentError(f"{one.filename} in {what} unpacks to {one.file_size:,} bytes.")
                found = archive.read(one)
                header = found.split(b"\n", 1)[0].decode("utf-8-sig", "replace")
                if any(_TYPE.sub("", name.strip('" \r')) == "Data" for name in header.split(",")):
                    return found
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
        raise WrongContentError(f"{what} is a damaged zip file: {error}.") from error
    raise LayoutError(f"None of the files in {what} has a column 'Data'.")


def _odata_table(content: bytes, what: str) -> pd.DataFrame:
    """Read a page of the OData service."""
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise WrongContentError(f"{what} is cut short or not JSON: {error}.") from error
    rows = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise LayoutError(f"{what} has no rows under 'value'; it is no page of the old StatsWales service.")
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    return text_table(names, [[str(row.get(name) or "") for name in names] for row in rows])


def _cube(table: pd.DataFrame, what: str, lang: str, counted: str) -> Cube:
    """Read either form into a cube."""
    table = table.rename(columns=lambda name: _TYPE.sub("", str(name).strip()))
    if "Data" not in table:
        raise LayoutError(f"{what} has no column 'Data'; it has: {', '.join(map(str, table.columns))}.")
    table = table.drop(columns=[name for name in _ROW_KEYS if name in table]).drop_duplicates(
        ignore_index=True
    )
    tongue = "WEL" if lang == "cy" else "ENG"
    names = [
        str(name).removesuffix(f"_ItemName_{tongue}")
        for name in table.columns
        if str(name).endswith(f"_ItemName_{tongue}")
    ]
    if not names:
        raise LayoutError(f"{what} has no columns ending in '_ItemName_{tongue}'.")
    values, statuses, codes = [], [], []
    notes = table["NoteCodes"] if "NoteCodes" in table else pd.Series("", index=table.index)
    for number, (text, note) in enumerate(zip(table["Data"], notes, strict=True), 2):
        brackets = "".join(f" ({one})" for one in note.replace(",", " ").split())
        try:
            value, mark = read_cell(f"{text}{brackets}", LEGACY_STATSWALES, counted=counted)
        except ContentError as error:
            raise ContentError(f"{what}, line {number}: {error}") from error
        values.append(value)
        statuses.append(mark.status)
        codes.append(" ".join(mark.codes))
    frame = pd.DataFrame(
        {
            "value": pd.Series(values, dtype="float64"),
            "status": pd.Series(statuses, dtype="str"),
            "codes": pd.Series(codes, dtype="str"),
            "value_text": table["Data"],
        }
    )
    measure = "Measure" if "Measure" in names else ""
    frame["measure"] = table[f"Measure_ItemName_{tongue}"] if measure else ""
    frame["measure_code"] = _column(table, "Measure_Code")
    dimensions = tuple(name for name in names if name != measure)
    for name in dimensions:
        plain = _column(table, f"{name}_Code")
        official = _column(table, f"{name}_AltCode1")
        frame[name] = table[f"{name}_ItemName_{tongue}"].where(lambda text: text != "", plain)
        frame[f"{name} code"] = official.where(official != "", plain)
        frame[f"{name} parent"] = _column(table, f"{name}_Hierarchy")
    return Cube(frame, dimensions, lang)


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column, or empty text."""
    return table[name] if name in table else pd.Series("", index=table.index, dtype="str")
