"""How much of a change is a high or low start coming back to the middle?"""

import carerates as cr
from carerates.trends import regression_to_mean

ax = cr.plot(regression_to_mean(cr.load_rates("wales", years=range(2010, 2019)), 2013, 2018))
ax.figure.savefig("reversion.png", dpi=150)
