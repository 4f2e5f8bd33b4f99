"""The checked tables that every method takes and gives."""

from carerates.tables.draws import RateDraws
from carerates.tables.factors import Factor, FactorsTable
from carerates.tables.rates import RatesTable, as_rates
from carerates.tables.status import STATUSES, Status

__all__ = ["STATUSES", "Factor", "FactorsTable", "RateDraws", "RatesTable", "Status", "as_rates"]
