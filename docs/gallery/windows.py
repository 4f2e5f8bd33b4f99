"""How much does the number of falling areas depend on the five years one happens to look at?"""

import carerates as cr
from carerates.trends import windows

counts = windows(cr.load_rates("wales", years=range(2003, 2019)), 5, rate="children")
ax = cr.plot(counts, headline="Between none and six areas fell by 10% or more, depending on the window")
ax.figure.savefig("windows.png", dpi=150)
