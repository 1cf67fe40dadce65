"""Snapshots: entities taken out of the stream of changes, to work with on their own (NGSI-LD 5.2.41, 5.16, 4.3.7)."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from pinisi.context.duration import NotADuration, parse_duration
from pinisi.context.endpoint_pairs import read_receiver_info
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.problems import BadRequestData
from pinisi.context.q_language import attributes_of, parse_q
from pinisi.context.validate import NULL, check_uri
from pinisi.store.match import compile_query
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.instant import DAY, HOUR, Instant, format_instant
from pinisi.vocabulary.principal import Grants

SNAPSHOT = "Snapshot"
KIND = "snapshot"
"""The kind of documents of snapshots."""
INNER = "_snapshot-"
"""How the names of tenants begin that hold what is in a snapshot."""
LIFETIME = HOUR
LONGEST_LIFETIME = 7 * DAY
PRIORITY = 5
_MEMBERS = (
    "id", "type", "endpoint", "receiverInfo", "snapshotLifetime", "snapshotPriority", "snapshotQueries",
    "snapshotTemporalQueries", "snapshotStatus", "snapshotQueriesDetails", "snapshotTemporalQueriesDetails",
    "createdAt", "modifiedAt", "expiresAt", "lastUsedAt",
)  # fmt: skip
_WRITTEN_BY_SYSTEM = frozenset(
    ("snapshotStatus", "snapshotQueriesDetails", "snapshotTemporalQueriesDetails", "createdAt", "modifiedAt",
     "expiresAt", "lastUsedAt")
)  # fmt: skip
_CHANGEABLE = frozenset(("snapshotPriority", "snapshotLifetime", "endpoint", "receiverInfo"))
Result = Literal["success", "empty", "failure"]
Status = Literal["preparing", "success", "partial", "empty", "failure"]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What its maker says of a snapshot; None: he says nothing."""

    id: str | None = None
    queries: tuple[Any, ...] = ()
    temporal_queries: tuple[Any, ...] = ()
    priority: int | None = None
    lifetime: str | None = None
    endpoint: str | None = None
    receiver_info: tuple[Any, ...] | None = None
    taken_away: frozenset[str] = frozenset()


class Detail(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one query (5.2.42)."""

    result: Result
    problem: dict[str, Any] | None = None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One snapshot. `tenant` is where its entities are; `maker` and `grants` whose eyes took it."""

    id: str
    tenant: str
    maker: str
    grants: Grants
    queries: tuple[Any, ...]
    temporal_queries: tuple[Any, ...]
    priority: int
    lifetime: str | None
    endpoint: str | None
    receiver_info: tuple[Any, ...] | None
    created_at: Instant
    modified_at: Instant
    expires_at: Instant
    used_at: Instant
    status: Status = "preparing"
    details: tuple[Detail, ...] = ()
    temporal_details: tuple[Detail, ...] = ()


decode_snapshot = msgspec.json.Decoder(Snapshot).decode


def read_snapshot(document: Any, *, clone: bool = False) -> Wish:
    """The body of a creation, or of a cloning, which takes no queries. What only the system writes is ignored.

    Raises:
        BadRequestData: names the member.
    """
    told = _object(document)
    if told.get("type") != SNAPSHOT:
        raise BadRequestData("must be Snapshot", "type")
    queries, temporal = (_queries(told, name) for name in ("snapshotQueries", "snapshotTemporalQueries"))
    if clone and (queries or temporal):
        raise BadRequestData("a clone has the queries of the snapshot that it is made of", "snapshotQueries")
    if not clone and not queries and not temporal:
        raise BadRequestData("a snapshot needs snapshotQueries, or snapshotTemporalQueries", "snapshotQueries")
    id = check_uri(told["id"], "id") if "id" in told else None
    return _settings(told, Wish(id=id, queries=queries, temporal_queries=temporal))


def read_snapshot_fragment(document: Any, id: str) -> Wish:
    """The body of an update.

    What only the system writes is ignored (table 5.2.41-2); NGSI-LD Null takes a member away (5.5.8).

    Raises:
        BadRequestData: names the member; also for those that cannot be changed (5.16.4.4).
    """
    told = _object(document)
    if not told:
        raise BadRequestData("the fragment is empty")
    told = {name: member for name, member in told.items() if name not in _WRITTEN_BY_SYSTEM}
    for name in told:
        same = told[name] == (SNAPSHOT if name == "type" else id) if name in ("type", "id") else False
        if name not in _CHANGEABLE and not same:
            raise BadRequestData("cannot be changed", name)
    taken = frozenset(name for name in _CHANGEABLE if name in told and told[name] in (None, NULL))
    wish = _settings({name: member for name, member in told.items() if name not in taken}, Wish())
    return msgspec.structs.replace(wish, taken_away=taken)


def _object(document: Any) -> dict[str, Any]:
    if not is_object(document):
        raise BadRequestData("a snapshot is a JSON object")
    told = {name: member for name, member in document.items() if name != "@context"}
    for name in told:
        if name not in _MEMBERS:
            raise BadRequestData("a snapshot has no such member", name[:80])
    return told


def _queries(told: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    if name not in told:
        return ()
    if not is_list(told[name]) or not told[name]:
        raise BadRequestData("a list of queries, not empty", name)
    return tuple(told[name])


def _settings(told: Mapping[str, Any], wish: Wish) -> Wish:
    priority, lifetime, info = (told.get(name) for name in ("snapshotPriority", "snapshotLifetime", "receiverInfo"))
    if "snapshotPriority" in told and (type(priority) is not int or not 1 <= priority <= 10):
        raise BadRequestData("a whole number from 1 to 10", "snapshotPriority")
    if "snapshotLifetime" in told:
        _lifetime(lifetime)
    if "receiverInfo" in told:
        read_receiver_info(info, "receiverInfo")
    return msgspec.structs.replace(
        wish,
        priority=priority,
        lifetime=lifetime,
        endpoint=check_uri(told["endpoint"], "endpoint") if "endpoint" in told else None,
        receiver_info=tuple(info) if is_list(info) else None,
    )


def _lifetime(text: Any) -> Instant:
    try:
        duration = parse_duration(text) if isinstance(text, str) else None
    except NotADuration as error:
        raise BadRequestData(str(error), "snapshotLifetime") from None
    if duration is None:
        raise BadRequestData("must be a text", "snapshotLifetime")
    return LONGEST_LIFETIME if duration.months else min(duration.microseconds, LONGEST_LIFETIME)


def _end(lifetime: str | None, now: Instant) -> Instant:
    return now + (LIFETIME if lifetime is None else _lifetime(lifetime))


def new_snapshot(wish: Wish, maker: str, grants: Grants, now: Instant) -> Snapshot:
    """A snapshot that is being prepared, with a tenant whose name nobody guesses."""
    secret = secrets.token_hex(16)
    return Snapshot(
        id=wish.id or f"urn:ngsi-ld:Snapshot:{secrets.token_hex(16)}",
        tenant=INNER + secret,
        maker=maker,
        grants=grants,
        queries=wish.queries,
        temporal_queries=wish.temporal_queries,
        priority=wish.priority or PRIORITY,
        lifetime=wish.lifetime,
        endpoint=wish.endpoint,
        receiver_info=wish.receiver_info,
        created_at=now,
        modified_at=now,
        expires_at=_end(wish.lifetime, now),
        used_at=now,
    )


def changed(kept: Snapshot, wish: Wish, now: Instant) -> Snapshot:
    """The snapshot with what an update says."""
    gone = wish.taken_away
    lifetime = None if "snapshotLifetime" in gone else wish.lifetime or kept.lifetime
    anew = wish.lifetime is not None or "snapshotLifetime" in gone
    return msgspec.structs.replace(
        kept,
        priority=PRIORITY if "snapshotPriority" in gone else wish.priority or kept.priority,
        lifetime=lifetime,
        expires_at=_end(lifetime, now) if anew else kept.expires_at,
        endpoint=None if "endpoint" in gone else wish.endpoint or kept.endpoint,
        receiver_info=None if "receiverInfo" in gone else wish.receiver_info or kept.receiver_info,
        modified_at=now,
    )


def filled(kept: Snapshot, details: Sequence[Detail], temporal: Sequence[Detail], now: Instant) -> Snapshot:
    """The snapshot after all its queries have been asked (5.16.1.4)."""
    status = status_of([detail.result for detail in (*details, *temporal)])
    return msgspec.structs.replace(
        kept, status=status, details=tuple(details), temporal_details=tuple(temporal), modified_at=now
    )


def status_of(results: Sequence[Result]) -> Status:
    """Success: all queries yielded something; partial: some did; empty: none, and none failed; else failure."""
    if all(result == "success" for result in results):
        return "success"
    if "success" in results:
        return "partial"
    return "failure" if "failure" in results else "empty"


def snapshot_document(kept: Snapshot) -> dict[str, Any]:
    """The status of a snapshot (5.2.41), without `@context`."""
    document: dict[str, Any] = {"id": kept.id, "type": SNAPSHOT}
    told = {
        "snapshotQueries": kept.queries,
        "snapshotTemporalQueries": kept.temporal_queries,
        "snapshotLifetime": kept.lifetime,
        "endpoint": kept.endpoint,
        "receiverInfo": kept.receiver_info,
    }
    document |= {name: member for name, member in told.items() if member}
    document["snapshotPriority"] = kept.priority
    document["snapshotStatus"] = kept.status
    for name, details in (
        ("snapshotQueriesDetails", kept.details),
        ("snapshotTemporalQueriesDetails", kept.temporal_details),
    ):
        if details:
            document[name] = [_detail(detail) for detail in details]
    for name, moment in (
        ("createdAt", kept.created_at),
        ("modifiedAt", kept.modified_at),
        ("expiresAt", kept.expires_at),
        ("lastUsedAt", kept.used_at),
    ):
        document[name] = format_instant(moment)
    return document


def _detail(detail: Detail) -> dict[str, Any]:
    told: dict[str, Any] = {"resultStatus": detail.result}
    return told if detail.problem is None else told | {"problemDetails": detail.problem}


def chosen_by(q: str | None, snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    """Those that a query over members of the Snapshot type takes (5.16.7).

    Raises:
        BadRequestData, QueryError: there is no query, it cannot be read, or it asks of something else.
    """
    if not q:
        raise BadRequestData("is missing: it says which snapshots go", "q")
    asked = parse_q(q, str)
    stray = attributes_of(asked) - set(_MEMBERS)
    if stray:
        raise BadRequestData(f"a snapshot has no member {min(stray)[:80]}", "q")
    matches = compile_query(EntityQuery(filter=asked))
    return [one for one in snapshots if matches(_as_entity(one), None)]


def _as_entity(kept: Snapshot) -> Entity:
    attributes = {name: [Instance(PROPERTY, member)] for name, member in snapshot_document(kept).items()}
    ends = format_instant(kept.expires_at)
    return Entity(kept.id, [SNAPSHOT], attributes, [], ends, kept.created_at, kept.modified_at)
