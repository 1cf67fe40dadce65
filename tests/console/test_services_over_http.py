"""Services in the house: a third party's package runs like ours; its numbers tell why, its failures are shown."""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import httpx
import pytest
from house_at_hand import JSON, MAKASSAR, Opened, open_house

from pinisi.people.accounts import Assignment
from pinisi.runtime import running_reaction
from wells_package import WELLS, city_with_gauges, install

pytestmark = pytest.mark.anyio
T = TypeVar("T")
SERVICES = "/pinisi/v1/services"
PARKED = f"{SERVICES}/wells/reactions/picky/parked"
CIRCLE = """\
from pinisi.city.text import Text
from pinisi.runtime.manifest import Service
from wells import Reaction, Wake, Writes, doubled
TEXT = Text("x", "x", "x")
def make(name, one, other):
    return Reaction(
        name=name, title=TEXT, rule=TEXT, react=doubled, wakes=(Wake(type=one),), writes=(Writes(type=other),)
    )
SERVICE = Service(
    name="circle", title=TEXT, types=("A", "B"), reactions=(make("there", "A", "B"), make("back", "B", "A"))
)
"""


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    folder = tmp_path_factory.mktemp("services")
    packages = folder / "packages"
    packages.mkdir()
    install(packages, "wells", WELLS)
    install(packages, "circle", CIRCLE)
    install(packages, "leaky", "raise RuntimeError('no licence key')\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(packages))
        patch.setattr(running_reaction, "PAUSES", (0.01, 0.01))
        async with open_house(folder / "data", city_with_gauges(folder, MAKASSAR)) as made:
            yield made
    for name in ("wells", "circle", "leaky"):
        sys.modules.pop(name, None)


async def services(client: httpx.AsyncClient) -> dict[str, Any]:
    reply = await client.get(SERVICES)
    assert reply.status_code == 200
    return {each["name"]: each for each in reply.json()["services"]}


async def reactions(client: httpx.AsyncClient, name: str = "wells") -> dict[str, Any]:
    return {each["name"]: each for each in (await services(client))[name]["reactions"]}


async def push(client: httpx.AsyncClient, id: str, level: float, at: str = "2026-11-20T05:00:00Z") -> None:
    reply = await client.post("/pinisi/v1/push/gauges", json=[{"id": id, "at": at, "level": level}])
    assert reply.status_code == 200, reply.text


async def lineage(client: httpx.AsyncClient, id: str, attribute: str, **more: str) -> httpx.Response:
    return await client.get(f"/pinisi/v1/entities/{id}/lineage", params={"attribute": attribute, **more})


async def comes(client: httpx.AsyncClient, id: str, attribute: str) -> Any:
    """The tree of a value, once it is there."""

    async def there() -> httpx.Response | None:
        reply = await lineage(client, id, attribute)
        return None if reply.status_code == 404 else reply

    reply = await once(there)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def once(found: Callable[[], Awaitable[T | None]]) -> T:
    """What is found, as soon as something is."""
    async with asyncio.timeout(20):
        for _ in itertools.count():
            it = await found()
            if it is not None:
                return it
            await asyncio.sleep(0.02)
    raise AssertionError("counted to the end")


async def parked(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await client.get(PARKED)).json()["parked"]


async def test_what_cannot_be_loaded_or_started_is_shown_and_the_rest_runs(opened: Opened) -> None:
    async with opened.client() as client:
        told = await services(client)
    assert (told["leaky"]["state"], told["leaky"]["failure"]) == ("failed", "RuntimeError: no licence key")
    assert told["circle"]["state"] == "failed"
    assert "there -> back -> there" in told["circle"]["failure"]
    assert {name: told[name]["state"] for name in ("wells", "flood", "environment")} == dict.fromkeys(
        ("wells", "flood", "environment"), "running"
    )


async def test_a_number_leads_to_its_rule_its_inputs_and_the_message_as_it_came(opened: Opened) -> None:
    async with opened.client() as client:
        await push(client, "7", 1.25)
        tree = await comes(client, "urn:ngsi-ld:WellState:7", "doubled")
    assert (tree["value"], tree["method"], tree["by"]) == (2.5, "modelled", "reaction:wells.doubled")
    assert (tree["made"]["kind"], tree["made"]["service"], tree["made"]["rule"]["en"]) == (
        "reaction",
        "wells",
        "twice the level",
    )
    (level,) = tree["inputs"]
    assert (level["entity"], level["attribute"], level["value"], level["unit"]) == (
        "urn:ngsi-ld:Gauge:7",
        "waterLevel",
        1.25,
        "MTR",
    )
    assert level["made"]["kind"] == "message"
    assert (level["made"]["source"], level["made"]["raw"]) == (
        "gauges",
        '[{"id":"7","at":"2026-11-20T05:00:00Z","level":1.25}]',
    )


async def test_a_value_of_the_past_is_explained_by_what_it_was_made_of_then(opened: Opened) -> None:
    async with opened.client() as client:
        await push(client, "8", 1.0, "2026-11-20T05:00:00Z")
        first = await comes(client, "urn:ngsi-ld:WellState:8", "doubled")
        await push(client, "8", 3.0, "2026-11-20T06:00:00Z")

        async def tripled() -> bool | None:
            return (await lineage(client, "urn:ngsi-ld:WellState:8", "doubled")).json()["value"] == 6.0 or None

        await once(tripled)
        then = (await lineage(client, "urn:ngsi-ld:WellState:8", "doubled", at=first["observedAt"], known="now")).json()
    assert (then["value"], then["inputs"][0]["value"]) == (2.0, 1.0)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"attribute": "x" * 201}, 400),
        ({"attribute": "doubled", "at": "soon"}, 400),
        ({"attribute": "none"}, 404),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(opened: Opened, query: dict[str, str], status: int) -> None:
    async with opened.client() as client:
        reply = await client.get("/pinisi/v1/entities/urn:ngsi-ld:WellState:7/lineage", params=query)
    assert reply.status_code == status


async def test_what_fails_is_parked_with_the_reason_and_run_again_when_asked(opened: Opened) -> None:
    async with opened.client() as client:
        await push(client, "0", 0.0)

        async def some() -> list[dict[str, Any]] | None:
            return await parked(client) or None

        (run,) = await once(some)
        assert run["subject"] == "urn:ngsi-ld:Gauge:0"
        assert run["reason"]["en"] == "an error in its rule: ZeroDivisionError: float division by zero"
        assert set(run["reason"]) == {"id", "en", "ja"}
        assert (await reactions(client))["picky"]["state"] == "failing"
        await client.post(PARKED, json={"subject": "urn:ngsi-ld:Gauge:none"}, headers=JSON)
        again = await client.post(PARKED, json={}, headers=JSON)
        assert (again.status_code, again.json()) == (202, {"woken": 1})
        await push(client, "0", 0.5, "2026-11-20T06:00:00Z")
        assert (await comes(client, "urn:ngsi-ld:WellState:0", "share"))["value"] == 2.0

        async def none() -> bool | None:
            return not await parked(client) or None

        await once(none)


async def test_one_service_is_stopped_and_started_without_the_others(opened: Opened) -> None:
    async with opened.client() as client:
        stopped = await client.post(f"{SERVICES}/wells", json={"on": False}, headers=JSON)
        assert (stopped.status_code, stopped.json()["state"]) == (200, "off")
        assert (await services(client))["flood"]["state"] == "running"
        assert (await client.get(PARKED)).status_code == 409
        await push(client, "20", 4.0)
        started = await client.post(f"{SERVICES}/wells", json={"on": True}, headers=JSON)
        assert started.json()["state"] == "running"
        assert (await comes(client, "urn:ngsi-ld:WellState:20", "doubled"))["value"] == 8.0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", f"{SERVICES}/none", {"on": True}, 404),
        ("POST", f"{SERVICES}/wells", {"on": "yes"}, 400),
        ("POST", f"{SERVICES}/wells", {}, 400),
        ("GET", f"{SERVICES}/wells/reactions/none/parked", None, 404),
        ("POST", PARKED, {"subject": 3}, 400),
        ("POST", PARKED, {"subject": "urn:x:none"}, 404),
    ],
)
async def test_bad_wishes_are_refused(opened: Opened, method: str, path: str, body: Any, status: int) -> None:
    async with opened.client() as client:
        assert (await client.request(method, path, json=body, headers=JSON)).status_code == status


async def test_an_input_that_the_reader_may_not_see_is_counted_and_not_told(opened: Opened) -> None:
    async with opened.client() as client:
        await push(client, "9", 1.0)
        await comes(client, "urn:ngsi-ld:WellState:9", "doubled")
    only_states = opened.house.pinisi_table.expand_term("WellState")
    await opened.account("ani", Assignment(role="administrator"))
    cookie = await opened.account("guest", Assignment(role="viewer", types=frozenset({only_states})))
    async with opened.client(cookie=cookie) as client:
        tree = (await lineage(client, "urn:ngsi-ld:WellState:9", "doubled")).json()
        assert (tree["inputs"], tree["hidden"]) == ([], 1)
        assert (await lineage(client, "urn:ngsi-ld:Gauge:9", "waterLevel")).status_code == 404


async def test_only_who_may_stops_a_service(opened: Opened) -> None:
    cookie = await opened.account("watcher", Assignment(role="operator"))
    async with opened.client(cookie=cookie) as client:
        assert (await client.get(SERVICES)).status_code == 200
        assert (await client.post(f"{SERVICES}/wells", json={"on": False}, headers=JSON)).status_code == 403
        assert (await client.get(PARKED)).status_code == 403
