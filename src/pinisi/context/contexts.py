"""Which @context a request means: compiled from what is at hand, without waiting for anything (NGSI-LD 5.5.6, 5.5.7).

At hand are the core contexts, those built in, and those that were brought here from the broker's storage of contexts
(`context_storage`). An address that is not at hand is `ContextAwaited`: whoever can wait has it brought and asks again,
so that a request which names what is known never waits.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from pinisi.context.context_walk import Place, Usage, Walk
from pinisi.context.core_context import core_document, core_urls
from pinisi.context.json_shapes import each
from pinisi.context.problems import BadRequestData, LdContextNotAvailable, NgsiLdError
from pinisi.context.term_table import CORE_TABLE, TermTable
from pinisi.vocabulary.instant import Instant

Hosted = Callable[[str], Any | None]
"""Address -> the JSON document of an @context that this house serves under every name it has, or None."""

Own = Callable[[str], str | None]
"""Address -> the local id that it names at this server, or None for an address elsewhere."""

CACHE_TERMS = 200_000
CACHE_TABLES = 512
LOADED_DOCUMENTS = 2_000
LOADED_BYTES = 32_000_000
REMEMBERED_MISSING = 2_000
MOST_BROUGHT = 16
"""Addresses of a request that are waited for one after another."""
_CORE = core_urls()


class Folder(msgspec.Struct, frozen=True):
    """The documents of an operator's folder, and what was wrong with it in plain words."""

    documents: Mapping[str, Any]
    faults: tuple[str, ...] = ()


def read_folder(folder: Path) -> Folder:
    """Read `index.json` and every file that it names; a bad one is reported and left out, the rest is used."""
    index = folder / "index.json"
    if not index.exists():
        return Folder({})
    try:
        names = msgspec.json.decode(index.read_bytes(), type=dict[str, str])
    except (msgspec.MsgspecError, OSError, UnicodeDecodeError) as error:
        return Folder({}, (f"{index}: {error}",))
    documents: dict[str, Any] = {}
    faults: list[str] = []
    for url, name in names.items():
        path = folder / name
        try:
            if not path.resolve().is_relative_to(folder.resolve()):
                raise OSError("lies outside the folder")
            documents[url] = msgspec.json.decode(path.read_bytes())
        except (msgspec.MsgspecError, OSError, RecursionError, UnicodeDecodeError) as error:
            faults.append(f"{path}: {error}")
    return Folder(documents, tuple(faults))


class ContextAwaited(LdContextNotAvailable):
    """An address that is not at hand, and of which nobody knows yet that it cannot be had."""

    def __init__(self, place: Place, where: str) -> None:
        super().__init__(f"{place.address} has no local copy", where)
        self.place = place


class Loaded(msgspec.Struct, frozen=True):
    """A document at hand, and the count of its uses; `size` in bytes as JSON."""

    document: Any
    usage: Usage
    size: int


class _Missing(msgspec.Struct, frozen=True):
    """What cannot be had, and until when nobody asks for it again."""

    error: NgsiLdError
    until: Instant


class _Compiled(msgspec.Struct, frozen=True):
    table: TermTable
    uses: tuple[Usage, ...]


class Contexts:
    """Resolves an @context to its `TermTable`, and keeps the tables in use: bounded, least recently used out first.

    Args:
        documents: address -> JSON document of every local @context besides the core ones.
        hosted: asked for addresses that are not among them.
        own: which addresses are of this server's own storage.
        now: for the time of last use, and for how long a missing one is not asked for.

    `version` grows with every change of what is at hand; `stale` hears of documents in use that have expired;
    `bringer` takes what is not at hand to it.
    """

    def __init__(
        self,
        documents: Mapping[str, Any] | None = None,
        hosted: Hosted | None = None,
        own: Own | None = None,
        now: Callable[[], Instant] | None = None,
    ) -> None:
        self._documents = dict(documents or {})
        self._hosted = hosted
        self._own = own
        self._now = now or (lambda: 0)
        self._tables: dict[Any, _Compiled] = {}
        self._weight = 0
        self._newest: tuple[Any, _Compiled | None] = (None, None)
        self._loaded: OrderedDict[Place, Loaded] = OrderedDict()
        self._bytes = 0
        self._missing: OrderedDict[Place, _Missing] = OrderedDict()
        self.version = 0
        self.stale: Callable[[Usage], None] | None = None
        self.bringer: Callable[[Place], Awaitable[None]] | None = None

    # what requests ask

    def table(self, context: Any, tenant: str = "") -> TermTable:
        """The table of an @context as it stands in a payload: address, object, list of both, or None.

        `tenant` is whose hosted contexts may be meant.

        Raises:
            BadRequestData: for what is no @context.
            ContextAwaited: an address is not at hand; it can be brought.
            LdContextNotAvailable: it cannot.
        """
        return CORE_TABLE if context is None else self._known(context, tenant).table

    def used(self, context: Any, tenant: str = "") -> TermTable:
        """As `table`, for a request that names the @context: its use is counted (NGSI-LD 5.13.3.5)."""
        if context is None:
            return CORE_TABLE
        known = self._known(context, tenant)
        if known.uses:
            now = self._now()
            for usage in known.uses:
                usage.hits += 1
                usage.last = now
                if usage.expires_at is not None and usage.expires_at <= now and self.stale is not None:
                    self.stale(usage)
        return known.table

    async def resolved(self, context: Any, tenant: str = "") -> TermTable:
        """As `table`, waiting for what is not at hand, for whoever does not come through the door of NGSI-LD.

        Raises:
            BadRequestData, LdContextNotAvailable: see there.
        """
        for _ in range(MOST_BROUGHT if self.bringer is not None else 0):
            try:
                return self.table(context, tenant)
            except ContextAwaited as awaited:
                assert self.bringer is not None
                await self.bringer(awaited.place)
        return self.table(context, tenant)

    def document(self, url: str, tenant: str = "") -> Any | None:
        """The JSON document at an address, if it is at hand."""
        found = self.at_hand(url, tenant)
        return None if found is None else found[0]

    def check(self, context: Any, tenant: str = "") -> None:
        """Judge the @context of a document that may be hosted. Raises as `table`."""
        Walk(lambda url, where: self._follow(url, tenant, where)).read_document(context)

    def urls(self) -> list[str]:
        """Every address that is built in."""
        return [*_CORE, *self._documents]

    # what the storage of contexts tells

    def place(self, url: str, tenant: str) -> Place:
        """Where the document of an address lies: an address of this server's own belongs to the tenant."""
        id = self._own(url) if self._own is not None else None
        return Place("", url) if id is None else Place(tenant, id)

    def at_hand(self, url: str, tenant: str) -> tuple[Any, Usage | None] | None:
        """The document of an address and the count of its uses (None: it is built in)."""
        if url in _CORE:
            return core_document(_CORE[url]), None
        document = self._documents.get(url)
        if document is None and self._hosted is not None:
            document = self._hosted(url)
        if document is not None:
            return document, None
        place = self.place(url, tenant)
        loaded = self._loaded.get(place)
        if loaded is None:
            return None
        self._loaded.move_to_end(place)
        return loaded.document, loaded.usage

    def loaded(self, place: Place) -> Loaded | None:
        """What was brought to hand for a place."""
        return self._loaded.get(place)

    def missing(self, place: Place) -> NgsiLdError | None:
        """Why a place cannot be had, if that was found out a short while ago."""
        found = self._missing.get(place)
        if found is None:
            return None
        if found.until > self._now():
            return found.error
        del self._missing[place]
        return None

    def load(self, place: Place, loaded: Loaded) -> None:
        """Take a document to hand, in the place of what was there."""
        self.forget(place)
        self._loaded[place] = loaded
        self._bytes += loaded.size
        while len(self._loaded) > 1 and (len(self._loaded) > LOADED_DOCUMENTS or self._bytes > LOADED_BYTES):
            _, oldest = self._loaded.popitem(last=False)
            self._bytes -= oldest.size

    def lack(self, place: Place, error: NgsiLdError, until: Instant) -> None:
        """Note that a place cannot be had, and why."""
        self._missing[place] = _Missing(error, until)
        self._missing.move_to_end(place)
        if len(self._missing) > REMEMBERED_MISSING:
            self._missing.popitem(last=False)

    def forget(self, place: Place | None = None) -> None:
        """Compile anew what is asked from now on: the document at this place has changed, or (None) anything has."""
        self.version += 1
        self._newest = (None, None)
        if place is None:
            self._tables.clear()
            self._weight = 0
            return
        self._missing.pop(place, None)
        loaded = self._loaded.pop(place, None)
        if loaded is not None:
            self._bytes -= loaded.size
        built = [key for key, known in self._tables.items() if any(usage.place == place for usage in known.uses)]
        for key in built:
            self._weight -= self._tables.pop(key).table.size

    # inside

    def _known(self, context: Any, tenant: str) -> _Compiled:
        key = _key(context)
        newest, known = self._newest
        if known is not None and key == newest:
            return known
        known = self._tables.pop(key, None)
        if known is None:
            private = (tenant, key)
            known = self._tables.pop(private, None)
            if known is None:
                known = self._compile(context, tenant)
                self._weight += known.table.size
            if any(usage.place.tenant for usage in known.uses):
                key = private
        self._tables[key] = known
        self._newest = (key, known)
        if len(self._tables) > CACHE_TABLES or self._weight > CACHE_TERMS:
            self._evict()
        return known

    def _evict(self) -> None:
        while len(self._tables) > 1 and (len(self._tables) > CACHE_TABLES or self._weight > CACHE_TERMS):
            self._weight -= self._tables.pop(next(iter(self._tables))).table.size

    def _compile(self, context: Any, tenant: str) -> _Compiled:
        walk = Walk(lambda url, where: self._follow(url, tenant, where))
        walk.read(context)
        uses = tuple(walk.uses.values())
        if not walk.active.terms:
            return _Compiled(TermTable({}, context) if _names_user_context(context) else CORE_TABLE, uses)
        return _Compiled(TermTable(walk.active.terms, context), uses)

    def _follow(self, url: str, tenant: str, where: str) -> tuple[Any, Usage | None]:
        found = self.at_hand(url, tenant)
        if found is not None:
            return found
        place = self.place(url, tenant)
        error = self.missing(place)
        if error is not None:
            raise error
        raise ContextAwaited(place, where)


def _names_user_context(context: Any) -> bool:
    """Whether an answer has to carry back more than the core @context."""
    return any(item not in _CORE if isinstance(item, str) else bool(item) for item in each(context))


def _key(context: Any) -> Any:
    if isinstance(context, str):
        return context
    try:
        encoded = msgspec.json.encode(context)
    except (OverflowError, TypeError, RecursionError):
        raise BadRequestData("is no @context", "@context") from None
    return hashlib.blake2b(encoded, digest_size=16).digest()


def named_addresses(context: Any) -> list[str]:
    """The addresses that an @context names itself, in their order."""
    if isinstance(context, str):
        return [context]
    if isinstance(context, list):
        return [address for item in cast(list[Any], context) for address in named_addresses(item)]
    return []
