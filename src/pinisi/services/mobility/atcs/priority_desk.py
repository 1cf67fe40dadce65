"""Vehicles that ask for priority by themselves: an ambulance on its way to an incident, a bus that is late.

They are met through the context alone: `Unit`s of the incidents room, `Vehicle`s and `ArrivalEstimation`s of public
transport. Who may ask is a rule of the city (`PriorityRule`). Where a controller of ours has the junction it gives way
itself; where the stored plan runs, the controller in the street is asked (RSMP M0022) and tells where the request
stands (S0033). The safety layers of both stay before every lamp.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from pinisi.runtime.known import Known
from pinisi.services.mobility.atcs.adapter import Priority
from pinisi.services.mobility.atcs.approach import STALE_S, Coming, Fix, coming, farthest, kept
from pinisi.services.mobility.atcs.post import Post
from pinisi.services.mobility.engine.signals.priority import AMBULANCE, BUS, PriorityRequest
from pinisi.services.mobility.models.junction_live import PriorityTold
from pinisi.services.mobility.models.priority import PriorityRule
from pinisi.vocabulary.instant import SECOND

UNIT, VEHICLE, ARRIVAL = "Unit", "Vehicle", "ArrivalEstimation"
READS = (UNIT, VEHICLE, ARRIVAL)
CHANGED_S = 3.0
"""An arrival that is expected by so much sooner or later is told again."""
REMEMBERED_S = 120.0
LOST_S = 25.0
OVER = ("completed", "timeout", "rejected")


class Eyes(Protocol):
    """What of the house is looked at."""

    async def near(self, type: str, place: Mapping[str, Any], metres: float, most: int = 100) -> Sequence[Known]: ...
    async def saying(self, type: str, attribute: str, value: str, most: int = 20) -> Sequence[Known]: ...


class Asker(msgspec.Struct, frozen=True):
    """Somebody who may ask, where he is."""

    id: str
    kind: Literal["ambulance", "bus"]
    fix: Fix


class Asked(msgspec.Struct):
    """One request. `by` has it: our own controller, or the controller in the street."""

    id: str
    asker: str
    kind: Literal["ambulance", "bus"]
    group: str
    arrives: float
    by: Literal["ours", "street"]
    stage: str
    since: float
    seen: float

    def to(self, stage: str, now: float) -> None:
        if self.stage != stage:
            self.stage, self.since = stage, now


class PriorityDesk:
    """Of one junction. `requests` are those that live, and those that ended a while ago."""

    def __init__(self, post: Post, rule: PriorityRule) -> None:
        self._post, self._rule = post, rule
        self._fixes: dict[str, tuple[Fix, Fix | None]] = {}
        self._count = 0
        self.requests: dict[str, Asked] = {}

    async def look(self, eyes: Eyes, now: float) -> Sequence[Priority]:
        """What the controller in the street is to be asked now."""
        layout = self._post.plot.layout
        if not layout.approaches:
            return ()
        place = {"type": "Point", "coordinates": [layout.lon, layout.lat]}
        reach = farthest(layout.approaches) + 50
        askers = [*await self._units(eyes, place, reach), *await self._buses(eyes, place, reach)]
        return self.judge(askers, now)

    def judge(self, askers: Sequence[Asker], now: float) -> Sequence[Priority]:
        found: dict[str, tuple[Asker, Coming]] = {}
        for asker in askers:
            self._fixes[asker.id] = newest = kept(self._fixes, asker.id, asker.fix)
            comes = coming(self._post.plot.layout, newest[0], newest[1], now)
            if comes is not None:
                found[asker.id] = asker, comes
        told: list[Priority] = []
        for asker, comes in found.values():
            told += self._asks(asker, comes, now)
        told += self._ends(set(found), now)
        self._fixes = {id: pair for id, pair in self._fixes.items() if now - pair[0].at <= REMEMBERED_S}
        return told

    def heard(self, stages: Mapping[str, str], now: float) -> None:
        """What the controller in the street says of its requests (S0033)."""
        for id, stage in stages.items():
            if id in self.requests and self.requests[id].by == "street":
                self.requests[id].to(stage, now)

    def refused(self, id: str, now: float) -> None:
        if id in self.requests:
            self.requests[id].to("rejected", now)

    def told(self) -> tuple[PriorityTold, ...]:
        return tuple(
            PriorityTold(
                vehicle=each.asker,
                kind=each.kind,
                group=each.group,
                stage=each.stage,
                by=each.by,
                since=round(each.since * SECOND),
                arrives=round(each.arrives * SECOND),
            )
            for each in self.requests.values()
        )

    def _living(self, asker: str) -> Asked | None:
        return next((each for each in self.requests.values() if each.asker == asker and each.stage not in OVER), None)

    def _asks(self, asker: Asker, comes: Coming, now: float) -> Sequence[Priority]:
        known = self._living(asker.id)
        if known is not None:
            known.seen = now
            if abs(known.arrives - comes.arrives) < CHANGED_S:
                return ()
            known.arrives = comes.arrives
            return self._give(known, "update", now)
        if any(
            e.asker == asker.id and e.group == comes.group and now - e.since < REMEMBERED_S
            for e in self.requests.values()
        ):
            return ()
        by = "ours" if self._post.priority is not None and self._post.control in ("cyclic", "acyclic") else "street"
        if by == "street" and (self._post.opened is None or self._post.plot.layout.snmp is not None):
            return ()
        self._count += 1
        id = f"{self._post.plot.junction.id}-{int(now)}-{self._count}"
        made = Asked(id, asker.id, asker.kind, comes.group, comes.arrives, by, "asked", now, now)
        self.requests[id] = made
        return self._give(made, "new", now)

    def _give(self, asked: Asked, stage: Literal["new", "update", "cancel"], now: float) -> Sequence[Priority]:
        level = AMBULANCE if asked.kind == "ambulance" else BUS
        if asked.by == "street":
            arrives = round(max(asked.arrives - now, 0))
            order = Priority(
                request=asked.id, stage=stage, group=asked.group, level=level, arrives=arrives, vehicle=asked.kind
            )
            return (order,)
        ours = self._post.priority
        if ours is None:
            asked.to("timeout", now)
        elif stage == "cancel":
            ours.cancel(asked.id)
        else:
            ours.request(PriorityRequest(id=asked.id, group=asked.group, level=level, arrives=asked.arrives))
            asked.to("activated" if ours.acting(now) is not None else "queued", now)
        return ()

    def _ends(self, present: set[str], now: float) -> Sequence[Priority]:
        """Who is known to be elsewhere has passed; of whom nothing is heard any more, is lost."""
        told: list[Priority] = []
        for each in self.requests.values():
            if each.stage in OVER or each.asker in present:
                continue
            fix = self._fixes.get(each.asker)
            if fix is not None and now - fix[0].at <= STALE_S:
                told += self._give(each, "cancel", now)
                each.to("completed", now)
            elif now - each.seen > LOST_S:
                told += self._give(each, "cancel", now)
                each.to("timeout", now)
        self.requests = {
            id: each for id, each in self.requests.items() if each.stage not in OVER or now - each.since < REMEMBERED_S
        }
        return told

    async def _units(self, eyes: Eyes, place: Mapping[str, Any], reach: float) -> Sequence[Asker]:
        """Out to an incident, of a capability that may ask; never one of an exercise."""
        if not self._rule.units:
            return ()
        found: list[Asker] = []
        for known in await eyes.near(UNIT, place, reach):
            brings: Any = known.value("capabilities")
            may = isinstance(brings, list) and any(each in self._rule.units for each in brings)  # pyright: ignore[reportUnknownVariableType]
            if may and known.text("unitState") == "enRoute" and known.value("exercise") is not True:
                fix = fix_of(known)
                if fix is not None:
                    found.append(Asker(known.id, "ambulance", fix))
        return found

    async def _buses(self, eyes: Eyes, place: Mapping[str, Any], reach: float) -> Sequence[Asker]:
        """Late by the timetable, as the city's rule has it."""
        if self._rule.bus_late is None:
            return ()
        found: list[Asker] = []
        for known in await eyes.near(VEHICLE, place, reach):
            trip, fix = known.text("tripId"), fix_of(known)
            if trip is None or fix is None:
                continue
            expected = await eyes.saying(ARRIVAL, "tripId", trip)
            late = [delay for each in expected if (delay := each.number("delay")) is not None]
            if late and max(late) >= self._rule.bus_late:
                found.append(Asker(known.id, "bus", fix))
        return found


def fix_of(known: Known) -> Fix | None:
    """A place without a moment is where it belongs, not where it is."""
    said = known.said("location")
    point: Any = None if said is None else said.value
    if said is None or not isinstance(point, dict) or point.get("type") != "Point" or not said.observed:  # pyright: ignore[reportUnknownMemberType]
        return None
    lon, lat = point["coordinates"][:2]  # pyright: ignore[reportUnknownVariableType]
    speed = known.number("speed")
    return Fix(
        said.observed / SECOND,
        float(lon),  # pyright: ignore[reportUnknownArgumentType]
        float(lat),  # pyright: ignore[reportUnknownArgumentType]
        None if speed is None else speed / 3.6,
        known.number("bearing"),
    )
