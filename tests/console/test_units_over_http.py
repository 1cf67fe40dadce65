"""The roster over HTTP: entered, imported, sent with an incident, home again. The units here are made for a drill."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, Opened, entity_path

from pinisi.people.accounts import Assignment
from pinisi.vocabulary.instant import SECOND, format_instant

pytestmark = pytest.mark.anyio
UNITS = f"{OURS}/units"
INCIDENTS = f"{OURS}/incidents"
CSV = (Path(__file__).parent / "unit_examples" / "roster.csv").read_text(encoding="utf-8")
ENGINE = "urn:ngsi-ld:Unit:makassar-latihan-damkar-1"
FAR_ENGINE = "urn:ngsi-ld:Unit:makassar-latihan-damkar-3"
CITY_HALL = [119.4128, -5.1343]


@pytest.fixture
async def shift(fresh: Opened) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """An administrator, two operators (one of a single kecamatan in the east), a department and a viewer."""
    held = {
        "ani": Assignment(role="administrator"),
        "siti": Assignment(role="operator"),
        "wati": Assignment(role="operator", areas=frozenset({"73.71.14"})),
        "dina": Assignment(role="department"),
        "eka": Assignment(role="viewer"),
    }
    clients = {name: fresh.client(cookie=await fresh.account(name, held[name])) for name in held}
    yield clients
    for client in clients.values():
        await client.aclose()


@pytest.fixture
async def drilled(shift: dict[str, httpx.AsyncClient]) -> dict[str, httpx.AsyncClient]:
    """With the roster of the drill."""
    answer = await shift["siti"].post(f"{UNITS}/import", json={"text": CSV})
    assert (answer.status_code, answer.json()) == (200, {"units": 4, "faults": []})
    return shift


async def done(client: httpx.AsyncClient, path: str, status: int = 200, **words: Any) -> dict[str, Any]:
    answer = await client.post(path, json=words)
    assert answer.status_code == status, answer.text
    return answer.json()


async def fire(client: httpx.AsyncClient) -> str:
    """A fire at the city hall, triaged."""
    made = await done(client, INCIDENTS, 201, title="Kebakaran", category="fire", location=CITY_HALL)
    await act(client, made["id"], act="triage", category="fire", subcategory="building")
    return str(made["id"])


async def act(client: httpx.AsyncClient, id: str, status: int = 200, **words: Any) -> dict[str, Any]:
    return await done(client, f"{INCIDENTS}/{id}/acts", status, **words)


async def unit(client: httpx.AsyncClient, id: str = ENGINE) -> dict[str, Any]:
    answer = await client.get(f"{UNITS}/{id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_city_without_units_says_what_is_missing_and_how_it_comes(shift: dict[str, httpx.AsyncClient]) -> None:
    told = (await shift["siti"].get(UNITS)).json()
    assert told["units"] == []
    assert all("units.csv" in told["missing"][language] for language in ("id", "en", "ja"))
    id = await fire(shift["siti"])
    found = (await shift["siti"].get(f"{INCIDENTS}/{id}/recommendation")).json()
    assert (found["candidates"], found["missing"]) == ([], told["missing"])
    assert found["lacking"] == ["ambulance", "fire-engine"]


async def test_a_roster_comes_as_a_file_and_is_marked_as_an_exercise(drilled: dict[str, httpx.AsyncClient]) -> None:
    units = (await drilled["eka"].get(UNITS)).json()["units"]
    assert [(each["name"], each["agency"], each["state"], each["exercise"]) for each in units] == [
        ("Ambulans Latihan 1", "dinkes", "free", True),
        ("Damkar Latihan 1", "damkar", "free", True),
        ("Damkar Latihan 2", "damkar", "free", True),
        ("Damkar Latihan 3", "damkar", "free", True),
    ]
    table = (await drilled["eka"].get(f"{OURS}/layers/units")).json()
    assert sorted(row[1] for row in table["rows"]) == [each["name"] for each in units]


async def test_a_faulty_file_names_every_row_and_field_and_changes_nothing(
    shift: dict[str, httpx.AsyncClient],
) -> None:
    lines = CSV.splitlines()
    lines[1] = lines[1].replace(";damkar;", ";dragons;")
    lines[2] = lines[2].replace("fire-engine", "spaceship")
    lines[3] = lines[3].replace("119.4990", "east")
    lines[4] = lines[2].replace("spaceship", "fire-engine")
    answer = await shift["siti"].post(f"{UNITS}/import", json={"text": "\n".join([*lines, lines[4]])})
    assert (answer.status_code, answer.json()["title"]) == (400, "The file does not fit")
    assert answer.headers["content-type"] == "application/problem+json"
    faults = [(fault["row"], fault["field"]) for fault in answer.json()["faults"]]
    assert faults == [(2, "agency"), (3, "capabilities"), (4, "longitude"), (6, "code")]
    assert (await shift["siti"].get(UNITS)).json()["units"] == []
    bare = await shift["siti"].post(f"{UNITS}/import", json={"text": "code,name\na,b\n"})
    assert [fault["field"] for fault in bare.json()["faults"]] == ["agency", "capabilities", "longitude", "latitude"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "Damkar 1"}, "code"),
        ({"name": " "}, "name"),
        ({"agency": "dragons"}, "agency"),
        ({"capabilities": []}, "capabilities"),
        ({"capabilities": ["spaceship"]}, "capabilities"),
        ({"base": [119.4]}, "base"),
        ({"base": [999, 0]}, "base"),
    ],
)
async def test_a_unit_that_cannot_be_says_which_field(
    shift: dict[str, httpx.AsyncClient], wrong: dict[str, Any], field: str
) -> None:
    right = {
        "code": "damkar-9",
        "name": "Damkar 9",
        "agency": "damkar",
        "capabilities": ["ladder"],
        "base": CITY_HALL,
    }
    assert (await done(shift["siti"], UNITS, 400, **(right | wrong)))["detail"].startswith(field)
    made = await done(shift["siti"], UNITS, 201, **right)
    assert (made["state"], made["base"], made["position"]) == ("free", CITY_HALL, None)
    assert "already" in (await done(shift["siti"], UNITS, 409, **right))["detail"]


async def test_the_state_of_a_unit_follows_the_acts_of_its_incident(
    fresh: Opened, drilled: dict[str, httpx.AsyncClient]
) -> None:
    siti = drilled["siti"]
    id = await fire(siti)
    before = await fresh.position()
    await act(siti, id, act="assign", agency="damkar", unit=ENGINE, role="lead")
    sent = await unit(siti)
    assert (sent["state"], sent["incident"]) == ("enRoute", id)
    written = (await fresh.house.store.log("makassar", before, 100)).entries
    together = {entry.time for entry in written if entry.subject in (id, ENGINE)}
    assert len(together) == 1
    await act(siti, id, act="resolve", note="Padam")
    home = await unit(siti)
    assert (home["state"], home["incident"]) == ("returning", None)
    near = [home["base"][0] + 0.0005, home["base"][1]]
    back = await done(siti, f"{UNITS}/{ENGINE}/position", position=near)
    assert (back["state"], back["position"]) == ("free", near)


async def test_a_unit_that_is_called_back_before_it_accepted_is_free_again(
    drilled: dict[str, httpx.AsyncClient],
) -> None:
    siti = drilled["siti"]
    id = await fire(siti)
    await act(siti, id, act="assign", agency="damkar", unit=ENGINE)
    await act(siti, id, act="withdraw", agency="damkar", unit=ENGINE, reason="Salah alamat")
    assert (await unit(siti))["state"] == "free"


async def test_of_two_who_send_the_same_unit_at_once_one_has_it_and_nothing_of_the_other_is_kept(
    drilled: dict[str, httpx.AsyncClient],
) -> None:
    siti, ani = drilled["siti"], drilled["ani"]
    ids = [await fire(siti), await fire(ani)]
    wish = {"act": "assign", "agency": "damkar", "unit": ENGINE}
    answers = await asyncio.gather(
        *(client.post(f"{INCIDENTS}/{id}/acts", json=wish) for client, id in zip((siti, ani), ids, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = ids[[answer.status_code for answer in answers].index(409)]
    assert (await siti.get(f"{INCIDENTS}/{lost}")).json()["sent"] == []


@pytest.mark.parametrize(
    ("words", "status", "named"),
    [
        ({"agency": "damkar", "unit": "urn:ngsi-ld:Unit:makassar-nothing"}, 400, "roster"),
        ({"agency": "dinkes", "unit": ENGINE}, 400, "damkar"),
    ],
)
async def test_a_unit_that_cannot_be_sent_says_why(
    drilled: dict[str, httpx.AsyncClient], words: dict[str, Any], status: int, named: str
) -> None:
    id = await fire(drilled["siti"])
    assert named in (await act(drilled["siti"], id, status, act="assign", **words))["detail"]
    assert (await drilled["siti"].get(f"{INCIDENTS}/{id}")).json()["state"] == "triaged"


async def test_a_city_without_a_roster_writes_a_unit_down_by_its_name(shift: dict[str, httpx.AsyncClient]) -> None:
    id = await fire(shift["siti"])
    sent = await act(shift["siti"], id, act="assign", agency="damkar", unit="Damkar 03 lewat radio")
    assert sent["sent"][0]["unit"] == "Damkar 03 lewat radio"


async def test_who_acts_on_incidents_without_dispatching_sends_no_unit(
    drilled: dict[str, httpx.AsyncClient],
) -> None:
    id = await fire(drilled["siti"])
    refused = await act(drilled["dina"], id, 403, act="assign", agency="damkar", unit=ENGINE)
    assert "units.dispatch" in refused["detail"]
    assert (await drilled["eka"].post(UNITS, json={})).status_code == 403


async def test_an_operator_of_one_area_may_send_a_unit_that_stands_outside_of_it(
    drilled: dict[str, httpx.AsyncClient],
) -> None:
    wati = drilled["wati"]
    made = await done(wati, INCIDENTS, 201, title="Kebakaran", category="fire", location=[119.499, -5.101])
    await act(wati, made["id"], act="triage", category="fire")
    found = (await wati.get(f"{INCIDENTS}/{made['id']}/recommendation", params={"need": "ambulance"})).json()
    (ambulance,) = found["candidates"]
    await act(wati, made["id"], act="assign", agency="dinkes", unit=ambulance["id"])
    assert (await unit(drilled["siti"], ambulance["id"]))["state"] == "enRoute"


async def test_the_recommendation_says_who_how_long_and_what_is_left_uncovered(
    drilled: dict[str, httpx.AsyncClient],
) -> None:
    siti = drilled["siti"]
    id = await fire(siti)
    found = (await siti.get(f"{INCIDENTS}/{id}/recommendation")).json()
    assert found["needed"] == {"fire-engine": 2, "ambulance": 1}
    assert sorted(each["name"] for each in found["candidates"] if each["chosen"]) == [
        "Ambulans Latihan 1",
        "Damkar Latihan 1",
        "Damkar Latihan 2",
    ]
    assert "straight line" in found["method"]["en"]
    (ambulance,) = [each for each in found["candidates"] if each["agency"] == "dinkes"]
    assert ambulance["travel"] > 60
    assert ambulance["coverLoss"] > 0
    assert ambulance["uncovered"][0] in ambulance["coverText"]["ja"]
    (near,) = [each for each in found["candidates"] if each["id"] == ENGINE]
    assert near["travel"] < min(each["travel"] for each in found["candidates"] if each["id"] == FAR_ENGINE)
    lacking = (await siti.get(f"{INCIDENTS}/{id}/recommendation", params={"need": "excavator:2"})).json()
    assert (lacking["candidates"], lacking["lacking"]) == ([], ["excavator"])


@pytest.mark.parametrize("need", ["fire-engine:0", "fire-engine:x", ":2", "fire-engine:999"])
async def test_a_need_that_cannot_be_read_is_refused(drilled: dict[str, httpx.AsyncClient], need: str) -> None:
    id = await fire(drilled["siti"])
    answer = await drilled["siti"].get(f"{INCIDENTS}/{id}/recommendation", params={"need": need})
    assert (answer.status_code, "need" in answer.json()["detail"]) == (400, True)


async def test_an_old_position_does_not_move_a_unit_back_and_none_comes_from_the_future(
    drilled: dict[str, httpx.AsyncClient],
) -> None:
    siti = drilled["siti"]
    path = f"{UNITS}/{ENGINE}/position"
    await done(siti, path, position=[119.42, -5.14], observedAt="2026-01-01T08:00:00Z")
    late = await done(siti, path, position=[119.50, -5.10], observedAt="2026-01-01T07:00:00Z")
    assert (late["position"], late["observedAt"]) == ([119.42, -5.14], "2026-01-01T08:00:00Z")
    assert "future" in (await done(siti, path, 400, position=[0, 0], observedAt="2999-01-01T00:00:00Z"))["detail"]
    assert "position" in (await done(siti, path, 400, position=[0]))["detail"]


async def test_on_and_off_duty_are_set_by_hand_what_it_does_at_an_incident_is_not(
    drilled: dict[str, httpx.AsyncClient],
) -> None:
    siti = drilled["siti"]
    path = f"{UNITS}/{ENGINE}/state"
    assert (await done(siti, path, state="off"))["state"] == "off"
    id = await fire(siti)
    assert "off" in (await act(siti, id, 409, act="assign", agency="damkar", unit=ENGINE))["detail"]
    await done(siti, path, state="free")
    assert "acts" in (await done(siti, path, 400, state="onScene"))["detail"]
    await act(siti, id, act="assign", agency="damkar", unit=ENGINE)
    assert "withdraw" in (await done(siti, path, 409, state="free"))["detail"]
    assert (await siti.delete(f"{UNITS}/{ENGINE}")).status_code == 409
    assert (await siti.delete(f"{UNITS}/{FAR_ENGINE}")).status_code == 204
    assert (await siti.get(f"{UNITS}/{FAR_ENGINE}")).status_code == 404


async def test_the_entity_of_a_unit_says_where_it_is_and_when_that_was_and_names_nobody(
    drilled: dict[str, httpx.AsyncClient],
) -> None:
    siti = drilled["siti"]
    await done(siti, f"{UNITS}/{ENGINE}/position", position=[119.42, -5.14], observedAt="2026-01-01T08:00:00Z")
    answer = await siti.get(entity_path(ENGINE), headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert "2026-01-01T08:00:00Z" in answer.text
    assert not any(name in answer.text for name in ("siti", "Siti", "ani", "Ani"))


async def test_times_by_road_are_used_while_they_are_fresh_and_the_answer_says_which(
    drilled: dict[str, httpx.AsyncClient], fresh: Opened
) -> None:
    siti, ani = drilled["siti"], drilled["ani"]
    id = await fire(siti)
    line = (await siti.get(f"{INCIDENTS}/{id}/recommendation")).json()
    assert "by road" not in line["method"]["en"] and line["roads"] is None
    assert "divided alike" in line["demand"]["en"]
    bases = [each["base"] for each in (await siti.get(UNITS)).json()["units"]]
    zones = [CITY_HALL, *bases]
    now = format_instant(fresh.house.now())
    entity = {
        "id": "urn:ngsi-ld:TravelTimes:makassar",
        "type": "TravelTimes",
        "zones": {"type": "Property", "value": zones, "observedAt": now},
        "travelSeconds": {"type": "Property", "value": [4_321] * len(zones) ** 2},
    }
    headers = {"link": PINISI_CONTEXT, "content-type": "application/json"}
    assert (await ani.post(f"{NGSI}/entities", json=entity, headers=headers)).status_code == 201
    road = (await siti.get(f"{INCIDENTS}/{id}/recommendation")).json()
    assert "by road" in road["method"]["en"]
    assert 4_321 + 60 in {each["travel"] for each in road["candidates"]}
    assert (await ani.delete(entity_path(str(entity["id"])))).status_code == 204
    entity["zones"] = {"type": "Property", "value": zones, "observedAt": "2026-01-01T00:00:00Z"}
    assert (await ani.post(f"{NGSI}/entities", json=entity, headers=headers)).status_code == 201
    stale = (await siti.get(f"{INCIDENTS}/{id}/recommendation")).json()
    assert "by road" not in stale["method"]["en"] and "hour old" in stale["roads"]["en"]


async def test_a_unit_is_changed_and_goes_out_of_service_with_a_reason(drilled: dict[str, httpx.AsyncClient]) -> None:
    siti = drilled["siti"]
    wish = {"name": "Damkar 1", "agency": "damkar", "capabilities": ["fire-engine"], "base": [119.41, -5.13]}
    changed = await siti.put(f"{UNITS}/{ENGINE}", json=wish)
    assert (changed.status_code, changed.json()["name"], changed.json()["state"]) == (200, "Damkar 1", "free")
    assert (await siti.put(f"{UNITS}/{ENGINE}", json=wish | {"agency": "nowhere"})).status_code == 400
    assert (await siti.put(f"{UNITS}/urn:ngsi-ld:Unit:makassar-x", json=wish)).status_code == 404
    off = await done(siti, f"{UNITS}/{ENGINE}/state", state="off", reason="repair")
    assert (off["state"], off["outOfService"]) == ("off", "repair")
    await done(siti, f"{UNITS}/{ENGINE}/state", 400, state="off", reason="Andi sakit")
    assert (await done(siti, f"{UNITS}/{ENGINE}/state", state="free"))["outOfService"] is None
    reasons = (await siti.get(UNITS)).json()["offReasons"]
    assert {"code": "no-crew", "name": {"id": "tanpa awak", "en": "no crew", "ja": "人員不足"}} in reasons


async def test_a_preview_says_what_an_import_would_change_and_writes_nothing(
    drilled: dict[str, httpx.AsyncClient], fresh: Opened
) -> None:
    siti = drilled["siti"]
    text = (
        CSV.replace("Damkar Latihan 2", "Damkar Dua") + "baru;Baru;damkar;fire-engine;119.4;-5.1;\nx;;damkar;?;a;b;\n"
    )
    before = await fresh.position()
    told = await done(siti, f"{UNITS}/import", text=text, preview=True)
    assert [(each["code"], each["change"], each["fields"]) for each in told["changes"] if each["change"] != "same"] == [
        ("latihan-damkar-2", "changed", ["name"]),
        ("baru", "new", []),
    ]
    assert [(each["row"], each["field"]) for each in told["faults"]] == [(7, "longitude")]
    assert await fresh.position() == before


async def test_a_shifts_list_puts_units_on_duty_and_off_it_all_or_none(drilled: dict[str, httpx.AsyncClient]) -> None:
    siti = drilled["siti"]
    id = await fire(siti)
    await act(siti, id, act="assign", agency="damkar", unit=FAR_ENGINE)
    bad = "code,duty,reason\nlatihan-damkar-3,no,\nlatihan-damkar-1,maybe,\nlatihan-damkar-2,no,sick\nx,yes,\n"
    faults = (await done(siti, f"{UNITS}/import", 400, text=bad))["faults"]
    assert [(each["row"], each["field"]) for each in faults] == [(2, "duty"), (3, "duty"), (4, "reason"), (5, "code")]
    good = "code,duty,reason\nlatihan-damkar-1,no,training\nlatihan-damkar-2,tidak,\nlatihan-ambulans-1,ya,\n"
    assert await done(siti, f"{UNITS}/import", text=good) == {"units": 3, "faults": []}
    units = {each["id"][-16:]: each for each in (await siti.get(UNITS)).json()["units"]}
    assert [units[each]["outOfService"] for each in ("latihan-damkar-1", "latihan-damkar-2")] == [
        "training",
        "shift-end",
    ]
    back = await done(siti, f"{UNITS}/import", text="code,duty\nlatihan-damkar-1,yes\n")
    assert back["units"] == 1
    assert (await siti.get(f"{UNITS}/{ENGINE}")).json()["state"] == "free"


async def test_cameras_and_sensors_near_an_incident_stand_with_distance_and_age(
    drilled: dict[str, httpx.AsyncClient], fresh: Opened
) -> None:
    siti, ani = drilled["siti"], drilled["ani"]
    id = await fire(siti)
    headers = {"link": PINISI_CONTEXT, "content-type": "application/json"}
    minute_ago = format_instant(fresh.house.now() - 60 * SECOND)
    measured = {
        "type": "Property",
        "value": 0.2,
        "observedAt": minute_ago,
        "method": {"type": "Property", "value": "measured"},
    }
    for name, type, lon, more in (
        ("gauge", "FloodMonitoring", 119.4130, {"currentLevel": measured}),
        ("eye", "Camera", 119.4150, {}),
        ("far", "Camera", 119.5000, {}),
        ("bench", "PointOfInterest", 119.4129, {}),
    ):
        place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, CITY_HALL[1]]}}
        entity = {"id": f"urn:ngsi-ld:{type}:{name}", "type": type, "location": place, **more}
        assert (await ani.post(f"{NGSI}/entities", json=entity, headers=headers)).status_code == 201
    things = (await siti.get(f"{INCIDENTS}/{id}/nearby")).json()["things"]
    ours = [each for each in things if each["id"].rpartition(":")[2] in ("gauge", "eye", "far", "bench")]
    assert [(each["kind"], each["id"].rpartition(":")[2]) for each in ours] == [("sensor", "gauge"), ("camera", "eye")]
    assert ours[0]["distance"] == pytest.approx(22, abs=2) and 55 <= ours[0]["age"] <= 600
    assert (ours[1]["observedAt"], ours[1]["age"]) == (None, None)
    assert (await siti.get(f"{INCIDENTS}/urn:nothing/nearby")).status_code == 404
