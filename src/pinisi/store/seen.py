"""What a reader sees of an entity: narrowed to what his grants open. All that people are shown begins here."""

from pinisi.store.record import Record
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import WHOLE, Grants, Projection
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE, LOCATION


def projection_of(record: Record, grants: Grants) -> Projection | None:
    """Which attributes the reader sees of it; None when not even its existence."""
    return WHOLE if grants.sees_all else grants.projection(record.family.types, record.family.areas)


def seen(record: Record, projection: Projection) -> Entity:
    """The entity without the attributes that the reader may not see."""
    entity = record.entity
    shown = projection.attributes
    if shown is None:
        return entity
    attributes = {name: instances for name, instances in entity.attributes.items() if name in shown}
    return Entity(
        entity.id, entity.types, attributes, entity.scopes, entity.expires_at, entity.created_at, entity.modified_at
    )


def areas_seen(record: Record, projection: Projection) -> tuple[str, ...]:
    """The areas that it lies in, to one who sees what they follow from: its location, or of an area its code."""
    basis = CODE if ADMINISTRATIVE_AREA in record.family.types else LOCATION
    shown = projection.attributes
    return record.family.areas if shown is None or basis in shown else ()
