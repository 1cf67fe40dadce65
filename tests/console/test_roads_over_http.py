"""Routes, reach and travel times over HTTP on real roads of Helsinki; roads closed by command are gone round."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, Opened, copy_data, open_house

sys.path.append(str(Path(__file__).parents[1] / "services"))

from roads_at_hand import AT_SEA, HARBOUR, HELSINKI, STATION, served
from shapely.geometry import Point, shape

from pinisi.people.accounts import Assignment
from pinisi.services.mobility.routing.running import offered

pytestmark = pytest.mark.anyio
MOBILITY = f"{OURS}/services/mobility"
COMMANDS = f"{OURS}/commands"
ON_THE_WAY = [24.951059, 60.169185]
GRAPH = "urn:ngsi-ld:RoadGraph:roads"


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
    """The demo's administrator."""
    async with opened.client(link=PINISI_CONTEXT) as made:
        yield made


async def with_roads(client: httpx.AsyncClient, router: Any) -> None:
    made = {"type": "Property", "value": router.graph.digest, "provider": {"type": "Relationship", "object": "urn:x:y"}}
    then = {"type": "Property", "value": {"@type": "DateTime", "@value": "2019-04-17T18:21:00Z"}}
    file = {"type": "Property", "value": "helsinki.osm.pbf"}
    entity = {"id": GRAPH, "type": "RoadGraph", "graphDigest": made, "builtFrom": file, "validFrom": then}
    assert (await client.post(f"{NGSI}/entities", json=entity)).status_code == 201


def said(place: tuple[float, float]) -> str:
    return f"{place[0]},{place[1]}"


async def route(client: httpx.AsyncClient, **asked: str) -> dict[str, Any]:
    wish = {"from": said(STATION), "to": said(HARBOUR)} | {name.rstrip("_"): value for name, value in asked.items()}
    answer = await client.get(f"{MOBILITY}/routes", params=wish)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def command(client: httpx.AsyncClient, action: str, status: int = 201, **words: Any) -> dict[str, Any]:
    answer = await client.post(COMMANDS, json={"service": "mobility", "action": action, "command": words})
    assert answer.status_code == status, answer.text
    return answer.json()


async def close(client: httpx.AsyncClient, **more: Any) -> str:
    """The id of a closure on the way, given by command."""
    words = {"place": [ON_THE_WAY], "cause": "tree", "reason": "A tree fell", "said_by": "Dishub", **more}
    (closure,) = (await command(client, "close-road", **words))["results"]
    return closure


async def test_a_route_is_a_line_with_time_distance_and_the_roads_that_it_was_found_on(
    client: httpx.AsyncClient, router: Any
):
    await with_roads(client, router)
    found = await route(client)
    properties = found["properties"]
    assert (found["type"], found["geometry"]["type"]) == ("Feature", "LineString")
    assert 1_300 < properties["metres"] < 1_500 and properties["seconds"] > 60
    graph = properties["graph"]
    assert (graph["id"], graph["built_from"], graph["provider"]) == (GRAPH, "helsinki.osm.pbf", "urn:x:y")
    assert graph["age_days"] > 2_000 and properties["method"] == "modelled" and properties["closures"] == 0
    assert shape(found["geometry"]).distance(Point(STATION)) < 1e-3


async def test_a_road_closed_by_command_is_gone_round_by_the_next_question_until_it_is_opened(
    client: httpx.AsyncClient, router: Any
):
    await with_roads(client, router)
    before = (await route(client))["properties"]
    closure = await close(client)
    around = (await route(client))["properties"]
    assert around["seconds"] > before["seconds"] + 30
    assert around["open_seconds"] == before["seconds"]
    assert around["avoided"] == [{"id": closure, "name": "A tree fell", "cause": "tree"}]
    await command(client, "reopen-road", closure=closure, said_by="Dishub")
    after = (await route(client))["properties"]
    assert (after["seconds"], after["closures"], after["avoided"]) == (before["seconds"], 0, [])


async def test_a_closure_is_for_whom_it_names_and_only_while_it_lasts(client: httpx.AsyncClient, router: Any):
    await with_roads(client, router)
    await close(client, closed_to=["truck"])
    await close(client, **{"from": "2099-01-01T00:00:00Z"})
    assert (await route(client))["properties"]["closures"] == 0
    lorry = (await route(client, by="truck"))["properties"]
    assert lorry["closures"] == 1 and len(lorry["avoided"]) == 1


@pytest.mark.parametrize("by", ["car", "motorcycle", "scooter", "bus", "truck", "bicycle", "pedestrian"])
async def test_there_is_a_way_for_each_kind_of_vehicle(client: httpx.AsyncClient, router: Any, by: str):
    await with_roads(client, router)
    found = (await route(client, by=by))["properties"]
    assert found["by"] == by and 900 < found["metres"] < 3_000


async def test_reach_grows_with_the_minutes_and_times_are_those_of_the_routes(client: httpx.AsyncClient, router: Any):
    await with_roads(client, router)
    asked = {"from": said(STATION), "minutes": "2,5", "by": "pedestrian"}
    reached = (await client.get(f"{MOBILITY}/reach", params=asked)).json()
    areas = {each["properties"]["minutes"]: shape(each["geometry"]).area for each in reached["features"]}
    assert areas[5] > 2 * areas[2] > 0 and reached["found"]["graph"]["id"] == GRAPH
    asked = {"from": f"{said(STATION)};{said(AT_SEA)}", "to": said(HARBOUR)}
    times = (await client.get(f"{MOBILITY}/travel-times", params=asked)).json()
    assert times["seconds"][0][0] == pytest.approx((await route(client))["properties"]["seconds"], abs=1.5)
    assert times["seconds"][1] == [None]


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        ("routes", {"from": "x", "to": said(HARBOUR)}, "from"),
        ("routes", {"from": said(STATION), "to": "200,1"}, "to"),
        ("routes", {"from": said(STATION), "to": said(AT_SEA)}, "to"),
        ("reach", {"from": said(AT_SEA)}, "from"),
        ("reach", {"from": said(STATION), "minutes": "0"}, "minutes"),
        ("reach", {"from": said(STATION), "minutes": "1,2,3,4,5"}, "minutes"),
        ("travel-times", {"from": ";".join([said(STATION)] * 101), "to": said(HARBOUR)}, "from"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_field_in_three_languages(
    client: httpx.AsyncClient, router: Any, path: str, asked: dict[str, str], field: str
):
    await with_roads(client, router)
    answer = await client.get(f"{MOBILITY}/{path}", params=asked)
    assert answer.status_code == 400
    fault = next(each for each in answer.json()["errors"] if each["field"] == field)
    assert all(fault["reason"][language] for language in ("id", "en", "ja"))


async def test_without_roads_it_says_so_and_that_every_road_is_closed_too(client: httpx.AsyncClient, router: Any):
    nothing = await route(client)
    assert nothing["geometry"] is None and nothing["properties"]["why"]["code"] == "no-graph"
    await with_roads(client, router)
    lon, lat = HARBOUR
    ring = [[lon + x, lat + y] for x, y in ((-3e-3, -2e-3), (3e-3, -2e-3), (3e-3, 2e-3), (-3e-3, 2e-3), (-3e-3, -2e-3))]
    await close(client, place=ring)
    shut = await route(client)
    assert shut["geometry"] is None and shut["properties"]["why"]["code"] == "closed"
    assert shut["properties"]["open_seconds"] > 60


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"place": []}, "road"),
        ({"road": "urn:ngsi-ld:RoadSegment:x", "place": [ON_THE_WAY]}, None),
        ({"place": [[200, 1]]}, "place"),
        ({"place": [[1, 1], [1, 1]]}, "place"),
        ({"until": "2020-01-01T00:00:00Z", "from": "2021-01-01T00:00:00Z"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"cause": "ghost"}, "cause"),
        ({"said_by": ""}, "said_by"),
    ],
)
async def test_a_closure_that_cannot_be_is_refused_by_its_field(
    client: httpx.AsyncClient, words: dict[str, Any], field: str | None
):
    wish = {"place": [ON_THE_WAY], "cause": "tree", "reason": "A tree fell", "said_by": "Dishub", **words}
    asked = {"service": "mobility", "action": "close-road", "command": wish}
    answer = await client.post(COMMANDS, json=asked)
    assert answer.status_code in (400, 404), answer.text
    if field is not None:
        assert answer.status_code == 400 and field in str(answer.json())


async def test_a_closure_whose_end_is_over_is_refused_in_words(client: httpx.AsyncClient):
    words = {"place": [ON_THE_WAY], "cause": "tree", "reason": "A tree fell", "said_by": "Dishub"}
    refused = await command(client, "close-road", 409, **words, until="2020-01-01T00:00:00Z")
    assert "over" in str(refused)


async def test_who_may_give_no_commands_closes_nothing_and_who_may_read_may_ask(opened: Opened, router: Any):
    await opened.account("ani", Assignment(role="administrator"))
    async with opened.client(cookie=await opened.account("budi", Assignment(role="viewer"))) as viewer:
        words = {"place": [ON_THE_WAY], "cause": "tree", "reason": "A tree fell", "said_by": "Dishub"}
        asked = {"service": "mobility", "action": "close-road", "command": words}
        assert (await viewer.post(COMMANDS, json=asked)).status_code == 403
        assert (await route(viewer))["properties"]["why"]["code"] == "no-graph"
    async with opened.client() as nobody:
        wish = {"from": said(STATION), "to": said(HARBOUR)}
        assert (await nobody.get(f"{MOBILITY}/routes", params=wish)).status_code == 401
