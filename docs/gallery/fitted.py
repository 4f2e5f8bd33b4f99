"""What does a model say of each area's underlying rate, and of what goes with it?"""

import carerates as cr

need = cr.load_factors(["deprivation"], nations=["wales"])
rates = cr.load_rates("wales", years=range(2014, 2019)).join(need)
fit = cr.fit(cr.RateModel(factors=["deprivation"]), rates, seed=1)
for chart in (
    "caterpillar",
    "shrinkage",
    "gradient",
    "explained",
    "trends",
    "ratios",
    "priors",
    "predictive",
):
    ax = cr.plot(fit, chart=chart)
    ax.figure.savefig(f"fitted_{chart}.png", dpi=150)
