"""The one way in: what a source has read is written, what cannot be taken goes to the quarantine, nothing is lost.

Live data, pushed data, dropped files and replays all come this way.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.facts import source_id
from pinisi.city.text import Text
from pinisi.context.geometry import check_simple
from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.about import about_document
from pinisi.runtime.arrival import Tally, arrived
from pinisi.runtime.lineage import message_origin
from pinisi.runtime.own_notification import own_notification
from pinisi.runtime.source import Message, Method, Outcome, Reading, Reject, Source, Taken, Unreadable, row_key
from pinisi.runtime.waiting import Waiting
from pinisi.store.change import DocumentChange, EntityChange, Refused
from pinisi.store.change import Outcome as Applied
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING, Principal

BATCH = 250
LONG = 200_000
"""Bytes of a message that is read in a thread, so that nobody else waits."""
PLACE = "source-place"
"""Kind of the documents in which a transport notes how far it has come."""
_NAMELESS = frozenset({"id", "type", "scope", "@context", "expiresAt"})


class _Understood(msgspec.Struct):
    """What one message says, and what became of it.

    `documents` are the entities as they came; `taken` the numbers of those that were written; `sound` as in `Reading`.
    """

    message: Message
    changes: list[EntityChange]
    documents: list[Mapping[str, Any]]
    rejects: list[Reject]
    outcomes: list[Outcome]
    taken: list[int] = []
    sound: Sequence[str] = ()
    whole: bool = True


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
        self._waiting = Waiting(store, tenant, table, source.id)

    async def take(self, messages: Sequence[Message]) -> Taken:
        """Read messages and write what they say, in their order; answered when it is on disk, with the last `place`.

        Raises:
            StoreUnavailable: nothing of the last slice was kept; the messages have to come again.
        """
        heard = [await self._understood(message) for message in messages]
        owed = [(one, number) for one in heard for number in range(len(one.changes))]
        for batch in _slices(owed, BATCH):
            changes = [one.changes[number] for one, number in batch]
            applied = await self._store.apply(self._tenant, changes, self._principal, atomic=False)
            for (one, number), outcome in zip(batch, applied.outcomes, strict=True):
                _note(one, number, outcome)
        place = next((each.place for each in reversed(messages) if each.place is not None), None)
        await self._finish(heard, place)
        return _sum([_taken(one) for one in heard])

    async def _understood(self, message: Message) -> _Understood:
        echo = await own_notification(self._store, self._tenant, message)
        if echo is not None:
            return _Understood(message, [], [], [echo], [], whole=False)
        if len(message.body) < LONG:
            return self._understand(message)
        return await asyncio.to_thread(self._understand, message)

    def _understand(self, message: Message) -> _Understood:
        reading = self._read(message)
        if isinstance(reading, Reject):
            return _Understood(message, [], [], [reading], [], whole=False)
        return self._entities(message, reading)

    def _read(self, message: Message) -> Reading | Reject:
        """What the source's function makes of it; a function that fails has met something that nobody thought of."""
        try:
            return self._source.read(message)
        except Unreadable as error:
            reason = _plain(str(error))
        except Exception as error:
            reason = _plain(f"cannot be read: {type(error).__name__}: {error}")
        raw = message.body[:4_000].decode("utf-8", "replace")
        return Reject(key=message.origin, reason=reason, raw=raw)

    def _entities(self, message: Message, reading: Reading) -> _Understood:
        """The change of each entity that is one; the others as rejects."""
        heard = _Understood(message, [], [], list(reading.rejects), [], sound=reading.sound)
        origin = message_origin(self._source.id, message)
        for document in reading.entities:
            try:
                entity = check_simple(read_entity(self._traced(document), self._table))
            except (Refused, ValueError, TypeError, AttributeError, RecursionError) as error:
                heard.rejects.append(_reject(document, str(error)))
            else:
                heard.changes.append(EntityChange(entity.id, arrived(entity), origin=origin))
                heard.documents.append(document)
        return heard

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

    async def _finish(self, heard: Sequence[_Understood], place: bytes | None) -> None:
        """Keep the rejects, let go what came right, and the transport's place once all before it is kept."""
        changes = await self._waiting.settle((one.message, one.rejects, _sound(one)) for one in heard)
        if place is not None:
            changes.append(DocumentChange(PLACE, self._source.id, place))
        for batch in _slices(changes, BATCH):
            await self._store.apply(self._tenant, batch, self._principal)


def principal_of(source: Source) -> Principal:
    """As whom a source acts."""
    return Principal(id=f"source:{source.id}", name=source.title.en, kind="source", grants=EVERYTHING)


def _sound(heard: _Understood) -> Iterator[str]:
    """Keys of the rows that were taken."""
    if heard.whole:
        yield heard.message.origin
    yield from heard.sound
    for number in heard.taken:
        id = heard.changes[number].id
        yield id
        yield from (row_key(id, moment) for moment in _moments(heard.documents[number]))


def _note(heard: _Understood, number: int, outcome: Applied) -> None:
    """What became of one entity."""
    if outcome.refused is not None:
        heard.rejects.append(_reject(heard.documents[number], str(outcome.refused), refused=True))
    elif isinstance(outcome.result, Tally):
        tally = outcome.result
        heard.taken.append(number)
        heard.outcomes.append(Outcome(heard.changes[number].id, tally.new, tally.late, tally.repeated))


def _taken(heard: _Understood) -> Taken:
    outcomes = heard.outcomes
    return Taken(
        new=sum(outcome.new for outcome in outcomes),
        late=sum(outcome.late for outcome in outcomes),
        repeated=sum(outcome.repeated for outcome in outcomes),
        rejected=len(heard.rejects),
        entities=len(outcomes),
        outcomes=tuple(outcomes),
        rejects=tuple(heard.rejects),
        whole=heard.whole,
    )


def _sum(each: Sequence[Taken]) -> Taken:
    if len(each) == 1:
        return each[0]
    return Taken(
        new=sum(taken.new for taken in each),
        late=sum(taken.late for taken in each),
        repeated=sum(taken.repeated for taken in each),
        rejected=sum(taken.rejected for taken in each),
        entities=sum(taken.entities for taken in each),
        outcomes=tuple(outcome for taken in each for outcome in taken.outcomes),
        rejects=tuple(reject for taken in each for reject in taken.rejects),
        whole=all(taken.whole for taken in each),
        each=tuple(each),
    )


def _reject(document: Mapping[str, Any], reason: str, *, refused: bool = False) -> Reject:
    """`refused`: the house does not take it, though it can be read."""
    moments = _moments(document)
    return Reject(
        key=row_key(str(document.get("id", ""))[:400], moments.pop() if len(moments) == 1 else None),
        field="" if refused else reason.partition(":")[0][:200],
        reason=_plain(reason),
        raw=_text(document),
        about=about_document(document),
    )


def _moments(document: Mapping[str, Any]) -> set[Instant]:
    """When the values of an entity were true."""
    found: set[Instant] = set()
    for value in document.values():
        at = value.get("observedAt") if isinstance(value, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if isinstance(at, str):
            with contextlib.suppress(NotAnInstant):
                found.add(parse_instant(at))
    return found


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
