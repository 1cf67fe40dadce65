"""The registrations of every tenant, in memory: asked at each operation, kept by the writes of registrations.

They lie under the ids and the types that they name, so that the cost of an operation follows the number of sources
that take part in it, and hardly the number that there are.
"""

import asyncio
from collections.abc import Callable, Iterable

import structlog

from pinisi.context.registration import (
    KIND,
    STATE_KIND,
    Fares,
    Information,
    Registration,
    decode_fares,
    decode_stored,
    encode_fares,
)
from pinisi.context.registration_matching import Match, Wanted, parts_of
from pinisi.context.registration_payload import read_stored
from pinisi.store.change import DocumentChange, StoreUnavailable
from pinisi.store.protocol import Store
from pinisi.store.query import AllOf, AnyOf, TypeIs, TypeSelection
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM

_log = structlog.get_logger("pinisi.registrations")
FLUSH_SECONDS = 30.0


class Registrations:
    """All tenants of one process."""

    def __init__(self, store: Store, now: Callable[[], Instant]) -> None:
        self._store = store
        self._now = now
        self._shelves: dict[str, _Shelf] = {}
        self._dirty: set[tuple[str, str]] = set()
        self._flushing: asyncio.Task[None] | None = None
        self._watchers: list[Callable[[str, str], None]] = []

    def watch(self, watcher: Callable[[str, str], None]) -> None:
        """`watcher` hears tenant and id of each registration that is put or dropped."""
        self._watchers.append(watcher)

    def _tell(self, tenant: str, id: str) -> None:
        for watcher in self._watchers:
            watcher(tenant, id)

    async def load(self) -> None:
        """Take in every registration of every tenant."""
        for tenant in await self._store.tenants():
            fares = {id: decode_fares(body) for id, _, body in await self._store.documents(tenant, STATE_KIND)}
            documents = [decode_stored(body) for _, _, body in await self._store.documents(tenant, KIND)]
            for stored in sorted(documents, key=lambda stored: (stored.created_at, stored.id)):
                self._shelf(tenant).put(read_stored(stored), fares.get(stored.id, Fares()))

    async def learn(self, tenant: str, id: str) -> None:
        """Take in what another process wrote of a registration."""
        document = await self._store.document(tenant, KIND, id)
        if document is None:
            self.drop(tenant, id)
        else:
            self.put(tenant, read_stored(decode_stored(document[1])))

    async def close(self) -> None:
        """Write how the sources fared."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        await self._flush()

    def put(self, tenant: str, registration: Registration) -> None:
        """Take in a new or changed registration; how it fared stays."""
        shelf = self._shelf(tenant)
        shelf.put(registration, shelf.fares.get(registration.id, Fares()))
        self._tell(tenant, registration.id)

    def drop(self, tenant: str, id: str) -> None:
        if tenant in self._shelves:
            self._shelves[tenant].remove(id)
            self._tell(tenant, id)

    def forget(self, tenant: str) -> None:
        """A tenant that goes takes its registrations along."""
        self._shelves.pop(tenant, None)

    def tenants(self) -> Iterable[str]:
        """Those that have, or had, any."""
        return tuple(self._shelves)

    def any(self, tenant: str) -> bool:
        """Whether a tenant has any: the first thing that an operation asks."""
        shelf = self._shelves.get(tenant)
        return shelf is not None and bool(shelf.known)

    def get(self, tenant: str, id: str) -> Registration | None:
        """One that has not expired."""
        shelf = self._shelves.get(tenant)
        found = None if shelf is None else shelf.known.get(id)
        return None if found is None or found.expired(self._now()) else found

    def of(self, tenant: str) -> tuple[Registration, ...]:
        """All that have not expired, in the order of their making."""
        shelf = self._shelves.get(tenant)
        if shelf is None:
            return ()
        now = self._now()
        return tuple(one for one in shelf.known.values() if not one.expired(now))

    def expired(self, tenant: str) -> tuple[Registration, ...]:
        """All whose time is over and that still lie here."""
        shelf = self._shelves.get(tenant)
        now = self._now()
        return () if shelf is None else tuple(one for one in shelf.known.values() if one.expired(now))

    def matching(
        self,
        tenant: str,
        wanted: Wanted,
        operation: str | None,
        *,
        temporal: bool = False,
        via: frozenset[str] = frozenset(),
    ) -> tuple[Match, ...]:
        """Which registrations take part in an operation, and with what (NGSI-LD 5.12), in the order of their making.

        Args:
            operation: a single name of NGSI-LD 4.20; None: whatever they offer.
            temporal: the operation is about the past. Otherwise sources with a time interval take no part (5.9.1).
            via: the sources that the request came through: those do not take part again (4.3.6.4).
        """
        shelf = self._shelves.get(tenant)
        if shelf is None or not shelf.known:
            return ()
        now = self._now()
        found: list[Match] = []
        for one in shelf.candidates(wanted):
            offered = operation is None or operation in one.operations
            if not offered or (one.temporal and not temporal) or one.alias in via or one.expired(now):
                continue
            parts = parts_of(one, wanted)
            if parts:
                found.append(Match(one, parts))
        return tuple(found)

    def fares(self, tenant: str, id: str) -> Fares:
        """How a source fared."""
        shelf = self._shelves.get(tenant)
        return Fares() if shelf is None else shelf.fares.get(id, Fares())

    def told(self, tenant: str, id: str, ok: bool, at: Instant) -> None:
        """An operation was sent to a source. It is kept count of in memory, and written now and then."""
        shelf = self._shelves.get(tenant)
        if shelf is None or id not in shelf.known:
            return
        fares = shelf.fares.setdefault(id, Fares())
        fares.times_sent += 1
        fares.failing = not ok
        if ok:
            fares.last_success = at
        else:
            fares.times_failed += 1
            fares.last_failure = at
        self._dirty.add((tenant, id))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.get_running_loop().create_task(self._flush_later(), name="how sources fared")

    async def _flush_later(self) -> None:
        while self._dirty:
            await asyncio.sleep(FLUSH_SECONDS)
            await self._flush()

    async def _flush(self) -> None:
        dirty, self._dirty = self._dirty, set()
        for tenant in {tenant for tenant, _ in dirty}:
            shelf = self._shelves.get(tenant)
            ids = [id for of, id in dirty if of == tenant and shelf is not None and id in shelf.known]
            changes = [DocumentChange(STATE_KIND, id, encode_fares(self.fares(tenant, id))) for id in ids]
            try:
                if changes:
                    await self._store.apply(tenant, changes, SYSTEM, atomic=False)
            except StoreUnavailable as error:
                _log.warning("how sources fared cannot be written now", tenant=tenant, reason=str(error))
                self._dirty |= {(tenant, id) for id in ids}

    def _shelf(self, tenant: str) -> "_Shelf":
        return self._shelves.setdefault(tenant, _Shelf())


class _Shelf:
    """The registrations of one tenant, in the order of their making, and where each of them lies."""

    def __init__(self) -> None:
        self.known: dict[str, Registration] = {}
        self.fares: dict[str, Fares] = {}
        self._order: dict[str, int] = {}
        self._next = 0
        self._by_id: dict[str, set[str]] = {}
        self._by_type: dict[str, set[str]] = {}
        self._typeless: set[str] = set()
        self._nameless: set[str] = set()

    def put(self, registration: Registration, fares: Fares) -> None:
        id = registration.id
        if id in self.known:
            self._unfile(self.known[id])
        else:
            self._order[id] = self._next
            self._next += 1
        self.known[id] = registration
        self.fares[id] = fares
        self._file(registration)

    def remove(self, id: str) -> None:
        registration = self.known.pop(id, None)
        if registration is not None:
            self._unfile(registration)
            self.fares.pop(id, None)
            del self._order[id]

    def candidates(self, wanted: Wanted) -> Iterable[Registration]:
        """All that may match, and some that do not."""
        found: set[str] | None = None
        if wanted.types is not None:
            found = self._typeless.union(*(self._by_type.get(type, ()) for type in _some_types(wanted.types)))
        if wanted.ids is not None:
            named = set[str]().union(*(self._by_id.get(id, ()) for id in wanted.ids))
            if found is None:
                found = named | self._nameless
            else:
                found = {id for id in found if id in named or id in self._nameless}
        if found is None:
            return self.known.values()
        return [self.known[id] for id in sorted(found, key=self._order.__getitem__)]

    def _file(self, registration: Registration) -> None:
        for keys in self._places(registration):
            keys.add(registration.id)

    def _unfile(self, registration: Registration) -> None:
        for keys in self._places(registration):
            keys.discard(registration.id)
        for index in (self._by_id, self._by_type):
            for key in [key for info in registration.information for key in _keys(info) if not index.get(key, True)]:
                index.pop(key, None)

    def _places(self, registration: Registration) -> Iterable[set[str]]:
        for info in registration.information:
            if not info.entities:
                yield self._typeless
                yield self._nameless
            for entity in info.entities:
                if entity.types:
                    for type in entity.types:
                        yield self._by_type.setdefault(type, set())
                else:
                    yield self._typeless
                yield self._nameless if entity.id is None else self._by_id.setdefault(entity.id, set())


def _keys(info: Information) -> Iterable[str]:
    for entity in info.entities:
        yield from entity.types
        if entity.id is not None:
            yield entity.id


def _some_types(selection: TypeSelection) -> Iterable[str]:
    """Types of which a matching entity has at least one."""
    if isinstance(selection, TypeIs):
        return (selection.iri,)
    if isinstance(selection, AnyOf):
        return [type for term in selection.terms for type in _some_types(term)]
    assert isinstance(selection, AllOf)
    return _some_types(selection.terms[0])
