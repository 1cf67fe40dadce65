"""What a reader sees of an entity: narrowed to what his grants open. All that people are shown begins here."""

import msgspec

from pinisi.store.record import Record
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import WHOLE, Grants, Projection
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE, LOCATION


def projection_of(record: Record, grants: Grants) -> Projection | None:
    """Which attributes the reader sees of it; None when not even its existence."""
    return WHOLE if grants.sees_all else grants.projection(record.family.types, record.family.areas)


def seen(record: Record, projection: Projection) -> Entity:
    """The entity without the attributes that the reader may not see."""
    return narrowed(record.entity, projection)


def narrowed(entity: Entity, projection: Projection) -> Entity:
    """The same of an entity at hand; the attributes that are left are the very same."""
    shown = projection.attributes
    if shown is None:
        return entity
    attributes = {name: instances for name, instances in entity.attributes.items() if name in shown}
    return Entity(
        entity.id, entity.types, attributes, entity.scopes, entity.expires_at, entity.created_at, entity.modified_at
    )


def with_unseen(whole: Entity, known: Entity, changed: Entity) -> Entity:
    """What becomes of an entity of which somebody knew a part (`known`, by `narrowed`), and changed that part.

    What he did not know stays as it was, unless he says it anew; the rest stands in the order in which it stood.
    """
    if changed is known:
        return whole
    kept = {
        name: changed.attributes.get(name, instances)
        for name, instances in whole.attributes.items()
        if name in changed.attributes or name not in known.attributes
    }
    return msgspec.structs.replace(changed, attributes={**kept, **changed.attributes})


def areas_seen(record: Record, projection: Projection) -> tuple[str, ...]:
    """The areas that it lies in, to one who sees what they follow from: its location, or of an area its code."""
    basis = CODE if ADMINISTRATIVE_AREA in record.family.types else LOCATION
    shown = projection.attributes
    return record.family.areas if shown is None or basis in shown else ()
