"""The ASGI application: who may come in, which route, what went wrong; nothing of what routes do.

Every request passes the same gate: host and origin, route, principal, permission, body size. Then the endpoint.
"""

import contextlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, Protocol

import anyio
import msgspec
import structlog

from pinisi.console.body_room import BodyRoom, NoRoom
from pinisi.console.http import JSON_MEDIA, PROBLEM_MEDIA, BadRequest, Call, Reply, Route
from pinisi.console.our_names import OurNames
from pinisi.console.refusals import refusal_of, refuse
from pinisi.console.route_tree import RouteTree
from pinisi.console.v2_refusals import in_v2_words, is_v2
from pinisi.context.ngsi_v2.correlator import HEADER, prompted_by
from pinisi.store.tenant_name import BadTenantName
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Whole = Callable[[int], bytes | None]
"""Gives a body of at most so many bytes, where all of it is here and none of it was received."""

_log = structlog.get_logger("pinisi.http")

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_TENANT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
NGSI_LD = "/ngsi-ld/"
"""Below it errors are told as application/json, whatever the Accept header says (NGSI-LD 6.3.3, 6.3.6)."""
_MERGING = ("/ngsi-ld/v1/entities/", "/ngsi-ld/v1/temporal/", "/ngsi-ld/v1/entityMaps/")
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Door(Protocol):
    """What the application asks of the house at the door."""

    default_tenant: str
    body_limit: int
    address: OurNames

    def now(self) -> Instant: ...
    def admit(self, headers: dict[bytes, bytes], address: str, tenant: str) -> Awaitable[Principal | None]: ...
    async def close(self) -> None: ...


class Application:
    def __init__(
        self,
        house: Door,
        routes: tuple[Route, ...],
        files: Callable[[Call], Reply | None],
        room: BodyRoom | None = None,
        opening: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`files` answers GETs that no route takes: the console's own files. `room`: for bodies; None: the default.

        `opening` opens the house when the server starts; None: it is open already.
        """
        self._opening = opening
        self._room = BodyRoom() if room is None else room
        self._house = house
        self._tree = RouteTree(routes)
        self._files = files
        self.failure: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            reply, head = await self.reply(scope, receive), scope["method"] == "HEAD"
            if reply.stream is not None:
                await send_stream(reply, reply.stream, head, receive, send)
                return
            await send({"type": "http.response.start", "status": reply.status, "headers": headers_of(reply)})
            await send({"type": "http.response.body", "body": b"" if head else reply.body})
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1003})

    async def reply(self, scope: Scope, receive: Receive, whole: Whole | None = None) -> Reply:
        """The answer to a request, whatever happens; a server that can send it whole needs no ASGI messages for it.

        `whole` gives a body that is all here already, so that it need not be received.
        """
        try:
            reply = await self._pass(scope, receive, whole)
        except Exception as error:
            reply = refusal_of(error)
            if reply.status == 500:
                _log.exception("a request failed", path=scope["path"], method=scope["method"])
        if reply.media is PROBLEM_MEDIA:
            path = scope["path"]
            if path.startswith(NGSI_LD):
                return msgspec.structs.replace(reply, media=JSON_MEDIA)
            return in_v2_words(reply) if is_v2(path) else reply
        return reply

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    if self._opening is not None:
                        await self._opening()
                except Exception as error:
                    self.failure = error
                    await send({"type": "lifespan.startup.failed", "message": ""})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._house.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _pass(self, scope: Scope, receive: Receive, whole: Whole | None) -> Reply:
        house = self._house
        method: str = "GET" if scope["method"] == "HEAD" else scope["method"]
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if len(headers) != len(scope["headers"]):
            _refuse_repeated(scope["headers"])
            headers |= _joined(scope["headers"])
        host = headers.get(b"host", b"")
        if not house.address.is_host(host):
            if b"host" not in headers and scope["http_version"] == "1.1":
                raise BadRequest("Host", "is missing: whom is this request for? (RFC 9112, 3.2)")
            return refuse(421, "Misdirected request", "this server does not answer to that host name (allowed_hosts)")
        origin = headers.get(b"origin")
        if origin is not None and method in _UNSAFE and not house.address.is_origin(origin, host):
            return refuse(403, "Foreign origin", "a page of another origin may not change anything here")
        found = self._tree.find(scope["raw_path"])
        tenant = _tenant(headers.get(b"ngsild-tenant", b"") or _otherwise_named(scope, headers)) or house.default_tenant
        call = Call(
            method, scope["path"], principal=_NOBODY, tenant=tenant, query_string=scope["query_string"], headers=headers
        )
        if found is None:
            reply = self._files(call) if method == "GET" else None
            return reply or refuse(404, "No such address", f"nothing is served at {scope['path'][:200]}")
        route = found[0].routes.get(method)
        if route is None:
            return _other_method(method, found[0].routes)
        call.params = found[1]
        client = scope.get("client")
        call.address = client[0] if client else ""
        principal = await house.admit(headers, call.address, tenant)
        if route.permission is not None:
            if principal is None:
                return refuse(
                    401, "Sign in first", "this needs an account or a token", ((b"www-authenticate", b"Bearer"),)
                )
            if route.permission not in principal.permissions:
                return refuse(403, "Not permitted", f"{principal.name} lacks the permission {route.permission}")
        if principal is not None:
            call.principal = principal if CORRELATOR not in headers else _prompted(principal, headers[CORRELATOR])
        if method in _UNSAFE:
            if headers.get(b"content-encoding", b"identity").lower() != b"identity":
                return refuse(415, "A compressed body", "a body is taken as it is: Content-Encoding", _AS_IT_IS)
            held = _Held(self._room)
            try:
                body = None if whole is None else whole(house.body_limit)
                if body is None:
                    body = await _read(headers, house.body_limit, receive, held)
                else:
                    held.add(len(body))
                if body is None:
                    return refuse(413, "Too large", f"the body is over {house.body_limit >> 20} MB (body_limit_mb)")
                call.body = body
                return await route.endpoint(house, call)
            except NoRoom:
                return refuse(503, "Too many bodies at once", _NO_ROOM, ((b"retry-after", b"1"),))
            finally:
                held.end()
        return await route.endpoint(house, call)


_AS_IT_IS = ((b"accept-encoding", b"identity"),)
_NO_ROOM = "the bodies of the requests under way take all the memory that they may have (bodies_mb)"


class _Held:
    """What the body of one request takes of the room."""

    __slots__ = ("_room", "_size")

    def __init__(self, room: BodyRoom) -> None:
        self._room = room
        self._size = 0

    def add(self, size: int) -> None:
        """Raises `NoRoom`."""
        self._room.take(size)
        self._size += size

    def end(self) -> None:
        self._room.give_back(self._size)


_ONCE = frozenset(
    {
        b"host",
        b"origin",
        b"ngsild-tenant",
        b"fiware-service",
        b"authorization",
        b"content-type",
        b"content-length",
    }
)
"""Headers that decide who acts where: said twice, two readers could understand two things."""


def _refuse_repeated(headers: list[tuple[bytes, bytes]]) -> None:
    """Raises `BadRequest` for a header that may come only once and came twice."""
    names = [name for name, _ in headers]
    for name in _ONCE:
        if names.count(name) > 1:
            raise BadRequest(name.decode(), "stands more than once among the headers")


def _joined(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers that are lists and came in several lines, as the one line that they mean (RFC 9110, 5.3)."""
    return {
        name: b", ".join(value for told, value in headers if told == name) for name in _LISTS if name in dict(headers)
    }


_LISTS = (b"accept", b"link", b"prefer", b"via")


def _tenant(named: bytes) -> str:
    """The tenant that is named; empty without one. Raises `BadTenantName`."""
    name = named.decode("latin-1")
    if name and _TENANT.fullmatch(name) is None:
        raise BadTenantName(f"NGSILD-Tenant: {name[:80]!r}: {BadTenantName.__doc__}")
    return name


def _otherwise_named(scope: Scope, headers: dict[bytes, bytes]) -> bytes:
    """The tenant in the words of another interface: `Fiware-Service` of NGSI v2, which knows no capitals."""
    if scope["path"].startswith(NGSI_LD):
        return b""
    if is_v2(scope["path"]):
        return headers.get(b"fiware-service", b"").lower()
    return _queried(scope)


def _queried(scope: Scope) -> bytes:
    """The query parameter `tenant` of Pinisi's own interface, for what cannot send a header (an event stream)."""
    query: bytes = scope["query_string"]
    if b"tenant=" not in query or not scope["path"].startswith("/pinisi/"):
        return b""
    return next((part[7:] for part in query.split(b"&") if part.startswith(b"tenant=")), b"")


def _prompted(principal: Principal, header: bytes) -> Principal:
    """Who acts because of a notification."""
    prompted = prompted_by(header)
    return msgspec.structs.replace(principal, prompted=prompted) if prompted else principal


CORRELATOR = HEADER.lower().encode()
_NOBODY = Principal(id="nobody", name="nobody", kind="anonymous")


def _other_method(method: str, routes: dict[str, Route]) -> Reply:
    allow = ", ".join(sorted(method for method, route in routes.items() if route.takes)).encode()
    if method == "OPTIONS":
        patch = routes.get("PATCH")
        patches = () if patch is None or not patch.takes else ((b"accept-patch", _patches_of(patch.path)),)
        return Reply(204, headers=((b"allow", allow), *patches))
    return refuse(405, "Method not allowed", f"this address takes {allow.decode()}", ((b"allow", allow),))


def _patches_of(path: str) -> bytes:
    """The media types of a PATCH (RFC 5789, 3.1)."""
    if not path.startswith("/ngsi-ld/"):
        return b"application/json"
    either = b"application/json, application/ld+json"
    return either + b", application/merge-patch+json" if path.startswith(_MERGING) else either


async def _read(headers: dict[bytes, bytes], limit: int, receive: Receive, held: _Held) -> bytes | None:
    """The body, or None when it is over the limit.

    Raises:
        BadRequest: the sender went away before its end; half a body is never acted upon.
        NoRoom: the bodies of all requests together are too much.
    """
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and (len(length) > 18 or int(length) > limit):
        return None
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest("body", "ended before its end")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            return None
        held.add(len(part))
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def headers_of(reply: Reply) -> list[tuple[bytes, bytes]]:
    """All headers of a reply; of a whole one with the length of its body."""
    headers = [(b"content-type", reply.media), *reply.headers, *SECURITY_HEADERS]
    if not tells_type(reply):
        del headers[0]
    if tells_length(reply):
        headers.append((b"content-length", b"%d" % len(reply.body)))
    return headers


def tells_type(reply: Reply) -> bool:
    """Whether there is, or could be, a body that has a media type."""
    return bool(reply.body) or reply.stream is not None or reply.status not in (201, 204, 304, 416)


def tells_length(reply: Reply) -> bool:
    """Whether the length of the body is known and belongs to the answer."""
    return reply.stream is None and reply.status not in (204, 304)


async def send_stream(reply: Reply, stream: AsyncIterator[bytes], head: bool, receive: Receive, send: Send) -> None:
    """Send parts until the stream ends or the reader goes away; the stream is closed in either case."""
    await send({"type": "http.response.start", "status": reply.status, "headers": headers_of(reply)})
    async with _closing(stream), anyio.create_task_group() as group:
        group.start_soon(_cancel_when_gone, receive, group.cancel_scope)
        if not head:
            async for part in stream:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        group.cancel_scope.cancel()


@contextlib.asynccontextmanager
async def _closing(stream: AsyncIterator[bytes]) -> AsyncGenerator[None]:
    try:
        yield
    except* Exception:
        _log.exception("a stream failed")
        raise
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


async def _cancel_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
