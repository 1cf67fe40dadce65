"""Requests to a provider that was registered in NGSI v2, as an IoT agent is: `op/query` and `op/update` at its address.

Questions and writes come as for any source of NGSI-LD, are said in v2, and what comes back is read from v2: no
operation has to know in which language a source speaks.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec

from pinisi.context.attribute_payload import DELETE
from pinisi.context.federation.answer import Answer, invalid
from pinisi.context.federation.client import Outgoing
from pinisi.context.json_body import read_json
from pinisi.context.ngsi_v2.attributes import show_attribute
from pinisi.context.ngsi_v2.entities import default_instance, read_entity
from pinisi.context.ngsi_v2.names import entity_id, id_pattern_of_v2, name_of
from pinisi.context.payload import read_fragment
from pinisi.context.problems import BadRequestData, NgsiLdError
from pinisi.context.registration import EntityInfo, Provider, Registration
from pinisi.context.targets import parse_target
from pinisi.context.term_table import CORE_TABLE, TermTable
from pinisi.store.change import Refused
from pinisi.vocabulary.entity import Entity

_encode = msgspec.json.Encoder().encode
_ERROR_MOST = 64 * 1024


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One operation as it was meant for a source of NGSI-LD. `document` is in the terms of `table`."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    document: Any
    table: TermTable


def outgoing_v2(
    registration: Registration, provider: Provider, said: Said, names: TermTable, via: str, timeout: float
) -> Outgoing:
    """The request in v2.

    Args:
        names: the terms in which v2 names types and attributes.
        timeout: seconds.

    Raises:
        BadRequestData: what is asked cannot be said in v2.
        BadTarget: the address is none.
    """
    asks = said.method == "GET"
    body = _question(registration, said, names) if asks else _update(registration, said, names)
    page = "&".join(f"{name}={said.query[name]}" for name in ("limit", "offset") if name in said.query)
    address = _address(registration.endpoint, "query" if asks else "update")
    return Outgoing(
        method="POST",
        target=parse_target(f"{address}?{page}" if asks and page else address),
        headers=_headers(provider, via),
        body=_encode(body),
        timeout=timeout,
    )


def _address(endpoint: str, operation: str) -> str:
    """Where an operation goes. Of an address without a path the path is `/`, and `/op/update` stands behind it: that is
    how Orion asks (`//op/update`), and what agents listen to."""
    parts = urlsplit(endpoint)
    path = parts.path.rstrip("/") or "/"
    return f"{parts.scheme}://{parts.netloc}{path}/op/{operation}"


def _headers(provider: Provider, via: str) -> bytes:
    lines = ["Content-Type: application/json", "Accept: application/json", f"Via: {via}"]
    if provider.service is not None:
        lines.append(f"Fiware-Service: {provider.service}")
    lines.append(f"Fiware-ServicePath: {provider.path or '/'}")
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1", "ignore")


def _question(registration: Registration, said: Said, names: TermTable) -> dict[str, Any]:
    document: dict[str, Any] = {"entities": list(_asked_for(registration, said, names))}
    if "attrs" in said.query:
        document["attrs"] = [name_of(CORE_TABLE.expand_term(word), names) for word in said.query["attrs"].split(",")]
    return document


def _asked_for(registration: Registration, said: Said, names: TermTable) -> Iterable[dict[str, str]]:
    ids = said.path[1:2] or tuple(filter(None, said.query.get("id", "").split(",")))
    for id in ids:
        yield {"id": entity_id(id), **_type_at(registration, id, names)}
    if not ids:
        pattern = said.query.get("idPattern")
        told = {"idPattern": ".*" if pattern is None else id_pattern_of_v2(pattern)}
        types = [CORE_TABLE.expand_term(word) for word in said.query.get("type", "*").split(",") if word != "*"]
        for type in types:
            yield {**told, "type": name_of(type, names)}
        if not types:
            yield told


def _type_at(registration: Registration, id: str, names: TermTable) -> dict[str, str]:
    """The type under which the provider knows an entity, as it was registered."""
    for info in registration.information:
        for one in info.entities:
            if one.types and one.covers_id(id):
                return {"type": _type_name(one, names)}
    return {}


def _type_name(info: EntityInfo, names: TermTable) -> str:
    return name_of(min(info.types), names)


def _update(registration: Registration, said: Said, names: TermTable) -> dict[str, Any]:
    if said.path[0] == "entityOperations":
        told = [_entity(registration, said, names, each["id"], _without_id(each)) for each in said.document]
        return {"actionType": "update", "entities": told}
    id, attribute = said.path[1], said.path[3:4]
    document = {attribute[0]: said.document} if attribute else said.document
    return {"actionType": "update", "entities": [_entity(registration, said, names, id, document)]}


def _without_id(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: member for name, member in document.items() if name != "id"}


def _entity(registration: Registration, said: Said, names: TermTable, id: str, document: Any) -> dict[str, Any]:
    """An entity with the values that a provider is to write.

    Raises:
        BadRequestData: they cannot be said in v2.
    """
    words = said.query.get("options", "").split(",")
    fragment = read_fragment(
        document, said.table, nulls=True, simplified=not {"keyValues", "simplified"}.isdisjoint(words)
    )
    entity: dict[str, Any] = {"id": entity_id(id), **_type_at(registration, id, names)}
    for iri, instances in fragment.attributes.items():
        name, one = name_of(iri, names), default_instance(instances)
        if one is None or one.value == DELETE:
            raise BadRequestData("a provider of NGSI v2 is sent new values only, without datasetId", name)
        entity[name] = show_attribute(one, names)
    return entity


def understood(answer: Answer, said: Said, names: TermTable) -> Answer:
    """The answer with the entities that it holds; an error with its reason where that of NGSI-LD stands."""
    if answer.fault:
        return answer
    if not answer.taken:
        return msgspec.structs.replace(answer, body=_problem(answer.body))
    if said.method != "GET":
        return msgspec.structs.replace(answer, status=204, body=b"")
    try:
        return msgspec.structs.replace(answer, entities=_entities(answer.body, names))
    except (NgsiLdError, Refused) as error:
        return invalid(answer, str(error))


def _entities(body: bytes, names: TermTable) -> tuple[Entity, ...]:
    found: Any = read_json(body, len(body)) if body else []
    documents = cast(list[Any], found) if isinstance(found, list) else [found]
    return tuple(read_entity(document, names) for document in documents)


def _problem(body: bytes) -> bytes:
    try:
        told = msgspec.json.decode(body, type=dict[str, Any]) if len(body) < _ERROR_MOST else {}
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return b""
    return _encode({"title": str(told.get("error", ""))[:200], "detail": str(told.get("description", ""))[:2000]})
