"""Entities that relationships lead to, as part of an answer (NGSI-LD 4.5.23): inline, or as further entities.

`join` says how, `joinLevel` how far; `pick` and `omit` may say in braces what is shown of the entities behind a
relationship (4.21).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, cast

import msgspec

from pinisi.context.json_shapes import each
from pinisi.context.pick import Pick
from pinisi.context.problems import BadRequestData
from pinisi.context.render import View, entity_document
from pinisi.context.term_table import TermTable
from pinisi.context.validate import is_uri
from pinisi.vocabulary.entity import LIST_RELATIONSHIP, RELATIONSHIP, Entity, Instance
from pinisi.vocabulary.principal import Projection

DEEPEST = 10
ABOVE_MOST = 2_000
_LINKS = frozenset((RELATIONSHIP, LIST_RELATIONSHIP))
Known = Mapping[str, tuple[Entity, Projection]]
"""Entities at hand, by id, with what the reader sees of each."""


class Join(msgspec.Struct, frozen=True):
    """How linked entities are told, and how many relationships one after another are followed.

    `above` are entities that the reader has met on his way here (`containedBy`): they are not told again.
    `local`: only what is held here is told.
    """

    way: Literal["inline", "flat"]
    level: int = 1
    above: frozenset[str] = frozenset()
    local: bool = False


def parse_join(way: str | None, level: str | None, view: View) -> Join | None:
    """Read `join` and `joinLevel`; None for answers without linked entities.

    Raises:
        BadRequestData: naming the parameter; also where `pick` or `omit` reach beyond the level (5.7.2.4).
    """
    deepest = max((_depth(pick) for pick in (view.pick, view.omit) if pick is not None), default=0)
    if level is not None and not (level.isascii() and level.isdigit() and 1 <= len(level) <= 4 and int(level) > 0):
        raise BadRequestData("a whole number from 1", "joinLevel")
    if way is None or way in ("", "@none"):
        if deepest:
            raise BadRequestData("speaks of linked entities, which only a join brings in", "pick")
        return None
    if way not in ("inline", "flat"):
        raise BadRequestData("inline, flat or @none", "join")
    reach = min(int(level or "1"), DEEPEST)
    if deepest > reach:
        raise BadRequestData(f"reaches {deepest} entities deep, joinLevel only {reach}", "pick")
    return Join("inline" if way == "inline" else "flat", reach)


def read_above(told: Any) -> frozenset[str]:
    """Read `containedBy`: ids separated by commas, or a list of them (6.4.3.2, 5.2.23).

    Raises:
        BadRequestData: one of them is no URI, or there are too many, or the list is empty.
    """
    if told is None:
        return frozenset()
    ids = cast(list[Any], told) if isinstance(told, list) else str(told).split(",")
    if not ids:
        raise BadRequestData("a list of entities, not empty", "containedBy")
    if len(ids) > ABOVE_MOST:
        raise BadRequestData(f"at most {ABOVE_MOST} entities", "containedBy")
    for id in ids:
        if not isinstance(id, str) or not is_uri(id):
            raise BadRequestData(f"{str(id)[:80]!r} is no URI", "containedBy")
    return frozenset(ids)


def _depth(pick: Pick) -> int:
    return max((1 + _depth(behind) for _, behind in pick.linked), default=0)


def behind(view: View, relationship: str) -> View:
    """How the entities behind a relationship are shown."""
    pick = None if view.pick is None else view.pick.behind(relationship)
    omit = None if view.omit is None else view.omit.behind(relationship)
    return msgspec.structs.replace(view, attributes=None, pick=pick, omit=omit)


def links(entity: Entity, view: View, seen: Projection) -> Iterable[tuple[str, dict[str, frozenset[str]]]]:
    """Relationships that the view shows, and the ids that they lead to, each with the types it is said to have."""
    for name in view.attributes_of(entity, seen):
        ids: dict[str, frozenset[str]] = {}
        for one in entity.attributes[name]:
            if one.kind in _LINKS:
                types = frozenset(each(one.object_type)) if one.object_type is not None else frozenset[str]()
                ids |= {id: types | ids.get(id, frozenset()) for id in each(one.value)}
        if ids:
            yield name, ids


def inline_document(
    entity: Entity, seen: Projection, view: View, table: TermTable, known: Known, level: int, above: frozenset[str]
) -> dict[str, Any]:
    """The entity with linked entities inside of its relationships; an entity is never told inside of itself."""
    document = entity_document(entity, table, view, seen)
    if level == 0:
        return document
    around = above | {entity.id}
    for name, _ in list(links(entity, view, seen)):
        key = table.compact_iri(name)
        below = behind(view, name)

        def linked(id: str, below: View = below) -> dict[str, Any] | None:
            found = known.get(id)
            if found is None or id in around:
                return None
            return inline_document(found[0], found[1], below, table, known, level - 1, around)

        document[key] = _filled(document[key], entity.attributes[name], view, linked)
    return document


Linked = Callable[[str], dict[str, Any] | None]


def _filled(member: Any, instances: list[Instance], view: View, linked: Linked) -> Any:
    if view.form == "simplified":
        return _filled_simply(member, instances, linked)
    if isinstance(member, list):
        return [_with_entity(part, one, linked) for part, one in zip(each(member), instances, strict=True)]
    return _with_entity(member, instances[0], linked)


def _with_entity(member: dict[str, Any], instance: Instance, linked: Linked) -> dict[str, Any]:
    if instance.kind not in _LINKS:
        return member
    found = [document for id in each(instance.value) if (document := linked(id)) is not None]
    if not found:
        return member
    if instance.kind == LIST_RELATIONSHIP:
        return member | {"entityList": found}
    return member | {"entity": found if isinstance(instance.value, list) else found[0]}


def _filled_simply(member: Any, instances: list[Instance], linked: Linked) -> Any:
    """In the simplified form the linked entity stands in the place of its id."""
    if len(instances) != 1 or instances[0].kind not in _LINKS:
        return member
    value = instances[0].value
    if isinstance(value, str):
        return linked(value) or member
    return [linked(id) or id for id in each(value)]
