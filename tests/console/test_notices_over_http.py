"""Contacts, notices and the link in them over HTTP: who may, what is shown, and what stays in records."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from house_at_hand import OURS, Opened, copy_data, open_house
from notification_receiver import Receiver

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
CONTACTS, NOTICES, INCIDENTS = f"{OURS}/contacts", f"{OURS}/notices", f"{OURS}/incidents"
OUTSIDE = "https://warroom.city.example"
Room = dict[str, httpx.AsyncClient]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    real = Receiver()
    await real.start()
    yield real
    await real.stop()


@pytest.fixture(scope="module")
async def house(template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    data = copy_data(template, tmp_path_factory.mktemp("notices") / "data")
    async with open_house(data, public_address=OUTSIDE) as opened:
        yield opened


@pytest.fixture(scope="module")
async def room(house: Opened) -> AsyncIterator[Room]:
    held = {
        "ani": Assignment(role="administrator"),
        "budi": Assignment(role="supervisor"),
        "siti": Assignment(role="operator"),
        "eka": Assignment(role="viewer"),
        "joko": Assignment(role="operator", areas=("73.71.09",)),
    }
    clients = {name: house.client(cookie=await house.account(name, role)) for name, role in held.items()}
    clients["anyone"] = house.client()
    yield clients
    for client in clients.values():
        await client.aclose()


@pytest.fixture
async def listed(room: Room, receiver: Receiver) -> AsyncIterator[Any]:
    """A supervisor's webhook; who is listed in a test is struck after it."""
    yield await ok(room["budi"].post(CONTACTS, json=contact(receiver)), 201)
    for each in (await ok(room["budi"].get(CONTACTS)))["contacts"]:
        await ok(room["budi"].delete(f"{CONTACTS}/{each['id']}"), 204)


def contact(receiver: Receiver, **more: Any) -> dict[str, Any]:
    usual = {"name": "Daeng Canary", "groups": ["supervisor"], "channel": "webhook", "address": receiver.uri}
    return {**usual, "language": "en", **more}


async def ok(asked: Any, status: int = 200) -> Any:
    answer: httpx.Response = await asked
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def raised(client: httpx.AsyncClient) -> str:
    wish = {"title": "House fire", "severity": "danger", "category": "fire", "priority": 1}
    wish |= {"location": [119.49, -5.17]}
    return (await ok(client.post(INCIDENTS, json=wish), 201))["id"]


async def told(room: Room, incident: str, receiver: Receiver) -> dict[str, Any]:
    """The incident's one notice, once its webhook was taken and that is on record."""
    await receiver.wait(1)
    while True:
        (notice,) = (await ok(room["siti"].get(f"{INCIDENTS}/{incident}/notices")))["notices"]
        if notice["deliveries"][0]["state"] == "taken":
            return notice


async def test_from_the_contact_to_the_button_under_the_link(room: Room, listed: Any, receiver: Receiver) -> None:
    assert listed["secret"].startswith("whsec_")
    incident = await raised(room["siti"])
    notice = await told(room, incident, receiver)
    assert (notice["on"], notice["state"], notice["title"]["en"]) == ("raised", "asks", "Priority 1: House fire")
    assert (notice["deliveries"][0]["answer"], notice["deliveries"][0]["readAt"]) == ("HTTP 200", None)
    link = receiver.taken[0].body["acknowledge"]
    assert link.startswith(f"{OUTSIDE}{OURS}/told/makassar~")
    page = await room["anyone"].get(link.removeprefix(OUTSIDE))
    assert (page.status_code, "I have read it" in page.text) == (200, True)
    assert "form-action 'self'" in page.headers["content-security-policy"]
    (after,) = (await ok(room["siti"].get(f"{INCIDENTS}/{incident}/notices")))["notices"]
    assert after["deliveries"][0]["readAt"] is None
    done = await room["anyone"].post(link.removeprefix(OUTSIDE))
    assert "Recorded at" in done.text
    (after,) = (await ok(room["siti"].get(f"{INCIDENTS}/{incident}/notices")))["notices"]
    assert (after["state"], after["acknowledgedBy"]) == ("answered", "link")
    story = (await ok(room["siti"].get(f"{INCIDENTS}/{incident}")))["acts"]
    assert [(act["became"], act["way"]) for act in story if act["act"] == "told"] == [
        ("taken", "webhook"),
        ("read", "webhook"),
    ]
    assert "Daeng Canary" not in str(story)


async def test_a_link_that_this_house_has_not_made_opens_nothing(room: Room, listed: Any, receiver: Receiver) -> None:
    await told(room, await raised(room["siti"]), receiver)
    link = receiver.taken[0].body["acknowledge"].removeprefix(OUTSIDE)
    for forged in (link[:-2] + "AA", link.replace("makassar~", "other~"), link.replace("~", "-"), link + "x"):
        for asked in (room["anyone"].get(forged), room["anyone"].post(forged)):
            assert (await asked).status_code == 404


async def test_the_room_says_that_it_knows_and_nobody_further_is_told(
    room: Room, listed: Any, receiver: Receiver
) -> None:
    notice = await told(room, await raised(room["siti"]), receiver)
    assert (await room["eka"].post(f"{NOTICES}/{notice['id']}/acknowledge")).status_code == 403
    known = await ok(room["siti"].post(f"{NOTICES}/{notice['id']}/acknowledge"))
    assert (known["state"], known["acknowledgedBy"], known["nextAt"]) == ("answered", "account:siti", None)


async def test_of_an_incident_outside_of_his_area_nobody_learns_who_was_told(
    room: Room, listed: Any, receiver: Receiver
) -> None:
    wish = {"title": "Fire", "severity": "danger", "category": "fire", "priority": 1}
    wish |= {"location": [119.408, -5.136]}
    incident = (await ok(room["siti"].post(INCIDENTS, json=wish), 201))["id"]
    notice = await told(room, incident, receiver)
    assert (await room["joko"].get(f"{INCIDENTS}/{incident}/notices")).status_code == 404
    assert (await room["joko"].post(f"{NOTICES}/{notice['id']}/acknowledge")).status_code == 404
    assert (await ok(room["joko"].get(NOTICES)))["notices"] == []
    (delivery,) = notice["deliveries"]
    assert (await room["joko"].post(f"{NOTICES}/deliveries/{delivery['id']}/again")).status_code == 404


async def test_names_and_addresses_are_for_who_keeps_them_and_each_reading_is_on_record(
    house: Opened, room: Room, receiver: Receiver
) -> None:
    begin = await house.position()
    quiet = {"from": "22:00", "until": "06:00"}
    listed = await ok(room["budi"].post(CONTACTS, json=contact(receiver, quiet=quiet)), 201)
    assert (await room["siti"].get(CONTACTS)).status_code == 403
    (shown,) = (await ok(room["budi"].get(CONTACTS)))["contacts"]
    assert (shown["name"], shown["address"], shown["quiet"]["except"]) == ("Daeng Canary", receiver.uri, 2)
    assert "secret" not in shown
    changed = contact(receiver, groups=["damkar"], channel="mqtt", address="city/damkar")
    assert (await ok(room["budi"].put(f"{CONTACTS}/{listed['id']}", json=changed)))["secret"] is None
    assert (await ok(room["budi"].put(f"{CONTACTS}/{listed['id']}", json=contact(receiver))))["secret"]
    assert (await room["budi"].put(f"{CONTACTS}/none", json=changed)).status_code == 404
    await ok(room["budi"].delete(f"{CONTACTS}/{listed['id']}"), 204)
    entries = (await house.house.store.log("makassar", begin, 100_000)).entries
    acts = [msgspec.json.decode(entry.detail or b"{}") for entry in entries if entry.op == "audit"]
    reading = [act for act in acts if act["act"] == "records.read" and "incidents__contact.name" in act["columns"]]
    assert [act["subjects"] for act in reading] == [[listed["id"]]]
    words = [act["act"] for act in acts if act["act"].startswith("contact-")]
    assert words == ["contact-listed", "contact-changed", "contact-changed", "contact-dropped"]
    assert "Canary" not in str(acts)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"groups": ["mars"]}, "groups"),
        ({"groups": []}, "groups"),
        ({"level": 0}, "level"),
        ({"channel": "fax"}, "channel"),
        ({"channel": "email", "address": "x"}, "address"),
        ({"channel": "apprise", "address": "json://127.0.0.1"}, "address"),
        ({"quiet": {"from": "25:00", "until": "06:00"}}, "quiet"),
        ({"phone": "0811"}, "phone"),
        ({"channel": "webhook", "address": "http://192.168.1.1/hook"}, "notification_targets"),
        ({"channel": "webhook", "address": "ftp://example.org"}, "address"),
    ],
)
async def test_a_contact_that_cannot_be_one_is_refused_with_its_field(
    room: Room, change: dict[str, Any], field: str
) -> None:
    wish = {"name": "P", "groups": ["damkar"], "channel": "mqtt", "address": "city/damkar", **change}
    answer = await room["budi"].post(CONTACTS, json=wish)
    assert answer.status_code == 400
    assert field in answer.json()["detail"]


async def test_a_test_message_goes_to_ones_own_contact_and_to_others_only_by_who_keeps_them(
    room: Room, listed: Any, receiver: Receiver
) -> None:
    mine = await ok(room["budi"].post(CONTACTS, json=contact(receiver, account="siti")), 201)
    await ok(room["siti"].post(f"{CONTACTS}/{mine['id']}/test"), 202)
    assert (await room["siti"].post(f"{CONTACTS}/{listed['id']}/test")).status_code == 403
    await ok(room["budi"].post(f"{CONTACTS}/{listed['id']}/test"), 202)
    await receiver.wait(2)
    assert {each.body["subject"] for each in receiver.taken} == {"Test message from Makassar"}


async def test_what_was_given_up_is_listed_and_sent_again(room: Room, listed: Any, receiver: Receiver) -> None:
    receiver.status = 403
    incident = await raised(room["siti"])
    await receiver.wait_tries(1)
    dead: list[Any] = []
    while not dead:
        given_up = (await ok(room["siti"].get(f"{NOTICES}?state=dead")))["notices"]
        dead = [each for notice in given_up if notice["incident"] == incident for each in notice["deliveries"]]
    (delivery,) = dead
    assert (delivery["answer"], delivery["attempts"]) == ("HTTP 403", 1)
    receiver.status = 200
    await ok(room["siti"].post(f"{NOTICES}/deliveries/{delivery['id']}/again"))
    assert (await told(room, incident, receiver))["deliveries"][0]["state"] == "taken"
    assert (await room["siti"].post(f"{NOTICES}/deliveries/{delivery['id']}/again")).status_code == 409
    assert (await room["siti"].get(f"{NOTICES}?state=lost")).status_code == 400
    assert (await ok(room["siti"].get(NOTICES)))["ways"] == ["webhook"]
