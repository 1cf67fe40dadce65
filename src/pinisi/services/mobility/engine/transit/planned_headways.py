"""How often each line comes by the timetable around a moment: of the way that is gone most often."""

import msgspec
import numpy as np

from pinisi.services.mobility.engine.transit.day_network import DayNetwork

_HALF_HOUR = 1_800
_DAY = 86_400


class Planned(msgspec.Struct, frozen=True):
    """`headway`: seconds, None where nothing begins within half an hour; `departures`: of the whole day, all ways."""

    headway: int | None
    departures: int


def planned_headways(network: DayNetwork, at: int) -> dict[str, Planned]:
    """By the route's own identifier; `at`: seconds of the day.

    Each variant of a line's way is counted apart, since a stop on one direction sees no vehicle of the other one.
    """
    timetable, forwards = network.timetable, network.forwards
    line = np.array([trip.line for trip in timetable.trips], np.int64)[timetable.runs.trip[forwards.run]]
    pattern = timetable.runs.pattern[forwards.run]
    often = timetable.runs.headway[forwards.run]
    near = np.abs(forwards.start - at) <= _HALF_HOUR
    whole = np.bincount(line[(forwards.start >= 0) & (forwards.start < _DAY)], minlength=len(timetable.lines))
    best: dict[int, int] = {}
    for number in np.unique(pattern[near]):
        here = near & (pattern == number)
        told = often[here]
        seconds = int(told.min()) if told.min() > 0 else round(2 * _HALF_HOUR / int(here.sum()))
        own = int(line[here][0])
        best[own] = min(seconds, best.get(own, seconds))
    return {each.id: Planned(best.get(place), int(whole[place])) for place, each in enumerate(timetable.lines)}
