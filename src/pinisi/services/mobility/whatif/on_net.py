"""Where on the twin's network the things of the context lie: closures, roads, counts and signals."""

from collections.abc import Sequence
from math import atan2, cos, degrees, hypot, radians
from typing import Any

import msgspec
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.services.mobility.engine.compass import COMPASS, WIDEST_TURN, apart
from pinisi.services.mobility.engine.demand.candidates import Place
from pinisi.services.mobility.engine.demand.ways import Roads
from pinisi.services.mobility.twin.street_net import Edge, StreetNet
from pinisi.services.mobility.whatif.asked import Chosen, Counted, PlanSaid

NEAR_M, ALONG_M, CROSSING_M, SIGNAL_M = 25.0, 15.0, 60.0, 60.0
"""A point belongs to the road within 25 m, a line to the roads along it; defaults of Pinisi."""
_METRES = 111_195.0


class NotOnNet(ValueError):
    """It lies on no road of the network; says why."""


def roads_of(net: StreetNet, vehicle: str = "passenger") -> Roads:
    """What such a vehicle may drive, with the time that it takes where nobody is in the way."""
    open_edges = {id: edge for id, edge in net.edges.items() if edge.lets(vehicle)}
    then: dict[str, dict[str, None]] = {id: {} for id in open_edges}
    for each in net.connections:
        if each.begin in then and each.end in then and open_edges[each.begin].lanes[each.lane].lets(vehicle):
            then[each.begin][each.end] = None
    return Roads({id: edge.free_s for id, edge in open_edges.items()}, {id: tuple(of) for id, of in then.items()})


def breadths(net: StreetNet) -> dict[str, float]:
    """How much each edge can carry: the speeds (m/s) of its lanes together."""
    return {id: sum(lane.speed_mps for lane in edge.lanes) for id, edge in net.edges.items()}


class NetMap:
    """The network on a plane of metres around its middle."""

    def __init__(self, net: StreetNet) -> None:
        self.net = net
        lines = {id: net.line(edge) for id, edge in net.edges.items()}
        places = [place for line in lines.values() for place in line]
        self._middle = places[len(places) // 2] if places else (0.0, 0.0)
        self._lines = {id: shapely.LineString([self._plane(p) for p in line]) for id, line in lines.items() if line}

    def _plane(self, place: Sequence[float]) -> tuple[float, float]:
        lon, lat = place[0] - self._middle[0], place[1] - self._middle[1]
        return lon * _METRES * cos(radians(self._middle[1])), lat * _METRES

    def edges(self, chosen: Chosen) -> frozenset[str]:
        """What a closure or a road covers, in both directions: of a point the nearest road, of a line what runs along
        it, of an area what touches it. Raises `NotOnNet`."""
        ground = self._ground(chosen.ground)
        if ground.geom_type == "Point":
            found = self._at(ground)
        elif ground.geom_type in ("Polygon", "MultiPolygon"):
            found = {id for id, line in self._lines.items() if line.intersects(ground)}
        else:
            around = ground.buffer(ALONG_M)
            found = {id for id, line in self._lines.items() if line.intersection(around).length > 0.6 * line.length}
        if not found:
            raise NotOnNet("no road of the network lies there")
        return frozenset(found)

    def place(self, counted: Counted) -> Place:
        """What a count counts. Raises `NotOnNet`."""
        ground = self._ground(counted.ground)
        if counted.approach:
            return self._turn(ground.centroid, counted)
        found = self._at(ground) if ground.geom_type == "Point" else self._along(ground)
        if not found:
            raise NotOnNet("no road of the network lies there")
        return Place(edges=frozenset(found))

    def signal(self, plan: PlanSaid) -> str:
        """The signal nearest to a place. Raises `NotOnNet`."""
        held = {each.signal: each.begin for each in self.net.connections if each.signal}
        spots = {signal: self._lines[edge].coords[-1] for signal, edge in held.items() if edge in self._lines}
        here = self._plane(plan.place)
        near = [(hypot(x - here[0], y - here[1]), signal) for signal, (x, y) in spots.items()]
        if not near or min(near)[0] > SIGNAL_M:
            raise NotOnNet(f"no signal of the network within {SIGNAL_M:g} m of its junction")
        return min(near)[1]

    def _ground(self, text: str) -> BaseGeometry:
        if not self._lines:
            raise NotOnNet("the network does not say where it lies")
        try:
            ground = shape(msgspec.json.decode(text))
            if ground.is_empty or not ground.is_valid:
                raise NotOnNet("its ground is empty or crosses itself")
        except (shapely.errors.ShapelyError, msgspec.MsgspecError, ValueError, TypeError, KeyError, AttributeError,
                IndexError) as error:  # fmt: skip
            raise NotOnNet(f"its ground cannot be read: {error}") from None
        return shapely.transform(ground, lambda all: _all(all, self._plane))

    def _at(self, point: BaseGeometry) -> set[str]:
        """The nearest edge, and the other direction of the same road beside it."""
        near = sorted((line.distance(point), id) for id, line in self._lines.items())
        if not near or near[0][0] > NEAR_M:
            return set()
        nearest = self.net.edges[near[0][1]]
        return {id for far, id in near if far <= NEAR_M and _same_road(nearest, self.net.edges[id])}

    def _along(self, line: BaseGeometry) -> set[str]:
        """Edges that run as the line does: a line has a direction."""
        heads: BaseGeometry = next(iter(getattr(line, "geoms", [line])))
        bearing = _bearing(heads.coords[0], heads.coords[-1])
        middle = line.interpolate(0.5, normalized=True)
        near = [(each.distance(middle), id) for id, each in self._lines.items()]
        alike = [(far, id) for far, id in near if far <= NEAR_M and
                 apart(bearing, _bearing(self._lines[id].coords[0], self._lines[id].coords[-1])) < 45]  # fmt: skip
        return {min(alike)[1]} if alike else set()

    def _turn(self, here: Any, counted: Counted) -> Place:
        bearing = COMPASS.get(counted.approach.strip().casefold())
        if bearing is None:
            raise NotOnNet(f"approach {counted.approach!r} names no direction of the compass")
        ends: dict[str, list[str]] = {}
        for id in self._lines:
            ends.setdefault(self.net.edges[id].end, []).append(id)
        near = [
            (hypot(here.x - x, here.y - y), crossing)
            for crossing, edges in ends.items()
            if len(edges) > 1
            for x, y in (self._lines[edges[0]].coords[-1],)
        ]
        if not near or min(near)[0] > CROSSING_M:
            raise NotOnNet(f"no crossing of the network within {CROSSING_M:g} m of its junction")
        comes = [(apart(bearing, self._from(id)), id) for id in ends[min(near)[1]]]
        off, edge = min(comes)
        if off > WIDEST_TURN:
            raise NotOnNet(f"no road comes to the crossing from the {counted.approach}")
        turns = {(edge, each.end) for each in self.net.connections if each.begin == edge and
                 each.turn == counted.movement}  # fmt: skip
        if not turns:
            raise NotOnNet(f"nobody can turn {counted.movement} there")
        return Place(turns=frozenset(turns))

    def _from(self, edge: str) -> float:
        """The direction out of which it comes to its end."""
        line = self._lines[edge]
        return _bearing(line.coords[-1], line.interpolate(max(line.length - 30, 0)).coords[0])


def _all(points: Any, plane: Any) -> Any:
    return [plane(point) for point in points]


def _bearing(one: Sequence[float], other: Sequence[float]) -> float:
    return degrees(atan2(other[0] - one[0], other[1] - one[1])) % 360


def _same_road(one: Edge, other: Edge) -> bool:
    return {one.begin, one.end} == {other.begin, other.end}
