"""The interface of people, endpoint by endpoint, as an administrator's day meets it."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from people_at_hand import CITY, HERE, NOW, PASSWORD, quick_passwords

from pinisi.console.http import Call, Reply, Route
from pinisi.console.people_endpoints import PEOPLE_ROUTES
from pinisi.people.accounts import Account, principal_of
from pinisi.people.errors import BadField, Conflict, NotAllowed, NotThere, SignInRefused, TooSoon
from pinisi.people.fixed import DEMO, NOBODY
from pinisi.people.gate import Gate
from pinisi.people.patience import FREE
from pinisi.people.register import People
from pinisi.people.roles import PERMISSIONS
from pinisi.store.change import AuditEntry
from pinisi.store.protocol import Store
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import SYSTEM, Principal

pytestmark = pytest.mark.anyio
ROUTES: dict[str, Route] = {f"{route.method} {route.path.removeprefix('/pinisi/v1')}": route for route in PEOPLE_ROUTES}


@dataclass
class SmallHouse:
    """A house with people in it and nothing else."""

    store: Store
    people: People

    def now(self) -> int:
        return NOW + 1_000_000


@pytest.fixture
def house(store: SqliteStore, people: People) -> SmallHouse:
    return SmallHouse(store, people)


async def ask(
    house: SmallHouse,
    route: str,
    body: object = None,
    by: Principal = DEMO,
    *,
    query: str = "",
    cookie: str = "",
    origin: str = "",
    **params: str,
) -> Reply:
    method, path = route.split(" ")
    headers = {b"cookie": f"pinisi_session={cookie}".encode(), b"origin": origin.encode()}
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    call = Call(
        method,
        path,
        principal=by,
        tenant=CITY,
        query_string=query.encode(),
        headers=headers,
        address=HERE,
        body=content,
        params=params,
    )
    return await ROUTES[route].endpoint(house, call)


def read(reply: Reply) -> Any:
    return msgspec.json.decode(reply.body)


def cookie_of(reply: Reply) -> str:
    return dict(reply.headers)[b"set-cookie"].decode()


def session_in(reply: Reply) -> str:
    return cookie_of(reply).partition(";")[0].partition("=")[2]


def test_every_route_names_a_permission_that_exists_or_says_why_it_is_open() -> None:
    for name, route in ROUTES.items():
        assert route.permission in PERMISSIONS or "Open:" in route.summary, name


async def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use(
    house: SmallHouse, ani: Account
) -> None:
    reply = await ask(house, "POST /login", {"account": "ani", "password": PASSWORD}, NOBODY)
    assert (reply.status, read(reply)) == (200, {"account": "ani", "name": "ani"})
    words = cookie_of(reply).split("; ")
    assert {"Path=/", "HttpOnly", "SameSite=Strict", "Secure"} <= set(words)
    admitted = await Gate(house.people).admit({b"cookie": words[0].encode()}, HERE, CITY, house.now())
    assert admitted == principal_of(ani, CITY)


async def test_on_this_machine_the_cookie_goes_without_tls_unless_the_page_came_with_it(
    store: SqliteStore, ani: Account
) -> None:
    house = SmallHouse(store, People(store, loopback=True, passwords=quick_passwords()))
    body = {"account": "ani", "password": PASSWORD}
    assert "Secure" not in cookie_of(await ask(house, "POST /login", body, origin="http://127.0.0.1:9090"))
    assert "Secure" in cookie_of(await ask(house, "POST /login", body, origin="https://pinisi.makassar.go.id"))


async def test_a_wrong_password_is_refused(house: SmallHouse, ani: Account) -> None:
    with pytest.raises(SignInRefused):
        await ask(house, "POST /login", {"account": "ani", "password": "x"}, NOBODY)
    with pytest.raises(BadField) as bad:
        await ask(house, "POST /login", {"account": "ani"}, NOBODY)
    assert bad.value.field == "password"


async def test_who_guesses_from_elsewhere_does_not_keep_the_owner_out(house: SmallHouse, ani: Account) -> None:
    for _ in range(FREE):
        with pytest.raises(SignInRefused):
            await ask(house, "POST /login", {"account": "ani", "password": "x"}, NOBODY)
    with pytest.raises(TooSoon):
        await ask(house, "POST /login", {"account": "ani", "password": PASSWORD}, NOBODY)
    assert await house.people.sessions.sign_in("ani", PASSWORD, "10.0.0.8", house.now())


async def test_signing_out_clears_the_cookie_and_ends_the_session(house: SmallHouse, ani: Account) -> None:
    cookie = session_in(await ask(house, "POST /login", {"account": "ani", "password": PASSWORD}))
    reply = await ask(house, "POST /logout", cookie=cookie)
    assert (reply.status, "Max-Age=0" in cookie_of(reply)) == (204, True)
    assert await house.people.sessions.opened(cookie, NOW) is None
    assert (await ask(house, "POST /logout")).status == 204


async def test_one_changes_ones_own_password_and_other_browsers_are_out(house: SmallHouse, budi: Account) -> None:
    by = principal_of(budi, CITY)
    old = (await house.people.sessions.sign_in("budi", PASSWORD, "", NOW)).cookie
    reply = await ask(house, "POST /password", {"password": PASSWORD, "new": "a quite different phrase"}, by)
    assert await house.people.sessions.opened(old, house.now()) is None
    assert await house.people.sessions.opened(session_in(reply), house.now())


@pytest.mark.parametrize(
    ("password", "new", "field"), [("wrong", "a quite different phrase", "password"), (PASSWORD, "short", "new")]
)
async def test_a_password_that_cannot_be_changed_says_which(
    house: SmallHouse, budi: Account, password: str, new: str, field: str
) -> None:
    with pytest.raises(BadField) as bad:
        await ask(house, "POST /password", {"password": password, "new": new}, principal_of(budi, CITY))
    assert bad.value.field == field


async def test_an_account_is_made_shown_and_changed(house: SmallHouse, ani: Account) -> None:
    assignments = [{"role": "department", "types": ["urn:WasteBank"], "areas": ["73.71.09"]}]
    wish = {"account": "Siti Rahma", "name": "Siti Rahma", "password": PASSWORD, "assignments": assignments}
    made = await ask(house, "POST /accounts", wish)
    assert made.status == 201
    assert dict(made.headers)[b"location"] == b"/pinisi/v1/accounts/siti.rahma"
    changed = await ask(house, "PATCH /accounts/{id}", {"disabled": True}, id="siti.rahma")
    assert read(changed)["disabled"] is True
    listed = read(await ask(house, "GET /accounts"))
    assert [account["id"] for account in listed["accounts"]] == ["ani", "siti.rahma"]
    assert listed["accounts"][1]["assignments"] == assignments
    assert listed["position"] == await house.people.version()


async def test_no_answer_carries_a_hash(house: SmallHouse, budi: Account) -> None:
    made = await ask(house, "POST /tokens", {"label": "x", "permissions": ["context.read"], "owner": "budi"})
    changed = await ask(house, "PATCH /accounts/{id}", {"password": "a quite different phrase"}, id="budi")
    for reply in (made, changed, await ask(house, "GET /accounts"), await ask(house, "GET /tokens")):
        assert b"argon2" not in reply.body
        assert b"digest" not in reply.body


async def test_what_cannot_be_is_refused_with_its_name(house: SmallHouse, ani: Account) -> None:
    with pytest.raises(Conflict):
        await ask(house, "PATCH /accounts/{id}", {"disabled": True}, id="ani")
    with pytest.raises(NotThere):
        await ask(house, "PATCH /accounts/{id}", {"disabled": True}, id="nobody")
    with pytest.raises(BadField) as bad:
        await ask(house, "POST /accounts", {"account": "budi", "assignments": [{"role": "king"}]})
    assert bad.value.field == "assignments[0].role"


async def test_a_token_is_shown_once_and_revoked(house: SmallHouse, ani: Account) -> None:
    by = principal_of(ani, CITY)
    asked = {
        "label": "Gauges",
        "permissions": ["context.write"],
        "days": 30,
        "grants": [{"types": ["urn:Gauge"], "write": True}],
    }
    made = await ask(house, "POST /tokens", asked, by)
    text, id = read(made)["token"], read(made)["id"]
    assert (made.status, dict(made.headers)[b"cache-control"]) == (201, b"no-store")
    assert await house.people.tokens.opened(text, house.now())
    listed = await ask(house, "GET /tokens", by=by)
    assert text.encode() not in listed.body
    assert [token["state"] for token in read(listed)["tokens"]] == ["valid"]
    assert (await ask(house, "DELETE /tokens/{id}", by=by, id=id)).status == 204
    assert await house.people.tokens.opened(text, house.now()) is None
    assert [token["state"] for token in read(await ask(house, "GET /tokens", by=by))["tokens"]] == ["revoked"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"permissions": ["context.reed"]}, "permissions"),
        ({"expiresAt": "tomorrow"}, "expiresAt"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"days": 400}, "expiresAt"),
        ({"days": 0}, "expiresAt"),
        ({"days": 1, "expiresAt": "2026-12-01T00:00:00Z"}, "days"),
        ({"grants": [{}, {"types": ["Gauge"]}]}, "grants[1].types"),
        ({"tenants": [""]}, "tenants"),
        ({"label": " "}, "label"),
    ],
)
async def test_a_token_that_cannot_be_says_why(
    house: SmallHouse, ani: Account, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(BadField) as bad:
        asked = {"label": "x", "permissions": ["context.read"], **wrong}
        await ask(house, "POST /tokens", asked, principal_of(ani, CITY))
    assert bad.value.field == field


async def test_tokens_are_made_for_oneself_unless_one_manages_people(house: SmallHouse, budi: Account) -> None:
    asked = {"label": "x", "permissions": ["context.read"]}
    for owner in ({}, {"owner": "ani"}):
        with pytest.raises(NotAllowed):
            by = NOBODY if not owner else principal_of(budi, CITY)
            await ask(house, "POST /tokens", asked | owner, by)
    with pytest.raises(NotAllowed, match="make one and sign in"):
        await ask(house, "POST /tokens", asked, DEMO)


async def test_the_trail_of_the_city_is_read_in_pages(house: SmallHouse, ani: Account) -> None:
    await house.store.apply(CITY, [AuditEntry(f"act{n}", "x", {"n": n}) for n in range(3)], SYSTEM)
    first = read(await ask(house, "GET /audit", query="limit=2"))
    assert [(line["act"], line["detail"]) for line in first["lines"]] == [("act2", {"n": 2}), ("act1", {"n": 1})]
    assert {line["byName"] for line in first["lines"]} == {"Pinisi"}
    rest = read(await ask(house, "GET /audit", query=f"limit=2&before={first['next']}"))
    assert [line["act"] for line in rest["lines"]] == ["act0"]
    assert rest["next"] is None


async def test_the_trail_of_people_is_for_those_who_manage_them(house: SmallHouse, budi: Account) -> None:
    lines = read(await ask(house, "GET /audit", query="of=people"))["lines"]
    assert [line["subject"] for line in lines] == ["account/budi", "account/ani"]
    with pytest.raises(NotAllowed):
        await ask(house, "GET /audit", query="of=people", by=principal_of(budi, CITY))


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=9999", "before=-1", "before=" + "9" * 30, "of=all", "op=look"]
)
async def test_a_bad_parameter_is_named(house: SmallHouse, query: str) -> None:
    with pytest.raises(BadField) as bad:
        await ask(house, "GET /audit", query=query)
    assert bad.value.field == query.partition("=")[0]
