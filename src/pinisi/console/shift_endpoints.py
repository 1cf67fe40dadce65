"""Hand-over from shift to shift over HTTP: what is open now, the notes, writing one, and the second signature."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.paper import language_of, on_paper, room_of, tongue_of, wants_pdf
from pinisi.console.sources import SourceHealth
from pinisi.console.town import Town
from pinisi.incidents.desk import MayNot, person_of
from pinisi.incidents.queue import Case, Wanted
from pinisi.incidents.report.after_action import moment
from pinisi.incidents.shift.handover import Handover, Situation, SourceLine, StageLine, handover
from pinisi.incidents.shift.note import TEXT_LIMIT, ShiftNote, Signed
from pinisi.incidents.shift.told import told
from pinisi.incidents.states import LOUD, UNDER_WAY
from pinisi.incidents.warnings.warning import STATES
from pinisi.store.query import EntityQuery
from pinisi.store.seen import projection_of
from pinisi.vocabulary.instant import Instant, parse_instant

MOST_TOLD = 300
"""Open incidents that a note lists; it says how many more there are."""
MOST_LOOKED = 500
"""So many of the newest verified and closed incidents are looked at for broken glasses."""
MOST_NOTES = 100
_PAGE = 500
_ASKING = (*LOUD, *UNDER_WAY, "resolved", "verified")


class ShiftWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`words`: what the next shift should know beside the open state; at a signature a remark."""

    words: str = ""


async def list_shifts(house: House, call: Call) -> Reply:
    """What a note would hold now, and the notes, newest first."""
    limit = call.number("limit", 10, 0, MOST_NOTES)
    now = await _handover(house, call)
    notes = await house.shifts.notes(call.tenant)
    position = await house.store.position(call.tenant)
    seen = await _seen(house, call, *notes[:limit])
    return json_reply({"position": position, "now": now, "count": len(notes), "notes": seen})


async def get_shift(house: House, call: Call) -> Reply:
    """One note, as JSON or on paper; of what the reader may not see it says only how much there is."""
    pdf, language = wants_pdf(call, "json"), language_of(call)
    note = await house.shifts.note(call.tenant, call.params["id"])
    (shown,) = await _seen(house, call, note)
    if not pdf:
        return json_reply(shown)
    if shown["hidden"]:
        raise MayNot("the note speaks of incidents that you may not see: it is printed by who sees them all")
    town = house.town(call.tenant)
    tongue, made_at = tongue_of(town, language), moment(town.now())
    document = told(note, tongue, room_of(town, tongue), made_at)
    return await on_paper(house, document, made_at, f"shift-{note.id}-{language}")


async def hand_over(house: House, call: Call) -> Reply:
    """Who leaves writes the note: the open state as he sees it now, and his words."""
    leaves = _signature(call, house.town(call.tenant).now())
    note = await house.shifts.write(call.tenant, await _handover(house, call), leaves, call.principal)
    where = (b"location", f"{_PATH}/{note.id}".encode())
    return json_reply((await _seen(house, call, note))[0], 201, (where,))


async def take_over(house: House, call: Call) -> Reply:
    """Who comes signs; another person than who leaves, who sees all that the note speaks of."""
    comes = _signature(call, house.town(call.tenant).now())
    note = await house.shifts.note(call.tenant, call.params["id"])
    if (await _seen(house, call, note))[0]["hidden"]:
        raise MayNot("the note speaks of incidents that you may not see: somebody who sees them all has to sign")
    signed = await house.shifts.sign(call.tenant, note.id, comes, call.principal)
    return json_reply((await _seen(house, call, signed))[0])


def _signature(call: Call, now: Instant) -> Signed:
    words = call.decode(ShiftWish).words.strip()
    if len(words) > TEXT_LIMIT:
        raise BadRequest("words", f"at most {TEXT_LIMIT} characters")
    return Signed(by=person_of(call.principal), name=call.principal.name, at=moment(now), words=words)


async def _handover(house: House, call: Call) -> Handover:
    """The open state as the caller sees it."""
    town, queue, tenant = house.town(call.tenant), house.queue, call.tenant

    async def cases(states: tuple[Any, ...], limit: int) -> tuple[list[Case], int]:
        found, count = await queue.cases(tenant, Wanted(states=states), call.grants, limit=limit)
        return list(found), count

    asking, count = await cases(_ASKING, MOST_TOLD)
    shelved, _ = await cases(("shelved",), MOST_TOLD)
    _, suppressed = await cases(("suppressed",), 0)
    verified, _ = await cases(("verified", "closed"), MOST_LOOKED)
    situation = Situation(
        open=[(case, town.area_name(case.areas)) for case in asking],
        open_count=count,
        shelved=shelved,
        suppressed=suppressed,
        verified=verified,
        sources=await _sources(town),
        runs=[(each.run, each.playbook) for each in await house.procedures.kept.active(tenant)],
        stage=await _stage(town),
        operations=town.profile.operations,
        position=await house.store.position(tenant),
        exercise=town.exercise,
        warnings=await house.warnings.warnings(tenant, STATES),
    )
    return handover(situation, town.now())


async def _sources(town: Town) -> list[SourceLine]:
    await town.sources.refresh()
    return [_source(health) for health in town.sources.ailing()]


def _source(health: SourceHealth) -> SourceLine:
    last = moment(parse_instant(health.last_message)) if health.last_message else None
    return SourceLine(id=health.id, title=_words(health.title, health.id), state=health.state, last_message=last)


def _words(title: Any, id: str) -> Mapping[str, str]:
    if isinstance(title, dict):
        return msgspec.convert(title, dict[str, str])
    return dict.fromkeys(("id", "en", "ja"), str(title or id.rpartition(":")[2]))


async def _stage(town: Town) -> StageLine:
    change = await town.stage.current()
    if change is None:
        return StageLine(level=0)
    stage = town.profile.stages.stage(change.level)
    return StageLine(level=change.level, word=stage.word if stage else None, since=moment(change.at), by=change.name)


async def _seen(house: House, call: Call, *notes: ShiftNote) -> list[dict[str, Any]]:
    """The notes as the caller may see them."""
    ids = {id for note in notes for id in _spoken_of(note)}
    known = await _known(house, call, sorted(ids))
    return [_shown(note, known, call) for note in notes]


async def _known(house: House, call: Call, ids: Sequence[str]) -> frozenset[str]:
    """Those of the incidents that the caller sees."""
    found: set[str] = set()
    for start in range(0, len(ids), _PAGE):
        page = await house.store.find(
            call.tenant, EntityQuery(ids=tuple(ids[start : start + _PAGE])), call.grants, limit=_PAGE
        )
        found |= {record.id for record in page.records if projection_of(record, call.grants)}
    return frozenset(found)


def _spoken_of(note: ShiftNote) -> set[str]:
    all = note.handover
    return {each.id for each in (*all.open, *all.shelved, *all.glasses)}


def _shown(note: ShiftNote, known: frozenset[str], call: Call) -> dict[str, Any]:
    """`hidden`: how many incidents of the note lie where the caller sees none.

    Free words may speak of any of them: they are shown to who sees all.
    """
    all, hidden = note.handover, len(_spoken_of(note) - known)
    shown = msgspec.structs.replace(
        all,
        open=tuple(each for each in all.open if each.id in known),
        shelved=tuple(each for each in all.shelved if each.id in known),
        glasses=tuple(each for each in all.glasses if each.id in known),
        procedures=tuple(each for each in all.procedures if each.incident in known),
    )
    leaves, comes = note.leaves, note.comes
    if hidden:
        leaves = msgspec.structs.replace(leaves, words="")
        comes = msgspec.structs.replace(comes, words="") if comes else None
    told = msgspec.structs.replace(note, handover=shown, leaves=leaves, comes=comes)
    return {**msgspec.to_builtins(told), "hidden": hidden, "mine": note.leaves.by == person_of(call.principal)}


_PATH = "/pinisi/v1/shifts"

SHIFT_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PATH,
        permission="incidents.read",
        endpoint=list_shifts,
        summary="What one shift would hand to the next now, and the notes, newest first",
        parameters=("limit",),
        answers=(200, 400),
    ),
    Route(
        method="POST",
        path=_PATH,
        permission="incidents.act",
        endpoint=hand_over,
        summary="Write a hand-over note from the open state",
        body="ShiftWish",
        answers=(201, 400, 409),
    ),
    Route(
        method="GET",
        path=_PATH + "/{id}",
        permission="incidents.read",
        endpoint=get_shift,
        summary="A hand-over note, as JSON or as PDF in three languages",
        parameters=("lang", "format"),
        answers=(200, 400, 403, 404, 501),
    ),
    Route(
        method="POST",
        path=_PATH + "/{id}/sign",
        permission="incidents.act",
        endpoint=take_over,
        summary="Take over as a second person: sign the note",
        body="ShiftWish",
        answers=(200, 400, 403, 404, 409),
    ),
)
