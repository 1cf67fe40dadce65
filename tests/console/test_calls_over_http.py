"""The 112 call centre over HTTP: from the ring to an incident that names nobody, with one commit for both."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, Opened

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
CALLS = f"{OURS}/calls"
HERE = "http://127.0.0.1:9090"
CANARY = "Kenari Ungu"


@pytest.fixture
async def taker(fresh: Opened) -> AsyncIterator[httpx.AsyncClient]:
    await fresh.account("kepala", Assignment(role="administrator"))
    cookie = await fresh.account("siti", Assignment(role="operator"))
    async with fresh.client(cookie=cookie, origin=HERE) as client:
        yield client


@pytest.fixture
async def telephone(fresh: Opened, taker: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    cookie = await fresh.account("pbx", Assignment(role="technician"))
    async with fresh.client(cookie=cookie, origin=HERE) as client:
        yield client


async def ok(answer: Any, status: int = 200) -> Any:
    told = await answer
    assert told.status_code == status, told.text
    return told.json() if told.content else None


async def kelurahan(client: httpx.AsyncClient, name: str) -> str:
    found = await ok(client.get(f"{OURS}/search", params={"q": name}))
    return found["results"][0]["id"]


def emergency(place: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "emergency",
        "category": "fire",
        "place": place,
        "caller": CANARY,
        "said": f"{CANARY}: asap tebal",
        "spot": f"lorong {CANARY}",
        "number": "0811 777 0001",
        **more,
    }


async def test_a_ringing_call_becomes_an_incident_that_names_nobody(
    fresh: Opened, taker: httpx.AsyncClient, telephone: httpx.AsyncClient
) -> None:
    await ok(telephone.post(f"{CALLS}/events", json={"event": "ringing", "call": "a", "number": "0811 777 0001"}), 204)
    queue = await ok(taker.get(CALLS))
    (waiting,) = queue["calls"]
    assert (waiting["state"], waiting["mine"]) == ("ringing", False)
    hand = await ok(taker.post(f"{CALLS}/{waiting['key']}/acts", json={"act": "pick-up"}))
    assert (hand["number"], hand["score"], hand["earlier"]) == ("+628117770001", 33, [])
    place = await kelurahan(taker, "panaikang")
    saved = await ok(taker.post(f"{CALLS}/{waiting['key']}/saved", json=emergency(place)), 201)
    incident = await ok(taker.get(f"{OURS}/incidents/{saved['incident']}"))
    assert (incident["state"], incident["channel"], incident["category"]) == ("open", "call", "fire")
    assert "Panaikang" in incident["title"]["id"]
    assert incident["location"] is not None
    entity = await taker.get(f"{NGSI}/entities/{saved['incident']}", headers={"link": PINISI_CONTEXT})
    for told in (str(incident), entity.text, str(await ok(taker.get(CALLS)))):
        assert CANARY not in told
        assert "777" not in told
    on_record = await ok(taker.get(f"{OURS}/incidents/{saved['incident']}/calls"))
    assert [call["caller"] for call in on_record["calls"]] == [CANARY]


async def test_a_second_call_about_the_same_joins_its_incident(taker: httpx.AsyncClient) -> None:
    place = await kelurahan(taker, "panaikang")
    first = await ok(taker.post(CALLS, json={}), 201)
    saved = await ok(taker.post(f"{CALLS}/{first['key']}/saved", json=emergency(place)), 201)
    second = await ok(taker.post(CALLS, json={}), 201)
    alike = await ok(taker.get(f"{CALLS}/alike", params={"category": "fire", "place": place}))
    assert [each["incident"]["id"] for each in alike["alike"]] == [saved["incident"]]
    assert (await ok(taker.get(f"{CALLS}/alike", params={"category": "flood", "place": place})))["alike"] == []
    joined = emergency(place, incident=saved["incident"])
    again = await ok(taker.post(f"{CALLS}/{second['key']}/saved", json=joined), 201)
    assert again["incident"] == saved["incident"]
    assert len((await ok(taker.get(f"{OURS}/incidents/{saved['incident']}/calls")))["calls"]) == 2
    story = (await ok(taker.get(f"{OURS}/incidents/{saved['incident']}")))["acts"]
    assert [act["act"] for act in story] == ["raise", "call-again"]


@pytest.mark.parametrize("kind", ["prank", "silent", "information", "abandoned"])
async def test_what_is_no_emergency_raises_nothing_and_needs_nothing(taker: httpx.AsyncClient, kind: str) -> None:
    call = await ok(taker.post(CALLS, json={"number": "0811 1"}), 201)
    saved = await ok(taker.post(f"{CALLS}/{call['key']}/saved", json={"kind": kind}), 201)
    assert saved["incident"] is None
    queue = await ok(taker.get(CALLS))
    assert queue["calls"] == []
    assert queue["counts"]["idle"] == (kind in {"prank", "silent"})


async def test_a_call_is_saved_once(taker: httpx.AsyncClient) -> None:
    place = await kelurahan(taker, "panaikang")
    call = await ok(taker.post(CALLS, json={}), 201)
    await ok(taker.post(f"{CALLS}/{call['key']}/saved", json=emergency(place)), 201)
    await ok(taker.post(f"{CALLS}/{call['key']}/saved", json=emergency(place)), 409)
    assert (await ok(taker.get(f"{OURS}/incidents")))["count"] == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category": ""}, "category"),
        ({"category": "zombies"}, "category"),
        ({"subcategory": "zombies"}, "subcategory"),
        ({"place": "urn:nowhere"}, "place"),
        ({"location": [200, 0]}, "location"),
        ({"number": "abc"}, "number"),
        ({"injured": -1}, "injured"),
        ({"language": "klingon"}, "language"),
        ({"kind": "boring"}, "kind"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_is_wrong_is_named_by_its_field_and_the_call_stays_in_hand(
    taker: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    place = await kelurahan(taker, "panaikang")
    call = await ok(taker.post(CALLS, json={}), 201)
    answer = await taker.post(f"{CALLS}/{call['key']}/saved", json=emergency(place) | change)
    assert answer.status_code == 400
    assert field in answer.json()["detail"]
    assert [each["key"] for each in (await ok(taker.get(CALLS)))["calls"]] == [call["key"]]


async def test_a_call_from_paper_raises_its_incident_at_its_true_time(taker: httpx.AsyncClient) -> None:
    place = await kelurahan(taker, "panaikang")
    rang, answered = "2026-01-05T02:00:00Z", "2026-01-05T02:00:09Z"
    call = await ok(taker.post(CALLS, json={"channel": "paper", "rangAt": rang, "answeredAt": answered}), 201)
    saved = await ok(taker.post(f"{CALLS}/{call['key']}/saved", json=emergency(place)), 201)
    assert (await ok(taker.get(f"{OURS}/incidents/{saved['incident']}")))["raisedAt"] == rang
    for wrong in ({"channel": "paper"}, {"rangAt": "2126-01-01T00:00:00Z"}, {"rangAt": rang, "answeredAt": "x"}):
        assert (await taker.post(CALLS, json=wrong)).status_code == 400


async def test_a_missed_call_is_called_back_once(taker: httpx.AsyncClient, telephone: httpx.AsyncClient) -> None:
    for event in ("ringing", "ended"):
        await ok(telephone.post(f"{CALLS}/events", json={"event": event, "call": "m", "number": "0811 5"}), 204)
    (missed,) = (await ok(taker.get(CALLS)))["calls"]
    back = await ok(taker.post(f"{CALLS}/{missed['key']}/acts", json={"act": "call-back"}))
    assert (back["number"], back["recallOf"]) == ("+628115", missed["key"])
    assert (await taker.post(f"{CALLS}/{missed['key']}/acts", json={"act": "call-back"})).status_code in {404, 409}


async def test_a_call_is_handed_to_somebody_who_takes_calls(fresh: Opened, taker: httpx.AsyncClient) -> None:
    cookie = await fresh.account("baso", Assignment(role="call-taker"))
    call = await ok(taker.post(CALLS, json={}), 201)
    (other,) = [each for each in (await ok(taker.get(CALLS)))["takers"] if each["name"] == "Baso"]
    assert (await taker.post(f"{CALLS}/{call['key']}/acts", json={"act": "hand", "to": "nobody"})).status_code == 400
    await ok(taker.post(f"{CALLS}/{call['key']}/acts", json={"act": "hand", "to": other["id"]}))
    async with fresh.client(cookie=cookie, origin=HERE) as baso:
        assert [each["mine"] for each in (await ok(baso.get(CALLS)))["calls"]] == [True]
    assert (await taker.get(f"{CALLS}/{call['key']}")).status_code == 404


async def test_a_caller_is_erased_with_all_his_calls_and_the_incident_stays(
    fresh: Opened, taker: httpx.AsyncClient
) -> None:
    place = await kelurahan(taker, "panaikang")
    keys: list[str] = []
    for number in ("0811 777 0001", "+62 811-777-0001", "0811 2"):
        call = await ok(taker.post(CALLS, json={}), 201)
        saved = await ok(taker.post(f"{CALLS}/{call['key']}/saved", json=emergency(place, number=number)), 201)
        keys.append(call["key"])
    assert (await taker.delete(f"{CALLS}/{keys[0]}/caller")).status_code == 403
    async with fresh.client(cookie=await fresh.cookie("kepala"), origin=HERE) as administrator:
        await ok(administrator.delete(f"{CALLS}/{keys[0]}/caller"), 204)
        assert (await administrator.delete(f"{CALLS}/{keys[1]}/caller")).status_code == 404
    assert (await ok(taker.get(f"{OURS}/incidents")))["count"] == 3
    left = await ok(taker.get(f"{OURS}/incidents/{saved['incident']}/calls"))
    assert [call["number"] for call in left["calls"]] == ["+628112"]


async def test_who_takes_no_calls_sees_none(fresh: Opened, taker: httpx.AsyncClient) -> None:
    cookie = await fresh.account("mayor", Assignment(role="viewer"))
    call = await ok(taker.post(CALLS, json={}), 201)
    async with fresh.client(cookie=cookie, origin=HERE) as viewer:
        for path in (CALLS, f"{CALLS}/{call['key']}", f"{OURS}/incidents/urn:x:1/calls"):
            assert (await viewer.get(path)).status_code == 403
