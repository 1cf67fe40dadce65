"""What both stores do alike when they answer a query: whom a reader may see, which ranges to look up, what is proved.

Types, areas and grants choose families. An index proposes candidates; each is proved here by the matcher.
"""

from collections.abc import Sequence
from typing import Any

from pinisi.store import match
from pinisi.store.candidates import Bound, decided
from pinisi.store.interning import Families
from pinisi.store.pattern import compile_pattern
from pinisi.store.query import AllOf, EntityQuery, TypeIs, TypeSelection
from pinisi.store.record import Record
from pinisi.store.sketch import sketcher
from pinisi.vocabulary.memory import Memory
from pinisi.vocabulary.principal import WHOLE, Grants, Projection

_NOTHING_MORE = (None,) * 6


class TooComplex(ValueError):
    """The query would take longer than the store allows."""


def type_matches(selection: TypeSelection, types: Sequence[str]) -> bool:
    """Whether entity types satisfy a type selection (NGSI-LD 4.17)."""
    if isinstance(selection, TypeIs):
        return selection.iri in types
    parts = (type_matches(part, types) for part in selection.terms)
    return all(parts) if isinstance(selection, AllOf) else any(parts)


_MOST_KEPT = 200


class View:
    """The families that a reader may see, each with the attributes that he sees of it."""

    def __init__(self, families: Families, grants: Grants) -> None:
        self.of: dict[int, Projection] = {}
        everything = grants.sees_all
        known = families.all.copy()  # it may grow meanwhile: views are made in threads of readers too
        for id, family in known.items():
            projection = WHOLE if everything else grants.projection(family.types, family.areas)
            if projection is not None:
                self.of[id] = projection
        self.families = frozenset(self.of)
        self.known = len(known)
        self.by_type = Memory[Any, frozenset[int]](_MOST_KEPT)
        self._alike = Memory[frozenset[int], Projection](_MOST_KEPT)

    def select(self, families: Families, selection: TypeSelection | None) -> frozenset[int]:
        if selection is None:
            return self.families
        found = self.by_type.get(selection)
        if found is None:
            of_types = frozenset(id for id in self.families if type_matches(selection, families.all[id].types))
            found = self.by_type.remember(selection, of_types)
        return found

    def alike(self, families: frozenset[int]) -> Projection | None:
        """What the reader sees of every one of these families; None where it is not the same, or there are none."""
        found = self._alike.get(families)
        if found is None:
            projections = {self.of[family].attributes for family in families}
            if len(projections) != 1:
                return None
            found = self._alike.remember(families, Projection(projections.pop()))
        return found


class Views:
    """The views of readers, each kept until a new family appears."""

    def __init__(self, families: Families) -> None:
        self._families = families
        self._of = Memory[Grants, View](_MOST_KEPT)

    def of(self, grants: Grants) -> View:
        view = self._of.get(grants)
        if view is None or view.known != len(self._families.all):
            view = self._of.remember(grants, View(self._families, grants))
        return view

    def clear(self) -> None:
        self._of.clear()


def joined(terms: list[list[Bound]]) -> list[list[Bound]]:
    """Ranges that one value must lie in, cut down to what they share: `a > 1; a < 2` is one range, not two halves.

    Only where no entity has several values: of 1 and 9 the one may satisfy `a < 2` and the other `a > 8`.
    """
    single = [ranges[0] for ranges in terms if len(ranges) == 1]
    if len({type(value) for low, _, high, _ in single for value in (low, high) if value is not None}) != 1:
        return terms
    low, low_in = max(((b[0], b[1]) for b in single if b[0] is not None), key=_from_below, default=(None, True))
    high, high_in = min(((b[2], b[3]) for b in single if b[2] is not None), key=_from_above, default=(None, True))
    return [[(low, low_in, high, high_in)], *(ranges for ranges in terms if len(ranges) != 1)]


def _from_below(end: tuple[Any, bool]) -> tuple[Any, bool]:
    """Of two lower ends the greater is the tighter; of equal ones the one that leaves its value out."""
    return end[0], not end[1]


def _from_above(end: tuple[Any, bool]) -> tuple[Any, bool]:
    return end[0], end[1]


def only_types(query: EntityQuery) -> bool:
    return (
        query.ids is None
        and query.id_pattern is None
        and query.attributes is None
        and query.filter is None
        and query.geo is None
        and query.scopes is None
        and query.datasets is None
    )


def decided_alone(query: EntityQuery) -> str | None:
    """The attribute of which an index alone decides such a query; None where there is more to prove."""
    if query.filter is None:
        return None
    more = (query.ids, query.id_pattern, query.geo, query.scopes, query.attributes, query.datasets)
    return decided(query.filter) if more == _NOTHING_MORE else None


class Proof:
    """Whether a record really answers the query, for this reader."""

    def __init__(self, query: EntityQuery, view: View, families: frozenset[int]) -> None:
        self._query = query
        self._families = families
        self._view = view
        self._pattern = None
        if query.id_pattern is not None:
            self._pattern = compile_pattern(query.id_pattern)
        self._ids = None if query.ids is None else frozenset(query.ids)
        rest = query.filter or query.geo or query.scopes or query.attributes or query.datasets
        self._predicate: match.Predicate | None = match.compile_query(query) if rest else None
        self._sketch = sketcher(query)

    @property
    def attribute(self) -> str | None:
        """The attribute of which an index alone can decide; None where there is more to prove."""
        return decided_alone(self._query)

    def sees(self, record: Record, attribute: str) -> bool:
        """Whether the reader sees that attribute of the record, which is of the types asked for."""
        family = record.family.id
        if family not in self._families:
            return False
        visible = self._view.of[family].attributes
        return visible is None or attribute in visible

    def holds(self, record: Record) -> bool:
        if record.family.id not in self._families:
            return False
        if self._ids is not None and record.id not in self._ids:
            return False
        if self._pattern is not None and not self._pattern(record.id):
            return False
        if self._predicate is None:
            return True
        return self._predicate(self._sketch(record.body), self._view.of[record.family.id].attributes)
