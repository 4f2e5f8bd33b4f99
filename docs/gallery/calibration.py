"""Do the probabilities of classes mean what they say?  Histories with known truth, 22 and 173 areas."""

import carerates as cr
from carerates.trends import calibrate_classes

rule = cr.rules.wcpp(2013, 2018, relative_to="start", rate="computed", shortfall=None)
wales = cr.plot(calibrate_classes(cr.load_rates("wales", years=[2013]), rule, rounded=True))
wales.figure.savefig("calibration_22.png", dpi=150)
both = cr.load_rates(["wales", "england"], years=[2013])
ax = cr.plot(calibrate_classes(both, rule, replicates=30))
ax.figure.savefig("calibration_173.png", dpi=150)
