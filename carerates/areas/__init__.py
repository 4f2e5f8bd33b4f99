"""Who is who: codes, names, recodes and mergers, neighbours.

The facts stand in the CSV files of this folder, each with its source in ``SOURCES.md``; what is here only
reads them.  :func:`find` knows every code and name, :func:`register` lists the areas, :func:`harmonise`
puts a table on areas that do not change, :func:`neighbours` and :func:`tile_grid` say where areas lie.
"""

from carerates.areas.changes import changes, parts_now
from carerates.areas.directory import Area, register
from carerates.areas.geography import neighbours, tile_grid
from carerates.areas.harmonisation import harmonise
from carerates.areas.lookup import find, find_all, name, short_name

__all__ = [
    "Area",
    "changes",
    "find",
    "find_all",
    "harmonise",
    "name",
    "neighbours",
    "parts_now",
    "register",
    "short_name",
    "tile_grid",
]
