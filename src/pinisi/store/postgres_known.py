"""Records as one process knows them: the newest of each, as far as it has heard of what others wrote."""

from collections import OrderedDict

from pinisi.store.log import Position
from pinisi.store.record import Record

_REMEMBERED = 100_000
"""Ids whose last change is remembered, so that a slow read does not bring back what has changed meanwhile."""


class Known:
    """A deleted entity is known too: its record has no body, and its row is used again when it returns."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._changed: OrderedDict[str, Position] = OrderedDict()

    def get(self, id: str) -> Record | None:
        found = self._records.get(id)
        if found is not None:
            self._records.move_to_end(id)
        return found

    def at(self, id: str, position: Position) -> Record | None:
        """The version of that position, if it is the one that is known."""
        found = self._records.get(id)
        if found is None or found.position != position:
            return None
        self._records.move_to_end(id)
        return found

    def wrote(self, record: Record) -> None:
        """This process committed a new version; it may have heard already that another wrote after it."""
        self._note(record.id, record.position)
        if self._changed[record.id] == record.position:
            self._put(record)

    def others_wrote(self, id: str, position: Position) -> None:
        """Another process has changed it: what is known of it is no longer the newest."""
        self._note(id, position)
        known = self._records.get(id)
        if known is not None and known.position < position:
            del self._records[id]

    def read(self, record: Record) -> Record:
        """A committed version that was read; the one that is known, with what was rendered from it, if it is the same.

        It is kept unless it is known to be old by now.
        """
        known = self._records.get(record.id)
        if known is not None and known.position == record.position:
            self._records.move_to_end(record.id)
            return known
        if record.position >= self._changed.get(record.id, 0) and (known is None or known.position < record.position):
            self._put(record)
        return record

    def clear(self) -> None:
        self._records.clear()

    def _note(self, id: str, position: Position) -> None:
        self._changed[id] = max(position, self._changed.pop(id, 0))
        if len(self._changed) > _REMEMBERED:
            self._changed.popitem(last=False)

    def _put(self, record: Record) -> None:
        self._records[record.id] = record
        self._records.move_to_end(record.id)
        if len(self._records) > self._most:
            self._records.popitem(last=False)
