"""Jobs over HTTP: asked for, watched, cancelled, and their results in the context, for those who may."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from house_at_hand import PINISI_CONTEXT, ROOT, Opened, copy_data, entity_path, open_house

from pinisi.people.accounts import Assignment
from pinisi.store.change import DocumentChange
from pinisi.vocabulary.principal import SYSTEM

pytestmark = pytest.mark.anyio
JOBS = "/pinisi/v1/jobs"
ORIGIN = "http://127.0.0.1:9090"
HARBOUR = ROOT / "tests" / "runtime" / "harbour"
PATIENCE = 60
OPEN = {"queued", "running"}


@pytest.fixture(scope="module")
def harbour() -> Iterator[None]:
    """A third party's package, as if it were installed."""
    sys.path.insert(0, str(HARBOUR))
    yield
    sys.path.remove(str(HARBOUR))
    for name in ("harbour", "harbour_engine"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
async def opened(harbour: None, template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    data = copy_data(template, tmp_path_factory.mktemp("jobs") / "data")
    async with open_house(data, jobs_at_once=1) as made:
        yield made


@pytest.fixture
async def client(opened: Opened) -> AsyncIterator[httpx.AsyncClient]:
    async with opened.client(link=PINISI_CONTEXT) as made:
        yield made


async def start(client: httpx.AsyncClient, job: str, **given: Any) -> dict[str, Any]:
    answer = await client.post(JOBS, json={"service": "harbour", "job": job, "input": given})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def wait_until(client: httpx.AsyncClient, path: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        while True:
            shown = (await client.get(path, params={"options": "keyValues"} if "ngsi-ld" in path else {})).json()
            if is_so(shown):
                return shown
            await asyncio.sleep(0.05)


async def over(client: httpx.AsyncClient, id: str) -> dict[str, Any]:
    return await wait_until(client, f"{JOBS}/{id}", lambda shown: shown["state"] not in OPEN)


async def test_what_can_be_asked_for_is_listed_with_its_fields(client: httpx.AsyncClient) -> None:
    offered = (await client.get(JOBS)).json()["offered"]
    (table,) = [each for each in offered if each["job"] == "tide-table"]
    assert (table["service"], table["method"], table["memoryMb"]) == ("harbour", "forecast", 300)
    (shape,) = table["input"]["$defs"].values()
    assert shape["properties"]["days"] == {"type": "integer", "minimum": 1, "maximum": 30}


async def test_a_result_is_entities_that_lead_to_their_job(client: httpx.AsyncClient) -> None:
    asked = await start(client, "tide-table", days=2, station="sunda")
    assert asked["state"] == "queued"
    shown = await over(client, asked["id"])
    assert (shown["state"], shown["progress"], shown["results"], shown["reason"]) == ("done", 100, 2, None)
    assert (shown["input"], shown["requestedBy"]) == ({"days": 2, "station": "sunda"}, "Administrator (demo)")
    assert shown["requestedAt"] <= shown["startedAt"] <= shown["endedAt"]
    tide = (await client.get(entity_path("urn:ngsi-ld:TideForecast:sunda-1"))).json()
    assert "height" in tide, tide
    height = tide["height"]
    assert (height["value"], height["unitCode"]) == (0.892, "MTR")
    assert (height["method"]["value"], height["provider"]["object"]) == ("forecast", shown["entity"])


async def test_the_job_is_an_entity_that_names_nobody(client: httpx.AsyncClient) -> None:
    asked = await start(client, "refusing", days=1, station="utara")
    shown = await over(client, asked["id"])
    entity = (await client.get(entity_path(shown["entity"]), params={"options": "keyValues"})).text
    assert "There is no station utara" in entity and '"failed"' in entity
    assert "demo" not in entity.lower()


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "service: is missing"),
        ({"service": "harbour", "job": "tide-table", "input": {}}, 400, "days: must be filled in"),
        ({"service": "harbour", "job": "tide-table", "input": {"days": 31}}, 400, "days: at most 30"),
        ({"service": "harbour", "job": "tide-table", "input": {"days": "x"}}, 400, "days: must be a whole number"),
        (
            {"service": "harbour", "job": "tide-table", "input": {"days": 1, "dayz": 2}},
            400,
            "dayz: cannot be entered here",
        ),
        ({"service": "harbour", "job": "tide-table", "input": [1]}, 400, "input: expected `object`"),
        ({"service": "harbour", "job": "tide-table", "input": {"days": 1, "station": "x" * (1 << 20)}}, 400, "input: "),
        ({"service": "harbour", "job": "tide-table", "input": {"days": 1}, "when": "now"}, 400, "when: is not known"),
        ({"service": "harbour", "job": "ebb", "input": {}}, 404, "harbour.ebb"),
        ({"service": "desert", "job": "tide-table", "input": {}}, 404, "desert.tide-table"),
    ],
)
async def test_a_bad_wish_is_told_with_its_field_and_starts_nothing(
    client: httpx.AsyncClient, body: dict[str, Any], status: int, field: str
) -> None:
    before = (await client.get(JOBS)).json()["count"]
    answer = await client.post(JOBS, json=body)
    assert answer.status_code == status
    assert field in answer.json()["detail"]
    assert (await client.get(JOBS)).json()["count"] == before


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("foreign", "Its result cannot be kept"),
        ("nameless", "an entity without id"),
        ("failing", "IndexError"),
        ("false-output", "its output is not what it declares"),
        ("without-engine", "a_tide_engine_that_nobody_has_installed"),
    ],
)
async def test_a_result_that_cannot_be_kept_is_a_failure_and_nothing_of_it_is_written(
    client: httpx.AsyncClient, job: str, words: str
) -> None:
    before = (await client.get("/ngsi-ld/v1/types")).json()["typeList"]
    shown = await over(client, (await start(client, job, days=2, station=f"of-{job}"))["id"])
    assert shown["state"] == "failed" and words in shown["reason"]["en"]
    assert (await client.get(entity_path("urn:ngsi-ld:Alert:x"))).status_code == 404
    assert (await client.get("/ngsi-ld/v1/types")).json()["typeList"] == before


async def test_one_runs_and_shows_how_far_it_is_the_next_waits_and_both_can_be_cancelled(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    first = await start(client, "endless", file=str(tmp_path / "a"))
    second = await start(client, "endless", file=str(tmp_path / "b"))
    shown = await wait_until(client, f"{JOBS}/{first['id']}", lambda shown: shown["progress"] >= 30)
    assert (shown["state"], shown["note"]) == ("running", "dredging")
    listed = {each["id"]: each["state"] for each in (await client.get(JOBS)).json()["jobs"]}
    assert (listed[first["id"]], listed[second["id"]]) == ("running", "queued")
    waiting = await client.post(f"{JOBS}/{second['id']}/cancel")
    running = await client.post(f"{JOBS}/{first['id']}/cancel")
    again = [await client.post(f"{JOBS}/{each['id']}/cancel") for each in (first, second)]
    nothing = await client.post(f"{JOBS}/nothing/cancel")
    assert [answer.json()["state"] for answer in (waiting, running)] == ["cancelled", "cancelled"]
    assert not (tmp_path / "b").exists()
    assert [answer.status_code for answer in (*again, nothing)] == [409, 409, 404]
    acts = [(line["act"], line["subject"]) for line in (await client.get("/pinisi/v1/audit")).json()["lines"]]
    assert ("job-cancelled", f"job/{first['id']}") in acts and ("job-asked", f"job/{second['id']}") in acts


async def test_progress_is_written_for_all_who_look_at_the_entity(client: httpx.AsyncClient, tmp_path: Path) -> None:
    asked = await start(client, "endless", file=str(tmp_path / "a"))
    await wait_until(client, entity_path(asked["entity"]), lambda entity: entity["progress"] > 0)
    await client.post(f"{JOBS}/{asked['id']}/cancel")


async def test_a_job_belongs_to_its_tenant(opened: Opened, client: httpx.AsyncClient) -> None:
    asked = await start(client, "tide-table", days=1, station="own")
    await over(client, asked["id"])
    async with opened.client(**{"ngsild-tenant": "elsewhere"}) as elsewhere:
        there = await elsewhere.get(f"{JOBS}/{asked['id']}")
        listed = (await elsewhere.get(JOBS)).json()
    assert (there.status_code, listed["count"]) == (404, 0)


async def test_who_may_start_and_cancel(harbour: None, template: Path, tmp_path: Path) -> None:
    wish = {"service": "harbour", "job": "tide-table", "input": {"days": 1}}
    async with open_house(copy_data(template, tmp_path / "data")) as made:
        await made.account("ani", Assignment(role="administrator"))
        supervisor = await made.account("sari", Assignment(role="supervisor"))
        viewer = await made.account("vera", Assignment(role="viewer"))
        limited = await made.account("lia", Assignment(role="department", areas=frozenset({"73.71.09"})))
        silent = await made.account("sita", Assignment(role="department", write=False))
        async with made.client(cookie=supervisor, origin=ORIGIN) as client:
            started = await client.post(JOBS, json=wish)
            id = started.json()["id"]
            shown = await over(client, id)
        async with made.client(cookie=viewer, origin=ORIGIN) as client:
            seen = await client.get(f"{JOBS}/{id}")
            barred = await client.post(JOBS, json=wish)
        async with made.client(cookie=limited, origin=ORIGIN) as client:
            beyond = await client.post(JOBS, json=wish)
            unseen = await client.get(f"{JOBS}/{id}")
        async with made.client(cookie=silent, origin=ORIGIN) as client:
            silenced = await client.post(JOBS, json=wish)
    assert (started.status_code, shown["state"], shown["requestedBy"]) == (201, "done", "Sari")
    assert (seen.status_code, barred.status_code, silenced.status_code) == (200, 403, 403)
    assert "input" not in seen.json()
    assert beyond.status_code == 403 and "see all" in beyond.json()["detail"]
    assert unseen.status_code == 404


async def test_no_more_than_a_hundred_wait(opened: Opened, client: httpx.AsyncClient, tmp_path: Path) -> None:
    runs = await start(client, "endless", file=str(tmp_path / "a"))
    await wait_until(client, f"{JOBS}/{runs['id']}", lambda shown: shown["state"] == "running")
    waiting = [(await start(client, "tide-table", days=1))["id"] for _ in range(100)]
    wish = {"service": "harbour", "job": "tide-table", "input": {"days": 1}}
    full = await client.post(JOBS, json=wish)
    assert full.status_code == 409 and "100 jobs wait already" in full.json()["detail"]
    for id in [*waiting, runs["id"]]:
        assert (await client.post(f"{JOBS}/{id}/cancel")).json()["state"] == "cancelled"


async def test_what_brings_the_server_down_each_time_is_not_begun_for_ever(
    harbour: None, template: Path, tmp_path: Path
) -> None:
    data = copy_data(template, tmp_path / "data")
    async with open_house(data) as made:
        async with made.client() as client:
            done = await over(client, (await start(client, "tide-table", days=1))["id"])
        kept = await made.house.store.document("makassar", "job", done["id"])
        assert kept is not None
        record = msgspec.json.decode(kept[1]) | {"state": "running", "job": "again", "begun": 3}
        back = DocumentChange("job-open", done["id"], msgspec.json.encode(record))
        await made.house.store.apply("makassar", [back, DocumentChange("job", done["id"], None)], SYSTEM)
    async with open_house(data) as made, made.client() as client:
        shown = await over(client, done["id"])
    assert shown["state"] == "interrupted" and "begun 3 times" in shown["reason"]["en"]
