"""The page of the API: every public object, by the folder whose question it answers."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

import carerates

# in the order in which data flow through them
FOLDERS = (
    "sources", "tables", "areas", "funnels", "models", "trends", "peers", "survey", "audit", "charts", "reports",
)  # fmt: skip
ERRORS = "errors"


def public_objects() -> dict[str, list[str]]:
    """Return the dotted public names by folder; what `import carerates as cr` offers comes under that name."""
    top = {
        id(getattr(carerates, name)): name
        for name in carerates.__all__
        if name not in ("__version__", "rules")
    }
    found: dict[str, list[str]] = {}
    listed: set[int] = set()  # one object, one page: under its shortest name
    for folder in (*FOLDERS, ERRORS):
        module = import_module(f"carerates.{folder}")
        names: list[str] = []
        for dotted, value in sorted(_members(module), key=lambda member: member[0].count(".")):
            if id(value) in listed:
                continue
            listed.add(id(value))
            names.append(f"carerates.{top[id(value)]}" if id(value) in top else dotted)
        found[folder] = list(dict.fromkeys(names))
    return found


def _members(module: ModuleType) -> list[tuple[str, object]]:
    """Return the public members of a module, and of the modules that it makes public."""
    own = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    members: list[tuple[str, object]] = []
    for name in own:
        value = getattr(module, name)
        members += (
            _members(value) if isinstance(value, ModuleType) else [(f"{module.__name__}.{name}", value)]
        )
    return members


def make_page() -> str:
    """Return the page: one section for each folder."""
    lines = [
        "# API\n",
        "`import carerates as cr` gives every name that begins with `carerates.` and has one dot; the others are reached "
        "through their folder, such as `cr.survey.score`. Names that are not here may change without notice.\n",
    ]
    for folder, names in public_objects().items():
        module = import_module(f"carerates.{folder}")
        first, _, rest = (module.__doc__ or "").strip().partition("\n\n")
        lines += [f"## {folder}\n", first.strip() + "\n"]
        if rest and folder in ("survey", "audit"):
            lines.append(rest.strip() + "\n")
        lines += ["```{eval-rst}", ".. autosummary::", "   :toctree: api/", "   :nosignatures:\n"]
        lines += [f"   {name}" for name in names]
        lines += ["```\n"]
    # what a docstring says in reStructuredText is said here in Markdown
    return "\n".join(lines).replace(":class:`Finding`", "`Finding`")
