"""Headways of one line: its ways, the stops on them, and the vehicles that went along."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Literal

import msgspec

from pinisi.city.text import fill
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.engine.transit.headways import (
    OFF,
    Between,
    Fix,
    Hold,
    Mark,
    Way,
    between,
    evenness,
    holds,
    passing,
    track,
)
from pinisi.services.mobility.transit.headway_answer import (
    DirectionHeadways,
    HoldAdvice,
    StopHeadways,
    VehicleBetween,
)
from pinisi.services.mobility.transit.route_lines import lines_of
from pinisi.vocabulary.instant import SECOND, Instant, format_instant

TEXTS = texts_of("pinisi.services.mobility")
MOST_WAYS = 8
LEAST_ON_WAY = 0.6
"""Of a vehicle's positions that lie on the way it is taken to follow."""
Standing = Literal["even", "bunched", "gap"]


class Halt(msgspec.Struct, frozen=True):
    """A stop: its id, what it is called, where it is."""

    id: str
    name: str
    place: tuple[float, float]


class Seen(msgspec.Struct, frozen=True):
    """A vehicle: its id, what it is called, and where it was."""

    id: str
    name: str
    fixes: tuple[Fix, ...]


def directions(
    ground: Any, stops: Sequence[Halt], vehicles: Sequence[Seen], now: Instant, planned: float | None
) -> tuple[DirectionHeadways, ...]:
    """`ground`: GeoJSON of the route; `planned`: the timetable's headway in seconds. Each vehicle goes one way."""
    ways = _ways(ground)
    tracks: list[dict[str, Sequence[Mark]]] = [{} for _ in ways]
    names = {vehicle.id: vehicle.name for vehicle in vehicles}
    for vehicle in vehicles:
        found = [track(way, vehicle.fixes) for way in ways]
        went = [(marks[-1].metres - marks[0].metres if marks else 0.0, len(marks)) for marks in found]
        best = max(range(len(ways)), key=lambda place: went[place], default=None)
        if best is not None and went[best][0] > 0 and went[best][1] >= LEAST_ON_WAY * len(vehicle.fixes):
            tracks[best][vehicle.id] = found[best]
    return tuple(
        _direction(way, _on_way(way, stops), tracks[place], names, now, planned) for place, way in enumerate(ways)
    )


def _ways(ground: Any) -> list[Way]:
    ways: list[Way] = []
    for line in lines_of(ground)[:MOST_WAYS]:
        try:
            ways.append(Way(line))
        except ValueError:
            continue
    return ways


def _on_way(way: Way, stops: Sequence[Halt]) -> list[tuple[float, Halt]]:
    """The stops that lie on it, from its begin."""
    placed = [(way.metres(stop.place), stop) for stop in stops]
    return sorted(((metres, stop) for metres, stop in placed if metres is not None), key=lambda each: each[0])


def _direction(
    way: Way,
    stops: Sequence[tuple[float, Halt]],
    tracks: Mapping[str, Sequence[Mark]],
    names: Mapping[str, str],
    now: Instant,
    planned: float | None,
) -> DirectionHeadways:
    shown = tuple(_stop(metres, stop, tracks, planned) for metres, stop in stops)
    means = [each.mean for each in shown if each.mean]
    expected = planned or (median(means) if means else None)
    running = between(dict(tracks), now / SECOND)
    advice = holds(running, [metres for metres, _ in stops], expected) if expected else []
    return DirectionHeadways(
        towards=shown[-1].name if shown else "",
        metres=round(way.length),
        expected=None if expected is None else round(expected),
        expected_by="timetable" if planned else "seen" if expected else "nothing",
        stops=shown,
        vehicles=tuple(_vehicle(each, names, expected) for each in running),
        advice=tuple(_advice(each, stops, names) for each in advice),
    )


def _stop(metres: float, stop: Halt, tracks: Mapping[str, Sequence[Mark]], planned: float | None) -> StopHeadways:
    passed = [at for marks in tracks.values() if (at := passing(marks, metres)) is not None]
    found = evenness(passed, planned)
    return StopHeadways(
        entity=stop.id,
        name=stop.name,
        metres=round(metres),
        passed=len(passed),
        headways=tuple(round(each) for each in found.headways),
        mean=None if found.mean is None else round(found.mean),
        variation=None if found.variation is None else round(found.variation, 2),
        grade=found.grade,
        bunched=len(found.bunched),
        gaps=len(found.gaps),
    )


def _vehicle(each: Between, names: Mapping[str, str], expected: float | None) -> VehicleBetween:
    return VehicleBetween(
        entity=each.vehicle,
        name=names[each.vehicle],
        metres=round(each.metres),
        at=format_instant(round(each.at * SECOND)),
        ahead=None if each.ahead is None else round(each.ahead),
        behind=None if each.behind is None else round(each.behind),
        standing=_standing(each, expected),
    )


def _standing(each: Between, expected: float | None) -> Standing | None:
    if each.ahead is None or expected is None:
        return None
    if each.ahead < (1 - OFF) * expected:
        return "bunched"
    return "gap" if each.ahead > (1 + OFF) * expected else "even"


def _advice(hold: Hold, stops: Sequence[tuple[float, Halt]], names: Mapping[str, str]) -> HoldAdvice:
    stop = stops[hold.point][1]
    return HoldAdvice(
        vehicle=hold.vehicle,
        vehicle_name=names[hold.vehicle],
        stop=stop.id,
        stop_name=stop.name,
        seconds=hold.seconds,
        text=fill(TEXTS["headways-hold"], vehicle=names[hold.vehicle], seconds=hold.seconds, stop=stop.name),
    )
