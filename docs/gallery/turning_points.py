"""When did each area's yearly change turn, and is there evidence that it did?"""

import carerates as cr
from carerates.trends import turning_points

ax = cr.plot(turning_points(cr.load_rates("wales", years=range(2003, 2019)), rate="children"))
ax.figure.savefig("turning_points.png", dpi=150)
