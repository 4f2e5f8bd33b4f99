"""What can go wrong between a publisher and a table, one class for each thing a caller may act on.

All are :class:`carerates.errors.SourceError`, so code that only wants to know "no figures came" needs
one ``except``.  ``docs/reference/faults.md`` lists every fault and which of these it becomes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from carerates.errors import SourceError


class SettingError(SourceError):
    """A setting for sources (argument or environment variable) cannot be used."""


class OfflineError(SourceError):
    """Something that is not in the store was asked for while offline; no socket was opened."""


class ConnectionFailedError(SourceError):
    """The publisher could not be reached, or the connection broke, however often it was tried."""


class TooSlowError(SourceError):
    """The publisher did not finish within the time allowed."""


class TooLargeError(SourceError):
    """The answer is larger than allowed, or unpacks to something larger."""


class RefusedError(SourceError):
    """The publisher answered with an error, whatever HTTP status it sent with it.

    Attributes
    ----------
    status : int
        HTTP status, or the status that the body itself gives where the two differ.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        self.status = status
        super().__init__(message)


class UnknownDatasetError(RefusedError):
    """The publisher has no such dataset, release or file (any more)."""


class BusyError(RefusedError):
    """The publisher's limit on requests was reached and did not lift within the time allowed."""


class WrongContentError(SourceError):
    """What arrived is not what was asked for: a web page for data, garbage for gzip, text for a workbook."""


class IncompleteError(SourceError):
    """Fewer (or more) rows or bytes arrived than the publisher says there are."""


class RevisionChangedError(SourceError):
    """The publisher put out a new revision while the old one was being read."""


class LayoutError(SourceError):
    """A file's columns or labels are not those that carerates knows how to read; nothing was guessed."""


class ContentError(SourceError):
    """A cell holds something that its column cannot mean."""


class NotFoundError(SourceError):
    """No dataset fits the rule, or more than one does."""


class StoreError(SourceError):
    """The local store could not be read or written; what it held before is unharmed."""


class DamagedEntryError(StoreError):
    """A stored file no longer has the bytes that were put there."""


@contextmanager
def as_documented(what: str) -> Iterator[None]:
    """Turn what reading JSON of another shape raises into a :class:`LayoutError` that names the answer."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise LayoutError(f"{what} is not as documented ({type(error).__name__}: {error}).") from error
