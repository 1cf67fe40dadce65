"""A job of any service asks for travel times when it begins: by road where one is offered, else the straight line."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
from pinisi_table import pinisi_table
from roads_at_hand import AT_SEA, HARBOUR, HELSINKI, STATION, served

from pinisi.context.payload import read_entity
from pinisi.runtime.arrival import arrived
from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.road_travel import offered_travel, straight_line
from pinisi.services.mobility.asked_roads.offered import TravelOnRoads
from pinisi.services.mobility.routing.router import Router
from pinisi.services.mobility.routing.running import offered
from pinisi.store.change import EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import parse_instant
from pinisi.vocabulary.principal import SYSTEM

pytestmark = pytest.mark.anyio
NOW, TABLE = parse_instant("2026-11-26T05:00:00Z"), pinisi_table()
ON_THE_WAY = [24.951059, 60.169185]


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:
    with served(HELSINKI, tmp_path_factory.mktemp("graphs")) as made, offered(made):
        yield made


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[SqliteStore]:
    async with SqliteStore(tmp_path, lambda: NOW) as made:
        yield made


async def write(store: SqliteStore, id: str, type: str, name: str, value: object) -> None:
    kind = "GeoProperty" if name == "location" else "Property"
    document: dict[str, object] = {"id": f"urn:ngsi-ld:{type}:{id}", "type": type, name: {"type": kind, "value": value}}
    entity = read_entity(document, TABLE)
    await store.apply("helsinki", [EntityChange(entity.id, arrived(entity))], SYSTEM)


async def test_it_goes_by_road_around_what_is_closed_while_one_is_offered(store: SqliteStore, router: Router) -> None:
    await write(store, "roads", "RoadGraph", "graphDigest", router.graph.digest)
    reading = JobReading(store, "helsinki", TABLE, (), now=NOW, folder=None, of=("waste", "rounds"))
    assert await reading.travel([STATION], [HARBOUR], "truck") == straight_line([STATION], [HARBOUR], "truck")
    with offered_travel(TravelOnRoads(router)):
        free = await reading.travel([STATION], [HARBOUR, AT_SEA])
        await write(store, "tree", "RoadClosure", "location", {"type": "Point", "coordinates": ON_THE_WAY})
        around = await reading.travel([STATION], [HARBOUR])
    assert free.by_road and free.seconds[0][1] is None
    assert free.seconds[0][0] is not None and around.seconds[0][0] is not None
    assert around.seconds[0][0] > free.seconds[0][0]


async def test_a_place_that_is_none_is_refused(store: SqliteStore) -> None:
    reading = JobReading(store, "helsinki", TABLE, (), now=NOW, folder=None, of=("waste", "rounds"))
    with pytest.raises(ValueError, match="none on the Earth"):
        await reading.travel([(200.0, 0.0)], [HARBOUR])
