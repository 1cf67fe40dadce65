"""The order of entities in an answer (NGSI-LD 4.23, 5.2.43): by members, attributes, parts of values, or distance.

Values of several kinds rank as numbers, texts, objects, lists, truth values, times, dates, moments (4.23.2); null and
what an entity does not have come last, up or down. Texts rank by code point, or under a collation by letters first,
then accents, then case, as the root collation of Unicode does for the scripts of Europe; tailorings of single languages
are not applied.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, cast

import msgspec

from pinisi.context.geo_query import GEOMETRIES, read_reference
from pinisi.context.problems import BadRequestData
from pinisi.context.query_error import QueryError
from pinisi.context.term_table import TermTable
from pinisi.store.geodesy import geometry_distance, haversine
from pinisi.store.relation import NotAGeometry, point_of, read_geometry
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import Projection

Direction = Literal["asc", "desc", "dist-asc", "dist-desc"]
Measure = Callable[[Any], float | None]
"""Metres from the place of the question to a geometry; None for what is none."""

MOST_KEYS = 16
_DIRECTIONS: dict[str, Direction] = {
    "": "asc",
    "asc": "asc",
    "desc": "desc",
    "dist-asc": "dist-asc",
    "dist-desc": "dist-desc",
}
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_SHORT = re.compile("[:/#]")
_PATH = re.compile(r"([^\[\]]+)(?:\[([^\[\]]+)\])?")
_OF_ENTITY = frozenset(("id", "type", "scope", "createdAt", "modifiedAt", "expiresAt"))
_OF_INSTANCE = {
    "createdAt": "created_at",
    "modifiedAt": "modified_at",
    "observedAt": "observed_at",
    "expiresAt": "expires_at",
    "unitCode": "unit_code",
    "datasetId": "dataset_id",
}
_NUMBER, _TEXT, _OBJECT, _LIST, _TRUTH = range(5)
_TIMES = {"time": 5, "date": 6, "datetime": 7}
"""Values with one of these as their `@type` (4.6.3)."""
_LAST = (9, "")


class Key(msgspec.Struct, frozen=True):
    """One thing to order by: a member, or an attribute with sub-attributes and keys inside of its value."""

    path: tuple[str, ...]
    keys: tuple[str, ...]
    direction: Direction


class Ordering(msgspec.Struct, frozen=True):
    keys: tuple[Key, ...]
    measure: Measure | None = None
    collated: bool = False

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
            present.sort(key=lambda place: ranks[place], reverse=key.direction == "desc")
            order = present + [place for place in order if ranks[place] == _LAST]
        return order

    def _rank(self, key: Key) -> Callable[[Entity, Projection], tuple[int, Any]]:
        measure, away = self.measure, -1 if key.direction == "dist-desc" else 1
        collated = self.collated and key.path[0] not in _OF_ENTITY

        def rank(entity: Entity, seen: Projection) -> tuple[int, Any]:
            value = _value(entity, key, seen)
            if value is not None and measure is not None and key.direction.startswith("dist"):
                metres = measure(value)
                return (-1, away * metres) if metres is not None else _ranked(value, collated)
            return _ranked(value, collated)

        return rank


def parse_ordering(
    terms: Sequence[str], table: TermTable, collation: str | None, coordinates: Any, geometry: Any = None
) -> Ordering:
    """Read what `orderBy`, `collation`, `orderFrom`, `orderGeometry` ask (POSTed: `coordinates`, `geometry`).

    Raises:
        BadRequestData: naming the parameter.
    """
    if len(terms) > MOST_KEYS:
        raise BadRequestData(f"more than {MOST_KEYS} members", "orderBy")
    if collation is not None and (not isinstance(collation, str) or _TAG.fullmatch(collation) is None):  # pyright: ignore
        raise BadRequestData("is no language tag (BCP 47)", "collation")
    keys = tuple(_key(term, table) for term in terms)
    measure = _measure(coordinates, geometry)
    if measure is None and any(key.direction.startswith("dist") for key in keys):
        raise BadRequestData("is missing: order by distance needs to know from where", "orderFrom")
    return Ordering(keys, measure, collation is not None)


def _measure(coordinates: Any, kind: Any) -> Measure | None:
    """Distances from a geometry, a Point unless it is said otherwise (5.2.43)."""
    if kind is not None and kind not in GEOMETRIES:
        raise BadRequestData(f"is none of {', '.join(GEOMETRIES)}", "orderGeometry")
    if coordinates is None:
        return None
    try:
        return measure_from(read_reference("Point" if kind is None else kind, coordinates))
    except QueryError as error:
        raise BadRequestData(error.reason, "orderFrom") from None


def measure_from(reference: dict[str, Any]) -> Measure:
    """Distances from a geometry in GeoJSON, on a sphere (4.23.1)."""
    here, shape = point_of(reference), read_geometry(reference)

    def measure(value: Any) -> float | None:
        there = point_of(value)
        if here is not None and there is not None:
            return haversine(*here, *there)
        try:
            return geometry_distance(shape, read_geometry(value), haversine) if isinstance(value, dict) else None
        except NotAGeometry:
            return None

    return measure


def _key(term: str, table: TermTable) -> Key:
    path, _, direction = term.strip().partition(";")
    found = _PATH.fullmatch(path)
    way = _DIRECTIONS.get(direction)
    if found is None or way is None or not all(found[1].split(".")):
        raise BadRequestData(f"{term[:80]!r} is no member with a direction", "orderBy")
    first, *rest = found[1].split(".")
    members = (
        first if first in _OF_ENTITY else table.expand_term(first),
        *(name if name in _OF_INSTANCE else table.expand_term(name) for name in rest),
    )
    return Key(members, tuple(found[2].split(".")) if found[2] else (), way)


def _value(entity: Entity, key: Key, seen: Projection) -> Any:
    first, *rest = key.path
    if first in _OF_ENTITY:
        return _member(entity, first)
    if seen.attributes is not None and first not in seen.attributes:
        return None
    instances = entity.attributes.get(first)
    for name in rest:
        if not instances:
            return None
        if name in _OF_INSTANCE:
            return getattr(instances[0], _OF_INSTANCE[name]) or None
        instances = instances[0].attributes.get(name)
    return _inside(instances[0].value, key.keys) if instances else None


def _member(entity: Entity, name: str) -> Any:
    if name == "id":
        return entity.id
    if name == "type":
        return ",".join(entity.types)
    if name == "scope":
        return ",".join(entity.scopes) or None
    return getattr(entity, _OF_INSTANCE[name]) or None


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
        return _TRUTH, value
    if isinstance(value, int | float):
        return _NUMBER, value
    if isinstance(value, str):
        return _TEXT, _collated(value) if collated else value
    if isinstance(value, list):
        return _LIST, msgspec.json.encode(value, order="deterministic")
    typed = cast(dict[str, Any], value)
    inner = typed.get("@value")
    if inner is None or isinstance(inner, dict | list):
        return _OBJECT, msgspec.json.encode(value, order="deterministic")
    kind = _TIMES.get(_SHORT.split(str(typed.get("@type")))[-1].lower())
    return _ranked(inner, collated) if kind is None else (kind, str(inner))


def _collated(text: str) -> tuple[str, str, str]:
    """Letters, then accents, then case."""
    apart = unicodedata.normalize("NFD", text)
    letters = "".join(char for char in apart if not unicodedata.combining(char))
    return letters.casefold(), apart.casefold(), text.swapcase()
