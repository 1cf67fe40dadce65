"""Reactions of a service, tried as the house runs them: a real store, a real reactor, and all that goes wrong.

A trial is a small story: entities as they come, one after another. The kit tells it with every value spoilt in turn,
ten times at once, and with the reactor killed between; no run may fail, and the end must be the same.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import msgspec

from pinisi.context.payload import read_entity
from pinisi.context.render import entity_document
from pinisi.context.term_table import TermTable
from pinisi.feed.in_process import InProcessFeed
from pinisi.runtime.arrival import arrived
from pinisi.runtime.known import Document, Inputs
from pinisi.runtime.manifest import Service
from pinisi.runtime.reaction import WHOLE_CITY, Others, Reaction
from pinisi.runtime.reactor import Reactor
from pinisi.store.change import EntityChange, Refused
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.sqlite import SqliteStore
from pinisi.testing.over_http import Stopped
from pinisi.vocabulary.instant import Instant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

CITY = "city"
PATIENCE_S = 240.0
_AT_ONCE = 200
_PIECES = 12
_LOOKS_FOR_A_BEAT = 50
"""After so many, a reaction with a clock has nobody to run for."""
_SUFFIX = re.compile(rb"-x\dx")
_SPOILT: Mapping[str, Any] = {
    "a text for a number": "x",
    "an empty text": "",
    "a number for a text": 7,
    "zero": 0,
    "a negative number": -1.5,
    "a huge number": 1e308,
    "a number of many digits": 10**400,
    "NaN": float("nan"),
    "no end": float("inf"),
    "true": True,
    "a list": [1, "x"],
    "an object": {"x": 1},
}


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What one reaction is tried on: `story` are entities (normalized, short names) in the order in which they come.

    `now` is the tenant's time, which stands. `least` entities are written by the reaction at the end. `spoilt` is a
    shorter story for bad input, where the whole one is long.
    """

    reaction: str
    story: tuple[Document, ...]
    now: str
    least: int = 1
    spoilt: tuple[Document, ...] = ()


class ReactionTrial:
    """One reaction of a service with its story."""

    def __init__(self, service: Service, reaction: Reaction, trial: Trial, table: TermTable) -> None:
        self._service, self._table, self._trial = service, table, trial
        self._reaction = msgspec.structs.replace(reaction, react=_twice(reaction), settle=0.0, rest=0.0)
        self._now = parse_instant(trial.now)

    async def answered(self) -> list[dict[str, Any]]:
        """What it writes for the sound story, and the same when it is given the same twice.

        Raises:
            AssertionError: it fails, says two things, or writes less than it should.
        """
        async with self._world() as world:
            await world.tell(self._trial.story)
            await world.react()
            written = await world.written()
        if len(written) < self._trial.least:
            raise AssertionError(f"{self._reaction.name} writes {len(written)} entities of the sound story")
        return written

    async def bad_input(self) -> None:
        """Each value of the first, the middle and the last entity spoilt in turn, missing, or the only one there is."""
        whole = self._trial.spoilt or self._trial.story
        names = {str(document["id"]) for document in whole}
        async with self._world() as world:
            for number, (_, story) in enumerate(_spoilt(whole)):
                await world.tell([_named(document, names, f"-spoilt{number}") for document in story])
            await world.react()

    async def ten_times(self) -> None:
        """Ten stories at once: each ends as it does alone, where they have nothing to do with each other."""
        alone = await self.answered()
        names = {str(document["id"]) for document in self._trial.story}
        async with self._world() as world:
            for number in range(10):
                await world.tell([_named(document, names, f"-x{number}x") for document in self._trial.story])
            await world.react()
            written = await world.written()
        if len(written) < (len(alone) if self._whole else 10 * len(alone)):
            raise AssertionError(f"{self._reaction.name}: of ten stories at once only {len(written)} are answered")
        if self._apart:
            told = {_plain(_unnamed(document)) for document in written}
            if told != {_plain(document) for document in alone}:
                raise AssertionError(f"{self._reaction.name}: ten stories at once end otherwise than one alone")

    async def crash(self) -> None:
        """Killed after each part of the story, at other moments of its work, and begun again in a store opened anew."""
        async with self._world() as world:
            for piece in _pieces(self._trial.story):
                await world.tell(piece)
                await world.react()
            smoothly = await world.written()
        async with self._world() as world:
            for number, piece in enumerate(_pieces(self._trial.story)):
                await world.tell(piece)
                await world.react(killed_after=number % 9)
                await world.open_anew()
            await world.react()
            written, position = await world.written(), await world.position()
            await world.react()
            if await world.position() != position:
                raise AssertionError(f"{self._reaction.name}: writes again what it has answered")
        if [_plain(each) for each in written] != [_plain(each) for each in smoothly]:
            raise AssertionError(f"{self._reaction.name}: killed between, it ends otherwise than without")

    @property
    def _whole(self) -> bool:
        return any(wake.subject == WHOLE_CITY for wake in self._reaction.wakes)

    @property
    def _apart(self) -> bool:
        """Whether stories cannot see each other."""
        others = [each for each in self._reaction.inputs if isinstance(each, Others)]
        return not self._whole and all(each.linked for each in others)

    @asynccontextmanager
    async def _world(self) -> AsyncGenerator["_World"]:
        with TemporaryDirectory() as folder:
            world = _World(self._service, self._reaction, self._table, self._now, Path(folder))
            try:
                yield world
            finally:
                await world.store.close()


class _World:
    def __init__(self, service: Service, reaction: Reaction, table: TermTable, now: Instant, folder: Path) -> None:
        self._service, self._reaction, self._table = service, reaction, table
        self._clock, self._folder = Stopped(now), folder
        self._open()

    def _open(self) -> None:
        self.store = SqliteStore(self._folder, self._clock.now)
        self._feed = InProcessFeed(self.store)
        self.store.listen(self._feed.heard)

    async def open_anew(self) -> None:
        await self.store.close()
        self._open()

    async def tell(self, story: Iterable[Document]) -> None:
        """Write entities as they come; what the way in refuses never reaches a reaction."""
        changes: list[EntityChange] = []
        for document in story:
            try:
                entity = read_entity(dict(document), self._table)
            except (Refused, ValueError):
                continue
            changes.append(EntityChange(entity.id, arrived(entity)))
        for begin in range(0, len(changes), _AT_ONCE):
            await self.store.apply(CITY, changes[begin : begin + _AT_ONCE], SYSTEM, atomic=False)

    async def react(self, killed_after: int | None = None) -> None:
        """Run the reaction until it has nothing to do; or stop it after so many steps of the loop.

        Raises:
            AssertionError: a run fails, or what it answers cannot be written.
        """
        reactor = Reactor(self._service.name, [self._reaction], self.store, self._feed, CITY, self._table, self._clock)
        try:
            await reactor.start()
            if killed_after is None:
                await self._quiet(reactor)
            else:
                for _ in range(killed_after):
                    await asyncio.sleep(0)
        finally:
            await reactor.close()

    async def _quiet(self, reactor: Reactor) -> None:
        (running,) = reactor.reactions
        looks = 0 if self._reaction.every else _LOOKS_FOR_A_BEAT
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await asyncio.sleep(0.01)
                if reactor.failure or running.counts.failed or running.parked:
                    reason = reactor.failure or (
                        running.last_error.en if running.last_error else "what it answers cannot be written"
                    )
                    raise AssertionError(f"{self._reaction.name} fails: {reason}")
                looks += 1
                beaten = looks > _LOOKS_FOR_A_BEAT or running.counts.woken > 0
                if beaten and running.read_to >= await self.position() and not len(running.lane):
                    return

    async def position(self) -> int:
        return await self.store.position(CITY)

    async def written(self) -> list[dict[str, Any]]:
        """What the reaction has written: entities of its types with the attributes that it declares."""
        found: list[dict[str, Any]] = []
        for writes in self._reaction.writes:
            query = EntityQuery(types=TypeIs(self._table.expand_term(writes.type)))
            page = await self.store.find(CITY, query, EVERYTHING, limit=10_000)
            for record in page.records:
                document = entity_document(record.entity, self._table)
                kept = set(writes.attributes or document) | {"id", "type"}
                if kept.intersection(document) - {"id", "type"}:
                    found.append({name: value for name, value in document.items() if name in kept})
        return sorted(found, key=lambda document: str(document["id"]))


def _twice(reaction: Reaction) -> Any:
    """The function, called twice at each run: the same inputs give the same answer."""

    def react(inputs: Inputs) -> Sequence[Document]:
        first, second = reaction.react(inputs), reaction.react(inputs)
        if _plain(first) != _plain(second):
            raise AssertionError("the same inputs give two answers")
        return first

    return react


def _plain(value: Any) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def _pieces(story: Sequence[Document]) -> Iterator[Sequence[Document]]:
    """The story in at most so many pieces."""
    size = -(-len(story) // _PIECES)
    return (story[begin : begin + size] for begin in range(0, len(story), size))


def _spoilt(story: Sequence[Document]) -> Iterator[tuple[str, Sequence[Document]]]:
    """The story with one thing wrong, for each thing that can be."""
    yield "only the first", story[:1]
    yield "only the last", story[-1:]
    yield "backwards", story[::-1]
    for number in sorted({0, len(story) // 2, len(story) - 1}):
        document = story[number]
        yield f"without entity {number}", [*story[:number], *story[number + 1 :]]
        for name in document:
            if name in ("id", "type"):
                continue
            rest = {key: value for key, value in document.items() if key != name}
            yield f"without {name}", [*story[:number], rest, *story[number + 1 :]]
            for fault, value in _SPOILT.items():
                if isinstance(document[name], Mapping) and "value" in document[name]:
                    spoilt = {**document, name: {**document[name], "value": value}}
                    yield f"{name}: {fault}", [*story[:number], spoilt, *story[number + 1 :]]


def _named(value: Any, names: set[str], suffix: str) -> Any:
    """The same with other ids, so that many stories live in one city."""
    if isinstance(value, Mapping):
        members: Mapping[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return {key: _named(each, names, suffix) for key, each in members.items()}
    if isinstance(value, list | tuple):
        return [_named(each, names, suffix) for each in cast("Sequence[Any]", value)]
    return f"{value}{suffix}" if isinstance(value, str) and value in names else value


def _unnamed(value: Any) -> Any:
    return msgspec.json.decode(_SUFFIX.sub(b"", _plain(value)))
