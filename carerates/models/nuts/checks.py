"""May sampled draws be relied on? Mixing, the sampler's own reports, agreement with the Laplace engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from carerates.models.checks.diagnostics import Check, Diagnostics
from carerates.models.checks.mixing import measure_mixing
from carerates.models.design.arrays import NEED, Design
from carerates.models.design.terms import Array
from carerates.models.results.posterior import Posterior

RHAT_LIMIT = 1.01
ESS_LIMIT = 400.0
_LONGER = "Run longer (draws=8000), or simplify the model."


def check_draws(design: Design, posterior: Posterior, trace: Any, laplace: Posterior) -> Diagnostics:  # noqa: ANN401
    """Return every check of a sampled fit: mixing, the sampler's own reports, agreement of the engines."""
    agreement = _checks_of_agreement(*compare_draws(design, posterior, laplace))
    return Diagnostics(
        "nuts",
        (*_checks_of_mixing(design, posterior), *_checks_of_sampler(trace["sample_stats"]), *agreement),
    )


def _checks_of_mixing(design: Design, posterior: Posterior) -> tuple[Check, ...]:
    """Check that chains agree and that every reported quantity has enough draws."""
    names, quantities = _reported(design, posterior)
    by_chain = quantities.reshape(posterior.chains, -1, quantities.shape[1])
    mixing = measure_mixing(by_chain)
    apart = np.nan_to_num(mixing.rhat, nan=np.inf)
    at = int(apart.argmax())
    found = [
        Check(
            f"largest R-hat of {len(names)} reported quantities ({names[at]})",
            float(apart[at]),
            f"at most {RHAT_LIMIT}",
            bool(apart[at] <= RHAT_LIMIT),
            _LONGER,
        )
    ]
    for kind, sizes in (("bulk", mixing.bulk), ("tail", mixing.tail)):
        # a quantity that never moved has no effective size: it has failed, not passed
        known = np.nan_to_num(sizes, nan=0.0)
        at = int(known.argmin())
        found.append(
            Check(
                f"smallest {kind} effective sample size ({names[at]})",
                float(known[at]),
                f"at least {ESS_LIMIT:.0f}",
                bool(known[at] >= ESS_LIMIT),
                _LONGER,
            )
        )
    return tuple(found)


def _checks_of_sampler(stats: Any) -> tuple[Check, ...]:  # noqa: ANN401
    """Check what the sampler says of its own steps."""
    divergent = int(np.asarray(stats["diverging"]).sum())
    energy = np.asarray(stats["energy"], dtype=float)
    energies = (np.diff(energy, axis=1) ** 2).mean(axis=1) / energy.var(axis=1)
    deepest = float(np.asarray(stats["maxdepth_reached"]).mean()) if "maxdepth_reached" in stats else 0.0
    return (
        Check(
            "divergent transitions",
            float(divergent),
            "0",
            divergent == 0,
            "Give tighter priors to poorly identified terms, or leave them out.",
        ),
        Check(
            "smallest E-BFMI of a chain",
            float(energies.min()),
            "at least 0.3",
            bool(energies.min() >= 0.3),
            "A spread is poorly identified; give it a tighter prior or fix it.",
        ),
        Check(
            "share of draws that reached the greatest tree depth",
            deepest,
            "at most 0.01",
            deepest <= 0.01,
            _LONGER,
        ),
    )


def _checks_of_agreement(away: float, width: float) -> tuple[Check, ...]:
    """Check that the two engines say the same."""
    advice = "Counts may be too small for the Laplace engine; prefer these draws and say so."
    return (
        Check(
            "largest difference from the Laplace engine of an area's mean log rate, in posterior SDs",
            away,
            "below 0.2",
            away < 0.2,
            advice,
        ),
        Check(
            "median ratio of interval widths to the Laplace engine's",
            width,
            "0.9 to 1.1",
            0.9 <= width <= 1.1,
            advice,
        ),
    )


def _reported(design: Design, posterior: Posterior) -> tuple[list[str], Array]:
    """Return every quantity that a fit reports, with names, shape (draws, quantities)."""
    names = [*design.shared_names]
    parts = [posterior.shared]
    for one in design.free_spreads:
        names.append(one.name)
        parts.append(posterior.spreads[one.name][:, None])
    codes, years = design.panel.area_codes, design.panel.years
    for label, values in (
        ("rate", posterior.log_rates(design)),
        ("expected rate", posterior.expected_log_rates(design, NEED)),
    ):
        names += [f"{label} of {code} {year}" for code in codes for year in years]
        parts.append(values.reshape(len(values), -1))
    return names, np.concatenate(parts, axis=1)


def compare_draws(design: Design, one: Posterior, other: Posterior) -> tuple[float, float]:
    """Return how far two engines differ on areas' log rates.

    Returns
    -------
    away, width : float
        Largest difference of posterior means in posterior standard deviations, and the median ratio of
        the widths of 90% intervals.
    """
    a, b = (draws.log_rates(design).reshape(draws.draws, -1) for draws in (one, other))
    away = np.abs(a.mean(axis=0) - b.mean(axis=0)) / a.std(axis=0)
    wide = [np.diff(np.quantile(draws, [0.05, 0.95], axis=0), axis=0)[0] for draws in (a, b)]
    return float(away.max()), float(np.median(wide[0] / wide[1]))
