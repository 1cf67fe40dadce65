"""Live sources over HTTP: how each is doing, switching one on or off, and pushing to one."""

from typing import Any

import msgspec

from pinisi.console.blinding import Blinded
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.push_memory import Answered, answered_before, remember
from pinisi.console.town import Town
from pinisi.context.problems import ResourceNotFound
from pinisi.people.errors import Conflict
from pinisi.runtime.health import state_of
from pinisi.runtime.keeper import SWITCH, Running
from pinisi.runtime.source import Message, Taken
from pinisi.runtime.transports.push import Push
from pinisi.store.change import AuditEntry, DocumentChange
from pinisi.vocabulary.instant import format_instant

SWITCHED = "source-switched"
MOST_TOLD = 1_000
NOTHING = Blinded()


class _NewSwitch(msgspec.Struct, forbid_unknown_fields=True):
    on: bool


async def list_sources(house: House, call: Call) -> Reply:
    """All live sources of the tenant; those that cannot be used, and services that did not load, with the reason."""
    town = house.town(call.tenant)
    position = await house.store.position(call.tenant)
    blinded = await town.blinded()
    running = sorted(town.keeper.sources.values(), key=lambda each: each.source.id)
    return json_reply(
        {
            "position": position,
            "sources": [_shown(town, each, blinded.get(_card(each), NOTHING)) for each in running],
            "failed": [{"id": id, "reason": reason} for id, reason in sorted(town.failed_sources.items())],
            "services": [
                {"name": found.name, "package": found.package, "failure": found.failure}
                for found in house.registry.found
                if found.failure is not None
            ],
        }
    )


def _card(running: Running) -> str:
    return f"urn:ngsi-ld:DataSource:{running.source.id}"


def _shown(town: Town, running: Running, blinded: Blinded) -> dict[str, Any]:
    source, health = running.source, running.health
    return {
        "id": source.id,
        "card": _card(running),
        "title": source.title,
        "service": running.service,
        "publisher": source.card.publisher,
        "blinds": source.blinds,
        "state": state_of(health, town.now()),
        "method": source.method,
        "updatePeriod": source.every,
        "lastMessage": format_instant(health.message) if health.message else None,
        "lastError": health.error,
        "failedAt": format_instant(health.failed) if health.error and health.failed else None,
        "messages": health.messages,
        "accepted": health.accepted,
        "lateValues": health.late,
        "repeated": health.repeated,
        "rejected": health.rejected,
        "push": isinstance(source.transport, Push),
        "outside": source.id in town.outside,
        "layers": blinded.layers,
    }


async def switch_source(house: House, call: Call) -> Reply:
    """Switch a source on or off: remembered over restarts, and on record."""
    wish = call.decode(_NewSwitch)
    running = _running(house, call)
    word = b"on" if wish.on else b"off"
    entry = AuditEntry(SWITCHED, f"source/{running.source.id}", {"on": wish.on})
    await house.store.apply(call.tenant, (DocumentChange(SWITCH, running.source.id, word), entry), call.principal)
    if wish.on:
        await running.start()
    else:
        await running.stop(switched_off=True)
    return json_reply(_shown(house.town(call.tenant), running, NOTHING))


def _running(house: House, call: Call) -> Running:
    id = call.params["id"]
    running = house.town(call.tenant).keeper.sources.get(id)
    if running is None:
        raise ResourceNotFound(f"there is no live source {id[:80]}")
    return running


async def push(house: House, call: Call) -> Reply:
    """Take a body for a source that waits for pushes, and say what became of each row."""
    running = _running(house, call)
    if not isinstance(running.source.transport, Push):
        raise Conflict(f"{running.source.id} fetches by itself: nothing can be pushed to it")
    if not running.health.on:
        raise Conflict(f"{running.source.id} is switched off")
    key = call.header(b"idempotency-key") or ""
    if len(key) > 200:
        raise BadRequest("Idempotency-Key", "is longer than 200 characters")
    known = await answered_before(house.store, call.tenant, running.source.id, call.principal.id, key, call.body)
    if known is not None:
        return Reply(known.status, known.body.encode(), headers=((b"idempotency-replayed", b"true"),))
    media = (call.header(b"content-type") or "").partition(";")[0].strip().lower()
    message = Message(body=call.body, origin=f"push by {call.principal.name}", received=running.now(), media=media)
    taken = await running.take([message])
    reply = json_reply(_told(running.source.id, taken), _status(taken))
    answer = Answered(reply.status, reply.body.decode())
    await remember(house.store, call.tenant, running.source.id, call.principal, key, call.body, answer)
    return reply


def _status(taken: Taken) -> int:
    """All taken, some of it, nothing of it."""
    if not taken.rejected:
        return 200
    return 207 if taken.entities else 400


def _told(source: str, taken: Taken) -> dict[str, Any]:
    return {
        "source": source,
        "new": taken.new,
        "late": taken.late,
        "repeated": taken.repeated,
        "rejected": taken.rejected,
        "entities": taken.outcomes[:MOST_TOLD],
        "rejects": [
            {"key": each.key, "row": each.row, "field": each.field, "reason": each.reason}
            for each in taken.rejects[:MOST_TOLD]
        ],
    }


SOURCE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/sources",
        permission="console.read",
        endpoint=list_sources,
        summary="Live sources: how each is doing, which cannot be used",
    ),
    Route(
        method="POST",
        path="/pinisi/v1/sources/{id}",
        permission="sources.switch",
        endpoint=switch_source,
        summary="Switch a live source on or off",
        body="Switch",
        answers=(200, 400, 404),
    ),
    Route(
        method="POST",
        path="/pinisi/v1/push/{id}",
        permission="sources.push",
        endpoint=push,
        summary="Push data to a live source: NGSI-LD, CSV, GeoJSON, JSON or SenML",
        body="Push",
        answers=(200, 207, 400, 404, 409),
    ),
)
