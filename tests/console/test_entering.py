"""What people type: checked by field, kept beside what was said before, under their name, and taken back."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from house_at_hand import OURS, Opened

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
LANDFILL = "urn:ngsi-ld:Landfill:makassar-tpa-tamangapa"
ATCS = "urn:ngsi-ld:Indicator:makassar-atcs-junctions"
CAMERAS = "urn:ngsi-ld:CityFigure:makassar-cctv-cameras"


def of(id: str, rest: str = "") -> str:
    return f"{OURS}/places/{quote(id, safe='')}{rest}"


async def fact(client: httpx.AsyncClient, id: str, name: str) -> dict[str, Any]:
    place = (await client.get(of(id))).json()
    return next(each for each in place["facts"] if each["attribute"] == name)


async def enter(client: httpx.AsyncClient, id: str, attribute: str, value: Any, **more: Any) -> httpx.Response:
    typed = {"attribute": attribute, "value": value}
    if "unit" in more:
        typed["unit"] = more.pop("unit")
    return await client.post(of(id, "/values"), json={"values": [typed], **more})


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()["errors"]
    assert all(set(fault["reason"]) == {"id", "en", "ja"} for fault in told)
    return {fault["field"]: fault["reason"]["en"] for fault in told}


async def test_a_form_is_drawn_from_the_model(reader: httpx.AsyncClient) -> None:
    form = (await reader.get(f"{OURS}/forms/WasteBank")).json()
    assert (form["creates"], form["placed"], form["title"]["en"]) == (True, True, "Waste bank")
    fields = {field["name"]: field for field in form["fields"]}
    assert fields["kind"]["choices"][0] == {"value": "unit", "text": {"id": "unit", "en": "unit", "ja": "地区"}}
    assert [unit["code"] for unit in fields["wasteReceived"]["units"]] == ["KGM", "TNE"]
    assert {"id": "dlh", "name": "Dinas Lingkungan Hidup"} in form["offices"]
    assert (await reader.get(f"{OURS}/forms/Unicorn")).status_code == 404


async def test_a_form_of_an_entity_holds_what_stands_there(reader: httpx.AsyncClient) -> None:
    form = (await reader.get(f"{OURS}/forms/Landfill", params={"entity": LANDFILL})).json()
    fields = {field["name"]: field for field in form["fields"]}
    assert fields["wasteReceived"]["value"] == 274_912.3
    assert (fields["wasteReceived"]["unit"], fields["wasteReceived"]["period"]) == ("TNE", "2022")


async def test_a_correction_is_shown_with_name_time_office_and_note(demo: httpx.AsyncClient) -> None:
    answer = await enter(demo, LANDFILL, "wasteReceived", 280_000, period="2023", note="rekap tahunan", office="dlh")
    assert answer.status_code == 200, answer.text
    shown = await fact(demo, LANDFILL, "wasteReceived")
    assert (shown["value"], shown["unit"], shown["period"], shown["method"]) == (280_000, "TNE", "2023", "reported")
    assert (shown["writtenBy"], shown["note"]) == ("Administrator (demo)", "rekap tahunan")
    assert shown["provider"] == "urn:ngsi-ld:DataSource:console-dlh"
    assert shown["observedAt"] == "2023-12-31T16:00:00Z"
    place = (await demo.get(of(LANDFILL))).json()
    assert "Dinas Lingkungan Hidup, typed in the console" in {card["title"]["en"] for card in place["sources"]}
    history = (await demo.get(f"{OURS}/history", params={"entity": LANDFILL, "attribute": "wasteReceived"})).json()
    assert [point[1] for point in history["points"]] == [274_912.3, 280_000]


async def test_an_older_figure_enters_history_and_replaces_nothing(demo: httpx.AsyncClient) -> None:
    answer = await enter(demo, CAMERAS, "figure", 900, period="2021")
    assert answer.json()["late"] == 1
    assert (await fact(demo, CAMERAS, "figure"))["value"] == 2500
    history = (await demo.get(f"{OURS}/history", params={"entity": CAMERAS, "attribute": "figure"})).json()
    assert [point[1] for point in history["points"]] == [69, 468, 900, 2500]


async def test_a_unit_can_be_chosen(demo: httpx.AsyncClient) -> None:
    bank = "urn:ngsi-ld:WasteBank:makassar-bank-sampah-unit-bersatu"
    assert (await enter(demo, bank, "wasteReceived", 1.5, unit="TNE")).status_code == 200
    shown = await fact(demo, bank, "wasteReceived")
    assert (shown["value"], shown["unit"]) == (1.5, "TNE")


async def test_the_last_word_is_taken_back_as_a_new_one(demo: httpx.AsyncClient) -> None:
    await enter(demo, LANDFILL, "wasteReceived", 1)
    assert (await fact(demo, LANDFILL, "wasteReceived"))["value"] == 1
    assert (await demo.post(of(LANDFILL, "/undo"), json={"attribute": "wasteReceived"})).status_code == 200
    shown = await fact(demo, LANDFILL, "wasteReceived")
    assert (shown["value"], shown["period"], shown["observedAt"]) == (274_912.3, "2022", "2022-12-31T16:00:00Z")
    assert shown["provider"] == "urn:ngsi-ld:DataSource:sipsn-2023"
    assert shown["writtenBy"] == "Administrator (demo)"
    then = (await demo.get(of(LANDFILL), params={"at": shown["receivedAt"], "known": "now"})).json()
    assert next(each for each in then["facts"] if each["attribute"] == "wasteReceived")["value"] == 274_912.3


async def test_a_first_value_that_is_taken_back_is_gone(demo: httpx.AsyncClient) -> None:
    await enter(demo, ATCS, "target", 19)
    assert (await fact(demo, ATCS, "target"))["value"] == 19
    assert (await demo.post(of(ATCS, "/undo"), json={"attribute": "target"})).status_code == 200
    facts = (await demo.get(of(ATCS))).json()["facts"]
    assert "target" not in {each["attribute"] for each in facts}
    assert (await demo.post(of(ATCS, "/undo"), json={"attribute": "baseline"})).status_code == 400


async def test_a_target_typed_by_a_person_gives_the_gap_of_the_programme(demo: httpx.AsyncClient) -> None:
    typed = [
        {"attribute": "target", "value": 19},
        {"attribute": "targetYear", "value": 2030},
        {"attribute": "direction", "value": "at-least"},
    ]
    assert (await demo.post(of(ATCS, "/values"), json={"values": typed, "office": "dishub"})).status_code == 200
    listed = (await demo.get(f"{OURS}/indicators")).json()["indicators"]
    indicator = next(each for each in listed if each["id"] == "atcs-junctions")
    assert indicator["gap"] == {"value": 10, "reached": False}
    assert indicator["decided"]["target"]["provider"] == "urn:ngsi-ld:DataSource:console-dishub"


async def test_a_new_place_is_entered_and_found(demo: httpx.AsyncClient) -> None:
    body = {
        "type": "WasteBank",
        "position": [119.4386, -5.158],
        "values": [{"attribute": "name", "value": "Bank Sampah Uji"}, {"attribute": "kind", "value": "unit"}],
    }
    answer = await demo.post(f"{OURS}/places", json=body)
    assert answer.status_code == 201, answer.text
    place = (await demo.get(answer.headers["location"])).json()
    assert (place["name"], place["typeTitle"]["en"]) == ("Bank Sampah Uji", "Waste bank")
    assert place["location"] == {"type": "Point", "coordinates": [119.4386, -5.158]}
    assert place["areas"]
    rows = (await demo.get(f"{OURS}/layers/waste-banks")).json()["rows"]
    assert answer.json()["entity"] in {row[0] for row in rows}


async def test_a_system_is_written_down_in_the_language_of_the_one_who_types(demo: httpx.AsyncClient) -> None:
    values = [{"attribute": "name", "value": "Radar hujan"}, {"attribute": "state", "value": "planned"}]
    answer = await demo.post(f"{OURS}/places", json={"type": "CitySystem", "values": values})
    assert answer.status_code == 201
    systems = (await demo.get(f"{OURS}/systems")).json()["systems"]
    assert {"id": "Radar hujan", "en": "Radar hujan", "ja": "Radar hujan"} in [each["name"] for each in systems]


# what does not fit


@pytest.mark.parametrize(
    ("attribute", "value", "reason"),
    [
        ("wasteReceived", "many", "must be a number"),
        ("wasteReceived", -1, "at least 0"),
        ("wasteReceived", None, "must be filled in"),
        ("wasteReceived", True, "must be a number"),
        ("name", 5, "must be words"),
        ("name", "   ", "between 1 and 2,000 characters"),
        ("location", "here", "cannot be entered here"),
    ],
)
async def test_what_does_not_fit_is_told_by_field(
    reader: httpx.AsyncClient, attribute: str, value: Any, reason: str
) -> None:
    answer = await enter(reader, LANDFILL, attribute, value)
    if value is True:
        assert answer.status_code == 400
        return
    assert faults(answer) == {attribute: reason}


async def test_every_fault_is_told_at_once(reader: httpx.AsyncClient) -> None:
    body = {
        "values": [{"attribute": "targetYear", "value": 30}, {"attribute": "direction", "value": "up"}],
        "observedAt": "2999-01-01T00:00:00Z",
        "period": "soon",
        "office": "nobody",
        "note": "x" * 2001,
    }
    assert set(faults(await reader.post(of(ATCS, "/values"), json=body))) == {
        "targetYear", "direction", "observedAt", "period", "office", "note",
    }  # fmt: skip
    assert faults(await reader.post(of(ATCS, "/values"), json={"values": []})) == {"values": "nothing is filled in"}
    assert faults(await enter(reader, LANDFILL, "wasteReceived", 1, unit="MTK")) == {
        "wasteReceived": "its unit must be one of: KGM, TNE"
    }
    assert faults(await enter(reader, LANDFILL, "wasteReceived", 1, observedAt="yesterday")) == {
        "observedAt": "must be a time like 2026-11-22T06:32:00Z"
    }


async def test_a_new_place_needs_what_its_model_needs(reader: httpx.AsyncClient) -> None:
    bare = await reader.post(f"{OURS}/places", json={"type": "WasteBank", "position": [500, 0]})
    assert faults(bare) == {
        "name": "must be filled in",
        "kind": "must be filled in",
        "position": "must be longitude and latitude in degrees",
    }
    for type in ("AdministrativeArea", "Incident", "Unicorn", ""):
        assert (await reader.post(f"{OURS}/places", json={"type": type})).status_code == 400
    assert (await enter(reader, "urn:x:nowhere", "name", "x")).status_code == 404


# under grants


async def person(opened: Opened, name: str, role: str = "department", **limits: Any) -> httpx.AsyncClient:
    types = frozenset(opened.house.pinisi_table.expand_term(each) for each in limits.pop("types", ()))
    cookie = await opened.account(name, Assignment(role=role, types=types or None, **limits))
    return opened.client(cookie=cookie)


async def test_a_department_types_what_its_grants_open_and_nothing_else(fresh: Opened) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    async with await person(fresh, "budi", types=("WasteBank",), areas=frozenset({"73.71.09"})) as budi:
        rows = (await budi.get(f"{OURS}/layers/waste-banks")).json()["rows"]
        own = rows[0][0]
        assert (await budi.get(of(own))).json()["editable"] == ["name", "kind", "wasteReceived", "wasteManaged"]
        assert (await enter(budi, own, "wasteReceived", 12)).status_code == 200
        assert (await fact(budi, own, "wasteReceived"))["writtenBy"] == "Budi"
        assert (await enter(budi, LANDFILL, "wasteReceived", 12)).status_code == 404
        new = {
            "type": "WasteBank",
            "values": [{"attribute": "name", "value": "x"}, {"attribute": "kind", "value": "unit"}],
        }
        inside, outside = {**new, "position": [rows[0][3], rows[0][4]]}, {**new, "position": [119.4, -5.19]}
        assert (await budi.post(f"{OURS}/places", json=inside)).status_code == 201
        assert (await budi.post(f"{OURS}/places", json=outside)).status_code == 403
        assert (await budi.get(f"{OURS}/forms/GreenSpace")).json()["creates"] is False


async def test_who_may_not_write_may_not_type(fresh: Opened) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    async with await person(fresh, "citra", "viewer") as citra:
        assert (await citra.get(of(LANDFILL))).json()["editable"] == []
        assert (await citra.get(f"{OURS}/forms/Landfill", params={"entity": LANDFILL})).json()["fields"] == []
        for rest, body in (("/values", {"values": []}), ("/undo", {"attribute": "wasteReceived"})):
            assert (await citra.post(of(LANDFILL, rest), json=body)).status_code == 403
        assert (await citra.post(f"{OURS}/places", json={})).status_code == 403


async def test_a_grant_over_some_attributes_opens_those_alone(fresh: Opened) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    expand = fresh.house.pinisi_table.expand_term
    only = frozenset({expand("name"), expand("wasteManaged"), expand("location")})
    async with await person(fresh, "dewi", types=("Landfill",), attributes=only) as dewi:
        assert (await dewi.get(of(LANDFILL))).json()["editable"] == ["name", "wasteManaged"]
        assert (await enter(dewi, LANDFILL, "wasteManaged", 5)).status_code == 200
        assert (await enter(dewi, LANDFILL, "wasteReceived", 5)).status_code == 403
