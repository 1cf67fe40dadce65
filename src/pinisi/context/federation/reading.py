"""Entities as a context source answers them: checked like any payload, with the times of the source's own system.

What cannot be read is refused as a whole: an answer that is no NGSI-LD is never taken in part (NGSI-LD 6.3.17).
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from pinisi.context.contexts import Contexts
from pinisi.context.json_body import read_json
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.payload import attribute_members, read_entity
from pinisi.context.problems import NgsiLdError
from pinisi.context.term_table import TermTable
from pinisi.context.validate import check_moment
from pinisi.store.change import Refused
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant


class Unreadable(ValueError):
    """The body is no NGSI-LD; the text says why."""


def read_body(body: bytes) -> Any:
    """The JSON of an answer.

    Raises:
        Unreadable: it is none, or nested too deep.
    """
    try:
        return read_json(body, len(body))
    except Refused as error:
        raise Unreadable(str(error)) from None


def read_entities(document: Any, contexts: Contexts, table: TermTable) -> list[Entity]:
    """Entities of an answer: one object, or a list of them.

    Args:
        table: of the @context in which the source was asked; an @context in the answer goes before it.

    Raises:
        Unreadable: one of them is no NGSI-LD entity.
    """
    items = document if is_list(document) else [document]
    return [read_remote(item, contexts, table) for item in items]


def read_remote(document: Any, contexts: Contexts, table: TermTable) -> Entity:
    """One entity with the times that its source gives it.

    Raises:
        Unreadable: it is no NGSI-LD entity.
    """
    if not is_object(document):
        raise Unreadable("an entity is a JSON object")
    try:
        terms = contexts.table(document["@context"]) if "@context" in document else table
        entity = read_entity(document, terms)
        _add_times(entity, document, terms)
    except (NgsiLdError, Refused, NotAnInstant) as error:
        raise Unreadable(str(error)) from None
    return entity


def _add_times(entity: Entity, document: dict[str, Any], terms: TermTable) -> None:
    entity.created_at, entity.modified_at = _times(document)
    for name, member in attribute_members(document):
        add_instance_times(entity.attributes[terms.expand_name(name, name)], member)


def add_instance_times(instances: Iterable[Instance], member: Any) -> None:
    """Give instances that were read from `member` the times of the system that stand in it."""
    items: list[Any] = member if is_list(member) else [member]
    for instance, item in zip(instances, items, strict=False):
        if is_object(item):
            instance.created_at, instance.modified_at = _times(item)


def _times(document: dict[str, Any]) -> tuple[Instant, Instant]:
    """`createdAt` and `modifiedAt`; of one alone it stands for both, 0 for none."""
    created, modified = _moment(document, "createdAt"), _moment(document, "modifiedAt")
    return created or modified, modified or created


def _moment(document: dict[str, Any], name: str) -> Instant:
    text = document.get(name)
    return 0 if text is None else parse_instant(check_moment(text, name))


def list_of_texts(document: Any, member: str) -> list[str]:
    """A list of texts in an answer (`typeList`, `attributeList`).

    Raises:
        Unreadable: there is none.
    """
    found = document.get(member) if is_object(document) else None
    if not is_list(found) or not all(isinstance(item, str) for item in found):
        raise Unreadable(f"{member} is a list of texts")
    return [str(item) for item in found]


def read_ids(body: bytes) -> list[str]:
    """The ids of entities in the answer to a batch; none where it says nothing.

    Raises:
        Unreadable: it is no list of texts.
    """
    if not body:
        return []
    try:
        return msgspec.json.decode(body, type=list[str])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable(str(error)) from None
