"""The Programme: every number with what it rests upon, every system with its state, both to take away."""

import csv
import io
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from house_at_hand import JSON, NGSI, OURS, PINISI_CONTEXT, Opened, entity_path

from pinisi.console.indicator_memory import remember
from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
LINK = {"link": PINISI_CONTEXT}
ATCS = "urn:ngsi-ld:Indicator:makassar-atcs-junctions"


async def read(client: httpx.AsyncClient, path: str, **query: str) -> Any:
    answer = await client.get(f"{OURS}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def indicators(client: httpx.AsyncClient, **query: str) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in (await read(client, "indicators", **query))["indicators"]}


async def put(client: httpx.AsyncClient, id: str, **facts: Any) -> None:
    """Write facts of an entity as another program would."""
    body = {name: {"type": "Property", "value": value} for name, value in facts.items()}
    answer = await client.post(entity_path(id, "/attrs"), json=body, headers=LINK | JSON)
    assert answer.status_code in (204, 207), answer.text


async def test_the_cited_facts_stand_with_source_age_and_method(reader: httpx.AsyncClient) -> None:
    shown = await indicators(reader)
    values = {id: each["value"]["value"] for id, each in shown.items()}
    assert values["atcs-junctions"] == 9
    assert values["congested-segments"] == 19.05
    assert values["residents-near-bus"] == 8.6
    assert values["care-cars"] == 94
    assert values["landfill-a-day"] == 753.18
    assert values["puskesmas-mapped"] == 78.72
    assert values["systems-connected"] == 0
    assert values["emissions"] is None
    cards = {source["id"] for source in (await read(reader, "city"))["sources"]}
    for id, each in shown.items():
        value = each["value"]
        if value["value"] is not None:
            assert value["method"] == "reported", id
            assert set(value["providers"]) <= cards and value["providers"], id
            assert value["ageDays"] is not None, id
            assert value["entity"] or value["derived"], id


async def test_a_target_that_no_source_states_is_not_there(reader: httpx.AsyncClient) -> None:
    for each in (await indicators(reader)).values():
        assert "target" not in each["decided"]
        assert each["gap"] is None


async def test_an_owner_is_named_with_the_card_that_says_so(reader: httpx.AsyncClient) -> None:
    owner = (await indicators(reader))["atcs-junctions"]["decided"]["agency"]
    assert owner["value"] == "Dinas Perhubungan"
    assert owner["provider"] == "urn:ngsi-ld:DataSource:press-atcs-2020"


async def test_a_trend_has_every_time_that_was_stated(reader: httpx.AsyncClient) -> None:
    shown = await indicators(reader)
    cameras = shown["cctv-cameras"]["trend"]
    assert [(point[0][:4], point[1]) for point in cameras["points"]] == [("2016", 69), ("2019", 468), ("2023", 2500)]
    assert (cameras["change"], cameras["way"]) == (2032, "up")
    assert shown["congested-segments"]["trend"]["way"] is None


async def test_kecamatan_add_up_to_what_lies_in_the_city(reader: httpx.AsyncClient) -> None:
    shown = await indicators(reader, level="kecamatan")
    city = await indicators(reader, area="73.71")
    for id in ("puskesmas", "waste-banks", "green-space"):
        areas = shown[id]["areas"]
        assert len(areas) == 15
        total = sum(area["value"]["value"] or 0 for area in areas)
        assert total == pytest.approx(city[id]["value"]["value"], abs=0.1), id
    assert shown["atcs-junctions"]["areas"] == []


async def test_a_number_of_the_whole_city_is_not_known_of_a_part(reader: httpx.AsyncClient) -> None:
    part = await indicators(reader, area="73.71.09")
    assert part["waste-banks"]["value"]["value"] == 23
    assert part["atcs-junctions"]["value"]["value"] is None


@pytest.mark.parametrize(("query", "status"), [({"area": "99.99"}, 404), ({"level": "planet"}, 400)])
async def test_an_area_that_is_none_is_refused(reader: httpx.AsyncClient, query: dict[str, str], status: int) -> None:
    assert (await reader.get(f"{OURS}/indicators", params=query)).status_code == status


async def test_a_target_gives_a_gap(demo: httpx.AsyncClient) -> None:
    await put(demo, ATCS, target=19, targetYear=2030, direction="at-least")
    each = (await indicators(demo))["atcs-junctions"]
    assert each["gap"] == {"value": 10, "reached": False}
    assert each["decided"]["target"]["writtenBy"] == "Administrator (demo)"
    await put(demo, ATCS, target=9)
    assert (await indicators(demo))["atcs-junctions"]["gap"] == {"value": 0, "reached": True}
    await put(demo, ATCS, target=4, direction="at-most")
    assert (await indicators(demo))["atcs-junctions"]["gap"] == {"value": -5, "reached": False}


async def test_the_programme_can_be_seen_as_it_was(demo: httpx.AsyncClient) -> None:
    then = await indicators(demo, at="2020-06-01T00:00:00Z", known="now")
    assert then["atcs-junctions"]["value"]["value"] == 4
    assert then["cctv-cameras"]["value"]["value"] == 468
    assert then["care-cars"]["value"]["value"] == 48
    assert [point[1] for point in then["cctv-cameras"]["trend"]["points"]] == [69, 468]


async def test_what_nobody_can_read_is_left_out_and_said(demo: httpx.AsyncClient) -> None:
    odd = {"id": "urn:x:bank", "type": "WasteBank", "location": {"type": "GeoProperty", "value":
           {"type": "Point", "coordinates": [119.4, -5.1]}}, "name": {"type": "Property", "value": {"a": [1]}},
           "dataQuality": {"type": "JsonProperty", "json": {"code": 1}}}  # fmt: skip
    assert (await demo.post(f"{NGSI}/entities", json=odd, headers=LINK | JSON)).status_code == 201
    assert (await indicators(demo))["waste-banks"]["value"]["value"] == 168


async def test_systems_say_what_there_is_and_what_is_lacking(reader: httpx.AsyncClient) -> None:
    systems = {each["id"].rpartition("makassar-")[2]: each for each in (await read(reader, "systems"))["systems"]}
    assert len(systems) == 22
    assert systems["cctv"]["state"] == "absent"
    assert systems["cctv"]["name"]["en"] == "City CCTV"
    assert systems["cctv"]["facts"]["agency"]["value"] == "Dinas Komunikasi dan Informatika"
    assert "agreement" not in systems["cctv"]["facts"]
    assert systems["weather-service"]["state"] == "planned"
    assert systems["population-register"]["state"] == "by-hand"
    for each in systems.values():
        assert each["facts"]["state"]["provider"], each["id"]


async def connect(client: httpx.AsyncClient, state: str) -> dict[str, Any]:
    """Name a live source that is in this state as that of the weather service."""
    card = {
        "id": "urn:ngsi-ld:DataSource:gauge",
        "type": "DataSource",
        "state": {"type": "Property", "value": state},
        "updatePeriod": {"type": "Property", "value": 60},
        "lastMessage": {"type": "Property", "value": {"@type": "DateTime", "@value": "2026-11-20T01:00:00Z"}},
    }
    upsert = await client.post(f"{NGSI}/entityOperations/upsert", json=[card], headers=LINK | JSON)
    assert upsert.status_code in (201, 204), upsert.text
    link = {"dataSource": {"type": "Relationship", "object": card["id"]}}
    path = entity_path("urn:ngsi-ld:CitySystem:makassar-weather-service", "/attrs")
    assert (await client.post(path, json=link, headers=LINK | JSON)).status_code == 204
    systems = (await read(client, "systems"))["systems"]
    return next(each for each in systems if each["id"].endswith("weather-service"))


@pytest.mark.parametrize(
    ("state", "shown"), [("live", "connected"), ("late", "connected"), ("silent", "planned"), ("failing", "planned")]
)
async def test_a_system_is_connected_while_its_live_source_delivers(
    demo: httpx.AsyncClient, state: str, shown: str
) -> None:
    system = await connect(demo, state)
    assert system["state"] == shown
    assert system["lastMessage"] == "2026-11-20T01:00:00Z"
    assert system["source"]["state"] == state
    assert system["facts"]["state"]["value"] == "planned"
    share = (await indicators(demo))["systems-connected"]["value"]
    assert share["value"] == (4.55 if shown == "connected" else 0)


async def test_the_weather_service_names_the_live_source_that_shows_its_state(reader: httpx.AsyncClient) -> None:
    systems = {each["id"].rpartition("makassar-")[2]: each for each in (await read(reader, "systems"))["systems"]}
    named = {id: each["source"]["id"] for id, each in systems.items() if each["source"]}
    assert named == {"weather-service": "urn:ngsi-ld:DataSource:bmkg-warnings"}
    assert systems["weather-service"]["state"] == "planned"


# what was counted before


async def test_an_indicator_over_a_whole_register_keeps_a_point_when_its_number_changes(
    fresh: Opened, demo: httpx.AsyncClient
) -> None:
    town = fresh.house.town(fresh.house.default_tenant)
    before = (await indicators(demo))["waste-banks"]
    assert await remember(fresh.house, town) > 0
    assert await remember(fresh.house, town) == 0
    bank = {"id": "urn:ngsi-ld:WasteBank:new", "type": "WasteBank", "name": {"type": "Property", "value": "Baru"}}
    made = await demo.post(f"{NGSI}/entities", json=bank, headers=LINK | JSON)
    assert made.status_code == 201, made.text
    assert await remember(fresh.house, town) == 1
    after = (await indicators(demo))["waste-banks"]
    count = before["value"]["value"]
    assert [value for _, value, _ in after["trend"]["points"]] == [count, count + 1]
    assert (after["trend"]["change"], after["trend"]["way"]) == (1, "up")


async def test_the_kept_point_says_its_method_and_its_source(fresh: Opened, demo: httpx.AsyncClient) -> None:
    await remember(fresh.house, fresh.house.town(fresh.house.default_tenant))
    value = (await indicators(demo))["waste-banks"]["value"]
    path = entity_path("urn:ngsi-ld:Indicator:makassar-waste-banks")
    kept = (await demo.get(path, headers=LINK)).json()["computedValue"]
    assert kept["value"] == value["value"]
    assert kept["method"]["value"] == value["method"] == "reported"
    assert [kept["provider"]["object"]] == value["providers"]


# under grants


async def limited(opened: Opened, **limits: Any) -> httpx.AsyncClient:
    table = opened.house.pinisi_table
    types = frozenset(table.expand_term(name) for name in limits.pop("types", ()))
    name = f"r{await opened.position()}"
    cookie = await opened.account(name, Assignment(role="viewer", types=types or None, **limits))
    return opened.client(cookie=cookie)


async def test_a_reader_gets_the_numbers_of_what_he_sees(fresh: Opened) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    async with await limited(fresh, types=("WasteBank", "AdministrativeArea"), areas=frozenset({"73.71.09"})) as eyes:
        shown = await indicators(eyes)
        assert shown["waste-banks"]["value"]["value"] == 23
        assert shown["atcs-junctions"]["value"]["value"] is None
        assert shown["atcs-junctions"]["decided"] == {}
        assert shown["atcs-junctions"]["trend"]["points"] == []
        assert (await read(eyes, "systems"))["systems"] == []


async def test_the_programme_needs_the_right_to_the_console(lived_in: Opened) -> None:
    async with lived_in.client() as stranger:
        for path in ("indicators", "systems", "programme/export"):
            assert (await stranger.get(f"{OURS}/{path}")).status_code == 401


# to take away


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_the_export_for_a_spreadsheet_has_the_same_numbers(demo: httpx.AsyncClient) -> None:
    shown = await indicators(demo)
    table = {row["id"]: row for row in rows(await demo.get(f"{OURS}/programme/export?format=csv&lang=en"))}
    assert set(table) == set(shown)
    for id, row in table.items():
        value = shown[id]["value"]["value"]
        assert row["value"] == ("" if value is None else str(value))
        assert bool(row["sources"]) is (value is not None)
    assert table["atcs-junctions"]["sources"] == "ATCS running again, July 2025"
    assert table["congested-segments"]["rule"].startswith("Congested road segments 2025-02 (237) divided by")
    assert table["atcs-junctions"]["target"] == ""


async def test_the_systems_are_exported_beside_them(demo: httpx.AsyncClient) -> None:
    table = rows(await demo.get(f"{OURS}/programme/export?format=csv&part=systems&lang=ja"))
    assert len(table) == 22
    assert {row["state"] for row in table} == {"absent", "by-hand", "planned"}
    assert table[0]["system"] == "信号制御（ATCS/ITCS）"


async def test_the_export_as_json_is_what_the_page_reads(demo: httpx.AsyncClient) -> None:
    exported = json.loads((await demo.get(f"{OURS}/programme/export")).content)
    assert [each["id"] for each in exported["indicators"]] == list(await indicators(demo))
    assert len(exported["systems"]) == 22


async def test_a_cell_that_somebody_typed_is_no_formula(demo: httpx.AsyncClient) -> None:
    await put(demo, ATCS, agency='=HYPERLINK("http://x")')
    (row,) = [r for r in rows(await demo.get(f"{OURS}/programme/export?format=csv")) if r["id"] == "atcs-junctions"]
    assert row["owner"] == '\'=HYPERLINK("http://x")'


@pytest.mark.parametrize(
    ("language", "words"), [("id", "target belum diketahui"), ("en", "no target known"), ("ja", "目標は不明")]
)
async def test_the_page_to_print_stands_alone(demo: httpx.AsyncClient, language: str, words: str) -> None:
    await put(demo, "urn:ngsi-ld:CitySystem:makassar-cctv", agreement="<script>alert(1)</script>")
    answer = await demo.get(f"{OURS}/programme/export?format=html&lang={language}")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = answer.text
    assert f'lang="{language}"' in page
    assert words in page
    assert "<script" not in page
    assert "http" not in page.replace(quote("x"), "x").split("<style>")[0]


@pytest.mark.parametrize("query", ["format=pdf", "part=all", "lang=xx"])
async def test_an_export_that_there_is_not_is_refused(reader: httpx.AsyncClient, query: str) -> None:
    assert (await reader.get(f"{OURS}/programme/export?{query}")).status_code == 400
