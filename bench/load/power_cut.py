"""One power cut during writes, and what must be true afterwards.

Four clients write pairs of entities with rising numbers, each pair in one `apply`. The power fails at a random write
or sync of the disk; a new store opens what is left, with the system's own VFS.
"""

import asyncio
import itertools
import random
from collections.abc import Sequence
from pathlib import Path

import apsw
import msgspec
from power_cut_vfs import Disk, PowerCutVFS

from pinisi.store.change import Edit, EntityChange, StoreUnavailable
from pinisi.store.debt import Seen
from pinisi.store.history import HistoryQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.store.sqlite_tenant import Settings
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

TENANT, CLIENTS, THINGS = "city", 4, 25
NUMBER = "urn:attribute:number"
_names = itertools.count()


class Findings(msgspec.Struct):
    """What one or many cuts cost: all must stay 0 but `cuts`, `acknowledged` and `kept`."""

    cuts: int = 0
    acknowledged: int = 0
    kept: int = 0
    lost_writes: int = 0
    lost_debts: int = 0
    damaged: int = 0
    disagreements: list[str] = []

    def add(self, other: "Findings") -> None:
        for field in ("cuts", "acknowledged", "kept", "lost_writes", "lost_debts", "damaged"):
            setattr(self, field, getattr(self, field) + getattr(other, field))
        self.disagreements += other.disagreements

    @property
    def sound(self) -> bool:
        return not (self.lost_writes or self.lost_debts or self.damaged or self.disagreements)


class Acknowledged:
    """What clients were told: entity -> its newest number, and the positions of all their writes."""

    def __init__(self, numbers: dict[str, int], positions: Sequence[int]) -> None:
        self.numbers = numbers
        self.positions = positions


class Load:
    """Four clients that write until the power fails."""

    def __init__(self, store: SqliteStore, seed: int, begin: int) -> None:
        self._store = store
        self._random = random.Random(seed)
        self._next = itertools.count(begin)
        self._numbers: dict[str, int] = {}
        self._positions: list[int] = []

    def acknowledged(self) -> Acknowledged:
        """A copy, taken at the moment of the cut."""
        return Acknowledged(dict(self._numbers), tuple(self._positions))

    async def run(self) -> None:
        await asyncio.gather(*(self._client(number) for number in range(CLIENTS)))

    async def _client(self, client: int) -> None:
        while True:
            number, thing = next(self._next), self._random.randrange(THINGS)
            pair = [f"urn:{client}:{thing}", f"urn:{client}:{thing}:twin"]
            padding = "x" * self._random.randrange(200)
            try:
                applied = await self._store.apply(TENANT, [_write(id, number, padding) for id in pair], SYSTEM)
            except StoreUnavailable:
                return
            for id, outcome in zip(pair, applied.outcomes, strict=True):
                self._numbers[id] = number
                self._positions.append(outcome.position or 0)


def _write(id: str, number: int, padding: str) -> EntityChange:
    attributes = {NUMBER: [Instance(PROPERTY, number)], "urn:attribute:padding": [Instance(PROPERTY, padding)]}
    return EntityChange(id, lambda old, now: Edit(Entity(id, ["urn:type"], attributes)))


def _owing(_tenant: str, _seen: Seen) -> tuple[str, ...]:
    return ("subscription",)


async def cut_once(before: Path, after: Path, seed: int, begin: int, *, lying: bool = False) -> Findings:
    """Open the store in `before`, write, cut; leave the image in `after` and judge what a new store finds there."""
    chance = random.Random(seed)
    disk = Disk(seed, lying=lying)
    name = f"power-cut-{next(_names)}"
    vfs = PowerCutVFS(name, disk)
    settings = Settings(vfs=name, checkpoint_pages=chance.choice([20, 60, 100_000]), commit_window=0)
    store = SqliteStore(before, lambda: 1_000_000, owing=_owing, settings=settings)
    load = Load(store, seed, begin)
    disk.on_cut = load.acknowledged
    disk.after = chance.randrange(10, 400)
    await load.run()
    await store.close()
    disk.image(after)
    vfs.unregister()
    return await judge(after, disk.at_cut)


async def judge(folder: Path, told: Acknowledged) -> Findings:
    """What a new store finds of what was acknowledged."""
    found = Findings(cuts=1, acknowledged=len(told.positions))
    try:
        async with SqliteStore(folder, lambda: 1_000_000) as store:
            found.damaged = len(await store.damaged())
            await _compare(store, told, found)
    except (StoreUnavailable, apsw.Error) as error:
        found.damaged += 1
        found.lost_writes = len(told.positions)
        found.disagreements.append(f"not opened: {error}")
    return found


async def _compare(store: SqliteStore, told: Acknowledged, found: Findings) -> None:
    ids = [f"urn:{c}:{t}{twin}" for c in range(CLIENTS) for t in range(THINGS) for twin in ("", ":twin")]
    numbers = {id: await _number(store, id) for id in ids}
    found.lost_writes = sum(numbers[id] < number for id, number in told.numbers.items())
    owed = {debt.position for debt in await store.debts(TENANT, limit=1_000_000)}
    found.lost_debts = sum(position not in owed for position in told.positions)
    for id in ids:
        if not id.endswith(":twin") and numbers[id] != numbers[f"{id}:twin"]:
            found.disagreements.append(f"half of an atomic set: {id}")
    entries = (await store.log(TENANT, 0, 1_000_000)).entries
    if [entry.position for entry in entries] != list(range(1, len(entries) + 1)):
        found.disagreements.append("the log has holes")
    if len(owed) != len(entries):
        found.disagreements.append("debts and log disagree")
    found.kept = len(entries)
    stories = await store.stories(TENANT, ids, HistoryQuery(attributes=(NUMBER,), last=1), EVERYTHING)
    for story in stories:
        last = story.moments[-1].instance
        if last is None or last.value != numbers[story.id]:
            found.disagreements.append(f"history and state disagree: {story.id}")
    if {entry.subject for entry in entries} != {story.id for story in stories}:
        found.disagreements.append("history and log disagree")


async def _number(store: SqliteStore, id: str) -> int:
    record = await store.entity(TENANT, id, EVERYTHING)
    return 0 if record is None else record.entity.attributes[NUMBER][0].value


async def cut_often(folder: Path, cuts: int, seed: int, *, lying: bool = False, generation: int = 25) -> Findings:
    """Cut after cut, each upon what the last one left; a new city every `generation` cuts."""
    total = Findings()
    for number in range(cuts):
        before, after = folder / str(number), folder / str(number + 1)
        if number % generation == 0:
            before = folder / f"{number}-new"
            before.mkdir(parents=True)
        after.mkdir()
        findings = await cut_once(before, after, seed + number, 1 + number * 10_000, lying=lying)
        _remove(before)
        total.add(findings)
        if not findings.sound:
            break
    return total


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
