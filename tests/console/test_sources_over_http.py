"""Live sources over HTTP: how each is doing, switched on and off by those who may, pushed to with a token."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from house_at_hand import JSON, MAKASSAR, Opened, open_house

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
SOURCES = "/pinisi/v1/sources"
PUSH = "/pinisi/v1/push/gauges"
LIVE = """\
[[sources]]
id = "gauges"
kind = "push"
options = { title = { id = "Alat ukur", en = "Gauges", ja = "水位計" }, publisher = "Dinas PU", mapping = "gauges" }
[[sources]]
id = "entities"
kind = "push"
options = { title = { id = "Entitas", en = "Entities", ja = "実体" }, publisher = "Dinas PU" }
[[sources]]
id = "broken"
kind = "http"
options = { title = { id = "x", en = "x", ja = "x" }, publisher = "x", addresses = ["ftp://x"] }
[[sources]]
id = "bmkg-warnings"
kind = "flood.bmkg-warnings"
on = false
"""
MAPPING = """\
[[mappings]]
entity = "urn:ngsi-ld:Gauge:{id}"
types = ["Gauge"]
observed = "at"
attributes = [{ name = "waterLevel", column = "level", kind = "number", unit = "MTR" }]
"""
ROW = {"id": "1", "at": "2026-11-20T05:00:00Z", "level": 1.5}


def city_with_sources(folder: Path) -> Path:
    city = folder / "makassar"
    shutil.copytree(MAKASSAR, city, ignore=shutil.ignore_patterns("building", "build.py"))
    (city / "live.toml").write_text(LIVE)
    (city / "mappings").mkdir(exist_ok=True)
    (city / "mappings" / "gauges.toml").write_text(MAPPING)
    return city


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    folder = tmp_path_factory.mktemp("sources")
    async with open_house(folder / "data", city_with_sources(folder)) as made:
        yield made


async def sources(opened: Opened) -> dict[str, dict[str, Any]]:
    async with opened.client() as client:
        answer = (await client.get(SOURCES)).json()
    return {each["id"]: each for each in answer["sources"]}


def told(*rows: dict[str, Any]) -> bytes:
    return msgspec.json.encode(list(rows))


async def test_every_source_is_listed_and_what_cannot_be_used_says_why(opened: Opened) -> None:
    async with opened.client() as client:
        answer = (await client.get(SOURCES)).json()
    assert [each["id"] for each in answer["sources"]] == ["bmkg-warnings", "entities", "gauges"]
    assert answer["sources"][0]["state"] == "off"
    ((failed,), services) = (answer["failed"], answer["services"])
    assert failed["id"] == "broken" and "ftp" in failed["reason"]
    assert services == []


async def test_each_row_of_a_push_is_answered(opened: Opened) -> None:
    rows = [ROW | {"id": "2"}, ROW | {"id": "2"}, ROW | {"id": "3", "level": "high"}]
    late = ROW | {"id": "2", "at": "2026-11-19T05:00:00Z", "level": 1.0}
    async with opened.client(**{"content-type": "application/json"}) as client:
        reply = await client.post(PUSH, content=told(*rows, late))
        again = await client.post(PUSH, content=told(ROW | {"id": "2"}))
        nothing = await client.post(PUSH, content=told(rows[2]))
        nonsense = await client.post(PUSH, content=b"\xff{")
    assert reply.status_code == 207
    answer = reply.json()
    assert [(each["new"], each["late"], each["repeated"]) for each in answer["entities"]] == [
        (1, 0, 0),
        (0, 0, 1),
        (0, 1, 0),
    ]
    (reject,) = answer["rejects"]
    assert (reject["row"], reject["field"]) == ("3", "level")
    assert (again.status_code, again.json()["repeated"]) == (200, 1)
    assert nothing.status_code == 400 and nothing.json()["rejects"]
    assert nonsense.status_code == 400 and "JSON" in nonsense.json()["rejects"][0]["reason"]["en"]
    gauge = (await sources(opened))["gauges"]
    assert gauge["state"] == "live" and gauge["rejected"] >= 3


@pytest.mark.parametrize(
    ("path", "media", "body"),
    [
        (PUSH, "text/csv", b"id,at,level\n7,2026-11-20T05:00:00Z,1.5\n"),
        (
            PUSH,
            "application/geo+json",
            b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,'
            b'"properties":{"id":"8","at":"2026-11-20T05:00:00Z","level":1.5}}]}',
        ),
        (
            "/pinisi/v1/push/entities",
            "application/ld+json",
            b'{"id":"urn:ngsi-ld:Gauge:9","type":"Gauge","waterLevel":{"type":"Property","value":1.5,'
            b'"observedAt":"2026-11-20T05:00:00Z"}}',
        ),
    ],
)
async def test_a_push_says_by_its_media_type_how_it_is_written(
    opened: Opened, path: str, media: str, body: bytes
) -> None:
    async with opened.client(**{"content-type": media}) as client:
        reply = await client.post(path, content=body)
    assert (reply.status_code, reply.json()["new"]) == (200, 1), reply.text


async def test_the_same_key_gets_the_same_answer_and_another_body_is_refused(opened: Opened) -> None:
    headers = {"content-type": "application/json", "idempotency-key": "one"}
    body = told(ROW | {"id": "20"})
    async with opened.client(**headers) as client:
        first = await client.post(PUSH, content=body)
        position = await opened.house.store.position("makassar")
        second = await client.post(PUSH, content=body)
        assert await opened.house.store.position("makassar") == position
        other = await client.post(PUSH, content=told(ROW | {"id": "21"}))
    assert first.content == second.content and first.json()["new"] == 1
    assert second.headers["idempotency-replayed"] == "true"
    assert other.status_code == 409


async def test_a_switch_is_remembered_and_on_record(opened: Opened) -> None:
    async with opened.client() as client:
        off = await client.post(f"{SOURCES}/gauges", json={"on": False})
        refused = await client.post(PUSH, content=told(ROW), headers=JSON)
        kept = await opened.house.store.document("makassar", "source-switch", "gauges")
        on = await client.post(f"{SOURCES}/gauges", json={"on": True})
        trail = (await client.get("/pinisi/v1/audit?act=source-switched")).json()
        missing = await client.post(f"{SOURCES}/nothing", json={"on": True})
    assert (off.json()["state"], refused.status_code) == ("off", 409)
    assert kept is not None and kept[1] == b"off"
    assert on.json()["state"] in ("waiting", "live")
    assert [line["subject"] for line in trail["lines"]][:2] == ["source/gauges", "source/gauges"]
    assert missing.status_code == 404


async def test_nothing_can_be_pushed_to_a_source_that_fetches_by_itself(opened: Opened) -> None:
    async with opened.client() as client:
        reply = await client.post("/pinisi/v1/push/bmkg-warnings", content=b"[]", headers=JSON)
    assert reply.status_code == 409


async def test_a_token_limited_to_pushing_can_push_and_nothing_else(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", city_with_sources(tmp_path)) as made:
        await made.account("ani", Assignment(role="administrator"))
        cookie = await made.account("tono", Assignment(role="technician"))
        viewer = await made.account("vera", Assignment(role="viewer"))
        async with made.client(cookie=cookie, origin="http://127.0.0.1:9090") as client:
            asked = {"label": "gauge", "permissions": ["sources.push"]}
            token = (await client.post("/pinisi/v1/tokens", json=asked)).json()["token"]
        async with made.client(authorization=f"Bearer {token}") as client:
            pushed = await client.post(PUSH, content=told(ROW), headers=JSON)
            read = await client.get(SOURCES)
            switched = await client.post(f"{SOURCES}/gauges", json={"on": False})
        async with made.client(cookie=viewer, origin="http://127.0.0.1:9090") as client:
            seen = await client.get(SOURCES)
            barred = await client.post(PUSH, content=told(ROW), headers=JSON)
    assert pushed.status_code == 200, pushed.text
    assert (read.status_code, switched.status_code) == (403, 403)
    assert (seen.status_code, barred.status_code) == (200, 403)
