"""List every external link of the documents, or ask each whether it still answers::

python scripts/list_external_links.py            # list, with where each stands
python scripts/list_external_links.py --check    # ask each, politely, one at a time; needs a network
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOUND = re.compile(r"https?://[^\s)\]>\"'`|,;]+")
DOI = re.compile(r"\bdoi:(10\.\d{4,9}/[^\s;,|\"'`]+)")


def links() -> dict[str, list[str]]:
    """Return each address with the files that name it, DOIs as addresses of doi.org."""
    found: dict[str, list[str]] = {}
    places = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("docs/**/*.csv"),
        *ROOT.glob("carerates/**/*.py"),
    ]
    for path in sorted(places):
        if {"_build", "generated"} & set(path.parts):
            continue
        text = path.read_text(encoding="utf-8")
        named = [one.rstrip(".") for one in FOUND.findall(text)]
        named += [f"https://doi.org/{one.rstrip('.)')}" for one in DOI.findall(text)]
        for address in named:
            found.setdefault(address, []).append(path.relative_to(ROOT).as_posix())
    return found


def check(address: str) -> str:
    """Return what the address answered."""
    import requests

    try:
        reply = requests.get(address, timeout=30, stream=True, headers={"User-Agent": "carerates link check"})
    except requests.RequestException as error:
        return type(error).__name__
    # publishers' sites often refuse scripts (403); a person has to look at those
    return str(reply.status_code)


if __name__ == "__main__":
    asked = "--check" in sys.argv[1:]
    for address, files in sorted(links().items()):
        print((f"{check(address)}  " if asked else "") + f"{address}  ({', '.join(sorted(set(files)))})")
        time.sleep(1 if asked else 0)
