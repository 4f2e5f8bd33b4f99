"""The door of the factors table."""

from __future__ import annotations

import pandas as pd
import pytest

import carerates as cr
from carerates.tables import RateDraws


def table(**changes: object) -> cr.FactorsTable:
    columns: dict[str, object] = {"area_code": ["A", "B"], "need": [1.0, 2.0], "need_se": [0.1, 0.2]}
    return cr.FactorsTable(pd.DataFrame(columns | changes), (cr.Factor("need", standard_error="need_se"),))


def test_all_problems_are_reported_together() -> None:
    with pytest.raises(cr.TableError) as caught:
        table(area_code=["A", "A"], need=["x", 2], need_se=[-1, 0.2])
    assert len(caught.value.problems) == 3


def test_a_factor_without_its_column_is_named() -> None:
    with pytest.raises(cr.TableError, match="column 'spend' is missing"):
        cr.FactorsTable(pd.DataFrame({"area_code": ["A"]}), (cr.Factor("spend"),))


def test_joining_keeps_the_areas_of_both() -> None:
    other = cr.FactorsTable(pd.DataFrame({"area_code": ["B", "C"], "spend": [5, 6]}), (cr.Factor("spend"),))
    both = table().join(other)
    assert both.names == ("need", "spend")
    assert both.to_frame()["area_code"].tolist() == ["A", "B", "C"]
    with pytest.raises(cr.TableError, match="Both tables hold need"):
        both.join(table())


def test_yearly_and_fixed_factors_do_not_mix() -> None:
    with pytest.raises(cr.TableError, match="row per area and year"):
        spend = pd.DataFrame({"area_code": ["A"], "year": [2018], "spend": [5]})
        table().join(cr.FactorsTable(spend, (cr.Factor("spend"),)))


def test_draws_refuse_shapes_that_do_not_fit() -> None:
    import numpy as np

    with pytest.raises(cr.TableError, match="not \\(draws, 2, 1\\)"):
        RateDraws(np.ones((5, 3, 1)), ("A", "B"), (2018,), np.ones((2, 1)))
    draws = RateDraws(np.ones((5, 2, 1)), ("A", "B"), (2018,), np.ones((2, 1)))
    assert draws.year(2018).shape == (5, 2)
    with pytest.raises(cr.TableError, match="no year 2019"):
        draws.year(2019)
