"""The quarantine: rows that could not be taken, each with file, row, field and reason, until somebody deals with it.

A row has one place, by source and key: met again it is counted, not kept twice; corrected it leaves.
"""

from hashlib import sha256
from typing import Any, Literal

import msgspec

from pinisi.city.text import Text
from pinisi.store.change import DocumentChange
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant

KIND = "quarantine"
LONGEST_RAW = 4_000
MOST_EACH = 10_000
"""Rows kept of one source; those beyond it are counted on its card."""
MOST_OF_ONE = 100
"""Rows kept of one entity of a live source: a broken sensor leaves room for the others."""

State = Literal["open", "corrected", "dismissed"]


class Quarantined(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row that waits. `origin` is the file, address or topic; `raw` the row as it came, cut at `LONGEST_RAW`.

    `times` counts how often it came; `first` and `last` when. `by` and `note` say who dealt with it, and how.

    `entity`, `types` (IRIs) and `position` (longitude, latitude) are what the row speaks of, as far as it is known.

    A row of an imported file also has the `code` of its fault, the import, its `cells` and `geometry` as the file has
    them, and the cells that are `proposed` where the correction is clear.
    """

    source: str
    key: str
    origin: str
    row: str = ""
    field: str = ""
    reason: Text
    raw: str = ""
    first: Instant
    last: Instant
    times: int = 1
    state: State = "open"
    by: str = ""
    note: str = ""
    code: str = ""
    imported: str = ""
    cells: dict[str, str] = {}
    proposed: dict[str, str] = {}
    geometry: dict[str, Any] | None = None
    entity: str = ""
    types: tuple[str, ...] = ()
    position: tuple[float, float] | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Quarantined).decode


def place_of(source: str, key: str) -> str:
    """The id of a row's document."""
    return sha256(f"{source}\0{key}".encode("utf-8", "replace")).hexdigest()[:24]


def met(known: Quarantined | None, row: Quarantined) -> DocumentChange:
    """Keep a row that cannot be taken; one that is there already is counted.

    What somebody has decided upon stays decided while the row comes again as it was.
    """
    kept = msgspec.structs.replace(row, raw=row.raw[:LONGEST_RAW])
    if known is not None:
        kept = msgspec.structs.replace(kept, first=known.first, times=known.times + row.times)
        if (known.raw, known.cells) == (kept.raw, kept.cells):
            kept = msgspec.structs.replace(kept, state=known.state, by=known.by, note=known.note)
    return DocumentChange(KIND, place_of(row.source, row.key), _encode(kept))


def dealt_with(row: Quarantined, state: State, by: str, note: str, now: Instant) -> DocumentChange:
    """A row that somebody has decided upon stays on record until it comes again otherwise."""
    done = msgspec.structs.replace(row, state=state, by=by, note=note[:1_000], last=now)
    return DocumentChange(KIND, place_of(row.source, row.key), _encode(done))


def left(source: str, key: str) -> DocumentChange:
    """Take a row out: it has come again and was taken."""
    return DocumentChange(KIND, place_of(source, key), None)


async def row_at(store: Store, tenant: str, id: str) -> Quarantined | None:
    found = await store.document(tenant, KIND, id)
    return None if found is None else _decode(found[1])


async def rows_of(store: Store, tenant: str, source: str | None = None) -> list[tuple[str, Quarantined]]:
    """Id and row of all that waits, or of one source's, newest first."""
    documents = await store.documents(tenant, KIND)
    rows = [(id, _decode(body)) for id, _, body in documents]
    chosen = [(id, row) for id, row in rows if source is None or row.source == source]
    return sorted(chosen, key=lambda pair: -pair[1].last)
