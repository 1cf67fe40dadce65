"""What every NGSI v2 request has in common: service and path, options, paging, errors in v2's own form."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
import structlog

from pinisi.console.house import House
from pinisi.console.http import JSON_MEDIA, Call, Reply, Route
from pinisi.console.ngsi_ld_door import known_tenant
from pinisi.console.refusals import refusal_of
from pinisi.console.v2_refusals import V2, refused
from pinisi.context.ngsi_v2.attributes import Shown
from pinisi.context.ngsi_v2.changes import Aim
from pinisi.context.ngsi_v2.entities import TOLD, Form, View
from pinisi.context.ngsi_v2.names import iri_of
from pinisi.context.ngsi_v2.paths import check_path, scopes_of
from pinisi.context.ngsi_v2.unprocessable import PartlyDone
from pinisi.context.payload_size import read_payload
from pinisi.context.problems import (
    BadRequestData,
    InvalidRequest,
    NgsiLdError,
    NonexistentTenant,
    NotAcceptable,
    TooComplexQuery,
    UnsupportedMediaType,
)
from pinisi.context.term_table import TermTable
from pinisi.store.query import ScopeSelection

SERVICE = b"fiware-service"
PATH = b"fiware-servicepath"
JSON, TEXT = "application/json", "text/plain"
_USUAL = (None, b"*/*", b"application/json")
COUNT = b"fiware-total-count"
LIMIT, MOST = 20, 1000
LISTS = frozenset(V2 + path for path in ("", "/entities", "/types", "/subscriptions", "/registrations", "/op/query"))
"""Of a service that nobody has written to there is nothing, as in Orion; a thing in it is not found."""
_HELD_ANYWAY = frozenset({"normalized", "skipForwarding", "flowControl"})
"""Words of `options` that ask for nothing more: the last slows writers until receivers keep up, and nothing that waits
for a receiver is ever dropped here."""
_DATES = ("dateCreated", "dateModified", "dateExpires")
"""Words of `options` in old clients that stand in `attrs` now ("Deprecated features")."""
_FORMS: tuple[Form, ...] = ("normalized", "keyValues", "values", "unique")
_log = structlog.get_logger("pinisi.ngsi_v2")
_encode = msgspec.json.Encoder().encode


def behind_v2_door(routes: Iterable[Route], creating: frozenset[tuple[str, str]]) -> tuple[Route, ...]:
    """The routes with errors in v2's form. `creating`: (method, path) of those that may begin a service (a tenant)."""
    return tuple(
        msgspec.structs.replace(route, endpoint=_admitted(route, (route.method, route.path) in creating))
        for route in routes
    )


def _admitted(route: Route, creates: bool) -> Callable[[House, Call], Awaitable[Reply]]:
    lists = route.path in LISTS
    inner, known, with_body = route.endpoint, frozenset(route.parameters), route.method in ("POST", "PUT", "PATCH")

    async def endpoint(house: House, call: Call) -> Reply:
        try:
            if with_body and b"content-length" not in call.headers:
                return refused(411, "the body comes without its length")
            unknown = next((name for name in call.query if name not in known), None) if call.query_string else None
            if unknown is not None:
                raise BadRequestData("this operation has no such parameter", unknown[:80])
            if call.headers.get(b"accept") not in _USUAL:
                acceptable(call.header(b"accept") or "*/*", (JSON, TEXT) if route.path.endswith("/value") else (JSON,))
            if SERVICE in call.headers and not (creates or lists):
                await known_tenant(house, call.tenant)
            return await inner(house, call)
        except Exception as error:
            return _told(error, call)

    return endpoint


def _told(error: Exception, call: Call) -> Reply:
    """An error as v2 tells it: a word for the kind, a sentence for the reader."""
    if isinstance(error, NonexistentTenant):
        return refused(404, f"there is no service {call.tenant}")
    reply = refusal_of(error)
    if reply.status == 500 and not isinstance(error, NgsiLdError):
        _log.exception("a request failed", path=call.path, method=call.method)
        return refused(500, "an error on our side; it is in the log")
    detail = msgspec.json.decode(reply.body).get("detail", "")
    if isinstance(error, InvalidRequest):
        return refused(400, detail, "ParseError")
    if isinstance(error, PartlyDone):
        return refused(422, detail, "PartialUpdate")
    if isinstance(error, TooComplexQuery):
        return refused(422, detail, "NotSupportedQuery")
    return refused(422 if reply.status == 409 else reply.status, detail, headers=reply.headers)


def acceptable(accept: str, offered: tuple[str, ...]) -> str:
    """The first media type that is accepted, of those that are offered.

    Raises:
        NotAcceptable: none is.
    """
    ranges = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    for range in ranges:
        for media in offered:
            if range in ("*/*", media, media.partition("/")[0] + "/*"):
                return media
    raise NotAcceptable(f"accepted MIME types: {', '.join(offered)}", "Accept")


def body_of(call: Call) -> Any:
    """The JSON body.

    Raises:
        UnsupportedMediaType, InvalidRequest: it comes as something else, or is none.
    """
    media = media_of(call)
    if media != "application/json":
        raise UnsupportedMediaType(f"{media or 'nothing'}: application/json is taken", "Content-Type")
    return read_payload(call.body)


def media_of(call: Call) -> str:
    return call.headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()


def answer(value: Any, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Reply:
    return Reply(200, _encode(value), JSON_MEDIA, headers)


def options(call: Call, *known: str) -> frozenset[str]:
    """The words of `options`; `normalized` says what holds anyway, as clients write it.

    Raises:
        BadRequestData: one that the operation does not have.
    """
    words = frozenset(word for word in call.query.get("options", "").split(",") if word)
    words -= _HELD_ANYWAY
    unknown = next((word for word in words if word not in known), None)
    if unknown is not None:
        raise BadRequestData(f"{unknown[:40]!r} is none of {', '.join(known)}", "options")
    return words


def names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())


def view_of(call: Call, *more: str, attrs: Any = None, metadata: Any = None) -> View:
    """How the answer is written: `options`, `attrs`, `metadata` of the address, or those of a body."""
    words = options(call, *_FORMS[1:], *more, *_DATES)
    forms: list[Form] = [each for each in _FORMS if each in words]
    attributes = names(call.query.get("attrs")) if attrs is None else tuple(attrs)
    if dates := tuple(word for word in _DATES if word in words):
        attributes = (*(attributes or ("*",)), *dates)
    shown = names(call.query.get("metadata")) if metadata is None else tuple(metadata)
    return View(
        forms[0] if forms else "normalized",
        attributes or None,
        frozenset(),
        Shown() if shown is None else Shown(frozenset(shown)),
    )


def iris_of(view: View, table: TermTable) -> frozenset[str] | None:
    """The attributes that a view can show; None: any."""
    if view.attributes is None or "*" in view.attributes:
        return None
    return frozenset(iri_of(name, table, "attrs") for name in view.attributes if name not in TOLD)


def page_of(call: Call) -> tuple[int, int]:
    """`limit` and `offset`; no entity but their number is asked by `limit=0`."""
    limit = call.number("limit", LIMIT, 0, MOST)
    return limit, call.number("offset", 0, 0, 1_000_000_000)


def read_paths(call: Call) -> ScopeSelection | None:
    """The scopes that `Fiware-ServicePath` asks for: one or several, `/#` for all below; `/` and none ask nothing."""
    return scopes_of(call.header(PATH) or "/")


def written_scopes(call: Call) -> list[str]:
    """The scope that a new entity gets from `Fiware-ServicePath`."""
    path = (call.header(PATH) or "/").strip()
    if path in ("/", ""):
        return []
    if "," in path or "#" in path:
        raise BadRequestData("one path without # is needed to write", "Fiware-ServicePath")
    return [check_path(path)]


def aim_of(call: Call, table: TermTable, type: str | None = None) -> Aim:
    """Which entity is meant besides its id: `type` and the service path."""
    told = call.query.get("type") if type is None else type
    return Aim(None if told is None else iri_of(told, table, "type"), read_paths(call))
