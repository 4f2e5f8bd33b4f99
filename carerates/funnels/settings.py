"""The choices behind a funnel, as plain values that stay with its result."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
Kind = Literal["rate", "proportion", "ratio"]
Limits = Literal["exact", "mid_p", "interpolated", "byar", "gamma", "wilson", "normal", "ci_expected"]
Dispersion = Literal["none", "multiplicative", "additive", "negative_binomial"]
Scale = Literal["square_root", "anscombe", "log", "pearson"]
Trimming = Literal["winsorise", "truncate", "none"]
TauEstimator = Literal["dersimonian_laird", "paule_mandel", "reml"]
Multiplicity = Literal["none", "bonferroni", "benjamini_hochberg"]
Target = Literal["pooled", "unweighted", "nation", "region", "left_out"]

DEFAULT_PER: dict[str, float] = {"rate": 10_000.0, "proportion": 100.0, "ratio": 1.0}


@dataclass(frozen=True, slots=True)
class FunnelSettings:
    """Every choice that changes the numbers of a funnel.

    Attributes
    ----------
    kind : {"rate", "proportion", "ratio"}
        Counts per population (Poisson), successes among trials (binomial), observed over expected (Poisson).
    target : str or float
        How the centre was set; a number is in the units of ``per``.
    limits : str
        Definition of the tail probabilities; see :mod:`carerates.funnels.tails`.
    probabilities : tuple of float
        Shares of in-control areas inside the limits, ascending.
    dispersion : str
        What the limits allow beyond chance.
    scale : str
        Scale of the z-scores behind phi and tau squared.
    winsorise : float
        Share of z-scores pulled in (or left out) at each end.
    trimming : {"winsorise", "truncate", "none"}
        What happens to those z-scores.
    debias : bool
        Whether phi is divided by its expectation under chance alone.
    tau_estimator : str
        Estimator of the between-area variance used by ``dispersion="additive"``.
    multiplicity : str
        Allowance for many areas being tested.
    per : float
        Rates are counts per this many.
    by : str or None
        Column whose values each have a funnel of their own.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"area": ["A", "B", "C"], "n": [154, 95, 640], "d": [20_000, 12_000, 50_000]})
    >>> funnel = cr.funnel(df, events="n", denominator="d", area="area", target=90)
    >>> funnel.settings.limits
    'exact'
    """

    kind: Kind = "rate"
    target: str | float = "pooled"
    limits: Limits = "exact"
    probabilities: tuple[float, ...] = (0.95, 0.998)
    dispersion: Dispersion = "none"
    scale: Scale = "square_root"
    winsorise: float = 0.1
    trimming: Trimming = "winsorise"
    debias: bool = True
    tau_estimator: TauEstimator = "dersimonian_laird"
    multiplicity: Multiplicity = "none"
    per: float = 10_000.0
    by: str | None = None

    def __post_init__(self) -> None:
        problems = [
            f"{name}={getattr(self, name)!r} is not one of {', '.join(get_args(allowed))}"
            for name, allowed in _CHOICES.items()
            if getattr(self, name) not in get_args(allowed)
        ]
        ordered = tuple(sorted(float(one) for one in self.probabilities))
        object.__setattr__(self, "probabilities", ordered)
        if not ordered or not all(0.5 <= one < 1 for one in ordered) or len(set(ordered)) < len(ordered):
            problems.append(f"probabilities={ordered} must be different numbers from 0.5 up to below 1")
        if not 0 <= self.winsorise < 0.5:
            problems.append(f"winsorise={self.winsorise} must be from 0 up to below 0.5")
        if not (np.isfinite(self.per) and self.per > 0):
            problems.append(f"per={self.per} must be a number above 0")
        if self.kind == "proportion" and self.limits in {"byar", "gamma", "ci_expected"}:
            problems.append(
                f"limits={self.limits!r} is for counts without a ceiling; a proportion takes "
                "exact, mid_p, interpolated, wilson or normal"
            )
        if self.kind != "proportion" and self.limits == "wilson":
            problems.append(
                "limits='wilson' is for proportions; a rate or ratio takes exact, mid_p, "
                "interpolated, byar, gamma, normal or ci_expected"
            )
        if problems:
            raise ValueError("These settings do not make a funnel: " + "; ".join(problems) + ".")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        return asdict(self)


_CHOICES: dict[str, Any] = {
    "kind": Kind,
    "limits": Limits,
    "dispersion": Dispersion,
    "scale": Scale,
    "trimming": Trimming,
    "tau_estimator": TauEstimator,
    "multiplicity": Multiplicity,
}


def level_name(probability: float) -> str:
    """Return a probability as it stands in column names, ``99_8`` for 0.998."""
    return f"{100 * probability:.10g}".replace(".", "_")


def level_words(probability: float) -> str:
    """Return a probability as it stands in text, ``99.8%`` for 0.998."""
    return f"{100 * probability:.10g}%"
