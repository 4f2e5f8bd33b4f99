"""What happened when, beside one area's figures and its nation's?"""

import carerates as cr
from carerates.trends import follow_area

events = [
    ("2009-05-20", "Southwark judgment on homeless 16 and 17 year olds"),
    ("2014-04-22", "Limit of 26 weeks for care proceedings"),
    ("2016-04-06", "Social Services and Well-being (Wales) Act in force"),
]
followed = follow_area(cr.load_rates("wales", years=range(2010, 2019)), "Torfaen", events)
ax = cr.plot(followed, headline="Torfaen's rate left that of Wales behind")
ax.figure.savefig("events.png", dpi=150)
