"""What happened when, beside one area's figures and its nation's?"""

import carerates as cr
from carerates.trends import follow_area

events = [
    ("2008-11-11", "Verdict in the case of Peter Connelly"),
    ("2009-05-20", "Southwark judgment on homeless 16 and 17 year olds"),
    ("2014-04-22", "Limit of 26 weeks for care proceedings"),
    ("2016-04-06", "Social Services and Well-being (Wales) Act in force"),
]
rates = cr.load_rates("wales", years=range(2003, 2019))
wales = cr.load_rates("wales", level="nation", years=range(2003, 2019))
followed = follow_area(rates, "Torfaen", events, national=wales, rate="published")
ax = cr.plot(followed, headline="Torfaen's rate left that of Wales behind")
ax.figure.savefig("events.png", dpi=150)
