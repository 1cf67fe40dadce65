"""Any service may ask for travel times: by road where one is offered, around what is closed, else the straight line."""

import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, PINISI_CONTEXT, Opened, copy_data, open_house

sys.path.append(str(Path(__file__).parents[1] / "services"))

from pinisi_table import pinisi_table
from roads_at_hand import AT_SEA, HARBOUR, HELSINKI, STATION, served

from pinisi.context.term_table import TermTable
from pinisi.runtime.road_travel import offered_travel, straight_line, travel_between
from pinisi.services.mobility.asked_roads.offered import TravelOnRoads
from pinisi.services.mobility.routing.running import offered
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant, parse_instant

pytestmark = pytest.mark.anyio
NOW = parse_instant("2026-11-26T05:00:00Z")
ON_THE_WAY = [24.951059, 60.169185]


@dataclass(frozen=True)
class Planner:
    """A service that plans rounds, as far as the port knows it."""

    tenant: str
    now: Instant
    store: Store
    table: TermTable


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with served(HELSINKI, tmp_path_factory.mktemp("graphs")) as made, offered(made):
        yield made


@pytest.fixture
async def opened(template: Path, tmp_path: Path) -> AsyncIterator[Opened]:
    async with open_house(copy_data(template, tmp_path / "data")) as made:
        yield made


@pytest.fixture
async def client(opened: Opened) -> AsyncIterator[httpx.AsyncClient]:
    async with opened.client(link=PINISI_CONTEXT) as made:
        yield made


def planner(opened: Opened) -> Planner:
    return Planner(opened.house.default_tenant, NOW, opened.house.store, pinisi_table())


async def test_without_roads_the_straight_line_stands_in_and_says_so(opened: Opened) -> None:
    found = await travel_between(planner(opened), [STATION], [HARBOUR, STATION], "truck")
    assert found == straight_line([STATION], [HARBOUR, STATION], "truck")
    assert not found.by_road and found.method.en == "straight line × 1.4, 20 km/h"
    assert found.metres[0][0] == pytest.approx(1.4 * 960, rel=0.02) and found.seconds[0][1] == 0
    assert found.seconds[0][0] == pytest.approx(found.metres[0][0] * 3.6 / 20)


async def test_with_roads_it_goes_by_road_around_what_the_context_says_is_closed(
    opened: Opened, client: httpx.AsyncClient, router: Any
) -> None:
    digest = {"type": "Property", "value": router.graph.digest}
    graph = {"id": "urn:ngsi-ld:RoadGraph:roads", "type": "RoadGraph", "graphDigest": digest}
    assert (await client.post(f"{NGSI}/entities", json=graph)).status_code == 201
    with offered_travel(TravelOnRoads(router)):
        free = await travel_between(planner(opened), [STATION], [HARBOUR, AT_SEA])
        ground = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": ON_THE_WAY}}
        tree = {"id": "urn:ngsi-ld:RoadClosure:tree", "type": "RoadClosure", "location": ground}
        assert (await client.post(f"{NGSI}/entities", json=tree)).status_code == 201
        closed = await travel_between(planner(opened), [STATION], [HARBOUR, AT_SEA])
    assert free.by_road and free.seconds[0][1] is None and free.seconds[0][0] is not None
    assert closed.seconds[0][0] is not None and closed.seconds[0][0] > free.seconds[0][0] + 30
    assert closed.method.en == "by road, around 1 closures, at the speed of now of 0 roads"


async def test_a_tenant_whose_context_names_no_such_graph_has_the_straight_line(opened: Opened, router: Any) -> None:
    with offered_travel(TravelOnRoads(router)):
        assert not (await travel_between(planner(opened), [STATION], [HARBOUR])).by_road


@pytest.mark.parametrize("places", [[(200.0, 0.0)], [(float("nan"), 0.0)], [STATION] * 101])
async def test_what_is_no_place_or_too_many_is_refused(opened: Opened, places: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"place"):
        await travel_between(planner(opened), [STATION], places)
