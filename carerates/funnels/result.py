"""The funnel: every area's position, the limits to draw, and what both rest on."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from carerates.funnels.alternative import describe_chart
from carerates.funnels.assessment import Assessment, limit_columns, limit_lines, line_exposures
from carerates.funnels.dispersion import DispersionReport
from carerates.funnels.position import UNKNOWN, position_words, step_words
from carerates.funnels.settings import FunnelSettings, level_name
from carerates.funnels.wording import describe_funnel, explain_position
from carerates.provenance import Provenance


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """Areas against a target, with limits for what chance (and over-dispersion, if allowed for) explains.

    Attributes
    ----------
    settings : FunnelSettings
        Every choice that changes the numbers.
    provenance : Provenance
        Sources and steps.
    assessments : tuple of Assessment
        Arrays behind the tables, one for each funnel.

    Notes
    -----
    An area's position comes from the tail probability of its own count; the limits are there to be drawn.
    Inside the limits is not proof of being average: see :func:`carerates.funnels.power.power_table`.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"area": ["A", "B", "C"], "n": [154, 95, 640], "d": [20_000, 12_000, 50_000]})
    >>> funnel = cr.funnel(df, events="n", denominator="d", area="area", target=90)
    >>> funnel.to_frame()["position"].tolist()
    ['within', 'within', 'above 99.8%']
    """

    settings: FunnelSettings
    provenance: Provenance
    assessments: tuple[Assessment, ...]

    interval_kind = "control limits around the target, not intervals for an area's own rate"

    @property
    def interval_probability(self) -> tuple[float, ...]:
        """Shares of in-control areas inside the limits."""
        return self.settings.probabilities

    @property
    def measure(self) -> str:
        """What is counted."""
        return self.assessments[0].units.measure

    @property
    def groups(self) -> tuple[Hashable, ...]:
        """Values of the ``by`` column, one funnel each; ``(None,)`` without it."""
        return tuple(one.units.group[0] for one in self.assessments)

    @property
    def target(self) -> float | None:
        """The centre line per ``per``; None where areas or funnels differ in theirs."""
        values = {one.centre.common for one in self.assessments}
        value = values.pop() if len(values) == 1 else None
        return None if value is None else value * self.settings.per

    @property
    def dispersion(self) -> tuple[DispersionReport, ...]:
        """Over-dispersion of each funnel, by every estimator, whatever the limits allow for."""
        return tuple(one.report for one in self.assessments)

    def dispersion_frame(self) -> pd.DataFrame:
        """Return the dispersion reports, one row for each funnel."""
        return pd.DataFrame([report.to_dict() for report in self.dispersion])

    def select(self, group: Hashable) -> Funnel:
        """Return the funnel of one group."""
        chosen = tuple(one for one in self.assessments if one.units.group[0] == group)
        if not chosen:
            raise ValueError(
                f"There is no funnel for {group!r}; there are: {', '.join(map(str, self.groups))}."
            )
        return replace(self, assessments=chosen)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each area and funnel.

        Returns
        -------
        DataFrame
            ``area_code``, ``area_name``, the ``by`` column if any; ``observed``, ``observed_low`` and
            ``observed_high`` (true counts that the publication leaves possible); ``denominator``,
            ``expected``, ``expected_log_standard_error``; ``target``, ``rate``, ``rate_low``,
            ``rate_high`` and the limits ``lower_95``, ``upper_95``, ``lower_99_8``, ``upper_99_8``, all
            per ``settings.per``; ``z``, ``z_adjusted``, ``p_value``, ``mid_p``, ``q_value``; ``position``,
            ``position_low``, ``position_high``, ``stable_under_rounding``, ``position_words``; ``status``.
        """
        return pd.concat([self._group_frame(one) for one in self.assessments], ignore_index=True)

    def _group_frame(self, one: Assessment) -> pd.DataFrame:
        """Return the rows of one funnel."""
        units, settings, per = one.units, self.settings, self.settings.per
        levels = settings.probabilities
        known, bounded = ~np.isnan(units.observed), ~np.isnan(units.low) & ~np.isnan(units.high)
        frame = pd.DataFrame({"area_code": units.codes, "area_name": units.names})
        if settings.by:
            frame[settings.by] = pd.Series(list(units.group))
        for label, values in units.labels.items():
            if label not in frame:
                frame[label] = pd.Series(list(values), dtype="object")
        frame["observed"], frame["observed_low"], frame["observed_high"] = (
            units.observed,
            units.low,
            units.high,
        )
        frame["denominator"], frame["expected"] = units.denominator, one.yardstick.expected
        frame["expected_log_standard_error"] = units.log_error
        frame["target"] = per * one.centre.values
        frame["rate"] = per * units.observed / units.exposure
        frame["rate_low"], frame["rate_high"] = (
            per * units.low / units.exposure,
            per * units.high / units.exposure,
        )
        for probability, (low, high) in limit_columns(one).items():
            frame[f"lower_{level_name(probability)}"] = per * low / units.exposure
            frame[f"upper_{level_name(probability)}"] = per * high / units.exposure
        frame["z"] = np.where(known, one.yardstick.plain_z(units.observed), np.nan)
        frame["z_adjusted"] = np.where(known, one.yardstick.adjusted_z(units.observed), np.nan)
        frame["p_value"], frame["mid_p"], frame["q_value"] = one.p_value, one.mid_p, one.q_value
        frame["position"] = position_words(one.steps, known, levels)
        frame["position_low"] = position_words(one.steps_low, bounded, levels)
        frame["position_high"] = position_words(one.steps_high, bounded, levels)
        stable = bounded & (one.steps_low == one.steps_high)
        frame["stable_under_rounding"] = stable
        frame["position_words"] = [
            explain_position(*row)
            for row in zip(
                frame["position"],
                frame["position_low"],
                frame["position_high"],
                units.status,
                strict=True,
            )
        ]
        frame["status"] = list(units.status)
        return frame

    def limits_frame(self, points: int = 200) -> pd.DataFrame:
        """Return limit lines for drawing, from half the smallest exposure to just past the largest.

        Parameters
        ----------
        points : int
            Points along each line.

        Returns
        -------
        DataFrame
            The ``by`` column if any; ``denominator`` (what the horizontal axis shows: population, trials,
            or the expected count of a ratio), ``expected``, ``target`` and the limits, per ``settings.per``.
            Empty for a funnel whose areas each have a target of their own.
        """
        if points < 2:
            raise ValueError(f"points={points}: a line needs at least 2.")
        per = self.settings.per
        parts = []
        for one in self.assessments:
            lines = limit_lines(one, line_exposures(one, points))
            if lines.empty:
                continue
            part = pd.DataFrame({"denominator": lines["exposure"], "expected": lines["expected"]})
            if self.settings.by:
                part.insert(0, self.settings.by, pd.Series([one.units.group[0]] * len(part)))
            part["target"] = per * lines["target"]
            for probability in self.settings.probabilities:
                part[f"lower_{level_name(probability)}"] = per * lines[f"lower {probability}"]
                part[f"upper_{level_name(probability)}"] = per * lines[f"upper {probability}"]
            parts.append(part)
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

    def counts(self) -> pd.DataFrame:
        """Return how many areas lie where in each funnel, and how many chance alone would put there.

        Returns
        -------
        DataFrame
            One row for each funnel and position; ``areas``, and for each probability's "outside" the
            number that the nominal share gives.
        """
        levels = self.settings.probabilities
        order = [step_words(step, levels) for step in range(len(levels), -len(levels) - 1, -1)] + [UNKNOWN]
        rows = []
        for one in self.assessments:
            words = position_words(one.steps, ~np.isnan(one.units.observed), levels)
            rows += [
                {"group": one.units.group[0], "position": word, "areas": words.count(word)} for word in order
            ]
        return pd.DataFrame(rows)

    def path(self, area: str) -> pd.DataFrame:
        """Follow one area through funnels drawn ``by`` year (or anything else).

        Parameters
        ----------
        area : str
            Code or name, as the table spells it.
        """
        frame = self.to_frame()
        rows = frame[(frame["area_code"] == area) | (frame["area_name"].str.casefold() == area.casefold())]
        if rows.empty:
            raise ValueError(f"There is no area {area!r} in this funnel.")
        return rows.reset_index(drop=True)

    def summary(self) -> str:
        """Say what was compared with what, who is outside, and how far the limits can be relied on."""
        said = "\n\n".join(describe_funnel(self, one) for one in self.assessments)
        left_out = [step for step in self.provenance.steps if step.startswith("left out")]
        return " ".join([said, *(f"{step[0].upper()}{step[1:]}." for step in left_out)])

    def text_alternative(self, lang: str = "en") -> str:
        """Describe the chart for somebody who cannot see it, in English (``en``) or Welsh (``cy``)."""
        return describe_chart(self, self.assessments, lang)

    def __str__(self) -> str:
        return self.summary()
