"""How entities are shown: the reader's view, and rendered bytes kept beside each version of an entity.

Bytes depend on the version, the terms, the view and what the reader may see: that is their key, and they live in the
record of that version, so no change can leave them stale.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pinisi.console.http import BadRequest, Call, Reply
from pinisi.console.layers import projection_of
from pinisi.console.ngsi_ld_request import MEDIA, Asked, options, representation
from pinisi.context.geojson import join_features, render_feature
from pinisi.context.language_filter import parse_languages
from pinisi.context.pick import parse_pick
from pinisi.context.problems import BadRequestData
from pinisi.context.render import NORMALIZED, View, join, render_entity, with_context
from pinisi.context.term_table import TermTable
from pinisi.store.protocol import Record
from pinisi.vocabulary.principal import WHOLE, Grants
from pinisi.vocabulary.terms import LOCATION

MEMO_MOST = 6
_SHAPING = ("options", "format", "attrs", "pick", "omit", "lang", "datasetId")


def view_of(call: Call, table: TermTable) -> View:
    """The view that the parameters of a GET ask for."""
    query = call.query
    if not any(name in query for name in _SHAPING):
        return NORMALIZED
    return make_view(
        table,
        representation(call),
        "sysAttrs" in options(call),
        query.get("attrs"),
        query.get("pick"),
        query.get("omit"),
        query.get("lang"),
        query.get("datasetId"),
    )


@lru_cache(512)
def make_view(
    table: TermTable,
    form: Any,
    sys_attrs: bool,
    attrs: str | None,
    pick: str | None,
    omit: str | None,
    lang: str | None,
    datasets: str | None,
) -> View:
    """A view from its parameters; the same ones give the same object.

    Raises:
        BadRequestData: names the parameter.
    """
    if attrs is not None and not all(part.strip() for part in attrs.split(",")):
        raise BadRequest("attrs", "a list of names without empty ones")
    if attrs is not None and (pick is not None or omit is not None):
        raise BadRequestData("goes not together with pick or omit", "attrs")
    return View(
        form=form,
        sys_attrs=sys_attrs,
        attributes=None if attrs is None else frozenset(table.expand_term(name.strip()) for name in attrs.split(",")),
        pick=None if pick is None else parse_pick(pick, table, "pick"),
        omit=None if omit is None else parse_pick(omit, table, "omit"),
        languages=None if lang is None else parse_languages(lang),
        datasets=None
        if datasets is None
        else frozenset(None if part == "@none" else part for part in datasets.split(",")),
    )


def geometry_property(call: Call, table: TermTable) -> str:
    name = call.query.get("geometryProperty")
    return LOCATION if name is None else table.expand_term(name)


def shown(record: Record, how: Asked, view: View, grants: Grants, geometry: str) -> bytes:
    """The bytes of one entity for this reader, without `@context`."""
    projection = WHOLE if grants.sees_all else projection_of(record, grants) or WHOLE
    geo = how.media == "geo"
    key = (how.table.digest, view, projection.attributes, geometry if geo else None)
    body = record.memo.get(key)
    if body is None:
        entity = record.entity
        if geo:
            body = render_feature(entity, how.table, view, projection, geometry_property=geometry)
        else:
            body = render_entity(entity, how.table, view, projection)
        if len(record.memo) >= MEMO_MOST:
            del record.memo[next(iter(record.memo))]
        record.memo[key] = body
    return body


def one(record: Record, how: Asked, view: View, call: Call) -> Reply:
    """The answer to a retrieval."""
    body = shown(record, how, view, call.grants, geometry_property(call, how.table))
    if how.media == "ld" or (how.media == "geo" and _wants_context(call)):
        body = with_context(body, how.table)
    return Reply(200, body, MEDIA[how.media], how.headers)


def many(
    records: Iterable[Record], how: Asked, view: View, call: Call, headers: tuple[tuple[bytes, bytes], ...]
) -> Reply:
    """The answer to a query."""
    geometry = geometry_property(call, how.table)
    bodies = [shown(record, how, view, call.grants, geometry) for record in records]
    if how.media == "ld":
        bodies = [with_context(body, how.table) for body in bodies]
    if how.media != "geo":
        return Reply(200, join(bodies), MEDIA[how.media], (*how.headers, *headers))
    body = join_features(bodies)
    if _wants_context(call):
        body = with_context(body, how.table)
    return Reply(200, body, MEDIA["geo"], (*how.headers, *headers))


def _wants_context(call: Call) -> bool:
    """GeoJSON carries its @context unless `Prefer: body=json` (clause 6.3.6)."""
    return "body=json" not in (call.header(b"prefer") or "")
