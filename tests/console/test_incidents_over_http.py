"""An incident's whole life over HTTP, as operators on shift live it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, Opened, entity_path

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
INCIDENTS = f"{OURS}/incidents"
LINK = {"link": PINISI_CONTEXT}
CITY_HALL = [119.4128, -5.1343]


@pytest.fixture
async def shift(fresh: Opened) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """An administrator, two operators, one of a single kecamatan, a viewer and a partner."""
    held = {
        "ani": Assignment(role="administrator"),
        "siti": Assignment(role="operator"),
        "budi": Assignment(role="operator"),
        "wati": Assignment(role="operator", areas=frozenset({"73.71.09"})),
        "eka": Assignment(role="viewer"),
        "partner": Assignment(role="partner"),
    }
    clients: dict[str, httpx.AsyncClient] = {}
    for name, assignment in held.items():
        clients[name] = fresh.client(cookie=await fresh.account(name, assignment))
    yield clients
    for client in clients.values():
        await client.aclose()


async def raise_one(client: httpx.AsyncClient, **words: Any) -> dict[str, Any]:
    answer = await client.post(INCIDENTS, json={"title": "Banjir di Jl. Pettarani", **words})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{INCIDENTS}/{answer.json()['id']}"
    return answer.json()


async def act(client: httpx.AsyncClient, id: str, status: int = 200, **words: Any) -> dict[str, Any]:
    answer = await client.post(f"{INCIDENTS}/{id}/acts", json=words)
    assert answer.status_code == status, answer.text
    return answer.json()


async def queue(client: httpx.AsyncClient, state: str = "open") -> list[str]:
    told = (await client.get(INCIDENTS, params={"state": state})).json()
    assert told["count"] == len(told["incidents"])
    return [incident["id"] for incident in told["incidents"]]


async def test_from_the_first_call_to_the_end(shift: dict[str, httpx.AsyncClient]) -> None:
    siti, budi = shift["siti"], shift["budi"]
    made = await raise_one(siti, severity="danger", detail="Lutut orang dewasa", location=CITY_HALL)
    id = made["id"]
    assert (made["state"], made["raisedBy"], made["owner"], made["kind"]) == ("open", "Siti", None, "by-hand")
    assert (made["title"]["id"], made["location"]) == ("Banjir di Jl. Pettarani", CITY_HALL)
    assert made["area"]
    now = (await budi.get(f"{OURS}/now")).json()
    assert (now["alarmCount"], [alarm["id"] for alarm in now["alarms"]]) == (1, [id])
    taken = await act(budi, id, act="take")
    assert (taken["state"], taken["owner"], taken["ownerId"]) == ("open", "Budi", "account:budi")
    await act(budi, id, act="note", note="Pompa dikirim")
    handed = await act(budi, id, act="hand", to="siti", note="Ganti regu")
    assert (handed["owner"], handed["ownerId"]) == ("Siti", "account:siti")
    triaged = await act(siti, id, act="triage", category="flood", subcategory="houses", injured=1)
    assert (triaged["state"], triaged["priority"], triaged["leadAgency"]) == ("triaged", 2, "bpbd")
    sent = await act(siti, id, act="assign", agency="bpbd", role="lead")
    assert (sent["state"], [each["agency"] for each in sent["sent"]]) == ("dispatched", ["bpbd"])
    resolved = await act(siti, id, act="resolve", note="Surut")
    assert (resolved["state"], resolved["asked"]) == ("resolved", "priority")
    assert "second person" in (await act(siti, id, 409, act="verify"))["detail"]
    assert (await act(budi, id, act="verify"))["verifiedBy"] == "Budi"
    closed = await act(siti, id, act="close", reason="Surut")
    assert (closed["state"], closed["closedBy"], closed["reason"]) == ("closed", "Siti", "Surut")
    story = (await siti.get(f"{INCIDENTS}/{id}")).json()["acts"]
    assert [(line["act"], line["by"]) for line in story] == [
        ("raise", "Siti"),
        ("take", "Budi"),
        ("note", "Budi"),
        ("hand", "Budi"),
        ("triage", "Siti"),
        ("assign", "Siti"),
        ("resolve", "Siti"),
        ("verify", "Budi"),
        ("close", "Siti"),
    ]
    assert (story[3]["to"], story[3]["note"]) == ("Siti", "Ganti regu")
    assert (await queue(siti), await queue(siti, "closed"), await queue(siti, "all")) == ([], [id], [id])


@pytest.mark.parametrize("to", ["siti", "account:siti", "Siti", "SITI"])
async def test_it_is_handed_to_an_account_however_it_is_called(shift: dict[str, httpx.AsyncClient], to: str) -> None:
    id = (await raise_one(shift["budi"]))["id"]
    await act(shift["budi"], id, act="take")
    assert (await act(shift["budi"], id, act="hand", to=to))["ownerId"] == "account:siti"
    refused = await act(shift["siti"], id, 409, act="take")
    assert "you own" in refused["detail"]


async def test_it_is_handed_to_a_crew_without_account_by_its_name(shift: dict[str, httpx.AsyncClient]) -> None:
    id = (await raise_one(shift["budi"]))["id"]
    await act(shift["budi"], id, act="take")
    handed = await act(shift["budi"], id, act="hand", to="Regu 3 Damkar")
    assert (handed["owner"], handed["ownerId"]) == ("Regu 3 Damkar", None)


async def test_of_two_operators_at_once_one_has_it_and_the_other_is_told(
    shift: dict[str, httpx.AsyncClient],
) -> None:
    id = (await raise_one(shift["ani"]))["id"]
    path = f"{INCIDENTS}/{id}/acts"
    answers = await asyncio.gather(*(shift[name].post(path, json={"act": "take"}) for name in ("siti", "budi")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert lost.headers["content-type"] == "application/problem+json"
    assert "somebody else" in lost.json()["detail"]


@pytest.mark.parametrize(
    ("words", "status", "named"),
    [
        ({"act": "close", "reason": "x"}, 409, "resolve it first"),
        ({"act": "assign", "agency": "bpbd"}, 409, "triage it first"),
        ({"act": "shelve", "reason": "x", "until": "2999-01-01T00:00:00Z"}, 400, "until"),
        ({"act": "shelve", "reason": "x", "until": "tomorrow"}, 400, "until"),
        ({"act": "take", "until": "2999-01-01T00:00:00Z"}, 400, "until"),
        ({"act": "triage", "category": "dragons"}, 400, "category"),
        ({"act": "triage", "priority": 3, "lead": "nobody"}, 400, "lead"),
        ({"act": "take", "category": "flood"}, 400, "category"),
        ({"act": "return"}, 400, "act"),
        ({"act": "merge", "into": "urn:x"}, 400, "into"),
        ({"act": "note", "note": "x", "at": "2999-01-01T00:00:00Z"}, 400, "at"),
        ({"act": "note"}, 400, "note"),
        ({"act": "explode"}, 400, "act"),
        ({"act": "raise"}, 400, "act"),
        ({}, 400, "act"),
        ({"act": "take", "by": "siti"}, 400, "by"),
        ({"act": "note", "note": "x" * 4001}, 400, "note"),
    ],
)
async def test_an_act_that_does_not_fit_says_why(
    shift: dict[str, httpx.AsyncClient], fresh: Opened, words: dict[str, Any], status: int, named: str
) -> None:
    id = (await raise_one(shift["budi"]))["id"]
    before = await fresh.position()
    answer = await shift["budi"].post(f"{INCIDENTS}/{id}/acts", json=words)
    assert (answer.status_code, named in answer.json()["detail"]) == (status, True), answer.text
    assert await fresh.position() == before


async def test_no_name_stands_where_everybody_can_read(shift: dict[str, httpx.AsyncClient]) -> None:
    id = (await raise_one(shift["siti"]))["id"]
    await act(shift["budi"], id, act="take", note="Budi here")
    await act(shift["budi"], id, act="hand", to="siti")
    for path in (entity_path(id), f"{NGSI}/temporal/entities/{id}"):
        text = (await shift["ani"].get(path, params={"options": "sysAttrs"}, headers=LINK)).text
        assert "Banjir" in text
        for name in ("Siti", "Budi", "siti", "budi"):
            assert name not in text


async def test_an_operator_acts_though_he_may_write_nothing_else(shift: dict[str, httpx.AsyncClient]) -> None:
    id = (await raise_one(shift["siti"]))["id"]
    await act(shift["siti"], id, act="take")
    state = {"state": {"type": "Property", "value": "closed"}}
    assert (await shift["siti"].patch(entity_path(id), json=state, headers=LINK)).status_code == 403


async def test_who_may_only_look_does_not_act(shift: dict[str, httpx.AsyncClient]) -> None:
    id = (await raise_one(shift["siti"]))["id"]
    assert (await shift["eka"].get(f"{INCIDENTS}/{id}")).status_code == 200
    await act(shift["eka"], id, 403, act="take")
    assert (await shift["eka"].post(INCIDENTS, json={"title": "x"})).status_code == 403
    for path in (INCIDENTS, f"{INCIDENTS}/{id}"):
        assert (await shift["partner"].get(path)).status_code == 403
    now = (await shift["partner"].get(f"{OURS}/now")).json()
    assert (now["alarms"], now["alarmCount"]) == ([], 0)


async def test_an_operator_of_one_district_has_the_incidents_of_his_district(
    shift: dict[str, httpx.AsyncClient],
) -> None:
    area = (await shift["wati"].get(f"{OURS}/places/urn:ngsi-ld:AdministrativeArea:id-73.71.09")).json()
    areas = (await shift["wati"].get(f"{OURS}/areas")).json()["areas"]
    center = next(each["center"] for each in areas if each["id"] == area["id"])
    elsewhere = next(each["center"] for each in areas if each["code"] == "73.71.11")
    far = (await raise_one(shift["siti"], location=elsewhere))["id"]
    nowhere = (await raise_one(shift["siti"]))["id"]
    near = (await raise_one(shift["wati"], location=center))["id"]
    assert await queue(shift["wati"]) == [near]
    assert (await shift["wati"].get(f"{OURS}/now")).json()["alarmCount"] == 1
    for id in (far, nowhere, "urn:ngsi-ld:Incident:none"):
        answer = await shift["wati"].get(f"{INCIDENTS}/{id}")
        assert answer.status_code == 404
        await act(shift["wati"], id, 404, act="take")
    before = await queue(shift["siti"], "all")
    for place in ({"location": elsewhere}, {}):
        answer = await shift["wati"].post(INCIDENTS, json={"title": "Di luar", **place})
        assert answer.status_code == 403
    assert await queue(shift["siti"], "all") == before


async def test_an_incident_about_something_lies_where_that_lies(shift: dict[str, httpx.AsyncClient]) -> None:
    table = (await shift["siti"].get(f"{OURS}/layers/puskesmas")).json()
    row = table["rows"][0]
    made = await raise_one(shift["siti"], subject=row[0])
    assert (made["subject"], made["location"], made["area"]) == (row[0], row[3:5], row[2])


async def test_the_queue_is_read_in_pages(shift: dict[str, httpx.AsyncClient]) -> None:
    ids = [(await raise_one(shift["siti"]))["id"] for _ in range(5)]
    pages: list[str] = []
    for offset in (0, 2, 4, 6):
        told = (await shift["eka"].get(INCIDENTS, params={"limit": "2", "offset": str(offset)})).json()
        assert told["count"] == 5
        pages += [incident["id"] for incident in told["incidents"]]
    assert pages == ids[::-1]


async def test_an_incident_outlives_the_house(template: Any, tmp_path: Any) -> None:
    from house_at_hand import copy_data, open_house

    data = copy_data(template, tmp_path / "data")
    async with open_house(data) as opened, opened.client() as client:
        id = (await raise_one(client))["id"]
        await act(client, id, act="take")
    async with open_house(data) as opened, opened.client() as client:
        kept = (await client.get(f"{INCIDENTS}/{id}")).json()
        assert (kept["state"], len(kept["acts"])) == ("open", 2)


async def test_the_load_and_the_pace_of_the_room_are_told_to_those_who_work_in_it(
    shift: dict[str, httpx.AsyncClient],
) -> None:
    siti, budi = shift["siti"], shift["budi"]
    for who in (siti, budi):
        id = (await raise_one(siti, priority=1))["id"]
        await act(who, id, act="take")
    await act(budi, id, act="close", outcome="prank")
    told = (await siti.get(f"{OURS}/operators", params={"hours": "1"})).json()
    assert (told["alarms"], told["alarmsPerHour"], told["hours"]) == (2, 2.0, 1.0)
    assert [(each["name"], each["taken"], each["closed"]) for each in told["operators"]] == [
        ("Budi", 1, 1),
        ("Siti", 1, 0),
    ]
    assert (await shift["eka"].get(f"{OURS}/operators")).status_code == 403
    assert (await siti.get(f"{OURS}/operators", params={"hours": "0"})).status_code == 400


async def test_the_queue_is_narrowed_and_its_rules_can_be_read(shift: dict[str, httpx.AsyncClient]) -> None:
    siti = shift["siti"]
    flood = (await raise_one(siti, category="flood", subcategory="houses"))["id"]
    fire = (await raise_one(siti, title="Api di gudang", category="fire", channel="call", caller=True))["id"]
    await act(siti, flood, act="take")

    async def found(**wanted: str) -> list[str]:
        return [each["id"] for each in (await siti.get(INCIDENTS, params=wanted)).json()["incidents"]]

    assert await found(category="fire") == [fire]
    assert await found(priority="1,2") == [fire, flood]
    assert await found(owner="me") == [flood]
    assert await found(owner="none", state="open,triaged") == [fire]
    assert await found(channel="call") == [fire]
    for wrong in ({"priority": "9"}, {"owner": "siti"}, {"state": "asleep"}):
        assert (await siti.get(INCIDENTS, params=wrong)).status_code == 400
    asked = {"category": "flood", "injured": "3"}
    told = (await siti.get(f"{INCIDENTS}/{flood}/priority", params=asked)).json()
    assert (told["priority"], told["reasons"][0]["rule"]) == (1, "many-injured")
    rules = (await siti.get(f"{OURS}/operations")).json()
    assert {"damkar", "bpbd"} <= {each["code"] for each in rules["agencies"]}


async def test_two_incidents_are_merged_by_a_person_and_parted_again(shift: dict[str, httpx.AsyncClient]) -> None:
    siti = shift["siti"]
    one, other = [(await raise_one(siti))["id"] for _ in range(2)]
    merged = await siti.post(f"{INCIDENTS}/{one}/merge", json={"into": other})
    assert (merged.status_code, merged.json()["absorbed"]) == (200, [one])
    assert (await siti.get(f"{INCIDENTS}/{one}")).json()["group"] == other
    again = await siti.post(f"{INCIDENTS}/{one}/unmerge", json={"reason": "Dua tempat"})
    assert (again.status_code, again.json()["state"]) == (200, "open")
    assert (await siti.post(f"{INCIDENTS}/{one}/merge", json={"into": one})).status_code == 400
    assert (await siti.post(f"{INCIDENTS}/{one}/merge", json={"into": "urn:nobody"})).status_code == 404
