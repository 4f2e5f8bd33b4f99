"""How many children are looked after, given how many start and how readily they cease.

Children start at a steady pace through the year, ``starts`` of them, and every child looked after ceases with
the same ``hazard``, a rate per child and year.  Then ``d stock / d t = starts - hazard * stock``, which gives

    stock one year on = stock * exp(-hazard) + starts * (1 - exp(-hazard)) / hazard.

Functions of arrays, which broadcast.
"""

from __future__ import annotations

import numpy as np

from carerates.models.design.terms import Array

LEAST_HAZARD = 1e-12  # per child and year: below it nobody leaves in any number of years that is asked for


def staying_probability(hazard: Array) -> Array:
    """Return the probability that a child who starts at some time in a year is there at its end."""
    rate = np.maximum(hazard, LEAST_HAZARD)
    result: Array = -np.expm1(-rate) / rate
    return result


def leaving_probability(hazard: Array) -> Array:
    """Return the probability that a child who is there now has left within a year."""
    result: Array = -np.expm1(-np.asarray(hazard, dtype=float))
    return result


def stock_after(stock: Array, starts: Array, hazard: Array, years: float = 1.0) -> Array:
    """Return the expected number some years on, at unchanged starts and hazard."""
    rate = np.maximum(hazard, LEAST_HAZARD)
    left = np.exp(-rate * years)
    result: Array = stock * left - starts * np.expm1(-rate * years) / rate
    return result


def steady_stock(starts: Array, hazard: Array) -> Array:
    """Return the number at which as many cease as start."""
    result: Array = starts / np.maximum(hazard, LEAST_HAZARD)
    return result


def child_years(stock_before: Array, stock: Array) -> Array:
    """Return the time that children spent looked after in a year, from the numbers at its two ends.

    Notes
    -----
    The mean of both ends.  On a path towards the steady number it is at most ``hazard^2 / 12`` of the
    distance from that number too large: half a per cent of it at a hazard of a quarter a year.
    """
    result: Array = (stock_before + stock) / 2
    return result


def draw_stock(stock: Array, starts: Array, hazard: Array, rng: np.random.Generator) -> Array:
    """Draw the number one year on: who is still there, and who started and stayed.

    Parameters
    ----------
    stock : array of float
        Children looked after now, whole numbers.
    starts : array of float
        Expected number of starts in the year.
    hazard : array of float
        Rate of ceasing per child and year.
    rng : numpy.random.Generator
        Source of randomness.
    """
    still = rng.binomial(np.asarray(stock, dtype=np.int64), np.exp(-np.asarray(hazard, dtype=float)))
    result: Array = (still + rng.poisson(starts * staying_probability(hazard))).astype(float)
    return result
