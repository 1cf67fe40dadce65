"""The broker's storage of @contexts: hosted, cached and implicitly created ones, kept as documents (NGSI-LD 5.13).

Hosted and implicitly created ones lie in the tenant that made them, and are nobody else's. Cached ones are copies of
public documents: they lie in the house's own tenant, for all. They come from the operator's folder `contexts/`, else
from the hosts that the setting `context_sources` allows. An address is fetched once, however many ask for it.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
import structlog

from pinisi.context.context_fetch import ContextFetcher, Fetched, Invalid, NotFetched
from pinisi.context.context_walk import DEEPEST, MOST_DOCUMENTS, Place, Usage, check_address, check_shape, context_of
from pinisi.context.contexts import MOST_BROUGHT, ContextAwaited, Contexts, Loaded, named_addresses, read_folder
from pinisi.context.problems import BadRequestData, LdContextNotAvailable, NgsiLdError
from pinisi.context.stored_context import (
    CONTENT,
    KIND,
    ContextKind,
    Source,
    StoredContext,
    cached_id,
    decode_context,
    encode_context,
    hosted_id,
    implicit_id,
)
from pinisi.store.change import DocumentChange
from pinisi.store.log import LogEntry
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import DAY, SECOND, Instant
from pinisi.vocabulary.principal import SYSTEM, Principal

MOST_HOSTED = 1_000
MOST_CACHED = 1_000
LARGEST_HOSTED = 1_000_000
LIFETIME = DAY
"""How long a fetched @context holds when its protocol says nothing."""
BRING_SECONDS = 20.0
_MISSING_HERE = 5 * SECOND
_MISSING_THERE = 30 * SECOND
_REFRESH_PAUSE = 10 * SECOND
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger("pinisi.contexts")


class Fetches(Protocol):
    """Whoever gets a document from the network."""

    async def fetch(self, url: str) -> Fetched: ...


class ContextStorage:
    """`home` is the tenant of cached contexts; `folder` holds the operator's own copies."""

    def __init__(
        self,
        store: Store,
        contexts: Contexts,
        home: str,
        now: Callable[[], Instant],
        fetcher: Fetches | ContextFetcher,
        folder: Path,
    ) -> None:
        self._store = store
        self._contexts = contexts
        self._home = home
        self._now = now
        self._fetcher = fetcher
        self._folder = folder
        self._copies, self.faults = _copies(folder)
        self._usages: dict[Place, Usage] = {}
        self._places: dict[tuple[str, str], Place] = {}
        self._under_way: dict[Place, asyncio.Task[None]] = {}
        self._refreshed: dict[Place, Instant] = {}
        self._writing: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        contexts.stale, contexts.bringer = self._refresh_later, self.bring

    async def close(self) -> None:
        tasks = [*self._tasks, *self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # for requests

    async def bring(self, place: Place, *, fetching: bool = True) -> None:
        """Take the document at a place to hand, and those that it names; what cannot be had is noted as missing.

        `fetching` False: from what is stored here, for those who may not cause a request to another host.
        """
        try:
            async with asyncio.timeout(BRING_SECONDS):
                await self._bring_all(place, fetching)
        except TimeoutError:
            error = LdContextNotAvailable(f"{place.address} and what it names took over {BRING_SECONDS:g} s")
            self._contexts.lack(place, error, self._now() + _MISSING_THERE)

    async def _bring_all(self, place: Place, fetching: bool) -> None:
        level, seen = [place], {place}
        for _ in range(DEEPEST):
            await asyncio.gather(*(self._once(each, fetching) for each in level))
            level = [each for found in level for each in self._named(found) if each not in seen]
            level = list(dict.fromkeys(level))[: max(0, MOST_DOCUMENTS - len(seen))]
            seen.update(level)
            if not level:
                return

    def _named(self, place: Place) -> Iterable[Place]:
        """Places that a document names and that are neither at hand nor known to be missing."""
        found = self._contexts.loaded(place)
        if found is None:
            return
        base = place.address if not place.tenant else ""
        for url in named_addresses(found.document["@context"])[:MOST_DOCUMENTS]:
            try:
                url = check_address(url, "@context", base)
            except LdContextNotAvailable:
                continue
            inner = self._contexts.place(url, place.tenant)
            if self._contexts.at_hand(url, place.tenant) is None and self._contexts.missing(inner) is None:
                yield inner

    async def _once(self, place: Place, fetching: bool) -> None:
        """One look for a place, which all who ask meanwhile share; nobody's going away ends it for the others."""
        if not fetching:
            await self._from_store(place)
            return
        task = self._under_way.get(place)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._look(place), name=f"context {place.address[:200]}")
            self._under_way[place] = task
            task.add_done_callback(lambda _: self._under_way.pop(place, None))
        await asyncio.shield(task)

    async def _look(self, place: Place) -> None:
        if not place.tenant and place.address in self._copies:
            await self._keep_copy(place)
            return
        if await self._from_store(place):
            return
        if place.tenant:
            error = LdContextNotAvailable(f"there is no @context {place.address[:200]} at this server")
            self._contexts.lack(place, error, self._now() + _MISSING_HERE)
            return
        try:
            fetched = await self._fetcher.fetch(place.address)
        except NotFetched as reason:
            self._contexts.lack(place, LdContextNotAvailable(str(reason)), self._now() + _MISSING_THERE)
        except Invalid as reason:
            self._contexts.lack(place, BadRequestData(str(reason), "@context"), self._now() + _MISSING_THERE)
        else:
            await self._keep(place, fetched.document, "network", self._expiry(fetched))

    async def _from_store(self, place: Place) -> bool:
        """Take to hand what is stored here."""
        tenant, id = self._key(place)
        found = await self._store.document(tenant, KIND, id)
        content = await self._store.document(tenant, CONTENT, id)
        if found is None or content is None:
            return False
        self._load(place, decode_context(found[1]), msgspec.json.decode(content[1]))
        return True

    # the operations of the standard

    async def add(self, tenant: str, document: dict[str, Any], principal: Principal) -> StoredContext:
        """Host an @context (5.13.2).

        Raises:
            BadRequestData: it is none, it is too large, or there are too many.
        """
        content = {"@context": document["@context"]}
        await self._check(content["@context"], tenant)
        return await self._host(tenant, hosted_id(), "Hosted", content, principal)

    async def implicit(self, tenant: str, context: Any, principal: Principal) -> StoredContext:
        """Give an @context that a request brought an address of its own (5.13.1). Raises as `add`."""
        content = {"@context": context}
        id = implicit_id(_encode(context))
        known = await self.found(tenant, id)
        return known or await self._host(tenant, id, "ImplicitlyCreated", content, principal)

    async def listed(self, tenant: str, kind: str | None = None) -> list[StoredContext]:
        """What a tenant can see, oldest first."""
        found = [decode_context(body) for _, _, body in await self._store.documents(tenant, KIND)]
        if tenant != self._home:
            public = (decode_context(body) for _, _, body in await self._store.documents(self._home, KIND))
            found += [each for each in public if each.kind == "Cached"]
        chosen = [each for each in found if kind in (None, each.kind)]
        return sorted(chosen, key=lambda each: (each.created_at, each.id))

    async def found(self, tenant: str, name: str) -> StoredContext | None:
        """A stored @context by its local id; a cached one by its address too."""
        for place, id in ((tenant, name), (self._home, name), (self._home, cached_id(name))):
            document = await self._store.document(place, KIND, id)
            if document is not None:
                stored = decode_context(document[1])
                if place == tenant or stored.kind == "Cached":
                    return stored
        return None

    async def content(self, tenant: str, stored: StoredContext) -> Any:
        """The document itself, or None when it has gone meanwhile."""
        found = await self._store.document(self._tenant_of(tenant, stored), CONTENT, stored.id)
        return None if found is None else msgspec.json.decode(found[1])

    async def remove(self, tenant: str, stored: StoredContext, principal: Principal) -> None:
        """Delete an @context; those that it names stay (5.13.5)."""
        place = self._place_of(tenant, stored)
        changes = (DocumentChange(KIND, stored.id, None), DocumentChange(CONTENT, stored.id, None))
        await self._write(self._tenant_of(tenant, stored), stored.id, changes, principal)
        self._contexts.forget(place)
        self._usages.pop(place, None)

    async def reload(self, stored: StoredContext) -> None:
        """Fetch a cached @context anew; what is stored stays when that fails (5.13.5.4).

        Raises:
            LdContextNotAvailable: it could not be had, or is no @context.
        """
        place = Place("", stored.url)
        if stored.source == "folder":
            self._copies, _ = await asyncio.to_thread(_copies, self._folder)
            if stored.url in self._copies:
                await self._keep_copy(place, anew=True)
                return
        try:
            fetched = await self._fetcher.fetch(stored.url)
        except (NotFetched, Invalid) as reason:
            raise LdContextNotAvailable(str(reason)) from None
        await self._keep(place, fetched.document, "network", self._expiry(fetched))

    def usage(self, tenant: str, stored: StoredContext) -> Usage:
        """How often it was found, and when last."""
        place = self._place_of(tenant, stored)
        return self._usages.setdefault(place, Usage(place, stored.expires_at))

    def heard(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        """The log tells of changes that others made: what they touched is read anew."""
        for entry in entries:
            if entry.op != "document":
                continue
            kind, _, id = entry.subject.partition("/")
            if kind == KIND and id not in self._writing:
                self._contexts.forget(self._places.pop((tenant, id), Place(tenant, id)))

    # keeping

    async def _check(self, context: Any, tenant: str) -> None:
        """Refuse what is no @context; addresses in it that cannot be had now may come later."""
        check_shape(context)
        for _ in range(MOST_BROUGHT):
            try:
                self._contexts.check(context, tenant)
            except ContextAwaited as awaited:
                await self.bring(awaited.place)
            except LdContextNotAvailable:
                return
            else:
                return

    async def _host(
        self, tenant: str, id: str, kind: ContextKind, content: dict[str, Any], principal: Principal
    ) -> StoredContext:
        body = _encode(content)
        if len(body) > LARGEST_HOSTED:
            raise BadRequestData(f"has {len(body)} bytes, at most {LARGEST_HOSTED} are hosted", "@context")
        own = [each for each in await self.listed(tenant) if each.kind != "Cached"]
        if len(own) >= MOST_HOSTED:
            raise BadRequestData(f"{MOST_HOSTED} contexts are hosted here already: delete one", "@context")
        stored = StoredContext(
            id=id, kind=kind, created_at=self._now(), size=len(body), source="client", owner=principal.id
        )
        changes = (DocumentChange(KIND, id, encode_context(stored)), DocumentChange(CONTENT, id, body))
        await self._write(tenant, id, changes, principal)
        self._contexts.forget(Place(tenant, id))
        return stored

    async def _keep_copy(self, place: Place, *, anew: bool = False) -> None:
        """An operator's copy enters the storage at its first use, and when it has changed."""
        try:
            content = {"@context": context_of(self._copies[place.address], place.address)}
        except BadRequestData as error:
            self._contexts.lack(place, error, self._now() + _MISSING_THERE)
            return
        stored = await self._store.document(self._home, CONTENT, cached_id(place.address))
        if not anew and stored is not None and stored[1] == _encode(content) and await self._from_store(place):
            return
        await self._keep(place, content, "folder", None)

    async def _keep(self, place: Place, content: dict[str, Any], source: Source, expires: Instant | None) -> None:
        """Store a copy of a public document, in the place of the one before."""
        body = _encode(content)
        id = cached_id(place.address)
        stored = StoredContext(
            id=id,
            kind="Cached",
            created_at=self._now(),
            size=len(body),
            source=source,
            url=place.address,
            expires_at=expires,
        )
        changes = [DocumentChange(KIND, id, encode_context(stored)), DocumentChange(CONTENT, id, body)]
        changes += await self._making_room(id)
        await self._write(self._home, id, changes, SYSTEM)
        self._load(place, stored, content)

    async def _making_room(self, id: str) -> list[DocumentChange]:
        """The oldest cached ones go where there would be too many."""
        cached = [each for each in await self.listed(self._home, "Cached") if each.id != id]
        going = cached[: max(0, len(cached) + 1 - MOST_CACHED)]
        for each in going:
            self._contexts.forget(Place("", each.url))
            self._usages.pop(Place("", each.url), None)
        return [DocumentChange(kind, each.id, None) for each in going for kind in (KIND, CONTENT)]

    def _load(self, place: Place, stored: StoredContext, content: Any) -> None:
        usage = self._usages.setdefault(place, Usage(place))
        usage.expires_at = stored.expires_at
        self._places[self._key(place)] = place
        known = self._contexts.loaded(place)
        if known is None or known.document != content:
            self._contexts.load(place, Loaded(content, usage, stored.size))

    async def _write(self, tenant: str, id: str, changes: Sequence[DocumentChange], principal: Principal) -> None:
        self._writing.add(id)
        try:
            await self._store.apply(tenant, changes, principal)
        finally:
            self._writing.discard(id)

    def _expiry(self, fetched: Fetched) -> Instant:
        lifetime = LIFETIME if fetched.lifetime is None else round(min(fetched.lifetime, 366 * 86_400.0) * SECOND)
        return self._now() + lifetime

    def _refresh_later(self, usage: Usage) -> None:
        """Fetch an expired @context anew beside the requests that use it; the old one serves until then."""
        now, place = self._now(), usage.place
        if now - self._refreshed.get(place, 0) < _REFRESH_PAUSE:
            return
        self._refreshed[place] = now
        task = asyncio.get_running_loop().create_task(self._renew(place), name=f"renewal of {place.address[:200]}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _renew(self, place: Place) -> None:
        try:
            stored = await self.found(self._home, place.address)
            if stored is not None:
                await self.reload(stored)
        except NgsiLdError as error:
            _log.warning("an expired @context could not be fetched anew; the stored one is used", reason=error.detail)
        finally:
            self._refreshed[place] = self._now()

    def _key(self, place: Place) -> tuple[str, str]:
        """Tenant and id under which a place is stored."""
        return (place.tenant, place.address) if place.tenant else (self._home, cached_id(place.address))

    def _place_of(self, tenant: str, stored: StoredContext) -> Place:
        return Place("", stored.url) if stored.kind == "Cached" else Place(tenant, stored.id)

    def _tenant_of(self, tenant: str, stored: StoredContext) -> str:
        return self._home if stored.kind == "Cached" else tenant


def _copies(folder: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    read = read_folder(folder)
    return dict(read.documents), read.faults
