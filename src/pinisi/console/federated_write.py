"""Writes of one entity that other sources take part in (NGSI-LD 5.6.1 to 5.6.6, 5.6.11 to 5.6.19).

The request is read and checked as a whole first. Then every source gets its part, and what is left is given to the
endpoint that writes here. Nobody writes at a source what his grants would not let him write here.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import msgspec

from pinisi.console.federated import Warnings, all_of, asker_of, write_matches
from pinisi.console.house import House
from pinisi.console.http import PROBLEM_MEDIA, Call, Endpoint, Reply
from pinisi.context.federation.answer import Answer
from pinisi.context.federation.outcome import (
    Done,
    batch_error,
    conflict,
    left_by,
    problem_of,
    update_result,
    whole_failure,
)
from pinisi.context.federation.outgoing import sayable, without_context
from pinisi.context.federation.plan import Leg, WritePlan, any_of, plan_whole, plan_write, type_text
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.problems import PINISI_ERRORS, ProblemDetails, problem_details
from pinisi.context.registration_matching import Wanted
from pinisi.context.term_table import TermTable
from pinisi.context.type_selection import parse_type_selection
from pinisi.store.change import Forbidden, Refused
from pinisi.store.query import TypeSelection

_encode = msgspec.json.Encoder().encode
_LEFT_HERE = frozenset({"local", "type"})
_DESCRIBING = frozenset({"scope", "expiresAt"})
_NAMING = frozenset({"id", "@id", "type", "@type"})


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """One write as it was read.

    `names` maps the names of attributes in the request to their IRIs. `types` are those that the request tells of the
    entity; `selection` those that it asks for. `document` None: there is no body.
    """

    id: str
    table: TermTable
    operations: tuple[str, ...]
    path: tuple[str, ...]
    names: Mapping[str, str] = {}
    types: tuple[str, ...] = ()
    selection: TypeSelection | None = None
    document: Any = None
    datasets: frozenset[str | None] | None = None
    slash: bool = False
    entity: bool = False
    attribute: bool = False
    whole: bool = False
    listed: bool = False
    temporal: bool = False

    @property
    def iris(self) -> frozenset[str]:
        return frozenset(self.names.values())


Reader = Callable[[House, Call], Write]


def distributed(read: Reader) -> Callable[[House, Call, Endpoint], Awaitable[Reply]]:
    """The distributed way of a write that this function reads."""

    async def way(house: House, call: Call, local: Endpoint) -> Reply:
        return await _run(house, call, local, read(house, call))

    return way


async def _run(house: House, call: Call, local: Endpoint, write: Write) -> Reply:
    asker = asker_of(house, call, write.table)
    known = write.types or await _types_here(house, call, write.id)
    selection = write.selection or any_of(known)
    wanted = Wanted(ids=(write.id,), types=selection, attributes=write.iris or None, datasets=write.datasets)
    matches = write_matches(house, asker, wanted, temporal=write.temporal)
    plan = plan_whole(matches, write.operations) if write.whole else plan_write(matches, write.iris, write.operations)
    if not plan.legs:
        return await local(house, call)
    warnings = Warnings(asker)
    work: list[Awaitable[Done]] = [_forward(house, call, asker, warnings, write, leg, known) for leg in plan.legs]
    reply: list[Reply] = []
    if _is_done_here(write, plan):
        work.append(_here(house, _rest(call, write, plan), local, plan.kept or write.iris, reply))
    parts = _tolerant(await all_of(work), write, plan)
    return warnings.on(_combined(write, parts, reply))


async def _types_here(house: House, call: Call, id: str) -> tuple[str, ...]:
    """The types of the entity, where it is held here too: sources of other types take no part."""
    record = await house.store.entity(call.tenant, id, call.grants)
    return () if record is None else record.family.types


def _is_done_here(write: Write, plan: WritePlan) -> bool:
    if write.whole or plan.kept is None or plan.kept:
        return True
    proxied_whole = any(leg.proxied and leg.whole for leg in plan.legs)
    return not write.attribute and not proxied_whole and not _DESCRIBING.isdisjoint(write.document or ())


def _rest(call: Call, write: Write, plan: WritePlan) -> Call:
    """The call with what is left to be written here."""
    if plan.kept is None or write.document is None or write.attribute:
        return call
    kept = plan.kept
    rest = {name: member for name, member in write.document.items() if write.names.get(name) in kept
            or name not in write.names}  # fmt: skip
    return with_body(call, rest)


def with_body(call: Call, document: Any) -> Call:
    """The same call with another body."""
    return Call(
        call.method,
        call.path,
        principal=call.principal,
        tenant=call.tenant,
        query_string=call.query_string,
        headers=call.headers,
        body=_encode(document),
        params=call.params,
        address=call.address,
    )


async def _here(house: House, call: Call, local: Endpoint, attributes: frozenset[str], replies: list[Reply]) -> Done:
    """The part that is written here."""
    try:
        reply = await local(house, call)
    except Refused as error:
        return Done(leg=None, attributes=attributes, problem=problem_details(error))
    replies.append(reply)
    left = left_by_body(reply.body) if reply.status == 207 else ()
    return Done(leg=None, attributes=attributes, left=left, created=reply.status == 201)


def left_by_body(body: bytes) -> tuple[tuple[str, str], ...]:
    """What an UpdateResult says was not updated."""
    told = msgspec.json.decode(body)
    return tuple((item["attributeName"], item["reason"]) for item in told.get("notUpdated", ()))


async def _forward(
    house: House, call: Call, asker: Asker, warnings: Warnings, write: Write, leg: Leg, known: Iterable[str]
) -> Done:
    """The part that a source takes."""
    if not leg.served:
        return Done(leg=leg, attributes=leg.attributes, problem=conflict(leg, write.operations[0]))
    if asker.loops:
        answer = Answer(fault="loop", status=508, reason="the request came back to where it had been")
        return Done(leg=leg, attributes=leg.attributes, problem=problem_of(answer))
    if not may_write(call, tuple(known), leg.types, leg.attributes):
        return Done(leg=leg, attributes=leg.attributes, problem=_forbidden(leg))
    tongue = house.sources.tongue(asker, leg.registration)
    table = write.table if tongue is None else sayable(tongue)
    answer = await house.sources.ask(asker, leg.registration, _errand(call, table, write, leg, known))
    warnings.told += answer.warnings
    if answer.status == 207:
        return Done(leg=leg, attributes=leg.attributes, left=left_by(answer, leg, table.expand_term))
    created, answered = answer.status == 201, 0 if answer.fault else answer.status
    return Done(leg=leg, attributes=leg.attributes, problem=problem_of(answer), created=created, answered=answered)


def may_write(call: Call, known: tuple[str, ...], registered: frozenset[str], attributes: frozenset[str]) -> bool:
    """Whether the grants let the asker write this; where the types are not known, each registered one."""
    if call.grants.writes_all:
        return True
    if known:
        return call.grants.may_write(known, (), attributes)
    return bool(registered) and all(call.grants.may_write((one,), (), attributes) for one in registered)


def _forbidden(leg: Leg) -> ProblemDetails:
    return problem_details(Forbidden(f"your grants do not reach what {leg.registration.id} would have to write"))


def _errand(call: Call, table: TermTable, write: Write, leg: Leg, known: Iterable[str]) -> Errand:
    """`table`: the terms that the source is spoken to in."""
    query = {name: value for name, value in call.query.items() if name not in _LEFT_HERE}
    if write.selection is not None:
        query["type"] = type_text(write.selection, table)
    elif leg.types and not tuple(known):
        narrowed = any_of(sorted(leg.types))
        assert narrowed is not None
        query["type"] = type_text(narrowed, table)
    path = write.path
    if write.attribute:
        name = table.compact_iri(next(iter(write.names.values())))
        path = tuple(name if part in write.names else part for part in path)
    document = None if write.document is None else _for_leg(write, leg)
    return Errand(method=call.method, path=path, query=query, document=document, slash=write.slash)


def _for_leg(write: Write, leg: Leg) -> Any:
    """The part of the document that a source gets: its attributes, and what names the entity."""
    document = without_context(write.document)
    if write.attribute:
        return document
    kept: dict[str, Any] = {}
    for name, member in document.items():
        if name in write.names:
            if write.names[name] in leg.attributes:
                kept[name] = member
        elif leg.whole or (write.entity and name in _NAMING):
            kept[name] = member
    return kept


def _tolerant(parts: list[Done], write: Write, plan: WritePlan) -> list[Done]:
    """Without the complaint that what sources hold alone is not held here (5.6.6.4: "if it exists")."""
    if not write.whole or not plan.proxied:
        return parts
    missing = [part for part in parts if part.leg is None and part.problem is not None and part.problem.status == 404]
    return [part for part in parts if part not in missing]


def _combined(write: Write, parts: list[Done], replies: list[Reply]) -> Reply:
    """One answer for all parts: done, not done, or a multi-status."""
    whole = whole_failure(parts)
    if whole is not None:
        return Reply(whole.status, _encode(whole), PROBLEM_MEDIA)
    if all(part.problem is None and not part.left for part in parts):
        return _success(write, parts, replies)
    if write.listed:
        return Reply(207, _encode(update_result(parts)))
    errors: list[dict[str, Any]] = []
    for part in parts:
        if part.problem is not None:
            errors.append(batch_error(write.id, part.problem, part.source))
        errors += [batch_error(write.id, _partly(reason), part.source) for _, reason in part.left[:1]]
    done = [write.id] if any(part.problem is None for part in parts) else []
    return Reply(207, _encode({"success": done, "errors": errors}))


def _partly(reason: str) -> ProblemDetails:
    return ProblemDetails(PINISI_ERRORS + "PartlyDone", "The source did a part of it", 207, reason)


def _success(write: Write, parts: list[Done], replies: list[Reply]) -> Reply:
    if replies:
        return replies[0] if replies[0].status != 207 else Reply(204)
    if not any(part.created for part in parts) or write.path[-1] != "entities":
        return Reply(204)
    location = f"/ngsi-ld/v1/{'/'.join(write.path)}/{write.id}"
    return Reply(201, headers=((b"location", location.encode("ascii", "ignore")),))


def selection_of(call: Call, table: TermTable) -> TypeSelection | None:
    """The types that the request names by the parameter `type` (4.17)."""
    text = call.query.get("type")
    return None if text is None else parse_type_selection(text, table.expand_term)
