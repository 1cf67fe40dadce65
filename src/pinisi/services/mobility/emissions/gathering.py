"""What the job takes out of the context: counts of the period, the roads that they are of, areas, factors.

Simulated counts are none: what a twin played is not what was driven.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from pinisi.city.text import fill
from pinisi.runtime.computation import JobFailed
from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.known import Known, Said
from pinisi.services.mobility.emissions.approach_road import road_of_approach
from pinisi.services.mobility.emissions.factors import BadFactors, factors_of
from pinisi.services.mobility.emissions.request import TEXTS, EmissionsRequest, Ground, Interval, NotCounted, Traffic
from pinisi.services.mobility.models.counts import CLASSES, TURNING_COUNT
from pinisi.services.mobility.models.traffic import OBSERVED
from pinisi.services.mobility.road_closures import moment
from pinisi.vocabulary.instant import HOUR, MINUTE, Instant, NotAnInstant, parse_instant
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA

AREA, JUNCTION, SEGMENT = ADMINISTRATIVE_AREA.rpartition(":")[2], "Junction", "RoadSegment"
READS = (TURNING_COUNT, OBSERVED, JUNCTION, SEGMENT, AREA)
LEVELS = ("kelurahan", "kecamatan")
MOST_COUNTS, MOST_VALUES, MOST_AREAS = 2_000, 50_000, 2_000
LONGEST = 24 * HOUR
NEAR_JUNCTION_M, NEAR_ROAD_M = 60.0, 25.0
VEHICLES: Mapping[str, str] = {
    **dict.fromkeys(("motorcycle", "moped", "motorscooter"), "motorcycle"),
    **dict.fromkeys(("car", "van", "taxi", "light", "anyVehicle:light"), "light"),
    **dict.fromkeys(("bus", "minibus", "coach"), "bus"),
    **dict.fromkeys(("truck", "lorry", "trailer"), "truck"),
    **dict.fromkeys(("heavy", "heavyVehicle"), "heavy"),
    **dict.fromkeys(("", "all", "anyVehicle"), "all"),
}
"""`vehicleType` of Smart Data Models -> class of the table of factors."""
OF_TURNS: Mapping[str, str] = {CLASSES[kind]: kind for kind in ("motorcycle", "light", "heavy")}


async def gather(asked: EmissionsRequest, reading: JobReading) -> Traffic:
    """
    Raises:
        JobFailed: the moment is none, the city's factors cannot be used, nothing was counted.
    """
    end = _end(asked, reading.now)
    begin = end - asked.hours * HOUR
    try:
        factors, own = factors_of(reading.folder)
    except BadFactors as error:
        raise JobFailed(fill(TEXTS["emissions-bad-factors"], why=str(error))) from None
    looked = _Looked(reading, begin, end)
    await looked.turns()
    await looked.detectors()
    if not looked.intervals:
        raise JobFailed(fill(TEXTS["emissions-nothing"], count=str(len(looked.left_out))))
    return Traffic(
        begin=begin,
        end=end,
        intervals=tuple(looked.intervals),
        roads=tuple(looked.roads.values()),
        areas=tuple(await _areas(reading)),
        factors=factors,
        own=own,
        left_out=tuple(looked.left_out),
    )


def _end(asked: EmissionsRequest, now: Instant) -> Instant:
    if not asked.ending:
        return now - now % HOUR
    try:
        end = parse_instant(asked.ending)
    except NotAnInstant:
        raise JobFailed(fill(TEXTS["emissions-no-moment"], text=asked.ending)) from None
    return min(end, now)


async def _areas(reading: JobReading) -> list[Ground]:
    found = [_ground_of(each) for each in await reading.all(AREA, 3 * MOST_AREAS)]
    return [each for each in found if each is not None and each.level in LEVELS]


def _ground_of(known: Known) -> Ground | None:
    ground: Any = known.value("location")
    if not isinstance(ground, dict):
        return None
    text = msgspec.json.encode(ground).decode()
    return Ground(id=known.id, name=known.text("name") or known.id, ground=text, level=known.text("level") or "")


class _Looked:
    """Counts as they are found."""

    def __init__(self, reading: JobReading, begin: Instant, end: Instant) -> None:
        self._reading, self._begin, self._end = reading, begin, end
        self._hours = (reading.now - begin) / HOUR + 24
        self.intervals: list[Interval] = []
        self.roads: dict[str, Ground] = {}
        self.left_out: list[NotCounted] = []

    async def turns(self) -> None:
        """Turning counts: all movements of an approach drove along the road that comes from there."""
        counts = await self._reading.all(TURNING_COUNT, MOST_COUNTS)
        values = {name: await self._window(counts, name) for name in (*OF_TURNS, "countedMinutes")}
        near: dict[str, tuple[Known | None, Sequence[Known]]] = {}
        for count in counts:
            junction = f"urn:ngsi-ld:{JUNCTION}:{count.text('junction')}"
            if junction not in near:
                near[junction] = await self._around(junction)
            here, roads = near[junction]
            road, why = road_of_approach(here, roads, count.text("approach") or "")
            if road is None:
                self.left_out.append(NotCounted(count.id, why))
                continue
            self._take(count, road, "turns", _turn_intervals(count.id, values))

    async def detectors(self) -> None:
        flows = await self._reading.all(OBSERVED, MOST_COUNTS)
        names = ("intensity", "dateObservedFrom", "dateObservedTo")
        values = {name: await self._window(flows, name) for name in names}
        for flow in flows:
            kind = VEHICLES.get(flow.text("vehicleType") or "")
            if kind is None:
                self.left_out.append(NotCounted(flow.id, f"no factor is of {flow.text('vehicleType')}"))
                continue
            found = list(_flow_intervals(flow.id, kind, values))
            if not found:
                continue
            road = await self._road(flow)
            if road is None:
                self.left_out.append(NotCounted(flow.id, "no road segment of the city is the one that it counts"))
                continue
            self._take(flow, road, "detector", found)

    def _take(
        self, count: Known, road: Known, by: Any, found: Sequence[tuple[Instant, Instant, dict[str, float]]]
    ) -> None:
        ground = _ground_of(road)
        if ground is None:
            self.left_out.append(NotCounted(count.id, f"{road.id} does not say where it lies"))
            return
        for begin, end, vehicles in found:
            if begin < self._end and end > self._begin:
                self.roads[road.id] = ground
                self.intervals.append(
                    Interval(count=count.id, road=road.id, by=by, begin=begin, end=end, vehicles=vehicles)
                )

    async def _window(self, subjects: Sequence[Known], name: str) -> dict[str, Sequence[Said]]:
        return await self._reading.windows(subjects, name, hours=self._hours, most=MOST_VALUES)

    async def _around(self, junction: str) -> tuple[Known | None, Sequence[Known]]:
        known = await self._reading.entity(junction)
        place: Any = None if known is None else known.value("location")
        if not isinstance(place, dict):
            return known, ()
        return known, await self._reading.near(SEGMENT, cast("dict[str, Any]", place), NEAR_JUNCTION_M, 50)

    async def _road(self, flow: Known) -> Known | None:
        """The one that it names, else the only one within 25 m."""
        for id in flow.related("refRoadSegment"):
            return await self._reading.entity(id)
        place: Any = flow.value("location")
        if not isinstance(place, dict):
            return None
        near = await self._reading.near(SEGMENT, cast("dict[str, Any]", place), NEAR_ROAD_M, 2)
        return near[0] if len(near) == 1 else None


def _turn_intervals(
    id: str, values: Mapping[str, Mapping[str, Sequence[Said]]]
) -> list[tuple[Instant, Instant, dict[str, float]]]:
    """What was counted in each interval; observed at its begin."""
    minutes = {said.observed: said.number for said in values["countedMinutes"].get(id, ())}
    found: dict[Instant, dict[str, float]] = {}
    for name, kind in OF_TURNS.items():
        for said in values[name].get(id, ()):
            if said.number is not None and 0 <= said.number < 1e6 and said.method != "simulated":
                found.setdefault(said.observed, {})[kind] = said.number
    return [
        (begin, begin + round(length * MINUTE), vehicles)
        for begin, vehicles in sorted(found.items())
        if (length := minutes.get(begin) or 0) > 0 and length * MINUTE <= LONGEST
    ]


def _flow_intervals(
    id: str, kind: str, values: Mapping[str, Mapping[str, Sequence[Said]]]
) -> list[tuple[Instant, Instant, dict[str, float]]]:
    begins, ends = (
        {said.observed: moment(said.value) for said in values[name].get(id, ())}
        for name in ("dateObservedFrom", "dateObservedTo")
    )
    found: list[tuple[Instant, Instant, dict[str, float]]] = []
    for said in values["intensity"].get(id, ()):
        begin, end = begins.get(said.observed), ends.get(said.observed)
        if said.number is None or begin is None or end is None or said.method == "simulated":
            continue
        if 0 < end - begin <= LONGEST and 0 <= said.number < 1e6:
            found.append((begin, end, {kind: said.number}))
    return found
