"""Where jobs and commands are kept: the entity of each that everyone sees, and beside it the record of who and what.

Records of those that are not over lie apart, so that a start of the server reads no others.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.city_loading import settled
from pinisi.store.change import AuditEntry, Change, DocumentChange, EntityChange
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, Exists, Path, TypeIs
from pinisi.store.reading import newest
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grant, Grants, Principal

_encode = msgspec.json.Encoder().encode


class Kept(Protocol):
    """What a book keeps. `entity_type` is the short name of its entity's type."""

    @property
    def id(self) -> str: ...
    @property
    def asked(self) -> Instant: ...
    @property
    def open(self) -> bool: ...
    def document(self) -> dict[str, Any]:
        """The entity in normalized form. It names nobody."""
        ...


R = TypeVar("R", bound=Kept)


class NotInBook(LookupError):
    """There is none of that id, or the reader may not know of it."""


class Book(Generic[R]):
    """The records of one kind, of every tenant. `shape` decodes them, `type` is the short name of their entities'."""

    def __init__(self, store: Store, table: TermTable, shape: type[R], type: str) -> None:
        self._store = store
        self.table = table
        self._decode = msgspec.json.Decoder(shape).decode
        self._type = table.expand_term(type)
        self._prefix = f"urn:ngsi-ld:{type}:"
        self._over = type.lower()
        self._open = f"{self._over}-open"

    async def keep(self, tenant: str, record: R, principal: Principal, *more: Change) -> None:
        """Write a record as it is now, and what belongs to it, together.

        Raises:
            Refused: one of the others cannot be written; nothing is.
        """
        entity = read_entity(record.document(), self.table)
        changes: list[Change] = [
            *more,
            EntityChange(entity.id, settled(entity)),
            DocumentChange(self._open if record.open else self._over, record.id, _encode(record)),
        ]
        changes.append(DocumentChange(self._over if record.open else self._open, record.id, None))
        await self._store.apply(tenant, changes, self._writing(principal))

    async def note(self, tenant: str, principal: Principal, entry: AuditEntry) -> None:
        """Put an act on record that changes none of them."""
        await self._store.apply(tenant, [entry], principal)

    async def unfinished(self, tenant: str) -> Sequence[R]:
        """Those that are not over, in the order in which they were asked for."""
        found = [self._decode(body) for _, _, body in await self._store.documents(tenant, self._open)]
        return sorted(found, key=lambda record: (record.asked, record.id))

    async def one(self, tenant: str, id: str, grants: Grants) -> R:
        """Raises `NotInBook`."""
        if await self._store.entity(tenant, self._prefix + id, grants) is None:
            raise NotInBook(id)
        return await self.record(tenant, id)

    async def record(self, tenant: str, id: str) -> R:
        """The record, whoever asks. Raises `NotInBook`.

        Looked for twice: it may be over, or a turn begin, between two reads of a store that is not in this process.
        """
        for kind in (self._over, self._open) * 2:
            found = await self._store.document(tenant, kind, id)
            if found is not None:
                return self._decode(found[1])
        raise NotInBook(id)

    async def all(self, tenant: str, grants: Grants, *, limit: int, offset: int = 0) -> tuple[Sequence[R], int]:
        """Those that the reader may know of, newest first, and how many there are."""
        query = EntityQuery(types=TypeIs(self._type))
        records, total = await newest(self._store, tenant, query, grants, limit=limit, offset=offset)
        found: list[R] = []
        for entity in reversed(records):
            with suppress(NotInBook):
                found.append(await self.record(tenant, entity.id.removeprefix(self._prefix)))
        return found, total

    async def saying(self, tenant: str, attribute: str, grants: Grants, most: int = 100) -> Sequence[R]:
        """Those whose entity has an attribute, as far as the reader may know of them."""
        has = Exists(Path(self.table.expand_term(attribute)))
        query = EntityQuery(types=TypeIs(self._type), filter=has)
        page = await self._store.find(tenant, query, grants, limit=most)
        return [await self.record(tenant, entity.id.removeprefix(self._prefix)) for entity in page.records]

    def _writing(self, principal: Principal) -> Principal:
        """Whoever may ask may write the entity of what he asks for, though he may write no other."""
        grants = (*principal.grants.grants, Grant(types=frozenset({self._type}), write=True))
        return msgspec.structs.replace(principal, grants=Grants(grants))
