"""Do children starting and ceasing to be looked after add up to the change?  Wales, StatsWales figures."""

import pandas as pd

import carerates as cr
from carerates.trends import account_flows

stock = pd.DataFrame(
    {"area_code": "Wales", "year": [2018, 2019], "children": [6407, 6846], "population": [628_100, 629_554]}
)
flows = pd.DataFrame({"area_code": "Wales", "year": [2019], "starts": [2125], "ceases": [1678]})
ax = cr.plot(account_flows(stock, flows))
ax.figure.savefig("flows.png", dpi=150)
