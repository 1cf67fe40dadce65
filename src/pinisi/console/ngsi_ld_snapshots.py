"""The resources of snapshots: made, cloned, shown, changed, deleted, purged (NGSI-LD 5.16; 6.36 to 6.38)."""

from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from pinisi.console.entity_maps import now_of
from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply, Route
from pinisi.console.ngsi_ld_query import posted_query
from pinisi.console.ngsi_ld_request import asked, sent
from pinisi.console.ngsi_ld_show import document_reply
from pinisi.console.snapshot_filling import clone, fill
from pinisi.console.snapshots import all_snapshots, change, is_his, is_taken, keep, let_go, make_room, snapshot_of
from pinisi.context.notification_envelope import target_of
from pinisi.context.problems import AlreadyExists, BadRequestData, ResourceNotFound
from pinisi.context.snapshot import (
    Snapshot,
    Wish,
    changed,
    chosen_by,
    new_snapshot,
    read_snapshot,
    read_snapshot_fragment,
    snapshot_document,
)
from pinisi.context.subscription import Endpoint as Address
from pinisi.context.targets import BadTarget
from pinisi.context.temporal_query import parse_temporal_query
from pinisi.context.term_table import TermTable
from pinisi.context.validate import check_uri
from pinisi.store.change import Forbidden, VersionConflict

SNAPSHOTS = "/ngsi-ld/v1/snapshots"
SUBSCRIBING = "subscriptions.write"


def snapshot_routes(ask: Mapping[str, Endpoint]) -> tuple[Route, ...]:
    """`ask`: address of a query -> the endpoint that answers it, sources elsewhere included."""

    async def create(house: House, call: Call) -> Reply:
        """5.16.1: answered at once; the queries are asked in the background."""
        body = sent(house.contexts, call)
        wish = read_snapshot(body.document)
        _check_queries(wish, body.table)
        made = await _new(house, call, wish)
        house.aside.run(fill(house, call, made, body, ask), f"snapshot {made.id}")
        return _created(made)

    return (
        Route(
            method="POST",
            path=SNAPSHOTS,
            permission=_READ,
            endpoint=create,
            summary="Make a snapshot (5.16.1)",
            body="Snapshot",
            answers=(201, 400, 409),
        ),
        *_OTHERS,
    )


def _check_queries(wish: Wish, table: TermTable) -> None:
    """Raises `BadRequestData`, `QueryError` for a query that could never be asked."""
    for query in wish.queries:
        posted_query(query, table)
    for query in wish.temporal_queries:
        parse_temporal_query(posted_query(query, table, temporal=True).told.get("temporalQ") or {}, required=True)


async def _new(house: House, call: Call, wish: Wish) -> Snapshot:
    """Raises `AlreadyExists` where its id is taken."""
    if wish.id is not None and await is_taken(house, call, wish.id):
        raise AlreadyExists(f"{wish.id} exists already")
    await _judge(house, call, wish)
    await make_room(house, call)
    made = new_snapshot(wish, call.principal.id, call.grants, now_of(house, call))
    try:
        await keep(house, call, made, expected=0)
    except VersionConflict:
        raise AlreadyExists(f"{made.id} exists already") from None
    return made


async def _judge(house: House, call: Call, wish: Wish) -> None:
    """Whether the status may be told where the maker wishes it: it is a subscription, if a small one (5.16.6).

    Raises:
        BadRequestData: the operator does not allow the address.
        Forbidden: he may make no subscriptions.
    """
    if wish.endpoint is None:
        return
    if SUBSCRIBING not in call.principal.permissions:
        raise Forbidden(f"who names an endpoint needs the permission {SUBSCRIBING}")
    try:
        await house.notifier.targets.judge(target_of(Address(uri=wish.endpoint)))
    except BadTarget as error:
        raise BadRequestData(str(error), "endpoint") from None


def _created(made: Snapshot) -> Reply:
    return Reply(201, headers=((b"location", f"{SNAPSHOTS}/{quote(made.id, safe=':')}".encode()),))


async def clone_snapshot(house: House, call: Call) -> Reply:
    """5.16.2: the copy lives on when the first is deleted."""
    source = await _must(house, call)
    wish = read_snapshot(sent(house.contexts, call).document, clone=True)
    wish = msgspec.structs.replace(wish, queries=source.queries, temporal_queries=source.temporal_queries)
    made = await _new(house, call, wish)
    house.aside.run(clone(house, call, source, made), f"clone of {source.id}")
    return _created(made)


async def retrieve_snapshot(house: House, call: Call) -> Reply:
    """5.16.3."""
    how = asked(house.contexts, call)
    return document_reply(snapshot_document(await _must(house, call)), how)


async def update_snapshot(house: House, call: Call) -> Reply:
    """5.16.4."""
    kept = await _must(house, call)
    body = sent(house.contexts, call, merge_patch=True)
    wish = read_snapshot_fragment(body.document, kept.id)
    await _judge(house, call, wish)
    new = await change(house, call, kept, lambda now: changed(now, wish, now_of(house, call)))
    if new is None:
        raise ResourceNotFound(f"there is no snapshot {kept.id[:200]}")
    return document_reply(snapshot_document(new), asked(house.contexts, call))


async def delete_snapshot(house: House, call: Call) -> Reply:
    """5.16.5."""
    await let_go(house, call, await _must(house, call))
    return Reply(204)


async def purge_snapshots(house: House, call: Call) -> Reply:
    """5.16.7, of those that are the caller's."""
    chosen = chosen_by(call.query.get("q"), [one for one in await all_snapshots(house, call) if is_his(one, call)])
    if not chosen:
        raise ResourceNotFound("no snapshot fits the query")
    for kept in chosen:
        await let_go(house, call, kept)
    return Reply(204)


async def _must(house: House, call: Call) -> Snapshot:
    return await snapshot_of(house, call, check_uri(call.params["id"], "snapshotId"))


_READ = "context.read"
_ONE = SNAPSHOTS + "/{id}"

_OTHERS: tuple[Route, ...] = (
    Route(
        method="DELETE",
        path=SNAPSHOTS,
        permission=_READ,
        endpoint=purge_snapshots,
        summary="Purge snapshots (5.16.7)",
        parameters=("q",),
        answers=(204, 400, 404),
    ),
    Route(
        method="POST",
        path=_ONE + "/clone",
        permission=_READ,
        endpoint=clone_snapshot,
        summary="Clone a snapshot (5.16.2)",
        body="Snapshot",
        answers=(201, 400, 404, 409),
    ),
    Route(
        method="GET",
        path=_ONE,
        permission=_READ,
        endpoint=retrieve_snapshot,
        summary="Retrieve the status of a snapshot (5.16.3)",
        answers=(200, 400, 404),
    ),
    Route(
        method="PATCH",
        path=_ONE,
        permission=_READ,
        endpoint=update_snapshot,
        summary="Change a snapshot (5.16.4)",
        body="SnapshotFragment",
        answers=(200, 400, 404),
    ),
    Route(
        method="DELETE",
        path=_ONE,
        permission=_READ,
        endpoint=delete_snapshot,
        summary="Delete a snapshot (5.16.5)",
        answers=(204, 400, 404),
    ),
)
