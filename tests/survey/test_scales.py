from __future__ import annotations

import pytest

from carerates.survey.scales import Item, Scale, ScaleSet, likert_scale, wcpp2020


def test_published_set_has_four_factors_three_pairs_three_values_and_two_vignettes() -> None:
    kinds = [scale.kind for scale in wcpp2020().scales]
    assert kinds.count("factor") == 4
    assert kinds.count("pair") == 3
    assert kinds.count("values") == 3
    assert kinds.count("vignette") == 3  # two, and the mean of both
    assert all(len(scale.items) >= 3 for scale in wcpp2020().scales if scale.kind == "factor")
    assert all(len(scale.items) == 2 for scale in wcpp2020().scales if scale.kind == "pair")


def test_inferred_coding_gives_the_printed_mean_risk_scores() -> None:
    # Table 2: 488/298, 339/319/127, 169/198/382, 563/138/47; the report prints 1.7 and 1.8
    def mean(counts: tuple[int, ...], item: Item) -> float:
        points = item.points or {code: code for code in range(item.low, item.high + 1)}
        return sum(n * points[item.low + i] for i, n in enumerate(counts)) / sum(counts)

    first, second = wcpp2020()["case_1_risk"].items, wcpp2020()["case_2_risk"].items
    case_1 = (mean((488, 298), first[0]) + mean((339, 319, 127), first[1])) / 2
    case_2 = (mean((169, 198, 382), second[0]) + mean((563, 138, 47), second[1])) / 2
    assert case_1 == pytest.approx(1.744, abs=5e-4)
    assert case_2 == pytest.approx(1.797, abs=5e-4)


def test_impossible_definitions() -> None:
    with pytest.raises(ValueError, match="low below high"):
        Item("q", 5, 1)
    with pytest.raises(ValueError, match="points for each"):
        Item("q", 1, 3, points={1: 1})
    with pytest.raises(ValueError, match="different codes"):
        ScaleSet("x", (likert_scale("a", "A", ("q",)), likert_scale("b", "B", ("q",), high=7)))
    with pytest.raises(ValueError, match="no items"):
        Scale("a", "A", ())
    with pytest.raises(KeyError, match="There is no scale"):
        wcpp2020()["nothing"]
