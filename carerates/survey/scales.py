"""Which answers make up which score: scale sets, among them that of the 2020 Welsh workforce survey.

``wcpp2020()`` is the set behind the comparisons of Forrester et al. (2021);
:func:`carerates.survey.read_scales` reads a set of one's own from a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

AGREEMENT: Mapping[str, int] = MappingProxyType(
    {"strongly disagree": 1, "disagree": 2, "neither agree nor disagree": 3, "agree": 4, "strongly agree": 5}
)
"""Codes of the usual five answers, for surveys that were exported as words."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question: the codes an answer may have, and how they count.

    Attributes
    ----------
    name : str
        Column that holds the answers.
    low, high : int
        Smallest and largest code; an answer is a whole number between them.
    reverse : bool
        Whether a high code means little of what the scale measures; it counts as ``low + high - code``.
    points : mapping of int to float, optional
        Points for each code where they are not the code itself, such as ``{1: 1, 2: 3}``.
    words : mapping of str to int
        Codes of answers exported as words, in lower case.

    Examples
    --------
    >>> from carerates.survey import Item
    >>> Item("trust", low=1, high=5, reverse=True).reverse
    True
    """

    name: str
    low: int = 1
    high: int = 5
    reverse: bool = False
    points: Mapping[int, float] | None = None
    words: Mapping[str, int] = field(default_factory=lambda: AGREEMENT)

    def __post_init__(self) -> None:
        if self.high <= self.low:
            raise ValueError(f"Item '{self.name}' runs from {self.low} to {self.high}; give low below high.")
        if self.points is not None:
            codes = set(range(self.low, self.high + 1))
            if set(self.points) != codes:
                raise ValueError(f"Item '{self.name}' needs points for each of its codes {sorted(codes)}.")
            object.__setattr__(self, "points", MappingProxyType(dict(self.points)))


@dataclass(frozen=True, slots=True)
class Scale:
    """One score: the mean of its items' points.

    Attributes
    ----------
    name, label : str
        Column name of the score, and its name for people.
    items : tuple of Item
        Questions that count.
    answered : float
        Smallest share of the items that a respondent must have answered to have a score.
    kind : ``"factor"``, ``"pair"``, ``"values"`` or ``"vignette"``
        Where it comes from; a pair has Spearman-Brown's reliability instead of alpha.
    high_means : str
        What a high score means.

    Examples
    --------
    >>> from carerates.survey import Item, Scale
    >>> Scale("trust", "Trust in leaders", (Item("q1"), Item("q2"))).answered
    0.5
    """

    name: str
    label: str
    items: tuple[Item, ...]
    answered: float = 0.5
    kind: str = "factor"
    high_means: str = ""

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError(f"Scale '{self.name}' has no items.")
        if not 0 < self.answered <= 1:
            raise ValueError(
                f"Scale '{self.name}' has answered={self.answered}; it is above 0 and at most 1."
            )

    @property
    def item_names(self) -> tuple[str, ...]:
        """Columns that hold the answers."""
        return tuple(item.name for item in self.items)


@dataclass(frozen=True, slots=True)
class ScaleSet:
    """Scales that belong to one questionnaire.

    Attributes
    ----------
    name, description : str
        What it is, and what a user should know before relying on it.
    scales : tuple of Scale
        In the order of the results.

    Examples
    --------
    >>> from carerates.survey import Item, Scale, ScaleSet
    >>> ScaleSet("mine", (Scale("trust", "Trust in leaders", (Item("q1"), Item("q2"))),)).names
    ('trust',)
    """

    name: str
    scales: tuple[Scale, ...]
    description: str = ""

    def __post_init__(self) -> None:
        names = [scale.name for scale in self.scales]
        if not names or len(set(names)) < len(names):
            raise ValueError(
                f"A scale set needs scales with different names; found {', '.join(names) or 'none'}."
            )
        items: dict[str, Item] = {}
        for item in (item for scale in self.scales for item in scale.items):
            known = items.setdefault(item.name, item)
            if (known.low, known.high) != (item.low, item.high):
                raise ValueError(f"Item '{item.name}' has different codes in two scales.")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scales."""
        return tuple(scale.name for scale in self.scales)

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item once, in order of appearance."""
        return tuple({item.name: item for scale in self.scales for item in scale.items}.values())

    def __getitem__(self, name: str) -> Scale:
        """Return the scale called ``name``."""
        for scale in self.scales:
            if scale.name == name:
                return scale
        raise KeyError(f"There is no scale '{name}' here; there are: {', '.join(self.names)}.")


def likert_scale(
    name: str,
    label: str,
    items: tuple[str, ...],
    *,
    kind: str = "factor",
    high_means: str = "",
    reverse: tuple[str, ...] = (),
    low: int = 1,
    high: int = 5,
    answered: float = 0.5,
) -> Scale:
    """Make a scale from item names that all share one range of codes."""
    if unknown := set(reverse) - set(items):
        raise ValueError(f"Scale '{name}' reverses {', '.join(sorted(unknown))}, which are not its items.")
    made = tuple(Item(item, low, high, item in reverse) for item in items)
    return Scale(name, label, made, answered, kind, high_means)


def wcpp2020() -> ScaleSet:
    """Return the scales of the 2020 survey of the children's social care workforce in Wales.

    Returns
    -------
    ScaleSet
        Four factors, three pairs of questions, three value subscales (all 1-5) and two vignette risk
        scores with their mean (1-3, 3 being the most focused on risk).

    Notes
    -----
    The report prints neither its questionnaire nor its factor loadings here.  Items of the factors follow
    its text; their names are ours, and for subscales 1 to 3 only the number of items matters (five, three
    and three are assumed).  The coding of the vignettes, ``wcpp_inferred``, was recovered from the printed
    margins: answers 1 and 2 of the first question of case study 1 count 1 and 3, all others 1 to 3; only
    so do the means of Table 2 come out as printed (1.74 and 1.80).

    References
    ----------
    Forrester D, Wood S, Waits C, Jones R, Bristow D, Taylor-Collins E (2021). Children's social services and
    care rates in Wales: a survey of the sector.  Wales Centre for Public Policy.

    Examples
    --------
    >>> wcpp2020().names[:4]
    ('confidence_in_la', 'cuts_to_services', 'support_for_practice', 'community_agencies')
    """
    first = (
        Item("case_1_now", 1, 2, points={1: 1, 2: 3}, words={}),
        Item("case_1_later", 1, 3, words={}),
    )
    second = (Item("case_2_now", 1, 3, words={}), Item("case_2_later", 1, 3, words={}))
    return ScaleSet(
        "wcpp2020",
        (
            likert_scale(
                "confidence_in_la",
                "Confidence in LA",
                ("keeps_safe", "supports_families", "removes_if_needed", "right_children", "returns_home"),
                high_means="more confident that the LA keeps children safe and, where possible, at home",
            ),
            likert_scale(
                "cuts_to_services",
                "Cuts to services",
                ("cuts_support", "cuts_universal", "cuts_social_services"),
                high_means="more weight on cuts to services",
            ),
            likert_scale(
                "support_for_practice",
                "Support for practice",
                ("has_framework", "training_supervision", "consistent_values"),
                high_means="more belief that working practices support the LA's vision",
            ),
            likert_scale(
                "community_agencies",
                "Influence of community agencies",
                ("police", "schools", "health"),
                high_means="more weight on police, schools and health services",
            ),
            likert_scale(
                "courts",
                "Influence of courts",
                ("judges", "solicitors"),
                kind="pair",
                high_means="more weight on courts and solicitors",
            ),
            likert_scale(
                "workers_and_managers",
                "Influence of workers and managers",
                ("social_workers", "managers"),
                kind="pair",
                high_means="more weight on workers and managers",
            ),
            likert_scale(
                "parental_factors",
                "Parental factors",
                ("alcohol_drugs", "domestic_abuse"),
                kind="pair",
                high_means="more weight on parental alcohol, drugs and domestic abuse",
            ),
            likert_scale(
                "against_removal",
                "Against removing a child at risk (subscale 1)",
                tuple(f"removal_{i}" for i in range(1, 6)),
                kind="values",
                high_means="more against removal from home",
            ),
            likert_scale(
                "positive_foster_care",
                "Positive views of foster care (subscale 2)",
                tuple(f"foster_{i}" for i in range(1, 4)),
                kind="values",
                high_means="more positive about foster care",
            ),
            likert_scale(
                "favour_reunification",
                "Favour reunification (subscale 3)",
                tuple(f"reunification_{i}" for i in range(1, 4)),
                kind="values",
                high_means="more in favour of reunification",
            ),
            Scale("case_1_risk", "Case study 1 risk score", first, 0.5, "vignette", "more focused on risk"),
            Scale("case_2_risk", "Case study 2 risk score", second, 0.5, "vignette", "more focused on risk"),
            Scale(
                "both_cases_risk",
                "Risk score of both case studies",
                first + second,
                0.5,
                "vignette",
                "more focused on risk",
            ),
        ),
        "Items follow the published text; the vignette coding wcpp_inferred follows from the printed "
        "margins.",
    )
