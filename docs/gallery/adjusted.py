"""Which rates differ from those expected of areas with like deprivation?"""

import carerates as cr

need = cr.load_factors(["deprivation"], nations=["wales", "england"])
rates = cr.load_rates(["wales", "england"], years=[2018]).join(need)
ax = cr.plot(cr.adjust(rates, factors=["deprivation"]))
ax.figure.savefig("adjusted.png", dpi=150)
