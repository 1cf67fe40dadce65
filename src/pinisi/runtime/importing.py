"""Loads an examined file: what is right into the context, what is not into the quarantine, the file onto its card.

The same file again changes nothing; a corrected row takes its place and leaves the quarantine.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal

import msgspec

from pinisi.city.facts import source_id, words
from pinisi.city.importing.diagnosis import Accepted, Diagnosis, Fault, Rejected
from pinisi.city.importing.doctor import City, examine
from pinisi.city.importing.mapping_file import write_mapping
from pinisi.city.importing.rows import Sheet
from pinisi.city.registers import Register
from pinisi.city.text import Text
from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.about import NOBODY_KNOWS, About, about_document, about_row
from pinisi.runtime.arrival import arrived
from pinisi.runtime.city_loading import settled
from pinisi.runtime.quarantine import MOST_EACH, Quarantined, left, met, place_of, rows_of
from pinisi.runtime.traced import TracedReader
from pinisi.store.change import Change, DocumentChange, Edit, EntityChange, Refused
from pinisi.store.protocol import Store
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import SECOND, Instant, format_instant
from pinisi.vocabulary.principal import Principal
from pinisi.vocabulary.terms import DATA_SOURCE

KIND = "import"
BATCH = 500
State = Literal["reading", "loading", "done", "failed"]
Progress = Callable[[str, int, int], None]
"""Told the step (`read`, `compare`, `load`), the rows done and the rows in all (0: not known yet)."""


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One loaded file. rows = accepted + rejected + repeated; `changed` counts the entities that were new or other.

    `unkept` are rejected rows for which the quarantine of the source had no room; they stand in the file.
    """

    id: str
    name: str
    digest: str
    source: str
    title: str
    by: str
    at: Instant
    mapping: str
    state: State = "done"
    rows: int = 0
    accepted: int = 0
    flagged: int = 0
    rejected: int = 0
    repeated: int = 0
    changed: int = 0
    unkept: int = 0
    faults: dict[str, int] = {}
    error: str = ""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Import).decode


class File(msgspec.Struct, frozen=True):
    """What is imported: the opened sheet, the mapping, and the hash of the bytes."""

    sheet: Sheet
    register: Register
    digest: str


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def import_id(file: File, at: Instant) -> str:
    return f"{format_instant(at - at % SECOND)[:19].replace(':', '')}-{file.digest[:8]}"


async def load_file(
    store: Store, tenant: str, table: TermTable, city: City, file: File, principal: Principal, at: Instant,
    progress: Progress = lambda _step, _done, _of: None,
) -> tuple[Import, Diagnosis]:  # fmt: skip
    """Examine a file and load it.

    Raises:
        NotReadable: the mapping does not fit the file.
        StoreUnavailable: what came before is kept; the same import can be begun again.
    """
    diagnosis = await asyncio.to_thread(
        examine, file.sheet, file.register, city, lambda step, done: progress(step, done, 0)
    )
    writer = _Writer(store, tenant, table, file, principal, at)
    changed, refused = await writer.entities(diagnosis.accepted, progress)
    rejected = [*diagnosis.rejected, *refused]
    unkept = await writer.quarantine(diagnosis.accepted, rejected)
    made = Import(
        id=import_id(file, at),
        name=file.sheet.name,
        digest=file.digest,
        source=file.register.source,
        title=file.register.card.title if file.register.card else file.register.source,
        by=principal.name,
        at=at,
        mapping=write_mapping(file.register),
        rows=diagnosis.rows,
        accepted=len(diagnosis.accepted) - len(refused),
        flagged=diagnosis.flagged,
        rejected=len(rejected),
        repeated=diagnosis.repeated,
        changed=changed,
        unkept=unkept,
        faults=diagnosis.counts(),
    )
    await writer.finish(made)
    return made, diagnosis


class _Writer:
    def __init__(
        self, store: Store, tenant: str, table: TermTable, file: File, principal: Principal, at: Instant
    ) -> None:
        self.store = store
        self.tenant = tenant
        self.table = table
        self.reader = TracedReader(table)
        self.file = file
        self.principal = principal
        self.at = at

    async def entities(self, accepted: Sequence[Accepted], progress: Progress) -> tuple[int, list[Rejected]]:
        """Write what differs; answers how many entities changed, and the rows that the context refused."""
        changed = 0
        refused: list[Rejected] = []
        for start in range(0, len(accepted), BATCH):
            batch = accepted[start : start + BATCH]
            changes, bad = await asyncio.to_thread(self._changes, batch)
            refused += bad
            if changes:
                by_change = [change for _, change in changes]
                applied = await self.store.apply(self.tenant, by_change, self.principal, atomic=False)
                for (each, _), outcome in zip(changes, applied.outcomes, strict=True):
                    if outcome.refused is not None:
                        refused.append(_refused(each, str(outcome.refused)))
                changed += sum(outcome.position is not None for outcome in applied.outcomes)
            progress("load", start + len(batch), len(accepted))
            await asyncio.sleep(0)
        return changed, refused

    def _changes(self, batch: Sequence[Accepted]) -> tuple[list[tuple[Accepted, EntityChange]], list[Rejected]]:
        meet = arrived if self.file.register.series else settled
        changes: list[tuple[Accepted, EntityChange]] = []
        bad: list[Rejected] = []
        for each in batch:
            try:
                entity = self.reader.read(each.entity)
            except (Refused, ValueError, TypeError, RecursionError) as error:
                bad.append(_refused(each, str(error)))
            else:
                changes.append((each, EntityChange(entity.id, meet(entity))))
        return changes, bad

    async def quarantine(self, accepted: Sequence[Accepted], rejected: Sequence[Rejected]) -> int:
        """Keep what waits, let go what was taken; answers for how many there was no room."""
        source = self.file.register.source
        known = dict(await rows_of(self.store, self.tenant, source))
        taken = {place_of(source, each.entity["id"]) for each in accepted}
        taken |= {place_of(source, f"{self.file.sheet.name}:{each.row}") for each in accepted}
        waiting = {place_of(source, each.identity): each for each in rejected}
        changes: list[Change] = [
            left(source, row.key) for id, row in known.items() if id in taken and id not in waiting
        ]
        room = MOST_EACH - len(known)
        unkept = 0
        for id, each in waiting.items():
            if id not in known and room <= 0:
                unkept += 1
                continue
            room -= id not in known
            if id not in known or known[id].state == "open" or known[id].cells != each.cells:
                changes.append(met(known.get(id), self._row(each)))
        for start in range(0, len(changes), BATCH):
            await self.store.apply(self.tenant, changes[start : start + BATCH], self.principal)
        return unkept

    def _row(self, each: Rejected) -> Quarantined:
        about = _about(self.file.register, each)
        return Quarantined(
            source=self.file.register.source,
            key=each.identity,
            origin=self.file.sheet.name,
            row=str(each.fault.row),
            field=each.fault.field,
            reason=each.fault.text,
            raw=each.raw,
            first=self.at,
            last=self.at,
            code=each.fault.code,
            imported=import_id(self.file, self.at),
            cells=each.cells if sum(map(len, each.cells.values())) <= MOST_CELLS else {},
            proposed=each.proposed,
            geometry=_small(each.geometry),
            entity=each.fault.entity or about.entity,
            types=tuple(map(self.table.expand_term, about.types)),
            position=about.position,
        )

    async def finish(self, made: Import) -> None:
        """The card of the source, and the import on record."""
        card = await asyncio.to_thread(self._card, made)
        changes: list[Change] = [DocumentChange(KIND, made.id, _encode(made))]
        if card is not None:
            changes.append(EntityChange(card.id, card_kept(card)))
        await self.store.apply(self.tenant, changes, self.principal, atomic=False)

    def _card(self, made: Import) -> Entity | None:
        return read_entity(card_entity(self.file.register, made), self.table)


MOST_CELLS = 100_000
MOST_GEOMETRY = 200_000


def _about(register: Register, each: Rejected) -> About:
    """What a waiting row speaks of: by its columns, or as the entity that it is."""
    if each.cells or each.geometry is not None:
        return about_row(register, each.cells, each.geometry)
    try:
        return about_document(msgspec.json.decode(each.raw, type=dict[str, Any]))
    except msgspec.DecodeError:
        return NOBODY_KNOWS


def _small(geometry: dict[str, Any] | None) -> dict[str, Any] | None:
    if geometry is None:
        return None
    try:
        return geometry if len(msgspec.json.encode(geometry)) <= MOST_GEOMETRY else None
    except (TypeError, ValueError, RecursionError):
        return None


def _refused(each: Accepted, reason: str) -> Rejected:
    field = reason.partition(": ")[0]
    text = Text(reason, reason, reason)
    fault = Fault("no-entity", "quarantine", each.row, field[:200], text, entity=each.entity["id"])
    raw = msgspec.json.encode(each.entity).decode("utf-8", "replace")
    return Rejected(str(each.entity["id"]), fault, {}, raw=raw)


def card_entity(register: Register, made: Import) -> dict[str, Any]:
    """The DataSource of an imported file: who published it, and what was loaded when by whom."""
    card = register.card
    title = card.title if card else register.source
    note = card.note if card else ""
    observed = {"observedAt": format_instant(made.at - made.at % SECOND)}
    plain = {
        "publisher": card.publisher if card else "",
        "year": register.period[:4],
        "licence": card.licence if card else "none stated",
        "licenceNote": card.licence_note if card else "",
        "url": card.url if card else "",
        "retrieved": format_instant(made.at)[:10],
    }
    loaded = {
        "name": made.name,
        "rows": made.rows,
        "accepted": made.accepted,
        "rejected": made.rejected,
        "repeated": made.repeated,
        "sha256": made.digest,
        "import": made.id,
        "by": made.by,
    }
    facts = {name: {"type": "Property", "value": value, **observed} for name, value in plain.items()}
    return {
        "id": source_id(register.source),
        "type": "DataSource",
        "title": words(Text(title, title, title)),
        "note": words(Text(note, note, note)),
        "files": {"type": "JsonProperty", "json": [loaded]},
        **facts,
    }


def card_kept(card: Entity) -> Callable[[Entity | None, Instant], Edit]:
    """Write the card; one that the city's folder or a live source has written keeps its own words."""
    own = settled(card)

    def transform(old: Entity | None, now: Instant) -> Edit:
        if old is None or DATA_SOURCE not in old.types or _is_imported(old):
            return own(old, now)
        return Edit(old)

    return transform


def _is_imported(entity: Entity) -> bool:
    """Whether a card was written by an import: its file has a hash."""
    return any(
        isinstance(instance.value, list) and any(isinstance(one, Mapping) and "sha256" in one for one in instance.value)  # pyright: ignore
        for name, instances in entity.attributes.items()
        if name.endswith(":files")
        for instance in instances
    )


async def imports_of(store: Store, tenant: str) -> list[Import]:
    """All imports on record, newest first."""
    found = [_decode(body) for _, _, body in await store.documents(tenant, KIND)]
    return sorted(found, key=lambda each: (-each.at, each.id))


async def import_at(store: Store, tenant: str, id: str) -> Import | None:
    found = await store.document(tenant, KIND, id)
    return None if found is None else _decode(found[1])


async def mapping_of(store: Store, tenant: str, row: Quarantined) -> str | None:
    """The mapping by which a waiting row was read."""
    made = await import_at(store, tenant, row.imported) if row.imported else None
    return None if made is None else made.mapping
