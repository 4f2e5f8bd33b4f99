"""Draw the picture of the README from the bundled figures::

python scripts/draw_readme_picture.py
"""

from __future__ import annotations

from pathlib import Path

import carerates as cr
from carerates.reports.pictures import Drawing, draw

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "_static" / "funnel-wales-2018.svg"
HEADLINE = "Rates in Wales differ by more than chance allows"


def drawing() -> Drawing:
    """Return the funnel of Wales in 2018 with its words."""
    funnel = cr.funnel(cr.load_rates("wales", years=[2018]))
    return draw(cr.plot(funnel, headline=HEADLINE), HEADLINE, funnel.text_alternative())


if __name__ == "__main__":
    PICTURE.write_text(drawing().svg, encoding="utf-8")
    print(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")
