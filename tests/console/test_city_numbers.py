"""What the console reads of Makassar: the numbers of its registers, each with its source and its method."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, entity_path

pytestmark = pytest.mark.anyio
LINK = {"link": PINISI_CONTEXT}
CITY = "urn:ngsi-ld:AdministrativeArea:id-73.71"
LANDFILL = "urn:ngsi-ld:Landfill:makassar-tpa-tamangapa"


async def read(client: httpx.AsyncClient, path: str, **query: str) -> Any:
    answer = await client.get(f"{OURS}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def tiles(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    return {tile["id"]: tile for tile in (await read(client, "now"))["tiles"]}


async def place(client: httpx.AsyncClient, id: str) -> dict[str, Any]:
    return await read(client, f"places/{quote(id, safe='')}")


async def test_now_shows_the_numbers_of_the_registers(reader: httpx.AsyncClient) -> None:
    shown = await tiles(reader)
    assert len(shown) <= 7
    assert shown["population"]["value"] == 1_482_354
    assert round(shown["landfill-a-day"]["value"]) == 753
    assert shown["landfill-a-day"]["unitText"]["en"] == "t/day"
    assert shown["puskesmas"]["value"] == 37
    assert shown["waste-banks"]["value"] == 167
    assert round(shown["green-space"]["value"]) == 244
    assert shown["green-space"]["unit"] == "HAR"


async def test_every_number_of_now_has_a_source_a_method_and_an_age(reader: httpx.AsyncClient) -> None:
    sources = {source["id"] for source in (await read(reader, "city"))["sources"]}
    for name, tile in (await tiles(reader)).items():
        assert set(tile["label"]) == {"id", "en", "ja"}
        assert tile["method"] == "reported", name
        assert tile["provider"] in sources, name
        assert tile["entity"] or tile["derived"], name
        assert tile["state"] in ("fresh", "late", "undated")
        assert tile["period"] or tile["observedAt"] or tile["value"] is None, name


async def test_every_number_of_a_place_has_a_source_a_method_and_a_writer(reader: httpx.AsyncClient) -> None:
    for id in (CITY, LANDFILL, "urn:ngsi-ld:AdministrativeArea:id-73.71.09"):
        shown = await place(reader, id)
        cards = {source["id"] for source in shown["sources"]}
        numbers = [fact for fact in shown["facts"] if isinstance(fact["value"], (int, float))]
        assert numbers
        for fact in numbers:
            assert fact["method"] in ("reported", "modelled"), fact
            assert fact["provider"] in cards, fact
            assert fact["writtenBy"] == "City folder"
            assert fact["receivedAt"]
            assert set(fact["label"]) == {"id", "en", "ja"}


async def test_the_city_is_a_place_with_what_lies_inside(reader: httpx.AsyncClient) -> None:
    shown = await place(reader, CITY)
    inside = {each["layer"]: each["count"] for each in shown["inside"]}
    rows = {layer: len((await read(reader, f"layers/{layer}"))["rows"]) for layer in inside}
    assert shown["name"] == "Makassar"
    assert inside["puskesmas"] in (36, 37)
    assert all(count <= rows[layer] for layer, count in inside.items())
    kecamatan = [each for each in (await read(reader, "areas"))["areas"] if each["level"] == "kecamatan"]
    total = 0
    for area in kecamatan:
        parts = {each["layer"]: each["count"] for each in (await place(reader, area["id"]))["inside"]}
        total += parts["puskesmas"]
    assert total == inside["puskesmas"]


async def test_the_areas_are_fifteen_kecamatan_and_153_kelurahan(reader: httpx.AsyncClient) -> None:
    areas = (await read(reader, "areas"))["areas"]
    levels = [area["level"] for area in areas]
    assert (levels.count("city"), levels.count("kecamatan"), levels.count("kelurahan")) == (1, 15, 153)
    codes = {area["code"] for area in areas}
    for area in areas:
        assert area["parent"] in codes or area["level"] == "city"
        west, south, east, north = area["bounds"]
        assert west <= area["center"][0] <= east
        assert south <= area["center"][1] <= north


async def test_layers_have_the_columns_that_the_city_names(reader: httpx.AsyncClient) -> None:
    for layer in (await read(reader, "city"))["layers"]:
        table = await read(reader, f"layers/{layer['id']}")
        own = [column["key"] for column in layer["columns"]]
        assert table["columns"] == ["id", "name", "area", "lon", "lat", *own, "source", "flags"]
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
        assert layer["count"] == len(table["rows"])
    assert (await reader.get(f"{OURS}/layers/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("ballaparang", "Balla Parang"),
        ("panakukang", "Panakkukang"),
        ("tamangapa", "Tamangapa"),
        ("kasi kasi", "Kassi-Kassi"),
    ],
)
async def test_search_finds_names_also_misspelt(reader: httpx.AsyncClient, words: str, name: str) -> None:
    results = (await read(reader, "search", q=words))["results"]
    plain = [result["name"].replace("-", "").replace(" ", "").casefold() for result in results]
    assert any(name.replace("-", "").replace(" ", "").casefold() in found for found in plain), results
    assert results == sorted(results, key=lambda result: -result["score"])
    assert all(set(result["typeTitle"]) == {"id", "en", "ja"} for result in results)


async def test_all_who_search_before_the_names_were_read_find_the_same(demo: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(read(demo, "search", q="tamangapa") for _ in range(5)))
    assert answers[0]["results"]
    assert all(answer["results"] == answers[0]["results"] for answer in answers)


@pytest.mark.parametrize("words", ["", "   ", "zzzzqqqq", "%", "'; DROP TABLE", "ごみ銀行", "x" * 5000])
async def test_search_for_nothing_finds_nothing(reader: httpx.AsyncClient, words: str) -> None:
    assert (await read(reader, "search", q=words))["results"] == []


async def test_history_tells_when_it_was_true_and_when_it_was_known(reader: httpx.AsyncClient) -> None:
    told = await read(reader, "history", entity=LANDFILL, attribute="wasteReceived")
    (point,) = told["points"]
    assert told["unit"] == "TNE"
    assert point[0] < point[2]
    assert point[3:] == ["reported", "City folder"]
    before = await read(reader, "history", entity=LANDFILL, attribute="wasteReceived", known="2020-01-01T00:00:00Z")
    assert before["points"] == []


async def test_a_write_shows_at_once_wherever_it_is_read(demo: httpx.AsyncClient) -> None:
    assert (await tiles(demo))["waste-banks"]["value"] == 167
    bank = {
        "id": "urn:ngsi-ld:WasteBank:new",
        "type": "WasteBank",
        "name": {"type": "Property", "value": "Bank Sampah Zamrud Khatulistiwa"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [119.43, -5.15]}},
    }
    assert (await demo.post(f"{NGSI}/entities", json=bank, headers=LINK)).status_code == 201
    assert (await tiles(demo))["waste-banks"]["value"] == 168
    rows = (await read(demo, "layers/waste-banks"))["rows"]
    assert [row[1] for row in rows if row[0] == bank["id"]] == ["Bank Sampah Zamrud Khatulistiwa"]
    assert (await read(demo, "search", q="zamrud khatulistiwa"))["results"][0]["id"] == bank["id"]
    shown = await place(demo, bank["id"])
    assert shown["changed"]["by"] == "Administrator (demo)"
    assert shown["areas"][-1]["level"] == "city"
    renamed = {"name": {"type": "Property", "value": "Bank Sampah Mutiara Timur"}}
    assert (await demo.patch(entity_path(bank["id"]), json=renamed, headers=LINK)).status_code == 204
    assert (await place(demo, bank["id"]))["name"] == "Bank Sampah Mutiara Timur"
    assert all(hit["id"] != bank["id"] for hit in (await read(demo, "search", q="zamrud khatulistiwa"))["results"])
    history = await read(demo, "history", entity=bank["id"], attribute="name")
    assert [point[1] for point in history["points"]] == [bank["name"]["value"], "Bank Sampah Mutiara Timur"]
    assert (await demo.delete(entity_path(bank["id"]))).status_code == 204
    assert (await tiles(demo))["waste-banks"]["value"] == 167
    assert (await demo.get(f"{OURS}/places/{quote(bank['id'], safe='')}")).status_code == 404
    assert (await read(demo, "search", q="mutiara timur"))["results"][:1] != [bank["id"]]


async def test_a_renamed_area_renames_what_lies_in_it(demo: httpx.AsyncClient) -> None:
    row = (await read(demo, "layers/puskesmas"))["rows"][0]
    areas = (await place(demo, row[0]))["areas"]
    renamed = {"name": {"type": "Property", "value": "Kelurahan Baru"}}
    assert (await demo.patch(entity_path(areas[0]["id"]), json=renamed, headers=LINK)).status_code == 204
    (again,) = [each for each in (await read(demo, "layers/puskesmas"))["rows"] if each[0] == row[0]]
    assert again[2].startswith("Kelurahan Baru, ")
    assert (await place(demo, row[0]))["areas"][0]["name"] == "Kelurahan Baru"


@pytest.mark.parametrize(
    "odd",
    [
        {"population": {"type": "Property", "value": "many"}},
        {"population": {"type": "Property", "value": 5, "unitCode": "XYZ"}},
        {"population": {"type": "Property", "value": {"a": 1}}},
        {"dataQuality": {"type": "Property", "value": "bad"}},
        {"dataQuality": {"type": "Property", "value": ["bad", {"x": 1}]}},
        {"name": {"type": "LanguageProperty", "languageMap": {"id": "Kota"}}},
        {"name": {"type": "Property", "value": [1, 2]}},
        {"level": {"type": "Property", "value": 7}},
        {"code": {"type": "Property", "value": 7}},
        {"population": {"type": "Property", "value": 5, "period": {"type": "Property", "value": "whenever"}}},
        {"population": {"type": "Property", "value": 5, "provider": {"type": "Property", "value": [1]}}},
        {"population": {"type": "Property", "value": 5, "provider": {"type": "Relationship", "object": "urn:no:1"}}},
        {"population": {"type": "Property", "value": 5, "method": {"type": "Property", "value": ["a"]}}},
    ],
)
async def test_values_that_nobody_foresaw_break_no_page(demo: httpx.AsyncClient, odd: dict[str, Any]) -> None:
    for id in (CITY, LANDFILL, "urn:ngsi-ld:AdministrativeArea:id-73.71.09"):
        assert (await demo.post(entity_path(id, "/attrs"), json=odd, headers=LINK)).status_code in (204, 207)
        landfill = {name.replace("population", "wasteReceived"): value for name, value in odd.items()}
        await demo.post(entity_path(LANDFILL, "/attrs"), json=landfill, headers=LINK)
    for path in ("now", "city", "areas", "layers/landfill", "layers/puskesmas", "search?q=makassar", "incidents"):
        answer = await demo.get(f"{OURS}/{path}")
        assert answer.status_code == 200, answer.text
    for id in (CITY, LANDFILL):
        assert (await demo.get(f"{OURS}/places/{quote(id, safe='')}")).status_code == 200
    for attribute in ("population", "wasteReceived", "name"):
        answer = await demo.get(f"{OURS}/history", params={"entity": LANDFILL, "attribute": attribute})
        assert answer.status_code == 200


async def test_figures_of_several_years_are_the_history_of_one(reader: httpx.AsyncClient) -> None:
    cameras = await read(reader, "history", entity="urn:ngsi-ld:CityFigure:makassar-cctv-cameras", attribute="figure")
    assert [(point[0][:4], point[1]) for point in cameras["points"]] == [("2016", 69), ("2019", 468), ("2023", 2500)]
