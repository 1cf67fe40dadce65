"""What the detectors of one junction told last, and what a controller may conclude from it.

RSMP has no word for a single vehicle. A zone of a camera, or a loop, tells how many entered (S0205), how fast they go
(S0206, km/h) and what share of it is covered (S0207, per cent): from the covered length follows how many stand there.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from pinisi.services.mobility.atcs.layout import LaneLayout, Layout, Zone
from pinisi.services.mobility.engine.control.junction import Exit, Observation, Seen
from pinisi.services.mobility.engine.signals.fallback import Heard

DetectorState = Literal["heard", "silent", "faulty"]
VEHICLE_M, SPACING_M = 5.0, 7.5
"""Metres that one vehicle covers, and that one takes up in a queue."""
MOST_IN_ZONE = 300


class Measured(msgspec.Struct, frozen=True, gc=False):
    """One interval of one detector logic. None where it could not measure: no vehicle for the speed, else a fault."""

    at: float
    vehicles: int | None
    speed: int | None
    occupancy: int | None


class Detection:
    """Seconds of the clock of `now`."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.measured: dict[int, Measured] = {}
        self.faulty: frozenset[int] = frozenset()
        self._stood_since: dict[int, float] = {}
        self._zones = {zone.number: (lane, zone) for lane in layout.lanes for zone in lane.zones}
        self.numbers = (*self._zones, *(each.number for each in layout.exits))
        self.stale_after = 10.0

    def take(self, at: float, vehicles: str, speed: str, occupancy: str) -> None:
        """S0205, S0206 and S0207 of one interval, as the wire writes them; a list that is too short is silence."""
        columns = [list(map(int, text.split(","))) if text else [] for text in (vehicles, speed, occupancy)]
        for number in self.numbers:
            if number <= min(map(len, columns)):
                values = [None if column[number - 1] < 0 else column[number - 1] for column in columns]
                self.measured[number] = Measured(at, *values)
                self._note_standing(number, at)

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
            each.id: self._exit(self.measured[each.number])
            for each in self._layout.exits
            if self.state(each.number, now) == "heard"
        }
        return Observation(time_s=now, lanes=lanes, exits=exits)

    def standing(self, lane: LaneLayout) -> tuple[int, int]:
        """How many vehicles are seen of a lane, and how many of them stand."""
        counts = [self._count(lane, zone) for zone in lane.zones]
        return sum(whole for whole, _ in counts), sum(stand for _, stand in counts)

    def entered(self, lane: LaneLayout) -> tuple[Zone, Measured] | None:
        """The farthest zone of a lane and what it told last: who comes in there arrives at the stop line later."""
        if not lane.zones:
            return None
        zone = max(lane.zones, key=lambda zone: zone.end)
        known = self.measured.get(zone.number)
        return None if known is None else (zone, known)

    def _exit(self, measured: Measured) -> Exit:
        return Exit(taken=(measured.occupancy or 0) / 100, speed_mps=(measured.speed or 0) / 3.6)

    def _at_fault(self) -> frozenset[int]:
        blind = {number for number, each in self.measured.items() if each.occupancy is None}
        return self.faulty | blind

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
