"""Vehicles that ask for priority by themselves: met through the context, asked for at a site over a real socket."""

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from atcs_hall import LAYOUT, LONG, HallLine, QuickClock, Watched, wired

from pinisi.city.context import context_bytes
from pinisi.city.profile import load_profile
from pinisi.context.contexts import Contexts
from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.arrival import arrived
from pinisi.runtime.clock import WallClock
from pinisi.runtime.keeper import Running
from pinisi.services.mobility.atcs.approach import Coming, Fix, coming
from pinisi.services.mobility.atcs.control_source import Options, make
from pinisi.services.mobility.atcs.layout import Approach, Plot, read_layout
from pinisi.services.mobility.atcs.live_view import live_of
from pinisi.services.mobility.atcs.room import ControlRoom
from pinisi.services.mobility.models.priority import PriorityRule
from pinisi.services.mobility.rsmp.site.cabinet import Cabinet
from pinisi.services.mobility.rsmp.site.site import Site
from pinisi.store.change import EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import SECOND, format_instant
from pinisi.vocabulary.principal import SYSTEM

RULE = PriorityRule(units=("ambulance",), bus_late=120)
PLOT = read_layout(LAYOUT)
METRES = 111_195.0 * math.cos(math.radians(PLOT.layout.lat))
EAST = Approach(group="east", heading=90.0, metres=400.0)


def table() -> TermTable:
    return Contexts({"urn:c": msgspec.json.decode(context_bytes())}, lambda _: None).table("urn:c")


def with_approaches(*approaches: Approach) -> Plot:
    return Plot(msgspec.structs.replace(PLOT.layout, approaches=approaches), PLOT.junction)


def prop(value: Any, at: str, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": at, **more}


class Road(Watched):
    """`place` puts a vehicle so many metres west of the junction, on its way east."""

    def __init__(self, room: ControlRoom, line: HallLine, store: SqliteStore, cabinet: Cabinet, site: Site) -> None:
        super().__init__(room, line)
        self._store, self._table = store, table()
        self.cabinet, self.site = cabinet, site

    async def write(self, document: dict[str, Any]) -> None:
        entity = read_entity(document, self._table)
        await self._store.apply("city", [EntityChange(entity.id, arrived(entity))], SYSTEM)

    async def place(self, id: str, west: float, **more: Any) -> None:
        at = format_instant(self.line.now() // SECOND * SECOND)
        where = [PLOT.layout.lon - west / METRES, PLOT.layout.lat]
        place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": where}, "observedAt": at}
        said = {name: prop(value, at) for name, value in more.items()}
        await self.write({"id": id, "type": id.split(":")[2], "location": place, **said})

    async def drive(self, id: str, start: float, end: float, metres: float = 20.0, **more: Any) -> None:
        """A position each two seconds of the clock, ten metres a second."""
        left = start
        while left >= end:
            await self.place(id, left, **more)
            begun = self.line.now()
            await self.until(lambda begun=begun: self.line.now() - begun >= 2 * SECOND)
            left -= metres

    @property
    def asked(self) -> list[dict[str, str]]:
        return self.value("Junction:ahmad-yani", "priorityRequests") or []

    def stages(self) -> list[str]:
        return [each["stage"] for each in self.asked]


@asynccontextmanager
async def road(folder: Path, rule: PriorityRule | None = RULE, *approaches: Approach) -> AsyncGenerator[Road]:
    clock = QuickClock(10.0)
    plot = with_approaches(*(approaches or (EAST,)))
    line = HallLine(clock, "2222")
    profile = load_profile(Path(__file__).parents[3] / "cities" / "makassar")
    source = make(Options(junctions=(str(LAYOUT),), priority=rule), profile)
    async with SqliteStore(folder, clock) as store:
        house = Running(source, "mobility", store, "city", table(), WallClock(), folder=folder)
        line.near, line.saying = house.near, house.saying
        room = ControlRoom(line, [plot], 2, at_most_every=0.02, times=LONG, tick=0.01, priority=rule)
        cabinet = Cabinet(wired(plot), clock())
        cabinet.state.started -= 20 * SECOND
        site = Site(plot.layout.site, cabinet, clock, None, LONG, reconnect=0.1)
        hall = Road(room, line, store, cabinet, site)

        async def connect() -> None:
            await hall.until(lambda: room.supervisor.port)
            await site.run("127.0.0.1", room.supervisor.port)

        tasks = [asyncio.create_task(hall.listen()), asyncio.create_task(connect())]
        try:
            await hall.until(lambda: room.seats and next(iter(room.seats.values())).post.running_plan)
            yield hall
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [end for end in ends if not isinstance(end, asyncio.CancelledError)] == []


def run(folder: Path, talk: Callable[[Road], Awaitable[None]], rule: PriorityRule | None = RULE) -> None:
    async def whole() -> None:
        async with road(folder, rule) as hall:
            await talk(hall)

    asyncio.run(whole())


UNIT = "urn:ngsi-ld:Unit:city-ambulance-1"
CALLED = {"capabilities": ["ambulance"], "unitState": "enRoute"}


def test_an_ambulance_on_its_way_is_asked_for_gets_green_and_passes(tmp_path: Path) -> None:
    async def talk(hall: Road) -> None:
        driving = asyncio.create_task(hall.drive(UNIT, 360, -60, **CALLED))
        await hall.until(lambda: "activated" in hall.stages())
        (request,) = hall.asked
        assert (request["vehicle"], request["group"], request["by"]) == (UNIT, "east", "street")
        (at_site,) = hall.cabinet.state.priorities.requests.values()
        assert (at_site.group, at_site.level) == ("east", 14)
        await hall.until(
            lambda: at_site.stage == "activated" and hall.cabinet.view(hall.line.now()).lamps.letters()[1] == "1"
        )
        seat = hall.room.seats["ahmad-yani"]
        live = live_of(seat.post, hall.room.health(seat), hall.line.now(), "signal-control", seat.priorities)
        assert [(each.vehicle, each.kind, each.group) for each in live.priorities] == [(UNIT, "ambulance", "east")]
        await driving
        await hall.until(lambda: hall.stages() == ["completed"])
        assert at_site.stage == "completed"

    run(tmp_path, talk)


def test_one_that_falls_silent_ends_by_itself(tmp_path: Path) -> None:
    async def talk(hall: Road) -> None:
        await hall.drive(UNIT, 360, 280, **CALLED)
        await hall.until(lambda: hall.asked)
        await hall.until(lambda: hall.stages()[0] in ("timeout", "completed"))
        assert hall.stages() == ["timeout"]
        await hall.until(
            lambda: not any(each.stage == "activated" for each in hall.cabinet.state.priorities.requests.values())
        )

    run(tmp_path, talk)


@pytest.mark.parametrize(
    "said",
    [
        {"capabilities": ["ambulance"], "unitState": "returning"},
        {"capabilities": ["patrol"], "unitState": "enRoute"},
        {"capabilities": ["ambulance"], "unitState": "enRoute", "exercise": True},
    ],
    ids=["not called", "may not by the rule", "a drill"],
)
def test_who_may_not_ask_is_not_asked_for(tmp_path: Path, said: dict[str, Any]) -> None:
    async def talk(hall: Road) -> None:
        await hall.drive(UNIT, 300, 200, **said)
        assert hall.asked == []
        assert hall.cabinet.state.priorities.requests == {}

    run(tmp_path, talk)


def test_a_bus_that_is_late_asks_and_one_in_time_does_not(tmp_path: Path) -> None:
    async def talk(hall: Road) -> None:
        at = format_instant(hall.line.now())
        for trip, delay in (("late", 200), ("fine", 30)):
            id = f"urn:ngsi-ld:ArrivalEstimation:feed:{trip}"
            await hall.write(
                {
                    "id": id,
                    "type": "ArrivalEstimation",
                    "tripId": prop(trip, at),
                    "delay": prop(delay, at, unitCode="SEC"),
                }
            )
        for west in (300, 280, 260):
            for trip in ("late", "fine"):
                await hall.place(f"urn:ngsi-ld:Vehicle:feed:{trip}", west, tripId=trip, speed=36, bearing=90)
            begun = hall.line.now()
            await hall.until(lambda begun=begun: hall.line.now() - begun >= 2 * SECOND)
        await hall.until(lambda: hall.asked)
        assert [(each["vehicle"], each["kind"]) for each in hall.asked] == [("urn:ngsi-ld:Vehicle:feed:late", "bus")]
        assert [each.level for each in hall.cabinet.state.priorities.requests.values()] == [4]

    run(tmp_path, talk)


def test_without_a_rule_nothing_of_the_house_is_looked_at(tmp_path: Path) -> None:
    async def talk(hall: Road) -> None:
        await hall.place(UNIT, 300, **CALLED)
        place = {"type": "Point", "coordinates": [PLOT.layout.lon, PLOT.layout.lat]}
        assert await hall.line.near("Unit", place, 1000) == ()

    run(tmp_path, talk, None)


def test_a_source_sees_only_the_types_that_it_declares(tmp_path: Path) -> None:
    async def talk(hall: Road) -> None:
        at = format_instant(hall.line.now())
        await hall.place(UNIT, 300, **CALLED)
        await hall.place("urn:ngsi-ld:Incident:1", 300)
        await hall.write({"id": "urn:ngsi-ld:Incident:2", "type": "Incident", "tripId": prop("x", at)})
        place = {"type": "Point", "coordinates": [PLOT.layout.lon, PLOT.layout.lat]}
        assert [each.id for each in await hall.line.near("Unit", place, 1000)] == [UNIT]
        assert await hall.line.near("Unit", place, 100) == []
        assert await hall.line.near("Incident", place, 1000) == []
        assert await hall.line.saying("Incident", "tripId", "x") == []

    run(tmp_path, talk)


AT = PLOT.layout.lon, PLOT.layout.lat


@pytest.mark.parametrize(
    ("west", "north", "bearing", "age", "metres"),
    [
        (200.0, 0.0, 90.0, 1.0, 200.0),
        (200.0, 20.0, 110.0, 1.0, 200.0),
        (200.0, 0.0, 270.0, 1.0, None),
        (-50.0, 0.0, 90.0, 1.0, None),
        (200.0, 80.0, 90.0, 1.0, None),
        (450.0, 0.0, 90.0, 1.0, None),
        (200.0, 0.0, 90.0, 30.0, None),
        (200.0, 0.0, None, 1.0, None),
    ],
    ids=["towards", "a little aside", "away", "past", "another road", "too far", "old", "nobody knows whither"],
)
def test_who_comes_is_told_from_who_goes(
    west: float, north: float, bearing: float | None, age: float, metres: float | None
) -> None:
    layout = with_approaches(EAST).layout
    fix = Fix(100.0 - age, AT[0] - west / METRES, AT[1] + north / 111_195, 10.0, bearing)
    found = coming(layout, fix, None, 100.0)
    if metres is None:
        assert found is None
    else:
        assert found == Coming("east", pytest.approx(metres, abs=1), pytest.approx(99 + metres / 10, abs=0.2))


def test_a_vehicle_that_tells_no_bearing_is_known_by_the_way_it_went() -> None:
    layout = with_approaches(EAST).layout
    before = Fix(96.0, AT[0] - 240 / METRES, AT[1])
    found = coming(layout, Fix(100.0, AT[0] - 200 / METRES, AT[1]), before, 100.0)
    assert found == Coming("east", pytest.approx(200, abs=1), pytest.approx(120, abs=0.2))
    assert coming(layout, before, Fix(92.0, AT[0] - 200 / METRES, AT[1]), 100.0) is None
