"""Which areas are further from the rate of all areas than chance allows?"""

import carerates as cr

rates = cr.load_rates("wales", years=[2018])
funnel = cr.funnel(rates)
ax = cr.plot(funnel, headline="Rates differ by more than chance allows", highlight=["Swansea"])
ax.figure.savefig("funnel.png", dpi=150)
