"""An output folder that appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carerates.errors import OutputError

RECEIPT = "receipt.json"


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give a temporary folder to write into, and put it in place of ``target`` when all went well.

    Anything that stops the writing, an error or an interruption, leaves ``target`` as it was and nothing
    half-written beside it.  A folder that holds something other than an earlier output of carerates is
    never replaced.

    Parameters
    ----------
    target : Path
        Where the folder shall be.

    Raises
    ------
    OutputError
        If the place cannot be written, or holds files of another kind.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100 - resolve() would follow a link that the user chose
    _refuse_foreign(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise OutputError(
            f"Cannot write to {target}: {error.strerror or error}. Choose another folder with --out."
        ) from error
    try:
        # mkdtemp makes a private folder; an output is as readable as any other new folder of the user
        work.chmod(0o777 & ~_umask())
        yield work
        _swap(work, target)
    except OSError as error:
        raise OutputError(
            f"Writing {target} failed: {error.strerror or error}. Nothing was left behind."
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write one file so that it appears whole or not at all.

    Raises
    ------
    OutputError
        If the place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror or error}.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except OSError as error:
        raise OutputError(
            f"Writing {path} failed: {error.strerror or error}. Nothing was left behind."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink(missing_ok=True)


def _refuse_foreign(target: Path) -> None:
    """Raise if something stands at the target that carerates did not write."""
    if target.is_dir():
        if any(target.iterdir()) and not (target / RECEIPT).is_file():
            raise OutputError(
                f"{target} holds files that carerates did not write, so it is left alone. "
                "Choose another folder, or an empty one."
            )
    elif target.exists():
        raise OutputError(f"{target} is a file, not a folder. Choose another place for the output.")


def _swap(work: Path, target: Path) -> None:
    """Put the finished folder in place, keeping the old one until the new one stands."""
    old = None
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
        target.replace(old / "was")
    try:
        work.replace(target)
    except OSError:
        if old is not None:
            (old / "was").replace(target)
        raise
    finally:
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    """Return the user's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
