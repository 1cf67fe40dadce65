"""Many entities in one request (NGSI-LD 5.6.7 to 5.6.10, 5.6.20): each stands alone, the result names those refused."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import msgspec

from pinisi.console.house import House
from pinisi.console.http import JSON_LD_MEDIA, Call, Reply, Route
from pinisi.console.ngsi_ld_provision import NO_CONTENT, update_result
from pinisi.console.ngsi_ld_request import options, sent
from pinisi.context import edits
from pinisi.context.contexts import ContextAwaited, Contexts
from pinisi.context.edits import UpdateResult
from pinisi.context.newborns import Newborns
from pinisi.context.patch_payload import read_entity_patch
from pinisi.context.plain_batch import WholeEntities
from pinisi.context.problems import BadRequestData, problem_details
from pinisi.context.term_table import TermTable
from pinisi.context.validate import check_entity_id
from pinisi.store.change import Edit, EntityChange, Outcome, Refused, Transform
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.turn import Turn

BATCH = "/ngsi-ld/v1/entityOperations"
MOST = 10_000
_encode = msgspec.json.Encoder().encode

Reader = Callable[[int, TermTable], EntityChange]
"""Place of an item in the batch, its @context -> the change that it asks for."""


class Errors:
    """Entities that were refused, in the order of the request."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []

    def add(self, id: str | None, error: Exception) -> None:
        details = msgspec.to_builtins(problem_details(error))
        self.items.append({"entityId": id, "error": details} if id is not None else {"error": details})


Done = tuple[list[EntityChange], tuple[Outcome, ...], Errors]
"""Changes that could be read, what became of each, and who was refused."""


async def create_entities(house: House, call: Call) -> Reply:
    changes, outcomes, errors = await _run_whole(house, call, edits.create, makes=True)
    done = [change.id for change, outcome in zip(changes, outcomes, strict=True) if outcome.refused is None]
    return batch_result(done, errors) if errors.items else Reply(201, _encode(done))


async def upsert_entities(house: House, call: Call) -> Reply:
    update = "update" in options(call)

    changes, outcomes, errors = await _run_whole(house, call, partial(edits.upsert, update=update), makes=True)
    if errors.items:
        pairs = zip(changes, outcomes, strict=True)
        return batch_result([change.id for change, outcome in pairs if outcome.refused is None], errors)
    pairs = zip(changes, outcomes, strict=True)
    created = list(dict.fromkeys([change.id for change, outcome in pairs if not outcome.existed]))
    return Reply(201, _encode(created)) if created else NO_CONTENT


async def update_entities(house: House, call: Call) -> Reply:
    overwrite = "noOverwrite" not in options(call)

    changes, outcomes, errors = await _run_whole(house, call, partial(edits.batch_update, overwrite=overwrite))
    return _partly(changes, outcomes, errors)


async def merge_entities(house: House, call: Call) -> Reply:
    def read(document: Any, table: TermTable) -> EntityChange:
        id = check_entity_id(stated_id(document))
        return EntityChange(id, edits.merge(id, read_entity_patch(document, table)))

    changes, outcomes, errors = await _run_each(house, call, read)
    return _partly(changes, outcomes, errors)


async def delete_entities(house: House, call: Call) -> Reply:
    def read(document: Any, _table: TermTable) -> EntityChange:
        id = check_entity_id(document)
        return EntityChange(id, edits.delete(id))

    changes, outcomes, errors = await _run_each(house, call, read)
    return _partly(changes, outcomes, errors)


async def _run_whole(
    house: House, call: Call, transform: Callable[[Entity], Transform], *, makes: bool = False
) -> Done:
    """A batch of whole entities. `makes`: they are made where they are not, just as they are."""
    body = sent(house.contexts, call, read=WholeEntities)
    entities: WholeEntities = body.document
    newborns = None if entities.plain is None or not makes else Newborns(entities.plain)

    def read(place: int, table: TermTable) -> EntityChange:
        told = None if newborns is None else newborns.read(place, table)
        if told is None:
            entity = entities.read(place, table)
            return EntityChange(entity.id, transform(entity))
        return EntityChange(told[0], partial(_read_then, transform, entities, place, table), None, None, told[1])

    return await _run(house, call, body.table, entities.documents, read)


def _read_then(
    transform: Callable[[Entity], Transform],
    entities: WholeEntities,
    place: int,
    table: TermTable,
    present: Entity | None,
    now: Instant,
) -> Edit:
    """The change of one that is there already."""
    return transform(entities.read(place, table))(present, now)


async def _run_each(house: House, call: Call, read: Callable[[Any, TermTable], EntityChange]) -> Done:
    """A batch of anything else."""
    body = sent(house.contexts, call)
    documents = body.document
    return await _run(house, call, body.table, documents, lambda at, table: read(documents[at], table))


async def _run(house: House, call: Call, linked: TermTable, documents: Any, read: Reader) -> Done:
    if not isinstance(documents, list) or not documents:
        raise BadRequestData("a batch is a JSON array, not empty")
    several = cast(list[Any], documents)
    if len(several) > MOST:
        raise BadRequestData(f"at most {MOST} in one batch")
    if any(document is None for document in several):
        raise BadRequestData("null is no item of a batch (NGSI-LD 5.5.4)")
    errors = Errors()
    changes: list[EntityChange] = []
    ld = call.headers.get(b"content-type", b"").lower().startswith(JSON_LD_MEDIA)
    turn = Turn()
    for place, document in enumerate(several):
        try:
            changes.append(read(place, _table(house.contexts, call, ld, linked, document)))
        except ContextAwaited:
            raise
        except Refused as refusal:
            errors.add(id_of(document), refusal)
        await turn.pause()
    if not changes:
        return changes, (), errors
    applied = await house.store.apply(call.tenant, changes, call.principal, atomic=False)
    for change, outcome in zip(changes, applied.outcomes, strict=True):
        if outcome.refused is not None:
            errors.add(change.id, outcome.refused)
    return changes, applied.outcomes, errors


def _table(contexts: Contexts, call: Call, ld: bool, linked: TermTable, document: Any) -> TermTable:
    """Each entity of a JSON-LD batch carries its own @context (clause 6.3.5)."""
    own = document.get("@context") if isinstance(document, dict) else None  # pyright: ignore
    if own is None:
        if ld and isinstance(document, dict):
            raise BadRequestData("each entity of a JSON-LD batch carries its own @context", "@context")
        return linked
    if not ld:
        raise BadRequestData("belongs into a Link header when the body is application/json", "@context")
    return contexts.used(own, call.tenant)


def stated_id(item: Any) -> Any:
    """The id of an item of a batch: an entity's, by its name or as JSON-LD has it, or the item itself."""
    if not isinstance(item, dict):
        return item
    told = cast(dict[str, Any], item)
    return told.get("id", told.get("@id"))


def id_of(item: Any) -> str | None:
    """The id that an error names (5.2.17); None where the item has no text as its id."""
    id = stated_id(item)
    return id if isinstance(id, str) else None


def batch_result(done: list[str], errors: Errors) -> Reply:
    """What was done and what was refused (5.2.16)."""
    return Reply(207, _encode({"success": list(dict.fromkeys(done)), "errors": errors.items}))


def _partly(changes: list[EntityChange], outcomes: tuple[Outcome, ...], errors: Errors) -> Reply:
    """204 when all was done; 207 when an entity, or an attribute of one, was left alone."""
    done: list[str] = []
    for change, outcome in zip(changes, outcomes, strict=True):
        result = outcome.result
        if outcome.refused is None and isinstance(result, UpdateResult) and result.not_updated:
            left = update_result(result)["notUpdated"]
            names = ", ".join(f"{item['attributeName']} ({item['reason']})" for item in left)
            errors.add(change.id, BadRequestData(f"not updated: {names}"))
        elif outcome.refused is None:
            done.append(change.id)
    return batch_result(done, errors) if errors.items else NO_CONTENT


_WRITE = "context.write"

BATCH_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=BATCH + "/create",
        permission=_WRITE,
        endpoint=create_entities,
        body="EntityList",
        summary="Create many entities (5.6.7)",
        answers=(201, 207, 400),
    ),
    Route(
        method="POST",
        path=BATCH + "/upsert",
        permission=_WRITE,
        endpoint=upsert_entities,
        body="EntityList",
        summary="Create or replace many (5.6.8)",
        parameters=("options",),
        answers=(201, 204, 207, 400),
    ),
    Route(
        method="POST",
        path=BATCH + "/update",
        permission=_WRITE,
        endpoint=update_entities,
        body="EntityList",
        summary="Update many (5.6.9)",
        parameters=("options",),
        answers=(204, 207, 400),
    ),
    Route(
        method="POST",
        path=BATCH + "/merge",
        permission=_WRITE,
        endpoint=merge_entities,
        body="EntityList",
        summary="Merge into many (5.6.20)",
        answers=(204, 207, 400),
    ),
    Route(
        method="POST",
        path=BATCH + "/delete",
        permission=_WRITE,
        endpoint=delete_entities,
        body="IdList",
        summary="Delete many (5.6.10)",
        answers=(204, 207, 400),
    ),
)
