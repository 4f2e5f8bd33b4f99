"""Errors that carerates raises, one class for each thing a user can mend.

Every message says what was found, what is allowed and what to do.  Wrong arguments to a
function stay ``ValueError`` or ``TypeError``; what the world outside got wrong is one of these.
``exit_code`` is what the command line ends with, so that a script can tell the kinds apart
(``2`` is left to click for wrong options, ``130`` to an interrupted run).
"""

from __future__ import annotations

from collections.abc import Iterable


class CareratesError(Exception):
    """Base of every error that carerates raises on purpose.

    Examples
    --------
    >>> import carerates as cr
    >>> try:
    ...     cr.areas.find("Atlantis")
    ... except cr.CareratesError as error:
    ...     print(type(error).__name__)
    AreaError
    """

    exit_code = 1


class SourceError(CareratesError):
    """A publisher, a file or the local store did not give what was asked of it.

    Examples
    --------
    >>> import carerates as cr
    >>> error = cr.SourceError("The publisher did not answer.")
    >>> error.exit_code
    3
    """

    exit_code = 3


class TableError(CareratesError):
    """A table breaks a rule; every problem found is reported together.

    Parameters
    ----------
    message : str
        What is wrong as a whole, and what to do.
    problems : iterable of str, optional
        One line for each problem, with row numbers where they help.

    Examples
    --------
    >>> import carerates as cr
    >>> error = cr.TableError("This is not a rates table.", ["column 'children' is missing"])
    >>> error.problems
    ("column 'children' is missing",)
    """

    exit_code = 4

    def __init__(self, message: str, problems: Iterable[str] = ()) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        text = message
        if self.problems:
            text = message + "\n" + "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(text)


class AreaError(TableError):
    """A name or code is not that of one area; the message suggests near matches.

    Examples
    --------
    >>> import carerates as cr
    >>> error = cr.AreaError("No area 'Cardif' is known.")
    >>> str(error)
    "No area 'Cardif' is known."
    """


class ModelError(CareratesError):
    """A model cannot be fitted to these data, or its result must not be relied on.

    Examples
    --------
    >>> import carerates as cr
    >>> error = cr.ModelError("The model did not converge.")
    >>> error.exit_code
    5
    """

    exit_code = 5


class OutputError(CareratesError):
    """A result could not be written; nothing half-written was left behind.

    Examples
    --------
    >>> import carerates as cr
    >>> error = cr.OutputError("The folder cannot be written.")
    >>> error.exit_code
    6
    """

    exit_code = 6


class MissingExtraError(CareratesError, ImportError):
    """An optional part of carerates is not installed; the message names the command.

    Examples
    --------
    >>> import carerates as cr
    >>> print(cr.MissingExtraError("bayes", "engine='nuts'"))
    engine='nuts' needs the extra 'bayes'. Install it with:  pip install 'carerates[bayes]'
    """

    exit_code = 7

    def __init__(self, extra: str, needed_for: str) -> None:
        self.extra = extra
        super().__init__(
            f"{needed_for} needs the extra '{extra}'. Install it with:  pip install 'carerates[{extra}]'"
        )


class CareratesWarning(UserWarning):
    """A result stands, but a reader should know something before relying on it.

    Examples
    --------
    >>> import warnings
    >>> import carerates as cr
    >>> warnings.simplefilter("error", cr.CareratesWarning)  # a script that stops instead
    >>> warnings.resetwarnings()
    """
