"""The names that the search box knows: every entity with a name, kept in step with the log."""

from collections.abc import Sequence

from pinisi.city.names import Hit, Names
from pinisi.console.atlas import Atlas
from pinisi.console.facts import name_of
from pinisi.store.protocol import LogEntry, Record, Store
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import DATA_SOURCE, INCIDENT, NAME

_PAGE = 1000


class Catalogue:
    def __init__(self, store: Store, tenant: str, names: Names, atlas: Atlas) -> None:
        self._store = store
        self._tenant = tenant
        self._names = names
        self._atlas = atlas
        self._stale: dict[str, None] = {}

    async def read(self) -> None:
        """Take in every name that there is."""
        offset = 0
        while True:
            query = EntityQuery(attributes=(NAME,))
            page = await self._store.find(self._tenant, query, EVERYTHING, limit=_PAGE, offset=offset)
            for record in page.records:
                self._put(record)
            offset += _PAGE
            if len(page.records) < _PAGE:
                return

    def heard(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        """The store's listener: names to look at again when next searched."""
        if tenant == self._tenant:
            for entry in entries:
                if entry.op in ("create", "delete") or NAME in entry.attributes:
                    self._stale[entry.subject] = None

    async def find(self, words: str, limit: int) -> Sequence[Hit]:
        """Names that fit, best first; the caller asks whether the reader may see them."""
        stale, self._stale = self._stale, {}
        for id in stale:
            record = await self._store.entity(self._tenant, id, EVERYTHING)
            if record is None:
                self._names.remove(id)
            else:
                self._put(record)
        return self._names.find(words, limit)

    def _put(self, record: Record) -> None:
        entity = record.entity
        if NAME not in entity.attributes or not {INCIDENT, DATA_SOURCE}.isdisjoint(entity.types):
            return
        area = self._atlas.name(record.family.areas) or ""
        self._names.put(entity.id, name_of(entity), entity.types[0], area)
