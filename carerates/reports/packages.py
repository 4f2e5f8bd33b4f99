"""Zip packages (ODS, XLSX) that are the same bytes whenever they hold the same things."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold; it stands for "no date"


def seal_zip(
    package: bytes, *, replace: Mapping[str, bytes] | None = None, drop: tuple[str, ...] = ()
) -> bytes:
    """Return a package without times of day, with some members replaced or left out.

    A member called ``mimetype`` comes first and uncompressed, as OpenDocument asks.
    """
    members: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        for name in opened.namelist():
            if name not in drop:
                members[name] = opened.read(name)
    members.update(replace or {})
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(members, key=lambda one: (one != "mimetype", one != "[Content_Types].xml", one)):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            made.writestr(info, members[name])
    return target.getvalue()
