"""The tenants of one database as one process has them: opened, made, told of what is written, taken away."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Self

import structlog

from pinisi.store.around import Around, Learner
from pinisi.store.change import StoreUnavailable
from pinisi.store.debt import Owing
from pinisi.store.log import LogEntry, Position
from pinisi.store.postgres_duty import duty
from pinisi.store.postgres_faults import in_plain_words
from pinisi.store.postgres_find import PostgresFinder
from pinisi.store.postgres_lost import lost_of
from pinisi.store.postgres_news import News
from pinisi.store.postgres_pool import Postgres
from pinisi.store.postgres_schema import make_tenant, quoted, schema_of
from pinisi.store.postgres_tenant import PostgresTenant
from pinisi.store.sqlite_tenant import Settings
from pinisi.store.tenant_name import TENANT_NAME, BadTenantName
from pinisi.vocabulary.instant import Instant

_log = structlog.get_logger("pinisi.store")


class PostgresTenants(Around):
    """`owing` decides who must be notified of a change; `listener` hears of every commit, of this process or another.

    `hear_all`: from now on also of tenants that this process has not asked for, from the beginning of their logs.

    Args:
        address: `postgresql://user@host/database`; of a list of hosts the one is found that takes writes.
    """

    def __init__(
        self,
        address: str,
        clock: Callable[[], Instant],
        *,
        owing: Owing | None = None,
        settings: Settings | None = None,
        connections: int = 16,
    ) -> None:
        super().__init__(clock, owing)
        self.postgres = Postgres(address, self._another_leads, connections)
        self.lost = self.postgres.timeline.lost
        self._settings = settings or Settings()
        self._tenants: dict[str, PostgresTenant] = {}
        self._finders: dict[str, PostgresFinder] = {}
        self._learners: list[Learner] = []
        self._erasing: set[str] = set()
        self._opening = asyncio.Lock()
        self._news = News(self.postgres, self._called, self._unheard)
        self.hear_all = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._news.close()
        for tenant in list(self._tenants.values()):
            await tenant.close()
        self._tenants.clear()
        self._finders.clear()
        await self.postgres.close()

    def learn(self, learner: Learner) -> None:
        """Tell this function of what other processes wrote, before this one writes anything after it."""
        self._learners.append(learner)

    async def tenant(self, name: str) -> PostgresTenant:
        """A tenant, opened; made when it is not there."""
        found = await self.known(name)
        if found is not None:
            return found
        if TENANT_NAME.fullmatch(name) is None:
            raise BadTenantName(f"{name!r}: {BadTenantName.__doc__}")
        if name in self._erasing:
            raise StoreUnavailable(f"{name} is being erased")
        async with self.postgres.connection() as connection:
            await make_tenant(connection, name)
        return await self._open(name)

    async def known(self, name: str) -> PostgresTenant | None:
        """The tenant, unless it was never written to."""
        found = self._tenants.get(name)
        if found is not None or not TENANT_NAME.fullmatch(name) or name in self._erasing:
            return found
        if await self.postgres.row("SELECT 1 FROM pinisi.tenant WHERE name = $1", name) is None:
            return None
        return await self._open(name)

    async def _open(self, name: str) -> PostgresTenant:
        async with self._opening:
            found = self._tenants.get(name)
            if found is not None:
                return found
            async with self.postgres.connection() as connection:
                await make_tenant(connection, name)
            tenant = PostgresTenant(
                name,
                self.postgres,
                lambda: self._time(name),
                self._owing,
                self._heard,
                self._learnt,
                self._settings,
                self._sign,
                replayed=name in self._clocks,
            )
            await tenant.open(anew=self.hear_all)
            self._finders[name] = PostgresFinder(tenant)
            self._tenants[name] = tenant
            self._news.begin()
            return tenant

    async def fresh(self, name: str) -> PostgresTenant | None:
        """The tenant without what has ended by itself, unless it was never written to."""
        found = await self.known(name)
        if found is not None:
            head, _ = await found.look()
            await found.end_what_is_due(head.due)
        return found

    async def _another_leads(self, connection: Any) -> str:
        """PostgreSQL has started again, or a standby took over: what is lost of what is known, "" if nothing."""
        there = {name for (name,) in await connection.fetch("SELECT name FROM pinisi.tenant")}
        for name, tenant in list(self._tenants.items()):
            lost = await lost_of(tenant, connection) if name in there else f"{name} is not there any more"
            if lost:
                _log.error("PostgreSQL has lost what had been written: no synchronous standby took over?", what=lost)
                return lost
            tenant.begin_anew(await tenant.head(connection))
        return ""

    async def _learnt(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        for learner in self._learners:
            await learner(tenant, entries)

    def _unheard(self, name: str, position: Position) -> bool:
        known = self._tenants.get(name)
        return self.hear_all if known is None else position > known.heard

    async def _called(self, name: str | None) -> None:
        """Another process wrote, or may have: read its lines."""
        known = [name] if name is not None else await self.tenants() if self.hear_all else list(self._tenants)
        for each in known:
            tenant = await self.known(each) if self.hear_all else self._tenants.get(each)
            if tenant is not None:
                await tenant.hear()

    def duty(self, name: str) -> AbstractAsyncContextManager[asyncio.Event]:
        """Wait until no other process has this duty, and have it; the event tells that it was lost."""
        return duty(self.postgres, name)

    @in_plain_words
    async def tenants(self) -> Sequence[str]:
        return [
            name for (name,) in await self.postgres.fetch('SELECT name FROM pinisi.tenant ORDER BY name COLLATE "C"')
        ]

    @in_plain_words
    async def erase(self, tenant: str) -> None:
        """Take a tenant away with all that it knew."""
        known = self._tenants.pop(tenant, None)
        self._finders.pop(tenant, None)
        self._erasing.add(tenant)
        try:
            if known is not None:
                await known.close()
            async with self.postgres.connection() as connection, connection.transaction():
                await connection.execute("DELETE FROM pinisi.tenant WHERE name = $1", tenant)
                await connection.execute(f"DROP SCHEMA IF EXISTS {quoted(schema_of(tenant))} CASCADE")
        finally:
            self._erasing.discard(tenant)
