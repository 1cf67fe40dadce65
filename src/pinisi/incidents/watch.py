"""Watches the log for what a written rule calls an alarm, with a durable cursor: nothing is missed over a restart."""

from collections.abc import Callable, Sequence

import msgspec
import structlog

from pinisi.feed.protocol import Feed
from pinisi.incidents.desk import Desk
from pinisi.incidents.incident import Raised
from pinisi.store.protocol import LogEntry, Record, Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

CURSOR = "alarms"
STRIDE = 1_000
"""Positions after which the cursor is moved though nothing was raised: what a restart looks at again."""

_log = structlog.get_logger("pinisi.incidents")


class Rules(msgspec.Struct, frozen=True):
    """A city's written rules: the types that they speak of (IRIs), and what they say of an entity."""

    types: frozenset[str]
    alarms_of: Callable[[Record], Sequence[Raised]]


async def watch(
    tenant: str, store: Store, feed: Feed, desk: Desk, rules: Rules, now: Callable[[], Instant]
) -> None:
    """Follow the log for ever. An alarm and the cursor move in one commit; a quiet log moves it in strides."""
    kept = await feed.resume(tenant, CURSOR)
    async for piece in feed.follow(tenant, kept, EVERYTHING):
        raised = False
        for id in dict.fromkeys(entry.subject for entry in piece.entries if _concerns(rules, entry)):
            record = await store.entity(tenant, id, EVERYTHING)
            for alarm in rules.alarms_of(record) if record is not None else ():
                if await desk.raise_incident(tenant, alarm, SYSTEM, now()):
                    raised = True
                    _log.info("alarm raised", tenant=tenant, incident=alarm.id)
        if raised or piece.position - kept >= STRIDE:
            kept = piece.position
            await store.apply(tenant, [], SYSTEM, cursor=(CURSOR, kept))


def _concerns(rules: Rules, entry: LogEntry) -> bool:
    return entry.op in ("create", "update") and not rules.types.isdisjoint(entry.types)
