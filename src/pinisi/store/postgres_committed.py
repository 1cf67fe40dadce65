"""What the ledger asks of the committed state: read for a whole group at once, or when a change turns out to ask."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pinisi.store.change import DocumentChange, EntityChange
from pinisi.store.jobs import Job
from pinisi.store.ledger import HistoryKey
from pinisi.store.log import Position
from pinisi.store.postgres_words import NewWord
from pinisi.store.record import Record
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.terms import LOCATION

if TYPE_CHECKING:
    from pinisi.store.postgres_tenant import PostgresTenant


class Unread(Exception):
    """The ledger asks for something of the committed state that has not been read."""

    def __init__(self, what: str, key: Any) -> None:
        self.what = what
        self.key = key


class Committed:
    """What was read for the group that is being run. The state stands still meanwhile, or the group is run anew."""

    def __init__(self, tenant: "PostgresTenant") -> None:
        self._tenant = tenant
        self._read: dict[tuple[str, Any], Any] = {}
        self.rested: dict[str, Record | None] = {}
        """The entities that were asked for, as they were first told."""
        self.newest: Position = 0
        """Of the entities that were read ahead, the position of the last change."""

    def forget(self) -> None:
        """Another group begins."""
        self._read.clear()
        self.rested = {}
        self.newest = 0

    def current(self, id: str) -> Record | None:
        found = self._tenant.known.get(id)
        if found is None:
            found = self._known("entity", id)
        self.rested.setdefault(id, found)
        return found

    def kept(self, kind: str, id: str) -> tuple[int, bytes] | None:
        return self._known("document", (kind, id))

    def family_then(self, row: int, moment: Instant) -> int | None:
        return self._known("family then", (row, moment))

    def said_then(self, key: HistoryKey) -> bytes | None:
        return self._known("said then", key)

    def applied(self, key: str) -> int | None:
        """The position at which a key was applied."""
        return self._read.get(("key", key))

    def _known(self, what: str, key: Any) -> Any:
        try:
            return self._read[what, key]
        except KeyError:
            raise Unread(what, key) from None

    async def read_ahead(self, connection: Any, jobs: Sequence[Job]) -> None:
        """What the changes of a group begin with, in a statement for each kind."""
        known = self._tenant.known
        changes = [change for job in jobs for change in job.changes]
        ids = {change.id for change in changes if isinstance(change, EntityChange)}
        unread: list[str] = []
        for id in ids:
            record = known.get(id)
            if record is None:
                unread.append(id)
            elif record.position > self.newest:
                self.newest = record.position
        if unread:
            await self._read_entities(connection, unread)
        documents = {(change.kind, change.id) for change in changes if isinstance(change, DocumentChange)}
        if documents:
            await self._read_documents(connection, list(documents))
        keys = [job.key for job in jobs if job.key is not None]
        if keys:
            sql = f"SELECT key, position FROM {self._tenant.schema}.done WHERE key = ANY($1)"
            for key, position in await connection.fetch(sql, keys):
                self._read["key", key] = position

    async def read_one(self, connection: Any, lacking: Unread) -> None:
        """What a change turned out to ask for."""
        s, key = self._tenant.schema, lacking.key
        if lacking.what == "entity":
            await self._read_entities(connection, [key])
        elif lacking.what == "document":
            await self._read_documents(connection, [key])
        elif lacking.what == "family then":
            sql = (
                f"SELECT family FROM {s}.history WHERE entity = $1 AND attribute = $2 AND dataset = 0 "
                "AND observed <= $3 ORDER BY observed DESC, position DESC LIMIT 1"
            )
            number = self._tenant.names.number.get(LOCATION)
            self._read[lacking.what, key] = await connection.fetchval(sql, key[0], number, key[1])
        else:
            sql = (
                f"SELECT body FROM {s}.history WHERE entity = $1 AND attribute = $2 AND dataset = $3 "
                "AND observed = $4 ORDER BY position DESC LIMIT 1"
            )
            self._read[lacking.what, key] = await connection.fetchval(sql, *key)

    async def _read_entities(self, connection: Any, ids: Sequence[str]) -> None:
        """Raises `NewWord` where another process has made a family since: nothing was locked."""
        sql = f"SELECT row, id, position, family, body FROM {self._tenant.schema}.entity WHERE id = ANY($1)"
        self._read.update((("entity", id), None) for id in ids)
        kept = [id for id in ids if "\x00" not in id]
        families = self._tenant.families.all
        for row, id, position, family, body in await connection.fetch(sql, kept):
            if abs(family) not in families:
                raise NewWord(str(family))
            self._read["entity", id] = Record(row, id, position, families[abs(family)], body or b"")
            self.newest = max(self.newest, position)

    async def _read_documents(self, connection: Any, keys: Sequence[tuple[str, str]]) -> None:
        self._read.update((("document", key), None) for key in keys)
        sql = (
            f"SELECT d.kind, d.id, d.position, d.body FROM {self._tenant.schema}.document AS d "
            "JOIN unnest($1::text[], $2::text[]) AS u(k, i) ON d.kind = k AND d.id = i"
        )
        for kind, id, position, body in await connection.fetch(sql, *map(list, zip(*keys, strict=True))):
            self._read["document", (kind, id)] = (position, body)
