"""Procedures over HTTP: what a city has, what is proposed and followed in an incident, acts, tasks, and paper."""

import asyncio
from typing import Any, Literal

import msgspec

from pinisi.city.text import LANGUAGES, Language
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.procedure_json import (
    facts_of,
    is_exercise,
    playbook_json,
    run_json,
    shelf_json,
    task_json,
    whole_playbook_json,
)
from pinisi.console.procedure_print import BLANKS, CONTENT_SECURITY, printed
from pinisi.console.town import Town
from pinisi.incidents.desk import MayNot
from pinisi.incidents.procedures.checking import is_proposed
from pinisi.incidents.procedures.followed import Followed, NoSuchRun
from pinisi.incidents.procedures.run import RunAct
from pinisi.incidents.procedures.shelf import Shelf
from pinisi.incidents.procedures.tasks import is_mine, tasks_of
from pinisi.incidents.queue import Case, NoSuchIncident
from pinisi.incidents.requirements import BadAct
from pinisi.incidents.states import OPEN

HTML_MEDIA = b"text/html; charset=utf-8"


class ProcedureWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which procedure to follow; `drill`: as an exercise."""

    procedure: str
    drill: bool = False


class ProcedureAct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was done. `words`: a note, a reason, or the text that was sent; `command`: the body of a step's command."""

    act: Literal["done", "answer", "skip", "reopen", "sent", "command", "pause", "resume", "cancel"]
    step: str = ""
    answer: str = ""
    words: str = ""
    command: dict[str, Any] = {}


async def list_procedures(house: House, call: Call) -> Reply:
    shelf = await _shelf(house.town(call.tenant))
    return json_reply({"position": await house.store.position(call.tenant), **shelf_json(shelf)})


async def get_procedure(house: House, call: Call) -> Reply:
    town = house.town(call.tenant)
    playbook = (await _shelf(town)).by_id.get(call.params["id"])
    if playbook is None:
        raise NoSuchRun(call.params["id"])
    return json_reply(whole_playbook_json(town, playbook))


async def print_procedure(house: House, call: Call) -> Reply:
    """The whole procedure on paper, for a day without power."""
    town = house.town(call.tenant)
    playbook = (await _shelf(town)).by_id.get(call.params["id"])
    if playbook is None:
        raise NoSuchRun(call.params["id"])
    return _page(printed(town, playbook, None, _language(call), BLANKS))


async def list_followed(house: House, call: Call) -> Reply:
    """What is proposed for an incident, what is followed in it, and what else could be."""
    town, id = house.town(call.tenant), call.params["id"]
    case, shelf = await house.queue.case(call.tenant, id, call.grants), await _shelf(town)
    followed = await house.procedures.kept.of(call.tenant, id)
    known = await house.surroundings.circumstances(call.tenant, case)
    active = {each.run.playbook for each in followed if each.run.active}
    proposed = [each.id for each in shelf.playbooks if each.id not in active and is_proposed(each.when, known)]
    return json_reply(
        {
            "position": case.position,
            "proposed": proposed,
            "runs": [run_json(town, case, each, shelf) for each in reversed(followed)],
            "procedures": [playbook_json(playbook) for playbook in shelf.playbooks],
            "exercise": is_exercise(town, case),
        }
    )


async def start_procedure(house: House, call: Call) -> Reply:
    wish, town = call.decode(ProcedureWish), house.town(call.tenant)
    playbook = (await _shelf(town)).by_id.get(wish.procedure)
    if playbook is None:
        raise BadAct("procedure", f"there is no procedure {wish.procedure[:80]!r} in this city")
    case = await house.queue.case(call.tenant, call.params["id"], call.grants)
    drill = wish.drill or is_exercise(town, case)
    followed = await house.procedures.start(
        call.tenant, call.params["id"], playbook, call.principal, town.now(), drill=drill
    )
    return await _answer(house, call, followed, 201)


async def act_on_procedure(house: House, call: Call) -> Reply:
    wish, now = call.decode(ProcedureAct), house.town(call.tenant).now()
    words = await _command(house, call, wish) if wish.act == "command" else wish.words
    act = RunAct(
        act=wish.act,
        at=now,
        by=call.principal.id,
        name=call.principal.name,
        step=wish.step,
        answer=wish.answer,
        words=words,
    )
    followed = await house.procedures.act(call.tenant, call.params["id"], call.params["run"], act, call.principal)
    return await _answer(house, call, followed, 200)


async def _command(house: House, call: Call, wish: ProcedureAct) -> str:
    """Give the command of a step, in a drill only as a trial; answers the command's id.

    Raises:
        MayNot: it asks for the permission to give commands.
        BadAct: the step has none.
        NotInBook, NotAllowed, BadField, Unfit, Conflict: see `Actions.give`.
    """
    if "commands.give" not in call.principal.permissions:
        raise MayNot("to give a command asks for the permission commands.give")
    await house.queue.case(call.tenant, call.params["id"], call.grants)
    known = await house.procedures.kept.one(call.tenant, call.params["id"], call.params["run"])
    step = known.playbook.by_id.get(wish.step)
    if step is None or step.action is None:
        raise BadAct("step", f"{wish.step[:80]!r} has no command")
    if known.run.state != "running" or known.run.progress(step.id).state != "open":
        raise BadAct("step", f"{step.id!r} is not open")
    body = msgspec.json.encode(wish.command)
    command = await house.actions.give(
        call.tenant, step.action.service, step.action.name, body, call.principal, shadow=known.run.drill
    )
    return command.id


async def print_followed(house: House, call: Call) -> Reply:
    """A run on paper: what was done by whom, what is open, boxes for the rest."""
    town = house.town(call.tenant)
    case = await house.queue.case(call.tenant, call.params["id"], call.grants)
    followed = await house.procedures.kept.one(call.tenant, call.params["id"], call.params["run"])
    return _page(printed(town, followed.playbook, followed.run, _language(call), facts_of(town, case)))


async def list_tasks(house: House, call: Call) -> Reply:
    """Open steps of every incident that the reader sees; of one `owner` (role or agency), or those that are `mine`."""
    town, owner = house.town(call.tenant), call.query.get("owner", "")
    mine = call.query.get("mine", "") == "true"
    agency = await house.crews.agency_of(call.tenant, call.principal)
    cases: dict[str, Case | None] = {}
    found: list[dict[str, Any]] = []
    for task in tasks_of(await house.procedures.kept.active(call.tenant)):
        case = await _seen(house, call, task.followed, cases)
        if case is None or (owner and owner not in task.owners):
            continue
        owns = bool(case.record.owner) and case.record.owner == call.principal.id
        his = is_mine(task, call.principal.roles, owns_incident=owns, agency=agency)
        if his or not mine:
            found.append(task_json(town, case, task, mine=his))
    limit, offset = call.number("limit", 100, 0, 500), call.number("offset", 0, 0, 1_000_000)
    position = await house.store.position(call.tenant)
    return json_reply({"position": position, "count": len(found), "tasks": found[offset : offset + limit]})


async def _seen(house: House, call: Call, followed: Followed, known: dict[str, Case | None]) -> Case | None:
    """The incident of a run, where the reader sees it and it is not closed."""
    id = followed.run.incident
    if id not in known:
        try:
            case = await house.queue.case(call.tenant, id, call.grants)
            known[id] = case if case.record.state in OPEN else None
        except NoSuchIncident:
            known[id] = None
    return known[id]


async def _answer(house: House, call: Call, followed: Followed, status: int) -> Reply:
    town = house.town(call.tenant)
    case = await house.queue.case(call.tenant, followed.run.incident, call.grants)
    return json_reply(run_json(town, case, followed, await _shelf(town)), status)


async def _shelf(town: Town) -> Shelf:
    return await asyncio.to_thread(town.shelves.now)


def _language(call: Call) -> Language:
    language = call.query.get("language", "id")
    if language not in LANGUAGES:
        raise BadRequest("language", f"one of {', '.join(LANGUAGES)}")
    return language


def _page(body: str) -> Reply:
    return Reply(200, body.encode(), HTML_MEDIA, ((b"content-security-policy", CONTENT_SECURITY),))


_PATH = "/pinisi/v1/procedures"
_INCIDENT = "/pinisi/v1/incidents/{id}/procedures"

PROCEDURE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PATH,
        permission="incidents.read",
        endpoint=list_procedures,
        summary="The procedures of the city, and what is wrong with the others",
    ),
    Route(
        method="GET",
        path=_PATH + "/{id}",
        permission="incidents.read",
        endpoint=get_procedure,
        summary="One procedure in full, with its sources",
        answers=(200, 404),
    ),
    Route(
        method="GET",
        path=_PATH + "/{id}/print",
        permission="incidents.read",
        endpoint=print_procedure,
        summary="One procedure to print, for a day without power",
        parameters=("language",),
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path=_INCIDENT,
        permission="incidents.read",
        endpoint=list_followed,
        summary="What is proposed for an incident and what is followed in it",
        answers=(200, 404),
    ),
    Route(
        method="POST",
        path=_INCIDENT,
        permission="procedures.run",
        endpoint=start_procedure,
        summary="Start to follow a procedure",
        body="ProcedureWish",
        answers=(201, 400, 404, 409),
    ),
    Route(
        method="POST",
        path=_INCIDENT + "/{run}/acts",
        permission="procedures.run",
        endpoint=act_on_procedure,
        summary="Do, answer, skip or take back a step; pause, resume or cancel",
        body="ProcedureAct",
        answers=(200, 400, 404, 409),
    ),
    Route(
        method="GET",
        path=_INCIDENT + "/{run}/print",
        permission="incidents.read",
        endpoint=print_followed,
        summary="What was done and what is left, to print",
        parameters=("language",),
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/tasks",
        permission="incidents.read",
        endpoint=list_tasks,
        summary="Open steps of all incidents with owner and clock",
        parameters=("mine", "owner", "limit", "offset"),
        answers=(200, 400),
    ),
)
