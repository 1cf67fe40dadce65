"""An exercise over HTTP: where it is, what the callers in one's hands say, how the room does, its report."""

from typing import Any, Literal

import msgspec

from pinisi.city.operations import Operations
from pinisi.city.text import Text
from pinisi.console.exercise_room import ExerciseRoom
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.console.paper import language_of, on_paper, room_of, tongue_of, wants_pdf
from pinisi.console.town import Town
from pinisi.context.problems import ResourceNotFound
from pinisi.incidents.exercises.judging import Judged, JudgedInject, score_of
from pinisi.incidents.exercises.script import RingIn
from pinisi.incidents.exercises.told import Course, Names, told
from pinisi.incidents.report.after_action import moment
from pinisi.vocabulary.instant import Instant, format_instant

LEAD = "exercises.run"


class ExerciseAct(msgspec.Struct, forbid_unknown_fields=True):
    """`press-on` brings what comes next now."""

    act: Literal["start", "pause", "press-on", "end"]


def _room(house: House) -> ExerciseRoom:
    if house.exercise is None:
        raise ResourceNotFound("no exercise runs here: `pinisi exercise` opens one")
    return house.exercise


async def get_exercise(house: House, call: Call) -> Reply:
    """Those who lead it see the script and how the room does; players hear the callers whom they hold."""
    room = _room(house)
    held = await room.voices(call.principal)
    voices = [
        {"call": str(row["key"]), "inject": inject.id, "caller": voice.caller, "spot": voice.spot, "words": voice.words}
        for inject, row in held
        if isinstance(voice := inject.happening, RingIn)
    ]
    return json_reply({**_about(room), "voices": voices, **(await _script(room) if _leads(call) else {})})


async def act_on_exercise(house: House, call: Call) -> Reply:
    room, wish = _room(house), call.decode(ExerciseAct)
    match wish.act:
        case "start":
            room.start()
        case "pause":
            room.pause()
        case "press-on":
            room.press_on()
        case "end":
            room.end()
    return json_reply({**_about(room), **await _script(room)})


async def get_exercise_report(house: House, call: Call) -> Reply:
    """What was brought and what came of it; interim until the exercise is over."""
    room, language, town = _room(house), language_of(call), house.town(call.tenant)
    course = await _course(room, town)
    if not wants_pdf(call, "pdf"):
        given = [_inject_json(each) for each in course.given]
        return json_reply({**_about(room), "injects": given, "score": score_of(course.judged)})
    tongue = tongue_of(town, language)
    document = told(course, tongue, room_of(town, tongue), _names(room, town))
    return await on_paper(house, document, course.made_at, f"exercise-{room.script.id}-{language}")


def _leads(call: Call) -> bool:
    return LEAD in call.principal.permissions


def _about(room: ExerciseRoom) -> dict[str, Any]:
    script = room.script
    return {
        "id": script.id,
        "version": script.version,
        "title": script.title,
        "purpose": script.purpose,
        "state": room.state,
        "elapsed": round(room.elapsed),
        "length": script.length,
        "speed": room.speed,
        "startedAt": _moment(room.started),
        "endedAt": _moment(room.ended),
    }


async def _script(room: ExerciseRoom) -> dict[str, Any]:
    judged = await room.judged()
    return {
        "injects": [_inject_json(each) for each in judged],
        "score": score_of(judged),
        "sources": room.script.origins,
        "players": room.script.players,
    }


def _inject_json(each: JudgedInject) -> dict[str, Any]:
    inject = each.inject
    happening = inject.happening
    return {
        "id": inject.id,
        "at": inject.at,
        "title": inject.title,
        "kind": "call" if isinstance(happening, RingIn) else "event",
        "words": happening.words if isinstance(happening, RingIn) else None,
        "real": inject.real,
        "source": inject.source,
        "invented": inject.invented,
        "givenAt": _moment(each.given_at),
        "noticed": each.noticed,
        "by": each.by,
        "incident": each.incident or None,
        "expected": [_judged_json(result) for result in each.results],
    }


def _judged_json(result: Judged) -> dict[str, Any]:
    expectation = result.expectation
    return {
        "what": expectation.what,
        "within": expectation.within or None,
        "wanted": expectation.wanted or None,
        "state": result.state,
        "took": result.took,
        "got": result.got or None,
    }


def _moment(at: Instant) -> str | None:
    return format_instant(at) if at else None


async def _course(room: ExerciseRoom, town: Town) -> Course:
    return Course(
        script=room.script,
        judged=await room.judged(),
        started_at=room.started,
        ended_at=room.ended,
        speed=room.speed,
        made_at=moment(town.now()),
    )


def _names(room: ExerciseRoom, town: Town) -> Names:
    rules = town.profile.operations
    playbooks = town.shelves.now().playbooks
    return Names(
        categories=_categories(rules),
        agencies={agency.code: agency.name for agency in rules.agencies},
        procedures={playbook.id: playbook.title for playbook in playbooks},
        injects={inject.id: inject.title for inject in room.script.injects},
    )


def _categories(rules: Operations) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for category in rules.categories:
        found[category.code] = category.name
        for sub in category.subcategories:
            found[f"{category.code}/{sub.code}"] = Text(
                *(f"{getattr(category.name, tongue)} · {getattr(sub.name, tongue)}" for tongue in ("id", "en", "ja"))
            )
    return found


_PATH = "/pinisi/v1/exercise"

EXERCISE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PATH,
        permission="console.read",
        endpoint=get_exercise,
        summary="The exercise that this house is opened for; those who lead it see its script and how the room does",
        answers=(200, 404),
    ),
    Route(
        method="POST",
        path=_PATH,
        permission=LEAD,
        endpoint=act_on_exercise,
        summary="Start, pause or end the exercise, or bring what comes next",
        body="ExerciseAct",
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path=_PATH + "/report",
        permission="incidents.read",
        endpoint=get_exercise_report,
        summary="The report of the exercise, as PDF in three languages or as JSON",
        parameters=("lang", "format"),
        answers=(200, 400, 404, 501),
    ),
)
