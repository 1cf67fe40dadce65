"""The endpoints of a third party's service: its own addresses, under the house's permissions, over its own records."""

import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from house_at_hand import JSON, MAKASSAR, OURS, Opened, open_house

from pinisi.console.routes import ROUTES, all_routes
from pinisi.people.accounts import Assignment
from pinisi.people.roles import ROLES
from pinisi.runtime.endpoint import OF_THE_HOUSE
from wells_package import WELLS, city_with_gauges, install

pytestmark = pytest.mark.anyio
WELLS_PATH = f"{OURS}/services/wells"
OWNERS = f"{WELLS_PATH}/owners"
SITI = {"key": "o1", "name": "Siti", "wells": 2}
UNSAFE = ("POST", "PATCH")


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    folder = tmp_path_factory.mktemp("endpoints")
    packages = folder / "packages"
    packages.mkdir()
    install(packages, "wells", WELLS.replace("endpoints=ENDPOINTS", "endpoints=ENDPOINTS + FAULTY"))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(packages))
        async with open_house(folder / "data", city_with_gauges(folder, MAKASSAR)) as made:
            await made.account("ani", Assignment(role="administrator"))
            yield made
    sys.modules.pop("wells", None)


@pytest.fixture(scope="module")
async def ani(opened: Opened) -> str:
    """The cookie of the administrator."""
    return await opened.cookie("ani")


async def test_an_owner_is_taken_in_with_the_fact_that_names_nobody(opened: Opened, ani: str) -> None:
    async with opened.client(cookie=ani) as client:
        made = await client.post(OWNERS, json=SITI)
        assert (made.status_code, made.json()) == (201, SITI)
        assert (await client.get(f"{OWNERS}/o1")).json() == SITI
        renamed = await client.patch(f"{OWNERS}/o1", json={"name": "Siti Aminah"})
        assert (renamed.status_code, renamed.content) == (204, b"")
        told = (await client.get(OWNERS, params={"least": "2", "tenant": "makassar"})).json()
        assert told == {"owners": [SITI | {"name": "Siti Aminah"}]}
        assert (await client.get(OWNERS, params={"least": "3"})).json() == {"owners": []}
        assert (await client.post(OWNERS, json=SITI)).status_code == 409
        assert (await client.get(f"{OWNERS}/o%2F2")).status_code == 404
        fact = (await client.get("/ngsi-ld/v1/entities/urn:ngsi-ld:WellOwners:city")).text
    assert '"reported"' in fact and "Siti" not in fact


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b'{"key": "o2", "wells": 1}', "name"),
        (b'{"key": "o2", "name": "B", "wells": "two"}', "wells"),
        (b'{"key": "o2", "name": "B", "wells": 1, "phone": "0812"}', "phone"),
        (b'{"key": "o2", "name": "B", "wells": 123456789012345678901234567890}', "wells"),
        (b"[" * 100_000, "body"),
    ],
)
async def test_a_bad_body_is_refused_with_its_field(opened: Opened, ani: str, body: bytes, field: str) -> None:
    async with opened.client(cookie=ani) as client:
        reply = await client.post(OWNERS, content=body, headers=JSON)
    assert (reply.status_code, reply.headers["content-type"]) == (400, "application/problem+json")
    assert field in reply.json()["detail"]


async def test_what_the_service_itself_finds_wrong_comes_in_three_languages(opened: Opened, ani: str) -> None:
    async with opened.client(cookie=ani) as client:
        reply = await client.post(OWNERS, json=SITI | {"key": "o9", "name": " "})
    (fault,) = reply.json()["errors"]
    assert (reply.status_code, fault["field"]) == (400, "name")
    assert fault["reason"].keys() == {"id", "en", "ja"}


async def test_other_media_unknown_parameters_and_other_methods_are_refused(opened: Opened, ani: str) -> None:
    async with opened.client(cookie=ani) as client:
        form = await client.post(OWNERS, content=b"key=o2", headers={"content-type": "text/plain"})
        unknown = await client.get(OWNERS, params={"most": "1"})
        no_number = await client.get(OWNERS, params={"least": "few"})
        assert (form.status_code, (await client.put(OWNERS)).status_code) == (415, 405)
        assert (await client.get(f"{OWNERS}/o1/wells")).status_code == 404
    assert (unknown.status_code, no_number.status_code) == (400, 400)
    assert "most" in unknown.json()["detail"] and "least" in no_number.json()["detail"]


async def test_every_role_meets_every_endpoint_as_its_permission_says(opened: Opened) -> None:
    routes = [route for route in all_routes(opened.house.registry) if route.path.startswith(f"{WELLS_PATH}/")]
    assert len(routes) == 7
    for role in sorted(ROLES.keys() - {"public"}):
        cookie = await opened.account(f"of-{role}", Assignment(role=role))
        async with opened.client(cookie=cookie) as client:
            for route in routes:
                answer = await client.request(route.method, route.path.replace("{key}", "none"))
                may = route.permission is None or route.permission in ROLES[role]
                assert (answer.status_code != 403) == may, (role, route.path)
    async with opened.client() as stranger:
        met = [(await stranger.request(each.method, each.path.replace("{key}", "none"))).status_code for each in routes]
    assert met == [200 if each.permission is None else 401 for each in routes]
    assert [each.path for each in routes if each.permission is None and "(open: it names nobody)" in each.summary] == [
        f"{WELLS_PATH}/count"
    ]


async def test_a_reading_of_personal_columns_is_on_record_and_grants_reach_into_it(opened: Opened, ani: str) -> None:
    car = opened.house.pinisi_table.expand_term("Vehicle")
    other = await opened.account("driver", Assignment(role="department", types=frozenset({car})))
    async with opened.client(cookie=other) as client:
        refused = await client.get(OWNERS)
    assert (refused.status_code, "lie outside" in refused.json()["detail"]) == (403, True)
    async with opened.client(cookie=ani) as client:
        await client.post(OWNERS, json=SITI | {"key": "o7"})
        await client.get(f"{OWNERS}/o7")
        trail = (await client.get(f"{OURS}/audit", params={"limit": "20"})).text
    assert "records.read" in trail and "wells__owner.name" in trail and "o7" in trail
    assert "Siti" not in trail


async def test_a_fault_of_the_service_is_told_without_what_was_sent(opened: Opened, ani: str) -> None:
    with structlog.testing.capture_logs() as told:
        async with opened.client(cookie=ani) as client:
            broken = await client.post(f"{WELLS_PATH}/broken", json=SITI | {"name": "Raden Mas"})
            late = await client.post(f"{WELLS_PATH}/sleepy")
    assert (broken.status_code, broken.json()["status"]) == (500, 500)
    assert (late.status_code, "send it again" in late.json()["detail"]) == (503, True)
    lines = [each for each in told if each.get("service") == "wells"]
    assert [(each["endpoint"], each["error"]) for each in lines] == [
        ("POST /broken", "RuntimeError"),
        ("POST /sleepy", "TimeoutError"),
    ]
    assert "wells.py:" in lines[0]["at"]
    assert "Raden" not in repr(told) + broken.text


async def test_a_service_that_does_not_run_answers_503_with_the_reason(opened: Opened, ani: str) -> None:
    room = opened.house.town("makassar").rooms.rooms["wells"]
    async with opened.client(cookie=ani) as client:
        await client.post(WELLS_PATH, json={"on": False}, headers=JSON)
        off = await client.get(OWNERS)
        await client.post(WELLS_PATH, json={"on": True}, headers=JSON)
        assert (await client.get(OWNERS)).status_code == 200
        room.failure = "its disk is full"
        failed = await client.get(OWNERS)
        async with opened.client() as stranger:
            open_to_all = await stranger.get(f"{WELLS_PATH}/count")
        room.failure = ""
        elsewhere = await client.get(OWNERS, headers={"NGSILD-Tenant": "nowhere"})
    assert [(each.status_code, each.json()["detail"]) for each in (off, failed, open_to_all, elsewhere)] == [
        (503, "wells is switched off"),
        (503, "wells has failed: its disk is full"),
        (503, "wells has failed"),
        (503, "wells does not run in this tenant"),
    ]


async def test_the_interface_tells_of_them_with_their_types(opened: Opened) -> None:
    async with opened.client() as client:
        told: dict[str, Any] = (await client.get(f"{OURS}/openapi.json")).json()
    post, get = told["paths"][OWNERS]["post"], told["paths"][OWNERS]["get"]
    assert (post["x-permission"], get["x-permission"]) == ("records.write", "records.read")
    owner = {"$ref": "#/components/schemas/wells.Owner"}
    assert post["requestBody"]["content"]["application/json"]["schema"] == owner
    assert post["responses"]["201"]["content"]["application/json"]["schema"] == owner
    assert get["parameters"] == [
        {"name": "least", "in": "query", "required": False, "schema": {"type": "integer", "default": 0}}
    ]
    assert told["components"]["schemas"]["wells.Owner"]["additionalProperties"] is False
    assert told["components"]["schemas"]["wells.Owners"]["properties"]["owners"]["items"] == owner


def test_what_the_house_serves_under_a_service_is_not_free_to_it() -> None:
    prefix = f"{OURS}/services/{{name}}/"
    own = {route.path.removeprefix(prefix).split("/")[0] for route in ROUTES if route.path.startswith(prefix)}
    assert own == OF_THE_HOUSE
