"""The names that the search box knows: every entity with a name, kept in step with the log."""

import asyncio
from collections.abc import Sequence

from pinisi.city.names import Hit, Names
from pinisi.console.atlas import Atlas
from pinisi.console.facts import name_of
from pinisi.store.log import LogEntry, Position
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery
from pinisi.store.record import Record
from pinisi.vocabulary.principal import EVERYTHING, Grants
from pinisi.vocabulary.terms import DATA_SOURCE, INCIDENT, INDICATOR, NAME

MOST_HITS = 80
MOST_NAMES = 200_000
MOST_READERS = 16
_PAGE = 250
_UNNAMED = frozenset({INCIDENT, DATA_SOURCE, INDICATOR})
"""Types that pages of their own list, not the search for places."""


class Catalogue:
    def __init__(self, store: Store, tenant: str, names: Names, atlas: Atlas) -> None:
        self._store = store
        self._tenant = tenant
        self._names = names
        self._atlas = atlas
        self._unread = True
        self._reading = asyncio.Lock()
        self._stale: dict[str, None] = {}
        self._seen_by: dict[tuple[str, Grants], tuple[Position, frozenset[str]]] = {}

    async def read(self) -> None:
        """Take in every name that there is, once; others have their turns meanwhile."""
        async with self._reading:
            offset = 0
            while self._unread:
                query = EntityQuery(attributes=(NAME,))
                page = await self._store.find(self._tenant, query, EVERYTHING, limit=_PAGE, offset=offset)
                for record in page.records:
                    self._put(record)
                offset += _PAGE
                self._unread = len(page.records) == _PAGE
                await asyncio.sleep(0)

    def heard(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        """The store's listener: names to look at again when next searched."""
        if tenant == self._tenant:
            for entry in entries:
                if entry.op in ("create", "delete") or NAME in entry.attributes:
                    self._stale[entry.subject] = None

    async def find(self, words: str, tenant: str, grants: Grants) -> Sequence[Hit]:
        """Names that fit, best first, of entities whose names the reader may see."""
        await self._catch_up()
        if grants.sees_all:
            return self._names.find(words, MOST_HITS)
        return self._names.find(words, MOST_HITS, await self._visible(tenant, grants))

    async def _visible(self, tenant: str, grants: Grants) -> frozenset[str]:
        """Ids of all entities whose name the reader may see: the query knows, the names do not."""
        position = await self._store.position(tenant)
        kept = self._seen_by.get((tenant, grants))
        if kept is None or kept[0] != position:
            page = await self._store.find(tenant, EntityQuery(attributes=(NAME,)), grants, limit=MOST_NAMES)
            kept = position, frozenset(record.id for record in page.records)
            if len(self._seen_by) >= MOST_READERS:
                self._seen_by.clear()
            self._seen_by[tenant, grants] = kept
        return kept[1]

    async def _catch_up(self) -> None:
        if self._unread:
            await self.read()
        stale, self._stale = self._stale, {}
        for id in stale:
            record = await self._store.entity(self._tenant, id, EVERYTHING)
            if record is None:
                self._names.remove(id)
            else:
                self._put(record)

    def _put(self, record: Record) -> None:
        entity = record.entity
        if NAME not in entity.attributes or not _UNNAMED.isdisjoint(entity.types):
            self._names.remove(record.id)
            return
        area = self._atlas.name(record.family.areas) or ""
        self._names.put(entity.id, name_of(entity), entity.types[0], area)
