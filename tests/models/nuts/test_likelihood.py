from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.special import logsumexp

from carerates.models.nuts.likelihood import IMPOSSIBLE, SHORT, log_of_set, log_rising


def test_rising_factorials_keep_their_digits_for_any_noise_and_count():
    """Against 60 digits: noise of 3,000% down to 1e-15, no child to 100,000 children."""
    with mpmath.workdps(60):
        for size in (1e-3, 0.5, 1.0, 8.0, 100.0, 1e4, 1e9, 1e20, 1e30):
            for children in (0.0, 1.0, 3.0, 80.0, 1200.0, 1e5):
                exact = (
                    mpmath.loggamma(children + mpmath.mpf(size))
                    - mpmath.loggamma(size)
                    - children * mpmath.log(size)
                )
                found = log_rising(np, np.float64(children), np.float64(size))
                # the largest is 1.7 million, whose last digit is worth 2e-10
                assert found == pytest.approx(float(exact), abs=1e-9, rel=1e-15)


@pytest.mark.parametrize("rising", [False, True])
@pytest.mark.parametrize("further", [1, 4, SHORT, SHORT + 1, 60])
@pytest.mark.filterwarnings("ignore")  # compilers warn of their own affairs
def test_sets_written_out_and_sets_of_many_values_have_the_same_probability_and_slope(further, rising):
    """Three sets: likely from its lowest value, likely from its highest, and one that ends early."""
    import pytensor
    import pytensor.tensor as pt

    rng = np.random.default_rng(further)
    step = np.array([-30.0, 30.0, 2.0])
    rises = rng.normal(size=(further, 3)) if rising else None
    constant = rng.normal(size=(further, 3))
    constant[1:, 2] = IMPOSSIBLE
    at = pt.dvector("at")
    found = log_of_set(pt, at, None if rises is None else pt.constant(rises), pt.constant(constant))
    mode = pytensor.compile.mode.Mode("py", None)  # interpreted: the quickest for one evaluation
    value, slope = pytensor.function([at], [found, pt.grad(found.sum(), at)], mode=mode)(step)
    more = np.arange(1.0, further + 1)[:, None]
    terms = more * step + constant + (0.0 if rises is None else np.cumsum(rises, axis=0))
    terms = np.vstack([np.zeros(3), terms])
    # double precision on numbers up to 1,800
    assert value == pytest.approx(logsumexp(terms, axis=0), rel=1e-13, abs=1e-12)
    share = np.exp(terms - logsumexp(terms, axis=0))
    expected = (share * np.vstack([np.zeros(3), np.broadcast_to(more, (further, 3))])).sum(axis=0)
    assert slope == pytest.approx(expected, rel=1e-11, abs=1e-12)
