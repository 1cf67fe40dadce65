"""Commands over HTTP: what can be commanded, giving a command, being its second person, saying what became of it."""

from typing import Any, Literal

import msgspec

from pinisi.console.asked_form import asked_form
from pinisi.console.house import House
from pinisi.console.http import PROBLEM_MEDIA, BadRequest, Call, Reply, Route, json_reply
from pinisi.people.requests import read_request
from pinisi.runtime.command import Command, joined
from pinisi.runtime.permit import Offer
from pinisi.vocabulary.instant import Instant, format_instant

LONGEST_KEY = 200
LONGEST_NOTE = 500


class CommandWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command by its service and action; `shadow`: everything but its effect."""

    service: str
    action: str
    command: dict[str, Any] = {}
    shadow: bool = False


class CommandAct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`approve` or `decline` what waits for a second person; `settle` what is uncertain, by what has `happened`."""

    act: Literal["approve", "decline", "settle"]
    note: str = ""
    happened: bool | None = None


async def list_commands(house: House, call: Call) -> Reply:
    """What services offer, and the commands that were given, newest first."""
    limit, offset = call.number("limit", 50, 0, 500), call.number("offset", 0, 0, 1_000_000)
    position = await house.store.position(call.tenant)
    commands, total = await house.actions.all(call.tenant, call.grants, limit=limit, offset=offset)
    return json_reply(
        {
            "position": position,
            "offered": [_offered(house, call.tenant, offer) for offer in house.actions.offered],
            "unknownRules": house.actions.unknown_rules(call.tenant),
            "commands": [_shown(each, call) for each in commands],
            "count": total,
        }
    )


async def get_command(house: House, call: Call) -> Reply:
    return json_reply(_shown(await house.actions.one(call.tenant, call.params["id"], call.grants), call))


async def give_command(house: House, call: Call) -> Reply:
    wish = read_request(call.body, CommandWish)
    key = call.header(b"idempotency-key") or ""
    if len(key) > LONGEST_KEY:
        raise BadRequest("Idempotency-Key", f"is longer than {LONGEST_KEY} characters")
    body = msgspec.json.encode(wish.command)
    command = await house.actions.give(
        call.tenant, wish.service, wish.action, body, call.principal, shadow=wish.shadow, key=key
    )
    return _answer(command, call, 201, ((b"location", f"{_PATH}/{command.id}".encode()),))


async def act_on_command(house: House, call: Call) -> Reply:
    new, id = read_request(call.body, CommandAct), call.params["id"]
    if len(new.note) > LONGEST_NOTE:
        raise BadRequest("note", f"is longer than {LONGEST_NOTE} characters")
    match new.act:
        case "approve":
            command = await house.actions.approve(call.tenant, id, call.principal)
        case "decline":
            command = await house.actions.decline(call.tenant, id, call.principal, new.note.strip())
            return json_reply(_shown(command, call))
        case "settle":
            if new.happened is None or not new.note.strip():
                raise BadRequest("happened" if new.happened is None else "note", "what happened, and how you know")
            command = await house.actions.settle(
                call.tenant, id, call.principal, happened=new.happened, note=new.note.strip()
            )
    return _answer(command, call, 200)


def _answer(command: Command, call: Call, status: int, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Reply:
    """The command; one that was refused is a problem (RFC 9457) with the command in it, so that nobody overlooks it."""
    if command.state not in ("refused", "expired"):
        return json_reply(_shown(command, call), status, headers)
    problem = {
        "type": "urn:pinisi:error:CommandRefused",
        "title": "The command is refused",
        "status": 409,
        "detail": joined(command.reasons).en,
        "command": _shown(command, call),
    }
    return Reply(409, msgspec.json.encode(problem), PROBLEM_MEDIA, headers)


def _offered(house: House, tenant: str, offer: Offer) -> dict[str, Any]:
    action = offer.action
    ruled = offer.name in house.town(tenant).profile.rules.commands.two_persons
    return {
        "service": offer.service.name,
        "action": action.name,
        "title": action.title,
        "command": msgspec.json.schema(action.command),
        "form": asked_form(action.command, house.pinisi_table),
        "permission": action.permission,
        "twoPersons": True if ruled else "sometimes" if callable(action.two_persons) else action.two_persons,
        "onlyTried": house.actions.only_tried(tenant, offer),
    }


def _shown(command: Command, call: Call) -> dict[str, Any]:
    """A command; what it says, and who gave it, only to those who may give commands."""
    shown: dict[str, Any] = {
        "id": command.id,
        "entity": command.entity,
        "service": command.service,
        "action": command.action,
        "title": command.title,
        "state": command.state,
        "shadow": command.shadow,
        "exercise": command.exercise,
        "targets": command.targets,
        "requestedAt": format_instant(command.asked),
        "waitsUntil": _moment(command.until) if command.state == "awaitingSecond" else None,
        "startedAt": _moment(command.begun),
        "endedAt": _moment(command.ended),
        "reasons": command.reasons,
        "results": command.results,
    }
    if "commands.give" in call.principal.permissions:
        account = call.principal.account
        shown["command"] = command.body
        shown["requestedBy"] = command.by.name
        shown["second"] = command.second.name if command.second is not None else None
        shown["own"] = bool(account) and account == command.by.account
    return shown


def _moment(moment: Instant) -> str | None:
    return format_instant(moment) if moment else None


_PATH = "/pinisi/v1/commands"

COMMAND_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PATH,
        permission="console.read",
        endpoint=list_commands,
        summary="Commands: which there are, which were given, what became of them",
        parameters=("limit", "offset"),
    ),
    Route(
        method="POST",
        path=_PATH,
        permission="commands.give",
        endpoint=give_command,
        summary="Give a command",
        body="CommandWish",
        answers=(201, 400, 403, 404, 409),
    ),
    Route(
        method="GET",
        path=_PATH + "/{id}",
        permission="console.read",
        endpoint=get_command,
        summary="One command",
        answers=(200, 404),
    ),
    Route(
        method="POST",
        path=_PATH + "/{id}",
        permission="commands.give",
        endpoint=act_on_command,
        summary="Be the second person of a command, or say what became of it",
        body="CommandAct",
        answers=(200, 400, 403, 404, 409),
    ),
)
