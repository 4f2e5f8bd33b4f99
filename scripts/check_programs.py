"""Open what `carerates publish` and `carerates report` write in LibreOffice and Chromium, and say what was lost.

    python scripts/check_programs.py [FOLDER]

Writes releases in both languages, one of hostile names, and a report into FOLDER (a temporary one when not
given); has LibreOffice turn each ODS into XLSX and each XLSX into ODS; and has Chromium load every page with
all requests recorded.  Needs `soffice` and `chromium` on the path.  Ends with 1 if anything was lost.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd

import carerates as cr

DC = "{http://purl.org/dc/elements/1.1/}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HOSTILE = [
    "<script>alert(1)</script>",
    "=1+1",
    "-2+cmd|' /C calc'!A0",
    "A" * 10_000,
    "مدينة",
    "Two\nlines",
    "@x",
    "+1",
]


def write_all(folder: Path) -> None:
    """Write the releases and the report to look at."""
    rates = cr.load_rates("wales")
    funnel = cr.funnel(rates.select(year=2018))
    cr.publish(funnel, folder / "en", "Rates differ by more than chance", name="release")
    cr.publish(funnel, folder / "cy", "Mae'r cyfraddau'n amrywio mwy na siawns", lang="cy", name="release")
    cr.publish(cr.change(rates, 2013, 2018), folder / "change", name="release")
    areas = pd.DataFrame(
        {"area_code": [f"X{n}" for n in range(len(HOSTILE))], "area_name": HOSTILE, "year": 2018}
    )
    areas = areas.assign(children=[60 + 20 * n for n in range(len(HOSTILE))], population=10_000)
    cr.publish(cr.funnel(areas), folder / "hostile", HOSTILE[0], name="release")
    cr.report("wales", 2018, folder / "report")


def describe_workbook(path: Path) -> dict[str, object]:
    """Return title, language, sheets, marked tables and every number of a workbook of either kind."""
    with zipfile.ZipFile(path) as package:
        if path.suffix == ".ods":
            meta, content = (ET.fromstring(package.read(name)) for name in ("meta.xml", "content.xml"))
            sheets = list(content.iter(f"{TABLE}table"))
            cells = list(content.iter(f"{TABLE}table-cell"))
            office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
            # LibreOffice writes equal neighbours once, with how often they stand there
            numbers = [
                float(one.get(f"{office}value") or 0)
                for one in cells
                if one.get(f"{office}value-type") == "float"
                for _ in range(int(one.get(f"{TABLE}number-columns-repeated") or 1))
            ]
            return {
                "title": meta.findtext(f".//{DC}title"),
                "language": meta.findtext(f".//{DC}language"),
                "sheets": [one.get(f"{TABLE}name") for one in sheets],
                "marked tables": len(list(content.iter(f"{TABLE}database-range"))),
                "formulas": sum(one.get(f"{TABLE}formula") is not None for one in cells),
                "numbers": sorted(numbers),
            }
        core, book = (ET.fromstring(package.read(name)) for name in ("docProps/core.xml", "xl/workbook.xml"))
        names = package.namelist()
        rows = [ET.fromstring(package.read(one)) for one in names if one.startswith("xl/worksheets/sheet")]
        cells = [cell for sheet in rows for cell in sheet.iter(f"{SHEET}c")]
        return {
            "title": core.findtext(f"{DC}title"),
            "language": core.findtext(f"{DC}language"),
            "sheets": [one.get("name") for one in book.iter(f"{SHEET}sheet")],
            "marked tables": sum(name.startswith("xl/tables/") for name in names),
            "formulas": sum(one.find(f"{SHEET}f") is not None for one in cells),
            "numbers": sorted(
                float(one.findtext(f"{SHEET}v") or 0)
                for one in cells
                if one.get("t", "n") == "n" and one.find(f"{SHEET}v") is not None
            ),
        }


def convert(path: Path, kind: str, place: Path, home: Path) -> Path:
    """Have LibreOffice write a workbook as another kind."""
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{home}",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(place),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return place / f"{path.stem}.{kind}"


def check_workbook(path: Path, home: Path) -> Iterator[str]:
    """Say what a workbook loses on the way through LibreOffice, there and back."""
    other = "xlsx" if path.suffix == ".ods" else "ods"
    with tempfile.TemporaryDirectory() as place:
        there = convert(path, other, Path(place), home)
        (Path(place) / "back").mkdir()
        back = convert(there, path.suffix[1:], Path(place) / "back", home)
        first = describe_workbook(path)
        for step, now in ((f"as {other}", describe_workbook(there)), ("and back", describe_workbook(back))):
            for name, value in first.items():
                if name == "numbers":
                    old, new = value, now[name]
                    assert isinstance(old, list)
                    assert isinstance(new, list)
                    same = len(old) == len(new) and all(
                        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in zip(old, new, strict=True)
                    )
                else:
                    same = value == now[name]
                if not same:
                    yield f"{path.parent.name}/{path.name} {step}: {name} was {str(value)[:80]}, is {str(now[name])[:80]}"
        if first["formulas"]:
            yield f"{path.parent.name}/{path.name} holds formulas"


def check_page(path: Path) -> Iterator[str]:
    """Say which requests a page makes and what it writes to the console."""
    with tempfile.TemporaryDirectory() as place:
        log = Path(place) / "net.json"
        done = subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
                "--disable-background-networking", "--disable-component-update", f"--user-data-dir={place}/user",
                "--enable-logging=stderr", f"--log-net-log={log}", "--virtual-time-budget=3000", "--dump-dom",
                path.as_uri(),
            ],
            check=True, capture_output=True, timeout=120, text=True,
        )  # fmt: skip
        yield from (
            f"{path.parent.name}: console: {line}" for line in done.stderr.splitlines() if "CONSOLE" in line
        )
        asked = set(
            re.findall(r'"url":"(https?://[^"]+)"', log.read_text(encoding="utf-8", errors="replace"))
        )
        # the browser asks its own makers on its own account; a page cannot send it there
        asked = {
            one
            for one in asked
            if not re.match(r"https?://[^/]*\b(google|googleapis|gvt1|gstatic)\.com", one)
        }
        yield from (f"{path.parent.name}: asked for {one}" for one in sorted(asked))
        if "<script" in done.stdout:
            yield f"{path.parent.name}: a script stands in the page"
        if path.stat().st_size > 5_000_000:
            yield f"{path.parent.name}: the page is over 5 MB"


def main() -> int:
    """Write, convert, load; return 1 if anything was lost."""
    missing = [one for one in ("soffice", "chromium") if shutil.which(one) is None]
    if missing:
        sys.stderr.write(f"Not on the path: {', '.join(missing)}.\n")
        return 1
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    write_all(folder)
    with tempfile.TemporaryDirectory() as home:
        problems = [
            one for path in sorted(folder.glob("*/release.*")) for one in check_workbook(path, Path(home))
        ]
    problems += [one for path in sorted(folder.glob("*/index.html")) for one in check_page(path)]
    sys.stdout.write(
        json.dumps({"folder": str(folder), "lost": problems}, indent=1, ensure_ascii=False) + "\n"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
