"""One attribute of NGSI v2 -> an NGSI-LD instance, and back: value, type, metadata.

| v2 | NGSI-LD |
|---|---|
| value of a type that its JSON kind tells (`Number`, `Text`, `Boolean`, `StructuredValue`) | Property |
| any other type | Property with `valueType` |
| `DateTime` | Property with a JSON-LD typed value |
| `None`, null | Property with the JSON literal null |
| `geo:json`, `geo:point` ... | GeoProperty; the format that it was written in is kept beside it |
| GeoJSON as `location` with no type (keyValues) or that of an object | GeoProperty |
| `Relationship` | Relationship |
| `LanguageProperty`, `VocabProperty`, `JsonProperty`, `ListProperty`, `ListRelationship` | the same kind |
| metadata `TimeInstant`, `unitCode` | `observedAt`, `unitCode` |
| other metadata | sub-attributes |
"""

from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from pinisi.context.attribute_payload import BARE_MEMBERS, VALUE_TYPE, read_value
from pinisi.context.geometry import GEOMETRY_TYPES, is_geometry
from pinisi.context.ngsi_v2.locations import FORMATS, GEO_JSON, SIMPLE, geometry_of, simple_of
from pinisi.context.ngsi_v2.names import NAME, check_field, entity_id, entity_uri, iri_of, name_of
from pinisi.context.render import value_of
from pinisi.context.term_table import TermTable
from pinisi.context.validate import NULL, check_moment, check_text, refuse, shorten
from pinisi.vocabulary import entity as kinds
from pinisi.vocabulary.entity import Instance
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.terms import NGSI_LD

OBSERVED = "TimeInstant"
UNIT = "unitCode"
DATE_TIME = "DateTime"
DATE_TYPES = frozenset({DATE_TIME, "ISO8601"})
"""Types of dates; the second is an older word for the same."""
WRITTEN_AS = NAME + "geo:format"
"""Sub-attribute of a GeoProperty: the format in which a v2 client wrote it."""

OF_VALUE = frozenset({VALUE_TYPE, WRITTEN_AS})
"""Sub-attributes that tell how the value is meant, and are no metadata."""

BUILTIN = frozenset({"dateCreated", "dateModified", "previousValue", "actionType"})
"""Metadata that the broker writes; sent back by a client it is left aside, as `createdAt` is in NGSI-LD."""

PLACES = frozenset({"location", "observationSpace", "operationSpace"})
"""Names that NGSI-LD keeps for geometries (4.7): GeoJSON under them is a place, whether v2's type says so or not."""

_OBJECTS = frozenset({"StructuredValue", "Object", *GEOMETRY_TYPES})
_SAME_KIND = frozenset(kinds.VALUE_MEMBER) - {kinds.PROPERTY, kinds.RELATIONSHIP, kinds.GEO}
_MEMBERS = frozenset({"value", "type", "metadata"})
_DATE_TIME_IRI = NGSI_LD + DATE_TIME


class Shown(msgspec.Struct, frozen=True):
    """Which metadata of an attribute are shown: names, `*` for all that users wrote, builtin ones only by name."""

    metadata: frozenset[str] = frozenset({"*"})


ALL = Shown()


def read_attribute(member: Any, field: str, table: TermTable) -> Instance:
    """An attribute in the normalized form.

    Raises:
        BadRequestData: names the field.
    """
    if not isinstance(member, dict):
        refuse(field, "an attribute is an object with value, type and metadata (options=keyValues for bare values)")
    told = cast(dict[str, Any], member)
    unknown = next((name for name in told if name not in _MEMBERS), None)
    if unknown is not None:
        refuse(f"{field}.{shorten(unknown)[1:-1]}", "an attribute has value, type and metadata only")
    instance = read_bare(told.get("value"), field, table, told.get("type"))
    metadata = told.get("metadata", {})
    if not isinstance(metadata, dict):
        refuse(f"{field}.metadata", "is an object of metadata by name")
    for name, content in cast(dict[str, Any], metadata).items():
        _read_metadata(instance, name, content, f"{field}.metadata.{name}", table)
    return instance


def read_bare(value: Any, field: str, table: TermTable, type: Any = None) -> Instance:
    """A value with its type, or the type that it has by itself."""
    told = default_type(value) if type is None else check_field(type, f"{field}.type")
    if told in _OBJECTS and field in PLACES and is_geometry(value):
        told = GEO_JSON
    where = f"{field}.value"
    if value is None:
        return Instance(kinds.PROPERTY, {"@type": "@json", "@value": None}, attributes=_typed(told, None, table))
    if value == NULL:
        refuse(where, f"{NULL} is the NGSI-LD Null, which v2 does not have")
    if told in FORMATS:
        geometry = geometry_of(told, value, where)
        kept = {WRITTEN_AS: [Instance(kinds.PROPERTY, told)]} if told in SIMPLE else {}
        return Instance(kinds.GEO, geometry, attributes=kept)
    if told in DATE_TYPES:
        typed = {"@type": _DATE_TIME_IRI, "@value": moment_of(value, where)}
        older = {} if told == DATE_TIME else {VALUE_TYPE: [Instance(kinds.VOCAB, iri_of(told, table, "type"))]}
        return Instance(kinds.PROPERTY, typed, attributes=older)
    if told == kinds.RELATIONSHIP and (objects := _objects(value, where)) is not None:
        return Instance(kinds.RELATIONSHIP, objects)
    if told in _SAME_KIND:
        return Instance(told, read_value(told, value, where, table, nulls=False))
    read = read_value(kinds.PROPERTY, value, where, table, nulls=False)
    return Instance(kinds.PROPERTY, read, attributes=_typed(told, value, table))


def default_type(value: Any) -> str:
    """The type of a value that names none ("Partial Representations")."""
    if value is None:
        return "None"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, str):
        return "Text"
    return "Number" if isinstance(value, int | float) else "StructuredValue"


def moment_of(value: Any, field: str) -> str:
    """An ISO 8601 date or date-time as UTC; as it was written, if it is one of NGSI-LD.

    Raises:
        BadRequestData: it is none.
    """
    text = check_text(value, field)
    if text.endswith("Z") and len(text) > 19:
        return check_moment(text, field)
    try:
        moment = datetime.fromisoformat(text.replace(",", "."))
    except ValueError:
        refuse(field, f"{shorten(value)} is no ISO 8601 date like 2026-11-26T08:00:00Z")
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        refuse(field, f"{shorten(value)} lies outside of the calendar")
    return utc.isoformat(timespec="auto" if utc.microsecond % 1000 else "milliseconds").replace("+00:00", "Z")


def in_milliseconds(moment: str) -> str:
    """A moment in UTC with three digits behind its seconds, or more where it has more: as Orion tells dates."""
    whole, dot, fraction = moment.removesuffix("Z").partition(".")
    return f"{whole}.{fraction if dot else '':0<3}Z" if moment.endswith("Z") and len(whole) == 19 else moment


def _objects(value: Any, field: str) -> str | list[str] | None:
    """URIs of what a Relationship names; None for what is no name of an entity."""
    if isinstance(value, str):
        return entity_uri(value, field)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in cast(list[Any], value)):
        return [entity_uri(item, f"{field}[{n}]") for n, item in enumerate(cast(list[str], value))]
    return None


def _typed(told: str, value: Any, table: TermTable) -> dict[str, list[Instance]]:
    """`valueType`, where the type is not the one that the value tells."""
    return {} if told == default_type(value) else {VALUE_TYPE: [Instance(kinds.VOCAB, iri_of(told, table, "type"))]}


def _read_metadata(instance: Instance, name: str, content: Any, field: str, table: TermTable) -> None:
    check_field(name, field)
    if not isinstance(content, dict):
        refuse(field, "a metadata is an object with value and type")
    told = cast(dict[str, Any], content)
    if not told.keys() <= {"value", "type"}:
        refuse(field, "a metadata has value and type only")
    if name in BUILTIN:
        return
    value = told.get("value")
    if name == OBSERVED and isinstance(value, str):
        instance.observed_at = moment_of(value, field)
    elif name == UNIT and isinstance(value, str) and value and instance.kind in (kinds.PROPERTY, kinds.LIST):
        instance.unit_code = value
    else:
        iri = iri_of(name, table, field)
        if iri in instance.attributes:
            refuse(field, "the same metadata is named twice")
        instance.attributes = {**instance.attributes, iri: [read_bare(value, field, table, told.get("type"))]}


def show_attribute(instance: Instance, table: TermTable, shown: Shown = ALL) -> dict[str, Any]:
    """The normalized form of an attribute."""
    type, value = typed_value(instance, table)
    return {"type": type, "value": value, "metadata": _show_metadata(instance, table, shown)}


def typed_value(instance: Instance, table: TermTable) -> tuple[str, Any]:
    """Type and value as v2 says them."""
    kind, value = instance.kind, instance.value
    if kind == kinds.GEO:
        return _location(instance)
    if kind == kinds.RELATIONSHIP:
        ids = [entity_id(one) for one in value] if isinstance(value, list) else entity_id(value)  # pyright: ignore
        return kind, ids
    if kind in _SAME_KIND:
        return kind, value_of(instance, table)
    stated = instance.attributes.get(VALUE_TYPE)
    named = name_of(stated[0].value, table) if stated and isinstance(stated[0].value, str) else None
    if isinstance(value, dict) and value.keys() == {"@type", "@value"}:  # pyright: ignore[reportUnknownMemberType]
        inner = cast(dict[str, Any], value)
        if inner["@type"] == "@json" and inner["@value"] is None:
            return named or "None", None
        if isinstance(inner["@type"], str) and not isinstance(inner["@value"], dict | list):
            type, literal = _literal_type(inner["@type"], table), inner["@value"]
            dated = type == DATE_TIME and isinstance(literal, str)
            return named or type, in_milliseconds(literal) if dated else literal
    shown = value_of(instance, table)
    return named or default_type(shown), shown


def _literal_type(iri: str, table: TermTable) -> str:
    return DATE_TIME if iri == _DATE_TIME_IRI else name_of(iri, table)


def _location(instance: Instance) -> tuple[str, Any]:
    written = instance.attributes.get(WRITTEN_AS)
    if written and isinstance(form := written[0].value, str) and form in SIMPLE:
        simple = simple_of(form, instance.value)
        if simple is not None:
            return form, simple
    return GEO_JSON, instance.value


def _show_metadata(instance: Instance, table: TermTable, shown: Shown) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if instance.observed_at is not None:
        metadata[OBSERVED] = date_time(instance.observed_at)
    if instance.unit_code is not None:
        metadata[UNIT] = {"type": "Text", "value": instance.unit_code}
    for iri, instances in instance.attributes.items():
        if iri not in BARE_MEMBERS and iri != WRITTEN_AS:
            type, value = typed_value(instances[0], table)
            metadata[name_of(iri, table)] = {"type": type, "value": value}
    wanted = shown.metadata
    if "*" not in wanted:
        metadata = {name: content for name, content in metadata.items() if name in wanted}
    if "dateCreated" in wanted:
        metadata["dateCreated"] = date_time(instance.created_at)
    if "dateModified" in wanted:
        metadata["dateModified"] = date_time(instance.modified_at)
    return metadata


def date_time(moment: Instant | str) -> dict[str, Any]:
    return {"type": DATE_TIME, "value": in_milliseconds(moment if isinstance(moment, str) else format_instant(moment))}
