"""Where jobs are kept: the entity of each, and beside it the record with its input.

Records of jobs that are not over lie apart, so that a start of the server reads no others.
"""

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.city_loading import settled
from pinisi.runtime.job_entity import Asked, job_entity
from pinisi.store.protocol import AuditEntry, Change, DocumentChange, EntityChange, Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.principal import Grant, Grants, Principal
from pinisi.vocabulary.terms import JOB

OPEN_KIND, OVER_KIND = "job-open", "job"
_encode = msgspec.json.Encoder().encode
_asked = msgspec.json.Decoder(Asked).decode


class NoSuchJob(LookupError):
    """There is no such job, or the reader may not know of it."""


class JobBook:
    """The jobs of every tenant, in the store."""

    def __init__(self, store: Store, table: TermTable) -> None:
        self._store = store
        self.table = table

    async def keep(self, tenant: str, asked: Asked, principal: Principal, *more: Change) -> None:
        """Write a job as it is now, and what belongs to it, together.

        Raises:
            Refused: one of the others cannot be written; nothing is.
        """
        entity = read_entity(job_entity(asked), self.table)
        kind = OPEN_KIND if asked.open else OVER_KIND
        changes: list[Change] = [
            *more,
            EntityChange(entity.id, settled(entity)),
            DocumentChange(kind, asked.id, _encode(asked)),
        ]
        if not asked.open:
            changes.append(DocumentChange(OPEN_KIND, asked.id, None))
        await self._store.apply(tenant, changes, as_book(principal))

    async def note(self, tenant: str, principal: Principal, entry: AuditEntry) -> None:
        await self._store.apply(tenant, [entry], principal)

    async def unfinished(self, tenant: str) -> Sequence[Asked]:
        """Those that are not over, in the order in which they were asked for."""
        found = [_asked(body) for _, _, body in await self._store.documents(tenant, OPEN_KIND)]
        return sorted(found, key=lambda asked: (asked.asked, asked.id))

    async def one(self, tenant: str, id: str, grants: Grants) -> Asked:
        """Raises `NoSuchJob`."""
        if await self._store.entity(tenant, f"urn:ngsi-ld:Job:{id}", grants) is None:
            raise NoSuchJob(id)
        return await self._record(tenant, id)

    async def _record(self, tenant: str, id: str) -> Asked:
        for kind in (OVER_KIND, OPEN_KIND):
            found = await self._store.document(tenant, kind, id)
            if found is not None:
                return _asked(found[1])
        raise NoSuchJob(id)

    async def all(self, tenant: str, grants: Grants, *, limit: int, offset: int = 0) -> tuple[Sequence[Asked], int]:
        """Those that the reader may know of, newest first, and how many there are."""
        query = EntityQuery(types=TypeIs(JOB))
        total = (await self._store.find(tenant, query, grants, limit=0, count=True)).count or 0
        wanted = min(limit, total - offset)
        if wanted <= 0:
            return (), total
        page = await self._store.find(tenant, query, grants, limit=wanted, offset=total - offset - wanted)
        found: list[Asked] = []
        for record in reversed(page.records):
            with suppress(NoSuchJob):
                found.append(await self._record(tenant, record.id.removeprefix("urn:ngsi-ld:Job:")))
        return found, total


def as_book(principal: Principal) -> Principal:
    """Whoever may ask for a job may write its entity, though he may write no other."""
    grants = (*principal.grants.grants, Grant(types=frozenset({JOB}), write=True))
    return msgspec.structs.replace(principal, grants=Grants(grants))
