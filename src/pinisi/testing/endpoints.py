"""The endpoints of a service on a real store: sound calls are answered, no bad one is a fault of the service."""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.feed.in_process import InProcessFeed
from pinisi.people.errors import BadField
from pinisi.people.roles import PERMISSIONS
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.keeper import Keeper
from pinisi.runtime.manifest import Service
from pinisi.runtime.rooms import Room, Rooms
from pinisi.runtime.services import Found, Registry
from pinisi.runtime.serving import KNOWN, EndpointFailed, EndpointTooSlow, Sent, read_body, read_query, serve
from pinisi.runtime.visit import Visit
from pinisi.store.sqlite import SqliteStore
from pinisi.testing.over_http import Stopped
from pinisi.vocabulary.instant import parse_instant
from pinisi.vocabulary.principal import EVERYTHING, Principal

KEEPER = Principal(
    id="person:kit", name="The kit", kind="person", permissions=frozenset(PERMISSIONS), grants=EVERYTHING
)
STRANGER = Principal(id="nobody", name="nobody", kind="anonymous")
_CITY = "city"
_BAD: tuple[Any, ...] = (
    None,
    True,
    "",
    "x" * 100_000,
    "\0",
    "'; DROP TABLE owner; --",
    "01/02/2026",
    "urn:ngsi-ld:Nothing:1",
    0,
    -1,
    10**30,
    -1e308,
    [],
    [None],
    {},
    {"a": {"b": 1}},
)
_NO_BODIES = (b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"a": "\\ud800"}', b"[" * 100_000, b"NaN")


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A sound call of an endpoint (`POST /owners/{key}`); those of a case are made in their order, in one city."""

    endpoint: str
    params: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    body: Mapping[str, Any] | None = None


class EndpointTrial:
    def __init__(self, service: Service, asks: Sequence[Ask], table: TermTable, now: str = "2026-01-31T06:00:00Z"):
        self._service, self._asks, self._table = service, asks, table
        self._now = parse_instant(now)

    def untried(self) -> list[str]:
        """Endpoints that no call asks, and calls of none."""
        there, asked = {each.name for each in self._service.endpoints}, {ask.endpoint for ask in self._asks}
        return [f"the endpoint {name} is not asked" for name in sorted(there - asked)] + [
            f"there is no endpoint {name}" for name in sorted(asked - there)
        ]

    async def sound(self) -> None:
        """Raises `AssertionError`: a call is refused or fails."""
        async with self._world() as world:
            for ask in self._asks:
                try:
                    await world.call(ask, _sent(ask))
                except (*KNOWN, EndpointFailed, EndpointTooSlow) as error:
                    raise AssertionError(f"{ask.endpoint}: {type(error).__name__}: {error}") from error

    async def bad_input(self) -> None:
        """Raises `AssertionError`: something that was sent is a fault of the service, or the answer names no field."""
        async with self._world() as world:
            for ask in self._asks:
                await world.refuses_what_is_no_body(ask)
                for what, sent, params in _spoilt(ask):
                    await world.meets(ask, sent, params, KEEPER, what)
                await world.meets(ask, _sent(ask), ask.params, KEEPER, "the sound call")
                await world.meets(ask, _sent(ask), ask.params, KEEPER, "the sound call again")
                await world.meets(ask, _sent(ask), ask.params, STRANGER, "somebody who may nothing")

    @asynccontextmanager
    async def _world(self) -> AsyncGenerator["_World"]:
        clock = Stopped(self._now)
        with TemporaryDirectory() as folder:
            async with SqliteStore(Path(folder), clock.now) as store:
                rooms = Rooms(store, _CITY, self._table, clock, Keeper())
                await rooms.open(Registry([Found(self._service.name, "the kit", self._service)]), InProcessFeed(store))
                room = rooms.rooms[self._service.name]
                if room.state != "running":
                    raise AssertionError(f"{self._service.name} does not run: {room.reason}")
                try:
                    yield _World(room, store, self._table, clock)
                finally:
                    await rooms.close()


class _World:
    """The service as it runs in a city of its own."""

    def __init__(self, room: Room, store: SqliteStore, table: TermTable, clock: Stopped) -> None:
        self._room, self._store, self._table, self._clock = room, store, table, clock

    async def call(
        self, ask: Ask, sent: Sent, params: Mapping[str, str] | None = None, principal: Principal = KEEPER
    ) -> bytes | None:
        endpoint = self._endpoint(ask)
        visit = Visit(
            body=read_body(endpoint, sent),
            query=read_query(endpoint, sent),
            params=ask.params if params is None else params,
            principal=principal,
            tenant=_CITY,
            now=self._clock.now(),
            room=self._room,
            store=self._store,
            table=self._table,
        )
        return await serve(endpoint, visit)

    def _endpoint(self, ask: Ask) -> Endpoint:
        found = [each for each in self._room.service.endpoints if each.name == ask.endpoint]
        if not found:
            raise AssertionError(f"there is no endpoint {ask.endpoint}")
        return found[0]

    async def meets(self, ask: Ask, sent: Sent, params: Mapping[str, str], principal: Principal, what: str) -> None:
        try:
            await self.call(ask, sent, params, principal)
        except KNOWN:
            return
        except (EndpointFailed, EndpointTooSlow) as error:
            raise AssertionError(f"{ask.endpoint}: {what}: {error}") from error

    async def refuses_what_is_no_body(self, ask: Ask) -> None:
        if self._endpoint(ask).body is None:
            return
        for body in _NO_BODIES:
            try:
                await self.call(ask, Sent(body=body))
            except BadField:
                continue
            raise AssertionError(f"{ask.endpoint}: takes {body[:20]!r} for a body")


def _sent(ask: Ask, **changes: Any) -> Sent:
    body = changes.get("body", ask.body)
    return Sent(body=b"" if body is None else json.dumps(body).encode(), query=changes.get("query", ask.query))


def _spoilt(ask: Ask) -> Iterator[tuple[str, Sent, Mapping[str, str]]]:
    """One member at a time missing, of another kind, or too much of it."""
    if ask.body is not None:
        body = ask.body
        for name in body:
            yield f"{name} is missing", _sent(ask, body={k: v for k, v in body.items() if k != name}), ask.params
            for value in _BAD:
                yield f"{name} is {_short(value)}", _sent(ask, body={**body, name: value}), ask.params
        yield "a member that nobody knows", _sent(ask, body={**body, "@unknown": 1}), ask.params
    for name in (*ask.query, "@unknown"):
        for text in ("", "x" * 10_000, "-1", "nan", "9" * 30, "\0"):
            yield f"?{name}={_short(text)}", _sent(ask, query={**ask.query, name: text}), ask.params
    for name in ask.params:
        for text in ("", "x" * 10_000, "../..", "\0", "urn:x:none", "%"):
            yield f"{{{name}}} is {_short(text)}", _sent(ask), {**ask.params, name: text}


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 40 else f"{text[:30]}..."
