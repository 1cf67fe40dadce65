"""How notifications come from the commit to the receiver: without reading, over few connections, none left behind."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from notification_receiver import TENANT, open_house, open_receiver, vehicles

from patience import PATIENCE
from pinisi.context.notification_gate import SIDE_BY_SIDE, Limits
from pinisi.context.notification_lane import Lane
from pinisi.context.notification_reader import OwedReader
from pinisi.store.change import Edit, EntityChange
from pinisi.store.debt import Debt
from pinisi.store.log import LogEntry
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import SYSTEM

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_many_subscriptions_to_one_receiver_share_a_connection(tmp_path: Path) -> None:
    limits = Limits(patience=PATIENCE)
    async with open_receiver() as receiver, open_house(tmp_path, limits=limits) as house:
        for _ in range(40):
            await house.subscribe(vehicles(receiver.uri))
        for speed in range(5):
            await house.speed("urn:v:1", speed)
        taken = await receiver.wait(200)
        await house.settled()
        assert receiver.tries == 200
        assert receiver.connections == 1
        for id in {one.body["subscriptionId"] for one in taken}:
            told = [one.data[0]["speed"]["value"] for one in taken if one.body["subscriptionId"] == id]
            assert told == list(range(5))


async def test_who_waits_long_for_a_receiver_gets_a_connection_of_his_own(tmp_path: Path) -> None:
    limits = Limits(patience=0.02, slow_after=PATIENCE)
    async with open_receiver() as receiver, open_house(tmp_path, limits=limits) as house:
        receiver.delay = 0.1
        for _ in range(30):
            await house.subscribe(vehicles(receiver.uri))
        await house.speed("urn:v:1", 1)
        await receiver.wait(30)
        assert 1 < receiver.connections <= SIDE_BY_SIDE


async def test_those_who_wait_for_a_receiver_that_goes_away_are_told_when_it_is_back(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        receiver.delay = 0.2
        for _ in range(20):
            await house.subscribe(vehicles(receiver.uri))
        await house.speed("urn:v:1", 1)
        await receiver.wait_tries(1)
        await receiver.stop()
        receiver.delay = 0.0
        await asyncio.sleep(0.1)
        await receiver.start()
        taken = await receiver.wait(20)
        await house.settled()
        assert len({one.body["subscriptionId"] for one in taken}) == 20


async def test_what_is_committed_is_delivered_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.subscribe(vehicles(receiver.uri))
        await house.speed("urn:v:1", 0)
        await receiver.wait(1)
        reading, read = house.store.debts, list[int]()

        async def debts(tenant: str, *, dead: bool = False, after: int = 0, limit: int = 1000) -> Sequence[Debt]:
            read.append(after)
            return await reading(tenant, dead=dead, after=after, limit=limit)

        monkeypatch.setattr(house.store, "debts", debts)
        for speed in range(1, 30):
            await house.speed("urn:v:1", speed)
        taken = await receiver.wait(30)
        assert read == []
        assert [one.data[0]["speed"]["value"] for one in taken] == list(range(30))


async def test_what_was_not_heard_of_is_read(tmp_path: Path) -> None:
    """As when another process commits: each debt is handed out once, in order."""
    heard: list[list[LogEntry]] = []
    handed: list[int] = []
    lanes: dict[str, Lane] = {}
    async with SqliteStore(tmp_path, lambda: 1) as store:
        store.owing = lambda _tenant, _seen: ("s",)
        store.listen(lambda _tenant, entries: heard.append(list(entries)))
        reader = OwedReader(store, TENANT, 4, lanes, lambda id: Lane(id, 9), lambda debt: handed.append(debt.position))
        running = asyncio.create_task(reader.run())
        for n in range(12):
            await store.apply(TENANT, [EntityChange(f"urn:{n}", lambda _, now, n=n: _made(n, now))], SYSTEM)
            if n not in (3, 4, 8):
                reader.heard(heard[-1])
            if n % 2:
                await asyncio.sleep(0.001)
        async with asyncio.timeout(PATIENCE):
            while len(handed) < 12:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert handed == list(range(1, 13))
        reader.read_anew()
        async with asyncio.timeout(PATIENCE):
            while len(handed) < 24:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert handed == [*range(1, 13), *range(1, 13)]
        running.cancel()


def _made(number: int, now: int) -> Edit:
    return Edit(Entity(f"urn:{number}", ["https://city.example/Vehicle"], {}, created_at=now, modified_at=now))
