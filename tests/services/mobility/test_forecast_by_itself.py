"""The forecast of the network by itself: real speeds come, and every quarter of an hour the next one is told."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pinisi_table import pinisi_table
from speeds_at_hand import eight_roads

from pinisi.city.text import Text
from pinisi.context.payload import read_entity
from pinisi.feed.in_process import InProcessFeed
from pinisi.runtime.arrival import arrived
from pinisi.runtime.clock import Mode
from pinisi.runtime.job_entity import Asked
from pinisi.runtime.jobs import Jobs
from pinisi.runtime.keeper import Keeper
from pinisi.runtime.known import Known
from pinisi.runtime.manifest import Service
from pinisi.runtime.rooms import Rooms
from pinisi.runtime.services import Found, Registry
from pinisi.services.mobility.models.traffic import NETWORK_FORECAST_DATA, TRAFFIC_TYPES
from pinisi.services.mobility.network_forecast.job import NETWORK_FORECAST_JOB
from pinisi.store.change import EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import MINUTE, Instant, format_instant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
CITY, PATIENCE, TABLE = "los-angeles", 90.0, pinisi_table()
FIRST = parse_instant("2012-03-01T08:00:00Z")
ROWS, QUARTER = 960, 15 * MINUTE
"""Three and a third days; learning takes some seconds."""
AT_ONCE = 120
SPEEDS = eight_roads().values


class Day:
    """The clock of a replay."""

    mode: Mode = "replayed"
    speed = 1.0
    exercise = False

    def __init__(self, moment: Instant) -> None:
        self.moment = moment

    def now(self) -> Instant:
        return self.moment

    def is_off(self, service: str) -> bool:
        return service != "roads"


def observed(road: int, row: int) -> EntityChange:
    told = {"observedAt": format_instant(FIRST + row * 5 * MINUTE)}
    entity = read_entity(
        {
            "id": f"urn:ngsi-ld:TrafficFlowObserved:la-{road}",
            "type": "TrafficFlowObserved",
            "location": {
                "type": "GeoProperty",
                "value": {"type": "Point", "coordinates": [-118.3 + 0.005 * road, 34.1]},
            },
            "averageVehicleSpeed": {
                "type": "Property",
                "value": float(SPEEDS[row, road]),
                "unitCode": "HM",
                **told,
            },
        },
        TABLE,
    )
    return EntityChange(entity.id, arrived(entity))


class Roads:
    def __init__(self, store: SqliteStore, clock: Day) -> None:
        self.store, self.clock = store, clock
        title = Text("Jalan", "Roads", "道路")
        service = Service(name="roads", title=title, types=TRAFFIC_TYPES, jobs=(NETWORK_FORECAST_JOB,))
        self.registry = Registry([Found("roads", "a test", service)])
        self.jobs = Jobs(store, TABLE, self.registry, lambda _tenant: clock, 1)
        self.rooms = Rooms(store, CITY, TABLE, clock, Keeper())

    async def tell(self, first: int, end: int) -> None:
        for start in range(first, end, AT_ONCE):
            rows = range(start, min(end, start + AT_ONCE))
            await self.store.apply(CITY, [observed(road, row) for row in rows for road in range(8)], SYSTEM)
        self.clock.moment = FIRST + end * 5 * MINUTE - 1

    async def turn(self, beat: Instant) -> Asked:
        async with asyncio.timeout(PATIENCE):
            while True:
                for each in await self.jobs.turns(CITY, EVERYTHING):
                    if each.turn == beat and not each.open:
                        return each
                await asyncio.sleep(0.05)

    async def known(self, id: str) -> Known:
        record = await self.store.entity(CITY, id, EVERYTHING)
        assert record is not None
        return Known(record.entity, TABLE)


@asynccontextmanager
async def roads(folder: Path, rows: int) -> AsyncGenerator[Roads]:
    clock = Day(FIRST)
    async with SqliteStore(folder, clock.now) as store:
        made = Roads(store, clock)
        await made.tell(0, rows)
        await made.rooms.open(made.registry, InProcessFeed(store), made.jobs)
        try:
            yield made
        finally:
            await made.rooms.close()
            await made.jobs.close()


def steps(known: Known) -> Any:
    said = known.said("speedAhead", NETWORK_FORECAST_DATA)
    assert said is not None and said.method == "forecast"
    return said.value


async def test_it_learns_once_and_then_tells_every_quarter_of_an_hour_what_comes_and_what_it_missed(
    tmp_path: Path,
) -> None:
    async with roads(tmp_path, ROWS) as made:
        first = await made.turn(made.clock.moment // QUARTER * QUARTER)
        assert (first.state, first.results) == ("done", 9), first.reason
        road = await made.known("urn:ngsi-ld:TrafficForecast:la-5")
        assert steps(road)[0]["at"] == format_instant(FIRST + ROWS * 5 * MINUTE)
        for end in range(ROWS + 3, ROWS + 10, 3):
            await made.tell(end - 3, end)
            turn = await made.turn(made.clock.moment // QUARTER * QUARTER)
            assert turn.state == "done" and turn.id == first.id
        city, road = (
            await made.known("urn:ngsi-ld:NetworkForecast:all"),
            await made.known("urn:ngsi-ld:TrafficForecast:la-5"),
        )
        told = await made.store.document(CITY, "job-kept", "roads.network-forecast/told of all")
        assert told is not None
    assert steps(road)[0]["at"] == format_instant(FIRST + (ROWS + 9) * 5 * MINUTE)
    assert city.text("errorBasis") == "held-back" and (city.number("errorAt60") or 0) > 0
    until = city.said("learntUntil")
    assert until is not None and format_instant(FIRST + (ROWS - 1) * 5 * MINUTE) in str(until.value)


async def test_too_short_a_past_is_told_in_words_and_no_detector_asks_for_nothing(tmp_path: Path) -> None:
    async with roads(tmp_path / "short", 200) as made:
        turn = await made.turn(made.clock.moment // QUARTER * QUARTER)
        assert turn.state == "failed" and turn.reason is not None and "Too little to learn from" in turn.reason.en
    async with roads(tmp_path / "none", 0) as made:
        await asyncio.sleep(0.6)
        assert not await made.jobs.turns(CITY, EVERYTHING)
