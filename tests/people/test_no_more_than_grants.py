"""No sequence of calls gives anybody more than his grants: accounts, assignments, tokens, narrowing, sessions, time.

The rooms and the one authorization layer are real, the calls go over HTTP. Beside them runs a model: what each
credential may be worth at most, said anew from the rules of docs/reference/people.md.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import httpx
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import Bundle as Pile
from hypothesis.stateful import RuleBasedStateMachine, consumes, initialize, invariant, multiple, precondition, rule
from people_at_hand import ADMINISTRATOR, NOW, PASSWORD, quick_passwords, wish

from patience import PATIENCE
from pinisi.console.application import Application
from pinisi.console.our_names import OurNames
from pinisi.console.people_endpoints import PEOPLE_ROUTES
from pinisi.people.accounts import WRITING
from pinisi.people.fixed import DEMO
from pinisi.people.gate import Gate
from pinisi.people.register import People
from pinisi.people.roles import ASSIGNABLE, ROLES
from pinisi.settings import Settings
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, Instant
from pinisi.vocabulary.principal import Principal

T = TypeVar("T")
MILLISECOND = 1_000
HOME, ELSEWHERE = "makassar", "gowa"
BANK, CLINIC = "urn:WasteBank", "urn:Puskesmas"
STOCK, NAME = "urn:stock", "urn:name"
DISTRICT, VILLAGE, OTHER = "73.71.09", "73.71.09.1001", "73.71.11"
PLACES: tuple[tuple[str, ...], ...] = ((), (DISTRICT,), (VILLAGE, DISTRICT), (OTHER,))
NAMES = ("budi", "siti", "siti", "wati")
SECOND_PASSWORD = "kapal layar di laut lepas"
HOUSE = {"people.manage", "house.manage"}
NEVER_A_TOKENS = {"people.manage", "tokens.make"}


# the model


@dataclass(frozen=True)
class Held:
    """An assignment, or the limit of a token (`role` empty)."""

    role: str
    tenants: frozenset[str] | None = None
    types: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    attributes: frozenset[str] | None = None
    write: bool = True

    def permissions(self) -> set[str]:
        limits = (self.tenants, self.types, self.areas, self.attributes)
        given = set(ROLES[self.role])
        if not self.write or any(limit is not None for limit in limits):
            given -= HOUSE
        return given if self.write else given - WRITING

    def in_tenant(self, tenant: str) -> bool:
        return self.tenants is None or tenant in self.tenants

    def reaches(self, type: str, areas: tuple[str, ...], attribute: str) -> bool:
        within = self.areas is None or any(area in self.areas for area in areas)
        return within and all(
            limit is None or word in limit for limit, word in ((self.types, type), (self.attributes, attribute))
        )

    def told(self) -> dict[str, Any]:
        limits = {name: getattr(self, name) for name in ("tenants", "types", "areas", "attributes")}
        shown = {name: sorted(limit) for name, limit in limits.items() if limit is not None}
        return {**({"role": self.role} if self.role else {}), **shown, "write": self.write}


@dataclass
class Person:
    assignments: tuple[Held, ...]
    disabled: bool = False
    password: str = PASSWORD

    def in_tenant(self, tenant: str) -> list[Held]:
        return [] if self.disabled else [held for held in self.assignments if held.in_tenant(tenant)]

    def permissions(self, tenant: str) -> set[str]:
        return set[str]().union(*(held.permissions() for held in self.in_tenant(tenant)))


@dataclass
class Credential:
    """A session (`permissions` None) or a token. `until`: the latest moment at which it may still open something."""

    owner: str
    header: dict[str, str]
    until: Instant
    permissions: frozenset[str] | None = None
    tenants: frozenset[str] | None = None
    limits: tuple[Held, ...] | None = None
    token: str = ""
    ended: bool = False
    used: Instant = NOW

    @property
    def is_session(self) -> bool:
        return self.permissions is None


@dataclass
class Model:
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    credentials: list[Credential] = field(default_factory=list[Credential])

    def lives(self, one: Credential, now: Instant) -> bool:
        idle = one.is_session and now - one.used >= 12 * HOUR
        return not one.ended and now < one.until and not idle and not self.people[one.owner].disabled

    def permissions(self, one: Credential, tenant: str, now: Instant) -> set[str]:
        if not self.lives(one, now):
            return set()
        held = self.people[one.owner].permissions(tenant)
        if one.permissions is None:
            return held
        there = one.tenants is None or tenant in one.tenants
        return (held & one.permissions) - NEVER_A_TOKENS if there else set()

    def may(self, one: Credential, tenant: str, type: str, areas: tuple[str, ...], attribute: str, write: bool) -> bool:
        """Whether it may reach such a value at most."""
        if one.tenants is not None and tenant not in one.tenants:
            return False
        held = [each for each in self.people[one.owner].in_tenant(tenant) if each.reaches(type, areas, attribute)]
        if write:
            held = [each for each in held if "context.write" in each.permissions()]
        limits = one.limits
        narrowed = limits is None or any(
            limit.reaches(type, areas, attribute) and (limit.write or not write) for limit in limits
        )
        return bool(held) and narrowed

    def end_sessions(self, owner: str) -> None:
        for each in self.credentials:
            each.ended |= each.owner == owner and each.is_session


# the real rooms


class Rooms:
    """People, their gate and their routes behind the real application; nothing else of the house."""

    default_tenant = HOME
    body_limit = 1 << 20
    address = OurNames(Settings(allowed_hosts=("x",)))

    def __init__(self, folder: Path) -> None:
        self.time = NOW
        self.store = SqliteStore(folder, self.now)
        self.people = People(self.store, loopback=False, passwords=quick_passwords(), clock=self.now)
        self.gate = Gate(self.people)
        application = Application(self, PEOPLE_ROUTES, lambda _call: None)
        transport = httpx.ASGITransport(application, client=("10.0.0.7", 50_000))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://x", timeout=PATIENCE, verify=False)

    def now(self) -> Instant:
        return self.time

    async def admit(self, headers: dict[bytes, bytes], address: str, tenant: str) -> Principal | None:
        return await self.gate.admit(headers, address, tenant, self.time)

    async def open(self) -> None:
        await self.people.open()
        await self.people.accounts.create(wish("ani", ADMINISTRATOR), DEMO, NOW)

    async def close(self) -> None:
        await self.client.aclose()
        await self.store.close()

    async def call(self, method: str, path: str, header: dict[str, str], body: object = None) -> httpx.Response:
        self.time += MILLISECOND
        self.client.cookies.clear()
        return await self.client.request(method, f"/pinisi/v1/{path}", headers=header, json=body)


# what anybody may try


def subsets(*words: str) -> some.SearchStrategy[frozenset[str] | None]:
    return some.none() | some.frozensets(some.sampled_from(words), max_size=2)


ASSIGNMENTS = some.builds(
    Held,
    role=some.sampled_from(sorted(ASSIGNABLE)),
    tenants=subsets(HOME, ELSEWHERE),
    types=subsets(BANK, CLINIC),
    areas=subsets(DISTRICT, VILLAGE, OTHER),
    attributes=subsets(STOCK, NAME),
    write=some.booleans(),
)
LIMITS = some.builds(
    Held,
    role=some.just(""),
    types=subsets(BANK, CLINIC),
    areas=subsets(DISTRICT, VILLAGE, OTHER),
    attributes=subsets(STOCK, NAME),
    write=some.booleans(),
)
NARROWER: tuple[dict[str, Any], ...] = ({"tenants": frozenset({ELSEWHERE})}, {"write": False})
WORDS = sorted(ROLES["administrator"])
SOMEBODY = some.sampled_from(("ani", *NAMES))


class Calls(RuleBasedStateMachine):
    """Any credential may try any call; whatever succeeds must have been allowed by the model."""

    credentials: "Pile[int]" = Pile("credentials")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory()
        self.model = Model({"ani": Person((Held("administrator"),))})

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def _enter(self) -> None:
        self.rooms = Rooms(Path(self.folder.name))
        await self.rooms.open()

    @initialize(target=credentials, held=some.lists(ASSIGNMENTS, min_size=1, max_size=2))
    def enter(self, held: list[Held]) -> Any:
        """The administrator, a technician of everything and somebody with limits, each with a session."""
        self.run(self._enter())
        ani = self._sign_in("ani", PASSWORD)
        self.make_account(ani, "budi", [Held("technician")])
        self.make_account(ani, "siti", held)
        sessions = [self._sign_in(name, PASSWORD) for name in ("budi", "siti")]
        house = self.make_token(ani, "budi", frozenset({"context.write", "house.manage"}), None, None, 90)
        reader = self.make_token(ani, "siti", frozenset({"context.read"}), None, None, 90)
        return multiple(ani, *sessions, house, *([] if reader == multiple() else [reader]))

    def teardown(self) -> None:
        if hasattr(self, "rooms"):
            self.run(self.rooms.close())
        self.loop.close()
        self.folder.cleanup()

    def _call(self, by: int, method: str, path: str, body: object = None) -> httpx.Response:
        return self.run(self.rooms.call(method, path, self.model.credentials[by].header, body))

    def _may(self, by: int, permission: str) -> bool:
        """Whether a credential may call a route at home; it is used by that."""
        one = self.model.credentials[by]
        may = permission in self.model.permissions(one, HOME, self.rooms.time)
        one.used = self.rooms.time if self.model.lives(one, self.rooms.time) else one.used
        return may

    def _add(self, credential: Credential) -> int:
        self.model.credentials.append(credential)
        return len(self.model.credentials) - 1

    def _sign_in(self, name: str, password: str) -> int:
        answer = self.run(self.rooms.call("POST", "login", {}, {"account": name, "password": password}))
        person = self.model.people.get(name)
        if answer.status_code != 200:
            return -1
        assert person is not None
        assert not person.disabled
        assert person.password == password
        return self._session(name, answer)

    def _session(self, name: str, answer: httpx.Response) -> int:
        cookie = answer.headers["set-cookie"].partition(";")[0]
        now = self.rooms.time
        return self._add(Credential(name, {"cookie": cookie}, until=now + 7 * DAY, used=now))

    @rule(target=credentials, name=SOMEBODY, password=some.sampled_from((PASSWORD, SECOND_PASSWORD)))
    def sign_in(self, name: str, password: str) -> Any:
        made = self._sign_in(name, password)
        return multiple() if made < 0 else made

    @rule(by=credentials, name=some.sampled_from(NAMES), held=some.lists(ASSIGNMENTS, max_size=2))
    def make_account(self, by: int, name: str, held: list[Held]) -> None:
        allowed = self._may(by, "people.manage")
        body = {"account": name, "password": PASSWORD, "assignments": [each.told() for each in held]}
        if self._call(by, "POST", "accounts", body).status_code == 201:
            assert allowed
            assert name not in self.model.people
            self.model.people[name] = Person(tuple(held))

    def _administrator(self) -> int:
        """A living session of the administrator's."""
        for number, one in enumerate(self.model.credentials):
            if one.owner == "ani" and one.is_session and self.model.lives(one, self.rooms.time):
                return number
        return self._sign_in("ani", self.model.people["ani"].password)

    @rule(
        target=credentials,
        owner=SOMEBODY,
        permissions=some.frozensets(some.sampled_from(("context.read", "context.write", "house.manage")), min_size=1),
        tenants=subsets(HOME, ELSEWHERE),
        limits=some.lists(LIMITS, min_size=1, max_size=3),
    )
    def make_token_by_the_administrator(
        self, owner: str, permissions: frozenset[str], tenants: frozenset[str] | None, limits: list[Held]
    ) -> Any:
        return self.make_token(self._administrator(), owner, permissions, tenants, limits, 90)

    @rule(name=some.sampled_from(NAMES), held=some.lists(ASSIGNMENTS, max_size=2))
    def assign_by_the_administrator(self, name: str, held: list[Held]) -> None:
        self.assign(self._administrator(), name, held)

    @rule(name=some.sampled_from(NAMES), limits=some.sampled_from(NARROWER))
    def narrow(self, name: str, limits: dict[str, Any]) -> None:
        """What somebody holds is held with one limit more from now on."""
        person = self.model.people.get(name)
        if person is not None:
            self.assign(self._administrator(), name, [replace(held, **limits) for held in person.assignments])

    @rule(by=credentials, name=SOMEBODY, held=some.lists(ASSIGNMENTS, max_size=2))
    def assign(self, by: int, name: str, held: list[Held]) -> None:
        allowed = self._may(by, "people.manage")
        body = {"assignments": [each.told() for each in held]}
        if self._call(by, "PATCH", f"accounts/{name}", body).status_code == 200:
            assert allowed
            self.model.people[name].assignments = tuple(held)

    @rule(by=credentials, name=SOMEBODY, disabled=some.booleans())
    def disable(self, by: int, name: str, disabled: bool) -> None:
        allowed = self._may(by, "people.manage")
        if self._call(by, "PATCH", f"accounts/{name}", {"disabled": disabled}).status_code == 200:
            assert allowed
            self.model.people[name].disabled = disabled
            if disabled:
                self.model.end_sessions(name)

    @rule(by=credentials, name=SOMEBODY)
    def set_password_of(self, by: int, name: str) -> None:
        allowed = self._may(by, "people.manage")
        if self._call(by, "PATCH", f"accounts/{name}", {"password": SECOND_PASSWORD}).status_code == 200:
            assert allowed
            self.model.people[name].password = SECOND_PASSWORD
            self.model.end_sessions(name)

    @rule(target=credentials, by=credentials, password=some.sampled_from((PASSWORD, SECOND_PASSWORD)))
    def change_own_password(self, by: int, password: str) -> Any:
        one = self.model.credentials[by]
        allowed = self._may(by, "console.read") and one.is_session
        answer = self._call(by, "POST", "password", {"password": password, "new": SECOND_PASSWORD})
        if answer.status_code != 200:
            return multiple()
        person = self.model.people[one.owner]
        assert allowed
        assert person.password == password
        person.password = SECOND_PASSWORD
        self.model.end_sessions(one.owner)
        return self._session(one.owner, answer)

    @rule(
        target=credentials,
        by=credentials,
        owner=some.none() | SOMEBODY,
        permissions=some.frozensets(
            some.sampled_from(("context.read", "context.write", *WORDS)), min_size=1, max_size=2
        ),
        tenants=subsets(HOME, ELSEWHERE),
        limits=some.none() | some.lists(LIMITS, max_size=2),
        days=some.sampled_from((1, 90)),
    )
    def make_token(
        self,
        by: int,
        owner: str | None,
        permissions: frozenset[str],
        tenants: frozenset[str] | None,
        limits: list[Held] | None,
        days: int,
    ) -> Any:
        one = self.model.credentials[by]
        allowed, manages = self._may(by, "tokens.make") and one.is_session, self._may(by, "people.manage")
        body: dict[str, Any] = {"label": "x", "permissions": sorted(permissions), "days": days}
        body |= {} if owner is None else {"owner": owner}
        body |= {} if tenants is None else {"tenants": sorted(tenants)}
        body |= {} if limits is None else {"grants": [each.told() for each in limits]}
        answer = self._call(by, "POST", "tokens", body)
        if answer.status_code != 201:
            return multiple()
        holder = one.owner if owner is None else owner
        everywhere = set[str]().union(*(each.permissions() for each in self.model.people[holder].assignments))
        assert allowed
        assert holder == one.owner or manages
        assert permissions <= everywhere - NEVER_A_TOKENS
        made = answer.json()
        return self._add(
            Credential(
                owner=holder,
                header={"authorization": f"Bearer {made['token']}"},
                until=self.rooms.time + days * DAY,
                permissions=permissions,
                tenants=tenants,
                limits=None if limits is None else tuple(limits),
                token=made["id"],
            )
        )

    @rule(by=credentials, other=credentials)
    def revoke(self, by: int, other: int) -> None:
        one, token = self.model.credentials[by], self.model.credentials[other]
        allowed, manages = self._may(by, "tokens.make"), self._may(by, "people.manage")
        if token.token and self._call(by, "DELETE", f"tokens/{token.token}").status_code == 204:
            assert allowed
            assert manages or token.owner == one.owner
            token.ended = True

    @rule(by=consumes(credentials))
    def sign_out(self, by: int) -> None:
        one = self.model.credentials[by]
        self._call(by, "POST", "logout")
        one.ended |= one.is_session

    @rule(span=some.sampled_from((MINUTE, MINUTE, HOUR, HOUR, 11 * HOUR, 13 * HOUR, 8 * DAY)))
    def let_time_pass(self, span: Instant) -> None:
        self.rooms.time += span

    @precondition(lambda self: hasattr(self, "rooms"))
    @invariant()
    def nobody_has_more_than_his_grants(self) -> None:
        for one in self.model.credentials[-8:]:
            for tenant in (HOME, ELSEWHERE, "_people"):
                self._held_against(one, tenant)

    def _held_against(self, one: Credential, tenant: str) -> None:
        headers = {name.encode(): value.encode() for name, value in one.header.items()}
        now = self.rooms.time
        admitted = self.run(self.rooms.admit(headers, "10.0.0.7", tenant))
        if admitted is None or tenant == "_people":
            assert admitted is None or not (admitted.permissions or admitted.grants.grants)
            return
        assert self.model.lives(one, now)
        assert admitted.permissions == self.model.permissions(one, tenant, now)
        one.used = now
        for type in (BANK, CLINIC):
            for areas in PLACES:
                seen = admitted.grants.projection((type,), areas)
                for attribute in (STOCK, NAME):
                    sees = seen is not None and (seen.attributes is None or attribute in seen.attributes)
                    assert sees == self.model.may(one, tenant, type, areas, attribute, write=False)
                    writes = admitted.grants.may_write((type,), areas, (attribute,))
                    assert writes == self.model.may(one, tenant, type, areas, attribute, write=True)


TestNoMoreThanGrants = Calls.TestCase
TestNoMoreThanGrants.settings = settings(max_examples=20, stateful_step_count=30)
