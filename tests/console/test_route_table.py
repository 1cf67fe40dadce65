"""The route table: who may use each address, and what an empty call meets."""

import re

import httpx
import msgspec
import pytest
from house_at_hand import Opened

from pinisi.console.http import Call, Reply, Route
from pinisi.console.route_tree import RouteTree
from pinisi.console.routes import all_routes
from pinisi.people.accounts import Assignment
from pinisi.people.fixed import DEMO
from pinisi.people.roles import PERMISSIONS
from pinisi.runtime.services import discover

pytestmark = pytest.mark.anyio
ROUTES = all_routes(discover())
"""Also what the house's own services declare."""
NAMES = [f"{route.method} {route.path}" for route in ROUTES]
GUARDED = [route for route in ROUTES if route.permission is not None]
STREAM = "/pinisi/v1/stream"


def address(route: Route) -> str:
    return re.sub(r"\{\w+\}", "urn:x:1", route.path)


def test_no_address_stands_twice() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_a_route_names_a_permission_that_exists_or_says_why_it_is_open(route: Route) -> None:
    assert route.permission in PERMISSIONS or "open:" in route.summary.lower()


def test_only_queries_and_what_is_ones_own_are_sent_with_no_more_than_a_right_to_read() -> None:
    sent = [route for route in GUARDED if route.method != "GET" and str(route.permission).endswith(".read")]
    assert {route.path for route in sent} <= {
        "/ngsi-ld/v1/entityMaps",
        "/ngsi-ld/v1/entityMaps/{id}",
        "/ngsi-ld/v1/entityOperations/query",
        "/ngsi-ld/v1/snapshots",
        "/ngsi-ld/v1/snapshots/{id}",
        "/ngsi-ld/v1/snapshots/{id}/clone",
        "/ngsi-ld/v1/temporal/entityMaps",
        "/ngsi-ld/v1/temporal/entityOperations/query",
        "/v2/op/query",
        "/pinisi/v1/audit/verification",
        "/pinisi/v1/password",
        "/pinisi/v1/sessions/{id}",
    }


def of_v2(route: Route) -> bool:
    """Whether it refuses in the words of NGSI v2."""
    return f"{route.path}/".startswith("/v2/")


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: f"{route.method} {route.path}")
async def test_without_sign_in_it_answers_401(lived_in: Opened, route: Route) -> None:
    async with lived_in.client() as stranger:
        answer = await stranger.request(route.method, address(route))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    of_brokers = f"{route.path}/".startswith(("/ngsi-ld/", "/v2/"))
    assert answer.headers["content-type"] == ("application/json" if of_brokers else "application/problem+json")
    assert set(answer.json()) == {"error", "description"} if of_v2(route) else answer.json()["status"] == 401


@pytest.fixture(scope="session")
async def powerless(lived_in: Opened) -> str:
    """The cookie of somebody who may do nothing in this tenant."""
    return await lived_in.account("wati", Assignment(role="viewer", tenants=frozenset({"elsewhere"})))


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: f"{route.method} {route.path}")
async def test_without_its_permission_it_answers_403(lived_in: Opened, powerless: str, route: Route) -> None:
    async with lived_in.client(cookie=powerless) as client:
        answer = await client.request(route.method, address(route))
    assert answer.status_code == 403
    assert str(route.permission) in answer.json()["description" if of_v2(route) else "detail"]


def check_refusal(route: Route, answer: httpx.Response) -> None:
    if answer.status_code == 415 and route.path.startswith("/ngsi-ld/v1/"):
        assert (answer.content, answer.headers["accept"]) == (b"", "application/json, application/ld+json")  # 6.3.4
        return
    problem = msgspec.json.decode(answer.content)
    if route.path.startswith("/v2"):
        assert problem.keys() == {"error", "description"}
        return
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
async def test_an_empty_call_is_answered_in_plain_words(calm: Opened, route: Route) -> None:
    if route.path in (STREAM, "/pinisi/v1/backup", "/pinisi/v1/audit/export"):
        pytest.skip("has tests of its own: it never ends, or it puts itself on record")
    before = await calm.position()
    async with calm.client() as client:
        answer = await client.request(route.method, address(route))
    assert answer.status_code < 500
    if answer.status_code >= 400:
        check_refusal(route, answer)
    # The house itself may write meanwhile (clocks, checkpoints, what it remembers); he who called must not have.
    written = (await calm.house.store.log(calm.house.default_tenant, before, 1_000)).entries
    assert [entry for entry in written if entry.principal == DEMO.id] == []


@pytest.mark.parametrize("method", ["PUT", "TRACE", "CONNECT", "PROPFIND", "DELETE"])
async def test_another_method_is_answered_with_those_that_there_are(calm: Opened, method: str) -> None:
    async with calm.client() as client:
        answer = await client.request(method, "/pinisi/v1/now")
        options = await client.options("/pinisi/v1/now")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert (options.status_code, options.headers["allow"]) == (204, "GET")


@pytest.mark.parametrize(
    ("path", "there", "parameters"),
    [
        (b"/ngsi-ld/v1/entities/{}", True, {"id": "{}"}),
        (b"/ngsi-ld/v1/entities/%7B%7D", True, {"id": "{}"}),
        (b"/ngsi-ld/v1/entities/a%2Fb", True, {"id": "a/b"}),
        (b"/ngsi-ld/v1/entities/urn:a/b/attrs/c", True, {"id": "urn:a/b", "attribute": "c"}),
        (b"/ngsi-ld/v1/entities/urn:a/attrs/https://b.c/d", True, {"id": "urn:a", "attribute": "https://b.c/d"}),
        (b"/ngsi-ld/v1/entities/http://a/b/attrs/http://c/d", True, {"id": "http://a/b", "attribute": "http://c/d"}),
        (b"/ngsi-ld/v1/entities/" + b"a:/" * 4_000, False, {}),
        (b"/ngsi-ld/v1/entities/", True, {}),
        (b"/ngsi-ld//v1/entities", False, {}),
        (b"/", False, {}),
        (b"//", False, {}),
        (b"/ngsi-ld/v1", False, {}),
        (b"/pinisi/v1/incidents/x/acts/y", False, {}),
    ],
)
def test_a_path_finds_its_route_and_the_values_of_its_parameters(
    path: bytes, there: bool, parameters: dict[str, str]
) -> None:
    found = RouteTree(ROUTES).find(path)
    assert (found is not None) is there
    assert found is None or found[1] == parameters


def tree(*paths: str) -> RouteTree:
    async def endpoint(_house: object, _call: Call) -> Reply:
        return Reply(204)

    return RouteTree(Route(method="GET", path=path, permission=None, endpoint=endpoint, summary=path) for path in paths)


@pytest.mark.parametrize(
    ("path", "leads_to", "parameters"),
    [
        (b"/services/wells", "/services/{name}", {"name": "wells"}),
        (b"/services/wells/owners", "/services/wells/owners", {}),
        (b"/services/wells/a%2Fb", "/services/wells/{key}", {"key": "a/b"}),
        (b"/services/wells/a/parked", "/services/{name}/{reaction}/parked", {"name": "wells", "reaction": "a"}),
        (b"/services/flood/a/parked", "/services/{name}/{reaction}/parked", {"name": "flood", "reaction": "a"}),
        (b"/services/flood/owners", None, {}),
    ],
)
def test_a_name_goes_before_a_parameter_and_hides_nothing_behind_it(
    path: bytes, leads_to: str | None, parameters: dict[str, str]
) -> None:
    found = tree(
        "/services/{name}", "/services/{name}/{reaction}/parked", "/services/wells/owners", "/services/wells/{key}"
    ).find(path)
    assert (found and found[0].routes["GET"].path) == leads_to
    assert found is None or found[1] == parameters


async def test_the_head_of_an_answer_has_its_length_and_no_body(calm: Opened) -> None:
    async with calm.client() as client:
        head = await client.head("/pinisi/v1/areas")
        whole = await client.get("/pinisi/v1/areas")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]
