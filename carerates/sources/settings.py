"""Where fetched files are kept and how long to wait: argument, then environment, then default."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

from carerates.sources.failures import SettingError

CACHE_DIR_VARIABLE = "CARERATES_CACHE_DIR"
OFFLINE_VARIABLE = "CARERATES_OFFLINE"
TIMEOUT_VARIABLE = "CARERATES_TIMEOUT"

_YES = {"1", "true", "yes", "on"}
_NO = {"", "0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """How to reach publishers and where to keep what they gave.

    Attributes
    ----------
    cache_dir : Path
        Folder of the store.
    offline : bool
        Never open a socket; use what the store holds.
    timeout : float
        Seconds to wait for a connection, and for the next bytes of an answer.
    deadline : float
        Seconds that one answer may take in all, waits and repeats included.
    max_bytes : int
        Largest answer to accept, unpacked.
    attempts : int
        How often to ask before giving up.
    """

    cache_dir: Path
    offline: bool = False
    timeout: float = 30.0
    deadline: float = 600.0
    max_bytes: int = 1_000_000_000
    attempts: int = 5


def source_settings(
    *,
    cache_dir: str | os.PathLike[str] | None = None,
    offline: bool | None = None,
    timeout: float | None = None,
    deadline: float | None = None,
    max_bytes: int | None = None,
    attempts: int | None = None,
) -> SourceSettings:
    """Settle where figures come from: each argument wins over its environment variable and its default.

    Parameters
    ----------
    cache_dir : path, optional
        Folder of the store.  Otherwise ``CARERATES_CACHE_DIR``, otherwise the user's cache folder.
    offline : bool, optional
        Never open a socket.  Otherwise ``CARERATES_OFFLINE`` (1 or 0), otherwise False.
    timeout : float, optional
        Seconds to wait for a connection or the next bytes.  Otherwise ``CARERATES_TIMEOUT``, otherwise 30.
    deadline : float, optional
        Seconds one answer may take in all; otherwise 20 timeouts.
    max_bytes, attempts : int, optional
        Largest answer to accept and how often to ask.

    Returns
    -------
    SourceSettings

    Raises
    ------
    SettingError
        If a value cannot be used; the message names the argument or the variable.

    Examples
    --------
    >>> from carerates.sources.settings import source_settings
    >>> source_settings(cache_dir="figures", timeout=5).deadline
    100.0
    """
    seconds = _seconds("timeout", timeout) if timeout is not None else _timeout_variable()
    total = _seconds("deadline", deadline) if deadline is not None else 20 * seconds
    for name, value in (("max_bytes", max_bytes), ("attempts", attempts)):
        if value is not None and value < 1:
            raise SettingError(f"{name} is {value}; it must be 1 or more.")
    return SourceSettings(
        cache_dir=_folder(cache_dir),
        offline=_offline_variable() if offline is None else bool(offline),
        timeout=seconds,
        deadline=total,
        max_bytes=1_000_000_000 if max_bytes is None else max_bytes,
        attempts=5 if attempts is None else attempts,
    )


def _folder(argument: str | os.PathLike[str] | None) -> Path:
    """Return the folder of the store."""
    chosen = argument if argument is not None else os.environ.get(CACHE_DIR_VARIABLE, "").strip() or None
    if chosen is not None:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("carerates")


def _offline_variable() -> bool:
    """Return what CARERATES_OFFLINE says."""
    text = os.environ.get(OFFLINE_VARIABLE, "").strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise SettingError(
        f"{OFFLINE_VARIABLE} is {text!r}; it may be 1 or 0. Set it to one of these or unset it."
    )


def _timeout_variable() -> float:
    """Return what CARERATES_TIMEOUT says."""
    text = os.environ.get(TIMEOUT_VARIABLE, "").strip()
    return _seconds(TIMEOUT_VARIABLE, text) if text else 30.0


def _seconds(name: str, value: float | str) -> float:
    """Return a number of seconds above zero, or say what is wrong with it."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not (0 < seconds < math.inf):
        raise SettingError(f"{name} is {value!r}; it must be a number of seconds above 0.")
    return seconds
