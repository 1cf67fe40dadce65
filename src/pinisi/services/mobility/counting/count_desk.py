"""Takes stretches of counting in: each once, and the counts of their interval anew."""

from datetime import UTC, datetime

import msgspec

from pinisi.city.row_entity import slug
from pinisi.runtime.visit import Conflict, Visit
from pinisi.services.mobility.counting.acting import as_surveyor
from pinisi.services.mobility.counting.stretches import Cell, Cells, Stretch, added_up
from pinisi.services.mobility.counting.survey_bodies import Beside, StretchAnswer, StretchWish
from pinisi.services.mobility.engine.capacity.approach import VEHICLE_CLASSES, Counted, Turn, VehicleClass
from pinisi.services.mobility.models.counts import TurningCount, count_entity, count_id
from pinisi.services.mobility.models.surveys import Survey, instant_of
from pinisi.store.change import VersionConflict
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant

TRIES = 8
"""So often two phones that tell of one interval at once are heard one after the other."""
_taps = msgspec.json.Decoder(dict[Turn, dict[VehicleClass, int]]).decode


async def take(visit: Visit[StretchWish, None], survey: Survey) -> StretchAnswer:
    """
    Raises:
        Conflict: others were always a moment earlier; it can be sent again.
    """
    visit = as_surveyor(visit)
    for _ in range(TRIES):
        known = await visit.records.read("one stretch", _of(visit), visit.principal)
        if known:
            return StretchAnswer(key=visit.body.key, repeated=True)
        try:
            return await _kept(visit, survey)
        except VersionConflict:
            continue
    raise Conflict("other phones told of the same minutes at this moment: send it again")


async def _kept(visit: Visit[StretchWish, None], survey: Survey) -> StretchAnswer:
    """
    Raises:
        VersionConflict: another phone was a moment earlier.
    """
    wish = visit.body
    since, until = instant_of(wish.since), instant_of(wish.until)
    length = survey.minutes * MINUTE
    begin = since // length * length
    place = {"survey": survey.key, "approach": slug(wish.approach)}
    seen = await visit.records.read("version", {**place, "begin": begin}, visit.principal)
    version = int(str(seen[0]["version"])) if seen else 0
    span = {**place, "since": begin, "until": begin + length}
    rows = await visit.records.read("stretches", span, visit.principal)
    new = Stretch(id="", since=since, until=until, turns=wish.turns, classes=wish.classes, taps=wish.taps)
    cells = added_up([*(_stretch(row) for row in rows), new])
    kept = {**_of(visit), **place, "since": since, "until": until, "received": visit.now}
    kept |= {"turns": ",".join(wish.turns), "classes": ",".join(wish.classes)}
    kept["taps"] = msgspec.json.encode(wish.taps).decode()
    records = [
        visit.records.change("keep stretch", kept, rows=1),
        visit.records.change("add up", {**place, "begin": begin, "seen": version}, rows=1),
    ]
    await visit.keep(records, [_count(survey, wish.approach, turn, begin, cells) for turn in _turns(cells)])
    beside = tuple(Beside(turn, kind) for (turn, kind), cell in cells.items() if "" in cell.beside)
    return StretchAnswer(key=wish.key, repeated=False, beside=beside)


def _of(visit: Visit[StretchWish, None]) -> dict[str, str]:
    return {"account": visit.principal.account or visit.principal.id, "key": visit.body.key}


def _stretch(row: object) -> Stretch:
    told = msgspec.convert(row, dict[str, str | int])
    return Stretch(
        id=str(told["id"]),
        since=int(told["since"]),
        until=int(told["until"]),
        turns=msgspec.convert(str(told["turns"]).split(","), tuple[Turn, ...]),
        classes=msgspec.convert(str(told["classes"]).split(","), tuple[VehicleClass, ...]),
        taps=_taps(str(told["taps"])),
    )


def _turns(cells: Cells) -> list[Turn]:
    return list(dict.fromkeys(turn for turn, _ in cells))


def _count(survey: Survey, approach: str, turn: Turn, begin: Instant, cells: Cells) -> dict[str, object]:
    """The count of one movement in the interval, as the survey says it: measured."""
    mine: dict[VehicleClass, Cell] = {kind: cells[turn, kind] for kind in VEHICLE_CLASSES if (turn, kind) in cells}
    minutes: dict[VehicleClass, float] = {kind: _minutes(cell) for kind, cell in mine.items()}
    count = TurningCount(
        junction=survey.junction,
        approach=approach,
        movement=turn,
        begin=datetime.fromtimestamp(begin // SECOND, UTC),
        minutes=max(minutes.values()),
        counted=Counted(**{kind: cell.number for kind, cell in mine.items()}),
        length=survey.minutes,
        classes=tuple(mine),
        minutes_by_class=minutes,
    )
    entity = count_entity(count, count_id(slug(survey.junction), slug(approach), turn))
    return {name: {**value, **_source(survey)} if isinstance(value, dict) else value for name, value in entity.items()}


def _source(survey: Survey) -> dict[str, object]:
    return {
        "method": {"type": "Property", "value": "measured"},
        "provider": {"type": "Property", "value": survey.name},
    }


def _minutes(cell: Cell) -> float:
    """Whole where it is so to a second."""
    minutes = cell.covered / MINUTE
    return round(minutes) if abs(minutes - round(minutes)) < 1 / 60 else round(minutes, 2)
