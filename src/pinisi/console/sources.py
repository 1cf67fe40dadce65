"""How each source of a tenant is doing: a cache of the DataSource cards with health, for what is stale on screens."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.console.viewpoint import Viewpoint
from pinisi.context.term_table import TermTable
from pinisi.store.log import LogEntry
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.record import Record
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import DATA_SOURCE

_MOST = 5_000
RUNNING = frozenset({"live", "late"})
AILING = frozenset({"late", "silent", "failing"})


class SourceHealth(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A live source as screens need it: its state, and its own period in seconds."""

    id: str
    state: str
    update_period: float
    last_message: str | None = None
    title: Any = None


class Sources:
    def __init__(self, store: Store, tenant: str, table: TermTable) -> None:
        self._store = store
        self._tenant = tenant
        self._state, self._period, self._last = map(table.expand_term, ("state", "updatePeriod", "lastMessage"))
        self._title = table.expand_term("title")
        self._blinds = table.expand_term("blinds")
        self._known: dict[str, SourceHealth] = {}
        self._stale = True

    def heard(self, entries: Sequence[LogEntry]) -> None:
        """The store's listener: a changed card is read again when next asked."""
        if any(DATA_SOURCE in entry.types for entry in entries):
            self._stale = True

    async def refresh(self) -> None:
        if not self._stale:
            return
        self._stale = False
        query = EntityQuery(types=TypeIs(DATA_SOURCE), attributes=(self._period,))
        page = await self._store.find(self._tenant, query, EVERYTHING, limit=_MOST)
        self._known = {record.id: self.read(record.entity) for record in page.records}

    @property
    def known(self) -> Mapping[str, SourceHealth]:
        """Live sources by the id of their card; of registers there is nothing here."""
        return self._known

    async def seen(self, view: Viewpoint, ids: Sequence[str]) -> list[SourceHealth]:
        """How some of them did when one looked from there, whoever looks."""
        if view.at is None:
            await self.refresh()
            return [self._known[id] for id in ids if id in self._known]
        cards = Viewpoint(view.store, view.tenant, EVERYTHING, view.now, view.at, view.known)
        found = await cards.find(EntityQuery(ids=tuple(ids)), limit=_MOST)
        return [self.read(each.entity) for each in found if self._period in each.entity.attributes]

    async def periods(self) -> Mapping[str, float]:
        """Id of a live source's card -> its own period in seconds."""
        await self.refresh()
        return {id: health.update_period for id, health in self._known.items()}

    def ailing(self) -> list[SourceHealth]:
        """Those that are on and do not deliver as they should, and those that are off."""
        return [health for health in self._known.values() if health.state in AILING or health.state == "off"]

    def read(self, entity: Entity) -> SourceHealth:
        last = _value(entity, self._last)
        return SourceHealth(
            id=entity.id,
            state=str(_value(entity, self._state) or "waiting"),
            update_period=float(_value(entity, self._period) or 0),
            last_message=last.get("@value") if isinstance(last, dict) else None,  # pyright: ignore
            title=_value(entity, self._title),
        )

    def blinds(self, entity: Entity) -> Any:
        """What cannot be seen without it, and what to do instead, in its own words."""
        return _value(entity, self._blinds)

    def counts_of(self, cards: Sequence[Record]) -> dict[str, int]:
        """How many of the sources delivered when their cards stood so."""
        entities = [card.entity for card in cards]
        return _counts([self.read(entity) for entity in entities if self._period in entity.attributes])

    def counts(self) -> dict[str, int]:
        """How many of the sources that are on deliver."""
        return _counts(self._known.values())


def _counts(known: Iterable[SourceHealth]) -> dict[str, int]:
    on = [health for health in known if health.state != "off"]
    return {"live": sum(health.state in RUNNING for health in on), "total": len(on)}


def _value(entity: Entity, attribute: str) -> Any:
    instances = entity.attributes.get(attribute)
    return instances[0].value if instances else None
