"""Storing, managing and serving @contexts (NGSI-LD 5.13, 6.29, 6.30).

A hosted @context belongs to the principal who added it, in his tenant; who may change everything manages all. Cached
ones are everybody's to see; who may change everything may have them fetched anew or forgotten.
"""

from typing import Any, cast

import msgspec

from pinisi.console.house import House
from pinisi.console.http import JSON_LD_MEDIA, JSON_MEDIA, Call, Reply, Route
from pinisi.console.ngsi_ld_request import accepted, flag
from pinisi.context.context_address import JSONLD_CONTEXTS, context_path
from pinisi.context.context_storage import ContextStorage
from pinisi.context.core_context import CORE_URL, core_document, core_urls
from pinisi.context.json_body import read_json
from pinisi.context.problems import (
    BadRequestData,
    InvalidRequest,
    OperationNotSupported,
    ResourceNotFound,
    UnsupportedMediaType,
)
from pinisi.context.stored_context import CONTEXT_KINDS, StoredContext
from pinisi.context.validate import is_uri
from pinisi.store.change import Forbidden

_CORE = core_urls()
_encode = msgspec.json.Encoder().encode


async def add_context(house: House, call: Call) -> Reply:
    media = call.headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if media not in ("application/json", "application/ld+json"):
        raise UnsupportedMediaType(f"{media[:80] or 'nothing'}: application/json or application/ld+json")
    document = read_json(call.body, len(call.body))
    if not isinstance(document, dict) or "@context" not in document:
        raise InvalidRequest("a JSON object with the member @context is expected", "@context")
    stored = await house.context_storage.add(call.tenant, cast(dict[str, Any], document), call.principal)
    return Reply(201, headers=((b"location", context_path(stored.id).encode()),))


async def list_contexts(house: House, call: Call) -> Reply:
    kind = call.query.get("kind")
    if kind is not None and kind not in CONTEXT_KINDS:
        raise BadRequestData(f"one of {', '.join(CONTEXT_KINDS)}", "kind")
    details = flag(call, "details")
    found = await house.context_storage.listed(call.tenant, kind)
    if kind in (None, "Cached"):
        found.insert(0, _built_in(house, CORE_URL))
    shown = [_shown(house, call, each) if details else _url(house, call, each) for each in found]
    return _answer(call, shown)


async def serve_context(house: House, call: Call) -> Reply:
    details = flag(call, "details")
    stored = await _known(house, call)
    if details:
        reply = _answer(call, _shown(house, call, stored))
    elif stored.kind == "Cached":
        raise OperationNotSupported("a cached @context is had from its own address; details=true tells of it here")
    else:
        content = await house.context_storage.content(call.tenant, stored)
        if content is None:
            raise ResourceNotFound(f"there is no @context {stored.id}")
        reply = _answer(call, content)
    if stored.source != "built in":
        house.context_storage.usage(call.tenant, stored).count(house.now())
    return reply


async def delete_context(house: House, call: Call) -> Reply:
    reload = flag(call, "reload")
    if reload and not is_uri(call.params["id"]):
        raise BadRequestData("no cached @context has this name: it is no URI", "contextId")
    stored = await _known(house, call)
    if reload and stored.kind != "Cached":
        raise BadRequestData(f"only a cached @context can be fetched anew, this one is {stored.kind}", "reload")
    if stored.source == "built in":
        if not reload:
            raise BadRequestData("the core @context cannot be deleted", "contextId")
        return Reply(204)
    if not (call.grants.writes_all or (stored.owner and stored.owner == call.principal.id)):
        raise Forbidden(f"{call.principal.name} may not change the @context {stored.id}")
    if reload:
        await house.context_storage.reload(stored)
    else:
        await house.context_storage.remove(call.tenant, stored, call.principal)
    return Reply(204)


async def _known(house: House, call: Call) -> StoredContext:
    name = call.params["id"]
    if name in _CORE:
        return _built_in(house, name)
    storage: ContextStorage = house.context_storage
    stored = await storage.found(call.tenant, name)
    if stored is None:
        raise ResourceNotFound(f"there is no @context {name[:200]}")
    return stored


def _built_in(house: House, url: str) -> StoredContext:
    """A core @context: it is never fetched, and is as old as this server's start."""
    size = len(_encode(core_document(_CORE[url])))
    return StoredContext(id=url, kind="Cached", created_at=house.opened_at, size=size, source="built in", url=url)


def _url(house: House, call: Call, stored: StoredContext) -> str:
    return stored.url or house.address.reached_by(call) + context_path(stored.id)


def _shown(house: House, call: Call, stored: StoredContext) -> dict[str, Any]:
    if stored.source == "built in":
        return stored.shown(stored.url, 0, 0)
    usage = house.context_storage.usage(call.tenant, stored)
    return stored.shown(_url(house, call, stored), usage.hits, usage.last)


def _answer(call: Call, value: Any) -> Reply:
    media = accepted(call.headers.get(b"accept"), False)
    return Reply(200, _encode(value), JSON_LD_MEDIA if media == "ld" else JSON_MEDIA)


_ONE = JSONLD_CONTEXTS + "/{id}"

CONTEXT_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=JSONLD_CONTEXTS,
        permission="context.write",
        endpoint=add_context,
        body="JsonLdContext",
        summary="Host an @context (5.13.2)",
        answers=(201, 400, 415),
    ),
    Route(
        method="GET",
        path=JSONLD_CONTEXTS,
        permission="context.read",
        endpoint=list_contexts,
        summary="List stored @contexts (5.13.3)",
        parameters=("details", "kind"),
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path=_ONE,
        permission="context.read",
        endpoint=serve_context,
        summary="Serve a hosted @context, or tell of a stored one (5.13.4)",
        parameters=("details",),
        answers=(200, 400, 404, 422),
    ),
    Route(
        method="DELETE",
        path=_ONE,
        permission="context.write",
        endpoint=delete_context,
        summary="Delete a stored @context, or fetch a cached one anew (5.13.5)",
        parameters=("reload",),
        answers=(204, 400, 404, 504),
    ),
)
