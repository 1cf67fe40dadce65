"""A timetable as the search wants it: runs that stop at the same places in the same time lie together.

A *pattern* is a list of halts with seconds since its first departure; a *run* is one journey of a vehicle along a
pattern from its start. So runs of one pattern never overtake each other, and "the next one" is the same at each halt.
"""

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from pinisi.services.mobility.engine.transit.calendar import Calendar

Places = NDArray[np.int64]
Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]


class Stop(msgspec.Struct, frozen=True):
    """`id` is the timetable's own; degrees."""

    id: str
    name: str
    lat: float
    lon: float


class Line(msgspec.Struct, frozen=True):
    """A route by its identifier, and the name that people know it by."""

    id: str
    name: str


class Trip(msgspec.Struct, frozen=True):
    """`line` is its place among the lines; `headsign` what stands on the vehicle."""

    id: str
    line: int
    headsign: str


@dataclass(frozen=True)
class Halts:
    """All halts of all patterns, one pattern after the other.

    Attributes:
    first: of each pattern its first halt, and at the end the number of halts.
    pattern, stop: of each halt.
    sequence: its `stop_sequence`.
    arrive, depart: seconds since the start of the run.
    board, alight: whether people may.
    guessed: its time is approximate (GTFS `timepoint` 0) or was filled in between others.
    """

    first: Places
    pattern: Places
    stop: Places
    sequence: Places
    arrive: Places
    depart: Places
    board: Marks
    alight: Marks
    guessed: Marks


@dataclass(frozen=True)
class Runs:
    """Attributes:
    pattern, trip, service: of each run.
    start: seconds of its service day.
    headway: seconds between it and the next where the timetable only says how often (not `exact_times`); else 0.
    """

    pattern: Places
    trip: Places
    service: Places
    start: Places
    headway: Places


@dataclass(frozen=True)
class Walks:
    """Ways on foot between stops, sorted by `origin`: where from, where to, how long (s)."""

    origin: Places
    goal: Places
    seconds: Places


@dataclass(frozen=True)
class Timetable:
    """Attributes:
    zone: the agency's time zone.
    apart: pairs of stops between which nobody can change (transfers.txt, type 3).
    told: pairs with the least seconds of a change (type 2).
    left_out: trips that have no time at their ends, or stop at fewer than two known places.
    """

    stops: tuple[Stop, ...]
    lines: tuple[Line, ...]
    trips: tuple[Trip, ...]
    halts: Halts
    runs: Runs
    calendar: Calendar
    zone: str
    apart: frozenset[tuple[int, int]]
    told: tuple[tuple[int, int, int], ...]
    left_out: int

    @property
    def guessed_share(self) -> float:
        """Of all halts, how many (0 to 1) have an approximate time."""
        return float(self.halts.guessed.mean()) if self.halts.guessed.size else 0.0
