"""How much did each rate change, on either base, and how sure is that?"""

import carerates as cr

change = cr.change(cr.load_rates("wales", years=[2014, 2018]), 2014, 2018)
bars = cr.plot(change)
bars.figure.savefig("change.png", dpi=150)
ax = cr.plot(change, chart="dumbbells")
ax.figure.savefig("dumbbells.png", dpi=150)
