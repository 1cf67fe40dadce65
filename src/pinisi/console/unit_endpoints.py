"""Units over HTTP: the roster, how each stands and where it is, and which to send to an incident."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.operations import MOST_NEEDED
from pinisi.city.words import value_text
from pinisi.console.demand import demand_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.incident_bodies import moment_of
from pinisi.console.layers import point_of
from pinisi.console.refusals import refuse
from pinisi.console.town import Town
from pinisi.incidents.incident import word_of
from pinisi.incidents.queue import Case
from pinisi.incidents.units.duty_file import is_duty_file, read_duties
from pinisi.incidents.units.recommendation import Candidate, Recommendation, recommend
from pinisi.incidents.units.roster import NewUnit
from pinisi.incidents.units.roster_file import RowFault, read_roster
from pinisi.incidents.units.roster_preview import Change, duty_changes, roster_changes
from pinisi.incidents.units.unit import ID, OFF_REASONS, Unit
from pinisi.incidents.units.wording import HOW_IT_IS_FOUND, NO_PLACE, NO_UNITS, cover_text
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import LOCATION

MOST_FILE = 2_000_000


class UnitWish(msgspec.Struct, forbid_unknown_fields=True):
    """A new unit. `code` is its own within the city, `base` [longitude, latitude]; it names nobody."""

    code: str
    name: str
    agency: str
    capabilities: list[str]
    base: list[float]
    exercise: bool = False


class UnitChange(msgspec.Struct, forbid_unknown_fields=True):
    """A unit as it should be; its code, state and position stay."""

    name: str
    agency: str
    capabilities: list[str]
    base: list[float]
    exercise: bool = False


class UnitFile(msgspec.Struct, forbid_unknown_fields=True):
    """The text of a `units.csv` or of a shift's list; `preview`: only say what it would change."""

    text: str
    preview: bool = False


class UnitStateWish(msgspec.Struct, forbid_unknown_fields=True):
    """`free`, `returning` or `off`, and why it is off."""

    state: str
    reason: str = ""


class UnitPosition(msgspec.Struct, forbid_unknown_fields=True):
    """Where it was seen; `observedAt` nothing: now."""

    position: list[float]
    observedAt: str = ""


async def list_units(house: House, call: Call) -> Reply:
    """The roster; where there is none, what is missing and how it comes."""
    town = house.town(call.tenant)
    agency = call.query.get("agency", "")
    units = [unit for unit in await house.roster.units(call.tenant, call.grants) if agency in ("", unit.agency)]
    rules = town.profile.operations
    return json_reply(
        {
            "units": [unit_json(unit) for unit in units],
            "missing": None if units else NO_UNITS,
            "capabilities": rules.capabilities,
            "agencies": [{"code": each.code, "name": each.name} for each in rules.agencies],
            "offReasons": [{"code": code, "name": value_text("outOfService", code)} for code in OFF_REASONS],
            "position": await house.store.position(call.tenant),
        }
    )


async def register_unit(house: House, call: Call) -> Reply:
    new = msgspec.convert(msgspec.to_builtins(call.decode(UnitWish)), NewUnit)
    (unit,) = await house.roster.register(call.tenant, [new], call.principal, correct=False)
    return json_reply(unit_json(unit), 201, ((b"location", f"/pinisi/v1/units/{unit.id}".encode()),))


async def change_unit(house: House, call: Call) -> Reply:
    wish, id = call.decode(UnitChange), call.params["id"]
    code = id.removeprefix(f"{ID}{call.tenant}-")
    new = msgspec.convert({**msgspec.to_builtins(wish), "code": code}, NewUnit)
    return json_reply(unit_json(await house.roster.change(call.tenant, id, new, call.principal)))


async def import_units(house: House, call: Call) -> Reply:
    """All rows of a roster or of a shift's list, or none; a preview says what it would change, and writes nothing."""
    file = call.decode(UnitFile)
    if len(file.text) > MOST_FILE:
        raise BadRequest("text", f"at most {MOST_FILE} characters")
    known = {unit.id: unit for unit in await house.roster.units(call.tenant, EVERYTHING)}
    read = _duties if is_duty_file(file.text) else _roster
    changes, faults, write = read(house, call, file.text, known)
    if file.preview:
        return json_reply({"units": 0, "faults": faults, "changes": changes})
    if faults:
        return _refused_file(faults)
    await write()
    return json_reply({"units": len(changes), "faults": []})


def _refused_file(faults: Sequence[RowFault]) -> Reply:
    """A problem document that lists what is wrong, row by row."""
    reply = refuse(400, "The file does not fit", f"rows are wrong: {len(faults)}; nothing was written")
    told = msgspec.json.decode(reply.body, type=dict[str, Any])
    return msgspec.structs.replace(reply, body=msgspec.json.encode(told | {"units": 0, "faults": faults}))


_Read = tuple[Sequence[Change], Sequence[RowFault], Callable[[], Awaitable[Any]]]


def _roster(house: House, call: Call, text: str, known: Mapping[str, Unit]) -> _Read:
    """Units that are known are corrected, those that the file does not name stay."""
    rules = house.town(call.tenant).profile.operations
    new, faults = read_roster(text, call.tenant, rules)
    changes = roster_changes(call.tenant, new, known, rules)
    return changes, faults, lambda: house.roster.register(call.tenant, new, call.principal, correct=True)


def _duties(house: House, call: Call, text: str, known: Mapping[str, Unit]) -> _Read:
    """Units that the list does not name stay as they are."""
    duties, faults = read_duties(text, call.tenant, known)
    told = [(each.unit, each.on, each.reason) for each in duties]
    return duty_changes(duties, known), faults, lambda: house.roster.set_duties(call.tenant, told, call.principal)


async def get_unit(house: House, call: Call) -> Reply:
    return json_reply(unit_json(await house.roster.unit(call.tenant, call.params["id"], call.grants)))


async def set_unit_state(house: House, call: Call) -> Reply:
    wish = call.decode(UnitStateWish)
    unit = await house.roster.set_state(call.tenant, call.params["id"], wish.state, call.principal, wish.reason)
    return json_reply(unit_json(unit))


async def report_position(house: House, call: Call) -> Reply:
    told, town = call.decode(UnitPosition), house.town(call.tenant)
    at = moment_of("observedAt", told.observedAt) or town.now()
    unit = await house.roster.report(call.tenant, call.params["id"], told.position, at, call.principal, town.now())
    return json_reply(unit_json(unit))


async def remove_unit(house: House, call: Call) -> Reply:
    await house.roster.remove(call.tenant, call.params["id"], call.principal)
    return Reply(204)


async def recommend_units(house: House, call: Call) -> Reply:
    """Which units to send: among all of the city, since the nearest may stand outside of the reader's area."""
    town = house.town(call.tenant)
    case = await house.queue.case(call.tenant, call.params["id"], call.grants)
    needed = _needed(call, town, case)
    place = point_of(word_of(case.entity, LOCATION))
    units = await house.roster.units(call.tenant, EVERYTHING)
    await town.atlas.refresh()
    demand, basis = demand_of(town.atlas.cards(), town.atlas.people)
    way, remark = await house.roads.travel(call.tenant, town.now())
    missing = NO_UNITS if not units else NO_PLACE if place is None else None
    found = Recommendation(chosen=(), candidates=(), missing=tuple(sorted(needed)))
    if place is not None and units:
        found = recommend(units, needed, place, demand, way, town.now())
    chosen = {each.unit for each in found.chosen}
    known = {unit.id: unit for unit in units}
    return json_reply(
        {
            "needed": needed,
            "method": way.method,
            "roads": remark,
            "how": HOW_IT_IS_FOUND,
            "demand": basis,
            "candidates": [_candidate_json(each, known[each.unit], each.unit in chosen) for each in found.candidates],
            "lacking": found.missing,
            "missing": missing,
            "at": format_instant(town.now()),
        }
    )


def unit_json(unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.id,
        "name": unit.name,
        "agency": unit.agency,
        "capabilities": sorted(unit.capabilities),
        "state": unit.state,
        "base": unit.base,
        "position": unit.position,
        "observedAt": format_instant(unit.seen_at) if unit.position else None,
        "incident": unit.incident or None,
        "exercise": unit.exercise,
        "outOfService": unit.off_reason or None,
    }


def _candidate_json(found: Candidate, unit: Unit, chosen: bool) -> dict[str, Any]:
    return {
        **unit_json(unit),
        "chosen": chosen,
        "travel": round(found.travel),
        "coverLoss": round(found.cover_loss),
        "coverText": cover_text(found.uncovered),
        "uncovered": None if found.uncovered is None else [found.uncovered[0], round(found.uncovered[1])],
        "covers": found.covers,
        "positionAge": None if found.position_age is None else round(found.position_age),
        "positionStale": found.stale,
        "stretched": found.stretched,
    }


def _needed(call: Call, town: Town, case: Case) -> Mapping[str, int]:
    """`need=fire-engine:2,ambulance` of the query; else what the city usually sends to such an incident."""
    text = call.query.get("need", "")
    if not text:
        return town.profile.operations.needs(case.record.category, case.record.subcategory)
    needed: dict[str, int] = {}
    for part in text.split(",")[:MOST_NEEDED]:
        word, _, count = part.strip().partition(":")
        if not word or not (count or "1").isascii() or not (count or "1").isdigit() or len(count) > 2:
            raise BadRequest("need", "capabilities with commas between, each with a number: fire-engine:2,ambulance")
        if not 0 < int(count or "1") <= MOST_NEEDED:
            raise BadRequest("need", f"from 1 to {MOST_NEEDED} units of each")
        needed[word[:40]] = int(count or "1")
    return needed


_PATH = "/pinisi/v1/units"

UNIT_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PATH,
        permission="incidents.read",
        endpoint=list_units,
        summary="The roster of units, or what is missing and how it comes",
        parameters=("agency",),
    ),
    Route(
        method="POST",
        path=_PATH,
        permission="units.dispatch",
        endpoint=register_unit,
        summary="Enter a unit",
        body="UnitWish",
        answers=(201, 400, 409),
    ),
    Route(
        method="POST",
        path=_PATH + "/import",
        permission="units.dispatch",
        endpoint=import_units,
        summary="Import a roster (units.csv) or a shift's list: all rows or none, or a preview of what it would change",
        body="UnitFile",
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path=_PATH + "/{id}",
        permission="incidents.read",
        endpoint=get_unit,
        summary="One unit",
        answers=(200, 404),
    ),
    Route(
        method="PUT",
        path=_PATH + "/{id}",
        permission="units.dispatch",
        endpoint=change_unit,
        summary="Change a unit; its state and position stay",
        body="UnitChange",
        answers=(200, 400, 404),
    ),
    Route(
        method="DELETE",
        path=_PATH + "/{id}",
        permission="units.dispatch",
        endpoint=remove_unit,
        summary="Strike a unit from the roster",
        answers=(204, 404, 409),
    ),
    Route(
        method="POST",
        path=_PATH + "/{id}/state",
        permission="units.dispatch",
        endpoint=set_unit_state,
        summary="Put a unit on duty, off it, or home again",
        body="UnitStateWish",
        answers=(200, 400, 404, 409),
    ),
    Route(
        method="POST",
        path=_PATH + "/{id}/position",
        permission="units.dispatch",
        endpoint=report_position,
        summary="Report where a unit was seen",
        body="UnitPosition",
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/incidents/{id}/recommendation",
        permission="units.dispatch",
        endpoint=recommend_units,
        summary="Which units to send, with travel time and what they leave uncovered",
        parameters=("need",),
        answers=(200, 400, 404),
    ),
)
