"""What every NGSI-LD route has in common: preconditions of HTTP, known parameters, the tenant (clause 6.3).

Endpoints behind this door need not look: a body came with its length (6.3.4), every parameter is one that the route
takes (6.3.20), the tenant exists unless the operation may create it (5.5.10), and answers name the tenant that the
request named, problems too (6.3.14).
"""

from collections.abc import Awaitable, Iterable

import msgspec
import structlog

from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply, Route
from pinisi.console.ngsi_ld_request import accepted, check_words, flag
from pinisi.console.refusals import refusal_of
from pinisi.console.snapshots import note_use, snapshot_of, within
from pinisi.context.contexts import MOST_BROUGHT, ContextAwaited
from pinisi.context.earlier_versions import amended, preferred_version
from pinisi.context.problems import (
    InvalidRequest,
    LdContextNotAvailable,
    NonexistentTenant,
    OperationNotSupported,
    UnsupportedMediaType,
)

SHAPES_MOST = 512
"""Shapes of queries that a route remembers to be in order."""
TENANT_HEADER = b"ngsild-tenant"
SNAPSHOT_HEADER = b"ngsild-snapshot"
_ENTITIES = ("/ngsi-ld/v1/entities", "/ngsi-ld/v1/entityOperations", "/ngsi-ld/v1/temporal")
_OF_SNAPSHOTS = (*_ENTITIES, "/ngsi-ld/v1/types", "/ngsi-ld/v1/attributes", "/ngsi-ld/v1/subscriptions")
"""What works upon snapshots: the Core and the Temporal API (table 4.3.5-1)."""
_GEOJSON = frozenset(
    {
        ("GET", "/ngsi-ld/v1/entities"),
        ("GET", "/ngsi-ld/v1/entities/{id}"),
        ("POST", "/ngsi-ld/v1/entityOperations/query"),
    }
)
"""The operations that may be answered in GeoJSON; to ask it of any other is not acceptable (6.3.4)."""

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_OTHER_MEDIA = Reply(415, headers=((b"accept", b"application/json, application/ld+json"),))
"""Without a body (6.3.4); the header says what is taken (RFC 9110, 15.5.16)."""

_log = structlog.get_logger("pinisi.ngsi_ld")


def behind_door(routes: Iterable[Route], open_to_any: frozenset[tuple[str, str]]) -> tuple[Route, ...]:
    """The routes with their endpoints behind the door.

    `open_to_any`: (method, path) of those that take a tenant which nobody has written to.
    """
    return tuple(
        msgspec.structs.replace(route, endpoint=_admitted(route, (route.method, route.path) in open_to_any))
        for route in routes
    )


def _admitted(route: Route, creates: bool) -> Endpoint:
    inner, known, with_body = route.endpoint, frozenset(route.parameters), route.method in _WITH_BODY

    of_geojson = (route.method, route.path) in _GEOJSON

    of_entities = route.path.startswith(_ENTITIES)

    of_snapshots = route.path.startswith(_OF_SNAPSHOTS)

    in_order: set[bytes] = set()

    def check_parameters(call: Call) -> None:
        """Each shape of query is looked at once."""
        shape = call.shape
        if shape is not None and shape.rest in in_order:
            return
        _check_parameters(call, known)
        if shape is not None:
            if len(in_order) >= SHAPES_MOST:
                in_order.clear()
            in_order.add(shape.rest)

    def endpoint(house: House, call: Call) -> Awaitable[Reply]:
        if SNAPSHOT_HEADER in call.headers:
            return within_snapshot(house, call)
        if TENANT_HEADER in call.headers:
            return of_tenant(house, call)
        return pass_door(house, call)

    async def pass_door(house: House, call: Call) -> Reply:
        if with_body and b"content-length" not in call.headers:
            return Reply(411)
        if not of_geojson and b"geo+json" in (told := call.headers.get(b"accept", b"")):
            accepted(told, False)
        if call.query_string:
            check_parameters(call)
        try:
            reply = await inner(house, call)
        except ContextAwaited as awaited:
            reply = await _once_brought(house, call, inner, awaited)
        except UnsupportedMediaType:
            return _OTHER_MEDIA
        return _in_version(reply, call, of_entities) if b"prefer" in call.headers else reply

    async def within_snapshot(house: House, call: Call) -> Reply:
        """The operation upon a snapshot alone (5.5.15, 6.3.22)."""
        if not of_snapshots:
            raise OperationNotSupported("this operation does not work upon snapshots", "NGSILD-Snapshot")
        if TENANT_HEADER in call.headers:
            await known_tenant(house, call.tenant)
        told = call.headers[SNAPSHOT_HEADER]
        kept = await snapshot_of(house, call, told.decode("latin-1"))
        await note_use(house, call, kept)
        reply = await pass_door(house, within(call, kept))
        headers = [(SNAPSHOT_HEADER, told)]
        if TENANT_HEADER in call.headers:
            headers.append((TENANT_HEADER, call.headers[TENANT_HEADER]))
        return msgspec.structs.replace(reply, headers=(*reply.headers, *headers))

    async def of_tenant(house: House, call: Call) -> Reply:
        try:
            if not creates and not (with_body and b"content-length" not in call.headers):
                await known_tenant(house, call.tenant)
            reply = await pass_door(house, call)
        except Exception as error:
            reply = refusal_of(error)
            if reply.status == 500:
                _log.exception("a request failed", path=call.path, method=call.method)
        echo = (TENANT_HEADER, call.headers[TENANT_HEADER])
        return msgspec.structs.replace(reply, headers=(*reply.headers, echo))

    return endpoint


async def _once_brought(house: House, call: Call, inner: Endpoint, awaited: ContextAwaited) -> Reply:
    """The endpoint again, once the @context that it lacked is at hand: it has changed nothing before."""
    fetching = call.principal.kind != "anonymous"
    for _ in range(MOST_BROUGHT):
        await house.context_storage.bring(awaited.place, fetching=fetching)
        try:
            return await inner(house, call)
        except ContextAwaited as further:
            if further.place == awaited.place and not fetching:
                break
            awaited = further
    raise LdContextNotAvailable(f"{awaited.place.address[:200]} is not here, and too many are to be fetched")


def _in_version(reply: Reply, call: Call, of_entities: bool) -> Reply:
    """The answer in the terms of the version of NGSI-LD that the reader prefers (4.3.6.8); 203 where it was changed."""
    version = preferred_version(call.header(b"prefer"))
    if version is None or reply.status >= 300:
        return reply
    applied = (b"preference-applied", b"ngsi-ld=%d.%d" % version)
    body = amended(reply.body, version) if of_entities and reply.status == 200 else None
    if body is None:
        return msgspec.structs.replace(reply, headers=(*reply.headers, applied))
    return msgspec.structs.replace(reply, status=203, body=body, headers=(*reply.headers, applied))


def _check_parameters(call: Call, known: frozenset[str]) -> None:
    for name in call.query:
        if name not in known:
            raise InvalidRequest("this operation has no such parameter", name[:80])
    flag(call, "local")
    check_words(call)


async def known_tenant(house: House, tenant: str) -> None:
    """Raises `NonexistentTenant` for a tenant that nobody has written to (clause 5.5.10)."""
    if tenant != house.default_tenant and tenant not in await house.store.tenants():
        raise NonexistentTenant(f"there is no tenant {tenant[:80]}", "NGSILD-Tenant")
