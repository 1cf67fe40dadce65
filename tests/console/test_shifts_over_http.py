"""A shift hands over to the next over HTTP: two accounts, one note, a line each in the audit trail."""

import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from house_at_hand import OURS, Opened
from pypdf import PdfReader

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
SHIFTS = f"{OURS}/shifts"
INCIDENTS = f"{OURS}/incidents"
CITY_HALL = [119.4128, -5.1343]


@pytest.fixture
async def room(fresh: Opened) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    held = {
        "ani": Assignment(role="administrator"),
        "siti": Assignment(role="operator"),
        "budi": Assignment(role="operator"),
        "wati": Assignment(role="operator", areas=frozenset({"73.71.09"})),
        "eka": Assignment(role="viewer"),
        "partner": Assignment(role="partner"),
    }
    clients = {name: fresh.client(cookie=await fresh.account(name, each)) for name, each in held.items()}
    yield clients
    for client in clients.values():
        await client.aclose()


async def ok(answer: Any, status: int = 200) -> Any:
    done = await answer
    assert done.status_code == status, done.text
    return done.json()


async def evening(siti: httpx.AsyncClient) -> str:
    """A flood that Siti has, whose caller waits, with its procedure, and an alarm on the shelf."""
    body = {"title": "Banjir di depan Balai Kota", "severity": "danger", "location": CITY_HALL, "caller": True}
    id = (await ok(siti.post(INCIDENTS, json=body | {"category": "flood", "priority": 2}), 201))["id"]
    await ok(siti.post(f"{INCIDENTS}/{id}/acts", json={"act": "take"}))
    await ok(siti.post(f"{INCIDENTS}/{id}/procedures", json={"procedure": "flood"}), 201)
    await ok(siti.post(f"{INCIDENTS}/{id}/acts", json={"act": "triage", "category": "flood", "priority": 2}))
    return id


async def test_the_open_state_is_handed_over_and_signed_by_another_person(room: dict[str, httpx.AsyncClient]) -> None:
    siti, budi = room["siti"], room["budi"]
    id = await evening(siti)
    now = (await ok(siti.get(SHIFTS)))["now"]
    assert [(line["id"], line["owner"], line["priority"]) for line in now["open"]] == [(id, "Siti", 2)]
    assert (now["unanswered"], now["stage"]["level"], len(now["procedures"])) == (1, 0, 1)
    assert now["open"][0]["dueAt"] and now["open"][0]["answerOwed"]
    note = await ok(siti.post(SHIFTS, json={"words": "Pompa masih dipinjam"}), 201)
    assert (note["state"], note["leaves"]["name"], note["comes"], note["mine"]) == ("waiting", "Siti", None, True)
    alone = await siti.post(f"{SHIFTS}/{note['id']}/sign", json={})
    assert (alone.status_code, "another person" in alone.json()["detail"]) == (409, True)
    signed = await ok(budi.post(f"{SHIFTS}/{note['id']}/sign", json={"words": "Diterima"}))
    assert (signed["state"], signed["comes"]["name"], signed["digest"]) == ("signed", "Budi", note["digest"])
    assert signed["handover"] == note["handover"]
    assert (await budi.post(f"{SHIFTS}/{note['id']}/sign", json={})).status_code == 409
    listed = await ok(room["eka"].get(SHIFTS))
    assert (listed["count"], listed["notes"][0]["comes"]["words"]) == (1, "Diterima")


async def test_both_acts_stand_in_the_signed_trail_with_the_digest_of_the_note(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    note = await ok(room["siti"].post(SHIFTS, json={"words": ""}), 201)
    await ok(room["budi"].post(f"{SHIFTS}/{note['id']}/sign", json={}))
    trail = (await ok(room["ani"].get(f"{OURS}/audit", params={"limit": "100"})))["lines"]
    lines = [line for line in trail if str(line["act"]).startswith("shift-")]
    assert {line["act"] for line in lines} == {"shift-handed-over", "shift-taken-over"}
    assert {line["detail"]["digest"] for line in lines} == {note["digest"]}


async def test_a_newer_note_takes_the_place_of_one_that_waits(room: dict[str, httpx.AsyncClient]) -> None:
    first = await ok(room["siti"].post(SHIFTS, json={"words": "satu"}), 201)
    second = await ok(room["siti"].post(SHIFTS, json={"words": "dua"}), 201)
    assert [note["state"] for note in (await ok(room["budi"].get(SHIFTS)))["notes"]] == ["waiting", "replaced"]
    assert (await room["budi"].post(f"{SHIFTS}/{first['id']}/sign", json={})).status_code == 409
    assert (await room["budi"].post(f"{SHIFTS}/{second['id']}/sign", json={})).status_code == 200


async def test_who_sees_only_one_kecamatan_reads_nothing_of_the_others(room: dict[str, httpx.AsyncClient]) -> None:
    await evening(room["siti"])
    note = await ok(room["siti"].post(SHIFTS, json={"words": "Balai Kota: pompa"}), 201)
    seen = await ok(room["wati"].get(f"{SHIFTS}/{note['id']}"))
    assert (seen["hidden"], seen["handover"]["open"], seen["handover"]["procedures"]) == (1, [], [])
    assert seen["leaves"]["words"] == ""
    assert (await room["wati"].post(f"{SHIFTS}/{note['id']}/sign", json={})).status_code == 403
    assert (await room["wati"].get(f"{SHIFTS}/{note['id']}", params={"format": "pdf"})).status_code == 403
    assert (await room["eka"].post(SHIFTS, json={"words": ""})).status_code == 403
    assert (await room["partner"].get(SHIFTS)).status_code == 403


async def test_the_note_is_printed_with_both_names(room: dict[str, httpx.AsyncClient]) -> None:
    await evening(room["siti"])
    note = await ok(room["siti"].post(SHIFTS, json={"words": "Pompa masih dipinjam"}), 201)
    await ok(room["budi"].post(f"{SHIFTS}/{note['id']}/sign", json={"words": ""}))
    answer = await room["budi"].get(f"{SHIFTS}/{note['id']}", params={"format": "pdf", "lang": "id"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages)
    said = ("Serahterimaregujaga", "Pompamasihdipinjam", "BanjirdidepanBalaiKota", "Siti", "Budi", note["digest"][:16])
    assert [words for words in said if words not in text] == []


async def test_what_is_not_there_or_too_long_is_said(room: dict[str, httpx.AsyncClient]) -> None:
    assert (await room["siti"].get(f"{SHIFTS}/000009")).status_code == 404
    assert (await room["siti"].post(f"{SHIFTS}/000009/sign", json={})).status_code == 404
    assert (await room["siti"].post(SHIFTS, json={"words": "a" * 4_001})).status_code == 400
    assert (await room["siti"].post(SHIFTS, json={"state": "signed"})).status_code == 400
