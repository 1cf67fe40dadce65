"""Entities of a batch that are as most are: Properties of a text, a number or a truth value, references and points.

The types of all members are proved while the JSON is read, and entities with the same members share what their names
mean: 5 us an entity of six attributes instead of 15 (`payload.read_entity`). Whatever is not so plain, or not right,
is left to `payload`, which reads all and says what is wrong.
"""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from pinisi.context.attribute_payload import PROOF
from pinisi.context.core_context import VALUE_MEMBERS
from pinisi.context.geometry import is_point
from pinisi.context.payload import ALWAYS_GEO, TAKEN, read_entity
from pinisi.context.payload_size import read_payload
from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import TermTable
from pinisi.context.validate import NULL, is_uri, is_usual_moment
from pinisi.vocabulary.bounds import MOST_INSTANCES
from pinisi.vocabulary.entity import GEO, PROPERTY, RELATIONSHIP, Attributes, Entity, Instance

_NAMING = frozenset(("id", "type", "@context"))
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Text = Annotated[str, Meta(min_length=1)]


class PlainProperty(msgspec.Struct, tag_field="type", tag=PROPERTY, forbid_unknown_fields=True, gc=False):
    value: Whole | float | str | bool
    observedAt: str | UnsetType = UNSET
    unitCode: Text | UnsetType = UNSET


class PlainRelationship(msgspec.Struct, tag_field="type", tag=RELATIONSHIP, forbid_unknown_fields=True, gc=False):
    object: str
    observedAt: str | UnsetType = UNSET


class PlainPlace(msgspec.Struct, tag_field="type", tag=GEO, forbid_unknown_fields=True, gc=False):
    value: dict[str, Any]
    observedAt: str | UnsetType = UNSET


Member = str | list[str] | PlainProperty | PlainRelationship | PlainPlace
Document = dict[str, Member]

_decode = msgspec.json.Decoder(list[Document]).decode


class WholeEntities:
    """The entities of one batch, each read when it is asked for.

    `documents` are those of the request: of an array, one for each entity.
    """

    def __init__(self, body: bytes) -> None:
        """Raises as `read_json`."""
        self._body = body
        self._plain = _read_plain(body)
        self._documents: Any = None if self._plain is not None else read_payload(body)

    @property
    def plain(self) -> "list[Document] | None":
        """The entities, if the members of all of them are plain."""
        return self._plain

    @property
    def documents(self) -> Any:
        return self._documents if self._plain is None else self._plain

    def read(self, place: int, terms: TermTable) -> Entity:
        """The entity at a place of the array. Raises as `read_entity`."""
        entity = None if self._plain is None else read_plain_entity(self._plain[place], terms)
        if entity is not None:
            return entity
        if self._documents is None:
            self._documents = read_payload(self._body)
        return read_entity(self._documents[place], terms)


def _read_plain(body: bytes) -> list[Document] | None:
    """The entities, if the members of all of them are plain."""
    try:
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def read_plain_entity(document: Document, terms: TermTable) -> Entity | None:
    """The entity; None for what is to be looked at more closely."""
    names = tuple(document)
    plan = plan_of(names, terms)
    if not plan:
        return None
    id, kind = document["id"], document["type"]
    if not isinstance(id, str) or not isinstance(kind, str) or id == NULL or not kind or kind == NULL:
        return None
    if not is_uri(id):
        return None
    attributes: Attributes = {}
    for iri, member in zip(plan, document.values(), strict=True):
        if iri is not None:
            instance = read_member(member)
            if instance is None or (iri in ALWAYS_GEO and instance.kind != GEO):
                return None
            attributes[iri] = [instance]
    return Entity(id, [terms.expand_name(kind, "type")], attributes)


def read_member(member: Member) -> Instance | None:
    """The instance; None for what is to be looked at more closely."""
    moment = None
    if isinstance(member, PlainProperty):
        if member.observedAt is not UNSET:
            moment = member.observedAt
        unit = member.unitCode
        if member.value == NULL or unit == NULL:
            return None
        instance = Instance(PROPERTY, member.value, None, moment, None if unit is UNSET else unit)
    elif isinstance(member, PlainRelationship):
        if member.observedAt is not UNSET:
            moment = member.observedAt
        if member.object == NULL or not is_uri(member.object):
            return None
        instance = Instance(RELATIONSHIP, member.object, None, moment)
    elif isinstance(member, PlainPlace):
        if member.observedAt is not UNSET:
            moment = member.observedAt
        if not is_point(member.value):
            return None
        instance = Instance(GEO, member.value, None, moment)
    else:
        return None
    return instance if moment is None or is_usual_moment(moment) else None


def plan_of(names: tuple[str, ...], terms: TermTable) -> tuple[str | None, ...]:
    """What each of the members means, None for what is no attribute; empty where they have to be read one by one."""
    plan = terms.plans.get(names)
    return terms.plans.remember(names, _plan(names, terms)) if plan is None else plan


def _plan(names: tuple[str, ...], terms: TermTable) -> tuple[str | None, ...]:
    others = [name for name in names if name not in _NAMING]
    if len(others) > MOST_INSTANCES:
        return ()
    if "id" not in names or "type" not in names or PROOF in others:
        return ()
    if not VALUE_MEMBERS.isdisjoint(others) or not TAKEN.isdisjoint(others):
        return ()
    try:
        iris = {name: terms.expand_name(name, name) for name in others}
    except BadRequestData:
        return ()
    if len(set(iris.values())) < len(others):
        return ()
    return tuple([iris.get(name) for name in names])
