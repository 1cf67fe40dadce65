"""A store with sensors, and reactions that are run upon it as the house runs them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from well_source import pinisi_table

from pinisi.city.text import Text
from pinisi.context.payload import read_entity
from pinisi.feed.in_process import InProcessFeed
from pinisi.runtime.arrival import arrived
from pinisi.runtime.clock import Clock, WallClock
from pinisi.runtime.known import Document, Inputs
from pinisi.runtime.reaction import Reaction, Wake, Writes
from pinisi.runtime.reactor import Reactor
from pinisi.runtime.running_reaction import RunningReaction
from pinisi.store.change import EntityChange
from pinisi.store.history import HistoryQuery, Moment
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import Instance
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

TABLE = pinisi_table()
CITY = "city"
PATIENCE = 20.0
"""Seconds after which something that should happen is taken for not happening."""


def text(words: str) -> Text:
    return Text(words, words, words)


def reaction(react: Callable[[Inputs], Sequence[Document]], name: str = "double", **more: Any) -> Reaction:
    """A reaction woken by the level of wells, that writes `AirQualityIndex`-like sums beside them."""
    declared: dict[str, Any] = {
        "wakes": (Wake(type="Well", attributes=("waterLevel",)),),
        "writes": (Writes(type="WellState", attributes=("doubled", "refWell")),),
    }
    return Reaction(name=name, title=text(name), rule=text("twice the level"), react=react, **(declared | more))


def doubled(inputs: Inputs) -> Sequence[Document]:
    level = inputs.subject.number("waterLevel")
    return [] if level is None else [state_of(inputs.subject.id, 2 * level)]


def state_of(well: str, value: Any) -> Document:
    return {
        "id": well.replace("Well", "WellState"),
        "type": "WellState",
        "doubled": {"type": "Property", "value": value, "unitCode": "MTR"},
        "refWell": {"type": "Relationship", "object": well},
    }


def well(number: int = 1) -> str:
    return f"urn:ngsi-ld:Well:{number}"


class World:
    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.feed = InProcessFeed(store)
        store.listen(self.feed.heard)

    async def write(self, document: dict[str, Any]) -> int:
        entity = read_entity(document, TABLE)
        applied = await self.store.apply(CITY, [EntityChange(entity.id, arrived(entity))], SYSTEM)
        return applied.outcomes[0].position or 0

    async def level(self, value: float, number: int = 1, at: str | None = None, **more: Any) -> int:
        said: dict[str, Any] = {"type": "Property", "value": value}
        if at is not None:
            said["observedAt"] = at
        said["method"] = {"type": "Property", "value": "measured"}
        return await self.write({"id": well(number), "type": "Well", "waterLevel": said, **more})

    async def instance(self, id: str, attribute: str) -> Instance | None:
        record = await self.store.entity(CITY, id, EVERYTHING)
        found = None if record is None else record.entity.attributes.get(TABLE.expand_term(attribute))
        return found[0] if found else None

    async def doubled(self, number: int = 1) -> Any:
        found = await self.instance(well(number).replace("Well", "WellState"), "doubled")
        return None if found is None else found.value

    async def history(self, id: str, attribute: str) -> Sequence[Moment]:
        query = HistoryQuery(attributes=(TABLE.expand_term(attribute),))
        stories = await self.store.stories(CITY, [id], query, EVERYTHING)
        return [moment for story in stories for moment in story.moments]

    @asynccontextmanager
    async def running(self, *reactions: Reaction, clock: Clock | None = None) -> AsyncIterator[Reactor]:
        reactor = Reactor("wells", reactions, self.store, self.feed, CITY, TABLE, clock or WallClock())
        await reactor.start()
        try:
            yield reactor
            assert reactor.failure == ""
        finally:
            await reactor.close()


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    async with SqliteStore(folder, WallClock().now) as store:
        yield World(store)


async def until(holds: Callable[[], Any]) -> None:
    """Wait until it holds (a coroutine is awaited), and fail when it does not come."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = holds()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.01)


async def settled(reactor: Reactor) -> None:
    """Wait until all that was written has been read, and nobody waits."""
    store, tenant = reactor._store, reactor.tenant  # pyright: ignore[reportPrivateUsage]

    async def quiet() -> bool:
        position = await store.position(tenant)
        return all(each.read_to >= position and not len(each.lane) for each in reactor.reactions)

    await until(quiet)


def only(reactor: Reactor) -> RunningReaction:
    (found,) = reactor.reactions
    return found
