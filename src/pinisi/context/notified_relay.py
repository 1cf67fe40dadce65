"""What sources have told, made ready for the subscriber: under his grants of now, put together, filtered (5.8.6)."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from pinisi.context.federation.relayed import Relayed, decode_relayed
from pinisi.context.linked_filter import without_links
from pinisi.context.notified_change import Change
from pinisi.context.subscription import Subscription
from pinisi.context.subscription_index import visible
from pinisi.store.change import StoreUnavailable
from pinisi.store.debt import Debt
from pinisi.store.log import LogEntry
from pinisi.store.match import compile_query
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import Grants, Projection
from pinisi.vocabulary.terms import LOCATION


class Whole(msgspec.Struct, frozen=True):
    """An entity put together; `lacking`: why a part of it may be missing, empty where none is."""

    entity: Entity
    lacking: str = ""


Assemble = Callable[[str, Subscription, Relayed], Awaitable[Whole]]
"""Tenant, subscription, what a source told of an entity -> the entity with what is known of it here and elsewhere."""


class Relays:
    def __init__(self, store: Store, assemble: Assemble | None) -> None:
        """`assemble` None: nothing is known elsewhere."""
        self._store = store
        self._assemble = assemble

    async def ready(
        self, tenant: str, subscription: Subscription, debt: Debt, line: LogEntry | None, grants: Grants
    ) -> tuple[Change, Projection] | None:
        """What the subscriber is told of a line, and what of it he may see; None: nothing.

        Raises:
            StoreUnavailable: it cannot be told now: the store does not answer, or a source does not whose part the
                filter needs.
        """
        if line is None or line.detail is None:
            return None
        told = decode_relayed(line.detail)
        whole = None if told.entity is None else Whole(told.entity)
        if whole is not None and subscription.split and self._assemble is not None:
            whole = await self._assemble(tenant, subscription, told)
            told = msgspec.structs.replace(told, entity=whole.entity, types=tuple(whole.entity.types))
        seen = await self._seen(tenant, told, grants)
        if seen is None:
            return None
        if whole is not None and subscription.split and not _fits(subscription, whole.entity, seen):
            if whole.lacking:
                raise StoreUnavailable(whole.lacking)
            return None
        return Change(told.debt(debt), told.types, told.past), seen

    async def _seen(self, tenant: str, told: Relayed, grants: Grants) -> Projection | None:
        if grants.sees_all:
            return visible(grants, told.types, ())
        point = None if told.entity is None else _point(told.entity)
        areas = () if point is None else (await self._store.areas_at(tenant, [point]))[0]
        return visible(grants, told.types, areas)


def _fits(subscription: Subscription, entity: Entity, seen: Projection) -> bool:
    filter = None if subscription.filter is None else without_links(subscription.filter)
    query = EntityQuery(filter=filter, geo=subscription.geo, scopes=subscription.scopes)
    return compile_query(query)(entity, seen.attributes)


def _point(entity: Entity) -> tuple[float, float] | None:
    for instance in entity.attributes.get(LOCATION, ()):
        value: Any = instance.value
        if isinstance(value, dict) and value.get("type") == "Point":  # pyright: ignore[reportUnknownMemberType]
            longitude, latitude, *_ = value["coordinates"]  # pyright: ignore[reportUnknownVariableType]
            return float(longitude), float(latitude)  # pyright: ignore[reportUnknownArgumentType]
    return None
