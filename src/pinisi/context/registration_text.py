"""A registration as an answer: names in the reader's @context, of what he may see, with what the broker says itself."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pinisi.context.json_members import Payload
from pinisi.context.registration import Fares, Information, Registration, StoredRegistration
from pinisi.context.registration_operations import CONSUMPTION
from pinisi.context.registration_payload import MEMBERS, NAME_LISTS, is_null
from pinisi.context.term_table import TermTable
from pinisi.vocabulary.entity import Attributes
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import Grant, Grants


def merged(stored: StoredRegistration, fragment: Payload, properties: Attributes) -> tuple[Payload, Attributes]:
    """Payload and properties after an update: each member of the fragment as a whole; null takes one away (5.5.8)."""
    kept = {name: value for name, value in stored.payload.items() if name not in fragment}
    still = {name: value for name, value in stored.properties.items() if name not in fragment}
    given = {name: value for name, value in fragment.items() if not is_null(value)}
    return {**kept, **given}, {**still, **properties}


def seen_by(registration: Registration, grants: Grants) -> tuple[int, ...]:
    """Which parts of what a source holds concern what a reader may see, by their number.

    Areas do not count: that a source may hold something says nothing of a place.
    """
    if grants.sees_all:
        return tuple(range(len(registration.information)))
    return tuple(n for n, info in enumerate(registration.information) if _may_see(info, grants))


def within_reach(registration: Registration, grants: Grants) -> bool:
    """Whether all that a registration speaks of is its writer's to change: it is asked of the source, and written
    there, for everybody. Whose rights end at an area registers nothing: which entities a source has, it tells alone.
    """
    if grants.writes_all:
        return True
    own = [grant for grant in grants.grants if grant.write and grant.areas is None]
    return all(any(_covers(grant, info) for grant in own) for info in registration.information)


def _covers(grant: Grant, info: Information) -> bool:
    types = [entity.types for entity in info.entities]
    of_types = grant.types is None or (bool(types) and all(one and one <= grant.types for one in types))
    of_names = grant.attributes is None or (info.attributes is not None and info.attributes <= grant.attributes)
    return of_types and of_names


def _may_see(info: Information, grants: Grants) -> bool:
    types = frozenset[str]().union(*(entity.types for entity in info.entities))
    for grant in grants.grants:
        of_types = grant.types is None or not grant.types.isdisjoint(types)
        of_names = (
            grant.attributes is None or info.attributes is None or not grant.attributes.isdisjoint(info.attributes)
        )
        if of_types and of_names:
            return True
    return False


def shown(
    stored: StoredRegistration,
    fares: Fares,
    table: TermTable,
    *,
    parts: Iterable[int] | None = None,
    confidential: bool = False,
    sys_attrs: bool = False,
) -> Payload:
    """The document of NGSI-LD 5.2.9.

    Args:
        parts: numbers of the parts of `information` to show; None: all.
        confidential: with what is sent along to the source (`contextSourceInfo`), which may hold credentials.
    """
    document: Payload = {}
    for name, value in stored.payload.items():
        if name == "information":
            document[name] = _information(cast(list[Payload], value), parts, table)
        elif name in MEMBERS:
            document[name] = value
        else:
            document[table.compact_iri(name)] = value
    document.setdefault("mode", "inclusive")
    if "operations" not in document and stored.v2 is None:
        default = sorted(CONSUMPTION) if document["mode"] == "auxiliary" else ["federationOps"]
        document["operations"] = default
    if not confidential:
        document.pop("contextSourceInfo", None)
    if sys_attrs:
        document["createdAt"] = format_instant(stored.created_at)
        document["modifiedAt"] = format_instant(stored.modified_at)
    return {**document, **_told(fares)}


def _information(value: list[Payload], parts: Iterable[int] | None, table: TermTable) -> list[Payload]:
    numbers = range(len(value)) if parts is None else sorted(set(parts))
    return [_part(value[number], table) for number in numbers]


def _part(part: Mapping[str, Any], table: TermTable) -> Payload:
    document: Payload = {}
    for name, value in part.items():
        if name == "entities":
            document[name] = [_entity(entity, table) for entity in value]
        elif name in NAME_LISTS:
            document[name] = [table.compact_iri(iri) for iri in value]
    return document


def _entity(entity: Payload, table: TermTable) -> Payload:
    if "type" not in entity:
        return entity
    types = entity["type"]
    short = [table.compact_iri(iri) for iri in types] if isinstance(types, list) else table.compact_iri(types)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
    return {**entity, "type": short}


def _told(fares: Fares) -> Payload:
    """How the source fared, as far as it was asked (Table 5.2.9-2)."""
    if not fares.times_sent:
        return {}
    document: Payload = {"status": "failed" if fares.failing else "ok", "timesSent": fares.times_sent}
    if fares.times_failed:
        document["timesFailed"] = fares.times_failed
    if fares.last_success:
        document["lastSuccess"] = format_instant(fares.last_success)
    if fares.last_failure:
        document["lastFailure"] = format_instant(fares.last_failure)
    return document
