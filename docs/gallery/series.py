"""Has a series of new cases drifted from what was expected?  Invented counts."""

import numpy as np

import carerates as cr
from carerates.funnels.surveillance import chart_series

starts = np.array([100.0, 104, 96, 130, 135, 140])
chart = chart_series(starts, np.full(6, 100.0), periods=list(range(2013, 2019)))
ax = cr.plot(chart)
ax.figure.savefig("series.png", dpi=150)
