"""Recordings and replays over HTTP: what can be seen again, what is being seen, and its clock."""

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.town import clock_json
from pinisi.context.problems import ResourceNotFound
from pinisi.people.errors import NotAllowed
from pinisi.runtime.preparation import Preparation
from pinisi.runtime.recorded_history import HISTORY, Span
from pinisi.runtime.recordings import Entry, instant_of, missing
from pinisi.runtime.replay import Reach, Replay
from pinisi.runtime.replays import FASTEST, MOST, SLOWEST, NoSuchReplay, Wish
from pinisi.vocabulary.instant import Instant, format_instant

LONGEST_NAME = 40


class _NewSpan(msgspec.Struct, forbid_unknown_fields=True):
    since: str
    until: str
    types: list[str] = []


class _NewReplay(msgspec.Struct, forbid_unknown_fields=True):
    recording: str
    span: _NewSpan | None = None
    name: str = ""
    folder: str = ""
    at: str | None = msgspec.field(default=None, name="from")
    speed: float = 60.0
    paused: bool = False
    loop: bool = False
    notify: Reach = "held"


class _NewReplayAct(msgspec.Struct, forbid_unknown_fields=True):
    act: Literal["run", "pause", "seek", "speed", "loop", "end"]
    at: str | None = None
    speed: float | None = None
    loop: bool | None = None
    keep: bool = False


async def list_recordings(house: House, _call: Call) -> Reply:
    recordings = [_recording_json(house, entry) for entry in house.replays.library.entries]
    return json_reply({"recordings": recordings, "most": MOST})


def _recording_json(house: House, entry: Entry) -> dict[str, Any]:
    declared = entry.declared
    folder = house.replays.library.folder(entry, None)
    cards = {stream.card or stream.id for stream in declared.streams}
    return {
        "id": declared.id,
        "title": declared.title,
        "note": declared.note,
        "city": {"id": entry.city.id, "name": entry.city.name, "timeZone": entry.city.time_zone},
        "begin": format_instant(instant_of(declared.begin)),
        "until": format_instant(instant_of(declared.until)),
        "sources": [card.title for card in entry.sources if card.id in cards],
        "missing": missing(entry, folder),
    }


async def list_replays(house: House, _call: Call) -> Reply:
    return json_reply({"replays": [await _replay_json(house, replay) for replay in house.replays.all]})


async def get_replay(house: House, call: Call) -> Reply:
    replay = _replay(house, call)
    document = await _replay_json(house, replay)
    reel = replay.reel
    return json_reply({**document, "density": reel.density(replay.plan.begin, replay.plan.until) if reel else []})


async def start_replay(house: House, call: Call) -> Reply:
    new = call.decode(_NewReplay)
    if len(new.name) > LONGEST_NAME or not all(
        (letter.isalnum() and letter.isascii()) or letter == "-" for letter in new.name
    ):
        raise BadRequest("name", f"at most {LONGEST_NAME} letters, digits and dashes")
    if new.folder and "house.manage" not in call.principal.permissions:
        raise NotAllowed(
            "a folder of the server may be named by those who manage the house: set `data_from`, or ask them"
        )
    wish = Wish(
        recording=new.recording,
        span=_span(house, call, new),
        name=new.name,
        folder=Path(new.folder) if new.folder else None,
        start=None if new.at is None else _moment("from", new.at),
        speed=_speed(new.speed),
        running=not new.paused,
        loop=new.loop,
        reach=new.notify,
    )
    try:
        replay = await house.replays.start(wish, call.principal.name)
    except NoSuchReplay:
        raise ResourceNotFound(f"there is no recording {new.recording[:80]}") from None
    where = (b"location", f"{_PATH}/{replay.tenant}".encode())
    return json_reply(await _replay_json(house, replay), 201, (where,))


async def act_on_replay(house: House, call: Call) -> Reply:
    new = call.decode(_NewReplayAct)
    replay = _replay(house, call)
    if new.act == "end":
        await house.replays.end(replay.tenant, keep=new.keep)
        return json_reply({"id": replay.tenant, "state": "ended", "kept": new.keep})
    if replay.plan.ended:
        raise BadRequest("act", "this replay has ended and is only kept to be looked at; start it again")
    match new.act:
        case "run":
            await replay.run()
        case "pause":
            await replay.pause()
        case "seek":
            await replay.seek(_moment("at", new.at or ""))
        case "speed":
            await replay.set_speed(_speed(new.speed))
        case "loop":
            if new.loop is None:
                raise BadRequest("loop", "true or false")
            await replay.set_loop(new.loop)
    return json_reply(await _replay_json(house, replay))


def _span(house: House, call: Call, new: _NewReplay) -> Span | None:
    """Of the house's own past, for those who see all of it: in a replay nobody's limits would hold."""
    if new.recording != HISTORY:
        return None
    if new.span is None:
        raise BadRequest("span", "since, until and types: the part of the city's own past")
    if not call.grants.sees_all:
        raise NotAllowed("the city's own past is replayed by those who see all of it")
    since, until = _moment("span.since", new.span.since), _moment("span.until", new.span.until)
    if not since < until <= house.now():
        raise BadRequest("span.until", "lies after since, and not in the future")
    types = tuple(house.pinisi_table.expand_term(name) for name in new.span.types)
    return Span(types=types, since=since, until=until)


def _replay(house: House, call: Call) -> Replay:
    try:
        return house.replays.get(call.params["id"])
    except NoSuchReplay as error:
        raise ResourceNotFound(f"there is no replay {str(error)[:80]}") from None


def _moment(field: str, text: str) -> Instant:
    """A moment with its offset from UTC, as people and machines write it."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return round(moment.timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        raise BadRequest(field, "a moment with its offset from UTC, as 2017-02-21T06:00:00+07:00") from None


def _speed(speed: float | None) -> float:
    if speed is None or not SLOWEST <= speed <= FASTEST:
        raise BadRequest("speed", f"a number from {SLOWEST:g} to {FASTEST:,.0f}")
    return speed


async def _replay_json(house: House, replay: Replay) -> dict[str, Any]:
    plan, reel = replay.plan, replay.reel
    return {
        "id": replay.tenant,
        "tenant": replay.tenant,
        "recording": replay.recording.id,
        "title": replay.recording.title,
        "state": replay.state,
        "failure": replay.failure,
        "progress": replay.progress,
        "preparation": _preparation_json(replay.preparation),
        "clock": clock_json(replay.clock),
        "begin": format_instant(plan.begin),
        "until": format_instant(plan.until),
        "moment": format_instant(plan.moment if replay.preparing else replay.clock.now()),
        "speed": plan.speed,
        "loop": plan.loop,
        "events": {
            "total": reel.total if reel else None,
            "arrived": replay.taken,
            "outside": reel.outside if reel else None,
        },
        "notifications": {"reach": plan.reach, "held": await house.store.owed(replay.tenant)},
        "startedBy": plan.by,
        "started": format_instant(plan.started),
    }


def _preparation_json(preparation: Preparation | None) -> dict[str, Any] | None:
    if preparation is None:
        return None
    return {"step": preparation.step, "done": preparation.done, "total": preparation.total}


_PATH = "/pinisi/v1/replays"

REPLAY_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/recordings",
        permission="console.read",
        endpoint=list_recordings,
        summary="What of the past can be replayed, and what is missing for it",
    ),
    Route(
        method="GET",
        path=_PATH,
        permission="console.read",
        endpoint=list_replays,
        summary="The replays that run or are kept",
    ),
    Route(
        method="POST",
        path=_PATH,
        permission="replays.run",
        endpoint=start_replay,
        summary="Start a replay in a tenant of its own",
        body="Replay",
        answers=(201, 400, 404, 409),
    ),
    Route(
        method="GET",
        path=_PATH + "/{id}",
        permission="console.read",
        endpoint=get_replay,
        summary="One replay, with how many events lie where in its day",
        answers=(200, 404),
    ),
    Route(
        method="POST",
        path=_PATH + "/{id}",
        permission="replays.run",
        endpoint=act_on_replay,
        summary="Run, pause, seek, set the speed, loop or end it",
        body="ReplayAct",
        answers=(200, 400, 404, 409),
    ),
)
