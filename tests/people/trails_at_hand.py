"""A real trail: people sign in, entities change, personal data are read and exported, by a store that signs."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from people_at_hand import ADMINISTRATOR, CITY, NOW, OPERATOR, PASSWORD, quick_passwords, wish

from pinisi.people import acts
from pinisi.people.fixed import DEMO
from pinisi.people.proof.check import Verdict, check_trail
from pinisi.people.proof.exported import read_trails
from pinisi.people.proof.statements import Checkpoint, Key, read_checkpoint
from pinisi.people.register import People
from pinisi.people.sealing import COPIES, KeyRing
from pinisi.people.trail_export import exported_file
from pinisi.store.change import AuditEntry, Change, DocumentChange, Edit, EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.instant import SECOND
from pinisi.vocabulary.principal import SYSTEM, Principal

BANK, CLINIC = "urn:WasteBank", "urn:Puskesmas"
ANI = Principal(id="account:ani", name="Ani", kind="person", grants=SYSTEM.grants)


class Trail:
    """A folder of tenants with a ring of keys, whose clock goes a second at each look."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.ring = KeyRing(folder / "data.keys", self.now)
        self._now = NOW

    def now(self) -> int:
        self._now += SECOND
        return self._now

    def open(self) -> SqliteStore:
        store = SqliteStore(self.data, self.now)
        store.sealing = self.ring.seal
        return store

    @property
    def file(self) -> Path:
        return self.data / f"{CITY}.sqlite"

    @property
    def keys(self) -> list[Key]:
        return self.ring.known()

    @property
    def outside(self) -> list[Checkpoint]:
        return [read_checkpoint(row) for row in (self.ring.folder / COPIES).read_text().splitlines()]

    def text(self, file: Path | None = None) -> bytes:
        return b"".join(exported_file(file or self.file, self.keys))

    def verdict(self, file: Path | None = None) -> Verdict:
        return verdict_of(self.text(file), self.keys)


def verdict_of(text: bytes, keys: Iterable[Key] = (), outside: Iterable[Checkpoint] = ()) -> Verdict:
    (verdict,) = [
        check_trail(trail, list(keys), list(outside)) for trail in read_trails(text.splitlines(keepends=True))
    ]
    return verdict


def kinds(verdict: Verdict) -> list[str]:
    return [finding.kind for finding in verdict.findings]


def put(id: str, type: str, value: int, *, extra: str = "") -> EntityChange:
    names = ("urn:stock", "urn:name", extra) if extra else ("urn:stock", "urn:name")
    attributes = {name: [Instance(PROPERTY, value)] for name in names}
    return EntityChange(id, lambda old, now: Edit(Entity(id, [type], attributes)))


def lived(folder: Path, rounds: int = 30) -> Trail:
    """A trail of about four lines a round, signed three times on its way."""
    trail = Trail(folder)
    asyncio.run(_live(trail, rounds))
    return trail


async def _live(trail: Trail, rounds: int) -> None:
    async with trail.open() as store:
        people = People(store, loopback=False, passwords=quick_passwords())
        await people.accounts.create(wish("ani", ADMINISTRATOR), DEMO, NOW)
        await people.accounts.create(wish("budi", OPERATOR), DEMO, NOW)
        await people.sessions.sign_in("budi", PASSWORD, "10.0.0.7", NOW)
        for n in range(rounds):
            await store.apply(CITY, _round(n), ANI if n % 3 else SYSTEM)
            if n in (rounds // 3, 2 * rounds // 3):
                await store.seal(CITY)
        for tenant in await store.tenants():
            await store.seal(tenant)


def _round(n: int) -> list[Change]:
    return [
        put(f"urn:b:{n % 7}", BANK if n % 2 else CLINIC, n, extra=f"urn:a{n % 4}"),
        AuditEntry("records.read", "wells/who", {"columns": ["wells__owner.name"], "rows": 1, "subjects": [f"o{n}"]}),
        DocumentChange("subscription", f"s{n % 5}", b"%d" % n),
        acts.exported(BANK, n, "csv"),
    ]
