"""One account, one view: every way into the house shows it the same entities and attributes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import anyio
import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, LiveReader, Opened, entity_path

from pinisi.people.accounts import Assignment
from pinisi.vocabulary.terms import LOCATION, NAME, PINISI

pytestmark = pytest.mark.anyio
ONE, ANOTHER = "73.71.09", "73.71.10"
BANK = PINISI + "WasteBank"
RECEIVED = PINISI + "wasteReceived"
LINK = {"link": PINISI_CONTEXT}
TYPES = ["WasteBank", "HealthFacility", "WasteFacility", "Landfill", "GreenSpace", "AdministrativeArea", "DataSource"]
LAYERS = {"waste-banks": "WasteBank", "green-spaces": "GreenSpace", "waste-facilities": "WasteFacility"}


@dataclass
class Eyes:
    """Somebody who looks, and a colleague who sees everything."""

    opened: Opened
    cookie: str
    own: httpx.AsyncClient
    all: httpx.AsyncClient

    async def ids(self, type: str, client: httpx.AsyncClient | None = None) -> set[str]:
        """Ids of a type, page by page."""
        found: list[str] = []
        while True:
            query = {"type": type, "limit": "1000", "offset": str(len(found)), "count": "true"}
            answer = await (client or self.own).get(f"{NGSI}/entities", params=query, headers=LINK)
            assert answer.status_code == 200, answer.text
            page = [entity["id"] for entity in answer.json()]
            found += page
            if not page or len(found) == int(answer.headers["ngsild-results-count"]):
                assert len(found) == int(answer.headers["ngsild-results-count"])
                return set(found)

    async def read(self, path: str, **query: str) -> Any:
        answer = await self.own.get(path, params=query, headers=LINK)
        assert answer.status_code == 200, answer.text
        return answer.json()


LIMITS = {
    "two kecamatan": Assignment(role="operator", areas=frozenset({ONE, ANOTHER})),
    "one type": Assignment(role="operator", types=frozenset({BANK})),
    "one type in one kecamatan": Assignment(role="operator", types=frozenset({BANK}), areas=frozenset({ONE})),
    "names and places": Assignment(role="operator", attributes=frozenset({NAME, LOCATION})),
    "amounts without names": Assignment(role="operator", attributes=frozenset({RECEIVED})),
    "nothing": Assignment(role="operator", attributes=frozenset()),
}


@pytest.fixture(scope="session", params=LIMITS, ids=lambda name: name.replace(" ", "-"))
async def eyes(lived_in: Opened, request: pytest.FixtureRequest) -> AsyncIterator[Eyes]:
    name = request.param
    cookie = await lived_in.account(name.replace(" ", "."), LIMITS[name])
    admin = await lived_in.cookie("ani")
    async with (
        lived_in.client(cookie=cookie) as own,
        lived_in.client(cookie=admin) as all,
    ):
        yield Eyes(lived_in, cookie, own, all)


@pytest.mark.parametrize("type", TYPES)
async def test_retrieval_query_count_and_pages_see_the_same(eyes: Eyes, type: str) -> None:
    mine, everyone = await eyes.ids(type), await eyes.ids(type, eyes.all)
    assert mine <= everyone
    for id in [*sorted(mine)[:3], *sorted(everyone - mine)[:3]]:
        answer = await eyes.own.get(entity_path(id), headers=LINK)
        assert answer.status_code == (200 if id in mine else 404), answer.text


async def test_a_map_names_what_the_reader_sees_and_is_his_alone(eyes: Eyes) -> None:
    mine = await eyes.ids("WasteBank")
    answer = await eyes.own.get(f"{NGSI}/entityMaps", params={"type": "WasteBank"}, headers=LINK)
    assert set(answer.json()["entityMap"]) == mine
    reference = answer.headers["ngsild-entitymap"]
    assert (await eyes.own.get(reference)).status_code == 200
    assert (await eyes.all.get(reference)).status_code == 404
    whole = await eyes.all.get(f"{NGSI}/entityMaps", params={"type": "WasteBank"}, headers=LINK)
    theirs = {**LINK, "ngsild-entitymap": whole.headers["ngsild-entitymap"]}
    found = await eyes.own.get(f"{NGSI}/entities", params={"type": "WasteBank", "limit": "1000"}, headers=theirs)
    assert found.status_code == 201
    assert {entity["id"] for entity in found.json()} <= mine


async def ready(eyes: Eyes, location: str) -> dict[str, Any]:
    """The status of a snapshot whose queries have all been asked."""
    for _ in range(1_000):
        status = (await eyes.own.get(location)).json()
        if status["snapshotStatus"] != "preparing":
            return status
        await anyio.sleep(0.01)
    raise AssertionError("the snapshot was not ready in ten seconds")


async def test_a_snapshot_holds_what_its_maker_sees_and_is_his_alone(eyes: Eyes) -> None:
    mine = await eyes.ids("WasteBank")
    query = {"type": "Query", "entities": [{"type": "WasteBank"}]}
    made = await eyes.own.post(f"{NGSI}/snapshots", json={"type": "Snapshot", "snapshotQueries": [query]}, headers=LINK)
    assert made.status_code == 201, made.text
    location = made.headers["location"]
    status = await ready(eyes, location)
    assert status["snapshotStatus"] == ("success" if mine else "empty")
    upon = {**LINK, "ngsild-snapshot": status["id"]}
    asked = {"type": "WasteBank", "limit": "1000"}
    found = await eyes.own.get(f"{NGSI}/entities", params=asked, headers=upon)
    live = await eyes.read(f"{NGSI}/entities", **asked)
    assert sorted(found.json(), key=lambda one: one["id"]) == sorted(live, key=lambda one: one["id"])
    assert (await eyes.all.get(location)).status_code == 404
    assert (await eyes.all.get(f"{NGSI}/entities", params=asked, headers=upon)).status_code == 404


async def test_what_is_hidden_is_not_told_from_what_does_not_exist(eyes: Eyes) -> None:
    hidden = sorted(await eyes.ids("WasteBank", eyes.all) - await eyes.ids("WasteBank"))
    for path in (entity_path("{}"), f"{OURS}/places/{{}}", f"{NGSI}/temporal/entities/{{}}"):
        for id in hidden[:1]:
            there = await eyes.own.get(path.replace("%7B%7D", "{}").format(quote(id, safe="")))
            missing = await eyes.own.get(path.replace("%7B%7D", "{}").format("urn%3Ango%3A1"))
            assert there.status_code == missing.status_code == 404
            assert there.json()["detail"].replace(id, "X") == missing.json()["detail"].replace("urn:ngo:1", "X")


async def test_discovery_counts_what_the_reader_sees(eyes: Eyes) -> None:
    listed = set((await eyes.read(f"{NGSI}/types"))["typeList"])
    attributes = set((await eyes.read(f"{NGSI}/attributes"))["attributeList"])
    seen: set[str] = set()
    for type in TYPES:
        mine = await eyes.ids(type)
        assert (type in listed) is bool(mine)
        info = await eyes.own.get(f"{NGSI}/types/{type}", headers=LINK)
        assert info.status_code == (200 if mine else 404)
        if mine:
            assert info.json()["entityCount"] == len(mine)
            found = await eyes.read(f"{NGSI}/entities", type=type, limit="1000")
            seen |= {name for entity in found for name in entity} - {"id", "type", "@context", "scope"}
    assert attributes == seen


async def test_values_that_are_hidden_cannot_be_asked_for(eyes: Eyes) -> None:
    by_kind = await eyes.read(f"{NGSI}/entities", type="WasteBank", q='kind=="unit"', limit="1000")
    shown = await eyes.read(f"{NGSI}/entities", type="WasteBank", limit="1000")
    assert {each["id"] for each in by_kind} == {
        each["id"] for each in shown if each.get("kind", {}).get("value") == "unit"
    }


async def test_every_attribute_that_is_shown_is_granted(eyes: Eyes) -> None:
    principal = await eyes.opened.house.admit({b"cookie": eyes.cookie.encode()}, "127.0.0.1", "makassar")
    assert principal is not None
    table = eyes.opened.house.pinisi_table
    for entity in await eyes.read(f"{NGSI}/entities", type=",".join(TYPES), limit="1000"):
        record = await eyes.opened.house.store.entity("makassar", entity["id"], principal.grants)
        assert record is not None
        projection = principal.grants.projection(record.family.types, record.family.areas)
        assert projection is not None
        for name in set(entity) - {"id", "type", "@context", "scope"}:
            assert projection.attributes is None or table.expand_term(name) in projection.attributes


async def test_history_tells_of_what_is_seen_now(eyes: Eyes) -> None:
    everyone, mine = await eyes.ids("WasteBank", eyes.all), await eyes.ids("WasteBank")
    for id in [*sorted(mine)[:2], *sorted(everyone - mine)[:2]]:
        temporal = await eyes.own.get(f"{NGSI}/temporal/entities/{quote(id, safe='')}", headers=LINK)
        assert temporal.status_code == (200 if id in mine else 404), temporal.text
        entity = (await eyes.own.get(entity_path(id), headers=LINK)).json()
        for attribute in ("name", "wasteReceived", "kind"):
            answer = await eyes.own.get(f"{OURS}/history", params={"entity": id, "attribute": attribute})
            shown = answer.status_code == 200 and bool(answer.json()["points"])
            assert shown is (id in mine and attribute in entity)
            if id in mine:
                assert (attribute in temporal.json()) is (attribute in entity)


@pytest.mark.parametrize("layer", LAYERS)
async def test_layers_show_the_same_rows_with_nothing_beyond_the_grants(eyes: Eyes, layer: str) -> None:
    told = await eyes.read(f"{OURS}/layers/{layer}")
    rows = {row[0]: dict(zip(told["columns"], row, strict=True)) for row in told["rows"]}
    assert set(rows) == await eyes.ids(LAYERS[layer])
    city = await eyes.read(f"{OURS}/city")
    assert next(each for each in city["layers"] if each["id"] == layer)["count"] == len(rows)
    for id in sorted(rows)[:5]:
        entity, row = await eyes.read(entity_path(id)), rows[id]
        assert row["name"] == entity.get("name", {}).get("value", id)
        assert (row["lon"] is not None) is ("location" in entity)
        assert row["area"] is None or "location" in entity
        assert row["flags"] == [flag["code"] for flag in entity.get("dataQuality", {}).get("json", [])]
        if "wasteReceived" in row:
            assert row["wasteReceived"] == entity.get("wasteReceived", {}).get("value")


async def test_a_layer_that_rests_upon_a_hidden_attribute_is_empty(eyes: Eyes) -> None:
    rows = (await eyes.read(f"{OURS}/layers/puskesmas"))["rows"]
    asked = await eyes.read(f"{NGSI}/entities", type="HealthFacility", q='kind=="puskesmas"', limit="1000")
    assert {row[0] for row in rows} == {entity["id"] for entity in asked}


async def test_places_tell_no_more_than_the_entity(eyes: Eyes) -> None:
    everyone, mine = await eyes.ids("WasteBank", eyes.all), await eyes.ids("WasteBank")
    for id in sorted(everyone - mine)[:2]:
        assert (await eyes.own.get(f"{OURS}/places/{quote(id, safe='')}")).status_code == 404
    for id in sorted(mine)[:3]:
        place, entity = await eyes.read(f"{OURS}/places/{quote(id, safe='')}"), await eyes.read(entity_path(id))
        assert place["name"] == entity.get("name", {}).get("value", id)
        assert {fact["attribute"] for fact in place["facts"]} <= set(entity)
        assert (place["location"] is not None) is ("location" in entity)
        assert not place["areas"] or "location" in entity
        assert bool(place["flags"]) is bool(entity.get("dataQuality"))
        for near in place["nearby"]:
            assert (await eyes.own.get(entity_path(near["id"]))).status_code == 200
        cited = {member["provider"]["object"] for member in entity.values() if "provider" in (member or ())}
        assert {source["id"] for source in place["sources"]} == cited


async def test_what_lies_inside_an_area_is_counted_by_the_grants(eyes: Eyes) -> None:
    areas = await eyes.ids("AdministrativeArea")
    id = "urn:ngsi-ld:AdministrativeArea:id-73.71.09"
    place = await eyes.own.get(f"{OURS}/places/{quote(id, safe='')}")
    assert place.status_code == (200 if id in areas else 404)
    for inside in place.json()["inside"] if id in areas else ():
        rows = (await eyes.read(f"{OURS}/layers/{inside['layer']}"))["rows"]
        assert inside["count"] == sum(place.json()["name"] in (row[2] or "").split(", ") for row in rows)


@pytest.mark.parametrize("words", ["bank sampah", "puskesmas", "tamangapa", "b"])
async def test_search_finds_names_that_are_seen_and_no_others(eyes: Eyes, words: str) -> None:
    found = (await eyes.read(f"{OURS}/search", q=words, limit="50"))["results"]
    for hit in found:
        entity = await eyes.read(entity_path(hit["id"]))
        name = entity["name"]
        assert hit["name"] == (name["value"] if "value" in name else name["languageMap"]["id"])
        assert hit["location"] is None or "location" in entity or hit["id"].startswith("urn:ngsi-ld:Admin")
    if words == "bank sampah":
        banks = await eyes.read(f"{NGSI}/entities", type="WasteBank", attrs="name", limit="1000")
        assert bool(found) is bool(banks)


async def test_the_numbers_of_now_are_those_of_the_reader(eyes: Eyes) -> None:
    tiles = {tile["id"]: tile for tile in (await eyes.read(f"{OURS}/now"))["tiles"]}
    banks = await eyes.read(f"{NGSI}/entities", type="WasteBank", limit="1000")
    assert tiles["waste-banks"]["value"] == len(banks)
    clinics = await eyes.read(f"{NGSI}/entities", type="HealthFacility", q='kind=="puskesmas"', limit="1000")
    assert tiles["puskesmas"]["value"] == len(clinics)
    city = await eyes.own.get(entity_path("urn:ngsi-ld:AdministrativeArea:id-73.71"), headers=LINK)
    assert (tiles["population"]["value"] is not None) is (city.status_code == 200 and "population" in city.json())


async def test_the_sources_of_the_city_are_those_that_the_reader_sees(eyes: Eyes) -> None:
    assert {source["id"] for source in (await eyes.read(f"{OURS}/city"))["sources"]} == await eyes.ids("DataSource")


async def test_the_stream_of_a_reader_opens(eyes: Eyes) -> None:
    async with LiveReader(eyes.opened.application, f"{OURS}/stream", {"cookie": eyes.cookie}) as live:
        assert (await live.next("hello")).data == {"position": await eyes.opened.position()}
