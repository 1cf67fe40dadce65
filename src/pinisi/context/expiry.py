"""Transient entities and attributes (NGSI-LD 4.22): past `expiresAt` they are no longer there."""

from collections.abc import Iterable

from pinisi.store.protocol import Edit
from pinisi.vocabulary.entity import Attributes, Entity, Instance
from pinisi.vocabulary.instant import Instant, parse_instant


def is_past(expires_at: str | None, now: Instant) -> bool:
    return expires_at is not None and parse_instant(expires_at) <= now


def next_expiry(entity: Entity) -> Instant | None:
    """When something of the entity expires first; None: never."""
    texts = [entity.expires_at, *(one.expires_at for many in entity.attributes.values() for one in many)]
    return min((parse_instant(text) for text in texts if text is not None), default=None)


def unexpired(entity: Entity, now: Instant) -> Entity | None:
    """What is left of an entity: itself (`is`) if nothing has expired, None if it has expired as a whole."""
    if is_past(entity.expires_at, now):
        return None
    attributes: Attributes = {}
    for name, instances in entity.attributes.items():
        left = _left(instances, now)
        if left:
            attributes[name] = instances if len(left) == len(instances) else left
    if len(attributes) == len(entity.attributes) and all(
        attributes[name] is entity.attributes[name] for name in attributes
    ):
        return entity
    return Entity(
        entity.id, entity.types, attributes, entity.scopes, entity.expires_at, entity.created_at, entity.modified_at
    )


def expire(present: Entity | None, now: Instant) -> Edit:
    """The transform that removes what has expired; it changes nothing where nothing has."""
    if present is None:
        return Edit(None)
    left = unexpired(present, now)
    if left is not None and left is not present:
        left.modified_at = now
    return Edit(left)


def _left(instances: Iterable[Instance], now: Instant) -> list[Instance]:
    return [one for one in instances if not is_past(one.expires_at, now)]
