"""A funnel as one HTML file with tooltips and a search box; needs carerates[interactive]."""

import carerates as cr

funnel = cr.funnel(cr.load_rates("wales", years=[2018]))
path = cr.charts.interactive_funnel(funnel, "funnel.html", headline="Rates differ by more than chance allows")
