"""Whether what a detector tells can be true: one that lies is as bad as one that is silent, and harder to notice.

Four lies are found, from the measurements alone: values that cannot be; always occupied though nobody comes in; always
empty though others count many; covered and free in turns though nobody comes in. Who tells what can be true for
`BACK_AFTER` seconds is believed again.
"""

import math
from collections.abc import Iterable, Mapping

import msgspec

MOST_KMH, MOST_AT_ONCE = 250, 40
STUCK_S = 600.0
"""So long covered without one vehicle that comes in: longer than any red."""
COVERED, FREE = 90, 10
"""Per cent of occupancy."""
JUMPS, JUMPS_WITHIN_S = 6, 60.0
MISSED_ON_LANE, MISSED_AT_JUNCTION = 20, 1000
"""Vehicles that other zones of the lane, all others of the junction, count while this one has no sign of any."""
BACK_AFTER = 60.0


class Told(msgspec.Struct, frozen=True, gc=False):
    """One interval of one detector logic: vehicles that came in, km/h, per cent; None where it could not measure."""

    at: float
    vehicles: int | None
    speed: int | None
    occupancy: int | None


def can_be(vehicles: int | None, speed: int | None, occupancy: int | None) -> bool:
    """None means no data, which is no lie."""
    return (
        (vehicles is None or 0 <= vehicles <= MOST_AT_ONCE)
        and (speed is None or 0 <= speed <= MOST_KMH)
        and (occupancy is None or 0 <= occupancy <= 100)
    )


class _Record:
    def __init__(self) -> None:
        self.occupancy = 0
        self.covered_since: float | None = None
        self.jumps: list[float] = []
        self.missed_on_lane = self.missed_at_junction = 0
        self.lied_at = -math.inf


class Trust:
    """`lane_of`: the numbers of the same lane's detector logics, by number."""

    def __init__(self, lane_of: Mapping[int, frozenset[int]]) -> None:
        self._lane_of = lane_of
        self._records: dict[int, _Record] = {}

    def hear(self, told: Mapping[int, Told], impossible: Iterable[int], now: float) -> None:
        """All detector logics of one interval; `impossible`: those whose values cannot be."""
        came = {number: each.vehicles or 0 for number, each in told.items()}
        whole = sum(came.values())
        for number, each in told.items():
            record = self._records.setdefault(number, _Record())
            beside = sum(came.get(other, 0) for other in self._lane_of.get(number, frozenset()))
            if each.occupancy is not None:
                self._watch(record, each, beside, whole, now)
        for number in impossible:
            self._records.setdefault(number, _Record()).lied_at = now

    def doubted(self, now: float) -> frozenset[int]:
        return frozenset(number for number, each in self._records.items() if now - each.lied_at <= BACK_AFTER)

    def _watch(self, record: _Record, told: Told, beside: int, whole: int, now: float) -> None:
        occupancy, before = told.occupancy or 0, record.occupancy
        record.occupancy = occupancy
        sign = bool(told.vehicles or occupancy)
        record.missed_on_lane = 0 if sign else record.missed_on_lane + beside
        record.missed_at_junction = 0 if sign else record.missed_at_junction + whole
        if told.vehicles or occupancy < COVERED:
            record.covered_since = None
        elif record.covered_since is None:
            record.covered_since = now
        if before <= FREE and occupancy >= COVERED and not told.vehicles:
            record.jumps.append(now)
        record.jumps = [at for at in record.jumps if now - at <= JUMPS_WITHIN_S]
        if self._lies(record, now):
            record.lied_at = now

    def _lies(self, record: _Record, now: float) -> bool:
        stuck = record.covered_since is not None and now - record.covered_since > STUCK_S
        blind = record.missed_on_lane >= MISSED_ON_LANE or record.missed_at_junction >= MISSED_AT_JUNCTION
        return stuck or blind or len(record.jumps) >= JUMPS
