"""The 23 characteristics of the self-evaluation in two languages, their themes and the five answers.

Codes A1 to E2 are those of figure 32 of Cordis Bright (2013), which proposes such a tool; the short labels are
ours.
"""

# ruff: noqa: E501 - whole labels are easier to translate unbroken
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

THEME_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "A": "strategy_and_leadership",
        "B": "prevention",
        "C": "approach_to_practice",
        "D": "partnership",
        "E": "information",
    }
)


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that a questionnaire says, in one language.

    Attributes
    ----------
    title, introduction, sheet : str
        Heading, what to do, name of the sheet.
    area, role, roles : str, str, tuple of two str
        Labels of the first rows, and the two roles: leader and worker.
    columns : tuple of str
        Headings of the table.
    answers : tuple of five str
        Answers from 1 to 5, each beginning with its number.
    themes, characteristics : mappings
        Labels by letter and by code.
    overall : str
        Name of the mean of all characteristics.
    choose_area, choose_role, choose_answer : str
        Hints shown beside a cell to fill in.
    areas : str
        Name of the sheet with the list of areas.
    """

    title: str
    introduction: tuple[str, ...]
    sheet: str
    area: str
    role: str
    roles: tuple[str, str]
    columns: tuple[str, str, str, str, str]
    answers: tuple[str, str, str, str, str]
    themes: Mapping[str, str]
    characteristics: Mapping[str, str]
    overall: str
    choose_area: str
    choose_role: str
    choose_answer: str
    areas: str


_ENGLISH = Wording(
    title="Self-evaluation: what can help to reduce the number of children looked after",
    introduction=(
        "Choose your local authority and role, then an answer for each characteristic. Leave an answer empty if "
        "you cannot say.",
        "Only white cells can be filled in. Notes are for you: they are never read when questionnaires are "
        "gathered.",
        "A high score says that a characteristic is in place, not that rates are low or should be.",
        "After figure 32 of Cordis Bright (2013), Research on differences in the looked after children "
        "population; the wording is carerates'.",
    ),
    sheet="Questionnaire",
    area="Local authority",
    role="Role",
    roles=("leader", "worker"),
    columns=("Code", "Theme", "Characteristic", "Answer", "Notes (never read)"),
    answers=(
        "1 not in place",
        "2 beginning",
        "3 partly",
        "4 mostly",
        "5 fully in place and kept up",
    ),
    themes={
        "A": "Strategy and leadership",
        "B": "Prevention and early intervention",
        "C": "Approach to practice",
        "D": "Partnership working",
        "E": "Information about performance",
    },
    characteristics={
        "A1": "A strategy on the number of children looked after is written down",
        "A2": "All senior leaders speak for it, and keep doing so",
        "A3": "Elected members and the rest of the council support it",
        "A4": "Partners outside the council support it, courts above all",
        "A5": "It is about children's outcomes first and money second",
        "A6": "It looks at children leaving care as much as at children entering",
        "A7": "Staff and partners can review it openly, and are answered",
        "B1": "Social workers and partners trust early help to stop needs growing",
        "B2": "Money and people are put into early help that has evidence behind it",
        "B3": "Early help services have been in place for years",
        "B4": "Early help is part of one clear path up and down levels of support",
        "B5": "Early help services have stated aims and measure what they achieve",
        "B6": "Partners accept that more risk is held outside statutory services",
        "C1": "Quality assurance is strong, independent reviewing officers included",
        "C2": "One approach to social work is defined, known and used",
        "C3": "Staff have enough time for families and for children looked after",
        "C4": "Casework is about outcomes",
        "C5": "Support follows a child's needs, not the child's legal status",
        "D1": "Agencies that work with families work together",
        "D2": "Agencies back each other and challenge each other",
        "D3": "Courts, Cafcass and council lawyers share the aims or trust assessments",
        "E1": "Information shows how well the whole system protects and supports children",
        "E2": "That information is looked at often and changes services",
    },
    overall="All characteristics",
    choose_area="Choose from the list, or type a code or name.",
    choose_role="Choose leader or worker.",
    choose_answer="Choose 1 to 5; leave empty if you cannot say.",
    areas="Areas",
)

_WELSH = Wording(
    title="Hunanwerthuso: beth all helpu i leihau nifer y plant sy'n derbyn gofal",
    introduction=(
        "Dewiswch eich awdurdod lleol a'ch rôl, ac yna ateb ar gyfer pob nodwedd. Gadewch ateb yn wag os na "
        "allwch ddweud.",
        "Dim ond celloedd gwyn y gellir eu llenwi. I chi y mae'r nodiadau: ni chânt eu darllen pan gesglir yr "
        "holiaduron.",
        "Mae sgôr uchel yn dweud bod nodwedd ar waith, nid bod cyfraddau'n isel nac y dylent fod.",
        "Yn dilyn ffigur 32 Cordis Bright (2013), Research on differences in the looked after children "
        "population; geiriad carerates yw hwn.",
    ),
    sheet="Holiadur",
    area="Awdurdod lleol",
    role="Rôl",
    roles=("arweinydd", "gweithiwr"),
    columns=("Cod", "Thema", "Nodwedd", "Ateb", "Nodiadau (ni chânt eu darllen)"),
    answers=(
        "1 ddim ar waith",
        "2 yn dechrau",
        "3 yn rhannol",
        "4 gan mwyaf",
        "5 yn llawn ar waith ac yn cael ei gynnal",
    ),
    themes={
        "A": "Strategaeth ac arweinyddiaeth",
        "B": "Atal ac ymyrraeth gynnar",
        "C": "Dull o weithio",
        "D": "Gweithio mewn partneriaeth",
        "E": "Gwybodaeth am berfformiad",
    },
    characteristics={
        "A1": "Mae strategaeth ar nifer y plant sy'n derbyn gofal wedi'i hysgrifennu",
        "A2": "Mae'r holl uwch arweinwyr yn siarad o'i phlaid, ac yn dal i wneud hynny",
        "A3": "Mae'r aelodau etholedig a gweddill y cyngor yn ei chefnogi",
        "A4": "Mae partneriaid y tu allan i'r cyngor yn ei chefnogi, y llysoedd yn anad neb",
        "A5": "Canlyniadau i blant sy'n dod yn gyntaf ynddi, ac arian yn ail",
        "A6": "Mae'n edrych ar blant sy'n gadael gofal gymaint ag ar blant sy'n dod i ofal",
        "A7": "Gall staff a phartneriaid ei hadolygu'n agored, a chael ateb",
        "B1": "Mae gweithwyr cymdeithasol a phartneriaid yn credu bod cymorth cynnar yn atal anghenion rhag tyfu",
        "B2": "Rhoddir arian a phobl i gymorth cynnar y mae tystiolaeth drosto",
        "B3": "Mae gwasanaethau cymorth cynnar wedi bod ar waith ers blynyddoedd",
        "B4": "Mae cymorth cynnar yn rhan o un llwybr clir i fyny ac i lawr y lefelau cymorth",
        "B5": "Mae gan wasanaethau cymorth cynnar nodau penodol ac maent yn mesur yr hyn a gyflawnant",
        "B6": "Mae partneriaid yn derbyn bod mwy o risg yn cael ei dal y tu allan i wasanaethau statudol",
        "C1": "Mae sicrhau ansawdd yn gadarn, gan gynnwys swyddogion adolygu annibynnol",
        "C2": "Mae un dull o waith cymdeithasol wedi'i ddiffinio, yn hysbys ac yn cael ei ddefnyddio",
        "C3": "Mae gan staff ddigon o amser i deuluoedd ac i blant sy'n derbyn gofal",
        "C4": "Mae gwaith achos yn canolbwyntio ar ganlyniadau",
        "C5": "Mae cymorth yn dilyn anghenion plentyn, nid ei statws cyfreithiol",
        "D1": "Mae asiantaethau sy'n gweithio gyda theuluoedd yn gweithio gyda'i gilydd",
        "D2": "Mae asiantaethau'n cefnogi ei gilydd ac yn herio ei gilydd",
        "D3": "Mae'r llysoedd, Cafcass a chyfreithwyr y cyngor yn rhannu'r nodau neu'n ymddiried mewn asesiadau",
        "E1": "Mae gwybodaeth yn dangos pa mor dda y mae'r system gyfan yn diogelu ac yn cefnogi plant",
        "E2": "Edrychir ar y wybodaeth honno'n aml ac mae'n newid gwasanaethau",
    },
    overall="Pob nodwedd",
    choose_area="Dewiswch o'r rhestr, neu deipio cod neu enw.",
    choose_role="Dewiswch arweinydd neu gweithiwr.",
    choose_answer="Dewiswch 1 i 5; gadewch yn wag os na allwch ddweud.",
    areas="Ardaloedd",
)

WORDINGS: Mapping[str, Wording] = MappingProxyType({"en": _ENGLISH, "cy": _WELSH})
CHARACTERISTICS: Mapping[str, str] = MappingProxyType(dict(_ENGLISH.characteristics))


def wording_in(lang: str) -> Wording:
    """Return the questionnaire's words in a language."""
    if lang not in WORDINGS:
        raise ValueError(f"lang is {lang!r}; it is 'en' or 'cy'.")
    return WORDINGS[lang]
