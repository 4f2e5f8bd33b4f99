"""What did the published rates do, area by area, and where does the series break?"""

import carerates as cr

rates = cr.load_rates("wales", years=range(2010, 2019))
areas = ["Torfaen", "Cardiff", "Gwynedd", "Powys", "Swansea", "Wrexham", "Ceredigion", "Bridgend"]
ax = cr.plot(rates, areas=areas)
ax.figure.savefig("trends.png", dpi=150)
