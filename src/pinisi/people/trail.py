"""The audit trail: who did what and when, read backwards from the log, a page at a time."""

from typing import Any

import msgspec

from pinisi.people.kept import PEOPLE
from pinisi.store.log import LogEntry, Op, Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grants

_SPAN = 500
_MOST_SPANS = 20
LONGEST_PAGE = 1000
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines: older than `before`, at most `limit`, of these ops, this act, principal and subject (None: any)."""

    before: Position | None = None
    limit: int = 50
    ops: frozenset[Op] | None = None
    act: str | None = None
    by: str | None = None
    subject: str | None = None


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """One act or change. `by` is the principal's id; `act` is the audit's word, or what became of the subject."""

    position: Position
    time: Instant
    act: str
    subject: str
    by: str
    types: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    detail: dict[str, Any] = {}


class AuditPage(msgspec.Struct, frozen=True):
    """Lines, newest first. `next` is the `before` of the following page; None when the log holds no older ones.

    A page can be short, even empty, and still have a next one: a reading looks at a bounded part of the log.
    """

    lines: tuple[AuditLine, ...]
    next: Position | None
    position: Position


async def read_trail(store: Store, tenant: str, query: AuditQuery, grants: Grants) -> AuditPage:
    """A page of the trail of one tenant. Changes of entities are seen as far as the grants reach.

    Of the tenant of people only acts are shown: its documents (notes of use, hashes) are nobody's business.
    """
    position = await store.position(tenant)
    before = position + 1 if query.before is None else min(query.before, position + 1)
    lines: list[AuditLine] = []
    for _ in range(_MOST_SPANS):
        entries = await _older(store, tenant, before)
        for entry in reversed(entries):
            before = entry.position
            line = _line(entry, tenant, query, grants)
            if line is not None:
                lines.append(line)
            if len(lines) == min(query.limit, LONGEST_PAGE):
                return AuditPage(tuple(lines), before if before > 1 else None, position)
        if not entries:
            return AuditPage(tuple(lines), None, position)
    return AuditPage(tuple(lines), before, position)


async def _older(store: Store, tenant: str, before: Position) -> list[LogEntry]:
    """The entries just before a position; where the log's begin has been trimmed, from what is left."""
    span = min(_SPAN, before - 1)
    while span > 0:
        piece = await store.log(tenant, before - 1 - span, span)
        entries = [entry for entry in piece.entries if entry.position < before]
        if entries:
            return entries
        span //= 2
    return []


def _line(entry: LogEntry, tenant: str, query: AuditQuery, grants: Grants) -> AuditLine | None:
    if tenant == PEOPLE and entry.op != "audit":
        return None
    if query.by not in (None, entry.principal) or query.subject not in (None, entry.subject):
        return None
    if query.ops is not None and entry.op not in query.ops:
        return None
    attributes = _seen_attributes(entry, grants)
    detail = _decode(entry.detail) if entry.op == "audit" and entry.detail else {}
    act = str(detail.pop("act", entry.op))
    if attributes is None or query.act not in (None, act):
        return None
    return AuditLine(
        position=entry.position,
        time=entry.time,
        act=act,
        subject=entry.subject,
        by=entry.principal,
        types=entry.types,
        attributes=attributes,
        detail=detail,
    )


def _seen_attributes(entry: LogEntry, grants: Grants) -> tuple[str, ...] | None:
    """The changed attributes that the reader may see; None when he may not know of the entity."""
    if grants.sees_all or entry.op in ("audit", "document"):
        return entry.attributes
    sides = [grants.projection(entry.types, areas) for areas in (entry.areas_before, entry.areas_after)]
    seen = [side.attributes for side in sides if side is not None]
    if not seen:
        return None
    if any(names is None for names in seen):
        return entry.attributes
    allowed = frozenset[str]().union(*(names for names in seen if names is not None))
    return tuple(name for name in entry.attributes if name in allowed)
