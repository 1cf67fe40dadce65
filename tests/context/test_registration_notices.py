"""Nothing that a subscriber to registrations is owed gets lost: not by a receiver that is away, not by a restart."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from notification_receiver import ANI, TENANT, Receiver, open_receiver

from patience import PATIENCE
from pinisi.context.contexts import Contexts
from pinisi.context.notifier import Notifier
from pinisi.context.problems import Conflict
from pinisi.context.registration import StoredRegistration
from pinisi.context.registration_index import Registrations
from pinisi.context.registration_notice import RegistrationNotices
from pinisi.context.registration_payload import read_stored
from pinisi.context.registration_subscription import read_stored_follower
from pinisi.context.registry import Registry
from pinisi.context.subscription import StoredSubscription
from pinisi.context.subscription_index import SubscriptionIndex, wall_clock
from pinisi.store.change import VersionConflict
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import EVERYTHING, Grant, Grants

pytestmark = pytest.mark.anyio
BUS, DEPOT = "https://x.example/Bus", "https://x.example/Depot"


class House:
    """The part of the house that registrations need."""

    def __init__(self, folder: Path, grants: Grants) -> None:
        self.store = SqliteStore(folder, wall_clock)
        self.known = Registrations(self.store, wall_clock)
        self.subscriptions = SubscriptionIndex(lambda _id, _tenant: grants, wall_clock)
        self.registry = Registry(self.store, self.known, self.subscriptions, wall_clock)
        notices = RegistrationNotices(self.store, self.known)
        self.notifier = Notifier(
            self.store, Contexts({}), self.subscriptions, wall_clock, ("loopback",), notices=notices
        )  # fmt: skip

    async def register(self, id: str, *types: str, **members: Any) -> None:
        stored = registration(id, *types, **members)
        await self.registry.create(TENANT, stored, read_stored(stored), ANI)

    async def delete(self, id: str) -> None:
        await self.registry.delete(TENANT, registration(id, BUS), ANI)

    async def follow(self, id: str, uri: str) -> None:
        payload = {
            "id": id, "type": "Subscription", "entities": [{"type": BUS}], "notification": {"endpoint": {"uri": uri}},
        }  # fmt: skip
        stored = StoredSubscription(
            id=id, owner=ANI.id, payload=payload, terms={BUS: BUS}, context=None, created_at=1, modified_at=1
        )
        await self.registry.follow(TENANT, stored, read_stored_follower(stored), ANI)


def registration(id: str, *types: str, **members: Any) -> StoredRegistration:
    payload = {
        "id": id,
        "type": "ContextSourceRegistration",
        "endpoint": "http://partner.example",
        "information": [{"entities": [{"type": type}]} for type in types],
        **members,
    }
    return StoredRegistration(
        id=id, owner="ani", payload=payload, properties={}, context=None, created_at=wall_clock(), modified_at=1
    )


@asynccontextmanager
async def open_house(folder: Path, grants: Grants = EVERYTHING) -> AsyncGenerator[House]:
    house = House(folder, grants)
    await house.known.load()
    await house.subscriptions.load(house.store)
    await house.notifier.start()
    house.store.listen(house.notifier.heard)
    yield house
    await house.notifier.close()
    await house.known.close()
    await house.store.close()


def told(receiver: Receiver) -> list[tuple[str, list[str]]]:
    return [(one.body["triggerReason"], [each["id"] for each in one.data]) for one in receiver.taken]


async def test_what_is_owed_outlives_a_receiver_that_is_away_and_a_restart(tmp_path: Path) -> None:
    async with open_receiver() as receiver:
        async with open_house(tmp_path) as house:
            await receiver.stop()
            await house.follow("urn:s:1", receiver.uri)
            await house.register("urn:r:1", BUS)
            await house.register("urn:r:2", DEPOT)
            await house.delete("urn:r:1")
        await receiver.start()
        async with open_house(tmp_path) as house:
            await receiver.wait(2)
            assert [one.id for one in house.known.of(TENANT)] == ["urn:r:2"]
            assert house.subscriptions.get(TENANT, "registration-subscription/urn:s:1") is not None
    assert told(receiver) == [("newlyMatching", ["urn:r:1"]), ("noLongerMatching", ["urn:r:1"])]


async def test_a_first_picture_that_comes_late_repeats_nothing_that_is_told_by_itself(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.register("urn:r:0", BUS)
        await receiver.stop()
        await house.follow("urn:s:1", receiver.uri)
        await house.register("urn:r:1", BUS)
        await receiver.start()
        await receiver.wait(2)
    assert told(receiver) == [("newlyMatching", ["urn:r:0"]), ("newlyMatching", ["urn:r:1"])]


async def test_a_subscriber_is_told_only_of_types_that_he_may_see(tmp_path: Path) -> None:
    limited = Grants((Grant(types=frozenset({DEPOT})),))
    async with open_receiver() as receiver, open_house(tmp_path, limited) as house:
        await house.follow("urn:s:1", receiver.uri)
        await house.register("urn:r:1", BUS)
        async with asyncio.timeout(PATIENCE):
            while await house.store.debts(TENANT):  # noqa: ASYNC110 - the store has no event for it
                await asyncio.sleep(0.01)
        assert receiver.taken == []


async def test_a_write_that_fails_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.follow("urn:s:1", receiver.uri)
        with pytest.raises(VersionConflict):
            await house.follow("urn:s:1", "http://127.0.0.1:1/")
        (entry,) = house.subscriptions.followers(TENANT)
        assert entry.subscription.notification.endpoint.uri == receiver.uri
        await house.register("urn:r:1", BUS)
        with pytest.raises(VersionConflict):
            await house.register("urn:r:1", DEPOT)
        exclusive = [{"entities": [{"id": "urn:b:1", "type": BUS}], "propertyNames": ["https://x.example/speed"]}]
        await house.register("urn:r:2", information=exclusive, mode="exclusive")
        with pytest.raises(Conflict):
            await house.register("urn:r:3", BUS, mode="redirect")
        assert [one.id for one in house.known.of(TENANT)] == ["urn:r:1", "urn:r:2"]
        assert house.known.of(TENANT)[0].information[0].entities[0].types == {BUS}
