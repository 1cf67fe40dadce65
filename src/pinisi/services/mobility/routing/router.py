"""Questions to a running Valhalla, over its loopback port. They block: ask from a thread, never from the loop.

Closures are part of each question, so that the next answer keeps to them: nothing is built anew, nothing is kept.
"""

import http.client
from collections.abc import Sequence
from typing import Any

import msgspec

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
from pinisi.services.mobility.routing.matching import matched
from pinisi.services.mobility.routing.polyline import decoded
from pinisi.services.mobility.routing.programs import RoutingFailed
from pinisi.services.mobility.routing.tile_build import Graph
from pinisi.services.mobility.routing.valhalla_settings import MOST_CLOSED_PLACES, MOST_MATRIX_PAIRS, MOST_TRACE_POINTS
from pinisi.vocabulary.instant import SECOND

NEAR_M = 1_000
"""A position farther than this from any road that can be driven has none. A default of Pinisi."""
CLOSED_NEAR_M = 25
"""A closed place closes the road nearest to it, at most so far away. A default of Pinisi."""
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


class Router:
    """Asks one graph. May be used from several threads at once."""

    def __init__(self, graph: Graph, port: int) -> None:
        self.graph = graph
        self._port = port

    def ready(self) -> bool:
        """Whether it answers at all."""
        try:
            self._ask("status", {}, seconds=1.0)
        except (RoutingFailed, NoWay):
            return False
        return True

    def route(self, origin: LonLat, place: LonLat, costing: Costing = "auto", closed: Closed = OPEN) -> Route:
        """Raises `NoWay`, `RoutingFailed`."""
        asked = {"locations": _places([origin, place]), "costing": costing, "directions_type": "none"}
        trip = self._ask("route", asked | _without(closed))["trip"]
        line = tuple(decoded(trip["legs"][0]["shape"]))
        return Route(trip["summary"]["time"], trip["summary"]["length"] * 1_000, line)

    def matrix(
        self,
        origins: Sequence[LonLat],
        places: Sequence[LonLat],
        costing: Costing = "auto",
        closed: Closed = OPEN,
    ) -> Matrix:
        """A position without a road near has None in its row or column; see `Matrix`.

        Raises:
            NoWay: more than a million pairs, or no position on the Earth.
            RoutingFailed: it does not answer.
        """
        if len(origins) * len(places) > MOST_MATRIX_PAIRS:
            raise NoWay("too-many", f"more than {MOST_MATRIX_PAIRS:,} pairs of positions")
        near = dict(zip([*origins, *places], self.near_roads([*origins, *places], costing), strict=True))
        starts = [index for index, each in enumerate(origins) if near[each]]
        ends = [index for index, each in enumerate(places) if near[each]]
        seconds: list[list[float | None]] = [[None] * len(places) for _ in origins]
        metres: list[list[float | None]] = [[None] * len(places) for _ in origins]
        if starts and ends:
            some = {"sources": _places([origins[i] for i in starts]), "targets": _places([places[i] for i in ends])}
            asked = some | {"costing": costing, "verbose": False} | _without(closed)
            found = self._ask("sources_to_targets", asked, MATRIX_SECONDS)["sources_to_targets"]
            for row, start in enumerate(starts):
                for column, end in enumerate(ends):
                    seconds[start][end] = found["durations"][row][column]
                    far = found["distances"][row][column]
                    metres[start][end] = None if far is None else far * 1_000
        return Matrix(tuple(map(tuple, seconds)), tuple(map(tuple, metres)))

    def near_roads(self, positions: Sequence[LonLat], costing: Costing = "auto") -> list[bool]:
        """Whether a road that can be driven is near. Raises `NoWay` (no position on the Earth), `RoutingFailed`."""
        if not positions:
            return []
        asked = {"locations": _places(positions), "costing": costing, "verbose": False}
        return [bool(each["edges"]) for each in self._ask("locate", asked)]

    def reach(
        self, origin: LonLat, minutes: Sequence[float], costing: Costing = "auto", closed: Closed = OPEN
    ) -> list[Reach]:
        """What is reached within each of at most four numbers of minutes. Raises `NoWay`, `RoutingFailed`."""
        contours = [{"time": each} for each in sorted(minutes)]
        asked = {"locations": _places([origin]), "costing": costing, "contours": contours, "polygons": True}
        found = self._ask("isochrone", asked | _without(closed))["features"]
        return [Reach(each["properties"]["contour"], each["geometry"]) for each in reversed(found)]

    def match(self, fixes: Sequence[Fix], costing: Costing = "auto") -> Matched:
        """The roads that a trace went along, and how fast. Raises `NoWay`, `RoutingFailed`."""
        if not 2 <= len(fixes) <= MOST_TRACE_POINTS:
            raise NoWay("too-many", f"a trace has 2 to {MOST_TRACE_POINTS:,} fixes, this one {len(fixes)}")
        shape = [{**_place(fix.position), "time": fix.at / SECOND} for fix in fixes]
        wanted = {"action": "include", "attributes": [*_TRACE, *_TRACE_MORE, "edge.target_percent_along"]}
        asked = {"shape": shape, "costing": costing, "shape_match": "map_snap", "filters": wanted}
        return matched(self._ask("trace_attributes", asked), fixes, self.graph)

    def _ask(self, action: str, asked: dict[str, Any], seconds: float = SECONDS) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=seconds)
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
    except msgspec.DecodeError:
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
