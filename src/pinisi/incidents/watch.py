"""Watches the log for what a written rule calls an alarm, with a durable cursor: nothing is missed over a restart."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from pinisi.feed.protocol import Feed
from pinisi.incidents.desk import Desk
from pinisi.incidents.incident import Raised
from pinisi.store.protocol import Record, Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM
from pinisi.vocabulary.terms import INCIDENT

CURSOR = "alarms"
_log = structlog.get_logger("pinisi.incidents")

Rules = Callable[[Record], Sequence[Raised]]
"""What the city's rules say of an entity: alarms to raise."""


async def watch(
    tenant: str,
    store: Store,
    feed: Feed,
    desk: Desk,
    rules: Rules,
    now: Callable[[], Instant],
    settled: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Follow the log for ever; the cursor moves with every slice, alarms and all."""
    position = await feed.resume(tenant, CURSOR)
    async for piece in feed.follow(tenant, position, EVERYTHING):
        for id in dict.fromkeys(e.subject for e in piece.entries if e.op in ("create", "update")):
            record = await store.entity(tenant, id, EVERYTHING)
            if record is None or INCIDENT in record.family.types:
                continue
            for raised in rules(record):
                if await desk.raise_incident(tenant, raised, SYSTEM, now()):
                    _log.info("alarm raised", tenant=tenant, incident=raised.id)
        if piece.entries or piece.reset:
            await store.apply(tenant, [], SYSTEM, cursor=(CURSOR, piece.position))
        if settled is not None:
            await settled()
