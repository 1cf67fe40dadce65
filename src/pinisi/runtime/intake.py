"""The one way in: what a source has read is written, what cannot be taken goes to the quarantine, nothing is lost.

Live data, pushed data, dropped files and replays all come this way.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.facts import source_id
from pinisi.city.text import Text
from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.arrival import Tally, arrived
from pinisi.runtime.quarantine import MOST_EACH, Quarantined, met, place_of, row_at, rows_of
from pinisi.runtime.source import Message, Method, Reading, Reject, Source, Unreadable
from pinisi.store.protocol import Applied, Change, DocumentChange, EntityChange, Refused, Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, Principal

BATCH = 250
PLACE = "source-place"
"""Kind of the documents in which a transport notes how far it has come."""
_NAMELESS = frozenset({"id", "type", "scope", "@context", "expiresAt"})


class Taken(msgspec.Struct, frozen=True):
    """What became of a message: values that were new, late or known already; rows that were rejected."""

    new: int = 0
    late: int = 0
    repeated: int = 0
    rejected: int = 0
    entities: int = 0


class _Rejected(msgspec.Struct, frozen=True):
    """A row that was rejected, and the message that it came with."""

    message: Message
    reject: Reject


class Intake:
    """Takes in what one source delivers to one tenant. `forced` overrides the method of every value (`replayed`)."""

    def __init__(
        self, store: Store, tenant: str, table: TermTable, source: Source, *, forced: Method | None = None
    ) -> None:
        self._store = store
        self._tenant = tenant
        self._table = table
        self._source = source
        self._forced = forced
        self._principal = principal_of(source)
        self._kept: set[str] | None = None

    async def take(self, messages: Sequence[Message]) -> Taken:
        """Read messages and write what they say, in their order; answered when it is on disk, with the last `place`.

        Raises:
            StoreUnavailable: nothing of the last slice was kept; the messages have to come again.
        """
        entities: list[tuple[str, EntityChange]] = []
        rejects: list[_Rejected] = []
        for message in messages:
            changes, bad = self._entities(self._read(message))
            entities += changes
            rejects += [_Rejected(message, each) for each in bad]
        tallies: list[Tally] = []
        for batch in _slices(entities, BATCH):
            applied = await self._store.apply(
                self._tenant, [change for _, change in batch], self._principal, atomic=False
            )
            tallies += [outcome.result for outcome in applied.outcomes if isinstance(outcome.result, Tally)]
            rejects += [_Rejected(messages[-1], each) for each in _refused(batch, applied)]
        place = next((each.place for each in reversed(messages) if each.place is not None), None)
        await self._finish(rejects, place)
        return Taken(
            new=sum(tally.new for tally in tallies),
            late=sum(tally.late for tally in tallies),
            repeated=sum(tally.repeated for tally in tallies),
            rejected=len(rejects),
            entities=len(tallies),
        )

    def _read(self, message: Message) -> Reading:
        """What the source's function makes of it; a function that fails has met something that nobody thought of."""
        try:
            return self._source.read(message)
        except Unreadable as error:
            reason = _plain(str(error))
        except Exception as error:
            reason = _plain(f"cannot be read: {type(error).__name__}: {error}")
        raw = message.body[:4_000].decode("utf-8", "replace")
        return Reading(rejects=(Reject(key=message.origin, reason=reason, raw=raw),))

    def _entities(self, reading: Reading) -> tuple[list[tuple[str, EntityChange]], list[Reject]]:
        """(the document, its change) of each entity that is one; the others as rejects."""
        changes: list[tuple[str, EntityChange]] = []
        rejects = list(reading.rejects)
        for document in reading.entities:
            traced = self._traced(document)
            try:
                entity = read_entity(traced, self._table)
            except (Refused, ValueError, TypeError, RecursionError) as error:
                rejects.append(_reject(document, str(error)))
            else:
                changes.append((_text(document), EntityChange(entity.id, arrived(entity))))
        return changes, rejects

    def _traced(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The entity with method and provider at every value that does not say them itself."""
        return {name: self._trace(value) if name not in _NAMELESS else value for name, value in document.items()}

    def _trace(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._trace(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(value, Mapping) or "type" not in value:
            return value  # pyright: ignore[reportUnknownVariableType]
        method = self._forced or self._source.method
        added: dict[str, Any] = {
            "method": {"type": "Property", "value": method},
            "provider": {"type": "Relationship", "object": source_id(self._source.id)},
        }
        members: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType]
        return {**added, **members} | ({"method": added["method"]} if self._forced else {})

    async def _finish(self, rejects: Sequence["_Rejected"], place: bytes | None) -> None:
        """Keep the rejects, and the transport's place once all before it is kept."""
        changes: list[Change] = []
        for rejected in {each.reject.key: each for each in rejects}.values():
            change = await self._kept_row(rejected.message, rejected.reject)
            if change is not None:
                changes.append(change)
        if place is not None:
            changes.append(DocumentChange(PLACE, self._source.id, place))
        for batch in _slices(changes, BATCH):
            await self._store.apply(self._tenant, batch, self._principal)

    async def _kept_row(self, message: Message, reject: Reject) -> DocumentChange | None:
        if self._kept is None:
            rows = await rows_of(self._store, self._tenant, self._source.id)
            self._kept = {id for id, _ in rows}
        id = place_of(self._source.id, reject.key)
        if id not in self._kept and len(self._kept) >= MOST_EACH:
            return None
        self._kept.add(id)
        known = await row_at(self._store, self._tenant, id)
        return met(known, _quarantined(self._source.id, message, reject, message.received))


def principal_of(source: Source) -> Principal:
    """As whom a source acts."""
    return Principal(id=f"source:{source.id}", name=source.title.en, kind="source", grants=EVERYTHING)


def _quarantined(source: str, message: Message, reject: Reject, now: Instant) -> Quarantined:
    return Quarantined(
        source=source,
        key=reject.key,
        origin=message.origin,
        row=reject.row,
        field=reject.field,
        reason=reject.reason,
        raw=reject.raw,
        first=now,
        last=now,
    )


def _refused(batch: Sequence[tuple[str, EntityChange]], applied: Applied) -> list[Reject]:
    return [
        Reject(key=change.id, reason=_plain(str(outcome.refused)), raw=raw)
        for (raw, change), outcome in zip(batch, applied.outcomes, strict=True)
        if outcome.refused is not None
    ]


def _reject(document: Mapping[str, Any], reason: str) -> Reject:
    field, _, _ = reason.partition(":")
    return Reject(key=str(document.get("id", ""))[:400], field=field[:200], reason=_plain(reason), raw=_text(document))


def _slices(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _text(document: Mapping[str, Any]) -> str:
    try:
        return msgspec.json.encode(document).decode("utf-8", "replace")[:4_000]
    except (TypeError, ValueError, RecursionError):
        return repr(document)[:4_000]


def _plain(words: str) -> Text:
    """Words that nobody has translated."""
    return Text(words, words, words)
