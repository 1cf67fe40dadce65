"""Which parts of a registration a request is about (NGSI-LD 5.12)."""

from collections.abc import Iterable

import msgspec

from pinisi.context.registration import EntityInfo, Information, Registration
from pinisi.store.pattern import compile_pattern
from pinisi.store.query import AllOf, TypeIs, TypeSelection


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks of entities; None asks nothing. `datasets` holds None for the default instance."""

    ids: tuple[str, ...] | None = None
    id_pattern: str | None = None
    types: TypeSelection | None = None
    attributes: frozenset[str] | None = None
    datasets: frozenset[str | None] | None = None


class Part(msgspec.Struct, frozen=True):
    """What of one `Information` a request is about.

    `entities` are those that matched; empty: the source named none, so any. `attributes` are both wanted and
    registered; None: neither side named any, or all that is wanted.
    """

    number: int
    entities: tuple[EntityInfo, ...]
    attributes: frozenset[str] | None


class Match(msgspec.Struct, frozen=True):
    """A registration that takes part in a request, with the parts of it that do."""

    registration: Registration
    parts: tuple[Part, ...]


def parts_of(registration: Registration, wanted: Wanted) -> tuple[Part, ...]:
    """The parts of a registration that match; none: it does not."""
    if not _share_datasets(registration.datasets, wanted.datasets):
        return ()
    found = (_part(number, info, wanted) for number, info in enumerate(registration.information))
    return tuple(part for part in found if part is not None)


def _share_datasets(registered: frozenset[str | None] | None, wanted: frozenset[str | None] | None) -> bool:
    return registered is None or wanted is None or not registered.isdisjoint(wanted)


def _part(number: int, info: Information, wanted: Wanted) -> Part | None:
    entities = tuple(entity for entity in info.entities if _is_about(entity, wanted))
    if info.entities and not entities:
        return None
    registered = info.attributes
    if wanted.attributes is None or registered is None:
        return Part(number, entities, wanted.attributes if registered is None else registered)
    both = wanted.attributes & registered
    return Part(number, entities, both) if both else None


def _is_about(entity: EntityInfo, wanted: Wanted) -> bool:
    if wanted.types is not None and not _is_of(entity, wanted.types):
        return False
    if entity.id is None and entity.id_pattern is None:
        return True
    if wanted.ids is None and wanted.id_pattern is None:
        return True
    if wanted.ids is not None:
        return any(map(entity.covers_id, wanted.ids))
    return _by_pattern(entity, wanted.id_pattern)


def _is_of(entity: EntityInfo, wanted: TypeSelection) -> bool:
    if entity.types:
        return has_types(entity.types, wanted)
    return entity.type_pattern is None or any(entity.may_be((type,)) for type in _named(wanted))


def _named(selection: TypeSelection) -> Iterable[str]:
    if isinstance(selection, TypeIs):
        return (selection.iri,)
    return [type for term in selection.terms for type in _named(term)]


def _by_pattern(entity: EntityInfo, pattern: str | None) -> bool:
    """Whether some id fits both patterns cannot be told in general: then it counts as a match."""
    return entity.id is None or pattern is None or compile_pattern(pattern)(entity.id)


def has_types(types: frozenset[str], selection: TypeSelection) -> bool:
    """Whether an entity of these types is selected (NGSI-LD 4.17)."""
    if isinstance(selection, TypeIs):
        return selection.iri in types
    every = all if isinstance(selection, AllOf) else any
    return every(has_types(types, term) for term in selection.terms)
