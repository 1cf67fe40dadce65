"""Entities as answers: normalized, concise or simplified (NGSI-LD 4.5.1 to 4.5.4), by a reader's @context and grants.

What is rendered of an entity depends on nothing but its arguments, so the bytes may be kept with the record, by
`(terms.digest, view, projection)`. The `@context` is put in front of kept bytes by `with_context`.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec

from pinisi.context.attribute_payload import BARE_MEMBERS, PROOF, kind_of
from pinisi.context.geometry import is_geometry
from pinisi.context.json_values import compact_value
from pinisi.context.language_filter import choose_language
from pinisi.context.ngsi_null import is_null
from pinisi.context.pick import Pick
from pinisi.context.problems import BadRequestData
from pinisi.context.simplified_payload import DATASET
from pinisi.context.term_table import TermTable
from pinisi.vocabulary.entity import (
    GEO,
    JSON,
    LANGUAGE,
    LIST,
    LIST_RELATIONSHIP,
    PROPERTY,
    VALUE_MEMBER,
    VOCAB,
    Entity,
    Instance,
)
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import WHOLE, Projection
from pinisi.vocabulary.terms import NGSI_LD

Form = Literal["normalized", "concise", "simplified"]
_PROOF_IRI = NGSI_LD + PROOF
_WRAPPED = frozenset((LANGUAGE, VOCAB, JSON))
encode = msgspec.json.Encoder().encode
_moment = lru_cache(4096)(format_instant)


class View(msgspec.Struct, frozen=True, kw_only=True):
    """How entities are shown.

    `attributes` (parameter `attrs`) are IRIs; `datasets` holds datasetIds, None for the default instance; `languages`
    are ranges in order of preference.
    """

    form: Form = "normalized"
    sys_attrs: bool = False
    attributes: frozenset[str] | None = None
    pick: Pick | None = None
    omit: Pick | None = None
    languages: tuple[str, ...] | None = None
    datasets: frozenset[str | None] | None = None

    def shows(self, member: str) -> bool:
        """Whether a core member (`id`, `type`, `scope`) is part of the answer."""
        if self.pick is not None and member not in self.pick.members:
            return False
        return self.omit is None or member not in self.omit.members or self.omit.behind(member) is not None

    def attributes_of(self, entity: Entity, seen: Projection) -> Iterable[str]:
        """The attributes of an entity that are part of the answer."""
        names: Iterable[str] = entity.attributes
        for allowed in (self.attributes, seen.attributes, None if self.pick is None else self.pick.members):
            if allowed is not None:
                names = [name for name in names if name in allowed]
        if self.omit is not None:
            omitted = self.omit.members - {name for name, _ in self.omit.linked}
            names = [name for name in names if name not in omitted]
        return names


NORMALIZED = View()
CONCISE = View(form="concise")
SIMPLIFIED = View(form="simplified")


def render_entity(entity: Entity, terms: TermTable, view: View = NORMALIZED, seen: Projection = WHOLE) -> bytes:
    """The JSON of an entity, without `@context`."""
    return encode(entity_document(entity, terms, view, seen))


def entity_document(
    entity: Entity, terms: TermTable, view: View = NORMALIZED, seen: Projection = WHOLE
) -> dict[str, Any]:
    """The entity as a JSON object, without `@context`."""
    document: dict[str, Any] = {}
    if view.pick is None and view.omit is None:
        document["id"] = entity.id
        document["type"] = _types(entity, terms)
        if entity.scopes:
            document["scope"] = _one_or_more(entity.scopes)
    else:
        _core_members(document, entity, terms, view)
    if view.sys_attrs:
        if entity.expires_at is not None:
            document["expiresAt"] = entity.expires_at
        document["createdAt"] = _moment(entity.created_at)
        document["modifiedAt"] = _moment(entity.modified_at)
    attributes = entity.attributes
    for name in view.attributes_of(entity, seen):
        shown = render_attribute(attributes[name], name, terms, view)
        if shown is not None:
            document[terms.compact_iri(name)] = shown
    return document


def render_attribute(instances: Sequence[Instance], name: str, terms: TermTable, view: View) -> Any:
    """One attribute with all its instances that the view shows; None if there is none."""
    if view.datasets is not None:
        instances = [instance for instance in instances if instance.dataset_id in view.datasets]
    if not instances:
        return None
    if view.form == "simplified":
        return _simplified(instances, terms, view)
    render = _normalized if view.form == "normalized" else _concise
    if len(instances) == 1:
        return render(instances[0], name, terms, view)
    return [render(instance, name, terms, view) for instance in instances]


def with_context(body: bytes, terms: TermTable) -> bytes:
    """A rendered JSON object with the `@context` that the reader named."""
    rest = b"}" if body == b"{}" else b"," + body[1:]
    return b'{"@context":' + terms.served_json + rest


def join(bodies: Iterable[bytes]) -> bytes:
    """Rendered values as one JSON array."""
    return b"[" + b",".join(bodies) + b"]"


def value_of(instance: Instance, terms: TermTable) -> Any:
    """The value of an instance as the member that carries it shows it."""
    kind, value = instance.kind, instance.value
    if kind in (PROPERTY, LIST):
        container = value.__class__ is dict or value.__class__ is list
        return compact_value(value, terms) if container else value
    if kind == VOCAB:
        return [terms.compact_iri(word) for word in value] if value.__class__ is list else terms.compact_iri(value)
    if kind == LIST_RELATIONSHIP:
        return value if is_null(value, kind) else [{"object": reference} for reference in value]
    return value


def _types(entity: Entity, terms: TermTable) -> Any:
    types = entity.types
    return terms.compact_iri(types[0]) if len(types) == 1 else [terms.compact_iri(iri) for iri in types]


def _core_members(document: dict[str, Any], entity: Entity, terms: TermTable, view: View) -> None:
    if view.shows("id"):
        document["id"] = entity.id
    if view.shows("type"):
        document["type"] = _types(entity, terms)
    if entity.scopes and view.shows("scope"):
        document["scope"] = _one_or_more(entity.scopes)


def _one_or_more(items: list[str]) -> Any:
    return items[0] if len(items) == 1 else items


def _normalized(instance: Instance, name: str, terms: TermTable, view: View) -> dict[str, Any]:
    if instance.kind == LANGUAGE and view.languages is not None:
        document = {"type": PROPERTY, **in_language(instance, view.languages)}
    else:
        value = instance.value if name == _PROOF_IRI else value_of(instance, terms)
        document = {"type": instance.kind, VALUE_MEMBER[instance.kind]: value}
    describe(document, instance, terms, view)
    return document


def _concise(instance: Instance, name: str, terms: TermTable, view: View) -> Any:
    """The shortest form that loses nothing (4.5.2.3)."""
    document = _normalized(instance, name, terms, view)
    kind = document["type"]
    if kind == PROPERTY and is_geometry(document["value"]):
        return document
    del document["type"]
    if len(document) == 1 and (kind == GEO or (kind == PROPERTY and _unmistakable(document["value"]))):
        return document["value"]
    return document


def _unmistakable(value: Any) -> bool:
    """Whether a bare value cannot be taken for an attribute or a list of them."""
    if value.__class__ is list:
        return not any(item.__class__ is dict for item in value)
    if value.__class__ is not dict:
        return True
    try:
        return kind_of(value, "") is None
    except BadRequestData:
        return False


def in_language(instance: Instance, ranges: Sequence[str]) -> dict[str, Any]:
    """The members of a LanguageProperty that is served in one language (4.15)."""
    tag = choose_language(instance.value, ranges)
    return {"value": instance.value[tag], "lang": tag}


def describe(document: dict[str, Any], instance: Instance, terms: TermTable, view: View) -> None:
    """Add what describes the value: unit, times, datasetId, sub-attributes."""
    if instance.unit_code is not None:
        document["unitCode"] = instance.unit_code
    if instance.observed_at is not None:
        document["observedAt"] = instance.observed_at
    if instance.dataset_id is not None:
        document["datasetId"] = instance.dataset_id
    if instance.object_type is not None:
        names = instance.object_type
        document["objectType"] = (
            terms.compact_iri(names) if isinstance(names, str) else [terms.compact_iri(name) for name in names]
        )
    if view.sys_attrs and instance.expires_at is not None:
        document["expiresAt"] = instance.expires_at
    if view.sys_attrs and instance.created_at:
        document["createdAt"] = _moment(instance.created_at)
        document["modifiedAt"] = _moment(instance.modified_at)
    if instance.attributes:
        _sub_attributes(document, instance, terms, view)


def _sub_attributes(document: dict[str, Any], instance: Instance, terms: TermTable, view: View) -> None:
    render = _concise if view.form == "concise" else _normalized
    for name, instances in instance.attributes.items():
        if name in BARE_MEMBERS:
            document[BARE_MEMBERS[name]] = value_of(instances[0], terms)
        elif len(instances) == 1:
            document[terms.compact_iri(name)] = render(instances[0], name, terms, view)
        else:
            document[terms.compact_iri(name)] = [render(one, name, terms, view) for one in instances]


def _simplified(instances: Sequence[Instance], terms: TermTable, view: View) -> Any:
    """Values only; several instances by their datasetId (4.5.4)."""
    if len(instances) == 1:
        return simplified_value(instances[0], terms, view)
    return {DATASET: {one.dataset_id or "@none": simplified_value(one, terms, view) for one in instances}}


def simplified_value(instance: Instance, terms: TermTable, view: View) -> Any:
    """The value of one instance in the simplified representation."""
    kind = instance.kind
    if kind == LANGUAGE and view.languages is not None:
        return instance.value[choose_language(instance.value, view.languages)]
    if kind == LIST_RELATIONSHIP:
        return instance.value
    value = value_of(instance, terms)
    return {VALUE_MEMBER[kind]: value} if kind in _WRAPPED else value
