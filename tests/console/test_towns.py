"""Each tenant is a town of its own: its own clock, layers, names and public files."""

from collections.abc import AsyncIterator

import httpx
import pytest
from house_at_hand import MAKASSAR, OURS, PINISI_CONTEXT, Opened, open_house

from pinisi.city.profile import load_profile
from pinisi.console.city_opening import open_town
from pinisi.runtime.clock import ReplayClock
from pinisi.vocabulary.instant import DAY, parse_instant

pytestmark = pytest.mark.anyio

THEN = parse_instant("2017-02-21T06:00:00Z")


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    """A house with a second town, in which a day of the past is played."""
    async with open_house(tmp_path_factory.mktemp("towns")) as opened:
        clock = ReplayClock(THEN, THEN + DAY, 60)
        opened.house.store.keep_time("past", clock.now)
        await open_town(opened.house, "past", load_profile(MAKASSAR), clock)
        yield opened


@pytest.fixture(scope="module")
async def client(opened: Opened) -> AsyncIterator[httpx.AsyncClient]:
    async with opened.client() as client:
        yield client


async def test_a_replayed_town_tells_the_time_of_its_own_day(client: httpx.AsyncClient) -> None:
    there = (await client.get(f"{OURS}/session", params={"tenant": "past"})).json()
    here = (await client.get(f"{OURS}/session")).json()
    assert (there["tenant"], there["clock"]["now"]) == ("past", "2017-02-21T06:00:00Z")
    assert (there["clock"]["mode"], there["clock"]["method"], there["clock"]["speed"]) == ("paused", "replayed", 60)
    assert (here["clock"]["mode"], here["clock"]["method"]) == ("live", None)
    assert "past" in here["tenants"]


async def test_what_a_replayed_town_receives_is_received_on_its_own_day(opened: Opened) -> None:
    record = (await opened.house.store.log("past", 0, 1)).entries[0]
    assert record.time == THEN


async def test_names_and_layers_of_one_town_do_not_show_in_another(client: httpx.AsyncClient) -> None:
    well = {"id": "urn:ngsi-ld:Well:1", "type": "Well", "name": {"type": "Property", "value": "Sumur Bandung"}}
    made = await client.post(
        "/ngsi-ld/v1/entities",
        json=well,
        headers={"NGSILD-Tenant": "past", "link": PINISI_CONTEXT, "content-type": "application/json"},
    )
    there = (await client.get(f"{OURS}/search", params={"q": "Sumur Bandung", "tenant": "past"})).json()
    here = (await client.get(f"{OURS}/search", params={"q": "Sumur Bandung"})).json()
    assert made.status_code == 201
    assert "Sumur Bandung" in [hit["name"] for hit in there["results"]]
    assert "Sumur Bandung" not in [hit["name"] for hit in here["results"]]


async def test_a_town_serves_the_basemap_of_its_own_city(client: httpx.AsyncClient) -> None:
    city = (await client.get(f"{OURS}/city", params={"tenant": "past"})).json()
    answer = await client.get(city["basemap"], headers={"range": "bytes=0-6"})
    assert (city["basemap"], answer.content) == ("/city/past/basemap.pmtiles", b"PMTiles")


async def test_a_tenant_that_is_no_name_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{OURS}/session", params={"tenant": "../etc"})
    assert answer.status_code == 400


async def test_asking_for_the_map_of_tenants_that_are_not_there_makes_none(
    opened: Opened, client: httpx.AsyncClient
) -> None:
    before = set(opened.house.towns)
    for name in ("nobody", "..%2F..", "%2e%2e/%2e%2e/maps", "a" * 300):
        answer = await client.get(f"/city/{name}/roads.pmtiles")
        assert answer.status_code == 404
    assert set(opened.house.towns) == before
