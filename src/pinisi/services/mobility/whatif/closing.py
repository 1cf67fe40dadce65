"""Closures on the network: whom they keep out, when, and how drivers find around them."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pinisi.services.mobility.engine.demand.ways import Roads, Way, fastest
from pinisi.services.mobility.whatif.asked import KINDS, Kind
from pinisi.services.mobility.whatif.fleet import kind_of
from pinisi.services.mobility.whatif.trips_known import Departure


class Closing(msgspec.Struct, frozen=True):
    """Edges that keep these kinds out from `begin` to `end` (s)."""

    edges: frozenset[str]
    kinds: frozenset[Kind]
    begin: float
    end: float

    def holds(self, second: float) -> bool:
        return self.begin <= second < self.end


class Around(msgspec.Struct, frozen=True):
    """Who drives how in spite of closures.

    Attributes:
        held_s: how long drivers without another way wait at home until it opens, all together.
        waits: of each that finds no way to the end of the time: how long he was due (s).
    """

    departures: tuple[Departure, ...]
    held_s: float
    waits: tuple[float, ...]


def lasting(closings: Iterable[Closing], seconds: float) -> dict[str, frozenset[Kind]]:
    """Edge -> whom it keeps out for the whole time."""
    found: dict[str, frozenset[Kind]] = {}
    for each in closings:
        if each.begin <= 0 and each.end >= seconds:
            for edge in each.edges:
                found[edge] = found.get(edge, frozenset()) | each.kinds
    return found


def passing(closings: Iterable[Closing], seconds: float) -> list[Closing]:
    """Those that begin or end within the time."""
    return [each for each in closings if each.begin > 0 or each.end < seconds]


def around(
    departures: Sequence[Departure], closings: Sequence[Closing], roads: Roads, motorcycles: float, seconds: float
) -> Around:
    """Who would come to a road while it is closed to him takes the fastest other way, known from his departure on.

    Who finds none leaves when it opens; where it does not open within the time, he waits to its end. `roads` says how
    long each edge takes.
    """
    of_kind: Mapping[str, list[Closing]] = {kind: [one for one in closings if kind in one.kinds] for kind in KINDS}
    known: dict[tuple[str, str, frozenset[str]], Way] = {}
    found: list[Departure] = []
    waits: list[float] = []
    held = 0.0
    for each in departures:
        shut = of_kind[kind_of(each.id, motorcycles)]
        second = each.second
        way, until = _way(each.way, second, shut, roads, known)
        if not way and until < seconds:
            held += until - second
            second = until
            way, _ = _way(each.way, second, shut, roads, known)
        if way:
            found.append(msgspec.structs.replace(each, way=way, second=second))
        else:
            waits.append(seconds - each.second)
    return Around(tuple(sorted(found, key=lambda one: (one.second, one.id))), held, tuple(waits))


def _way(
    way: Way, second: float, shut: Sequence[Closing], roads: Roads, known: dict[tuple[str, str, frozenset[str]], Way]
) -> tuple[Way, float]:
    """A way that is open when one comes there; else none, and when the last of what is in the way opens."""
    gone: frozenset[str] = frozenset()
    until = 0.0
    while way and (hit := _hit(way, second, shut, roads)):
        gone = gone.union(*(each.edges for each in hit))
        until = max(until, *(each.end for each in hit))
        key = (way[0], way[-1], gone)
        if key not in known:
            known[key] = fastest(roads.without(gone), way[0], way[-1])
        way = known[key]
    return way, until


def _hit(way: Way, second: float, shut: Sequence[Closing], roads: Roads) -> list[Closing]:
    """The closings that hold when one comes to their edges."""
    found: list[Closing] = []
    for edge in way if shut else ():
        found += [each for each in shut if edge in each.edges and each.holds(second) and each not in found]
        second += roads.seconds[edge]
    return found
