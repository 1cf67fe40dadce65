"""The earliest arrival at every stop with one ride, two rides, three ... : RAPTOR.

Delling, Pajor, Werneck: Round-Based Public Transit Routing, ALENEX 2012. Each round looks along the halts of all
patterns that a stop improved in the round before belongs to; here a round is a few operations over arrays. Between two
rides people change at the stop or walk once to another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinisi.services.mobility.engine.transit.day_network import SHIFT, SPAN, Network
from pinisi.services.mobility.engine.transit.timetable import Marks, Places

NEVER = np.int64(1 << 40)


@dataclass(frozen=True)
class Labels:
    """What is known after a number of rides. Of each stop, by its best ride so far:

    Attributes:
    arrive: seconds, NEVER where no ride comes.
    board, alight: halts at which that ride begins and ends.
    departure: which departure it is.
    ride: after how many rides (1 ...).
    ready: from when on one can board there.
    walked: the stop one walked from for that (itself: changed there); -1: from the origin.
    readied: after how many rides.
    """

    arrive: Places
    board: Places
    alight: Places
    departure: Places
    ride: Places
    ready: Places
    walked: Places
    readied: Places


@dataclass(frozen=True)
class Search:
    """Attributes:
    at: seconds at which it begins.
    origin: of each stop the seconds on foot from where it begins, NEVER where it is too far.
    goal: of each stop the seconds on foot to where it ends; None: to all stops.
    rides: at most.
    longest: seconds; nothing later is looked for.
    walk: the longest walk between two rides (s).
    """

    at: int
    origin: Places
    goal: Places | None
    rides: int
    longest: int
    walk: int


def search(network: Network, wanted: Search) -> Sequence[Labels]:
    """After no ride, one, two ...: as many as change anything."""
    labels = [_begun(network, wanted)]
    marked = labels[0].ready < NEVER
    bound = wanted.at + wanted.longest
    for ride in range(1, wanted.rides + 1):
        before = labels[-1]
        found = _rides(network, before, marked, bound)
        if found is None:
            break
        after, improved = _taken(before, found, ride)
        if wanted.goal is not None:
            bound = min(bound, int((after.arrive + wanted.goal).min()) - 1)
        marked = _changed(network, after, improved, ride, wanted.walk, bound)
        labels.append(after)
        if not marked.any():
            break
    return labels


def _begun(network: Network, wanted: Search) -> Labels:
    count = network.stops
    none = np.full(count, -1, np.int64)
    ready = np.where(wanted.origin < NEVER, wanted.origin + wanted.at, NEVER)
    zero = np.zeros(count, np.int64)
    never = np.full(count, NEVER, np.int64)
    return Labels(never, none, none, none, zero, ready, none, zero)


@dataclass(frozen=True)
class _Rides:
    """Rides that come earlier than any before, at most one a stop."""

    stop: Places
    arrive: Places
    board: Places
    alight: Places
    departure: Places


def _rides(network: Network, before: Labels, marked: Marks, bound: int) -> _Rides | None:
    """None where nothing comes earlier."""
    at = _halts_to_look_at(network, marked)
    if not at.size:
        return None
    halts = network.halts
    pattern, stop = halts.pattern[at], halts.stop[at]
    caught = _caught(network, pattern, before.ready[stop] - halts.depart[at], halts.board[at])
    departure, boarded = _along(pattern, caught)
    rides = np.flatnonzero((departure >= 0) & halts.alight[at])
    departure, stop = departure[rides], stop[rides]
    arrive = network.start[departure] + halts.arrive[at[rides]]
    earlier = np.flatnonzero((arrive < before.arrive[stop]) & (arrive <= bound))
    if not earlier.size:
        return None
    order = earlier[np.lexsort((arrive[earlier], stop[earlier]))]
    best = order[np.flatnonzero(np.diff(stop[order], prepend=-1))]
    return _Rides(stop[best], arrive[best], at[boarded[rides[best]]], at[rides[best]], departure[best])


def _halts_to_look_at(network: Network, marked: Marks) -> Places:
    """All halts of the patterns that stop at a marked stop."""
    halts = network.halts
    touched = np.zeros(len(halts.first) - 1, np.bool_)
    touched[halts.pattern[marked[halts.stop] & halts.board]] = True
    return np.flatnonzero(touched[halts.pattern])


def _caught(network: Network, pattern: Places, since: Places, board: Marks) -> Places:
    """Of each halt the first departure that one can catch there; -1 where there is none."""
    possible = np.flatnonzero(board & (since < SPAN - SHIFT))
    caught = np.full(pattern.size, -1, np.int64)
    asked = pattern[possible]
    key = asked * SPAN + np.maximum(since[possible] + SHIFT, 0)
    found = np.searchsorted(network.key, key)
    caught[possible] = np.where(found < network.last[asked], found, -1)
    return caught


def _along(pattern: Places, caught: Places) -> tuple[Places, Places]:
    """Of each halt the departure that one sits in when it comes (-1: none), and the halt at which it was boarded.

    Halts of a pattern stand together; a departure with a lower number is never behind another one of its pattern.
    """
    count = np.int64(caught.max() + 2) if caught.size else np.int64(1)
    begins = np.flatnonzero(np.diff(pattern, prepend=-1))
    rank = np.zeros(pattern.size, np.int64)
    rank[begins] = 1
    rank = np.cumsum(rank)
    # each pattern lies below the one before it, so that the running least value begins anew with it
    value = np.where(caught < 0, count - 1, caught) - rank * count
    least = np.minimum.accumulate(value)
    places = np.arange(pattern.size, dtype=np.int64)
    new = np.zeros(pattern.size, np.bool_)
    new[1:] = least[1:] < least[:-1]
    new[0] = True
    since = np.maximum.accumulate(np.where(new, places, 0))
    sits = least + rank * count
    departure = np.empty_like(sits)
    boarded = np.empty_like(since)
    departure[1:], boarded[1:] = sits[:-1], since[:-1]
    departure[begins] = count - 1
    boarded[begins] = 0
    departure[departure == count - 1] = -1
    return departure, boarded


def _taken(before: Labels, found: _Rides, ride: int) -> tuple[Labels, Places]:
    arrive, board, alight = before.arrive.copy(), before.board.copy(), before.alight.copy()
    departure, number = before.departure.copy(), before.ride.copy()
    arrive[found.stop], board[found.stop], alight[found.stop] = found.arrive, found.board, found.alight
    departure[found.stop], number[found.stop] = found.departure, ride
    ready, walked, readied = before.ready.copy(), before.walked.copy(), before.readied.copy()
    return Labels(arrive, board, alight, departure, number, ready, walked, readied), found.stop


def _changed(network: Network, labels: Labels, improved: Places, ride: int, walk: int, bound: int) -> Marks:
    """Write from when on one can board, after the rides to these stops; the stops where that is earlier now."""
    first, after = network.walk_first[improved], network.walk_first[improved + 1]
    counts = after - first
    before: Places = np.cumsum(counts) - counts
    ways: Places = np.repeat(first - before, counts) + np.arange(int(counts.sum()), dtype=np.int64)
    ways = ways[network.walks.seconds[ways] <= walk]
    origin = np.concatenate((improved, network.walks.origin[ways]))
    goal = np.concatenate((improved, network.walks.goal[ways]))
    seconds = np.concatenate((network.change[improved], network.walks.seconds[ways]))
    ready = labels.arrive[origin] + seconds
    earlier = np.flatnonzero((ready < labels.ready[goal]) & (ready <= bound))
    order = earlier[np.lexsort((ready[earlier], goal[earlier]))]
    best = order[np.flatnonzero(np.diff(goal[order], prepend=-1))]
    stops = goal[best]
    labels.ready[stops], labels.walked[stops], labels.readied[stops] = ready[best], origin[best], ride
    marked = np.zeros(network.stops, np.bool_)
    marked[stops] = True
    return marked
