"""The desk for imports of one house: files that were handed in, what they would give, loads that run, rows corrected.

A file that is handed in stays in the data folder (`imports/`) until it is loaded or sixteen newer ones have come, so
that a person can look at the proposal and change it before anything is written.
"""

import asyncio
from collections import OrderedDict
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.importing.diagnosis import Diagnosis, Fault
from pinisi.city.importing.doctor import City, examine
from pinisi.city.importing.mapping_file import read_mapping, write_mapping
from pinisi.city.importing.opening import open_content
from pinisi.city.importing.proposal import noted, propose
from pinisi.city.importing.rows import Row, Sheet
from pinisi.city.registers import Register
from pinisi.context.term_table import TermTable
from pinisi.runtime.city_loading import settled
from pinisi.runtime.importing import File, Import, digest_of, load_file, mapping_of
from pinisi.runtime.quarantine import Quarantined, dealt_with, left
from pinisi.runtime.traced import TracedReader
from pinisi.store.change import Change, EntityChange
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import Principal

MOST_KEPT = 16
MOST_FAULTS = 500
PREVIEW = 20


class Handed(msgspec.Struct):
    """A file that was handed in, and how far its load is."""

    id: str
    name: str
    path: Path
    digest: str
    tenant: str
    mapping: str = ""
    step: str = "proposed"
    done: int = 0
    of: int = 0
    error: str = ""
    made: Import | None = None


class Preview(msgspec.Struct, frozen=True, rename="camel"):
    """What a file would give by a mapping: counts, the first rows and entities, the faults."""

    kind: str
    columns: list[dict[str, Any]]
    mapping: str
    rows: int
    accepted: int
    flagged: int
    rejected: int
    repeated: int
    counts: dict[str, int]
    faults: list[dict[str, Any]]
    first: list[dict[str, str]]
    entities: list[dict[str, Any]]


class ImportWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to do with a file that was handed in: `load` it, or look again by another mapping."""

    mapping: str = ""
    load: bool = False


class NotHanded(Exception):
    """There is no file of that id any more: it has to be handed in again."""


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What shall become of a waiting row: corrected `cells` are read again; `accept` lets its fault pass with a flag;
    `dismiss` gives it up, with the reason in `note`.
    """

    cells: dict[str, str] = {}
    accept: bool = False
    dismiss: bool = False
    note: str = ""


class StillFaulty(Exception):
    """A corrected row that still cannot be taken."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(f"{fault.field}: {fault.text.en}" if fault.field else fault.text.en)


class ImportDesk:
    def __init__(self, folder: Path, store: Store, table: TermTable) -> None:
        self._folder = folder
        self._store = store
        self._table = table
        self._handed: OrderedDict[str, Handed] = OrderedDict()
        self._running: set[asyncio.Task[None]] = set()
        self._one = asyncio.Lock()

    async def hand_in(self, tenant: str, name: str, content: bytes, now: Instant) -> Handed:
        """Keep a file until it is loaded."""
        digest = digest_of(content)
        id = f"{format_instant(now)[:19].replace(':', '')}-{digest[:8]}"
        path = self._folder / f"{id}.file"
        await asyncio.to_thread(_write, path, content)
        handed = Handed(id, name, path, digest, tenant)
        self._handed[id] = handed
        for old in [key for key, each in self._handed.items() if each.step not in ("read", "compare", "load")]:
            if len(self._handed) <= MOST_KEPT:
                break
            self._handed.pop(old).path.unlink(missing_ok=True)
        return handed

    def handed(self, tenant: str, id: str) -> Handed | None:
        found = self._handed.get(id)
        return found if found is not None and found.tenant == tenant else None

    def all(self, tenant: str) -> list[Handed]:
        """Files handed in and not loaded yet, newest first."""
        return [each for each in reversed(self._handed.values()) if each.tenant == tenant]

    async def preview(self, handed: Handed, city: City, mapping: str, type: str, today: str) -> Preview:
        """What the file would give; nothing is written.

        Raises:
            NotReadable, CityError: the file or the mapping cannot be read.
            NotHanded: the file has been put away.
        """
        sheet, register, columns = await asyncio.to_thread(_opened, handed, mapping, type, today)
        handed.mapping = write_mapping(register)
        diagnosis = await asyncio.to_thread(examine, sheet, register, city)
        return preview_of(sheet, handed.mapping, columns, diagnosis)

    async def begin(self, handed: Handed, city: City, mapping: str, principal: Principal, now: Instant) -> None:
        """Begin to load; how far it is stands in `handed`.

        Raises:
            NotReadable, CityError, NotHanded: see `preview`.
        """
        sheet, register, _ = await asyncio.to_thread(_opened, handed, mapping, "", format_instant(now)[:10])
        handed.step, handed.mapping = "read", write_mapping(register)
        work = self._load(handed, File(sheet, register, handed.digest), city, principal, now)
        task = asyncio.get_running_loop().create_task(work, name="import")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _load(self, handed: Handed, file: File, city: City, principal: Principal, now: Instant) -> None:
        def progress(step: str, done: int, of: int) -> None:
            handed.step, handed.done, handed.of = step, done, of

        try:
            async with self._one:
                handed.made, _ = await load_file(
                    self._store, handed.tenant, self._table, city, file, principal, now, progress
                )
            handed.step = "done"
            handed.path.unlink(missing_ok=True)
        except Exception as error:
            handed.step, handed.error = "failed", str(error) or type(error).__name__

    async def close(self) -> None:
        """Stop what runs: what was written stays, and the same file can be loaded again."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def correct(
        self, tenant: str, row: Quarantined, asked: Correction, city: City, principal: Principal, now: Instant
    ) -> str | None:
        """Deal with a waiting row; answers the id of its entity when it was loaded.

        Raises:
            StillFaulty: the corrected row still has a fault.
            NotHanded: nothing is known of how it was read.
            CityError: see `read_mapping`.
        """
        if asked.dismiss:
            await self._store.apply(tenant, [dealt_with(row, "dismissed", principal.name, asked.note, now)], principal)
            return None
        mapping = await mapping_of(self._store, tenant, row)
        if mapping is None:
            raise NotHanded("the import of this row is not on record")
        register = read_mapping(mapping)
        if asked.accept:
            rules = {**city.imports, row.code: "accept-with-flag"}
            city = msgspec.structs.replace(city, imports=rules)
        entity = await asyncio.to_thread(_reread, row, asked.cells, register, city)
        wanted = TracedReader(self._table).read(entity)
        changes: list[Change] = [EntityChange(wanted.id, settled(wanted)), left(row.source, row.key)]
        await self._store.apply(tenant, changes, principal)
        return wanted.id


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(content)


def _opened(handed: Handed, mapping: str, type: str, today: str) -> tuple[Sheet, Register, list[dict[str, Any]]]:
    """The sheet, the mapping (given, else proposed) and what its columns seem to hold."""
    try:
        content = handed.path.read_bytes()
    except OSError:
        raise NotHanded(f"{handed.name} has been put away: hand it in again") from None
    given = read_mapping(mapping) if mapping else None
    options = (given.delimiter, given.encoding, given.sheet) if given else ("", "", "")
    sheet = open_content(handed.name, content, *options)
    proposal = propose(sheet, today, type)
    columns: list[dict[str, Any]] = [
        {"name": each.name, "guess": each.guess, "filled": each.filled, "examples": each.examples}
        for each in proposal.columns
    ]
    return (sheet, given, columns) if given else (noted(sheet, proposal), proposal.register, columns)


def preview_of(sheet: Sheet, mapping: str, columns: list[dict[str, Any]], diagnosis: Diagnosis) -> Preview:
    first = [row.cells for _, row in zip(range(PREVIEW), sheet.rows(), strict=False) if isinstance(row, Row)]
    return Preview(
        kind=sheet.kind,
        columns=columns,
        mapping=mapping,
        rows=diagnosis.rows,
        accepted=len(diagnosis.accepted),
        flagged=diagnosis.flagged,
        rejected=len(diagnosis.rejected),
        repeated=diagnosis.repeated,
        counts=diagnosis.counts(),
        faults=[fault_json(fault) for fault in chosen_faults(diagnosis)],
        first=[{key: cell[:200] for key, cell in cells.items()} for cells in first[:5]],
        entities=[each.entity for each in diagnosis.accepted[:2]],
    )


def chosen_faults(diagnosis: Diagnosis) -> list[Fault]:
    """The faults that a person has to look at first: of the whole file, then rows that wait, then flags."""
    order = {"notice": 0, "quarantine": 1, "accept-with-flag": 2, "merge": 3}
    return sorted(diagnosis.faults, key=lambda fault: (order.get(fault.action, 4), fault.row))[:MOST_FAULTS]


def fault_json(fault: Fault) -> dict[str, Any]:
    text = {"id": fault.text.id, "en": fault.text.en, "ja": fault.text.ja}
    return {"code": fault.code, "action": fault.action, "row": fault.row, "field": fault.field, "text": text}


def _reread(row: Quarantined, cells: dict[str, str], register: Register, city: City) -> dict[str, Any]:
    number = int(row.row) if row.row.isdigit() else 1
    corrected = Row(number, {**row.cells, **{key: cells[key] for key in cells if key in row.cells}}, row.geometry)
    sheet = Sheet(row.origin, "corrected", tuple(corrected.cells), lambda: iter((corrected,)))
    diagnosis = examine(sheet, register, city)
    if diagnosis.rejected:
        raise StillFaulty(diagnosis.rejected[0].fault)
    entity = diagnosis.accepted[0].entity
    if register.repeated == "number" and row.key.startswith(entity["id"]):
        entity["id"] = row.key
    return entity
