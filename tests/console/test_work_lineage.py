"""Why this number? Asked of a job's result and of a command's answer: which one, with which input, for whom to see."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, ROOT, Opened, copy_data, open_house

from patience import PATIENCE
from pinisi.people.accounts import Assignment
from pinisi.runtime.lineage import FromCommand, FromJob, decode_origin, encode_origin

pytestmark = pytest.mark.anyio
HARBOUR = ROOT / "tests" / "runtime" / "harbour"
ORIGIN = "http://127.0.0.1:9090"
SIREN = "urn:ngsi-ld:Siren:paotere"
TIDE = "urn:ngsi-ld:TideForecast:sunda-1"


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A third party's package, as if it were installed."""
    outside = tmp_path_factory.mktemp("outside") / "lines"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARBOUR_OUTSIDE", str(outside))
        patch.syspath_prepend(str(HARBOUR))
        yield
    for name in ("harbour", "harbour_engine", "harbour_commands"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
async def opened(harbour: None, template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    async with open_house(copy_data(template, tmp_path_factory.mktemp("work") / "data")) as made:
        yield made


@pytest.fixture(scope="module")
async def work(opened: Opened) -> dict[str, Any]:
    """A job and a command that are done."""
    async with opened.client(link=PINISI_CONTEXT) as client:
        made = await client.post(f"{NGSI}/entities", json={"id": SIREN, "type": "Siren"})
        assert made.status_code == 201, made.text
        wish = {"service": "harbour", "action": "siren", "command": {"siren": SIREN, "seconds": 30}}
        command = (await client.post(f"{OURS}/commands", json=wish)).json()
        assert command["state"] == "done", command
        wish = {"service": "harbour", "job": "tide-table", "input": {"days": 2, "station": "sunda"}}
        job = (await client.post(f"{OURS}/jobs", json=wish)).json()
        async with asyncio.timeout(PATIENCE):
            while job["state"] in ("queued", "running"):
                await asyncio.sleep(0.05)
                job = (await client.get(f"{OURS}/jobs/{job['id']}")).json()
        assert job["state"] == "done", job
        return {"job": job, "command": command}


async def why(client: httpx.AsyncClient, entity: str, attribute: str) -> dict[str, Any]:
    answer = await client.get(f"{OURS}/entities/{entity}/lineage", params={"attribute": attribute})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_result_of_a_job_leads_to_the_job_and_what_it_was_given(opened: Opened, work: dict[str, Any]) -> None:
    async with opened.client() as client:
        tree = await why(client, TIDE, "height")
    made, job = tree["made"], work["job"]
    assert (tree["value"], tree["method"], tree["inputs"]) == (0.892, "forecast", [])
    assert (made["kind"], made["service"], made["version"], made["job"]) == ("job", "harbour", "1.0", "tide-table")
    assert (made["serviceTitle"]["en"], made["title"]["ja"]) == ("Harbour", "潮汐: tide-table")
    assert (made["entity"], made["requestedAt"]) == (job["entity"], job["requestedAt"])
    assert (made["input"], made["requestedBy"]) == ({"days": 2, "station": "sunda"}, "Administrator (demo)")
    assert made["requestedAt"] <= made["moment"] <= job["endedAt"]


async def test_what_the_other_side_answered_leads_to_the_command(opened: Opened, work: dict[str, Any]) -> None:
    async with opened.client() as client:
        tree = await why(client, SIREN, "lastSounded")
    made, command = tree["made"], work["command"]
    assert (tree["value"], made["kind"], made["action"]) == (30, "command", "siren")
    assert (made["version"], made["entity"], made["targets"]) == ("1.0", command["entity"], [SIREN])
    assert made["title"]["en"] == "Sound the siren"
    assert (made["input"], made["second"]) == ({"siren": SIREN, "seconds": 30}, None)
    assert made["requestedBy"] == "Administrator (demo)"


async def test_each_reader_is_told_what_he_may_see(opened: Opened, work: dict[str, Any]) -> None:
    """The last of this file: from here on the house has accounts."""
    expand = opened.house.pinisi_table.expand_term
    await opened.account("ani", Assignment(role="administrator"))
    viewer = await opened.account("vera", Assignment(role="viewer"))
    tides = frozenset({expand("TideForecast"), expand("Siren")})
    narrow = await opened.account("nara", Assignment(role="viewer", types=tides))
    async with opened.client(cookie=viewer, origin=ORIGIN) as client:
        job = (await why(client, TIDE, "height"))["made"]
        command = (await why(client, SIREN, "lastSounded"))["made"]
    assert (job["entity"], job["input"], job["requestedBy"]) == (work["job"]["entity"], None, "Administrator (demo)")
    assert (command["entity"], command["input"], command["requestedBy"]) == (work["command"]["entity"], None, None)
    async with opened.client(cookie=narrow, origin=ORIGIN) as client:
        for entity, attribute in ((TIDE, "height"), (SIREN, "lastSounded")):
            made = (await why(client, entity, attribute))["made"]
            assert (made["service"], made["version"]) == ("harbour", "1.0")
            assert [made[name] for name in ("entity", "requestedAt", "requestedBy", "input")] == [None] * 4


@pytest.mark.parametrize(
    "origin",
    [
        FromJob(service="harbour", version="1.0", job="tide-table", id="7", moment=5),
        FromCommand(service="harbour", version="", action="siren", id="7", moment=5),
    ],
)
def test_an_origin_is_read_as_it_was_written(origin: FromJob | FromCommand) -> None:
    assert decode_origin(encode_origin(origin)) == origin
