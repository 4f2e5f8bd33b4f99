"""The same funnel in Welsh, per 1,000 children, with populations on a log scale."""

import carerates as cr

funnel = cr.funnel(cr.load_rates("wales", years=[2018]))
ax = cr.plot(funnel, lang="cy", per=1_000, log_size=True, label="all")
ax.figure.savefig("funnel_welsh.png", dpi=150)
