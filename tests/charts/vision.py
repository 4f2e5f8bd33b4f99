"""How colours look, and how far they stand out from each other, in several kinds of vision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113: full dichromacy, on linear RGB
VISIONS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "no colour at all": [[0.2126, 0.7152, 0.0722]] * 3,
}


def see(colour: str, vision: str = "") -> NDArray[np.float64]:
    """Return a colour as light, channel by channel (IEC 61966-2-1), as a kind of vision has it."""
    coded = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    light = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return np.clip(np.array(VISIONS[vision]) @ light, 0, 1) if vision else light


def luminance(colour: str, vision: str = "") -> float:
    """Return the relative luminance of WCAG 2.2."""
    return float(np.array([0.2126, 0.7152, 0.0722]) @ see(colour, vision))


def contrast(one: str, other: str, vision: str = "") -> float:
    """Return the contrast ratio of WCAG 2.2."""
    dark, light = sorted([luminance(one, vision), luminance(other, vision)])
    return (light + 0.05) / (dark + 0.05)
