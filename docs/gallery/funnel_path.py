"""How did one area move through the funnel, and against the limits of each year?"""

import carerates as cr

funnels = cr.funnel(cr.load_rates("wales", years=range(2012, 2019)), by="year")
path = cr.plot(funnels, chart="path", area="Torfaen")
path.figure.savefig("funnel_path.png", dpi=150)
ax = cr.plot(funnels, chart="course", area="Torfaen")
ax.figure.savefig("funnel_course.png", dpi=150)
