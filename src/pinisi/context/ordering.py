"""The order of entities in an answer (NGSI-LD 4.23, 5.2.43): by members, attributes, parts of values, or distance.

Values of several kinds rank as numbers, texts, truth values, lists, objects; what an entity does not have comes last,
up or down. Text ranks by code point, or under a collation by letters first, then accents, then case, as the root
collation of Unicode does for the scripts of Europe; tailorings of single languages are not applied.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, cast

import msgspec

from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import TermTable
from pinisi.store.geodesy import distance
from pinisi.store.relation import point_of
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.principal import Projection

Direction = Literal["asc", "desc", "dist-asc", "dist-desc"]
Place = tuple[float, float]
MOST_KEYS = 16
_DIRECTIONS: dict[str, Direction] = {
    "": "asc",
    "asc": "asc",
    "desc": "desc",
    "dist-asc": "dist-asc",
    "dist-desc": "dist-desc",
}
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_PATH = re.compile(r"([^\[\]]+)(?:\[([^\[\]]+)\])?")
_MEMBERS = frozenset(("id", "type", "createdAt", "modifiedAt"))
_LAST = (9, "")


class Key(msgspec.Struct, frozen=True):
    """One thing to order by: a member, or an attribute with sub-attributes and keys inside of its value."""

    path: tuple[str, ...]
    keys: tuple[str, ...]
    direction: Direction


class Ordering(msgspec.Struct, frozen=True):
    keys: tuple[Key, ...]
    collated: bool = False
    place: Place | None = None

    @property
    def by_id_alone(self) -> bool:
        return all(key.path == ("id",) and not key.keys for key in self.keys)

    def sorted(self, entities: Sequence[tuple[Entity, Projection]]) -> list[int]:
        """The places of the entities in their order; what a reader may not see counts as absent."""
        order = list(range(len(entities)))
        for key in reversed(self.keys):
            rank = self._rank(key)
            ranks = [rank(entity, seen) for entity, seen in entities]
            present = [place for place in order if ranks[place] != _LAST]
            present.sort(key=lambda place: ranks[place], reverse=key.direction.endswith("desc"))
            order = present + [place for place in order if ranks[place] == _LAST]
        return order

    def _rank(self, key: Key) -> Callable[[Entity, Projection], tuple[int, Any]]:
        def rank(entity: Entity, seen: Projection) -> tuple[int, Any]:
            value = _value(entity, key, seen)
            if key.direction.startswith("dist"):
                return _far(value, self.place)
            return _ranked(value, self.collated)

        return rank


def parse_ordering(
    terms: Sequence[str], table: TermTable, collation: str | None, coordinates: Any, geometry: Any = None
) -> Ordering:
    """Read what `orderBy`, `collation` and `orderFrom` (in a POSTed query `coordinates`) ask.

    Raises:
        BadRequestData: naming the parameter.
    """
    if len(terms) > MOST_KEYS:
        raise BadRequestData(f"more than {MOST_KEYS} members", "orderBy")
    if collation is not None and _TAG.fullmatch(collation) is None:
        raise BadRequestData("is no language tag (BCP 47)", "collation")
    if geometry is not None and geometry != "Point":
        raise BadRequestData("distances are measured from a Point", "geometry")
    keys = tuple(_key(term, table) for term in terms)
    place = None if coordinates is None else _place(coordinates)
    if place is None and any(key.direction.startswith("dist") for key in keys):
        raise BadRequestData("is missing: order by distance needs to know from where", "orderFrom")
    return Ordering(keys, collation is not None, place)


def _key(term: str, table: TermTable) -> Key:
    path, _, direction = term.strip().partition(";")
    found = _PATH.fullmatch(path)
    way = _DIRECTIONS.get(direction)
    if found is None or way is None or not all(found[1].split(".")):
        raise BadRequestData(f"{term[:80]!r} is no member with a direction", "orderBy")
    names = found[1].split(".")
    members = tuple(name if name in _MEMBERS else table.expand_term(name) for name in names)
    return Key(members, tuple(found[2].split(".")) if found[2] else (), way)


def _place(coordinates: Any) -> Place:
    if isinstance(coordinates, str):
        try:
            coordinates = msgspec.json.decode(coordinates)
        except msgspec.DecodeError:
            coordinates = None
    place = point_of({"type": "Point", "coordinates": coordinates}) if isinstance(coordinates, list) else None
    if place is None:
        raise BadRequestData("must be a position like [119.4,-5.1]", "orderFrom")
    return place


def _value(entity: Entity, key: Key, seen: Projection) -> Any:
    first, *rest = key.path
    if first in _MEMBERS:
        return _member(entity, first)
    if seen.attributes is not None and first not in seen.attributes:
        return None
    instances = entity.attributes.get(first)
    for name in rest:
        if not instances:
            return None
        if name in _MEMBERS:
            return _member(instances[0], name)
        instances = instances[0].attributes.get(name)
    return _inside(instances[0].value, key.keys) if instances else None


def _member(owner: Entity | Instance, name: str) -> Any:
    if name == "id":
        return owner.id if isinstance(owner, Entity) else None
    if name == "type":
        return ",".join(owner.types) if isinstance(owner, Entity) else owner.kind
    return owner.created_at if name == "createdAt" else owner.modified_at


def _inside(value: Any, keys: Iterable[str]) -> Any:
    """A part of a value; its keys are as written, or expanded by the @context under which it was written."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        named = cast(dict[str, Any], value)
        value = next((part for name, part in named.items() if name == key or name.rpartition("/")[2] == key), None)
    return value


def _ranked(value: Any, collated: bool) -> tuple[int, Any]:
    if value is None:
        return _LAST
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, int | float):
        return 0, value
    if isinstance(value, str):
        return 1, _collated(value) if collated else value
    rank = 3 if isinstance(value, list) else 4
    return rank, msgspec.json.encode(value, order="deterministic")


def _collated(text: str) -> tuple[str, str, str]:
    """Letters, then accents, then case."""
    apart = unicodedata.normalize("NFD", text)
    letters = "".join(char for char in apart if not unicodedata.combining(char))
    return letters.casefold(), apart.casefold(), text.swapcase()


def _far(value: Any, place: Place | None) -> tuple[int, Any]:
    point = point_of(value)
    return _LAST if point is None or place is None else (0, distance(*place, *point))
