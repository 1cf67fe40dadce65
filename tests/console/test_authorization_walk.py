"""Every route by every role: who passes the one authorization layer, as docs/reference/routes.md and people.md say.

The gate, the accounts and the application are real; only behind the gate each route's endpoint is one that says
"reached", so that a walk deletes nothing. A route that the page does not list fails.
"""

import re
from dataclasses import dataclass
from itertools import chain

import httpx
import msgspec
import pytest
from house_at_hand import BASE, ROOT, Opened

from patience import PATIENCE
from pinisi.city.text import Text
from pinisi.console.application import Application
from pinisi.console.http import Call, Reply, Route
from pinisi.console.routes import all_routes
from pinisi.people.account_register import AccountChange
from pinisi.people.accounts import Assignment
from pinisi.people.fixed import DEMO
from pinisi.people.roles import NEVER_BY_TOKEN, PERMISSIONS
from pinisi.people.token_register import TokenWish
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.manifest import Service
from pinisi.runtime.services import Found, Registry

pytestmark = pytest.mark.anyio
REFERENCE = ROOT / "docs" / "reference"
REACHED = 299
ADMIN = "administrator"
UNKNOWN, LACKING = 401, 403


def routes_as_written() -> dict[tuple[str, str], str | None]:
    """Method and path -> permission (None: open), as the page of routes and that of endpoints list them."""
    rows = re.findall(r"^\| `([A-Z]+) (/\S+)` \| (\S+) \|", (REFERENCE / "routes.md").read_text(), re.MULTILINE)
    return {(method, path): None if permission == "open" else permission for method, path, permission in rows}


def roles_as_written() -> dict[str, frozenset[str]]:
    """Role -> permissions, as the table of people.md has it."""
    lines = (REFERENCE / "people.md").read_text().split("\n")
    begin = next(number for number, line in enumerate(lines) if line.startswith("| permission | administrator"))
    head, _, *table = [cells(line) for line in lines[begin : begin + 2 + len(PERMISSIONS)]]
    held = {role: {row[0].strip("`") for row in table if row[number] == "yes"} for number, role in enumerate(head)}
    return {role: frozenset(permissions) for role, permissions in held.items() if role != "permission"}


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]


WRITTEN = routes_as_written()
ROLES = roles_as_written()
HELD = sorted(ROLES.keys() - {"public"})


async def reached(_house: object, _call: Call) -> Reply:
    return Reply(REACHED)


def harmless(routes: tuple[Route, ...]) -> tuple[Route, ...]:
    return tuple(msgspec.structs.replace(route, endpoint=reached) for route in routes)


@dataclass
class Gatehouse:
    """The real house before which every route only says that it was reached."""

    house: Opened
    routes: tuple[Route, ...]

    @property
    def application(self) -> Application:
        return Application(self.house.house, harmless(self.routes), lambda _call: None)

    def client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.application, raise_app_exceptions=False, client=("127.0.0.1", 50_000))
        return httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers, timeout=PATIENCE)

    async def walk(self, headers: dict[str, str]) -> dict[tuple[str, str], int]:
        """What each route answers to these headers."""
        async with self.client(headers) as client:
            return {
                (route.method, route.path): (await client.request(route.method, address(route))).status_code
                for route in self.routes
            }


def address(route: Route) -> str:
    return re.sub(r"\{\w+\}", "urn:x:1", route.path)


def allowed(
    routes: tuple[Route, ...], permissions: frozenset[str], lacking: int = LACKING
) -> dict[tuple[str, str], int]:
    """What each route should answer to whoever holds these permissions."""
    asked = {(route.method, route.path): WRITTEN.get((route.method, route.path), "unlisted") for route in routes}
    return {
        place: REACHED if permission is None or permission in permissions else lacking
        for place, permission in asked.items()
    }


@pytest.fixture(scope="session")
async def gatehouse(lived_in: Opened) -> Gatehouse:
    return Gatehouse(lived_in, all_routes(lived_in.house.registry))


@pytest.fixture(scope="session")
async def cookies(lived_in: Opened) -> dict[str, dict[str, str]]:
    """A session of an account of each role, without limits."""
    made = {role: await lived_in.account(f"walk.{role}", Assignment(role=role)) for role in HELD if role != ADMIN}
    return {role: {"cookie": cookie} for role, cookie in (made | {ADMIN: await lived_in.cookie("ani")}).items()}


async def test_every_route_is_listed_with_its_permission_and_no_other_is(gatehouse: Gatehouse) -> None:
    assert {(route.method, route.path): route.permission for route in gatehouse.routes} == WRITTEN
    assert set(chain.from_iterable(ROLES.values())) == PERMISSIONS.keys()


@pytest.mark.parametrize("role", HELD)
async def test_a_role_reaches_what_its_permissions_open_and_nothing_else(
    gatehouse: Gatehouse, cookies: dict[str, dict[str, str]], role: str
) -> None:
    assert await gatehouse.walk(cookies[role]) == allowed(gatehouse.routes, ROLES[role])


async def test_a_stranger_reaches_only_what_is_open(gatehouse: Gatehouse) -> None:
    expected = allowed(gatehouse.routes, frozenset(), UNKNOWN)
    assert await gatehouse.walk({}) == expected
    assert await gatehouse.walk({"cookie": "pinisi_session=" + "a" * 64}) == expected
    assert await gatehouse.walk({"authorization": f"Bearer pinisi_{'a' * 12}_{'b' * 64}"}) == expected
    assert sorted(path for (_, path), status in expected.items() if status == REACHED) == sorted(
        path for (_, path), permission in WRITTEN.items() if permission is None
    )


@pytest.mark.parametrize("role", HELD)
async def test_a_role_that_may_not_write_changes_nothing(gatehouse: Gatehouse, lived_in: Opened, role: str) -> None:
    cookie = await lived_in.account(f"look.{role}", Assignment(role=role, write=False))
    answers = await gatehouse.walk({"cookie": cookie})
    changing = {"context.write", "incidents.act", "commands.give", "jobs.run", "sources.push", "house.manage"}
    refused = [place for place, permission in WRITTEN.items() if permission in changing | {"people.manage"}]
    assert refused
    assert {answers[place] for place in refused} == {LACKING}


@pytest.mark.parametrize("tenant", ["elsewhere", "_people"])
async def test_a_role_of_one_tenant_reaches_nothing_in_another(
    gatehouse: Gatehouse, lived_in: Opened, tenant: str
) -> None:
    cookie = await lived_in.account(
        f"only.here.{tenant.strip('_')}", Assignment(role="supervisor", tenants=frozenset({"makassar"}))
    )
    there = await gatehouse.walk({"cookie": cookie, "ngsild-tenant": tenant})
    assert there == allowed(gatehouse.routes, frozenset())
    assert (await gatehouse.walk({"cookie": cookie}))["GET", "/pinisi/v1/now"] == REACHED


async def test_nobody_enters_the_tenant_of_people_not_even_an_administrator(
    gatehouse: Gatehouse, cookies: dict[str, dict[str, str]]
) -> None:
    there = await gatehouse.walk(cookies[ADMIN] | {"ngsild-tenant": "_people"})
    assert there == allowed(gatehouse.routes, frozenset())


@pytest.mark.parametrize("role", [role for role in HELD if ROLES[role] - NEVER_BY_TOKEN])
async def test_a_token_reaches_what_it_was_given_and_never_people(
    gatehouse: Gatehouse, lived_in: Opened, cookies: dict[str, dict[str, str]], role: str
) -> None:
    owner = "ani" if role == ADMIN else f"walk.{role}"
    may = ROLES[role] - NEVER_BY_TOKEN
    for given in (may, frozenset({min(may)})):
        wish = TokenWish(label="walk", permissions=given)
        made = await lived_in.house.people.tokens.make(owner, wish, DEMO, lived_in.house.now())
        answers = await gatehouse.walk({"authorization": f"Bearer {made.text}"})
        assert answers == allowed(gatehouse.routes, given)


async def test_a_disabled_account_is_a_stranger_with_its_session_and_its_token(
    gatehouse: Gatehouse, lived_in: Opened
) -> None:
    people, now = lived_in.house.people, lived_in.house.now()
    cookie = await lived_in.account("gone", Assignment(role="technician"))
    made = await people.tokens.make("gone", TokenWish(label="x", permissions=frozenset({"house.manage"})), DEMO, now)
    await people.accounts.change("gone", AccountChange(disabled=True), DEMO, now)
    expected = allowed(gatehouse.routes, frozenset(), UNKNOWN)
    assert await gatehouse.walk({"cookie": cookie}) == expected
    assert await gatehouse.walk({"authorization": f"Bearer {made.text}"}) == expected


async def answer(_visit: object) -> None:
    return None


def declared_later(permission: str) -> tuple[Route, ...]:
    """The routes of a house in which a service is installed that nobody has seen yet."""
    title = Text(id="x", en="x", ja="x")
    method = "GET" if permission.endswith(".read") else "POST"
    endpoint = Endpoint(method=method, path="/owners/{key}", title=title, handle=answer, permission=permission)
    service = Service(name="later", title=title, endpoints=(endpoint,), licence="CC0-1.0")
    registry = Registry([Found("later", "pinisi-later", service)])
    return tuple(route for route in all_routes(registry) if route.path.startswith("/pinisi/v1/services/later"))


@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
async def test_what_a_service_declares_later_stands_under_the_same_layer(
    lived_in: Opened, cookies: dict[str, dict[str, str]], permission: str
) -> None:
    (route,) = declared_later(permission)
    gatehouse = Gatehouse(lived_in, (route,))
    for role in HELD:
        expected = REACHED if permission in ROLES[role] else LACKING
        assert await gatehouse.walk(cookies[role]) == {(route.method, route.path): expected}
    assert await gatehouse.walk({}) == {(route.method, route.path): UNKNOWN}
