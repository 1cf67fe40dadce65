"""The form of an entity: which of its attributes a person may type, and how. Drawn from its model."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.models import Field, Model, all_models
from pinisi.city.text import Text
from pinisi.city.words import attribute_label, type_title, unit_text, value_text
from pinisi.console.facts import HIDDEN
from pinisi.console.http import Call
from pinisi.console.town import Town
from pinisi.context.term_table import TermTable
from pinisi.store.record import Record
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance

WRITE = "context.write"


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """One field as the console draws it. `value` and `period` are those that stand now."""

    name: str
    label: Text
    kind: str
    unit: str | None
    units: list[dict[str, Any]]
    choices: list[dict[str, Any]]
    required: bool
    min: float | None
    max: float | None
    value: Any = None
    period: str | None = None


def model_of(town: Town, table: TermTable, types: Sequence[str]) -> Model:
    """The model of the first type (IRI or short name) that has one; without one, of whatever the entity has."""
    known = all_models(town.profile.models)
    short = [table.compact_iri(table.expand_term(name)) for name in types]
    found = next((known[name] for name in short if name in known), None)
    return found or Model(type=short[0] if short else "", fields=(), creates=False)


def fields_of(model: Model, entity: Entity | None, table: TermTable) -> dict[str, Field]:
    """Short name -> field. A type without a model is typed as it is: numbers and words that stand there."""
    if model.fields or entity is None:
        return {field.name: field for field in model.fields}
    found = {
        table.compact_iri(iri): _as_it_is(table.compact_iri(iri), instances[0])
        for iri, instances in entity.attributes.items()
        if iri not in HIDDEN and _is_plain(instances[0])
    }
    return {name: field for name, field in found.items() if field is not None}


def _is_plain(instance: Instance) -> bool:
    return instance.kind == PROPERTY and isinstance(instance.value, (int, float, str))


def _as_it_is(name: str, instance: Instance) -> Field | None:
    if isinstance(instance.value, bool):
        return None
    kind = "text" if isinstance(instance.value, str) else "number"
    return Field(name=name, kind=kind, unit=instance.unit_code)


def writable(call: Call, record: Record, fields: Mapping[str, Field], table: TermTable) -> list[str]:
    """Names of the fields of an entity that the caller may type."""
    if WRITE not in call.principal.permissions:
        return []
    types, areas = record.family.types, record.family.areas
    return [name for name in fields if call.grants.may_write(types, areas, (table.expand_term(name),))]


def may_create(call: Call, model: Model, table: TermTable) -> bool:
    """Whether the caller may make one somewhere; where exactly, the store judges when he does."""
    type = table.expand_term(model.type)
    writes = any(grant.write and (grant.types is None or type in grant.types) for grant in call.grants.grants)
    return model.creates and WRITE in call.principal.permissions and writes


def form_json(town: Town, call: Call, table: TermTable, model: Model, record: Record | None) -> dict[str, Any]:
    """A form as docs/reference/console-api.md writes it; of an entity only what the caller may type of it."""
    projection = None if record is None else projection_of(record, call.grants)
    entity = None if record is None or projection is None else seen(record, projection)
    fields = fields_of(model, entity, table)
    open_to_him = list(fields) if record is None else writable(call, record, fields, table)
    return {
        "type": model.type,
        "title": type_title(model.type),
        "creates": may_create(call, model, table),
        "placed": model.placed,
        "fields": [_field(fields[name], entity, table) for name in open_to_him],
        "offices": [{"id": id, "name": name} for id, name in town.profile.agencies.items()],
    }


def _field(field: Field, entity: Entity | None, table: TermTable) -> FormField:
    instances = [] if entity is None else entity.attributes.get(table.expand_term(field.name), [])
    held = instances[0] if instances else None
    units = tuple(dict.fromkeys(each for each in (field.unit, *field.units) if each))
    return FormField(
        name=field.name,
        label=attribute_label(field.name),
        kind=field.kind,
        unit=(held.unit_code if held is not None else None) or field.unit,
        units=[{"code": code, "text": unit_text(code)} for code in units],
        choices=[{"value": word, "text": value_text(field.name, word)} for word in field.choices],
        required=field.required,
        min=field.min,
        max=field.max,
        value=None if held is None else _held(held),
        period=None if held is None else _period(held, table),
    )


def _held(instance: Instance) -> Any:
    """What stands there, as one would type it; of words in several languages the first."""
    value = instance.value
    return next(iter(value.values()), None) if isinstance(value, dict) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _period(instance: Instance, table: TermTable) -> str | None:
    found = instance.attributes.get(table.expand_term("period"))
    return str(found[0].value) if found else None
