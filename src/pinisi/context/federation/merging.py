"""One entity out of what several sources know of it (NGSI-LD 4.5.5.2, 4.5.5.3, 5.7.1.4).

Sources are equals, whatever their order: of two instances of an attribute with the same datasetId the one with the
newer `observedAt` counts, else the one with the newer `modifiedAt`, else the first. What has expired is left out.
What an auxiliary source says is added only where nobody else says anything of the attribute.
"""

from collections.abc import Iterable, Sequence

import msgspec

from pinisi.vocabulary.entity import Attributes, Entity, Instance
from pinisi.vocabulary.instant import Instant, parse_instant


def merge(equals: Sequence[Entity], auxiliaries: Sequence[Entity], now: Instant) -> Entity | None:
    """The entity that these versions of one id make together; None if nothing is left of them.

    Args:
        equals: what is known here and what exclusive, redirect and inclusive sources know, in order of preference
            where times do not tell.
        auxiliaries: what auxiliary sources know.
    """
    versions = _reconciled([entity for entity in equals if not _is_past(entity.expires_at, now)])
    extras = [entity for entity in auxiliaries if not _is_past(entity.expires_at, now)]
    if not versions and not extras:
        return None
    base = versions or extras
    attributes = _merged([entity.attributes for entity in versions], now)
    for extra in extras:
        supplement = _merged([extra.attributes], now)
        attributes |= {name: found for name, found in supplement.items() if name not in attributes}
    return Entity(
        base[0].id,
        _each_once(type for entity in base for type in entity.types),
        attributes,
        _each_once(scope for entity in base for scope in entity.scopes),
        _latest_expiry(base),
        min((entity.created_at for entity in base if entity.created_at), default=0),
        max(entity.modified_at for entity in base),
    )


def only(entity: Entity, attributes: frozenset[str] | None) -> Entity:
    """The entity reduced to these attributes; None: as it is."""
    if attributes is None or attributes.issuperset(entity.attributes):
        return entity
    kept = {name: found for name, found in entity.attributes.items() if name in attributes}
    return msgspec.structs.replace(entity, attributes=kept)


def _merged(versions: Sequence[Attributes], now: Instant) -> Attributes:
    found: dict[str, dict[str | None, Instance]] = {}
    for attributes in versions:
        for name, instances in attributes.items():
            known = found.setdefault(name, {})
            for instance in instances:
                if _is_past(instance.expires_at, now):
                    continue
                other = known.get(instance.dataset_id)
                known[instance.dataset_id] = instance if other is None else newer(other, instance)
    return {name: list(known.values()) for name, known in found.items() if known}


def newer(one: Instance, other: Instance) -> Instance:
    """The more current of two instances with the same datasetId (4.5.5.3); the first where nothing tells."""
    if one.observed_at is not None and other.observed_at is not None:
        first, second = parse_instant(one.observed_at), parse_instant(other.observed_at)
        if first != second:
            return other if second > first else one
    elif (one.observed_at is None) != (other.observed_at is None):
        return one if one.observed_at is not None else other
    return other if other.modified_at > one.modified_at else one


def _reconciled(versions: Sequence[Entity]) -> Sequence[Entity]:
    """Where versions do not agree on the end of the entity's life, each of them tells it of its own attributes."""
    if len({entity.expires_at for entity in versions}) < 2:
        return versions
    return [_with_expiry(entity) for entity in versions]


def _with_expiry(entity: Entity) -> Entity:
    """The end of the entity's life told by each of its attributes, where it is the earlier one (4.5.5.2)."""
    end = entity.expires_at
    if end is None:
        return entity
    attributes = {
        name: [_ending(instance, end) for instance in instances] for name, instances in entity.attributes.items()
    }
    return msgspec.structs.replace(entity, attributes=attributes)


def _ending(instance: Instance, end: str) -> Instance:
    own = instance.expires_at
    if own is not None and parse_instant(own) <= parse_instant(end):
        return instance
    return msgspec.structs.replace(instance, expires_at=end)


def _latest_expiry(versions: Sequence[Entity]) -> str | None:
    ends = [entity.expires_at for entity in versions]
    if any(end is None for end in ends):
        return None
    return max((end for end in ends if end is not None), key=parse_instant, default=None)


def _is_past(moment: str | None, now: Instant) -> bool:
    return moment is not None and parse_instant(moment) <= now


def _each_once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
