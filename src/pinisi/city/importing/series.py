"""Faults of a series of measurements: the same moment twice, gaps, and the zeros of a sensor that failed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

import msgspec

from pinisi.city.facts import Entity, number_of
from pinisi.vocabulary.instant import HOUR, parse_instant

LEAST = 48
GAP = 1.5
"""Of the usual time between two values."""
RARE = 0.02
"""Zeros are a fault where they are so few."""
FAR = 0.15
"""Of the median: a quantity whose lowest hundredth lies above it does not sink to 0 by itself."""
STEPS = 3.0
"""Resolutions of the sensor between 0 and the lowest other value."""


class Zero(msgspec.Struct, frozen=True):
    """A value of 0 that does not fit the others."""

    index: int
    attribute: str
    low: float


class Gap(msgspec.Struct, frozen=True):
    """Gaps of one series: how many, and the longest."""

    series: str
    count: int
    hours: float
    after: str


def gaps(times: Mapping[str, Sequence[str]]) -> Iterator[Gap]:
    """Gaps of each series (id -> its moments, in any order), measured by its own usual step."""
    for series, moments in times.items():
        known = sorted({parse_instant(moment) for moment in moments})
        steps = [after - before for before, after in pairwise(known)]
        if len(steps) < LEAST:
            continue
        usual, times_seen = Counter(steps).most_common(1)[0]
        wide = [(step, index) for index, step in enumerate(steps) if step > GAP * usual]
        if not wide or 2 * times_seen < len(steps):
            continue
        longest, index = max(wide)
        after = next(moment for moment in moments if parse_instant(moment) == known[index])
        yield Gap(series, len(wide), round(longest / HOUR, 1), after)


def sensor_zeros(entities: Sequence[Entity]) -> Iterator[Zero]:
    """Rare zeros far below all other values of the same series and attribute.

    Far: the lowest other value is above the spread of the others, so that nothing lies between it and 0.
    """
    values: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for index, entity in enumerate(entities):
        for name in entity:
            if (number := number_of(entity, name)) is not None:
                values[entity["id"], name].append((index, number))
    for (_, name), rows in values.items():
        zeros = [index for index, number in rows if number == 0]
        others = sorted(number for _, number in rows if number != 0)
        if not zeros or len(others) < LEAST or len(zeros) > RARE * len(rows) or others[0] <= 0:
            continue
        if low_end(others) > FAR * median(others) and others[0] > STEPS * smallest_step(others):
            yield from (Zero(index, name, others[0]) for index in zeros)


def smallest_step(others: Sequence[float]) -> float:
    """The finest difference that the series knows: its resolution."""
    distinct = sorted(set(others))
    return min((after - before for before, after in pairwise(distinct)), default=0.0)


def low_end(others: Sequence[float]) -> float:
    """The value that all but the lowest hundredth exceed: of a quantity that really sinks to 0, this is near 0."""
    return others[len(others) // 100]
