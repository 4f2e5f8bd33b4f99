"""Seal the bundled edition: write hash, bytes and rows of every table into its datapackage.json.

Run it once after new tables were put into ``data/raw``, never to make a damaged file pass::

    python scripts/seal_edition.py [folder]
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from pathlib import Path

DEFAULT = Path(__file__).resolve().parent.parent / "data" / "raw"


def seal(folder: Path) -> list[str]:
    """Bring ``datapackage.json`` in line with the files; return the names of the tables that changed."""
    descriptor = folder / "datapackage.json"
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    listed = {resource["path"] for resource in package["resources"]}
    unlisted = sorted(path.name for path in folder.glob("*.csv") if path.name not in listed)
    if unlisted:
        raise SystemExit(f"Not described in {descriptor.name}: {', '.join(unlisted)}. Describe each first.")
    changed = []
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        rows = list(csv.reader(content.decode("utf-8").splitlines()))
        fields = [field["name"] for field in resource["schema"]["fields"]]
        if rows[0] != fields:
            raise SystemExit(f"{resource['path']}: columns {rows[0]} are not the described {fields}.")
        sealed = {
            "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "rows": len(rows) - 1,
        }
        if any(resource.get(key) != value for key, value in sealed.items()):
            changed.append(resource["name"])
            resource.update(sealed)
    text = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    descriptor.write_text(text, encoding="utf-8", newline="\n")
    return changed


if __name__ == "__main__":
    done = seal(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
    print("sealed: " + (", ".join(done) if done else "nothing changed"))
