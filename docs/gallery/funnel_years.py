"""One funnel a year, side by side on common scales, with one area followed."""

import carerates as cr

funnels = cr.funnel(cr.load_rates("wales", years=range(2013, 2019)), by="year")
ax = cr.plot(funnels, highlight=["Torfaen"])
ax.figure.savefig("funnel_years.png", dpi=150)
