"""What ends by itself: entities and attributes with an `expiresAt` (NGSI-LD 4.22).

The store keeps an index of when something of an entity ends first. What is due is taken away by a change like any
other, before the next change is made and before the next answer is given: history, log, notifications and grants meet
it as a deletion. Who did it tells the two kinds apart: of an attribute that ended, nothing is shown any more in its
temporal evolution (5.2.5: the storage of the Property expires); an entity leaves its history, as one that was deleted.
"""

from collections.abc import Iterable

from pinisi.vocabulary.entity import Attributes, Entity, Instance, with_times
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING, Principal

ENTITY_ENDED = Principal(id="expiry", name="expiresAt of the entity", kind="system", grants=EVERYTHING)
ATTRIBUTE_ENDED = Principal(id="expiry-attribute", name="expiresAt of an attribute", kind="system", grants=EVERYTHING)

MARK = b'"expires_at":'
"""What an encoded entity holds only if something of it may end (or a value is written like this: harmless)."""

LAPSED_AT_ONCE = 256


def moment(expires_at: str | None) -> Instant | None:
    """When a thing with this `expiresAt` ends."""
    if expires_at is None:
        return None
    try:
        return parse_instant(expires_at)
    except NotAnInstant:
        return None


def next_end(entity: Entity) -> Instant | None:
    """When something of an entity ends first: itself, an attribute, an attribute of an attribute."""
    return min(_ends(entity), default=None)


def _ends(owner: Entity | Instance) -> Iterable[Instant]:
    end = moment(owner.expires_at)
    if end is not None:
        yield end
    for instances in owner.attributes.values():
        for instance in instances:
            yield from _ends(instance)


def has_ended(thing: Entity | Instance, now: Instant) -> bool:
    """Whether the moment of its `expiresAt` has come."""
    end = moment(thing.expires_at)
    return end is not None and end <= now


def what_is_left(entity: Entity, now: Instant) -> Entity | None:
    """The entity without what has ended: None when it has ended itself, the same object when nothing has."""
    if has_ended(entity, now):
        return None
    attributes = _left(entity.attributes, now)
    if attributes is entity.attributes:
        return entity
    return Entity(entity.id, entity.types, attributes, entity.scopes, entity.expires_at, entity.created_at, now)


def _left(attributes: Attributes, now: Instant) -> Attributes:
    """What is untouched stays identical."""
    left: Attributes = {}
    touched = False
    for name, instances in attributes.items():
        kept = [_left_of(instance, now) for instance in instances if not has_ended(instance, now)]
        if len(kept) == len(instances) and all(one is other for one, other in zip(kept, instances, strict=True)):
            kept = instances
        touched |= kept is not instances
        if kept:
            left[name] = kept
    return left if touched else attributes


def _left_of(instance: Instance, now: Instant) -> Instance:
    attributes = _left(instance.attributes, now) if instance.attributes else instance.attributes
    if attributes is instance.attributes:
        return instance
    return with_times(instance, instance.created_at, now, attributes)
