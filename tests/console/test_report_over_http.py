"""The after-action report of an incident over HTTP: on paper and as JSON, what is in it, and what is never in it."""

import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from house_at_hand import OURS, Opened
from pypdf import PdfReader

from pinisi.console import paper
from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
INCIDENTS = f"{OURS}/incidents"
CITY_HALL = [119.4128, -5.1343]


@pytest.fixture
async def room(fresh: Opened) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Two operators, a partner who sees no incidents, and an operator of another kecamatan."""
    held = {
        "ani": Assignment(role="administrator"),
        "siti": Assignment(role="operator"),
        "budi": Assignment(role="operator"),
        "wati": Assignment(role="operator", areas=frozenset({"73.71.09"})),
        "partner": Assignment(role="partner"),
    }
    clients = {name: fresh.client(cookie=await fresh.account(name, each)) for name, each in held.items()}
    yield clients
    for client in clients.values():
        await client.aclose()


async def lived(siti: httpx.AsyncClient, budi: httpx.AsyncClient) -> str:
    """An incident from its report to its end, with a procedure; answers its path."""
    body = {"title": "Banjir di depan Balai Kota", "severity": "danger", "location": CITY_HALL, "channel": "call"}
    path = f"{INCIDENTS}/{(await siti.post(INCIDENTS, json=body)).json()['id']}"

    async def act(who: httpx.AsyncClient, **words: Any) -> None:
        answer = await who.post(f"{path}/acts", json=words)
        assert answer.status_code == 200, answer.text

    await act(siti, act="take")
    await act(siti, act="triage", category="flood", priority=2, note="Air selutut")
    await act(siti, act="assign", agency="bpbd", role="lead")
    started = await siti.post(f"{path}/procedures", json={"procedure": "flood"})
    assert started.status_code == 201, started.text
    run = f"{path}/procedures/{started.json()['id']}/acts"
    assert (
        await siti.post(run, json={"act": "done", "step": "confirm", "words": "Lurah membenarkan"})
    ).status_code == 200
    await act(siti, act="resolve", note="Pompa bekerja")
    await act(budi, act="verify")
    await act(budi, act="close", reason="Air surut")
    return path


async def read(client: httpx.AsyncClient, path: str, **query: str) -> str:
    answer = await client.get(f"{path}/report", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


async def test_a_report_is_printed_in_three_languages_and_told_as_json(room: dict[str, httpx.AsyncClient]) -> None:
    path = await lived(room["siti"], room["budi"])
    indonesian = await read(room["siti"], path)
    assert all(words in indonesian for words in ("Laporanpasca-kejadian", "RuangKendaliKota", "BanjirdidepanBalaiKota"))
    english = await read(room["budi"], path, lang="en", format="pdf")
    assert all(words in english for words in ("After-actionreport", "VerifiedbyBudi", "Lurahmembenarkan", "Airsurut"))
    japanese = await read(room["siti"], path, lang="ja")
    assert all(words in japanese for words in ("事後報告書", "Budiが確認"))
    told = (await room["siti"].get(f"{path}/report", params={"format": "json"})).json()
    assert (told["state"], told["priority"], told["category"]["en"]) == ("closed", 2, "Flood")
    assert (told["resolvedBy"], told["verifiedBy"], told["raisedBy"]) == ("Siti", "Budi", "Siti")
    assert told["area"] and told["location"] == CITY_HALL
    assert [line["act"] for line in told["lines"]][:3] == ["raise", "take", "triage"]
    assert [each["kept"] for each in told["targets"] if each["clock"] == "resolve"] == ["kept"]
    assert {each["what"] for each in told["missing"]} >= {"steps-open", "nobody-arrived"}
    assert told["madeAt"].endswith("Z")


async def test_a_report_names_nobody_who_called(room: dict[str, httpx.AsyncClient]) -> None:
    siti, secrets = room["siti"], ("Rahmawati Tenri", "0811 777 0001", "Ibu saya sesak napas", "lorong hijau")
    name, number, said, spot = secrets
    call = (await siti.post(f"{OURS}/calls", json={})).json()
    body = {"kind": "emergency", "category": "fire", "location": CITY_HALL, "caller": name, "number": number}
    saved = await siti.post(f"{OURS}/calls/{call['key']}/saved", json=body | {"said": said, "spot": spot})
    assert saved.status_code == 201, saved.text
    path = f"{INCIDENTS}/{saved.json()['incident']}"
    told = (await siti.get(f"{path}/report", params={"format": "json"})).text
    printed = await read(siti, path)
    assert "Panggilan112" in printed and "Pelaporbelumdijawab" in printed
    assert [secret for secret in secrets if secret in told or "".join(secret.split()) in printed] == []


async def test_who_does_not_see_the_incident_gets_no_report_of_it(room: dict[str, httpx.AsyncClient]) -> None:
    path = await lived(room["siti"], room["budi"])
    assert (await room["wati"].get(f"{path}/report")).status_code == 404
    assert (await room["partner"].get(f"{path}/report")).status_code == 403
    assert (await room["siti"].get(f"{INCIDENTS}/urn:ngsi-ld:Incident:none/report")).status_code == 404


async def test_what_cannot_be_understood_is_answered_with_the_field(room: dict[str, httpx.AsyncClient]) -> None:
    path = await lived(room["siti"], room["budi"])
    for query, field in (({"lang": "fr"}, "lang"), ({"format": "docx"}, "format")):
        answer = await room["siti"].get(f"{path}/report", params=query)
        assert (answer.status_code, answer.json()["detail"].partition(":")[0]) == (400, field)


async def test_without_typefaces_the_answer_says_what_to_install_and_json_still_comes(
    room: dict[str, httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    path = await lived(room["siti"], room["budi"])
    monkeypatch.setattr(paper, "SHIPPED", tmp_path)
    answer = await room["siti"].get(f"{path}/report")
    assert answer.status_code == 501
    assert "build the console" in answer.json()["detail"]
    assert (await room["siti"].get(f"{path}/report", params={"format": "json"})).status_code == 200
