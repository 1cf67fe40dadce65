"""What can be asked of a store: a query as data, with expanded IRIs, ready for an index or a scan.

The texts of the standard (`q`, `type`, `scopeQ`, `georel` ...) are parsed into these values by `context`; a store
compiles them to what its engine knows and proves each candidate with `store.match`.
"""

from typing import Any, Literal

import msgspec


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


class Path(msgspec.Struct, frozen=True):
    """Where a comparison looks: attribute, then sub-attributes (`a.b`), then keys inside the value (`[c.d]`).

    All but language tags are expanded IRIs. `trail` holds the bracketed keys both ways: expanded, and as written.
    """

    attribute: str
    sub: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    trail_as_written: tuple[str, ...] = ()


class Range(msgspec.Struct, frozen=True, tag=True):
    low: Any
    high: Any


Operator = Literal["==", "!=", ">", ">=", "<", "<=", "~=", "!~="]


class Exists(msgspec.Struct, frozen=True, tag=True):
    path: Path


class Compare(msgspec.Struct, frozen=True, tag=True):
    """`path op values`: `==` holds for any of `values`, `!=` for none of them (NGSI-LD 4.9).

    A value is float, int, bool, str, or `Range`. `expanded` are the same words as IRIs, for VocabProperty.
    """

    path: Path
    operator: Operator
    values: tuple[Any, ...]
    expanded: tuple[str, ...] = ()


Filter = Exists | Compare | AllOf | AnyOf

GeoRelation = Literal["near", "within", "contains", "intersects", "equals", "disjoint", "overlaps"]


class GeoQuery(msgspec.Struct, frozen=True):
    """A geo-query (NGSI-LD 4.10). `geometry` is GeoJSON; distances in metres, for `near` only."""

    relation: GeoRelation
    geometry: dict[str, Any]
    attribute: str
    max_distance: float | None = None
    min_distance: float | None = None


class EntityQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which entities. All members must hold; None asks nothing. `attributes`: has at least one of these."""

    ids: tuple[str, ...] | None = None
    id_pattern: str | None = None
    types: TypeSelection | None = None
    attributes: tuple[str, ...] | None = None
    filter: Filter | None = None
    geo: GeoQuery | None = None
    scopes: ScopeSelection | None = None
    datasets: tuple[str, ...] | None = None
