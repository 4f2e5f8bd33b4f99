"""How the site is built: `uv run sphinx-build -W -n docs docs/_build` from the project's root, offline."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
# the kernels that run the pages, and autodoc, read this checkout and not some other installed copy
for place in (str(HERE / "_extensions"), str(ROOT)):
    sys.path.insert(0, place)
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")
# every page is run on the bundled edition; a page that reaches for the network is an error
os.environ["CARERATES_OFFLINE"] = "1"

import carerates

project = "carerates"
author = "The carerates contributors"
copyright = "The carerates contributors. Code: MIT. Bundled figures: Open Government Licence v3.0"
version = release = carerates.__version__
language = "en-GB"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "sphinx_design",
    "made_pages",  # gallery, command line, data sets, index of methods: made from what they describe
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "_extensions", "jupyter_execute", "**.ipynb_checkpoints"]
# folders that others fill may still be empty
suppress_warnings = ["toc.empty_glob"]
nitpicky = True
nitpick_ignore_regex = [
    # other projects' objects: the site is built offline, so there is no inventory to link to
    (r"py:.*", r"(pandas|pd|numpy|np|matplotlib|scipy|collections|typing|pathlib|os|datetime)\..*"),
]

myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline", "attrs_block"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_execution_in_temp = True
nb_merge_streams = True

autosummary_generate = ["reference/generated/api.md"]  # made before Sphinx looks for it
autosummary_ignore_module_all = False
autodoc_typehints = "none"  # numpydoc's Parameters say it in words
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "pydata_sphinx_theme"
html_title = f"carerates {release}"
html_static_path = ["_static"]
html_css_files = ["carerates.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": True,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"index": []}
