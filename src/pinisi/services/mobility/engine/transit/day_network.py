"""What runs around one day, ready to be searched forwards or, with time turned round, backwards."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import numpy as np

from pinisi.services.mobility.engine.transit.on_foot import CHANGE_SECONDS, Ground, walks_of
from pinisi.services.mobility.engine.transit.timetable import Halts, Places, Runs, Timetable, Walks

SPAN = 2_000_000
"""Seconds that are set aside for one pattern on the common axis; times lie between -SHIFT and SPAN - SHIFT."""
SHIFT = 1_000_000
_DAY = 86_400


@dataclass(frozen=True)
class Network:
    """One direction of time.

    Attributes:
    key: of each departure its pattern's place on the axis and its start, sorted.
    start, run: of each departure its start (seconds of the day asked for) and which run of the timetable it is.
    last: of each pattern the number of departures up to its end.
    walk_first: of each stop its first walk, and at the end the number of walks.
    change: of each stop the least seconds between two vehicles there.
    """

    halts: Halts
    key: Places
    start: Places
    run: Places
    last: Places
    walks: Walks
    walk_first: Places
    change: Places

    @property
    def stops(self) -> int:
        return len(self.change)


class LiveRun(msgspec.Struct, frozen=True):
    """A run as it is expected. `observed`: when that was true (microseconds since 1970).

    Of each of its halts: `planned` arrival and departure (seconds of the day; None of an added trip), `told` whether
    the feed has word of it.
    """

    observed: int
    stops: tuple[int, ...]
    arrive: tuple[int, ...]
    depart: tuple[int, ...]
    planned: tuple[tuple[int, int] | None, ...]
    told: tuple[bool, ...]


@dataclass(frozen=True)
class DayNetwork:
    """`forwards` and `backwards` have the same stops; backwards all times are negative and halts in turned order.

    `live`: of trips (places in the timetable) that run otherwise than planned, how.
    """

    timetable: Timetable
    ground: Ground
    forwards: Network
    backwards: Network
    live: Mapping[int, LiveRun] = field(default_factory=dict[int, LiveRun])


class Networks:
    """Of one timetable; what does not depend on the day is kept."""

    def __init__(self, timetable: Timetable) -> None:
        self.timetable = timetable
        self.ground = Ground(timetable.stops)
        self._walks = walks_of(timetable, self.ground)
        self._turned = _turned_walks(self._walks)
        self._turned_halts = turned(timetable.halts)

    def on(self, day: datetime.date, *, beyond: bool = False) -> DayNetwork:
        """What runs on a day, with the ends of the day before and the beginning of the day after.

        `beyond`: where the timetable's period is over, its days of the week are taken all the same.
        """
        run, start = _departures(self.timetable, day, beyond)
        forwards = network_of(self.timetable, self.timetable.halts, run, start, self._walks)
        backwards = network_of(self.timetable, self._turned_halts, run, -start, self._turned)
        return DayNetwork(self.timetable, self.ground, forwards, backwards)


def _departures(timetable: Timetable, day: datetime.date, beyond: bool) -> tuple[Places, Places]:
    runs: list[Places] = []
    starts: list[Places] = []
    for away in (-1, 0, 1):
        try:
            active = timetable.calendar.active(day + datetime.timedelta(days=away), beyond=beyond)
        except OverflowError:
            continue
        run = np.flatnonzero(np.isin(timetable.runs.service, np.array(active, np.int64)))
        runs.append(run)
        starts.append(timetable.runs.start[run] + away * _DAY)
    return np.concatenate([*runs, np.empty(0, np.int64)]), np.concatenate([*starts, np.empty(0, np.int64)])


def network_of(timetable: Timetable, halts: Halts, run: Places, start: Places, walks: Walks) -> Network:
    runs: Runs = timetable.runs
    key = runs.pattern[run] * SPAN + start + SHIFT
    order = np.argsort(key, kind="stable")
    patterns = np.arange(1, len(halts.first), dtype=np.int64)
    key = key[order]
    change = np.full(len(timetable.stops), CHANGE_SECONDS, np.int64)
    for one, other, seconds in timetable.told:
        if one == other:
            change[one] = seconds
    return Network(
        halts=halts,
        key=key,
        start=start[order],
        run=run[order],
        last=np.searchsorted(key, patterns * SPAN),
        walks=walks,
        walk_first=np.searchsorted(walks.origin, np.arange(len(timetable.stops) + 1)),
        change=change,
    )


def turned(halts: Halts) -> Halts:
    """Each pattern from its end, with negative times: who got off gets on."""
    order = _turned_order(halts.first)
    return Halts(
        first=halts.first,
        pattern=halts.pattern,
        stop=halts.stop[order],
        sequence=halts.sequence[order],
        arrive=-halts.depart[order],
        depart=-halts.arrive[order],
        board=halts.alight[order],
        alight=halts.board[order],
        guessed=halts.guessed[order],
    )


def _turned_order(first: Places) -> Places:
    """Of each halt of the turned list its place in the other one."""
    lengths = np.diff(first)
    return np.repeat(first[:-1] + first[1:] - 1, lengths) - np.arange(first[-1], dtype=np.int64)


def _turned_walks(walks: Walks) -> Walks:
    order = np.argsort(walks.goal, kind="stable")
    return Walks(walks.goal[order], walks.origin[order], walks.seconds[order])
