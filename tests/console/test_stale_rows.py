"""Rows of a layer say which sources they rest upon, so that every screen can tell which of them are stale."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
from house_at_hand import MAKASSAR, NGSI, OURS, PINISI_CONTEXT, LiveReader, Opened, copy_data, open_house

from patience import PATIENCE
from pinisi.console.citing import MOST, Citing

pytestmark = pytest.mark.anyio
CARD = "urn:ngsi-ld:DataSource:gauges"
LAYER = """
[[layers]]
id = "gauges"
title = { id = "Alat ukur air", en = "Water gauges", ja = "水位計" }
type = "Gauge"
shape = "circle"
hue = 4
columns = [{ key = "waterLevel", label = { id = "Tinggi", en = "Level", ja = "水位" }, unit = "MTR" }]
"""
LIVE = """
[[sources]]
id = "gauges"
kind = "push"
[sources.options]
title = { id = "Alat ukur", en = "Gauges", ja = "水位計" }
publisher = "Dinas PU"
every = 3600.0
blinds = { id = "Tanya pos jaga", en = "Call the guard", ja = "詰所へ" }
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stale") / "city"
    shutil.copytree(MAKASSAR, folder, ignore=shutil.ignore_patterns("building", "build.py"))
    with (folder / "city.toml").open("a", encoding="utf-8") as toml:
        toml.write(LAYER)
    (folder / "live.toml").write_text(LIVE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
async def loaded(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with this city loaded, closed."""
    data = tmp_path_factory.mktemp("loaded") / "data"
    async with open_house(data, city):
        pass
    return data


@pytest.fixture
def data(loaded: Path, tmp_path: Path) -> Path:
    return copy_data(loaded, tmp_path / "data")


def gauge(number: int, level: float = 1.5) -> dict[str, Any]:
    at = {"observedAt": "2026-11-20T05:00:00Z"}
    place = {"type": "Point", "coordinates": [119.45, -5.15]}
    return {
        "id": f"urn:ngsi-ld:Gauge:{number}",
        "type": "Gauge",
        "name": {"type": "Property", "value": f"Tello {number}"} | at,
        "waterLevel": {"type": "Property", "value": level, "unitCode": "MTR"} | at,
        "location": {"type": "GeoProperty", "value": place} | at,
    }


async def push(client: httpx.AsyncClient, *entities: dict[str, Any]) -> None:
    answer = await client.post(f"{OURS}/push/gauges", json=list(entities))
    assert answer.status_code == 200, answer.text


async def switch(client: httpx.AsyncClient, *, on: bool) -> None:
    assert (await client.post(f"{OURS}/sources/gauges", json={"on": on})).status_code == 200


async def rows(client: httpx.AsyncClient) -> tuple[dict[str, Any], dict[str, list[str]]]:
    table = (await client.get(f"{OURS}/layers/gauges")).json()
    at = table["columns"].index("source")
    return {row[0].rpartition(":")[2]: row[at] for row in table["rows"]}, table["sources"]


async def ailing(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await client.get(f"{OURS}/now")).json()["ailing"]


async def typed(opened: Opened, entity: dict[str, Any]) -> None:
    async with opened.client() as client:
        answer = await client.post(f"{NGSI}/entities", json=entity, headers={"link": PINISI_CONTEXT})
        assert answer.status_code == 201, answer.text


async def test_a_row_names_its_sources_by_a_number_that_a_restart_keeps(city: Path, data: Path) -> None:
    async with open_house(data, city) as opened, opened.client() as demo:
        async with LiveReader(opened.application, f"{OURS}/stream", {}, "layers=gauges") as stream:
            await stream.next()
            await push(demo, gauge(1))
            told = (await stream.next("changes")).data["entities"][0]["rows"]["gauges"]
        await typed(opened, gauge(2))
        numbers, sources = await rows(demo)
        assert sources == {str(numbers["1"]): [CARD]}
        assert numbers["2"] is None
        assert told[-2] == numbers["1"]
    async with open_house(data, city) as again, again.client() as demo:
        assert await rows(demo) == (numbers, sources)


async def test_the_rows_of_a_source_that_is_cut_are_named_until_it_is_back(city: Path, data: Path) -> None:
    async with open_house(data, city) as opened, opened.client() as demo:
        await push(demo, gauge(1))
        assert await ailing(demo) == []
        await switch(demo, on=False)
        (cut,) = await ailing(demo)
        numbers, _ = await rows(demo)
        assert (cut["id"], cut["state"], cut["layers"], cut["rows"]) == (CARD, "off", ["gauges"], [numbers["1"]])
        await switch(demo, on=True)
        assert await ailing(demo) == []


async def told_of_itself(client: httpx.AsyncClient, state: str) -> None:
    """As the keeper writes it."""
    body = {"state": {"type": "Property", "value": state}}
    answer = await client.patch(f"{NGSI}/entities/{CARD}/attrs", json=body, headers={"link": PINISI_CONTEXT})
    assert answer.status_code == 204, answer.text


async def queued(client: httpx.AsyncClient, state: str) -> dict[str, Any]:
    """The only incident of the queue, once it is in that state."""
    async with asyncio.timeout(PATIENCE):
        while True:
            incidents = (await client.get(f"{OURS}/incidents")).json()["incidents"]
            if incidents and incidents[0]["state"] == state:
                (incident,) = incidents
                return incident
            await asyncio.sleep(0.05)


async def test_a_source_that_blinds_the_operator_calls_him_and_says_what_to_do_instead(city: Path, data: Path) -> None:
    async with open_house(data, city) as opened, opened.client() as demo:
        await push(demo, gauge(1))
        await told_of_itself(demo, "silent")
        alarm = await queued(demo, "unacknowledged")
        assert alarm["title"]["en"] == "Gauges sends nothing: Water gauges cannot be seen"
        assert (alarm["detail"]["id"], alarm["channel"]) == ("Tanya pos jaga", "source-failure")
        assert (alarm["category"], alarm["subcategory"], alarm["subject"]) == ("room", "blind", CARD)
        await told_of_itself(demo, "live")
        assert (await queued(demo, "returned"))["conditionEnded"]


async def test_a_source_that_is_off_and_never_said_anything_concerns_nobody(city: Path, data: Path) -> None:
    async with open_house(data, city) as opened, opened.client() as demo:
        await switch(demo, on=False)
        assert await ailing(demo) == []


def test_too_many_combinations_of_sources_are_not_told_and_nothing_grows_without_end() -> None:
    citing = Citing()
    keys = [citing.key("l", frozenset({f"urn:ngsi-ld:DataSource:{n}"})) for n in range(MOST + 10)]
    assert None not in keys[:MOST]
    assert keys[MOST:] == [None] * 10
    assert citing.key("l", frozenset({"urn:ngsi-ld:DataSource:0"})) == keys[0]
    assert citing.key("l", frozenset()) is None
