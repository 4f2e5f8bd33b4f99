"""Children looked after in England, by the public API where the data set is in it, else by the plain file.

Both routes give the same table.  The API is asked for the rows of 31 March alone, of one version; should it
fail, or hold another file than the newest release, the plain file is read and that is said.
"""

from __future__ import annotations

import pandas as pd

from carerates.errors import SourceError
from carerates.sources.england.api import SOURCE as API
from carerates.sources.england.api import EducationApi
from carerates.sources.england.files import ON_31_MARCH, looked_after_table, only_measure
from carerates.sources.england.releases import DATASET, SOURCE, DataSet, EducationReleases
from carerates.sources.failures import LayoutError, RevisionChangedError, StoreError
from carerates.sources.fetcher import Fetcher
from carerates.sources.store import Entry

_LEVELS = ("NAT", "REG", "LA")
_LEVEL_ORDER = {"nation": 0, "region": 1, "local_authority": 2}


def looked_after(fetcher: Fetcher, release: str | None = None) -> tuple[pd.DataFrame, list[Entry], list[str]]:
    """Fetch numbers and rates at 31 March of every area.

    Parameters
    ----------
    fetcher : Fetcher
        Store, settings and connections.
    release : str, optional
        Slug of a release such as ``2023``; the newest by default.  Older releases come as plain files.

    Returns
    -------
    frame : DataFrame
        As :func:`carerates.sources.england.read_looked_after` gives, ordered by year, level and code.
    entries : list of Entry
        What was read.
    steps : list of str
        Why the plain file was read although the data set is in the API, if it was.
    """
    if fetcher.offline:
        return _held(fetcher, release)
    releases = EducationReleases(fetcher)
    found = releases.find(release)
    steps: list[str] = []
    if found.api_id and release is None:
        try:
            frame, entries = _by_api(fetcher, found)
            return frame, entries, []
        except StoreError:
            raise
        except SourceError as error:
            fetcher.say(f"the department's API did not serve ({error}); reading the plain file")
            steps = [f"England: the plain file was read, because the department's API did not serve: {error}"]
    frame, entry = releases.table(release)
    return in_order(frame), [entry], steps


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Order rows alike for both routes."""
    keys = frame.assign(order=frame["level"].map(_LEVEL_ORDER))
    order = keys.sort_values(["year", "order", "published_code", "area_name"], kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _by_api(fetcher: Fetcher, found: DataSet) -> tuple[pd.DataFrame, list[Entry]]:
    """Ask the API for the rows of 31 March of its newest version, if that is the release's file."""
    api = EducationApi(fetcher)
    version, file = api.current_file(found.api_id)
    if file and file != found.id:
        raise RevisionChangedError(
            f"version {version} of the API's data set is of the file {file}, and the newest release has "
            f"{found.id}"
        )
    details = {"release": found.release, "role": DATASET, "data_set": found.id}
    return _query(api, found.api_id, version, found.title, details)


def _query(
    api: EducationApi, data_set: str, version: str, title: str, details: dict[str, str]
) -> tuple[pd.DataFrame, list[Entry]]:
    """Ask for the rows of 31 March, by the option of whichever filter has it."""
    meta = api.meta(data_set, version, title)
    options = [
        str(option["id"])
        for one in meta["filters"]
        for option in one.get("options", [])
        if ON_31_MARCH.match(str(option.get("label", "")))
    ]
    if len(options) != 1:
        raise LayoutError(f"{title!r} has {len(options)} filter options like '{ON_31_MARCH.pattern}'.")
    there = {str(one.get("code", "")) for one in meta["geographicLevels"]}
    criteria = {
        "and": [
            {"filters": {"eq": options[0]}},
            {"geographicLevels": {"in": [one for one in _LEVELS if one in there]}},
        ]
    }
    table, entries = api.query(data_set, criteria, version=version, details=details)
    what = f"{title} ({details.get('release', version)}, API version {version})"
    return in_order(only_measure(looked_after_table(table, what), ON_31_MARCH, what)), entries


def _held(fetcher: Fetcher, release: str | None) -> tuple[pd.DataFrame, list[Entry], list[str]]:
    """Read what was fetched last, by whichever route."""
    files = fetcher.store.entries(SOURCE, DATASET)
    pages = [one for one in fetcher.store.entries(API) if one.details.get("role") == DATASET]
    held = [one for one in files if release in (None, one.key.revision.split("/")[0])]
    held += [one for one in pages if release in (None, one.details.get("release"))]
    if not held:
        wanted = f"the release {release} of " if release else ""
        raise fetcher.nothing_held(f"{wanted}{SOURCE} {DATASET}")
    last = max(held, key=lambda one: one.retrieved)
    if last.key.source == SOURCE:
        frame, entry = EducationReleases(fetcher).table(revision=last.key.revision)
        return in_order(frame), [entry], []
    details = {name: str(value) for name, value in last.details.items() if name != "etag"}
    frame, entries = _query(EducationApi(fetcher), last.key.dataset, last.key.revision, last.title, details)
    return frame, entries, []
