"""How well a demand agrees with counts."""

from collections.abc import Sequence
from math import sqrt

import msgspec

WITHIN = 5.0
"""GEH below this is a fit (UK Design Manual for Roads and Bridges)."""


class Fit(msgspec.Struct, frozen=True):
    """A count, what the demand gives there, and the GEH of the two, by the hour."""

    id: str
    counted: float
    modelled: float
    geh: float


def geh(modelled: float, counted: float) -> float:
    """The statistic of G. E. Havers, of two hourly volumes; 0 where both are 0."""
    both = modelled + counted
    return sqrt(2 * (modelled - counted) ** 2 / both) if both > 0 else 0.0


def within(fits: Sequence[Fit]) -> float:
    """The share of counts that fit."""
    return sum(fit.geh < WITHIN for fit in fits) / max(len(fits), 1)
