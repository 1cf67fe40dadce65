"""The rows of one live source that wait: kept once, counted when they come again wrong, let go when they come right."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.runtime.quarantine import MOST_EACH, MOST_OF_ONE, Quarantined, left, met, place_of, row_at, rows_of
from pinisi.runtime.source import Message, Reject
from pinisi.store.change import Change
from pinisi.store.protocol import Store

Heard = tuple[Message, Sequence[Reject], Iterable[str]]
"""A message, the rows of it that cannot be taken, and the keys of those that were taken."""


class _Wrong(msgspec.Struct, frozen=True):
    """A row as it came last, and how often it came so."""

    message: Message
    reject: Reject
    times: int = 1


class Waiting:
    """Remembers the keys of what waits, so that sound rows cost nothing while nothing waits."""

    def __init__(self, store: Store, tenant: str, table: TermTable, source: str) -> None:
        self._store = store
        self._tenant = tenant
        self._table = table
        self._source = source
        self._kept: dict[str, str] | None = None
        self._of_one: Counter[str] = Counter()

    async def settle(self, heard: Iterable[Heard]) -> list[Change]:
        """What has to be written of messages that were taken in this order: of a row, its last word counts.

        A key that is wrong and right in one message waits: nobody can tell which of its rows is meant.
        """
        kept = await self._known()
        fate: dict[str, _Wrong | None] = {}
        for message, rejects, sound in heard:
            if kept or fate:
                fate.update((key, None) for key in sound if key in kept or key in fate)
            for reject in rejects:
                before = fate.get(reject.key)
                fate[reject.key] = _Wrong(message, reject, before.times + 1 if before else 1)
        changes = [await self._change(key, wrong) for key, wrong in fate.items()]
        return [change for change in changes if change is not None]

    async def _known(self) -> dict[str, str]:
        """Key -> entity of all that waits."""
        if self._kept is None:
            rows = [row for _, row in await rows_of(self._store, self._tenant, self._source)]
            self._kept = {row.key: row.entity for row in rows}
            self._of_one = Counter(self._kept.values())
        return self._kept

    async def _change(self, key: str, wrong: _Wrong | None) -> Change | None:
        kept = await self._known()
        if wrong is None:
            if key not in kept:
                return None
            self._of_one[kept.pop(key)] -= 1
            return left(self._source, key)
        entity = wrong.reject.about.entity
        if key not in kept:
            if len(kept) >= MOST_EACH or (entity and self._of_one[entity] >= MOST_OF_ONE):
                return None
            kept[key] = entity
            self._of_one[entity] += 1
        known = await row_at(self._store, self._tenant, place_of(self._source, key))
        return met(known, self._row(wrong))

    def _row(self, wrong: _Wrong) -> Quarantined:
        message, reject = wrong.message, wrong.reject
        return Quarantined(
            source=self._source,
            key=reject.key,
            origin=message.origin,
            row=reject.row,
            field=reject.field,
            reason=reject.reason,
            raw=reject.raw,
            first=message.received,
            last=message.received,
            times=wrong.times,
            entity=reject.about.entity,
            types=tuple(map(self._table.expand_term, reject.about.types)),
            position=reject.about.position,
        )
