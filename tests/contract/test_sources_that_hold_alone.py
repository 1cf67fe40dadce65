"""What an exclusive or redirect registration may not meet may come between look and keeping (NGSI-LD 5.9.2.4)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from stores_at_hand import AnyStore

from pinisi.context import edits
from pinisi.context.problems import Conflict
from pinisi.context.registration import KIND, StoredRegistration
from pinisi.context.registration_index import Registrations
from pinisi.context.registration_payload import read_stored
from pinisi.context.registry import Registry
from pinisi.context.subscription_index import SubscriptionIndex, wall_clock
from pinisi.store.change import EntityChange, VersionConflict
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, Principal

pytestmark = pytest.mark.anyio
ANI = Principal(id="ani", name="Ani", kind="person", grants=EVERYTHING)
TENANT = "makassar"
BUS, ID, SPEED, NAME = "https://x.example/Bus", "urn:bus:1", "https://x.example/speed", "https://x.example/name"

Meanwhile = Callable[[], Awaitable[None]]


class Late:
    """A store at which something else is written just before the next write that is asked for."""

    def __init__(self, store: AnyStore) -> None:
        self._store = store
        self.meanwhile: Meanwhile | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def apply(self, *asked: Any, **how: Any) -> Any:
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        return await self._store.apply(*asked, **how)


class Broker:
    """One of several processes, as far as registrations are concerned; `known` is what all of them have heard of."""

    def __init__(self, store: Any, known: Registrations) -> None:
        index = SubscriptionIndex(lambda _id, _tenant: EVERYTHING, wall_clock)
        self.known = known
        self.registry = Registry(store, known, index, wall_clock)

    async def register(self, id: str, mode: str, **part: Any) -> None:
        stored = registration(id, mode, **part)
        await self.registry.create(TENANT, stored, read_stored(stored), ANI)


def registration(id: str, mode: str, **part: Any) -> StoredRegistration:
    payload = {
        "id": id, "type": "ContextSourceRegistration", "endpoint": "http://partner.example", "mode": mode,
        "information": [part],
    }  # fmt: skip
    return StoredRegistration(
        id=id, owner="ani", payload=payload, properties={}, context=None, created_at=1, modified_at=1
    )


ONE = {"entities": [{"id": ID, "type": BUS}], "propertyNames": [SPEED]}
ALL = {"entities": [{"type": BUS}]}


def a_bus_is_made(store: AnyStore, attribute: str = SPEED) -> Meanwhile:
    async def made() -> None:
        bus = Entity(ID, [BUS], {attribute: [Instance(PROPERTY, 1)]})
        await store.apply(TENANT, (EntityChange(ID, edits.create(bus)),), ANI)

    return made


@pytest.mark.parametrize(("mode", "part"), [("exclusive", ONE), ("redirect", ALL)])
async def test_an_entity_that_comes_between_the_look_and_the_keeping_is_met(
    store: AnyStore, mode: str, part: dict[str, Any]
) -> None:
    late = Late(store)
    broker = Broker(late, Registrations(store, wall_clock))
    late.meanwhile = a_bus_is_made(store)
    with pytest.raises(Conflict, match=ID):
        await broker.register("urn:r:1", mode, **part)
    assert late.meanwhile is None
    assert await store.document(TENANT, KIND, "urn:r:1") is None
    assert broker.known.get(TENANT, "urn:r:1") is None


async def test_an_entity_without_the_attribute_is_in_nobodys_way(store: AnyStore) -> None:
    late = Late(store)
    broker = Broker(late, Registrations(store, wall_clock))
    late.meanwhile = a_bus_is_made(store, NAME)
    position = await store.position(TENANT)
    await broker.register("urn:r:1", "exclusive", **ONE)
    assert await store.document(TENANT, KIND, "urn:r:1") is not None
    lines = (await store.log(TENANT, position, 100)).entries
    assert [line.op for line in lines] == ["create", "document", "document"], "to look at an entity changes nothing"


async def test_a_change_that_meets_an_entity_leaves_the_registration_as_it_was(store: AnyStore) -> None:
    late = Late(store)
    broker = Broker(late, Registrations(store, wall_clock))
    before = registration("urn:r:1", "inclusive", **ALL)
    await broker.registry.create(TENANT, before, read_stored(before), ANI)
    kept = await store.document(TENANT, KIND, "urn:r:1")
    assert kept is not None
    late.meanwhile = a_bus_is_made(store)
    after = registration("urn:r:1", "redirect", **ALL)
    with pytest.raises(Conflict, match=ID):
        await broker.registry.update(TENANT, before, after, read_stored(after), ANI, kept[0])
    found = await store.document(TENANT, KIND, "urn:r:1")
    assert found is not None
    assert found[1] == kept[1]
    known = broker.known.get(TENANT, "urn:r:1")
    assert known is not None
    assert known.mode == "inclusive"


@pytest.mark.parametrize(("mode", "part"), [("exclusive", ONE), ("redirect", ALL)])
async def test_a_registration_that_another_process_kept_meanwhile_is_met(
    store: AnyStore, mode: str, part: dict[str, Any]
) -> None:
    known, late = Registrations(store, wall_clock), Late(store)
    here, there = Broker(late, known), Broker(store, known)
    late.meanwhile = lambda: there.register("urn:r:theirs", "exclusive", **ONE)
    with pytest.raises(Conflict, match="urn:r:theirs"):
        await here.register("urn:r:ours", mode, **part)
    assert await store.document(TENANT, KIND, "urn:r:ours") is None


async def test_registrations_of_different_entities_both_stand(store: AnyStore) -> None:
    known, late = Registrations(store, wall_clock), Late(store)
    here, there = Broker(late, known), Broker(store, known)
    other = {"entities": [{"id": "urn:bus:2", "type": BUS}], "propertyNames": [SPEED]}
    late.meanwhile = lambda: there.register("urn:r:theirs", "exclusive", **other)
    await here.register("urn:r:ours", "exclusive", **ONE)
    assert sorted(one.id for one in known.of(TENANT)) == ["urn:r:ours", "urn:r:theirs"]


async def test_the_id_of_another_registration_is_still_refused(store: AnyStore) -> None:
    broker = Broker(store, Registrations(store, wall_clock))
    await broker.register("urn:r:1", "exclusive", **ONE)
    other = {"entities": [{"id": "urn:bus:2", "type": BUS}], "propertyNames": [SPEED]}
    with pytest.raises(VersionConflict):
        await broker.register("urn:r:1", "exclusive", **other)
