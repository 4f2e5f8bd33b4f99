"""How does one area compare with the areas whose need is most like its own?"""

import carerates as cr

need = cr.load_factors(["deprivation", "lone_parents"], nations=["wales", "england"])
rates = cr.load_rates(["wales", "england"], years=[2018]).join(need)
alike = cr.similar_areas(rates, on=["deprivation", "lone_parents", "population"])
neighbours = cr.plot(alike, area="Torfaen")
neighbours.figure.savefig("neighbours.png", dpi=150)
ax = cr.plot(cr.contrasting_pairs(rates, on=["deprivation", "lone_parents", "population"]))
ax.figure.savefig("contrasting_pairs.png", dpi=150)
