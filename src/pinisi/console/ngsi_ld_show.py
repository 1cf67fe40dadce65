"""How entities are shown: the reader's view, and rendered bytes kept beside each version of an entity.

Bytes depend on the version, the terms, the view and what the reader may see: that is their key, and they live in the
record of that version, so no change can leave them stale.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from pinisi.console.http import BadRequest, Call, Reply
from pinisi.console.layers import projection_of
from pinisi.console.ngsi_ld_request import MEDIA, Asked, options, representation
from pinisi.context.geojson import join_features, render_feature
from pinisi.context.language_filter import parse_languages
from pinisi.context.pick import parse_pick
from pinisi.context.problems import BadRequestData
from pinisi.context.render import NORMALIZED, View, encode, join, render_entity, with_context
from pinisi.context.term_table import TermTable
from pinisi.context.validate import is_uri
from pinisi.store.record import Record
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import WHOLE, Grants, Projection
from pinisi.vocabulary.terms import LOCATION

MEMO_MOST = 6
WAYS_MOST = 4096
_SHAPING = frozenset(("options", "format", "sysAttrs", "attrs", "pick", "omit", "lang", "datasetId"))


def view_of(call: Call, table: TermTable) -> View:
    """The view that the parameters of a GET ask for."""
    query = call.query
    if not query or _SHAPING.isdisjoint(query):
        return NORMALIZED
    return view_of_words(call, table, query)


def view_of_words(call: Call, table: TermTable, told: Mapping[str, str]) -> View:
    """The view that these words ask for, in the form that the request's options ask for."""
    return make_view(
        table,
        representation(call),
        "sysAttrs" in options(call),
        told.get("attrs"),
        told.get("pick"),
        told.get("omit"),
        told.get("lang"),
        told.get("datasetId"),
    )


def posted_words(told: Mapping[str, Any]) -> dict[str, str]:
    """What a POSTed Query says of the view, as the parameters of a GET.

    Raises:
        BadRequestData: names the member.
    """
    words: dict[str, str] = {}
    for name in ("attrs", "pick", "omit", "datasetId"):
        value = told.get(name)
        if value is None:
            continue
        if not isinstance(value, list) or not value or not all(isinstance(part, str) for part in value):  # pyright: ignore
            raise BadRequestData("a list of names, not empty", name)
        words[name] = ",".join(value)  # pyright: ignore
    language = told.get("lang")
    if language is not None:
        if not isinstance(language, str):
            raise BadRequestData("must be a text", "lang")
        words["lang"] = language
    return words


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
    shown = None if pick is None else parse_pick(pick, table, "pick")
    hidden = None if omit is None else parse_pick(omit, table, "omit")
    if shown is not None and hidden is not None and not shown.members.isdisjoint(hidden.members):
        raise BadRequestData("names a member that pick names too", "omit")
    return View(
        form=form,
        sys_attrs=sys_attrs,
        attributes=None if attrs is None else frozenset(table.expand_term(name.strip()) for name in attrs.split(",")),
        pick=shown,
        omit=hidden,
        languages=None if lang is None else parse_languages(lang),
        datasets=None if datasets is None else frozenset(map(_dataset, datasets.split(","))),
    )


def _dataset(text: str) -> str | None:
    if text != "@none" and not is_uri(text):
        raise BadRequestData(f"{text[:80]!r} is no URI and not @none", "datasetId")
    return None if text == "@none" else text


def shows_any(entity: Entity, view: View) -> bool:
    """Whether anything of an entity is left by `pick` and `omit` (4.21)."""
    return any(view.shows(member) for member in ("id", "type")) or any(True for _ in view.attributes_of(entity, WHOLE))


def geometry_property(call: Call, how: Asked) -> str | None:
    """The attribute whose geometry an answer in GeoJSON is drawn by; None for other answers."""
    if how.media != "geo":
        return None
    name = call.query.get("geometryProperty")
    return LOCATION if name is None else how.table.expand_term(name)


class Showing:
    """How one request shows entities; see `store.record.Showing`.

    What all who see everything share is named once, so that a kept entity costs one look-up.
    """

    def __init__(self, how: Asked, view: View, geometry: str | None) -> None:
        self._how = how
        self._view = view
        self._geometry = geometry
        self._whole = self._number(WHOLE)

    def _number(self, projection: Projection) -> int:
        return _number((self._how.table.digest, self._view, projection.attributes, self._geometry))

    def key(self, projection: Projection) -> int:
        return self._whole if projection.attributes is None else self._number(projection)

    def body(self, record: Record, projection: Projection) -> bytes:
        """The bytes of one entity, without `@context`."""
        key = self.key(projection)
        body = record.memo.get(key)
        return self._render(record, projection, key) if body is None else body

    def bodies(self, records: Iterable[Record], grants: Grants) -> list[bytes]:
        """The bytes of many, for a reader who may know of them."""
        if not grants.sees_all:
            return [self.body(record, projection_of(record, grants) or WHOLE) for record in records]
        key = self._whole
        return [record.memo.get(key) or self._render(record, WHOLE, key) for record in records]

    def _render(self, record: Record, projection: Projection, key: int) -> bytes:
        table, view = self._how.table, self._view
        if self._geometry is None:
            body = render_entity(record.entity, table, view, projection)
        else:
            body = render_feature(record.entity, table, view, projection, geometry_property=self._geometry)
        if len(record.memo) >= MEMO_MOST:
            del record.memo[next(iter(record.memo))]
        record.memo[key] = body
        return body


_numbers: dict[Any, int] = {}
_counter = count()


def _number(key: Any) -> int:
    """A short name for a way to show: records are asked for it many times. Never used again for another way."""
    number = _numbers.get(key)
    if number is None:
        if len(_numbers) >= WAYS_MOST:
            _numbers.clear()
        number = _numbers[key] = next(_counter)
    return number


def one(record: Record, how: Asked, view: View, call: Call) -> Reply:
    """The answer to a retrieval."""
    (body,) = Showing(how, view, geometry_property(call, how)).bodies((record,), call.grants)
    if how.media == "ld" or (how.media == "geo" and _wants_context(call)):
        body = with_context(body, how.table)
    return Reply(200, body, MEDIA[how.media], how.headers)


def many(
    records: Iterable[Record], how: Asked, view: View, call: Call, headers: tuple[tuple[bytes, bytes], ...]
) -> Reply:
    """The answer to a query."""
    return page_of(Showing(how, view, geometry_property(call, how)).bodies(records, call.grants), how, call, headers)


def page_of(bodies: Sequence[bytes], how: Asked, call: Call, headers: tuple[tuple[bytes, bytes], ...]) -> Reply:
    """The answer that these entities are, each rendered without `@context`."""
    if how.media == "ld":
        bodies = [with_context(body, how.table) for body in bodies]
    if how.media != "geo":
        return Reply(200, join(bodies), MEDIA[how.media], (*how.headers, *headers))
    body = join_features(bodies)
    if _wants_context(call):
        body = with_context(body, how.table)
    return Reply(200, body, MEDIA["geo"], (*how.headers, *headers))


def document_reply(document: dict[str, Any] | list[dict[str, Any]], how: Asked) -> Reply:
    """The answer of an operation that describes no entities: a JSON object, or several; plain JSON or JSON-LD."""
    if how.media == "ld":
        context = how.table.served
        document = (
            [{**item, "@context": context} for item in document]
            if isinstance(document, list)
            else {**document, "@context": context}
        )
    return Reply(200, encode(document), MEDIA[how.media], how.headers)


def _wants_context(call: Call) -> bool:
    """GeoJSON carries its @context unless `Prefer: body=json` (clause 6.3.6)."""
    return "body=json" not in (call.header(b"prefer") or "")
