"""A what-if end to end: roads of a source, plans, counts and closures of the context, real SUMO, entities."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from house_at_hand import MAKASSAR, NGSI, PINISI_CONTEXT, Opened, entity_path, open_house

import placed_crossing
from patience import PATIENCE
from placed_crossing import CROSSING

pytestmark = pytest.mark.anyio
LIVE = """\
[[sources]]
id = "twin-network"
kind = "mobility.twin-network"
options = {{ file = "{folder}/p.net.xml" }}
[[sources]]
id = "counts"
kind = "mobility.turning-counts"
"""
LON, LAT = CROSSING
NETWORK = "urn:ngsi-ld:TwinNetwork:twin-network"
TRIED, NOW, AWAY, OVER, TRUCKS = (
    f"urn:ngsi-ld:RoadClosure:{name}" for name in ("tried", "now", "away", "over", "truck")
)
DATASET = "urn:ngsi-ld:Dataset:what-if"


@cache
def start() -> datetime:
    """When the tests of this file begin, which is long after it was read."""
    return datetime.now(UTC).replace(microsecond=0)


def later(minutes: float) -> str:
    return (start() + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def prop(value: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": later(-30)}


def when(minutes: float) -> dict[str, Any]:
    return prop({"@type": "DateTime", "@value": later(minutes)})


def at(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, lat]}, "observedAt": later(-30)}


def closure(id: str, place: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {"id": id, "type": "RoadClosure", "location": place, **said}


def plan(number: str, *greens: float) -> dict[str, Any]:
    stages = [{"stage": str(at), "green": green} for at, green in enumerate(greens)]
    junction = {"type": "Relationship", "object": "urn:ngsi-ld:Junction:simpang", "observedAt": later(-30)}
    return {
        "id": f"urn:ngsi-ld:SignalPlan:simpang-{number}",
        "type": "SignalPlan",
        "refJunction": junction,
        "plannedStages": {"type": "JsonProperty", "json": stages, "observedAt": later(-30)},
    }


def turn(approach: str, movement: str, vehicles: int, motorcycles: int) -> dict[str, Any]:
    return {
        "id": f"urn:ngsi-ld:TurningCount:simpang-{approach}-{movement}",
        "type": "TurningCount",
        "junction": prop("simpang"),
        "approach": prop(approach),
        "movement": prop(movement),
        "intensity": prop(vehicles),
        "motorcycles": prop(motorcycles),
        "lightVehicles": prop(vehicles - motorcycles),
        "countedMinutes": prop(15),
        "dateObservedFrom": when(-45),
        "dateObservedTo": when(-30),
    }


@cache
def city_now() -> tuple[dict[str, Any], ...]:
    return (
        {"id": "urn:ngsi-ld:Junction:simpang", "type": "Junction", "location": at(LON, LAT), "timePlan": prop("2")},
        plan("1", 10, 50),
        plan("2", 44, 21),
        turn("Timur", "through", 130, 100),
        turn("Barat", "through", 120, 80),
        turn("Utara", "through", 60, 40),
        turn("Selatan", "through", 65, 40),
        {
            "id": "urn:ngsi-ld:TrafficFlowObserved:utara",
            "type": "TrafficFlowObserved",
            "location": at(LON, LAT + 0.0015),
            "intensity": prop(125),
            "dateObservedFrom": when(-60),
            "dateObservedTo": when(-45),
        },
        closure(NOW, at(LON, LAT + 0.0015), validFrom=when(-60), validTo=when(4), closedTo=prop(["car"])),
        closure(AWAY, at(119.5, -5.1), validFrom=when(-60)),
        closure(OVER, at(LON, LAT + 0.0015), validFrom=when(-60), closureState=prop("over")),
        closure(TRUCKS, at(LON, LAT + 0.0015), validFrom=when(-60), closedTo=prop(["truck"])),
        closure(TRIED, at(LON, LAT - 0.0015), validFrom=when(24 * 60)),
    )


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    folder = tmp_path_factory.mktemp("what-if")
    placed_crossing.build(folder)
    city = folder / "makassar"
    shutil.copytree(MAKASSAR, city, ignore=shutil.ignore_patterns("building", "build.py"))
    (city / "live.toml").write_text(LIVE.format(folder=folder))
    async with open_house(folder / "data", city) as made:
        yield made


@pytest.fixture
async def client(opened: Opened) -> AsyncIterator[httpx.AsyncClient]:
    async with opened.client(link=PINISI_CONTEXT) as made:
        yield made


async def until(client: httpx.AsyncClient, path: str, *states: str) -> dict[str, Any]:
    """What an address answers once it answers, in one of these states where some are named."""
    async with asyncio.timeout(4 * PATIENCE):
        while True:
            answer = await client.get(path)
            if answer.status_code == 200 and (not states or answer.json()["state"] in states):
                return answer.json()
            await asyncio.sleep(0.1)


async def simulated(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    return await ran(client, "what-if", {"name": "Coba", "network": NETWORK, "minutes": 5, "seeds": 1, **asked})


async def ran(client: httpx.AsyncClient, job: str, given: dict[str, Any]) -> dict[str, Any]:
    body = {"service": "mobility", "job": job, "input": given}
    answer = await client.post("/pinisi/v1/jobs", json=body)
    assert answer.status_code == 201, answer.text
    return await until(client, f"/pinisi/v1/jobs/{answer.json()['id']}", "done", "failed")


async def test_plans_counts_and_closures_of_the_city_are_simulated_and_named_in_the_result(
    client: httpx.AsyncClient,
) -> None:
    await until(client, entity_path(NETWORK))
    written = await client.post(f"{NGSI}/entityOperations/upsert", json=list(city_now()))
    assert written.status_code in (201, 204), written.text
    shown = await simulated(client, closures=[TRIED])
    assert shown["state"] == "done", shown["reason"]

    whole = (await client.get(entity_path("urn:ngsi-ld:WhatIf:coba"))).json()
    read = whole["readFromContext"]["json"]
    assert read["plans"]["ids"] == ["urn:ngsi-ld:SignalPlan:simpang-2"], "the one that the junction says it runs"
    assert read["plans"]["from"] == later(-30)
    assert read["closures"]["ids"] == [NOW], "what is tried, over, elsewhere or closed to trucks only is not of it"
    assert (read["counts"]["number"], read["counts"]["from"], read["counts"]["to"]) == (5, later(-60), later(-30))
    assert read["network"]["at"]
    assert whole["motorcycleShare"]["value"] == round(100 * 260 / 375, 1)
    left_out = {each["id"]: each["reason"] for each in whole["contextLeftOut"]["json"]}
    assert left_out[AWAY] == "no road of the network lies there"
    assert not {NOW, OVER, TRUCKS, TRIED} & left_out.keys()

    for name in ("meanDelay", "meanDelayBefore", "co2Mass", "timesFasterThanReal", "plansUsed"):
        assert (whole[name]["method"]["value"], whole[name]["datasetId"]) == ("simulated", DATASET)
        assert whole[name]["provider"]["object"] == shown["entity"]
    assert whole["meanDelay"]["value"] > whole["meanDelayBefore"]["value"], "the south arm is closed"
    assert whole["timesFasterThanReal"]["value"] > 1


def road(name: str, lon: float, lat: float) -> dict[str, Any]:
    line = {"type": "LineString", "coordinates": [[LON, LAT], [lon, lat]]}
    place = {"type": "GeoProperty", "value": line, "observedAt": later(-30)}
    return {"id": f"urn:ngsi-ld:RoadSegment:{name}", "type": "RoadSegment", "name": prop(name), "location": place}


async def test_emissions_are_of_what_was_counted_and_a_simulated_saving_is_never_among_them(
    client: httpx.AsyncClient,
) -> None:
    """The what-if before has written emissions too: other things, under a dataset of their own."""
    roads = [road("timur", LON + 0.003, LAT), road("utara", LON, LAT + 0.003)]
    assert (await client.post(f"{NGSI}/entityOperations/upsert", json=roads)).status_code in (201, 204)
    shown = await ran(client, "traffic-emissions", {"hours": 3, "ending": later(0)})
    assert shown["state"] == "done", shown["reason"]
    path = f"{NGSI}/entities?type=EmissionRecord&limit=1000"
    records = (await client.get(path)).json()
    simulated = [each for each in records if each["id"].startswith("urn:ngsi-ld:EmissionRecord:twin-")]
    counted = [each for each in records if each not in simulated]
    assert simulated and counted
    assert all("refWhatIf" in each and each["co2Mass"]["datasetId"] == DATASET for each in simulated)
    assert all(each["co2Mass"]["method"]["value"] == "simulated" for each in simulated)
    assert all("datasetId" not in each["co2Mass"] for each in counted)
    assert {each["co2Mass"]["method"]["value"] for each in counted} == {"modelled"}
    assert {each["refRoadSegment"]["object"].rpartition(":")[2] for each in counted} == {"timur", "utara"}
    timur = [each for each in counted if each["refRoadSegment"]["object"].endswith("timur")]
    assert sum(each["emissionActivity"]["value"] for each in timur) == pytest.approx(130 * 0.3326, rel=0.01)

    city = (await client.get(entity_path("urn:ngsi-ld:EmissionTotal:city"))).json()
    assert city["co2Mass"]["value"] == pytest.approx(sum(each["co2Mass"]["value"] for each in counted), abs=0.001)
    left_out = {each["id"]: each["reason"] for each in city["contextLeftOut"]["json"]}
    assert "no road segment of the city ends" in left_out["urn:ngsi-ld:TurningCount:simpang-Barat-through"]
    tiles = (await client.get("/pinisi/v1/tiles")).json()
    (tile,) = [each for each in tiles["tiles"] if each["id"] == "traffic-co2"]
    assert tile["value"] == pytest.approx(city["co2Mass"]["value"], abs=0.01)


async def test_a_closure_to_nobody_whom_the_twin_drives_is_refused_in_words(client: httpx.AsyncClient) -> None:
    shown = await simulated(client, name="Truk", closures=[TRUCKS])
    assert shown["state"] == "failed" and "the twin drives no others" in shown["reason"]["en"]
