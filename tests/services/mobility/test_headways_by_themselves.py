"""Headways of every line by themselves: positions of vehicles in, an entity of each direction out, in history."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from pinisi_table import pinisi_table

from pinisi.context.payload import read_entity
from pinisi.runtime.arrival import arrived
from pinisi.runtime.job_reading import JobReading
from pinisi.services.mobility.transit.headway_job import (
    LINE_HEADWAYS_JOB,
    HeadwayRequest,
    compute,
    due,
    entities,
    gather,
)
from pinisi.store.change import EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import HOUR, MINUTE, SECOND, Instant, format_instant, parse_instant
from pinisi.vocabulary.principal import SYSTEM

pytestmark = pytest.mark.anyio
NOW, TABLE = parse_instant("2026-11-26T05:00:00Z"), pinisi_table()
ROUTE = "urn:ngsi-ld:GtfsRoute:teman:1A"
DEGREE = 111_195.0
LENGTH_M, SPEED = 6_000, 10.0
"""Ten minutes from one end to the other."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[SqliteStore]:
    async with SqliteStore(tmp_path, lambda: NOW) as made:
        yield made


def lon(metres: float) -> float:
    return 119.4 + metres / DEGREE


def place(metres: float) -> dict[str, Any]:
    return {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon(metres), 0.0]}}


async def write(store: SqliteStore, *documents: dict[str, Any]) -> None:
    made = [read_entity(each, TABLE) for each in documents]
    await store.apply("city", [EntityChange(each.id, arrived(each)) for each in made], SYSTEM)


async def lay_out(store: SqliteStore) -> None:
    line = {"type": "LineString", "coordinates": [[lon(0), 0.0], [lon(LENGTH_M), 0.0]]}
    told = {"shortName": {"type": "Property", "value": "1A"}, "location": {"type": "GeoProperty", "value": line}}
    await write(store, {"id": ROUTE, "type": "GtfsRoute", **told})
    for number, metres in enumerate((1_000, 3_000, 5_000)):
        id, name = f"urn:ngsi-ld:GtfsStop:teman:{number}", {"type": "Property", "value": f"Halte {number}"}
        served = {"type": "Property", "value": "1A, 2"}
        await write(store, {"id": id, "type": "GtfsStop", "name": name, "servedBy": served, "location": place(metres)})


async def drive(store: SqliteStore, bus: int, begins: Instant, method: str = "measured") -> None:
    """From one end of the line to the other, a position each minute."""
    said = {"method": {"type": "Property", "value": method}}
    for minute in range(int(LENGTH_M / SPEED / 60) + 1):
        at = {"observedAt": format_instant(begins + minute * MINUTE)}
        where = place(minute * 60 * SPEED) | at | said
        line = {"type": "Relationship", "object": ROUTE}
        await write(
            store, {"id": f"urn:ngsi-ld:Vehicle:b{bus}", "type": "Vehicle", "location": where, "refGtfsRoute": line}
        )


def reading(store: SqliteStore, now: Instant = NOW) -> JobReading:
    job = LINE_HEADWAYS_JOB
    return JobReading(store, "city", TABLE, job.reads, now=now, folder=None, of=("mobility", job.name))


async def told(store: SqliteStore) -> list[dict[str, Any]]:
    request = HeadwayRequest()
    answer = compute(await gather(request, reading(store)), lambda share, note="": None)
    return [dict(each) for each in entities(request, answer, NOW)]


async def test_bunched_buses_are_told_with_the_headways_worked_out_by_hand(store: SqliteStore) -> None:
    """They begin at 0, 1, 20, 21 and 40 minutes: headways of 1, 19, 1 and 19 minutes at each of the three stops."""
    await lay_out(store)
    for bus, minutes in enumerate((0, 1, 20, 21, 40)):
        await drive(store, bus, NOW - 55 * MINUTE + minutes * MINUTE)
    (one,) = await told(store)
    assert (one["id"], one["refGtfsRoute"]["object"]) == ("urn:ngsi-ld:LineHeadways:teman:1A:1", ROUTE)
    assert one["name"]["value"] == "1A → Halte 2" and one["headwayMean"]["value"] == 600
    assert (one["headwayCount"]["value"], one["vehiclesPassed"]["value"]) == (12, 5)
    assert (one["headwayVariation"]["value"], one["headwayGrade"]["value"]) == (0.9, "F")
    assert (one["bunchedShare"]["value"], one["gapShare"]["value"]) == (50.0, 50.0)
    assert one["headwayMean"]["method"]["value"] == "modelled" and one["headwayMean"]["unitCode"] == "SEC"


async def test_what_was_driven_in_a_simulation_says_so(store: SqliteStore) -> None:
    await lay_out(store)
    for bus, minutes in enumerate((0, 10, 20, 30)):
        await drive(store, bus, NOW - 45 * MINUTE + minutes * MINUTE, "simulated")
    (one,) = await told(store)
    assert {each["method"]["value"] for each in one.values() if isinstance(each, dict)} == {"simulated"}
    assert (one["headwayVariation"]["value"], one["headwayGrade"]["value"]) == (0.0, "A")


async def test_too_few_buses_tell_nothing_and_a_city_without_any_asks_for_nothing(store: SqliteStore) -> None:
    assert list(await due(reading(store))) == []
    await lay_out(store)
    await drive(store, 0, NOW - 20 * MINUTE)
    assert list(await due(reading(store))) == [HeadwayRequest()]
    assert await told(store) == []
    assert list(await due(reading(store, NOW + 2 * HOUR))) == []
    assert LINE_HEADWAYS_JOB.every == 30 * MINUTE / SECOND
