"""Which types and attributes there are, here and at sources (NGSI-LD 5.7.5 to 5.7.10).

A source is heard for the types and attributes that it is registered for, and a reader for those that his grants reach.
Names are joined by their IRIs; counts are sums: an entity that two sources hold counts for each of them.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.console.federated import ReadLeg, Warnings, all_of, asker_of, read_legs
from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply
from pinisi.console.ngsi_ld_request import Asked, asked, flag
from pinisi.console.ngsi_ld_show import document_reply
from pinisi.context.federation.answer import invalid
from pinisi.context.federation.outgoing import sayable
from pinisi.context.federation.plan import types_of
from pinisi.context.federation.reading import Unreadable, list_of_texts, read_body
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.problems import ResourceNotFound
from pinisi.context.registration_matching import Wanted
from pinisi.context.term_table import TermTable
from pinisi.store.query import TypeIs

Document = dict[str, Any]
_decode = msgspec.json.Decoder().decode


class Kind(msgspec.Struct, frozen=True):
    """Types or attributes: the members of their lists (`listed`), of one (`name`, `others`), and the operations."""

    path: str
    listed: str
    name: str
    others: str
    plain: str
    details: str
    info: str


TYPES = Kind("types", "typeList", "typeName", "attributeNames", "retrieveEntityTypes", "retrieveEntityTypeDetails",
              "retrieveEntityTypeInfo")  # fmt: skip
ATTRIBUTES = Kind("attributes", "attributeList", "attributeName", "typeNames", "retrieveAttrTypes",
                   "retrieveAttrTypeDetails", "retrieveAttrTypeInfo")  # fmt: skip


def listing(kind: Kind) -> Callable[[House, Call, Endpoint], Awaitable[Reply]]:
    """The way of a list of all, plain or with details."""

    async def way(house: House, call: Call, local: Endpoint) -> Reply:
        how = asked(house.contexts, call)
        details = flag(call, "details")
        work = _Work(house, call, how, kind)
        legs = work.legs(kind.details if details else kind.plain, Wanted())
        if not legs:
            return await work.warnings.on_any(local(house, call))
        own = _decode((await local(house, call)).body)
        heard = await work.ask(legs, (kind.path,), {"details": "true"} if details else {})
        reply = document_reply(work.detailed(own, heard) if details else work.plain(own, heard), how)
        return work.warnings.on(reply)

    return way


def one(kind: Kind, parameter: str) -> Callable[[House, Call, Endpoint], Awaitable[Reply]]:
    """The way of one type or attribute."""

    async def way(house: House, call: Call, local: Endpoint) -> Reply:
        how = asked(house.contexts, call)
        iri = how.table.expand_term(call.params[parameter])
        wanted = Wanted(types=TypeIs(iri)) if kind is TYPES else Wanted(attributes=frozenset({iri}))
        work = _Work(house, call, how, kind)
        legs = work.legs(kind.info, wanted)
        if not legs:
            return await work.warnings.on_any(local(house, call))
        try:
            own: Document | None = _decode((await local(house, call)).body)
        except ResourceNotFound:
            own = None
        heard = await work.ask(legs, (kind.path, iri), {})
        return await work.warnings.on_any(work.joined(own, heard, call.params[parameter]))

    return way


class _Heard(msgspec.Struct, frozen=True):
    """What a source says, in the terms in which it was asked."""

    leg: ReadLeg
    table: TermTable
    document: Any


class _Work:
    def __init__(self, house: House, call: Call, how: Asked, kind: Kind) -> None:
        self._house = house
        self._call = call
        self._how = how
        self._kind = kind
        self._asker: Asker = asker_of(house, call, how.table)
        self.warnings = Warnings(self._asker)

    def legs(self, operation: str, wanted: Wanted) -> list[ReadLeg]:
        return read_legs(self._house, self._asker, self.warnings, wanted, (operation,))

    async def ask(self, legs: Sequence[ReadLeg], path: tuple[str, ...], query: Mapping[str, str]) -> list[_Heard]:
        answers = await all_of([self._ask(leg, path, query) for leg in legs])
        return [answer for answer in answers if answer is not None]

    async def _ask(self, leg: ReadLeg, path: tuple[str, ...], query: Mapping[str, str]) -> _Heard | None:
        sources, registration = self._house.sources, leg.registration
        tongue = sources.tongue(self._asker, registration)
        answer = await sources.ask(self._asker, registration, Errand(method="GET", path=path, query=query))
        heard: _Heard | None = None
        if answer.taken and tongue is not None:
            try:
                document = read_body(answer.body)
                self._check(document, path, query)
                heard = _Heard(leg, sayable(tongue), document)
            except Unreadable as error:
                answer = invalid(answer, str(error))
                sources.spoiled(self._asker, registration, answer)
        self.warnings.hear(registration, answer)
        return heard

    def _check(self, document: Any, path: tuple[str, ...], query: Mapping[str, str]) -> None:
        """Raises `Unreadable` for what is no such list, or no such description (4.5.10 to 4.5.15)."""
        if len(path) > 1:
            if not is_object(document) or not isinstance(document.get("id"), str):
                raise Unreadable("is no description of it")
        elif query:
            if not is_list(document) or not all(is_object(item) for item in document):
                raise Unreadable("is no list of descriptions")
        else:
            list_of_texts(document, self._kind.listed)

    def plain(self, own: Document, heard: Sequence[_Heard]) -> Document:
        names = set(_texts(own.get(self._kind.listed)))
        for one in heard:
            document = one.document if is_object(one.document) else {}
            iris = {one.table.expand_term(name) for name in _texts(document.get(self._kind.listed))}
            names |= {self._how.table.compact_iri(iri) for iri in iris if self._allowed(one.leg, iri)}
        return {**own, self._kind.listed: sorted(names)}

    def detailed(self, own: list[Document], heard: Sequence[_Heard]) -> list[Document]:
        kind, table = self._kind, self._how.table
        found = {item["id"]: dict(item) for item in own}
        for one in heard:
            for item in one.document if is_list(one.document) else []:
                iri = one.table.expand_term(item.get("id", "")) if is_object(item) else ""
                if not iri or not self._allowed(one.leg, iri):
                    continue
                base: Document = {"type": item.get("type"), kind.name: table.compact_iri(iri), kind.others: []}
                known = found.setdefault(iri, {"id": iri, **base})
                others = {table.compact_iri(one.table.expand_term(name)) for name in _texts(item.get(kind.others))}
                known[kind.others] = sorted({*_texts(known.get(kind.others)), *others})
        return [found[iri] for iri in sorted(found)]

    async def joined(self, own: Document | None, heard: Sequence[_Heard], name: str) -> Reply:
        """One type or attribute out of what everybody says of it."""
        table, kind = self._how.table, self._kind
        iri = table.expand_term(name)
        documents = [one.document for one in heard if is_object(one.document) and self._allowed(one.leg, iri)]
        parts: list[Document] = [*([] if own is None else [own]), *documents]
        if not parts:
            raise ResourceNotFound(f"there is no {kind.path[:-1]} {name[:80]}")
        merged: Document = {**parts[0], "id": iri, kind.name: table.compact_iri(iri)}
        merged.pop("@context", None)
        for count in ("entityCount", "attributeCount"):
            numbers = [part[count] for part in parts if isinstance(part.get(count), int)]
            if numbers:
                merged[count] = sum(numbers)
        for texts in (kind.others, "attributeTypes"):
            if any(texts in part for part in parts):
                merged[texts] = sorted({text for part in parts for text in _texts(part.get(texts))})
        if any("attributeDetails" in part for part in parts):
            merged["attributeDetails"] = _details(part.get("attributeDetails") for part in parts)
        return document_reply(merged, self._how)

    def _allowed(self, leg: ReadLeg, iri: str) -> bool:
        """Whether the source is registered for it, and the reader may know of it."""
        grants = self._call.grants
        if self._kind is TYPES:
            types = types_of(leg.match.parts)
            return (not types or iri in types) and (grants.sees_all or grants.projection((iri,), ()) is not None)
        registered = [leg.registration.information[part.number].attributes for part in leg.match.parts]
        if not any(names is None or iri in names for names in registered):
            return False
        return grants.sees_all or any(grant.attributes is None or iri in grant.attributes for grant in grants.grants)


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if is_list(value) else []


def _details(lists: Iterable[Any]) -> list[Document]:
    """Attributes of a type, each once, with all the kinds that are known of it."""
    found: dict[str, Document] = {}
    for details in lists:
        for item in details if is_list(details) else []:
            if not is_object(item) or not isinstance(item.get("id"), str):
                continue
            known = found.setdefault(item["id"], dict(item))
            kinds = {*_texts(known.get("attributeTypes")), *_texts(item.get("attributeTypes"))}
            known["attributeTypes"] = sorted(kinds)
    return [found[id] for id in sorted(found)]
