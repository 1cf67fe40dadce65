"""Batches that other sources take part in (NGSI-LD 5.6.7 to 5.6.10, 5.6.20): each source gets its part in one request.

A source that does not offer the batch is asked entity by entity, where it offers that. What cannot be read is left to
the endpoint that writes here: it says what is wrong.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec

from pinisi.console.federated import Warnings, all_of, asker_of, write_matches
from pinisi.console.federated_write import may_write, with_body
from pinisi.console.federated_write_requests import names_of
from pinisi.console.house import House
from pinisi.console.http import JSON_LD_MEDIA, Call, Endpoint, Reply
from pinisi.console.ngsi_ld_batch import MOST, id_of, stated_id
from pinisi.console.ngsi_ld_provision import NO_CONTENT
from pinisi.console.ngsi_ld_request import options, sent
from pinisi.context.federation.answer import Answer
from pinisi.context.federation.outcome import batch_error, conflict, problem_of
from pinisi.context.federation.outgoing import without_context
from pinisi.context.federation.plan import Leg, any_of, plan_whole, plan_write
from pinisi.context.federation.reading import Unreadable, read_ids
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.patch_payload import read_entity_patch
from pinisi.context.payload import read_entity
from pinisi.context.problems import BadRequestData, ProblemDetails, problem_details
from pinisi.context.registration import Registration
from pinisi.context.registration_matching import Wanted
from pinisi.context.term_table import TermTable
from pinisi.context.validate import check_entity_id
from pinisi.store.change import Forbidden, Refused

_NAMING = frozenset({"id", "@id", "type", "@type"})
_encode = msgspec.json.Encoder().encode


class Item(msgspec.Struct, frozen=True):
    """One entity of a batch. `names` maps the names of its attributes to IRIs; `document` is its id in a deletion."""

    place: int
    id: str
    table: TermTable
    names: Mapping[str, str]
    types: tuple[str, ...]
    document: Any


class Single(msgspec.Struct, frozen=True):
    """How a source that does not offer the batch is asked for one entity of it."""

    operation: str
    errand: Callable[[Item, Any], Errand]


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of batch: how its items are read, and what takes its place, the first that is offered."""

    path: str
    operation: str
    read: Callable[[int, Any, TermTable], Item]
    singles: Callable[[Call], tuple[Single, ...]]
    whole: bool = False
    creates: bool = False
    upserts: bool = False


class Outcome:
    """What has become of the items: who is done, who was created, what went wrong."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.created: list[str] = []
        self.errors: list[dict[str, Any]] = []

    def fail(self, items: Iterable[Item], problem: ProblemDetails, source: str | None) -> None:
        self.errors += [batch_error(item.id, problem, source) for item in items]


def distributed(batch: Batch) -> Callable[[House, Call, Endpoint], Awaitable[Reply]]:
    """The distributed way of a kind of batch."""

    async def way(house: House, call: Call, local: Endpoint) -> Reply:
        return await _run(house, call, local, batch)

    return way


async def _run(house: House, call: Call, local: Endpoint, batch: Batch) -> Reply:
    body = sent(house.contexts, call)
    documents: Any = body.document
    if not isinstance(documents, list) or not 0 < len(cast(list[Any], documents)) <= MOST:
        return await local(house, call)
    documents = cast(list[Any], documents)
    if any(document is None for document in documents):
        return await local(house, call)
    items = list(_items(house, call, documents, body.table, batch))
    asker = asker_of(house, call, body.table)
    parts: dict[tuple[str, TermTable], list[tuple[Item, Leg]]] = {}
    rest: list[Any] = list(documents)
    proxied: set[str] = set()
    for item in items:
        for leg in _plan(house, call, asker, batch, item, rest):
            parts.setdefault((leg.registration.id, item.table), []).append((item, leg))
            if leg.proxied:
                proxied.add(item.id)
    if not parts:
        return await local(house, call)
    warnings = Warnings(asker)
    outcome = Outcome()
    work = [_forward(house, call, asker, warnings, batch, part, outcome) for part in parts.values()]
    left = [document for document in rest if document is not None]
    if left:
        work.append(_here(house, call, local, batch, left, proxied, outcome))
    await all_of(work)
    return warnings.on(_reply(batch, outcome))


def _items(house: House, call: Call, documents: Sequence[Any], table: TermTable, batch: Batch) -> Iterable[Item]:
    ld = call.headers.get(b"content-type", b"").lower().startswith(JSON_LD_MEDIA)
    for place, document in enumerate(documents):
        own = cast(dict[str, Any], document).get("@context") if isinstance(document, dict) else None
        try:
            yield batch.read(place, document, house.contexts.table(own) if ld and own is not None else table)
        except Refused:
            continue


def _plan(house: House, call: Call, asker: Asker, batch: Batch, item: Item, rest: list[Any]) -> Sequence[Leg]:
    """Where an item goes; what of it is left to be written here stays in `rest` (None: nothing)."""
    iris = frozenset(item.names.values())
    wanted = Wanted(ids=(item.id,), types=any_of(item.types), attributes=iris or None)
    matches = write_matches(house, asker, wanted)
    operations = (batch.operation, *(single.operation for single in batch.singles(call)))
    if batch.whole:
        return plan_whole(matches, operations).legs
    plan = plan_write(matches, iris, operations)
    if plan.kept is not None:
        kept = plan.kept
        rest[item.place] = None if not kept else _reduced(item, kept, whole=True)
    return plan.legs


def _reduced(item: Item, attributes: frozenset[str], *, whole: bool) -> Any:
    """An entity with these attributes; `whole`: and with all that is no attribute."""
    if not isinstance(item.document, dict):
        return item.document
    return {
        name: member
        for name, member in cast(dict[str, Any], item.document).items()
        if (item.names[name] in attributes if name in item.names else whole or name in _NAMING)
    }


async def _forward(
    house: House, call: Call, asker: Asker, warnings: Warnings, batch: Batch, part: Sequence[tuple[Item, Leg]],
    outcome: Outcome,
) -> None:  # fmt: skip
    """The part of one source."""
    allowed = [(item, leg) for item, leg in part if may_write(call, item.types, leg.types, leg.attributes)]
    barred = [item for item, _ in part if all(item is not one for one, _ in allowed)]
    registration = part[0][1].registration
    outcome.fail(barred, problem_details(Forbidden("your grants do not reach it")), registration.id)
    if not allowed:
        return
    if asker.loops:
        loop = Answer(fault="loop", status=508, reason="the request came back to where it had been")
        outcome.fail([item for item, _ in allowed], cast(ProblemDetails, problem_of(loop)), registration.id)
        return
    mine = msgspec.structs.replace(asker, table=allowed[0][0].table)
    singles = [single for single in batch.singles(call) if single.operation in registration.operations]
    if batch.operation in registration.operations:
        await _together(house, call, mine, warnings, batch, registration, allowed, outcome)
    elif singles:
        await all_of([_alone(house, mine, warnings, singles, item, leg, outcome) for item, leg in allowed])
    elif allowed[0][1].proxied:
        outcome.fail([item for item, _ in allowed], conflict(allowed[0][1], batch.operation), registration.id)


async def _together(
    house: House, call: Call, asker: Asker, warnings: Warnings, batch: Batch, registration: Registration,
    part: Sequence[tuple[Item, Leg]], outcome: Outcome,
) -> None:  # fmt: skip
    documents = [_for_source(item, leg) for item, leg in part]
    query = {name: value for name, value in call.query.items() if name != "local"}
    errand = Errand(method="POST", path=("entityOperations", batch.path), query=query, document=documents)
    answer = await house.sources.ask(asker, registration, errand)
    warnings.told += answer.warnings
    ids = [item.id for item, _ in part]
    problem = problem_of(answer)
    if problem is not None:
        outcome.fail([item for item, _ in part], problem, registration.id)
    elif answer.status == 207:
        _partly(answer, ids, registration.id, outcome)
    else:
        outcome.done += ids
        outcome.created += _created(answer, ids, batch)


def _created(answer: Answer, ids: Sequence[str], batch: Batch) -> list[str]:
    """Which entities a source says it has created; all, where it says so without naming them."""
    if answer.status != 201:
        return []
    try:
        named = read_ids(answer.body)
    except Unreadable:
        named = []
    return [id for id in named if id in ids] if named and batch.upserts else list(ids)


def _partly(answer: Answer, ids: Sequence[str], source: str, outcome: Outcome) -> None:
    """A BatchOperationResult of a source; where there is none, nothing is known to be done."""
    try:
        told: Any = msgspec.json.decode(answer.body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        told = None
    result = cast(dict[str, Any], told) if isinstance(told, dict) else {}
    errors: list[Any] = result["errors"] if isinstance(result.get("errors"), list) else []
    failed: set[str] = set()
    for error in errors:
        item = cast(dict[str, Any], error) if isinstance(error, dict) else {}
        id = item.get("entityId")
        if isinstance(id, str) and id in ids:
            failed.add(id)
            outcome.errors.append({"entityId": id, "error": item.get("error", {}), "registrationId": source})
    success: list[Any] = result["success"] if isinstance(result.get("success"), list) else []
    outcome.done += [id for id in ids if id in success and id not in failed]
    silent = [id for id in ids if id not in success and id not in failed]
    lost = ProblemDetails("about:blank", "Multi-Status", 502, "the source does not say whether it was done")
    outcome.errors += [batch_error(id, lost, source) for id in silent]


async def _alone(
    house: House, asker: Asker, warnings: Warnings, singles: Sequence[Single], item: Item, leg: Leg, outcome: Outcome
) -> None:
    """One entity; one that a source is to create and that exists is asked for by the next way (5.6.8.4)."""
    document = _for_source(item, leg)
    answer = await house.sources.ask(asker, leg.registration, singles[0].errand(item, document))
    if answer.status == 409 and len(singles) > 1:
        answer = await house.sources.ask(asker, leg.registration, singles[1].errand(item, document))
    warnings.told += answer.warnings
    problem = problem_of(answer)
    if problem is not None:
        outcome.fail([item], problem, leg.registration.id)
    elif answer.status == 207:
        partly = ProblemDetails("about:blank", "Multi-Status", 207, "the source did a part of it only")
        outcome.fail([item], partly, leg.registration.id)
    else:
        outcome.done.append(item.id)
        if answer.status == 201:
            outcome.created.append(item.id)


def _for_source(item: Item, leg: Leg) -> Any:
    return without_context(_reduced(item, leg.attributes, whole=leg.whole))


async def _here(
    house: House, call: Call, local: Endpoint, batch: Batch, documents: Sequence[Any], proxied: set[str],
    outcome: Outcome,
) -> None:  # fmt: skip
    """The part that is written here; that what sources hold alone is not here to be deleted is no error."""
    reply = await local(house, with_body(call, documents))
    ids = [id_of(document) for document in documents]
    told: Any = msgspec.json.decode(reply.body) if reply.body else None
    if reply.status != 207:
        created: list[str] = cast(list[str], told) if reply.status == 201 else []
        outcome.created += created
        outcome.done += [id for id in ids if id is not None]
        return
    for error in cast(list[dict[str, Any]], told["errors"]):
        missing = batch.whole and error["error"].get("status") == 404 and error.get("entityId") in proxied
        if not missing:
            outcome.errors.append(error)
    outcome.done += cast(list[str], told["success"])


def _reply(batch: Batch, outcome: Outcome) -> Reply:
    done = list(dict.fromkeys(outcome.done))
    if outcome.errors:
        return Reply(207, _encode({"success": done, "errors": outcome.errors}))
    if batch.creates:
        return Reply(201, _encode(done))
    created = list(dict.fromkeys(outcome.created))
    return Reply(201, _encode(created)) if batch.upserts and created else NO_CONTENT


def _read_entity(place: int, document: Any, table: TermTable) -> Item:
    entity = read_entity(document, table)
    return Item(place, entity.id, table, names_of(document, table), tuple(entity.types), document)


def _read_patch(place: int, document: Any, table: TermTable) -> Item:
    if not isinstance(document, dict):
        raise BadRequestData("an entity is a JSON object")
    told = cast(dict[str, Any], document)
    id = check_entity_id(stated_id(told))
    patch = read_entity_patch(document, table)
    return Item(place, id, table, names_of(document, table), tuple(patch.types), document)


def _read_id(place: int, document: Any, table: TermTable) -> Item:
    id = check_entity_id(document)
    return Item(place, id, table, {}, (), document)


def _create(item: Item, document: Any) -> Errand:
    return Errand(method="POST", path=("entities",), document=document)


def _replace(item: Item, document: Any) -> Errand:
    return Errand(method="PUT", path=("entities", item.id), document=document)


def _update(item: Item, document: Any) -> Errand:
    return Errand(method="PATCH", path=("entities", item.id, "attrs"), document=_unnamed(document), slash=True)


def _append(item: Item, document: Any) -> Errand:
    path, query = ("entities", item.id, "attrs"), {"options": "noOverwrite"}
    return Errand(method="POST", path=path, query=query, document=_unnamed(document), slash=True)


def _merge(item: Item, document: Any) -> Errand:
    return Errand(method="PATCH", path=("entities", item.id), document=_unnamed(document))


def _delete(item: Item, document: Any) -> Errand:
    return Errand(method="DELETE", path=("entities", item.id))


def _unnamed(document: Any) -> Any:
    """A fragment: its entity is named by the address."""
    return {name: member for name, member in document.items() if name not in ("id", "@id")}


def _updating(call: Call) -> tuple[Single, ...]:
    return (Single("appendAttrs", _append) if "noOverwrite" in options(call) else Single("updateEntity", _update),)


def _upserting(call: Call) -> tuple[Single, ...]:
    update = "update" in options(call)
    return Single("createEntity", _create), Single("updateEntity", _update) if update else Single(
        "replaceEntity", _replace
    )


CREATE = Batch(
    path="create", operation="createBatch", read=_read_entity, creates=True,
    singles=lambda call: (Single("createEntity", _create),),
)  # fmt: skip
UPSERT = Batch(path="upsert", operation="upsertBatch", read=_read_entity, singles=_upserting, upserts=True)
UPDATE = Batch(path="update", operation="updateBatch", read=_read_entity, singles=_updating)
MERGE = Batch(
    path="merge", operation="mergeBatch", read=_read_patch, singles=lambda call: (Single("mergeEntity", _merge),)
)
DELETE = Batch(
    path="delete", operation="deleteBatch", read=_read_id, whole=True,
    singles=lambda call: (Single("deleteEntity", _delete),),
)  # fmt: skip
