"""BMKG through the whole house: captured files from a local server with faults; the house goes on and says so."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from house_at_hand import MAKASSAR, PINISI_CONTEXT, Opened, open_house

from patience import PATIENCE

sys.path.insert(0, str(Path(__file__).parents[1] / "runtime" / "transports"))
from pinisi.runtime.quarantine import rows_of
from pinisi.runtime.transports import http_poll
from pinisi.testing.faulty_server import FaultyServer, Play, answer, bomb, cut, faulty_server, redirect

pytestmark = pytest.mark.anyio
BMKG = Path(__file__).parents[1] / "services" / "bmkg"
CAP = (BMKG / "bmkg_cap_jateng.xml").read_bytes()
HERE = CAP.replace(
    b"-6.89,109.67 -6.88,109.68 -6.87,109.69 -6.89,109.67", b"-5.1,119.4 -5.1,119.5 -5.2,119.5 -5.1,119.4"
)
HERE = HERE.replace(b"2026-02-17T01:00:00+07:00</expires>", b"2126-02-17T01:00:00+07:00</expires>")
LIVE = """\
[[sources]]
id = "bmkg-warnings"
kind = "flood.bmkg-warnings"
on = true
options = {{ address = "{root}/rss.xml", every = 0.05, per_minute = 60000.0 }}
[[sources]]
id = "bmkg-earthquakes"
kind = "flood.bmkg-earthquakes"
on = true
[sources.options]
addresses = ["{root}/quakes.json"]
within_km = 20000.0
days = 40000.0
every = 0.05
per_minute = 60000.0
"""
ALERT = "urn:ngsi-ld:Alert:2.49.0.1.360.0.2026.02.16.16.45.005"


def feed(server: FaultyServer) -> bytes:
    item = f"<item><title>Hujan</title><link>{server.at('/cap.xml')}</link><pubDate>now</pubDate></item>"
    return f"<rss><channel>{item}</channel></rss>".encode()


class Watched:
    def __init__(self, opened: Opened, server: FaultyServer) -> None:
        self.opened = opened
        self.server = server

    async def source(self, id: str) -> dict[str, Any]:
        async with self.opened.client() as client:
            told = (await client.get("/pinisi/v1/sources")).json()
        return next(each for each in told["sources"] if each["id"] == id)

    async def until(self, id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            while not holds(source := await self.source(id)):  # noqa: ASYNC110 (it is asked over HTTP)
                await asyncio.sleep(0.05)
        return source

    async def alert(self) -> int:
        async with self.opened.client() as client:
            return (await client.get(f"/ngsi-ld/v1/entities/{ALERT}")).status_code


@pytest.fixture
async def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    monkeypatch.setattr(http_poll, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(http_poll, "LONGEST_PAUSE", 0.2)
    async with faulty_server() as server:
        server.plays["/quakes.json"] = answer((BMKG / "bmkg_gempaterkini.json").read_bytes())
        city = tmp_path / "makassar"
        shutil.copytree(MAKASSAR, city, ignore=shutil.ignore_patterns("building", "build.py"))
        (city / "live.toml").write_text(LIVE.format(root=server.at("")))
        async with open_house(tmp_path / "data", city) as opened:
            yield Watched(opened, server)


async def test_a_warning_that_touches_the_city_becomes_an_alert(watched: Watched) -> None:
    watched.server.plays |= {"/rss.xml": answer(feed(watched.server)), "/cap.xml": answer(HERE)}
    await watched.until("bmkg-warnings", lambda source: source["state"] == "live" and source["accepted"] > 5)
    assert await watched.alert() == 200
    await watched.until("bmkg-earthquakes", lambda source: source["accepted"] > 5 and source["state"] == "live")


async def test_no_warning_is_zero_only_after_the_agency_has_spoken(watched: Watched) -> None:
    card = "urn:ngsi-ld:DataSource:bmkg-warnings"

    async def tile() -> dict[str, Any]:
        async with watched.opened.client() as client:
            tiles = (await client.get("/pinisi/v1/now")).json()["tiles"]
        return next(each for each in tiles if each["id"] == "warnings-in-force")

    before = await tile()
    assert (before["value"], before["observedAt"], before["provider"]) == (None, None, card)
    watched.server.plays["/rss.xml"] = answer(b"<rss><channel></channel></rss>")
    await watched.until("bmkg-warnings", lambda source: source["state"] == "live" and source["lastMessage"])
    async with asyncio.timeout(PATIENCE):
        while (calm := await tile())["value"] is None:  # noqa: ASYNC110 (the card is written now and then)
            await asyncio.sleep(0.05)
    assert (calm["value"], calm["provider"], calm["method"]) == (0, card, "reported")
    assert calm["observedAt"] is not None


async def test_a_warning_is_drawn_where_it_holds_until_it_is_taken_back(watched: Watched) -> None:
    watched.server.plays |= {"/rss.xml": answer(feed(watched.server)), "/cap.xml": answer(HERE)}
    await watched.until("bmkg-warnings", lambda source: source["accepted"] > 5)
    async with watched.opened.client() as client:
        table = (await client.get("/pinisi/v1/layers/warnings")).json()
        (row,) = (dict(zip(table["columns"], each, strict=True)) for each in table["rows"])
        ground = (await client.get("/pinisi/v1/layers/warnings/shapes")).json()["features"]
        assert (row["id"], row["severity"], row["validTo"][:4]) == (ALERT, "medium", "2126")
        assert table["sources"][str(row["source"])] == ["urn:ngsi-ld:DataSource:bmkg-warnings"]
        assert [(each["properties"]["id"], each["geometry"]["type"]) for each in ground] == [(ALERT, "Polygon")]
        facts = (await client.get(f"/pinisi/v1/places/{ALERT}")).json()["facts"]
        assert {(fact["state"], fact["updatePeriod"]) for fact in facts} == {("fresh", None)}  # it holds until 2126
        status = {"alertStatus": {"type": "Property", "value": "cancelled"}}
        context = {"link": PINISI_CONTEXT}
        assert (
            await client.patch(f"/ngsi-ld/v1/entities/{ALERT}/attrs", json=status, headers=context)
        ).status_code == 204
        assert (await client.get("/pinisi/v1/layers/warnings")).json()["rows"] == []


async def test_a_source_that_says_nothing_leaves_its_layer_blind_even_where_it_shows_nothing(watched: Watched) -> None:
    watched.server.plays["/rss.xml"] = answer(b"", "503 Service Unavailable")
    await watched.until("bmkg-warnings", lambda source: source["state"] == "failing")
    async with asyncio.timeout(20), watched.opened.client() as client:
        while (blind := await _blinded(client, "bmkg-warnings")) is None:  # noqa: ASYNC110 (it is asked over HTTP)
            await asyncio.sleep(0.05)
    assert blind == ["warnings"]


async def _blinded(client: httpx.AsyncClient, source: str) -> list[str] | None:
    told = (await client.get("/pinisi/v1/now")).json()["ailing"]
    return next((each["layers"] for each in told if each["id"].endswith(f":{source}")), None)


FAULTS: list[tuple[str, Play, str]] = [
    ("503", answer(b"", "503 Service Unavailable"), "answered 503 Service Unavailable"),
    ("gzip bomb", bomb(), "longer than 4194304 bytes when unpacked"),
    ("cut", cut(b"x" * 900, 400), "the connection broke"),
    ("elsewhere", redirect("https://elsewhere.example.org/"), "only the same host is followed"),
    ("a web page", answer(b"<html>", content_type="text/html"), "answered text/html"),
]


@pytest.mark.parametrize(("play", "said"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS])
async def test_a_fault_of_the_line_is_said_on_the_card_and_the_house_goes_on(
    watched: Watched, play: Play, said: str
) -> None:
    watched.server.plays["/rss.xml"] = play
    await watched.until("bmkg-warnings", lambda source: source["state"] == "failing" and said in source["lastError"])
    await watched.until("bmkg-earthquakes", lambda source: source["state"] == "live")
    watched.server.plays |= {"/rss.xml": answer(feed(watched.server)), "/cap.xml": answer(HERE)}
    await watched.until("bmkg-warnings", lambda source: source["state"] == "live" and not source["lastError"])
    async with asyncio.timeout(PATIENCE):
        while await watched.alert() != 200:  # noqa: ASYNC110 (it is asked over HTTP)
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (HERE[:700], "is no XML: line"),
        (HERE.decode().replace("Hujan", "Huján").encode("latin-1"), "is no XML: line"),
        (HERE.replace(b"<severity>Moderate", b"<severity>Bad"), "info[1]/severity: 'Bad'"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><alert/>', "declares a document type"),
    ],
    ids=["malformed", "wrong encoding", "wrong word", "document type"],
)
async def test_a_message_that_cannot_be_read_waits_in_the_quarantine_with_the_reason(
    watched: Watched, body: bytes, said: str
) -> None:
    watched.server.plays |= {"/rss.xml": answer(feed(watched.server)), "/cap.xml": answer(body)}
    await watched.until("bmkg-warnings", lambda source: source["rejected"] >= 1)
    ((_, row),) = await rows_of(watched.opened.house.store, "makassar", "bmkg-warnings")
    assert row.origin == watched.server.at("/cap.xml")
    assert said in row.reason.en
    await watched.until("bmkg-warnings", lambda source: source["state"] in ("live", "late"))
