"""Journeys from a place to a place: read from the rounds of the search, forwards or backwards."""

from collections.abc import Sequence

import msgspec
import numpy as np

from pinisi.services.mobility.engine.transit.day_network import DayNetwork
from pinisi.services.mobility.engine.transit.on_foot import CIRCUITY, SPEED, seconds_of
from pinisi.services.mobility.engine.transit.rounds import NEVER, Labels, Search, search
from pinisi.services.mobility.engine.transit.timetable import Places

MOST_RIDES = 6
LONGEST = 4 * 3_600
"""Seconds of a journey."""
LonLat = tuple[float, float]


class Wish(msgspec.Struct, frozen=True):
    """`at` in seconds of the day; `arrive`: be there by then, instead of leaving then. `walk`: the longest way on foot
    to a stop, between two and from one, in straight metres."""

    origin: LonLat
    goal: LonLat
    at: int
    arrive: bool = False
    walk: float = 800.0
    rides: int = MOST_RIDES
    longest: int = LONGEST


class Ride(msgspec.Struct, frozen=True):
    """In a vehicle from stop to stop (places in the timetable); seconds of the day asked for.

    `halts` are the stops on the way, both ends included. `headway`: seconds between two vehicles, where the timetable
    says only how often they come; 0 otherwise. `guessed`: one of its two times is approximate.
    """

    trip: int
    halts: tuple[int, ...]
    depart: int
    arrive: int
    headway: int
    guessed: bool


class Walk(msgspec.Struct, frozen=True):
    """On foot; None is where the journey begins or ends."""

    origin: int | None
    goal: int | None
    depart: int
    arrive: int


class Journey(msgspec.Struct, frozen=True):
    """`rides` and the walks between them in their order."""

    legs: tuple[Ride | Walk, ...]

    @property
    def depart(self) -> int:
        return self.legs[0].depart

    @property
    def arrive(self) -> int:
        return self.legs[-1].arrive

    @property
    def rides(self) -> int:
        return sum(isinstance(leg, Ride) for leg in self.legs)


def walk_only(day: DayNetwork, wish: Wish) -> int | None:
    """Seconds of the way on foot alone; None where it is longer than the wish allows."""
    metres = day.ground.between(wish.origin, wish.goal)
    return seconds_of(metres) if metres <= wish.walk else None


def journeys(day: DayNetwork, wish: Wish) -> tuple[Journey, ...]:
    """None is later and has more rides than another one; the one with the fewest rides first."""
    network, turn = (day.backwards, -1) if wish.arrive else (day.forwards, 1)
    begin, end = (wish.goal, wish.origin) if wish.arrive else (wish.origin, wish.goal)
    origin, goal = on_foot(day, begin, wish.walk), on_foot(day, end, wish.walk)
    wanted = Search(
        at=wish.at * turn,
        origin=origin,
        goal=goal,
        rides=wish.rides,
        longest=wish.longest,
        walk=seconds_of(wish.walk),
    )
    read = _Reading(day, search(network, wanted), origin, goal, turn)
    return tuple(read.found())


def on_foot(day: DayNetwork, place: LonLat, walk: float) -> Places:
    """Seconds from a place to each stop, NEVER where it is too far."""
    metres = day.ground.metres(*place)
    return np.where(metres <= walk, np.rint(metres * (CIRCUITY / SPEED)).astype(np.int64), NEVER)


class _Reading:
    """From the goal back to the origin, round by round."""

    def __init__(self, day: DayNetwork, labels: Sequence[Labels], origin: Places, goal: Places, turn: int) -> None:
        self._day = day
        self._network = day.forwards if turn > 0 else day.backwards
        self._labels = labels
        self._origin = origin
        self._goal = goal
        self._turn = turn

    def found(self) -> list[Journey]:
        found: list[Journey] = []
        best = int(NEVER)
        for labels in self._labels[1:]:
            ends = np.where((labels.arrive < NEVER) & (self._goal < NEVER), labels.arrive + self._goal, NEVER)
            stop = int(ends.argmin())
            if ends[stop] < best:
                best = int(ends[stop])
                found.append(self._journey(labels, stop))
        return found

    def _journey(self, labels: Labels, stop: int) -> Journey:
        arrive = int(labels.arrive[stop])
        legs: list[Ride | Walk] = [self._walk(stop, None, arrive, arrive + int(self._goal[stop]))]
        while True:
            ride, boarded, began = self._ride(labels, stop)
            legs.append(ride)
            labels = self._labels[int(labels.ride[stop]) - 1]
            walked = int(labels.walked[boarded])
            if walked < 0:
                legs.append(self._walk(None, boarded, began - int(self._origin[boarded]), began))
                break
            if walked != boarded:
                ready = int(labels.ready[boarded])
                legs.append(self._walk(walked, boarded, int(self._arrived(labels, boarded)), ready))
            labels = self._labels[int(labels.readied[boarded])]
            stop = walked
        ordered = legs[::-1] if self._turn > 0 else legs
        return Journey(tuple(leg for leg in ordered if isinstance(leg, Ride) or leg.depart != leg.arrive))

    def _arrived(self, labels: Labels, boarded: int) -> int:
        """When the ride came from which one walked to where one boarded."""
        walked, readied = int(labels.walked[boarded]), int(labels.readied[boarded])
        return int(self._labels[readied].arrive[walked])

    def _ride(self, labels: Labels, stop: int) -> tuple[Ride, int, int]:
        """Also the stop where it is boarded, and when, in the time of the search."""
        network, runs = self._network, self._day.timetable.runs
        board, alight = int(labels.board[stop]), int(labels.alight[stop])
        departure = int(labels.departure[stop])
        start, run = int(network.start[departure]), int(network.run[departure])
        depart = start + int(network.halts.depart[board])
        arrive = start + int(network.halts.arrive[alight])
        halts = tuple(int(each) for each in network.halts.stop[board : alight + 1])
        guessed = bool(network.halts.guessed[board] or network.halts.guessed[alight])
        told = (depart, arrive) if self._turn > 0 else (-arrive, -depart)
        stops = halts if self._turn > 0 else halts[::-1]
        ride = Ride(int(runs.trip[run]), stops, *told, int(runs.headway[run]), guessed)
        return ride, halts[0], depart

    def _walk(self, origin: int | None, goal: int | None, depart: int, arrive: int) -> Walk:
        if self._turn > 0:
            return Walk(origin, goal, depart, arrive)
        return Walk(goal, origin, -arrive, -depart)
