"""A source cut for an hour, then back with a burst, over a real broker: the promises of "what it must show", 6.

The tenant's clock is moved by the test; broker, sockets and store are real.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec
import pytest
from well_source import NOW, WELL, pinisi_table, well_source

from mosquitto import Mosquitto
from patience import PATIENCE
from pinisi.runtime import keeper as keeping
from pinisi.runtime.clock import WallClock
from pinisi.runtime.keeper import Running
from pinisi.runtime.transports.mqtt import Broker, Mqtt
from pinisi.store.history import HistoryQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import HOUR, MINUTE, format_instant
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio
TABLE = pinisi_table()
LEVEL = TABLE.expand_term("waterLevel")
CARD = "urn:ngsi-ld:DataSource:wells"


class Moved(WallClock):
    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> int:
        return self.time


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(keeping, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(keeping, "LONGEST_PAUSE", 0.2)


class Gauge:
    """A well's gauge: it measures each minute, and sends when the line is there."""

    def __init__(self, port: int) -> None:
        self.port = port

    def row(self, minute: int) -> str:
        at = format_instant(NOW + minute * MINUTE)
        return msgspec.json.encode([{"id": WELL, "level": minute / 10, "at": at}]).decode()

    async def send(self, *minutes: int) -> None:
        async with aiomqtt.Client("127.0.0.1", self.port) as client:
            for minute in minutes:
                await client.publish("wells/1", self.row(minute), qos=1)


class City:
    def __init__(self, store: SqliteStore, clock: Moved, running: Running) -> None:
        self.store = store
        self.clock = clock
        self.running = running

    async def card(self) -> dict[str, Any]:
        record = await self.store.entity("city", CARD, EVERYTHING)
        if record is None:
            return {}
        return {TABLE.compact_iri(name): many[0].value for name, many in record.entity.attributes.items()}

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds(await self.card()):  # noqa: ASYNC110 (the card is on the disk)
                await asyncio.sleep(0.02)

    async def until_level(self, level: float) -> None:
        """Wait until the present value is this one: messages come in order, so all before it are taken."""
        async with asyncio.timeout(PATIENCE):
            while True:
                record = await self.store.entity("city", WELL, EVERYTHING)
                if record is not None and record.entity.attributes[LEVEL][0].value == level:
                    return
                await asyncio.sleep(0.02)

    async def history(self) -> list[tuple[str | None, Any]]:
        (story,) = await self.store.stories("city", [WELL], HistoryQuery(attributes=(LEVEL,)), EVERYTHING)
        return [(m.instance.observed_at, m.instance.value) for m in story.moments if m.instance is not None]


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    made = Mosquitto(tmp_path)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def city(tmp_path: Path, broker: Mosquitto) -> AsyncIterator[City]:
    clock = Moved()
    transport = Mqtt(Broker(host="127.0.0.1", port=broker.port, keep_alive=5), ("wells/#",))
    async with SqliteStore(tmp_path / "store", clock.now) as store:
        running = Running(well_source(transport, every=60), "test", store, "city", TABLE, clock, folder=tmp_path)
        await running.start()
        yield City(store, clock, running)
        await running.stop()


async def subscribed(city: City, gauge: Gauge) -> None:
    """Send the first value until it is heard: then the subscription stands."""
    async with asyncio.timeout(PATIENCE):
        while not city.running.health.messages:
            await gauge.send(0)
            await asyncio.sleep(0.05)


async def test_an_hour_of_silence_is_shown_and_the_burst_after_it_fills_the_gap_once_and_in_order(
    city: City, broker: Mosquitto
) -> None:
    gauge = Gauge(broker.port)
    await subscribed(city, gauge)
    await city.until(lambda card: card.get("state") == "live")

    await broker.stop()
    await city.until(lambda card: card.get("state") == "failing")
    assert str(broker.port) in (await city.card())["lastError"]
    city.clock.time = NOW + HOUR
    assert [at for at, _ in await city.history()] == [format_instant(NOW)]

    await broker.start()
    await city.until(lambda card: card.get("state") == "silent")
    await gauge.send(60)
    await city.until(lambda card: card.get("state") == "live")
    await gauge.send(*range(1, 60), *range(30, 40), 60, 61)
    await city.until_level(6.1)

    told = await city.history()
    assert [value for _, value in told] == [minute / 10 for minute in range(62)]
    assert [at for at, _ in told] == [format_instant(NOW + minute * MINUTE) for minute in range(62)]
    await city.running.tell()
    card = await city.card()
    assert card["lateValues"] >= 59
    assert card["repeated"] >= 1
    assert card["rejected"] == 0


async def test_a_quiet_source_turns_late_then_silent_while_the_line_stands(city: City, broker: Mosquitto) -> None:
    gauge = Gauge(broker.port)
    await subscribed(city, gauge)
    await city.until(lambda card: card.get("state") == "live")
    city.clock.time = NOW + 3 * MINUTE
    await city.until(lambda card: card.get("state") == "late")
    city.clock.time = NOW + HOUR
    await city.until(lambda card: card.get("state") == "silent")
    await gauge.send(60)
    await city.until(lambda card: card.get("state") == "live")
