"""Which labels survive another window, base, threshold, probability or prior?"""

import carerates as cr
from carerates.trends import sensitivity

rates = cr.load_rates("wales", years=range(2010, 2019))
rule = cr.rules.wcpp(2013, 2018, relative_to="start", rate="computed", shortfall=None)
labels = sensitivity(rates, rule, windows=[(2012, 2017), (2011, 2016)])
published = cr.plot(labels, question="published figures")
published.figure.savefig("sensitivity_published.png", dpi=150)
ax = cr.plot(
    labels, headline="Five areas are increasing whatever is changed, none is decreasing whatever is changed"
)
ax.figure.savefig("sensitivity.png", dpi=150)
