"""What a proxied registration may not meet: another one over the same data, or the same data here (NGSI-LD 4.3.6.3).

The broker holds no data of its own that a proxied source was registered for. Checked when a registration is made or
changed (5.9.2.4, 5.9.3.4); data that is written later goes to the source.
"""

from collections.abc import Iterable, Sequence

from pinisi.context.problems import Conflict
from pinisi.context.registration import PROXIED, EntityInfo, Information, Registration
from pinisi.context.registration_index import Registrations
from pinisi.context.registration_matching import Wanted, parts_of
from pinisi.store.change import Edit, EntityChange, Transform
from pinisi.store.protocol import Store
from pinisi.store.query import AnyOf, EntityQuery, TypeIs, TypeSelection
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING


async def check_conflicts(store: Store, known: Registrations, tenant: str, registration: Registration) -> None:
    """
    What a registration of NGSI v2 covers may lie here too: there, what is held here comes first.

    Raises:
        Conflict: names the registration, or the entity, that is in the way.
    """
    if registration.mode not in PROXIED:
        return
    other = _other(known, tenant, registration)
    if other is not None:
        raise Conflict(
            f"the {other.mode} registration {other.id} covers the same attributes of an entity", "information"
        )
    await check_held(store, tenant, registration)


async def check_held(store: Store, tenant: str, registration: Registration) -> None:
    """As `check_conflicts`, of entities alone."""
    if not _excludes_entities(registration):
        return
    for query in _held(registration):
        page = await store.find(tenant, query, EVERYTHING, limit=1, heat=False)
        if page.records:
            raise _is_held(page.records[0].id, registration)


def none_held(registration: Registration) -> Sequence[EntityChange]:
    """What refuses the transaction in which an exclusive registration is kept, if one of its entities is held here by
    then (`Conflict`): changes that change nothing. A registrant who does not see an entity is not refused for it.
    """
    if registration.mode != "exclusive" or not _excludes_entities(registration):
        return ()
    return [
        EntityChange(entity.id, _not_held(registration, info.attributes))
        for info in registration.information
        for entity in info.entities
        if entity.id is not None
    ]


def _not_held(registration: Registration, attributes: frozenset[str] | None) -> Transform:
    def transform(present: Entity | None, _now: Instant) -> Edit:
        if present is not None and (attributes is None or not attributes.isdisjoint(present.attributes)):
            raise _is_held(present.id, registration)
        return Edit(present)

    return transform


def _excludes_entities(registration: Registration) -> bool:
    return registration.mode in PROXIED and not registration.temporal and registration.provider is None


def _is_held(id: str, registration: Registration) -> Conflict:
    return Conflict(
        f"the entity {id} is held here: a {registration.mode} source holds alone what it is registered for "
        "(NGSI-LD 5.9.2.4)",
        "information",
    )


def _other(known: Registrations, tenant: str, registration: Registration) -> Registration | None:
    """A registration that excludes this one, or is excluded by it."""
    if registration.mode == "exclusive":
        for wanted in _alone(registration):
            for match in known.matching(tenant, wanted, None, temporal=True):
                other = match.registration
                if other.mode in PROXIED and _meets(other, registration):
                    return other
        return None
    for other in known.of(tenant):
        excludes = other.mode == "exclusive" and _meets(other, registration)
        if excludes and any(parts_of(registration, wanted) for wanted in _alone(other)):
            return other
    return None


def _meets(one: Registration, other: Registration) -> bool:
    return one.id != other.id and one.temporal == other.temporal


def _alone(exclusive: Registration) -> Iterable[Wanted]:
    """What an exclusive source holds alone."""
    for info in exclusive.information:
        for entity in info.entities:
            if entity.id is not None:
                yield Wanted(ids=(entity.id,), types=_any_of(entity), attributes=info.attributes)


def _held(registration: Registration) -> Iterable[EntityQuery]:
    """Questions for entities here that the source was registered for."""
    for info in registration.information:
        if not info.entities:
            yield EntityQuery(attributes=_attributes(info))
        for entity in info.entities:
            yield EntityQuery(
                ids=None if entity.id is None else (entity.id,),
                id_pattern=None if entity.id is not None else entity.id_pattern,
                types=None if registration.mode == "exclusive" else _any_of(entity),
                attributes=_attributes(info),
            )


def _attributes(info: Information) -> tuple[str, ...] | None:
    return None if info.attributes is None else tuple(sorted(info.attributes))


def _any_of(entity: EntityInfo) -> TypeSelection | None:
    if not entity.types:
        return None
    types = [TypeIs(type) for type in sorted(entity.types)]
    return types[0] if len(types) == 1 else AnyOf(tuple(types))
