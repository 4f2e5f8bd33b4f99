"""Answers, group means, loadings and odds ratios of an invented survey that returns published tables."""

import carerates as cr
from carerates.survey import analyse_factors, compare_groups, explain_group, score, synthetic

responses = synthetic.wcpp2020_responses()
scores = score(responses)
groups = ("decreasing", "increasing")
answers = cr.plot(responses)
answers.figure.savefig("likert.png", dpi=150)
profile = cr.plot(compare_groups(scores, "trend", groups=groups))
profile.figure.savefig("profile.png", dpi=150)
items = [item for scale in responses.scales.scales[:4] for item in scale.item_names]
loadings = cr.plot(analyse_factors(responses, 4, items=items))
loadings.figure.savefig("loadings.png", dpi=150)
odds = explain_group(scores, "trend", scores.names[:5], groups=groups, method="plain", replicate=True)
ax = cr.plot(odds)
ax.figure.savefig("odds_ratios.png", dpi=150)
