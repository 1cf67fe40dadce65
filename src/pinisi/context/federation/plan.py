"""Which source is asked for what, and what stays here: exclusive, then redirect, then inclusive (4.3.6, 5.6).

What an exclusive registration covers goes there and nowhere else. What redirect ones cover goes to all of these. What
is left goes to inclusive ones that serve the operation, and is done here too. Auxiliary ones are asked by reads only.
"""

from collections.abc import Iterable, Sequence

import msgspec

from pinisi.context.registration import PROXIED, EntityInfo, Registration
from pinisi.context.registration_matching import Match, Part
from pinisi.context.term_table import TermTable
from pinisi.store.query import AllOf, AnyOf, TypeIs, TypeSelection

Attributes = frozenset[str]


class Leg(msgspec.Struct, frozen=True):
    """The part of a write that one source takes.

    `attributes` are those of the request that it takes; `whole`: and all else that the request says of the entity.
    `served` False: the source does not offer the operation, which is a conflict. `types` are those for which it is
    registered (empty: any).
    """

    registration: Registration
    attributes: Attributes
    whole: bool
    served: bool
    types: frozenset[str] = frozenset()

    @property
    def proxied(self) -> bool:
        return self.registration.mode in PROXIED


class WritePlan(msgspec.Struct, frozen=True):
    """Where a write goes. `kept`: the attributes that are written here; None: all of it; empty: nothing is."""

    legs: tuple[Leg, ...]
    kept: Attributes | None

    @property
    def proxied(self) -> bool:
        """Whether a part of it lies with sources alone."""
        return any(leg.proxied for leg in self.legs)


def plan_write(matches: Sequence[Match], names: Attributes, operations: Sequence[str]) -> WritePlan:
    """The plan of a write of these attributes (`names`; empty: of an entity that has none, or of all of it).

    Args:
        operations: the names of operations by which it can be done at a source, the best first.
    """
    legs: list[Leg] = []
    rest, whole = names, False
    for mode in ("exclusive", "redirect"):
        taken: set[str] = set()
        for match in matches:
            reach = _reach(match, rest)
            if match.registration.mode == mode and reach.any:
                legs.append(_leg(match, reach, operations))
                whole = whole or reach.whole
                taken |= reach.attributes
        rest -= taken
    if whole or (names and not rest):
        return WritePlan(tuple(legs), frozenset())
    for match in matches:
        reach = _reach(match, rest)
        if match.registration.mode == "inclusive" and reach.any and _serves(match.registration, operations):
            legs.append(_leg(match, reach, operations))
    return WritePlan(tuple(legs), None if rest == names else rest)


def plan_whole(matches: Sequence[Match], operations: Sequence[str]) -> WritePlan:
    """The plan of what is done to an entity as a whole, whichever attributes a source holds of it (delete: 5.6.6)."""
    legs = [
        _leg(match, _Reach(frozenset(), True), operations)
        for match in matches
        if match.registration.mode in PROXIED
        or (match.registration.mode == "inclusive" and _serves(match.registration, operations))
    ]
    return WritePlan(tuple(legs), None)


class _Reach(msgspec.Struct, frozen=True):
    """Which of the attributes in question a registration covers; `whole`: the entity with all that it has."""

    attributes: Attributes
    whole: bool

    @property
    def any(self) -> bool:
        return self.whole or bool(self.attributes)


def _reach(match: Match, names: Attributes) -> _Reach:
    registered = [match.registration.information[part.number].attributes for part in match.parts]
    if any(attributes is None for attributes in registered):
        return _Reach(names, True)
    return _Reach(names & frozenset[str]().union(*(attributes or () for attributes in registered)), False)


def _leg(match: Match, reach: _Reach, operations: Sequence[str]) -> Leg:
    return Leg(
        match.registration, reach.attributes, reach.whole, _serves(match.registration, operations),
        types_of(match.parts),
    )  # fmt: skip


def _serves(registration: Registration, operations: Iterable[str]) -> bool:
    return not registration.operations.isdisjoint(operations)


def types_of(parts: Iterable[Part]) -> frozenset[str]:
    """The types for which parts of a registration are; empty where one of them is for any type."""
    found: set[str] = set()
    for part in parts:
        if not part.entities or any(not entity.types for entity in part.entities):
            return frozenset()
        found.update(type for entity in part.entities for type in entity.types)
    return frozenset(found)


class Inquiry(msgspec.Struct, frozen=True):
    """One question to a source, within what it is registered for.

    `ids`, `id_pattern`, `types` and `attributes` as in a query, None: not said. An answer is held against `entities`
    (empty: any) and `allowed` (None: every attribute): a source that says more is not heard.
    """

    ids: tuple[str, ...] | None
    id_pattern: str | None
    types: TypeSelection | None
    attributes: Attributes | None
    entities: tuple[EntityInfo, ...]
    allowed: Attributes | None

    def covers(self, id: str, types: Iterable[str]) -> bool:
        """Whether the source is registered for such an entity."""
        if not self.entities:
            return True
        own = frozenset(types)
        return any(one.covers_id(id) and one.may_be(own) for one in self.entities)


def inquiries(
    part: Part, ids: tuple[str, ...] | None, id_pattern: str | None, types: TypeSelection | None,
    attributes: Attributes | None, allowed: Attributes | None,
) -> list[Inquiry]:  # fmt: skip
    """The questions to ask about one part of a registration: ids together, each pattern by itself.

    Where request and registration both have a pattern, that of the request goes along and decides: two patterns count
    as compatible (5.12).

    Args:
        attributes: those asked for, within what is registered; None: all.
        allowed: those registered; None: all.
    """
    if not part.entities:
        return [Inquiry(ids, id_pattern, types, attributes, (), allowed)]
    if ids is not None:
        chosen = tuple(id for id in ids if any(one.covers_id(id) for one in part.entities))
        own = _narrowed(types, part.entities)
        return [Inquiry(chosen, None, own, attributes, part.entities, allowed)] if chosen else []
    named = tuple(one for one in part.entities if one.id is not None)
    questions: list[Inquiry] = []
    if named:
        chosen = tuple(dict.fromkeys(one.id for one in named if one.id is not None))
        questions.append(Inquiry(chosen, id_pattern, _narrowed(types, named), attributes, named, allowed))
    for pattern in dict.fromkeys(one.id_pattern for one in part.entities if one.id is None):
        alike = tuple(one for one in part.entities if one.id is None and one.id_pattern == pattern)
        if id_pattern is not None:
            alike = tuple(msgspec.structs.replace(one, id_pattern=None) for one in alike)
        questions.append(Inquiry(None, id_pattern or pattern, _narrowed(types, alike), attributes, alike, allowed))
    return questions


def _narrowed(wanted: TypeSelection | None, entities: Sequence[EntityInfo]) -> TypeSelection | None:
    """The types to ask for: of those wanted only those that are registered (4.3.6.1)."""
    if any(not one.types for one in entities):
        return wanted
    registered = list(dict.fromkeys(type for one in entities for type in sorted(one.types)))
    if wanted is None:
        return any_of(registered)
    simple = _alternatives(wanted)
    if simple is None:
        return wanted
    return any_of([type for type in simple if type in registered])


def _alternatives(selection: TypeSelection) -> list[str] | None:
    """The types of a selection of alternatives; None where it joins types."""
    if isinstance(selection, TypeIs):
        return [selection.iri]
    if not isinstance(selection, AnyOf):
        return None
    found: list[str] = []
    for term in selection.terms:
        inner = _alternatives(term)
        if inner is None:
            return None
        found += inner
    return found


def any_of(types: Sequence[str]) -> TypeSelection | None:
    """The selection of entities that have any of these types; None for none."""
    if not types:
        return None
    return TypeIs(types[0]) if len(types) == 1 else AnyOf(tuple(map(TypeIs, types)))


def type_text(selection: TypeSelection, table: TermTable) -> str:
    """A type selection as text (4.17)."""
    if isinstance(selection, TypeIs):
        return table.compact_iri(selection.iri)
    inner = [type_text(term, table) for term in selection.terms]
    inner = [f"({text})" if not isinstance(term, TypeIs) else text
             for text, term in zip(inner, selection.terms, strict=True)]  # fmt: skip
    return (";" if isinstance(selection, AllOf) else ",").join(inner)
