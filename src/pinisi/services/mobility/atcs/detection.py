"""What the detectors of one junction told last, and what a controller may conclude from it.

RSMP has no word for a single vehicle. A zone of a camera, or a loop, tells how many entered (S0205), how fast they go
(S0206, km/h) and what share of it is covered (S0207, per cent): from the covered length follows how many stand there.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Literal

from pinisi.services.mobility.atcs.layout import LaneLayout, Layout, Zone
from pinisi.services.mobility.atcs.trust import Told, Trust, can_be
from pinisi.services.mobility.engine.control.junction import Exit, Observation, Seen
from pinisi.services.mobility.engine.signals.fallback import Heard

DetectorState = Literal["heard", "silent", "faulty"]
VEHICLE_M, SPACING_M = 5.0, 7.5
"""Metres that one vehicle covers, and that one takes up in a queue."""
MOST_IN_ZONE = 300
AT_LINE_M = 5.0


class Detection:
    """Seconds of the clock of `now`."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.measured: dict[int, Told] = {}
        self.faulty: frozenset[int] = frozenset()
        self._stood_since: dict[int, float] = {}
        self._zones = {zone.number: (lane, zone) for lane in layout.lanes for zone in lane.zones}
        self.numbers = (*self._zones, *(each.number for each in layout.exits))
        self.stale_after = 10.0
        lanes = [frozenset(zone.number for zone in lane.zones) for lane in layout.lanes]
        self._trust = Trust({number: numbers - {number} for numbers in lanes for number in numbers})
        self._now = -math.inf
        self._entered: dict[int, int] = {}
        self._left: dict[str, int] = {}

    def take(self, at: float, vehicles: str, speed: str, occupancy: str) -> None:
        """S0205, S0206 and S0207 of one interval, as the wire writes them; a list that is too short is silence.

        -1 says that there is no data. What is no number, or cannot be, makes the detector logic faulty.
        """
        columns = [text.split(",") if text else [] for text in (vehicles, speed, occupancy)]
        told: dict[int, Told] = {}
        impossible: list[int] = []
        for number in self.numbers:
            if number <= min(map(len, columns)):
                values = _read([column[number - 1] for column in columns])
                if values is None:
                    impossible.append(number)
                    continue
                told[number] = Told(at, *values)
        self._trust.hear(told, impossible, at)
        self._now = max(self._now, at)
        for number, each in told.items():
            self.measured[number] = each
            self._entered[number] = self._entered.get(number, 0) + (each.vehicles or 0)
            self._note_standing(number, at)
        self._count_left()

    def heard(self) -> Heard:
        """Without the link, which is for whoever owns it."""
        detectors = {str(number): -1e9 for number in self.numbers}
        detectors |= {str(number): each.at for number, each in self.measured.items()}
        return Heard(detectors=detectors, faulty=frozenset(str(number) for number in self._at_fault()))

    def state(self, number: int, now: float) -> DetectorState:
        if number in self._at_fault():
            return "faulty"
        known = self.measured.get(number)
        return "silent" if known is None or now - known.at > self.stale_after else "heard"

    def look(self, now: float) -> Observation:
        """A lane of which one zone is silent or faulty is as if it had none."""
        lanes = {
            lane.id: tuple(self._field(lane, now))
            for lane in self._layout.lanes
            if lane.zones and all(self.state(zone.number, now) == "heard" for zone in lane.zones)
        }
        exits = {
            each.id: self._exit(each.number) for each in self._layout.exits if self.state(each.number, now) == "heard"
        }
        left = {lane: count for lane, count in self._left.items() if lane in lanes}
        return Observation(time_s=now, lanes=lanes, exits=exits, left=left)

    def standing(self, lane: LaneLayout) -> tuple[int, int]:
        """How many vehicles are seen of a lane, and how many of them stand."""
        counts = [self._count(lane, zone) for zone in lane.zones]
        return sum(whole for whole, _ in counts), sum(stand for _, stand in counts)

    def entered(self, lane: LaneLayout) -> tuple[Zone, Told] | None:
        """The farthest zone of a lane and what it told last: who comes in there arrives at the stop line later."""
        if not lane.zones:
            return None
        zone = max(lane.zones, key=lambda zone: zone.end)
        known = self.measured.get(zone.number)
        return None if known is None else (zone, known)

    def _exit(self, number: int) -> Exit:
        """One that has never counted anybody tells of jams alone: nobody is said to have passed."""
        known = self.measured[number]
        return Exit(
            taken=(known.occupancy or 0) / 100,
            speed_mps=(known.speed or 0) / 3.6,
            passed=self._entered.get(number) or None,
        )

    def _count_left(self) -> None:
        """Who came into the zone at the stop line and is not there any more has gone over it."""
        for lane in self._layout.lanes:
            first = min(lane.zones, key=lambda zone: zone.start, default=None)
            if first is not None and first.start <= AT_LINE_M:
                gone = self._entered.get(first.number, 0) - self._count(lane, first)[0]
                self._left[lane.id] = max(self._left.get(lane.id, 0), gone)

    def _at_fault(self) -> frozenset[int]:
        blind = {number for number, each in self.measured.items() if each.occupancy is None}
        return self.faulty | blind | self._trust.doubted(self._now)

    def _note_standing(self, number: int, at: float) -> None:
        if number not in self._zones:
            return
        if self._count(*self._zones[number])[1]:
            self._stood_since.setdefault(number, at)
        else:
            self._stood_since.pop(number, None)

    def _count(self, lane: LaneLayout, zone: Zone) -> tuple[int, int]:
        """Vehicles in a zone, and those that stand: what is missing from the free speed is their share."""
        known = self.measured.get(zone.number)
        if known is None or not known.occupancy:
            return 0, 0
        whole = min(max(round(known.occupancy / 100 * (zone.end - zone.start) / VEHICLE_M), 1), MOST_IN_ZONE)
        share = 1 - min((known.speed or 0) / 3.6 / lane.speed, 1.0)
        return whole, round(whole * share)

    def _field(self, lane: LaneLayout, now: float) -> Iterator[Seen]:
        """Those who stand at the front of their zone, those who go spread over the rest of it; nearest first."""
        for zone in sorted(lane.zones, key=lambda zone: zone.start):
            whole, stand = self._count(lane, zone)
            waited = max(now - self._stood_since.get(zone.number, now), 1.0)
            for place in range(stand):
                yield Seen(min(zone.start + place * SPACING_M, zone.end), 0.0, waited)
            yield from self._going(lane, zone, whole - stand, zone.start + stand * SPACING_M)

    def _going(self, lane: LaneLayout, zone: Zone, count: int, start: float) -> Iterator[Seen]:
        room = max(zone.end - start, 0.0)
        for place in range(count):
            yield Seen(min(start + (place + 0.5) * room / count, zone.end), lane.speed, 0.0)


def _read(cells: Sequence[str]) -> list[int | None] | None:
    """None for values that cannot be."""
    try:
        values = [int(cell) for cell in cells]
    except ValueError:
        return None
    known = [None if value == -1 else value for value in values]
    return known if can_be(*known) else None
