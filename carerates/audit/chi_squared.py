"""Does a printed chi-squared follow from the counts, and if not, from which totals would it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import exp, lgamma, log

from scipy.special import chdtrc

from carerates.audit.figures import Figure, Printable, read_count, read_figure
from carerates.audit.finding import Finding

_NAMES = {
    "pearson": "Pearson's, without a continuity correction",
    "yates": "with Yates' correction",
    "likelihood_ratio": "the likelihood ratio",
}


def check_chi2(
    counts: Sequence[int],
    totals: Sequence[int],
    statistic: Printable,
    *,
    p: Printable | None = None,
    n: int | None = None,
    search: bool = True,
) -> Finding:
    """Tell whether the printed chi-squared compares these two shares.

    Parameters
    ----------
    counts, totals : pairs of int
        Respondents who said yes, and all respondents, in each of two groups.
    statistic : str or number
        The printed chi-squared, on 1 degree of freedom.
    p : str or number, optional
        The printed p value.
    n : int, optional
        The printed number of respondents in the test.
    search : bool
        Whether to look for other group totals where the printed ones do not fit.

    Returns
    -------
    Finding
        ``suggestions`` are pairs of group totals that give the statistic, p and n, nearest to the
        printed totals first.  ``recomputed`` has each form of the statistic and Fisher's p.

    Notes
    -----
    The search runs over the total of each group, with the counts as printed: all splits of ``n``
    where it is known, else totals up to a fifth away from the printed ones.

    Examples
    --------
    >>> check_chi2([12, 22], [413, 70], "72.4", p="<0.001", n=473).suggestions
    ((403, 70),)
    """
    if len(counts) != 2 or len(totals) != 2:
        raise ValueError("This check compares two groups; give two counts and two totals.")
    yes = (read_count(counts[0], "counts"), read_count(counts[1], "counts"))
    groups = (read_count(totals[0], "totals", minimum=1), read_count(totals[1], "totals", minimum=1))
    if any(count > total for count, total in zip(yes, groups, strict=True)):
        raise ValueError(f"counts are {yes} and totals {groups}; a count is not larger than its total.")
    printed = read_figure(statistic, "statistic")
    printed_p = None if p is None else read_figure(p, "p")
    values = statistics_of_shares(yes, groups)
    forms = _fitting_forms(values, printed, printed_p)
    right_n = n is None or sum(groups) == n
    consistent = bool(forms) and right_n
    explanation = (
        f"{yes[0]} of {groups[0]} against {yes[1]} of {groups[1]} (N = {sum(groups)}): chi-squared is "
        + ", ".join(f"{values[name]:.2f} ({words})" for name, words in _NAMES.items())
        + f"; printed {printed}{'' if n is None else f' with N = {n}'}."
    )
    notes: list[str] = [f"The printed value is {_NAMES[forms[0]]}."] if forms else []
    if not right_n:
        notes.append(f"The totals add up to {sum(groups)}, not to the printed N of {n}.")
    found: list[tuple[tuple[int, int], str]] = []
    if not consistent and search:
        found = _search_totals(yes, groups, printed, printed_p, n)
        notes += [
            f"Totals {pair} give {statistics_of_shares(yes, pair)[form]:.2f} ({_NAMES[form]})."
            for pair, form in found[:3]
        ]
    return Finding(
        "chi2",
        consistent,
        explanation,
        tuple(dict.fromkeys(pair for pair, _ in found)),
        tuple(notes),
        {**values, "p": float(chdtrc(1, values["pearson"])), "fisher_p": fisher_p(yes, groups)},
        {"counts": yes, "totals": groups, "statistic": printed.text, "p": p, "n": n},
    )


def statistics_of_shares(counts: tuple[int, int], totals: tuple[int, int]) -> dict[str, float]:
    """Return Pearson's, Yates' and the likelihood-ratio chi-squared of two shares (0 if all alike)."""
    a, b = counts
    c, d = totals[0] - a, totals[1] - b
    n = a + b + c + d
    margins = (a + b) * (c + d) * totals[0] * totals[1]
    if margins == 0:
        return dict.fromkeys(_NAMES, 0.0)
    cross = abs(a * d - b * c)
    corrected = max(Fraction(0), cross - Fraction(n, 2))
    ratio = 0.0
    for cell, row, column in (
        (a, totals[0], a + b),
        (b, totals[1], a + b),
        (c, totals[0], c + d),
        (d, totals[1], c + d),
    ):
        ratio += 2 * cell * log(cell * n / (row * column)) if cell else 0.0
    return {
        "pearson": float(Fraction(n * cross**2, margins)),
        "yates": float(n * corrected**2 / margins),
        "likelihood_ratio": ratio,
    }


def fisher_p(counts: tuple[int, int], totals: tuple[int, int], *, mid: bool = False) -> float:
    """Return Fisher's exact two-sided p: all tables no likelier than this one, half of it for mid-p."""
    successes, n = sum(counts), sum(totals)
    lowest, highest = max(0, successes - totals[1]), min(successes, totals[0])
    weights = {
        k: exp(_log_choose(totals[0], k) + _log_choose(totals[1], successes - k) - _log_choose(n, successes))
        for k in range(lowest, highest + 1)
    }
    here = weights[counts[0]]
    tail = sum(weight for weight in weights.values() if weight <= here * (1 + 1e-7))
    return min(1.0, tail - (here / 2 if mid else 0.0))


def _fitting_forms(values: dict[str, float], printed: Figure, p: Figure | None) -> list[str]:
    """Return the forms of the statistic that fit the printed one and its p."""
    forms = []
    for name, value in values.items():
        significance = float(chdtrc(1, value))
        if printed.fits(value, value) and (p is None or p.fits(significance, significance)):
            forms.append(name)
    return forms


def _search_totals(
    counts: tuple[int, int], totals: tuple[int, int], printed: Figure, p: Figure | None, n: int | None
) -> list[tuple[tuple[int, int], str]]:
    """Return other totals that give the printed figures, nearest to the printed totals first."""
    found: list[tuple[tuple[int, int], str]] = []
    for pair in _candidate_totals(counts, totals, n):
        values = statistics_of_shares(counts, pair)
        found += [(pair, form) for form in _fitting_forms(values, printed, p)]
    changed = [pair for pair, _ in found]

    def distance(one: tuple[tuple[int, int], str]) -> tuple[int, int, int]:
        pair, form = one
        moved = [abs(new - old) for new, old in zip(pair, totals, strict=True)]
        return sum(step > 0 for step in moved), list(_NAMES).index(form), sum(moved)

    ordered = sorted(found, key=distance)
    one_group = [each for each in ordered if distance(each)[0] <= 1]
    return one_group or ordered[: min(20, len(changed))]


def _candidate_totals(
    counts: tuple[int, int], totals: tuple[int, int], n: int | None
) -> Iterable[tuple[int, int]]:
    """Yield pairs of totals to try."""
    if n is not None:
        for first in range(max(1, counts[0]), n - max(1, counts[1]) + 1):
            yield first, n - first
        return
    for group in (0, 1):
        reach = max(5, totals[group] // 5)
        for total in range(max(1, counts[group], totals[group] - reach), totals[group] + reach + 1):
            yield (total, totals[1]) if group == 0 else (totals[0], total)


def _log_choose(n: int, k: int) -> float:
    """Return the logarithm of a binomial coefficient."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
