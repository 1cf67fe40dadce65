"""The services of the city over HTTP: how each is doing, its reactions, what is parked, starting and stopping."""

from typing import Any

import msgspec

from pinisi.city.text import Text
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.context.problems import ResourceNotFound
from pinisi.people.errors import Conflict
from pinisi.runtime.parking import Parked, parked_runs
from pinisi.runtime.rooms import SWITCH, Room
from pinisi.runtime.running_reaction import RunningReaction
from pinisi.store.change import AuditEntry, DocumentChange
from pinisi.vocabulary.instant import format_instant

SWITCHED = "service-switched"
RUN_AGAIN = "parked-run-again"


class _NewSwitch(msgspec.Struct, forbid_unknown_fields=True):
    on: bool


class _Again(msgspec.Struct, forbid_unknown_fields=True):
    """Which parked run; without a subject all of the reaction's."""

    subject: str | None = None


async def list_services(house: House, call: Call) -> Reply:
    """Every service that is installed, with its reactions; one that failed with the reason."""
    town = house.town(call.tenant)
    position = await house.store.position(call.tenant)
    shown = [_shown(house, room, position) for room in town.rooms.rooms.values()]
    for found in house.registry.found:
        if found.failure is not None:
            failed = {"name": found.name, "package": found.package, "state": "failed", "failure": found.failure}
            shown.append(failed | {"title": None, "types": [], "leftOut": [], "reactions": [], "jobFaults": []})
    return json_reply({"position": position, "services": sorted(shown, key=lambda each: each["name"])})


def _shown(house: House, room: Room, position: int) -> dict[str, Any]:
    reactions = () if room.reactor is None else room.reactor.reactions
    return {
        "name": room.service.name,
        "title": room.service.title,
        "state": room.state,
        "failure": room.reason or None,
        "types": room.service.types,
        "leftOut": house.registry.left_out(room.service.name),
        "reactions": [_reaction(running, position) for running in reactions],
        "jobFaults": _job_faults(room),
    }


def _job_faults(room: Room) -> list[dict[str, Any]]:
    """Of jobs with a clock that could not tell what they are to do."""
    faults = {} if room.job_clock is None else room.job_clock.faults
    return [
        {"job": job.name, "title": job.title, "reason": faults[job.name]}
        for job in room.service.jobs
        if job.name in faults
    ]


def _reaction(running: RunningReaction, position: int) -> dict[str, Any]:
    reaction, counts = running.reaction, running.counts
    return {
        "name": reaction.name,
        "title": reaction.title,
        "rule": reaction.rule,
        "version": reaction.version,
        "method": reaction.method,
        "every": reaction.every,
        "state": running.state(),
        "waiting": len(running.lane),
        "waitingSeconds": round(running.waiting_seconds(), 3),
        "behind": max(0, position - running.read_to),
        "woken": counts.woken,
        "runs": counts.runs,
        "unchanged": counts.unchanged,
        "written": counts.written,
        "failed": counts.failed,
        "retried": counts.retried,
        "parked": len(running.parked),
        "lastError": running.last_error,
        "busySeconds": round(counts.busy, 3),
    }


async def switch_service(house: House, call: Call) -> Reply:
    """Start or stop one service, the others go on; switched on while it runs, it is started again."""
    wish = call.decode(_NewSwitch)
    rooms = house.town(call.tenant).rooms
    room = room_of(house, call)
    word = b"on" if wish.on else b"off"
    entry = AuditEntry(SWITCHED, f"service/{room.service.name}", {"on": wish.on})
    await house.store.apply(call.tenant, (DocumentChange(SWITCH, room.service.name, word), entry), call.principal)
    if wish.on:
        await rooms.restart(room)
    else:
        await rooms.stop(room)
    return json_reply(_shown(house, room, await house.store.position(call.tenant)))


async def list_parked(house: House, call: Call) -> Reply:
    """The runs of a reaction that are parked: what they were given, and why they failed."""
    running = _running(house, call)
    runs = await parked_runs(house.store, call.tenant, running.service, running.reaction.name)
    return json_reply({"parked": [_parked(run) for run in runs]})


def _parked(run: Parked) -> dict[str, Any]:
    return {
        "subject": run.subject,
        "moment": format_instant(run.moment),
        "first": format_instant(run.first),
        "last": format_instant(run.last),
        "tries": run.tries,
        "reason": run.reason if isinstance(run.reason, Text) else Text(run.reason, run.reason, run.reason),
        "trace": run.trace,
        "given": [{"id": given.id, "position": given.position} for given in run.given],
    }


async def run_parked(house: House, call: Call) -> Reply:
    """Run again what is parked, with what is known now."""
    wish = call.decode(_Again)
    running = _running(house, call)
    if wish.subject is not None and wish.subject not in running.parked:
        raise ResourceNotFound(f"nothing is parked of {wish.subject[:200]}")
    entry = AuditEntry(RUN_AGAIN, f"reaction/{running.service}.{running.reaction.name}", {"subject": wish.subject})
    await house.store.apply(call.tenant, (entry,), call.principal)
    return json_reply({"woken": await running.run_parked(wish.subject)}, 202)


def room_of(house: House, call: Call) -> Room:
    name = call.params["name"]
    room = house.town(call.tenant).rooms.rooms.get(name)
    if room is None:
        raise ResourceNotFound(f"there is no service {name[:80]}")
    return room


def _running(house: House, call: Call) -> RunningReaction:
    room = room_of(house, call)
    if room.reactor is None:
        raise Conflict(f"{room.service.name} does not run")
    name = call.params["reaction"]
    for running in room.reactor.reactions:
        if running.reaction.name == name:
            return running
    raise ResourceNotFound(f"{room.service.name} has no reaction {name[:80]}")


SERVICE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/services",
        permission="console.read",
        endpoint=list_services,
        summary="Services and their reactions: how each is doing, which failed",
    ),
    Route(
        method="POST",
        path="/pinisi/v1/services/{name}",
        permission="services.switch",
        endpoint=switch_service,
        summary="Start, stop or start again one service",
        body="Switch",
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/services/{name}/reactions/{reaction}/parked",
        permission="services.switch",
        endpoint=list_parked,
        summary="Runs of a reaction that failed and are parked",
        answers=(200, 404, 409),
    ),
    Route(
        method="POST",
        path="/pinisi/v1/services/{name}/reactions/{reaction}/parked",
        permission="services.switch",
        endpoint=run_parked,
        summary="Run again what is parked",
        body="RunAgain",
        answers=(202, 400, 404, 409),
    ),
)
