"""Crews in the field: they see what they were sent to and nothing else, and say each thing once, also late."""

import asyncio
import struct
from collections.abc import AsyncIterator
from typing import Any
from zlib import compress, crc32

import httpx
import pytest
from house_at_hand import OURS, Opened

from pinisi.console.http import Route
from pinisi.console.routes import all_routes
from pinisi.people.accounts import Assignment
from pinisi.vocabulary.instant import SECOND, format_instant, parse_instant
from pinisi.vocabulary.terms import LOCATION

pytestmark = pytest.mark.anyio
CREW = f"{OURS}/crew/assignments"
INCIDENTS = f"{OURS}/incidents"
MEMBERS = f"{OURS}/crew/members"
ENGINE = "urn:ngsi-ld:Unit:makassar-latihan-1"
CITY_HALL = [119.4128, -5.1343]


@pytest.fixture
async def shift(fresh: Opened) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """An administrator, an operator, the crew of an engine, the duty officer of another agency, one of no agency."""
    held = {"ani": "administrator", "siti": "operator", "regu": "crew", "dinkes": "crew", "baru": "crew"}
    clients = {name: fresh.client(cookie=await fresh.account(name, Assignment(role=held[name]))) for name in held}
    siti = clients["siti"]
    unit = {"code": "latihan-1", "name": "Damkar Latihan 1", "agency": "damkar", "capabilities": ["fire-engine"]}
    await done(siti, f"{OURS}/units", 201, **unit, base=CITY_HALL, exercise=True)
    assert (await siti.put(f"{MEMBERS}/regu", json={"agency": "damkar", "unit": ENGINE})).status_code == 200
    assert (await siti.put(f"{MEMBERS}/dinkes", json={"agency": "dinkes"})).status_code == 200
    yield clients
    for client in clients.values():
        await client.aclose()


async def done(client: httpx.AsyncClient, path: str, status: int = 200, **words: Any) -> dict[str, Any]:
    answer = await client.post(path, json=words)
    assert answer.status_code == status, answer.text
    return answer.json()


async def sent(siti: httpx.AsyncClient, **words: Any) -> str:
    """A fire to which the engine was sent."""
    made = await done(siti, INCIDENTS, 201, title="Kebakaran", detail="Pasar", category="fire", location=CITY_HALL)
    id = str(made["id"])
    await done(siti, f"{INCIDENTS}/{id}/acts", act="triage", category="fire", subcategory="building")
    wish: dict[str, Any] = {"act": "assign", "agency": "damkar", "unit": ENGINE} | words
    await done(siti, f"{INCIDENTS}/{id}/acts", **wish)
    return id


async def say(client: httpx.AsyncClient, id: str, key: str, status: int = 200, **words: Any) -> dict[str, Any]:
    return await done(client, f"{CREW}/{id}/acts", status, key=f"phone-key-{key}", **words)


async def story(client: httpx.AsyncClient, id: str) -> list[dict[str, Any]]:
    return (await client.get(f"{INCIDENTS}/{id}")).json()["acts"]


async def test_from_the_call_to_the_end_a_crew_says_what_it_does(shift: dict[str, httpx.AsyncClient]) -> None:
    siti, regu = shift["siti"], shift["regu"]
    id = await sent(siti)
    told = (await regu.get(CREW)).json()
    assert (told["agency"], told["unitName"], told["agencyName"]["en"]) == (
        "damkar",
        "Damkar Latihan 1",
        "Fire and Rescue",
    )
    (one,) = told["assignments"]
    assert (one["incident"], one["title"]["id"], one["state"], one["location"]) == (id, "Kebakaran", "sent", CITY_HALL)
    assert [clock["clock"] for clock in one["clocks"] if clock["agency"] == "damkar"] == ["accept", "arrive"]
    assert (await say(regu, id, "1", act="accept"))["state"] == "accepted"
    assert (await say(regu, id, "2", act="arrive"))["state"] == "onScene"
    room = (await siti.get(f"{INCIDENTS}/{id}")).json()
    assert room["state"] == "onScene"
    assert [clock["metAt"] is not None for clock in room["clocks"] if clock["agency"] == "damkar"] == [True]
    assert (await siti.get(f"{OURS}/units/{ENGINE}")).json()["state"] == "onScene"
    assert (await say(regu, id, "3", act="finish", note="Padam"))["state"] == "finished"
    assert (await siti.get(f"{OURS}/units/{ENGINE}")).json()["state"] == "returning"
    lines = await story(siti, id)
    assert [(line["act"], line["by"]) for line in lines[-3:]] == [
        ("accept", "Regu"),
        ("arrive", "Regu"),
        ("finish", "Regu"),
    ]


async def test_what_is_sent_twice_is_said_once(shift: dict[str, httpx.AsyncClient]) -> None:
    id = await sent(shift["siti"])
    for _ in range(3):
        assert (await say(shift["regu"], id, "1", act="accept"))["state"] == "accepted"
    assert [line["act"] for line in await story(shift["siti"], id)].count("accept") == 1


async def test_what_is_sent_again_before_it_is_answered_is_said_once(shift: dict[str, httpx.AsyncClient]) -> None:
    id = await sent(shift["siti"])
    answers = await asyncio.gather(*(say(shift["regu"], id, "1", act="accept") for _ in range(4)))
    assert [answer["state"] for answer in answers] == ["accepted"] * 4
    assert [line["act"] for line in await story(shift["siti"], id)].count("accept") == 1


async def test_what_was_done_without_a_signal_is_entered_with_its_true_time(
    fresh: Opened, shift: dict[str, httpx.AsyncClient]
) -> None:
    id = await sent(shift["siti"])
    was = fresh.house.now()
    await say(shift["regu"], id, "1", act="accept", at=format_instant(was))
    line = (await story(shift["siti"], id))[-1]
    assert (line["at"], line["enteredAt"] is not None) == (format_instant(was), True)
    early = await say(shift["regu"], id, "2", 400, act="arrive", at="2020-01-01T00:00:00Z")
    assert "before" in early["detail"]
    ahead = format_instant(fresh.house.now() + 60 * SECOND)
    assert (await say(shift["regu"], id, "3", act="arrive", at=ahead))["state"] == "onScene"
    far = await say(shift["regu"], id, "4", 400, act="finish", at="2999-01-01T00:00:00Z")
    assert "future" in far["detail"]


@pytest.mark.parametrize("reason", ["not-ours:city", "not-ours:province", "not-ours:nation", "Mobil mogok"])
async def test_a_crew_refuses_with_a_reason_and_the_unit_is_free(
    shift: dict[str, httpx.AsyncClient], reason: str
) -> None:
    id = await sent(shift["siti"])
    assert "reason" in (await say(shift["regu"], id, "1", 400, act="refuse"))["detail"]
    assert (await say(shift["regu"], id, "2", act="refuse", reason=reason))["state"] == "refused"
    assert (await shift["regu"].get(CREW)).json()["assignments"] == []
    room = (await shift["siti"].get(f"{INCIDENTS}/{id}")).json()
    assert (room["state"], room["sent"][0]["reason"]) == ("triaged", reason)
    assert (await shift["siti"].get(f"{OURS}/units/{ENGINE}")).json()["state"] == "free"


async def test_what_does_not_fit_any_more_says_so(shift: dict[str, httpx.AsyncClient]) -> None:
    id = await sent(shift["siti"])
    withdraw: dict[str, Any] = {"act": "withdraw", "agency": "damkar", "unit": ENGINE, "reason": "Padam sendiri"}
    await done(shift["siti"], f"{INCIDENTS}/{id}/acts", **withdraw)
    assert "Padam sendiri" in (await say(shift["regu"], id, "1", 409, act="accept"))["detail"]
    assert "key" in (await done(shift["regu"], f"{CREW}/{id}/acts", 400, act="accept", key="?"))["detail"]


async def test_a_crew_sees_no_assignment_of_another(shift: dict[str, httpx.AsyncClient]) -> None:
    id = await sent(shift["siti"])
    assert (await shift["dinkes"].get(CREW)).json()["assignments"] == []
    assert (await say(shift["dinkes"], id, "1", 404, act="accept"))["status"] == 404
    refused = await shift["baru"].get(CREW)
    assert (refused.status_code, "agency" in refused.json()["detail"]) == (403, True)


async def test_an_agency_without_a_unit_speaks_for_itself(shift: dict[str, httpx.AsyncClient]) -> None:
    id = await sent(shift["siti"], agency="dinkes", unit="")
    assert (await say(shift["dinkes"], id, "1", act="accept"))["state"] == "accepted"


def closed_to_crews(opened: Opened) -> list[Route]:
    return [route for route in all_routes(opened.house.registry) if route.permission not in (None, "crew.act")]


async def test_a_crew_sees_nothing_else_of_the_house(fresh: Opened, shift: dict[str, httpx.AsyncClient]) -> None:
    await sent(shift["siti"])
    routes = closed_to_crews(fresh)
    assert len(routes) > 100
    for route in routes:
        path = route.path.replace("{", "").replace("}", "")
        answer = await shift["regu"].request(route.method, path, headers={"content-type": "application/json"})
        assert answer.status_code == 403, (route.method, route.path, answer.text)


async def test_only_those_who_dispatch_say_who_is_a_crew(shift: dict[str, httpx.AsyncClient]) -> None:
    siti = shift["siti"]
    assert (await shift["regu"].put(f"{MEMBERS}/baru", json={"agency": "damkar"})).status_code == 403
    assert (await siti.put(f"{MEMBERS}/nobody", json={"agency": "damkar"})).status_code == 404
    assert (await siti.put(f"{MEMBERS}/baru", json={"agency": "dragons"})).status_code == 400
    lost: dict[str, Any] = {"agency": "damkar", "unit": "urn:ngsi-ld:Unit:makassar-lost"}
    assert (await siti.put(f"{MEMBERS}/baru", json=lost)).status_code == 400
    assert [each["account"] for each in (await siti.get(MEMBERS)).json()["members"]] == ["dinkes", "regu"]
    assert (await siti.delete(f"{MEMBERS}/regu")).status_code == 204
    assert (await shift["regu"].get(CREW)).status_code == 403


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc32(kind + data))


def png(*more: bytes) -> bytes:
    """A picture of one red point, with chunks that say more than it shows."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")


async def test_a_photo_is_kept_without_what_the_camera_wrote_and_every_look_is_on_record(
    fresh: Opened, shift: dict[str, httpx.AsyncClient]
) -> None:
    siti, regu = shift["siti"], shift["regu"]
    id = await sent(siti)
    taken = png(chunk(b"eXIf", b"MM\0*GPS -5.1343 119.4128"), chunk(b"tEXt", b"Author\0Budi"))
    for status in (201, 200):
        answer = await regu.post(
            f"{CREW}/{id}/photos", content=taken, headers={"content-type": "image/png"}, params={"key": "photo-key-1"}
        )
        assert answer.status_code == status, answer.text
    (photo,) = (await siti.get(f"{INCIDENTS}/{id}/photos")).json()["photos"]
    assert (photo["agency"], photo["unit"]) == ("damkar", ENGINE)
    before = await fresh.position()
    shown = await siti.get(photo["href"])
    assert (shown.status_code, shown.headers["content-type"], shown.content) == (200, "image/png", png())
    looked = (await fresh.house.store.log("makassar", before, 10)).entries
    assert [entry.op for entry in looked] == ["audit"]
    assert [line["note"] for line in await story(siti, id) if line["act"] == "note"] == ["Foto dari lapangan"]
    assert (await regu.get(photo["href"])).status_code == 403


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"not a picture", "image/png", 400),
        (png()[:-6], "image/png", 400),
        (b"\xff\xd8\xff\xd9", "image/jpeg", 400),
        (b"<svg/>", "image/svg+xml", 415),
    ],
)
async def test_what_is_no_picture_is_refused(
    shift: dict[str, httpx.AsyncClient], body: bytes, media: str, status: int
) -> None:
    id = await sent(shift["siti"])
    answer = await shift["regu"].post(
        f"{CREW}/{id}/photos", content=body, headers={"content-type": media}, params={"key": "photo-key-1"}
    )
    assert answer.status_code == status, answer.text
    assert (await shift["siti"].get(f"{INCIDENTS}/{id}/photos")).json()["photos"] == []


def fix(lon: float, lat: float, at: int, error: float = 12.0) -> dict[str, Any]:
    return {"position": [lon, lat], "at": format_instant(at), "error": error}


async def test_a_unit_that_is_out_is_where_its_crews_phone_says_and_nobody_is_named(
    shift: dict[str, httpx.AsyncClient], fresh: Opened
) -> None:
    siti, regu = shift["siti"], shift["regu"]
    now = fresh.house.now()
    home = await done(regu, f"{OURS}/crew/position", fixes=[fix(119.42, -5.13, now)])
    assert (home["wanted"], home["verdicts"], home["seenAt"]) == (False, [], None)
    id = await sent(siti)
    assert (await regu.get(CREW)).json()["position"]["wanted"] is True
    late, early = fix(119.44, -5.15, now), fix(119.43, -5.14, now - 60 * SECOND)
    told = await done(
        regu, f"{OURS}/crew/position", fixes=[late, early, fix(119.43, -5.14, now, 5_000), fix(0, 0, now)]
    )
    assert sorted(told["verdicts"]) == ["inexact", "out-of-city", "taken", "taken"]
    assert (await siti.get(f"{OURS}/units/{ENGINE}")).json()["position"] == [119.44, -5.15]
    await say(regu, id, "1", act="refuse", reason="rusak")
    assert (await done(regu, f"{OURS}/crew/position", fixes=[]))["wanted"] is False
    entries = (await fresh.house.store.log("makassar", 0, 10_000)).entries
    moved = {entry.principal for entry in entries if entry.subject == ENGINE and LOCATION in entry.attributes}
    said = {entry.principal for entry in entries if entry.subject.startswith("crew-act/regu")}
    assert "crew-phones" in moved and len(said) == 1 and not said & moved


async def test_a_position_that_cannot_be_taken_is_refused(shift: dict[str, httpx.AsyncClient]) -> None:
    good = {"position": [119, -5], "at": "2026-01-01T00:00:00Z", "error": 1}
    for who, fixes, status in (
        ("dinkes", [], 409),
        ("baru", [], 403),
        ("siti", [], 403),
        ("regu", [good | {"position": [500, 0]}], 400),
        ("regu", [good | {"at": "kemarin"}], 400),
        ("regu", [good] * 201, 400),
    ):
        answer = await shift[who].post(f"{OURS}/crew/position", json={"fixes": fixes})
        assert answer.status_code == status, answer.text


async def test_a_link_signs_one_phone_in_once_and_only_as_a_crew(
    shift: dict[str, httpx.AsyncClient], fresh: Opened
) -> None:
    siti = shift["siti"]
    told = (await siti.get(MEMBERS)).json()
    assert [(each["name"], each["invitable"]) for each in told["members"]] == [("Dinkes", True), ("Regu", True)]
    assert told["unbound"] == [{"account": "baru", "name": "Baru"}]
    for account in ("ani", "siti", "baru", "nobody"):
        await done(siti, f"{OURS}/crew/invitations", 400, account=account)
    earlier = await done(siti, f"{OURS}/crew/invitations", 201, account="regu")
    made = await done(siti, f"{OURS}/crew/invitations", 201, account="regu")
    assert (await siti.get(MEMBERS)).json()["members"][1]["invitedUntil"] == made["expiresAt"]
    code = made["path"].removeprefix("/crew#join=")
    async with fresh.client() as phone:
        await done(phone, f"{OURS}/crew/join", 409, code=earlier["path"].removeprefix("/crew#join="))
        assert (await done(phone, f"{OURS}/crew/join", code=code))["account"] == "regu"
        assert (await phone.get(CREW)).json()["agency"] == "damkar"
        await done(phone, f"{OURS}/crew/join", 409, code=code)
        assert (await phone.get(f"{OURS}/units")).status_code == 403
        assert code not in (await fresh.house.store.documents("makassar", "crew-invitation")).__repr__()
        await done(siti, f"{OURS}/crew/invitations", 201, account="regu")
        assert (await siti.delete(f"{MEMBERS}/regu")).status_code == 204
        assert (await phone.get(CREW)).status_code == 403
        assert (await fresh.house.store.documents("makassar", "crew-invitation")) == []
    await done(shift["regu"], f"{OURS}/crew/invitations", 403, account="regu")


async def test_each_agency_has_its_own_time_to_answer_and_to_be_there(
    shift: dict[str, httpx.AsyncClient], fresh: Opened
) -> None:
    id = await sent(shift["siti"])
    await say(shift["regu"], id, "1", act="accept")
    await say(shift["regu"], id, "2", act="finish", note="padam")
    incident = (await shift["siti"].get(f"{INCIDENTS}/{id}")).json()
    (engine,), targets = incident["sent"], fresh.house.profile.operations.targets
    due = [parse_instant(engine[name]) - parse_instant(engine["sentAt"]) for name in ("acceptBy", "arriveBy")]
    place = incident["priority"] - 1
    assert due == [targets.accept[place] * SECOND, targets.arrive[place] * SECOND]
    assert engine["acceptedAt"] and engine["finishedAt"] and engine["arrivedAt"] is None
