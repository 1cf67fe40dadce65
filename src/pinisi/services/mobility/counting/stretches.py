"""Stretches of counting, and what they come to in one interval of an approach. Pure.

A stretch is what one phone counted without a pause, within five minutes of the clock. Where two phones count the same
class of the same turn at the same time, the one that was heard first counts; the other is kept beside, as a check.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pinisi.services.mobility.engine.capacity.approach import Turn, VehicleClass
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant

SLOT = 5 * MINUTE
OVERLAP = SECOND
"""How far two stretches may overlap and still follow each other: phones' clocks are not the same to the second."""


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """From `since` to `until` every vehicle of these classes and turns was counted; what is not in `taps` is 0."""

    id: str
    since: Instant
    until: Instant
    turns: tuple[Turn, ...]
    classes: tuple[VehicleClass, ...]
    taps: Mapping[Turn, Mapping[VehicleClass, int]]

    def number(self, turn: Turn, kind: VehicleClass) -> int:
        return self.taps.get(turn, {}).get(kind, 0)


class Cell(msgspec.Struct, frozen=True):
    """One class of one turn in an interval: vehicles, for how long they were counted (µs), and what lies beside."""

    number: int = 0
    covered: Instant = 0
    beside: tuple[str, ...] = ()


Cells = Mapping[tuple[Turn, VehicleClass], Cell]


def added_up(stretches: Iterable[Stretch]) -> Cells:
    """
    Args:
        stretches: of one interval of one approach, in the order in which they were heard.
    """
    counted: dict[tuple[Turn, VehicleClass], list[Stretch]] = {}
    beside: dict[tuple[Turn, VehicleClass], list[str]] = {}
    for each in stretches:
        for turn in each.turns:
            for kind in each.classes:
                taken = counted.setdefault((turn, kind), [])
                if any(_overlap(each, other) for other in taken):
                    beside.setdefault((turn, kind), []).append(each.id)
                else:
                    taken.append(each)
    return {pair: _cell(pair, taken, beside.get(pair, ())) for pair, taken in counted.items()}


def _cell(pair: tuple[Turn, VehicleClass], taken: Sequence[Stretch], beside: Sequence[str]) -> Cell:
    number = sum(each.number(*pair) for each in taken)
    return Cell(number, sum(each.until - each.since for each in taken), tuple(beside))


def _overlap(one: Stretch, other: Stretch) -> bool:
    return min(one.until, other.until) - max(one.since, other.since) > OVERLAP
