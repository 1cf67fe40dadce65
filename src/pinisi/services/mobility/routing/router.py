"""Questions to a running Valhalla, over its loopback port. They block: ask from a thread, never from the loop.

What is closed, and how fast roads are now, comes with each question, so that the next answer keeps to it: nothing is
built anew. For motor vehicles it is laid out in the file that Valhalla reads as it answers, one question after another;
Valhalla does not look there for bicycles and pedestrians, so theirs stands in the question itself.
"""

import http.client
import math
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import numpy as np

from pinisi.services.mobility.routing.answers import (
    OPEN,
    Closed,
    Costing,
    Fix,
    LonLat,
    Matched,
    Matrix,
    NoWay,
    Reach,
    Route,
)
from pinisi.services.mobility.routing.closed_pieces import CLOSED_NEAR_M, ClosedPieces, Indices
from pinisi.services.mobility.routing.live_file import LiveFile
from pinisi.services.mobility.routing.matching import matched
from pinisi.services.mobility.routing.polyline import decoded
from pinisi.services.mobility.routing.programs import RoutingFailed
from pinisi.services.mobility.routing.tile_build import Graph
from pinisi.services.mobility.routing.valhalla_settings import MOST_CLOSED_PLACES, MOST_MATRIX_PAIRS, MOST_TRACE_POINTS
from pinisi.vocabulary.instant import SECOND

NEAR_M = 1_000
"""A position farther than this from any road that can be driven has none. A default of Pinisi."""
SECONDS = 20.0
MATRIX_SECONDS = 60.0
"""On a machine that has other things to do."""
_WHY = {
    130: "no-place",
    150: "too-many",
    153: "too-far",
    154: "too-far",
    157: "too-many",
    167: "too-many",
    170: "no-route",
    171: "no-road",
    172: "no-match",
    442: "no-route",
    443: "no-match",
    444: "no-match",
}
_TRACE = ("edge.way_id", "edge.names", "edge.length", "edge.speed_limit", "matched.type", "matched.edge_index")
_TRACE_MORE = ("matched.distance_along_edge", "matched.distance_from_trace_point", "edge.source_percent_along")


_AT_NO_HOUR: Mapping[str, Any] = {"date_time": {"type": 3, "value": "1970-01-01T00:00"}}
"""What is closed now, at the speeds of the graph. The moment nought is none to Valhalla: what is forbidden at some
hours only is as it is for a question without closures (taken as open).
"""
_NOW: Mapping[str, Any] = {"date_time": {"type": 3, "value": "current"}}
"""At the speeds of now for the whole way; what is forbidden at some hours goes by UTC (tiles know no zones)."""
BESIDE_M = 1
"""Where closures cut a road off, another one counts that lies at most so much farther. A default of Pinisi."""
_NOT_OF_NOW = ("freeflow", "constrained", "predicted")
"""A trace has times, and Valhalla would keep it off what is closed: who was there was there."""
_NOWHERE: LonLat = (0.0, -90.0)
_NOT_LIVE: frozenset[Costing] = frozenset({"bicycle", "pedestrian"})
Speeds = Mapping[str, float]
NO_SPEEDS: Speeds = {}
"""km/h of now by the key of a road."""


class Router:
    """Asks one graph. May be used from several threads at once."""

    def __init__(self, graph: Graph, port: int, live: LiveFile | None = None) -> None:
        self.graph, self.port = graph, port
        self.live = live
        self._telling = threading.Lock()

    def ready(self) -> bool:
        """Whether it answers at all."""
        try:
            self._ask("status", {}, seconds=1.0)
        except (RoutingFailed, NoWay):
            return False
        return True

    def is_live(self, costing: Costing) -> bool:
        """Whether any number of closures costs such a question nothing."""
        return self.live is not None and costing not in _NOT_LIVE

    def route(
        self,
        origin: LonLat,
        place: LonLat,
        costing: Costing = "auto",
        closed: Closed = OPEN,
        speeds: Speeds = NO_SPEEDS,
    ) -> Route:
        """A closed piece of road that a position lies on is left, or reached, by its ends.

        Raises:
            NoWay, RoutingFailed.
        """
        asked = {"costing": costing, "directions_type": "none"}
        with self._told([origin, place], costing, closed, speeds) as (places, kept):
            trip = self._ask("route", asked | {"locations": places} | kept)["trip"]
        line = tuple(decoded(trip["legs"][0]["shape"]))
        return Route(trip["summary"]["time"], trip["summary"]["length"] * 1_000, line)

    def matrix(
        self,
        origins: Sequence[LonLat],
        places: Sequence[LonLat],
        costing: Costing = "auto",
        closed: Closed = OPEN,
        speeds: Speeds = NO_SPEEDS,
    ) -> Matrix:
        """A position without a road near has None in its row or column; see `Matrix`.

        On a closed piece of road it counts from the nearer of its ends where an open one begins.

        Raises:
            NoWay: more than a million pairs, or no position on the Earth.
            RoutingFailed: it does not answer.
        """
        if len(origins) * len(places) > MOST_MATRIX_PAIRS:
            raise NoWay("too-many", f"more than {MOST_MATRIX_PAIRS:,} pairs of positions")
        every = list(dict.fromkeys([*origins, *places]))
        with self._told(every, costing, closed, speeds, lifted=False) as (found_at, kept):
            at = {each: place for each, place in zip(every, found_at, strict=True) if place is not None}
            starts = [index for index, each in enumerate(origins) if each in at]
            ends = [index for index, each in enumerate(places) if each in at]
            some = {"sources": [at[origins[i]] for i in starts], "targets": [at[places[i]] for i in ends]}
            asked = some | {"costing": costing, "verbose": False} | kept
            nothing: Any = {"sources_to_targets": {"durations": [], "distances": []}}
            answer: Any = self._ask("sources_to_targets", asked, MATRIX_SECONDS) if starts and ends else nothing
        seconds: list[list[float | None]] = [[None] * len(places) for _ in origins]
        metres: list[list[float | None]] = [[None] * len(places) for _ in origins]
        found: Any = answer["sources_to_targets"]
        for start, took, far in zip(starts, found["durations"], found["distances"], strict=False):
            for column, end in enumerate(ends):
                seconds[start][end] = took[column]
                metres[start][end] = None if far[column] is None else far[column] * 1_000
        return Matrix(tuple(map(tuple, seconds)), tuple(map(tuple, metres)))

    def near_roads(self, positions: Sequence[LonLat], costing: Costing = "auto") -> list[bool]:
        """Whether a road that can be driven is near. Raises `NoWay` (no position on the Earth), `RoutingFailed`."""
        return [each is not None for each in self._snapped(_places(positions), costing)]

    def reach(
        self,
        origin: LonLat,
        minutes: Sequence[float],
        costing: Costing = "auto",
        closed: Closed = OPEN,
        speeds: Speeds = NO_SPEEDS,
    ) -> list[Reach]:
        """What is reached within each of at most four numbers of minutes. Raises `NoWay`, `RoutingFailed`."""
        asked = {"costing": costing, "contours": [{"time": each} for each in sorted(minutes)], "polygons": True}
        with self._told([origin], costing, closed, speeds) as (places, kept):
            found = self._ask("isochrone", asked | {"locations": places} | _forward(kept))["features"]
        return [Reach(each["properties"]["contour"], each["geometry"]) for each in reversed(found)]

    def line_of(self, road: str) -> dict[str, Any] | None:
        """The ground of a road by its key, as GeoJSON; None where no motor vehicle uses it on this graph."""
        way = self.graph.ways([road]).get(road)
        return None if way is None or self.live is None else self.live.looked_up.line_of(way)

    def match(self, fixes: Sequence[Fix], costing: Costing = "auto") -> Matched:
        """The roads that a trace went along, and how fast. Raises `NoWay`, `RoutingFailed`."""
        if not 2 <= len(fixes) <= MOST_TRACE_POINTS:
            raise NoWay("too-many", f"a trace has 2 to {MOST_TRACE_POINTS:,} fixes, this one {len(fixes)}")
        shape = [{**_place(fix.position), "time": fix.at / SECOND} for fix in fixes]
        wanted = {"action": "include", "attributes": [*_TRACE, *_TRACE_MORE, "edge.target_percent_along"]}
        how = {"shape_match": "map_snap", "filters": wanted, "costing_options": {costing: {"speed_types": _NOT_OF_NOW}}}
        asked = {"shape": shape, "costing": costing} | how
        return matched(self._ask("trace_attributes", asked), fixes, self.graph)

    @contextmanager
    def _told(
        self, positions: Sequence[LonLat], costing: Costing, closed: Closed, speeds: Speeds, *, lifted: bool = True
    ) -> Generator[tuple[list[dict[str, Any] | None], dict[str, Any]]]:
        """While this lasts Valhalla knows what is closed: where the positions are, and what the question says more.

        `lifted`: the pieces that they lie on are open, so that they can be left and reached. Else they are moved to the
        ends of these; None where no road is near, or none leads there.
        """
        live, places = self.live, _places(positions)
        if live is None or not self.is_live(costing) or (closed == OPEN and not speeds):
            near = [True] * len(places) if lifted else self.near_roads(positions, costing)
            yield [place if is_near else None for place, is_near in zip(places, near, strict=True)], _without(closed)
            return
        dated = dict(_NOW if speeds else _AT_NO_HOUR)
        ways = {way: speeds[key] for key, way in self.graph.ways(speeds).items()}
        with self._telling:
            shut = live.looked_up.of(closed)
            stood = self._stood(positions, costing, live.looked_up)
            if lifted:
                live.tell(live.looked_up.without(shut, [on for _, _, on in stood]), ways)
                yield [place for place, _, _ in stood], dated
            else:
                live.tell(shut, ways)
                yield [_left(place, at, on, shut, live.looked_up) for place, at, on in stood], dated

    def _stood(
        self, positions: Sequence[LonLat], costing: Costing, pieces: ClosedPieces
    ) -> list[tuple[dict[str, Any], LonLat | None, Indices]]:
        """How each is asked for, where it lies on the roads while nothing is closed, and on which pieces."""
        places = _places(positions)
        at = self._snapped(places, costing)
        on = pieces.nearest([each or _NOWHERE for each in at], CLOSED_NEAR_M)
        asked = [
            place if spot is None else place | {"search_cutoff": math.ceil(pieces.metres(position, spot)) + BESIDE_M}
            for place, position, spot in zip(places, positions, at, strict=True)
        ]
        return list(zip(asked, at, on, strict=True))

    def _snapped(self, places: Sequence[dict[str, Any]], costing: Costing) -> list[LonLat | None]:
        """Where they lie on the roads, nothing closed; None: no road is near."""
        if not places:
            return []
        found = self._ask("locate", {"locations": places, "costing": costing, "verbose": False})
        firsts = [each["edges"][0] if each["edges"] else None for each in found]
        return [None if edge is None else (edge["correlated_lon"], edge["correlated_lat"]) for edge in firsts]

    def _ask(self, action: str, asked: dict[str, Any], seconds: float = SECONDS) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("POST", f"/{action}", msgspec.json.encode(asked), {"content-type": "application/json"})
            answer = connection.getresponse()
            body, status = answer.read(), answer.status
        except (OSError, http.client.HTTPException) as error:
            raise RoutingFailed(f"Valhalla does not answer: {error or type(error).__name__}") from None
        finally:
            connection.close()
        return _read(body, status)


def _read(body: bytes, status: int) -> Any:
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RoutingFailed(f"Valhalla answers {status} with what is no JSON") from None
    if status == http.client.OK:
        return said
    text = str(said.get("error", "no reason said"))
    code = _WHY.get(said.get("error_code", 0))
    if code is None:
        raise RoutingFailed(f"Valhalla answers {status}: {text}")
    raise NoWay(code, text)


def _places(positions: Sequence[LonLat]) -> list[dict[str, Any]]:
    return [_place(each) | {"search_cutoff": NEAR_M} for each in positions]


def _place(position: LonLat) -> dict[str, Any]:
    lon, lat = position
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise NoWay("no-place", f"{lon}, {lat} is no longitude and latitude")
    return {"lon": lon, "lat": lat}


def _without(closed: Closed) -> dict[str, Any]:
    if len(closed.places) > MOST_CLOSED_PLACES:
        raise NoWay("too-many", f"more than {MOST_CLOSED_PLACES:,} closed pieces of road")
    asked: dict[str, Any] = {}
    if closed.places:
        asked["exclude_locations"] = [_place(each) | {"search_cutoff": CLOSED_NEAR_M} for each in closed.places]
    if closed.areas:
        asked["exclude_polygons"] = [list(ring) for ring in closed.areas]
    return asked


def _left(
    place: dict[str, Any], at: LonLat | None, on: Indices, shut: Indices, pieces: ClosedPieces
) -> dict[str, Any] | None:
    """Where a closed piece is left; None where no open one begins at its ends."""
    if at is None or not on.size or not np.isin(on, shut).all():
        return None if at is None else place
    ends = pieces.open_ends(on, at, shut)
    return _place(ends[0]) | {"search_cutoff": BESIDE_M} if ends else None


def _forward(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Of a question that knows no standing moment: from now on (speeds of now fade over an hour), or from nought."""
    match kept:
        case {"date_time": {"value": str(value)}}:
            return {"date_time": {"type": 0} if value == "current" else {"type": 1, "value": value}}
        case _:
            return dict(kept)
