"""Jobs over HTTP: what can be computed, what is being computed, starting one and ending one."""

from typing import Any

import msgspec

from pinisi.console.asked_form import asked_form
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.context.term_table import TermTable
from pinisi.people.requests import read_request
from pinisi.runtime.job import Job
from pinisi.runtime.job_entity import Asked
from pinisi.runtime.manifest import Service
from pinisi.vocabulary.instant import Instant, format_instant


class JobWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A job by its service and name; `input` has the fields that the job says it takes."""

    service: str
    job: str
    input: dict[str, Any] = {}


async def list_jobs(house: House, call: Call) -> Reply:
    """What services offer, the last turns of those with a clock, and all jobs that were asked for, newest first."""
    limit, offset = call.number("limit", 50, 0, 500), call.number("offset", 0, 0, 1_000_000)
    position = await house.store.position(call.tenant)
    asked, total = await house.jobs.all(call.tenant, call.grants, limit=limit, offset=offset)
    offered = [_offered(service, job, house.pinisi_table) for service, job in house.jobs.offered]
    jobs = [_shown(each, call) for each in asked]
    turns = [_shown(each, call) for each in await house.jobs.turns(call.tenant, call.grants)]
    return json_reply({"position": position, "offered": offered, "turns": turns, "jobs": jobs, "count": total})


async def get_job(house: House, call: Call) -> Reply:
    return json_reply(_shown(await house.jobs.one(call.tenant, call.params["id"], call.grants), call))


async def start_job(house: House, call: Call) -> Reply:
    wish = read_request(call.body, JobWish)
    asked = await house.jobs.ask(call.tenant, wish.service, wish.job, msgspec.json.encode(wish.input), call.principal)
    return json_reply(_shown(asked, call), 201, ((b"location", f"{_PATH}/{asked.id}".encode()),))


async def cancel_job(house: House, call: Call) -> Reply:
    return json_reply(_shown(await house.jobs.cancel(call.tenant, call.params["id"], call.principal), call))


def _offered(service: Service, job: Job[Any, Any], table: TermTable) -> dict[str, Any]:
    return {
        "service": service.name,
        "job": job.name,
        "title": job.title,
        "input": msgspec.json.schema(job.input),
        "form": asked_form(job.input, table),
        "method": job.method,
        "seconds": job.seconds,
        "memoryMb": job.memory_mb,
        "restarts": job.restarts,
        "every": job.every,
    }


def _shown(asked: Asked, call: Call) -> dict[str, Any]:
    """A job; its input only to those who may start jobs, who asked for it only to those who have signed in."""
    shown: dict[str, Any] = {
        "id": asked.id,
        "entity": asked.entity,
        "service": asked.service,
        "job": asked.job,
        "title": asked.title,
        "state": asked.state,
        "progress": round(100 * asked.share),
        "note": asked.note,
        "requestedAt": format_instant(asked.asked),
        "startedAt": _moment(asked.started),
        "endedAt": _moment(asked.ended),
        "reason": asked.reason,
        "results": asked.results,
        "exercise": asked.exercise,
        "turn": _moment(asked.turn),
        "every": asked.every or None,
    }
    if "jobs.run" in call.principal.permissions:
        shown["input"] = asked.input
    if call.principal.kind != "anonymous":
        shown["requestedBy"] = asked.by_name
    return shown


def _moment(moment: Instant) -> str | None:
    return format_instant(moment) if moment else None


_PATH = "/pinisi/v1/jobs"

JOB_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PATH,
        permission="console.read",
        endpoint=list_jobs,
        summary="Long computations: which there are, which were asked for and how far they are",
        parameters=("limit", "offset"),
    ),
    Route(
        method="POST",
        path=_PATH,
        permission="jobs.run",
        endpoint=start_job,
        summary="Start a long computation",
        body="JobWish",
        answers=(201, 400, 403, 404, 409),
    ),
    Route(
        method="GET",
        path=_PATH + "/{id}",
        permission="console.read",
        endpoint=get_job,
        summary="One long computation",
        answers=(200, 404),
    ),
    Route(
        method="POST",
        path=_PATH + "/{id}/cancel",
        permission="jobs.run",
        endpoint=cancel_job,
        summary="End a long computation that waits or runs",
        answers=(200, 404, 409),
    ),
)
