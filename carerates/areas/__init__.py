"""Who is who: codes, names, recodes and mergers, neighbours.

The facts stand in the CSV files of this folder, each with its source in ``SOURCES.md``; what is here only
reads them.  :func:`find` knows every code and name, :func:`register` lists the areas.
"""

from carerates.areas.directory import Area, register
from carerates.areas.lookup import find, find_all, name, short_name

__all__ = ["Area", "find", "find_all", "name", "register", "short_name"]
