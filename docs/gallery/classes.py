"""Which areas are increasing or decreasing by a rule, how probable is that, and in which order?"""

import carerates as cr

rates = cr.load_rates("wales", years=range(2014, 2019))
rule = cr.rules.Rule(name="five per cent", start=2014, end=2018, decreasing=-5, increasing=5)
published = cr.plot(cr.classify(rates, rule))
published.figure.savefig("classes.png", dpi=150)
underlying = cr.classify(rates, rule, probability=0.8)
chances = cr.plot(underlying, chart="chances")
chances.figure.savefig("class_chances.png", dpi=150)
ax = cr.plot(underlying, chart="ranking")
ax.figure.savefig("ranking.png", dpi=150)
