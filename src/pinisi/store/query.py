"""What can be asked of a store: a query as data, with expanded IRIs, ready for an index or a scan.

The texts of the standard (`q`, `type`, `scopeQ`, `georel` ...) are parsed into these values by `context`; a store
compiles them to what its engine knows and proves each candidate with `store.match`.
"""

from typing import Any, Literal

import msgspec

from pinisi.vocabulary.instant import Instant


class AllOf(msgspec.Struct, frozen=True, tag=True):
    terms: tuple[Any, ...]


class AnyOf(msgspec.Struct, frozen=True, tag=True):
    terms: tuple[Any, ...]


class TypeIs(msgspec.Struct, frozen=True, tag=True):
    """Leaf of a type selection (NGSI-LD 4.17): the entity has this type."""

    iri: str


TypeSelection = TypeIs | AllOf | AnyOf


class ScopeIs(msgspec.Struct, frozen=True, tag=True):
    """Leaf of a scope query (NGSI-LD 4.19): segments, `+` for one level, a last `#` for any number."""

    segments: tuple[str, ...]


ScopeSelection = ScopeIs | AllOf | AnyOf


ENTITY_MEMBERS = frozenset({"createdAt", "modifiedAt", "expiresAt"})
MEMBERS = ENTITY_MEMBERS | {"observedAt", "unitCode", "datasetId", "objectType"}
"""Short names that a path may end with: members of an entity, or of an attribute, that are no attributes."""


class Path(msgspec.Struct, frozen=True):
    """Where a comparison looks: attribute, then sub-attributes (`a.b`), then keys inside the value (`[c.d]`).

    All but language tags and the `MEMBERS` of the core vocabulary are expanded IRIs. A member may stand for the
    attribute (`modifiedAt` of the entity) or end `sub` (`temperature.observedAt`). `trail` holds the bracketed keys
    both ways: expanded, and as written.
    """

    attribute: str
    sub: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    trail_as_written: tuple[str, ...] = ()


class DateTime(msgspec.Struct, frozen=True, tag=True):
    """A UTC date and time (NGSI-LD 4.6.3): as written, and in microseconds since 1970."""

    text: str
    instant: Instant


class Date(msgspec.Struct, frozen=True, tag=True):
    """A calendar day `YYYY-MM-DD`. It compares with days, and with the day of a date-time."""

    text: str


class TimeOfDay(msgspec.Struct, frozen=True, tag=True):
    """A UTC time `hh:mm:ss.ffffffZ`: as written, and in microseconds since midnight."""

    text: str
    microseconds: int


Scalar = bool | int | float | str | DateTime | Date | TimeOfDay


class Range(msgspec.Struct, frozen=True, tag=True):
    """From `low` to `high`, both included and both of one kind."""

    low: Any
    high: Any


Operator = Literal["==", "!=", ">", ">=", "<", "<=", "~=", "!~="]


class Exists(msgspec.Struct, frozen=True, tag=True):
    """`path`: the entity has the element."""

    path: Path


class Missing(msgspec.Struct, frozen=True, tag=True):
    """`!path`: the entity has not the element. An extension of the grammar of NGSI-LD 4.9."""

    path: Path


class Compare(msgspec.Struct, frozen=True, tag=True):
    """`path op values`: `==` holds for any of `values`, `!=` for none of them (NGSI-LD 4.9).

    A value is float, int, bool, str, DateTime, Date, TimeOfDay, or `Range` of two alike. For `~=` and `!~=` it is the
    pattern. `expanded` are the same words as IRIs, for a VocabProperty whose words the query asked to expand.
    """

    path: Path
    operator: Operator
    values: tuple[Any, ...]
    expanded: tuple[str, ...] = ()


class Linked(msgspec.Struct, frozen=True, tag=True):
    """`relationship{filter}`: an entity that the relationship leads to, of one of the types (none: of any), fulfils it.

    It speaks of two entities, so that no single one proves it: whoever asks a store puts the ids of those that fulfil
    the filter in its place (`context.linked_filter`).
    """

    relationship: str
    types: tuple[str, ...]
    filter: Any


Filter = Exists | Missing | Compare | Linked | AllOf | AnyOf

GeoRelation = Literal["near", "within", "contains", "intersects", "equals", "disjoint", "overlaps"]


class GeoQuery(msgspec.Struct, frozen=True):
    """A geo-query (NGSI-LD 4.10). `geometry` is GeoJSON; distances in metres, for `near` only.

    The relation reads: the entity's geometry is `within` (`contains` ...) the geometry of the query.
    """

    relation: GeoRelation
    geometry: dict[str, Any]
    attribute: str
    max_distance: float | None = None
    min_distance: float | None = None


class EntityQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which entities. All members must hold; None asks nothing. `attributes`: has at least one of these.

    `id_pattern` is RE2, found anywhere in the id. `datasets` choose the instances that are answered (NGSI-LD 4.5.5)
    and filter no entity.
    """

    ids: tuple[str, ...] | None = None
    id_pattern: str | None = None
    types: TypeSelection | None = None
    attributes: tuple[str, ...] | None = None
    filter: Filter | None = None
    geo: GeoQuery | None = None
    scopes: ScopeSelection | None = None
    datasets: tuple[str, ...] | None = None
