"""The receipt of an output: what went in, what was set, what came out."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import carerates
from carerates.provenance import Provenance

VERIFY = "carerates verify receipt.json"
# packages whose version can change a number or a picture
_NUMERIC_PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "matplotlib")


def make_receipt(
    folder: Path,
    *,
    command: str,
    settings: Mapping[str, Any],
    provenance: Provenance,
    headline: Mapping[str, Any],
    recompute: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Describe an output folder so that somebody else can prove or repeat it.

    Parameters
    ----------
    folder : Path
        Folder whose files are hashed.
    command : str
        What was asked: a line of the command line, or a call.
    settings : mapping
        Settings that the numbers depend on.
    provenance : Provenance
        Inputs and steps.
    headline : mapping
        Numbers that a reader will quote.
    recompute : mapping, optional
        How to make the result again (see :mod:`carerates.reports.recipes`).

    Returns
    -------
    dict
        Plain values; no time of day, so that the same inputs and settings give the same receipt.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    made: dict[str, Any] = {
        "made_by": f"carerates {carerates.__version__}",
        "command": command,
        "verify": VERIFY,
        "settings": dict(settings),
        "headline": dict(headline),
        "inputs": provenance.to_dict(),
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in _NUMERIC_PACKAGES},
        },
        "files": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
        "recompute": None if recompute is None else dict(recompute),
    }
    return {**made, "seal": seal_of(made)}


def seal_of(receipt: Mapping[str, Any]) -> str:
    """Return the hash of everything in a receipt but its seal, so that a changed word or number shows."""
    rest = {name: value for name, value in receipt.items() if name != "seal"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def receipt_text(receipt: Mapping[str, Any]) -> str:
    """Return a receipt as JSON text."""
    return json.dumps(receipt, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
