"""Entities of NGSI v2 -> `Entity`, and back in each of its forms: normalized, keyValues, values, unique."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast

import msgspec

from pinisi.context.ngsi_v2.attributes import (
    ALL,
    Shown,
    date_time,
    moment_of,
    read_attribute,
    show_attribute,
    typed_value,
)
from pinisi.context.ngsi_v2.names import entity_id, entity_uri, iri_of, name_of
from pinisi.context.payload import ALWAYS_GEO
from pinisi.context.term_table import TermTable
from pinisi.context.validate import refuse
from pinisi.vocabulary.entity import GEO, Attributes, Entity, Instance
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import WHOLE, Projection

Form = Literal["normalized", "keyValues", "values", "unique"]
DEFAULT_TYPE = "Thing"
BUILTIN = frozenset({"dateCreated", "dateModified", "dateExpires"})
TOLD = BUILTIN | {"servicePath", "alterationType"}
"""What is told where it is asked for by name; the last two a client may write, too, and then it is his."""
_encode = msgspec.json.Encoder().encode


class View(msgspec.Struct, frozen=True):
    """How entities are shown. `attributes` are v2 names in the order asked for, `*` all that users wrote.

    `told`: builtin attributes that are not of the entity alone, as `alterationType`.
    """

    form: Form = "normalized"
    attributes: tuple[str, ...] | None = None
    but: frozenset[str] = frozenset()
    shown: Shown = ALL
    told: Mapping[str, dict[str, Any]] = {}


NORMALIZED = View()


def read_entity(document: Any, table: TermTable) -> Entity:
    """A whole entity, as another broker or a provider tells it.

    Raises:
        BadRequestData: names the field.
    """
    told = as_object(document, "body")
    attributes: Attributes = {}
    for name, member in told.items():
        if name not in BUILTIN and name not in ("id", "type"):
            iri = iri_of(name, table, name)
            attributes[iri] = [checked(iri, read_attribute(member, name, table), name)]
    frame = new_entity(told, table)
    return msgspec.structs.replace(frame, attributes=attributes, expires_at=expiry_of(told))


def new_entity(document: Any, table: TermTable, scopes: Sequence[str] = ()) -> Entity:
    """The entity of a request without its attributes.

    Raises:
        BadRequestData: names the field.
    """
    told = as_object(document, "body")
    if "id" not in told:
        refuse("id", "an entity needs an id")
    type = told.get("type")
    types = [iri_of(DEFAULT_TYPE if type is None else type, table, "type")]
    return Entity(entity_uri(told["id"]), types, {}, list(scopes))


def expiry_of(told: dict[str, Any]) -> str | None:
    """When the entity expires (`dateExpires`)."""
    if "dateExpires" not in told:
        return None
    member = told["dateExpires"]
    value = member.get("value") if isinstance(member, dict) else member  # pyright: ignore
    return moment_of(value, "dateExpires")


def checked(iri: str, instance: Instance, name: str) -> Instance:
    """`location` and its like are geometries in NGSI-LD (4.7)."""
    if iri in ALWAYS_GEO and instance.kind != GEO:
        refuse(f"{name}.type", f"{name} is a place here: geo:point, geo:line, geo:box, geo:polygon or geo:json")
    return instance


def as_object(document: Any, field: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        refuse(field, "must be a JSON object")
    return cast(dict[str, Any], document)


def default_instance(instances: Sequence[Instance]) -> Instance | None:
    """The instance that v2 can show: the one without a datasetId."""
    return next((one for one in instances if one.dataset_id is None), None)


def show_entity(entity: Entity, table: TermTable, view: View = NORMALIZED, seen: Projection = WHOLE) -> Any:
    """An entity in the form that the view asks for."""
    attributes = dict(chosen(entity, table, view, seen))
    if view.form in ("values", "unique"):
        values = [value for _, value in attributes.values()]
        return _once(values) if view.form == "unique" else values
    document: dict[str, Any] = {"id": entity_id(entity.id), "type": name_of(entity.types[0], table)}
    return document | {name: value for name, (_, value) in attributes.items()}


def show_attributes(entity: Entity, table: TermTable, view: View, seen: Projection) -> Any:
    """The attributes alone."""
    shown = show_entity(entity, table, view, seen)
    return {n: v for n, v in shown.items() if n not in ("id", "type")} if isinstance(shown, dict) else shown  # pyright: ignore


def chosen(entity: Entity, table: TermTable, view: View, seen: Projection) -> Iterable[tuple[str, tuple[str, Any]]]:
    """The attributes that the view asks for and the reader may see, in the order asked for: name, type and content."""
    own = {
        name_of(iri, table): one
        for iri, instances in entity.attributes.items()
        if (seen.attributes is None or iri in seen.attributes) and (one := default_instance(instances)) is not None
    }
    wanted = ("*",) if view.attributes is None else view.attributes
    for word in wanted:
        if word in TOLD and word not in own:
            content = _builtin(entity, word, view)
            if content is not None:
                yield word, (content["type"], content if view.form == "normalized" else content["value"])
            continue
        for name in own if word == "*" else [word] if word in own else []:
            if name not in view.but:
                yield name, _content(own[name], table, view)


def _content(instance: Instance, table: TermTable, view: View) -> tuple[str, Any]:
    if view.form == "normalized":
        shown = show_attribute(instance, table, view.shown)
        return shown["type"], shown
    return typed_value(instance, table)


def _builtin(entity: Entity, name: str, view: View) -> dict[str, Any] | None:
    if name == "servicePath":
        return {"type": "Text", "value": path_of(entity), "metadata": {}}
    if name == "alterationType":
        return view.told.get(name)
    if name == "dateExpires":
        return None if entity.expires_at is None else {**date_time(entity.expires_at), "metadata": {}}
    moment = entity.created_at if name == "dateCreated" else entity.modified_at
    return {**date_time(format_instant(moment)), "metadata": {}}


def path_of(entity: Entity | None) -> str:
    """The service path that an entity lies under."""
    return "/" + entity.scopes[0].strip("/") if entity is not None and entity.scopes else "/"


def _once(values: list[Any]) -> list[Any]:
    """Each value once, in the order of their first."""
    return list({_encode(value): value for value in values}.values())
