"""How many children may be looked after in years to come?  Welsh stocks; starts and ceases are invented."""

import carerates as cr
from carerates.models import StockFlowModel, fit_flows

rates = cr.load_rates("wales", years=range(2013, 2019))
# three in ten leave each year, and starts make up the number: yours come from a file
flows = rates.to_frame()[["area_code", "year", "children"]].sort_values(["area_code", "year"])
before = flows.groupby("area_code")["children"].shift()
flows["ceases"] = (0.3 * before).round()
flows["starts"] = flows["children"] - before + flows["ceases"]
flows = flows.drop(columns="children").dropna()
fit = fit_flows(StockFlowModel(), rates, flows)
steady = cr.plot(fit)
steady.figure.savefig("steady_rates.png", dpi=110)
ahead = cr.plot(fit.forecast(3), areas=["Cardiff", "Flintshire", "Torfaen", "Powys"])
ahead.figure.savefig("stock_forecast.png", dpi=110)
