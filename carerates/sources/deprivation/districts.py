"""In which upper-tier authority does a district lie, whatever year its code is of?

Small areas are published with the district of their time.  Districts of counties are numbered county by
county, so that a span of codes is a county; where a county was split or merged since, its districts decide.
"""

from __future__ import annotations

import re
from functools import cache

from carerates import areas
from carerates.errors import AreaError
from carerates.sources.failures import ContentError

# first and last code of the districts of each county, as numbered in 2009
_SPANS = (
    (4, 7, "E06000060"),  # Buckinghamshire, one authority since 2020
    (8, 12, "E10000003"),
    (26, 31, "E10000006"),
    (32, 39, "E10000007"),
    (40, 47, "E10000008"),
    (48, 53, "E10000009"),
    (61, 65, "E10000011"),
    (66, 77, "E10000012"),
    (78, 83, "E10000013"),
    (84, 94, "E10000014"),
    (95, 104, "E10000015"),
    (105, 116, "E10000016"),
    (117, 128, "E10000017"),
    (129, 135, "E10000018"),
    (136, 142, "E10000019"),
    (143, 149, "E10000020"),
    (150, 156, "E10000021"),
    (163, 169, "E06000065"),  # North Yorkshire, one authority since 2023
    (170, 176, "E10000024"),
    (177, 181, "E10000025"),
    (187, 191, "E06000066"),  # Somerset, one authority since 2023
    (192, 199, "E10000028"),
    (200, 206, "E10000029"),
    (207, 217, "E10000030"),
    (218, 222, "E10000031"),
    (223, 229, "E10000032"),
    (234, 239, "E10000034"),
    (240, 243, "E10000015"),  # four of Hertfordshire, recoded in 2012
    (244, 245, "E10000029"),  # two of Suffolk, merged in 2019
    (246, 246, "E06000066"),  # Somerset West and Taunton, merged in 2019
)
# counties that were split or merged, by district
_SINCE = {
    **dict.fromkeys((48,), "E06000058"),  # Christchurch went to Bournemouth, Christchurch and Poole
    **dict.fromkeys((49, 50, 51, 52, 53), "E06000059"),
    **dict.fromkeys(
        (150, 152, 153, 156), "E06000061"
    ),  # Corby, East Northamptonshire, Kettering, Wellingborough
    **dict.fromkeys((151, 154, 155), "E06000062"),  # Daventry, Northampton, South Northamptonshire
    **dict.fromkeys((26, 28, 29), "E06000063"),  # Allerdale, Carlisle, Copeland
    **dict.fromkeys((27, 30, 31), "E06000064"),  # Barrow-in-Furness, Eden, South Lakeland
}
_MERGED = {"E06000028": "E06000058", "E06000029": "E06000058"}  # Bournemouth, Poole
# counties by the first two digits of the codes in use before 2009
_COUNTIES_BEFORE_2009 = {
    "11": "E06000060",
    "12": "E10000003",
    "16": "E10000006",
    "17": "E10000007",
    "18": "E10000008",
    "19": "E10000009",
    "21": "E10000011",
    "22": "E10000012",
    "23": "E10000013",
    "24": "E10000014",
    "26": "E10000015",
    "29": "E10000016",
    "30": "E10000017",
    "31": "E10000018",
    "32": "E10000019",
    "33": "E10000020",
    "34": "E10000021",
    "36": "E06000065",
    "37": "E10000024",
    "38": "E10000025",
    "40": "E06000066",
    "41": "E10000028",
    "42": "E10000029",
    "43": "E10000030",
    "44": "E10000031",
    "45": "E10000032",
    "47": "E10000034",
}


@cache
def upper_tier(code: str, name: str = "") -> str:
    """Return the code in use now of the upper-tier authority that a district of England lies in.

    Parameters
    ----------
    code : str
        GSS code of any year since 2009 (``E07000150``), or the code of before 2009 (``34UB``).
    name : str
        Name, which decides for an authority under a code of before 2009.

    Returns
    -------
    str
        Present authority, also where the county was split or merged since.  With codes of before 2009, the
        former counties of Cumbria, Dorset and Northamptonshire stay whole.

    Raises
    ------
    ContentError
        If it is no district or authority that is known.

    Examples
    --------
    >>> from carerates.sources.deprivation.districts import upper_tier
    >>> [upper_tier(code) for code in ("E07000150", "E07000151", "E06000029", "E08000016")]
    ['E06000061', 'E06000062', 'E06000058', 'E08000038']
    """
    if match := re.fullmatch(r"E07000(\d{3})", code):
        number = int(match[1])
        if number in _SINCE:
            return _SINCE[number]
        for first, last, county in _SPANS:
            if first <= number <= last:
                return county
    elif re.fullmatch(r"\d{2}[A-Z]{2}", code) and code[:2] in _COUNTIES_BEFORE_2009:
        return _COUNTIES_BEFORE_2009[code[:2]]
    elif re.fullmatch(r"E0[689]\d{6}", code):
        code = _MERGED.get(code, code)
    elif re.fullmatch(r"00[A-Z]{2}", code):
        code = name
    else:
        raise ContentError(f"{code!r} ({name or 'no name'}) is no district of England.")
    try:
        found = areas.find(code)
    except AreaError as error:
        raise ContentError(
            f"{code!r} ({name or 'no name'}) is no district of England that is known."
        ) from error
    return _MERGED.get(found.code, found.code)
