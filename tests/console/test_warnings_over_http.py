"""A warning's whole life over HTTP: worded by one officer, released by another, seen by everyone, ended."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, Opened, copy_data, entity_path, open_house

sys.path.insert(0, str(Path(__file__).parents[1] / "incidents"))

from cap_keys import certificate, key_pem, pem

from patience import PATIENCE
from pinisi.incidents.cap.alert_entities import alerts_of
from pinisi.incidents.cap.feed_reader import read_feed
from pinisi.incidents.cap.judge import judge
from pinisi.incidents.cap.reader import read_cap
from pinisi.incidents.cap.signature import check_signature
from pinisi.incidents.warnings.issuing import CERTIFICATE_FILE, KEY_FILE, TRUSTED_FILE
from pinisi.people.accounts import Assignment
from pinisi.vocabulary.instant import HOUR, format_instant

pytestmark = pytest.mark.anyio
WARNINGS, PUBLIC = f"{OURS}/warnings", f"{OURS}/public/warnings"
WORDS = {
    "id": {
        "event": "Banjir",
        "headline": "Banjir di Manggala",
        "description": "Air setinggi lutut & masih naik.",
        "instruction": "Pindah ke tempat tinggi.",
    },
    "en": {"event": "Flood", "headline": "Flood in Manggala", "description": "Knee-high water, rising."},
    "ja": {"event": "洪水", "headline": "マンガラで洪水", "description": "水位は膝の高さで、上昇中です。"},
}


@pytest.fixture
async def room(fresh: Opened) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """An administrator, two supervisors, an operator, a viewer, and everyone else."""
    held = {
        "ani": Assignment(role="administrator"),
        "siti": Assignment(role="operator"),
        "budi": Assignment(role="supervisor"),
        "tono": Assignment(role="supervisor"),
        "eka": Assignment(role="viewer"),
    }
    clients = {name: fresh.client(cookie=await fresh.account(name, role)) for name, role in held.items()}
    clients["anyone"] = fresh.client()
    yield clients
    for client in clients.values():
        await client.aclose()


def seal(opened: Opened, name: str = "makassar.example.org", **changes: Any) -> bytes:
    """Give the house a key for warnings; answers the certificate."""
    folder = opened.house.settings.key_folder
    folder.mkdir(exist_ok=True)
    own = pem(certificate(name, **changes))
    (folder / KEY_FILE).write_bytes(key_pem(name))
    (folder / CERTIFICATE_FILE).write_bytes(own)
    return own


def wish(opened: Opened, **changes: Any) -> dict[str, Any]:
    manggala = next(
        area for area in opened.house.profile.areas if area.level == "kelurahan" and area.name == "Manggala"
    )
    return {
        "words": WORDS,
        "category": "Met",
        "urgency": "Immediate",
        "severity": "Severe",
        "certainty": "Observed",
        "responses": ["Avoid"],
        "expires": format_instant(opened.house.now() + 6 * HOUR),
        "areas": [manggala.code],
        **changes,
    }


async def drafted(client: httpx.AsyncClient, body: dict[str, Any]) -> str:
    answer = await client.post(WARNINGS, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{WARNINGS}/{answer.json()['id']}"
    return str(answer.json()["id"])


async def release(client: httpx.AsyncClient, id: str, status: int = 200, **more: str) -> dict[str, Any]:
    answer = await client.post(f"{WARNINGS}/{id}/release", json={"act": "release", **more})
    assert answer.status_code == status, answer.text
    return answer.json()


async def act(client: httpx.AsyncClient, id: str, status: int = 200, **words: str) -> dict[str, Any]:
    answer = await client.post(f"{WARNINGS}/{id}/acts", json=words)
    assert answer.status_code == status, answer.text
    return answer.json()


async def in_force(client: httpx.AsyncClient) -> list[str]:
    """Headlines of the public feed."""
    answer = await client.get(f"{PUBLIC}.atom", params={"language": "id"})
    assert answer.headers["content-type"] == "application/atom+xml"
    return [named.title for named in read_feed(answer.content)]


async def test_from_the_draft_to_the_end(fresh: Opened, room: dict[str, httpx.AsyncClient]) -> None:
    own = seal(fresh)
    id = await drafted(room["siti"], wish(fresh))
    assert await in_force(room["anyone"]) == []
    released = await release(room["budi"], id)
    assert (released["state"], released["signature"], released["alone"]) == ("released", "valid", None)
    assert [(step["step"], step["name"]) for step in released["steps"]] == [("draft", "Siti"), ("release", "Budi")]
    assert await in_force(room["anyone"]) == ["Banjir di Manggala"]
    body = (await room["anyone"].get(f"{PUBLIC}/{released['identifier']}")).content
    assert check_signature(body, own).verdict == "valid"
    assert judge(body).valid and judge(body).findings == ()
    update = await drafted(room["siti"], wish(fresh, severity="Extreme", about=id))
    await release(room["budi"], update)
    assert (await room["eka"].get(f"{WARNINGS}/{id}")).json()["state"] == "replaced"
    assert len(await in_force(room["anyone"])) == 1
    cancel = await act(room["siti"], update, 201, act="cancel", reason="Air surut")
    ended = await release(room["budi"], cancel["id"])
    assert await in_force(room["anyone"]) == []
    assert (await room["eka"].get(f"{WARNINGS}/{update}")).json()["state"] == "cancelled"
    last = read_cap((await room["anyone"].get(f"{PUBLIC}/{ended['identifier']}")).content)
    assert (last.msg_type, last.note, len(last.references)) == ("Cancel", "Air surut", 1)
    assert last.infos[0].headline == "Dibatalkan: Banjir di Manggala"
    assert (await room["anyone"].get(f"{PUBLIC}/{released['identifier']}")).content == body


async def test_whoever_worded_it_does_not_release_it(fresh: Opened, room: dict[str, httpx.AsyncClient]) -> None:
    id = await drafted(room["budi"], wish(fresh))
    assert "second person" in (await release(room["budi"], id, 409))["detail"]
    answer = await room["tono"].put(f"{WARNINGS}/{id}", json=wish(fresh, severity="Extreme"))
    assert answer.status_code == 200
    await release(room["tono"], id, 409)
    assert (await release(room["ani"], id))["severity"] == "Extreme"


async def test_with_nobody_else_there_it_goes_out_alone_with_the_reason_on_record(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    id = await drafted(room["budi"], wish(fresh))
    await release(room["budi"], id, 409, alone="malam")
    released = await release(room["budi"], id, alone="Sendirian di shift malam, air naik cepat")
    assert released["alone"] == released["steps"][-1]["reason"] == "Sendirian di shift malam, air naik cepat"


async def test_what_went_out_alone_is_reviewed_by_another_person(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    id = await drafted(room["budi"], wish(fresh))
    await release(room["budi"], id, alone="Sendirian di shift malam, air naik cepat")
    owed = (await room["eka"].get(WARNINGS, params={"review": "owed"})).json()["warnings"]
    assert [(each["id"], each["reviewOwed"]) for each in owed] == [(id, True)]
    assert (await room["tono"].get(f"{OURS}/now")).json()["warnings"]["toReview"] == 1
    (line,) = (await room["tono"].get(f"{OURS}/shifts")).json()["now"]["warnings"]
    assert (line["state"], line["by"], line["reason"]) == (
        "to-review",
        "Budi",
        "Sendirian di shift malam, air naik cepat",
    )
    review = f"{WARNINGS}/{id}/review"
    assert "another person" in (await room["budi"].post(review, json={"remark": ""})).json()["detail"]
    assert (await room["siti"].post(review, json={"remark": ""})).status_code == 403
    assert (await room["tono"].post(review, json={"remark": "x" * 1_001})).status_code == 400
    told = (await room["tono"].post(review, json={"remark": "Tepat"})).json()
    assert [told["steps"][-1][name] for name in ("step", "name", "reason")] == ["review", "Tono", "Tepat"]
    assert (await room["ani"].post(review, json={"remark": ""})).status_code == 409
    assert (await room["eka"].get(WARNINGS, params={"review": "owed"})).json()["count"] == 0
    (line,) = (await room["tono"].get(f"{OURS}/shifts")).json()["now"]["warnings"]
    assert line["state"] == "in-force"


async def test_a_draft_is_checked_while_it_is_worded_and_nothing_is_kept(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    whole = (await room["siti"].post(f"{WARNINGS}/check", json=wish(fresh))).json()
    assert (whole["fit"], whole["faults"], whole["signing"]["state"]) == (True, [], "no-key")
    assert list(whole["pages"]) == ["id", "en", "ja"] and "<h2>Flood in Manggala</h2>" in whole["pages"]["en"]
    assert "article" in whole["style"] and whole["ground"]["type"] == "Polygon"
    polygon = {"type": "Polygon", "coordinates": [[[119.47, -5.17], [119.49, -5.17], [119.49, -5.15], [119.47, -5.17]]]}
    drawn = (await room["siti"].post(f"{WARNINGS}/check", json=wish(fresh, areas=[], polygon=polygon))).json()
    assert "Antang" in [each["name"] for each in drawn["touched"]]
    faulty = (await room["siti"].post(f"{WARNINGS}/check", json=wish(fresh, areas=[], words={}))).json()
    assert not faulty["fit"] and "words" in [each["field"] for each in faulty["faults"]]
    for changes in ({"areas": ["99.99"]}, {"expires": "tomorrow"}, {"polygon": {"type": "Nothing"}}):
        assert (await room["siti"].post(f"{WARNINGS}/check", json=wish(fresh, **changes))).status_code == 400
    assert (await room["eka"].post(f"{WARNINGS}/check", json=wish(fresh))).status_code == 403
    assert (await room["siti"].get(WARNINGS)).json()["count"] == 0


async def test_the_preview_is_what_everybody_sees_after_the_release(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    seal(fresh)
    id = await drafted(room["siti"], wish(fresh))
    before = (await room["eka"].get(f"{WARNINGS}/{id}/preview")).json()
    assert (before["signing"]["state"], before["signing"]["name"]) == ("signed", "makassar.example.org")
    await release(room["budi"], id)
    after = (await room["eka"].get(f"{WARNINGS}/{id}/preview")).json()["pages"]
    for language, article in after.items():
        page = (await room["anyone"].get(PUBLIC, params={"language": language})).text
        assert article in page
    assert (await room["eka"].get(f"{WARNINGS}/nothing/preview")).status_code == 404


async def test_a_key_that_does_not_serve_holds_no_warning_back(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    seal(fresh)
    (fresh.house.settings.key_folder / KEY_FILE).write_bytes(b"nonsense")
    told = (await room["siti"].post(f"{WARNINGS}/check", json=wish(fresh))).json()["signing"]
    assert told["state"] == "bad-key" and told["detail"]
    assert (await release(room["budi"], await drafted(room["siti"], wish(fresh))))["signature"] == "unsigned"


async def test_the_texts_that_the_city_keeps_ready(room: dict[str, httpx.AsyncClient]) -> None:
    told = (await room["siti"].get(f"{WARNINGS}/templates")).json()
    flood = next(each for each in told["templates"] if each["code"] == "flood")
    assert flood["words"]["ja"]["headline"] == "{place}で洪水" and told["fault"] is None


async def test_everybody_sees_how_many_are_in_force_and_only_the_room_what_waits(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    async def now(name: str) -> dict[str, Any]:
        return (await room[name].get(f"{OURS}/now")).json()["warnings"]

    id = await drafted(room["siti"], wish(fresh))
    assert await now("siti") == {"inForce": 0, "severity": None, "drafts": 1, "toReview": 0}
    await release(room["budi"], id)
    await release(room["budi"], await drafted(room["siti"], wish(fresh, severity="Minor")))
    assert await now("budi") == {"inForce": 2, "severity": "Severe", "drafts": 0, "toReview": 0}


async def test_warnings_of_others_are_told_apart_from_our_own(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    await release(room["budi"], await drafted(room["siti"], wish(fresh)))
    body = (Path(__file__).parents[1] / "services" / "bmkg" / "bmkg_cap_banten.xml").read_bytes()
    (alert,) = alerts_of(read_cap(body), check_signature(body))
    alert = {name: value for name, value in alert.items() if name != "expiresAt"}
    made = await room["ani"].post(f"{NGSI}/entities", json=alert, headers={"link": PINISI_CONTEXT})
    assert made.status_code == 201, made.text
    (told,) = (await room["eka"].get(f"{WARNINGS}/received")).json()["warnings"]
    assert (told["severity"], told["urgency"], told["signatureVerdict"]) == ("Moderate", "Immediate", "unsigned")
    assert told["name"] == {"id": "Hujan Lebat disertai Petir di Banten"}
    assert (told["from"], told["until"]) == ("2026-02-16T16:00:00Z", "2026-02-16T19:00:00Z")
    assert told["location"]["type"] in ("Polygon", "MultiPolygon")
    async with asyncio.timeout(PATIENCE):
        while not (raised := (await room["siti"].get(f"{OURS}/incidents")).json()["incidents"]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    proposal = (await room["siti"].get(f"{OURS}/stage")).json()["proposal"]
    assert proposal["level"] == 2
    assert [each["title"]["id"] for each in raised] == ["Peringatan: Hujan Lebat disertai Petir di Banten"]


async def test_without_the_permission_nothing_is_drafted_or_released(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    assert (await room["eka"].post(WARNINGS, json=wish(fresh))).status_code == 403
    id = await drafted(room["budi"], wish(fresh))
    await release(room["siti"], id, 403)
    assert (await room["anyone"].get(WARNINGS)).status_code == 401


async def test_a_released_warning_is_an_alert_for_the_map_and_every_service(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    id = await drafted(room["siti"], wish(fresh))
    identifier = (await release(room["budi"], id))["identifier"]
    alert = f"urn:ngsi-ld:Alert:{quote(identifier, safe='')}"
    link = {"link": PINISI_CONTEXT}
    told = (await room["ani"].get(entity_path(alert), headers=link)).json()
    assert (told["type"], told["severity"]["value"], told["alertStatus"]["value"]) == ("Alert", "high", "active")
    assert told["event"]["languageMap"] == {"id": "Banjir", "en": "Flood", "ja": "洪水"}
    assert told["location"]["value"]["type"] == "Polygon"
    cancel = await act(room["siti"], id, 201, act="cancel", reason="Air surut")
    await release(room["budi"], cancel["id"])
    assert (await room["ani"].get(entity_path(alert), headers=link)).json()["alertStatus"]["value"] == "cancelled"
    assert len((await room["ani"].get(f"{NGSI}/entities", params={"type": "Alert"}, headers=link)).json()) == 1


async def test_without_a_key_it_goes_out_unsigned_and_says_so(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    released = await release(room["budi"], await drafted(room["siti"], wish(fresh)))
    assert released["signature"] == "unsigned"
    body = (await room["anyone"].get(f"{PUBLIC}/{released['identifier']}")).content
    assert b"Signature" not in body and judge(body).valid
    assert read_cap(body).sender == "pinisi.makassar"


async def test_the_sender_is_named_as_the_certificate_is(fresh: Opened, room: dict[str, httpx.AsyncClient]) -> None:
    seal(fresh)
    released = await release(room["budi"], await drafted(room["siti"], wish(fresh)))
    body = (await room["anyone"].get(f"{PUBLIC}/{released['identifier']}")).content
    assert read_cap(body).sender == "makassar.example.org"


async def test_a_draft_from_an_incident_is_drawn_around_its_place(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    made = await room["siti"].post(f"{OURS}/incidents", json={"title": "Banjir", "location": [119.48, -5.16]})
    incident = made.json()["id"]
    id = await drafted(room["siti"], wish(fresh, areas=[], incident=incident, radiusKm=0.5, place="Jl. Antang Raya"))
    released = await release(room["budi"], id)
    alert = read_cap((await room["anyone"].get(f"{PUBLIC}/{released['identifier']}")).content)
    (area,) = alert.infos[0].areas
    assert (area.description, area.circles[0].centre, area.circles[0].radius_km) == (
        "Jl. Antang Raya",
        (119.48, -5.16),
        0.5,
    )
    assert alert.incidents == (incident,)


async def test_an_exercise_is_never_in_force(fresh: Opened, room: dict[str, httpx.AsyncClient]) -> None:
    released = await release(room["budi"], await drafted(room["siti"], wish(fresh, exercise=True)))
    assert await in_force(room["anyone"]) == []
    body = (await room["anyone"].get(f"{PUBLIC}/{released['identifier']}")).content
    assert read_cap(body).status == "Exercise"


async def test_a_withdrawn_draft_is_never_released(fresh: Opened, room: dict[str, httpx.AsyncClient]) -> None:
    id = await drafted(room["siti"], wish(fresh))
    assert (await act(room["siti"], id, act="withdraw", reason="Salah tempat"))["state"] == "withdrawn"
    assert "withdrawn" in (await release(room["budi"], id, 409))["detail"]
    assert (await room["siti"].put(f"{WARNINGS}/{id}", json=wish(fresh))).status_code == 409
    told = (await room["eka"].get(WARNINGS, params={"state": "withdrawn"})).json()
    assert [each["id"] for each in told["warnings"]] == [id]


async def test_only_a_warning_that_stands_is_updated_or_cancelled(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    id = await drafted(room["siti"], wish(fresh))
    assert "does not stand" in (await act(room["siti"], id, 409, act="cancel", reason="Air surut"))["detail"]
    await release(room["budi"], id)
    assert (await act(room["siti"], id, 400, act="cancel"))["detail"].startswith("reason")
    first = await act(room["siti"], id, 201, act="cancel", reason="Air surut")
    second = await act(room["siti"], id, 201, act="cancel", reason="Air surut")
    await release(room["budi"], first["id"])
    await release(room["budi"], second["id"], 409)


UNFIT: dict[str, tuple[dict[str, Any], str]] = {
    "no area": ({"areas": []}, "which area is meant"),
    "an unknown area": ({"areas": ["99.99"]}, "there is no area '99.99'"),
    "no end": ({"expires": "2020-01-01T00:00:00Z"}, "before it was sent"),
    "a time that is none": ({"expires": "tomorrow"}, "expires"),
    "words in one language twice": ({"words": {"id": WORDS["id"], "en": WORDS["id"]}}, "not translated"),
    "markup": ({"words": {"id": {**WORDS["id"], "headline": "<b>Banjir</b>"}}}, "markup"),
    "a polygon that is none": ({"areas": [], "polygon": {"type": "Polygon", "coordinates": [[[1, 2]]]}}, "draft"),
    "an unknown incident": ({"incident": "urn:x:1"}, "no such incident"),
    "a category of its own": ({"category": "Banjir"}, "category"),
    "a circle as large as the world": ({"radiusKm": 50_000.0}, "radiusKm"),
    "a text without end": ({"words": {"id": {**WORDS["id"], "description": "x" * 5_000}}}, "at most 4000"),
    "an update of nothing": ({"about": "urn:x:1"}, "no warning"),
}


async def test_a_draft_that_could_not_go_out_is_refused_with_the_reason(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    for name, (changes, said) in UNFIT.items():
        answer = await room["siti"].post(WARNINGS, json=wish(fresh, **changes))
        assert answer.status_code in (400, 404), (name, answer.text)
        assert said in answer.json()["detail"], name
    assert (await room["siti"].get(WARNINGS)).json()["count"] == 0


async def test_the_public_page_is_read_without_script_in_three_languages(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    empty = await room["anyone"].get(PUBLIC, params={"language": "ja"})
    assert "発表中の警報はありません。" in empty.text
    released = await release(room["budi"], await drafted(room["siti"], wish(fresh, contact='112 & "siaga"')))
    pages = {name: (await room["anyone"].get(PUBLIC, params={"language": name})) for name in ("id", "en", "ja")}
    assert all(page.headers["content-type"] == "text/html; charset=utf-8" for page in pages.values())
    assert (
        "Air setinggi lutut &amp; masih naik." in pages["id"].text and "112 &amp; &quot;siaga&quot;" in pages["id"].text
    )
    assert "<h2>Flood in Manggala</h2>" in pages["en"].text and "act now" in pages["en"].text
    assert "<h2>マンガラで洪水</h2>" in pages["ja"].text
    assert all(
        "<script" not in page.text and quote(released["identifier"], safe="@.") in page.text for page in pages.values()
    )
    preferred = await room["anyone"].get(PUBLIC, headers={"accept-language": "fr, en-GB;q=0.8"})
    assert '<html lang="en">' in preferred.text


async def test_a_warning_is_printed_for_a_notice_board_and_says_when_it_is_over(
    fresh: Opened, room: dict[str, httpx.AsyncClient]
) -> None:
    id = await drafted(room["siti"], wish(fresh, contact='112 & "siaga"'))
    address = f"{PUBLIC}/{(await release(room['budi'], id))['identifier']}/poster"
    sheet = await room["anyone"].get(address, params={"language": "id"})
    assert "PERINGATAN: Banjir" in sheet.text and "112 &amp; &quot;siaga&quot;" in sheet.text
    assert "tidak berlaku" not in sheet.text and "script" not in sheet.text
    assert "<h1>マンガラで洪水</h1>" in (await room["anyone"].get(address, params={"language": "ja"})).text
    cancel = await act(room["siti"], id, 201, act="cancel", reason="Air surut")
    await release(room["budi"], cancel["id"])
    assert "no longer in force" in (await room["anyone"].get(address, params={"language": "en"})).text
    drill = (await release(room["budi"], await drafted(room["siti"], wish(fresh, exercise=True))))["identifier"]
    assert "EXERCISE" in (await room["anyone"].get(f"{PUBLIC}/{drill}/poster", params={"language": "en"})).text
    assert (await room["anyone"].get(f"{PUBLIC}/nothing/poster")).status_code == 404


async def test_the_rss_feed_leads_to_the_message(fresh: Opened, room: dict[str, httpx.AsyncClient]) -> None:
    released = await release(room["budi"], await drafted(room["siti"], wish(fresh)))
    (named,) = read_feed((await room["anyone"].get(f"{PUBLIC}.rss", params={"language": "en"})).content)
    assert (named.title, named.id) == ("Flood in Manggala", released["identifier"])
    assert read_cap((await room["anyone"].get(named.address)).content).identifier == released["identifier"]
    assert (await room["anyone"].get(f"{PUBLIC}/nothing")).status_code == 404


async def test_a_message_from_elsewhere_is_judged(room: dict[str, httpx.AsyncClient]) -> None:
    body = (Path(__file__).parents[1] / "services" / "bmkg" / "bmkg_cap_jateng.xml").read_bytes()
    answer = await room["siti"].post(f"{WARNINGS}/judge", content=body, headers={"content-type": "application/xml"})
    told = json.loads(answer.content)
    assert (told["judgement"]["version"], told["signature"]["verdict"]) == ("1.2", "unsigned")
    assert [each["rule"] for each in told["judgement"]["findings"]] == ["polygon.crossing"]
    assert (await room["siti"].post(f"{WARNINGS}/judge")).status_code == 400


async def test_the_city_s_own_list_says_whom_to_believe(fresh: Opened, room: dict[str, httpx.AsyncClient]) -> None:
    own = seal(fresh)
    released = await release(room["budi"], await drafted(room["siti"], wish(fresh)))
    body = (await room["anyone"].get(f"{PUBLIC}/{released['identifier']}")).content
    trusted = fresh.house.settings.key_folder / TRUSTED_FILE
    for list_, verdict in ((b"", "untrusted"), (own, "valid")):
        trusted.write_bytes(list_)
        told = (await room["siti"].post(f"{WARNINGS}/judge", content=body)).json()
        assert told["signature"]["verdict"] == verdict
    trusted.write_bytes(b"nonsense")
    assert (await room["siti"].post(f"{WARNINGS}/judge", content=body)).status_code == 409


async def test_what_is_in_force_is_known_again_after_a_restart(template: Path, tmp_path: Path) -> None:
    data = copy_data(template, tmp_path / "data")
    async with open_house(data) as first, first.client() as demo:
        for severity in ("Severe", "Extreme"):
            await release(demo, await drafted(demo, wish(first, severity=severity)), alone="Nobody else is on duty")
        about = (await demo.get(WARNINGS)).json()["warnings"][0]["id"]
        cancel = await act(demo, about, 201, act="cancel", reason="Air surut")
        await release(demo, cancel["id"], alone="Nobody else is on duty")
        before = await in_force(demo)
    async with open_house(data) as second, second.client() as demo:
        assert await in_force(demo) == before and len(before) == 1
