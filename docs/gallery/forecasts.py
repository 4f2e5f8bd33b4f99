"""What range may next years' rates fall in, and which forecast did best on years that came?"""

import carerates as cr

rates = cr.load_rates("wales", years=range(2010, 2019))
forecast = cr.plot(cr.trends.forecast(rates, years_ahead=2))
forecast.figure.savefig("forecast.png", dpi=150)
england = cr.load_rates("england", population="rebased")
scores = cr.plot(cr.trends.score_forecasts(england))
scores.figure.savefig("forecast_scores.png", dpi=150)
fit = cr.fit(cr.RateModel(), rates, seed=1)
ax = cr.plot(fit.forecast(2))
ax.figure.savefig("prediction.png", dpi=150)
