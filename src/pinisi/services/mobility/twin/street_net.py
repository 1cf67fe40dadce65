"""A network of SUMO as its file says it: edges with lanes, what leads where, signals, and where it lies."""

import gzip
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import Element, ParseError, iterparse

import msgspec

from pinisi.services.mobility.twin.child import TwinFailed
from pinisi.services.mobility.twin.utm import lon_lat

Turn = Literal["left", "through", "right", "back"]
_TURNS: Mapping[str, Turn] = {
    "l": "left",
    "L": "left",
    "r": "right",
    "R": "right",
    "s": "through",
    "t": "back",
}
_UTM = re.compile(r"\+proj=utm \+zone=(\d+)")
Metres = tuple[float, float]
LonLat = tuple[float, float]


class Lane(msgspec.Struct, frozen=True, gc=False):
    """`allow`, `disallow`: classes of vehicles of SUMO; both empty: all."""

    id: str
    length_m: float
    speed_mps: float
    allow: str = ""
    disallow: str = ""

    def lets(self, vehicle: str) -> bool:
        if self.allow:
            return vehicle in self.allow.split() or self.allow == "all"
        return self.disallow != "all" and vehicle not in self.disallow.split()


class Edge(msgspec.Struct, frozen=True):
    """One direction of a piece of road. `road`: the key of its way in the extract (`osm-7`), else its own id."""

    id: str
    begin: str
    end: str
    lanes: tuple[Lane, ...]
    shape: tuple[Metres, ...]
    name: str = ""

    @property
    def length_m(self) -> float:
        return self.lanes[0].length_m

    @property
    def free_s(self) -> float:
        """How long it takes where nothing is in the way."""
        return self.length_m / max(each.speed_mps for each in self.lanes)

    def lets(self, vehicle: str) -> bool:
        return any(lane.lets(vehicle) for lane in self.lanes)


class Connection(msgspec.Struct, frozen=True, gc=False):
    """From a lane of one edge to the next; `signal`: by which it is held."""

    begin: str
    end: str
    lane: int
    turn: Turn
    signal: str = ""


class StreetNet(msgspec.Struct, frozen=True):
    """`zone`, `offset`: of the UTM projection, where the file says one."""

    edges: Mapping[str, Edge]
    connections: tuple[Connection, ...]
    crossings: Mapping[str, Metres]
    signals: tuple[str, ...]
    zone: int | None = None
    offset: Metres = (0.0, 0.0)
    south: bool = False

    def place(self, point: Metres) -> LonLat | None:
        """Longitude and latitude; None where the file does not say where it lies."""
        if self.zone is None:
            return None
        return lon_lat(point[0] - self.offset[0], point[1] - self.offset[1], self.zone, self.south)

    def line(self, edge: Edge) -> tuple[LonLat, ...]:
        """Its course on the Earth; empty where that is not known."""
        places = (self.place(point) for point in edge.shape)
        return tuple((round(each[0], 6), round(each[1], 6)) for each in places if each is not None)


def road_of(edge: str) -> str:
    """The road that an edge is a piece of: netconvert calls the pieces of way 7 `7`, `-7`, `7#0`, `-7#1`."""
    way = edge.removeprefix("-").partition("#")[0]
    return f"osm-{way}" if way.isdecimal() else way


def read_net(path: Path) -> StreetNet:
    """
    Raises:
        TwinFailed: it is no network of SUMO; says why.
    """
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            net = _net(element for _, element in iterparse(file))
    except (ParseError, ValueError, KeyError, IndexError, OSError, EOFError) as error:
        raise TwinFailed(f"{path.name}: is no network of SUMO: {type(error).__name__}: {error}") from None
    if not net.edges:
        raise TwinFailed(f"{path.name}: has no road that can be driven")
    return net


def _net(elements: Iterator[Element]) -> StreetNet:
    edges: dict[str, Edge] = {}
    connections: list[Connection] = []
    crossings: dict[str, Metres] = {}
    signals: dict[str, None] = {}
    zone, offset, south = None, (0.0, 0.0), False
    for element in elements:
        match element.tag:
            case "location":
                zone, south = _zone(element.get("projParameter", ""))
                offset = _point(element.get("netOffset", "0,0"))
            case "edge" if "function" not in element.attrib:
                edge = _edge(element)
                edges[edge.id] = edge
            case "connection" if not element.attrib["from"].startswith(":"):
                connections.append(_connection(element))
            case "junction" if element.get("type") not in ("internal", None):
                crossings[element.attrib["id"]] = (float(element.attrib["x"]), float(element.attrib["y"]))
            case "tlLogic":
                signals[element.attrib["id"]] = None
            case _:
                continue
        element.clear()
    return StreetNet(edges, tuple(connections), crossings, tuple(signals), zone, offset, south)


def _zone(projection: str) -> tuple[int | None, bool]:
    found = _UTM.search(projection)
    return (int(found[1]) if found else None), "+south" in projection


def _edge(element: Element) -> Edge:
    lanes = [each for each in element if each.tag == "lane"]
    shape = element.get("shape") or lanes[0].attrib["shape"]
    return Edge(
        id=element.attrib["id"],
        begin=element.attrib["from"],
        end=element.attrib["to"],
        lanes=tuple(_lane(each) for each in lanes),
        shape=tuple(_point(each) for each in shape.split()),
        name=element.get("name", ""),
    )


def _lane(element: Element) -> Lane:
    length, speed = float(element.attrib["length"]), float(element.attrib["speed"])
    if not 0 < length < 1e6 or not 0 < speed < 1e3:
        raise ValueError(f"lane {element.attrib['id']}: length {length}, speed {speed}")
    return Lane(element.attrib["id"], length, speed, element.get("allow", ""), element.get("disallow", ""))


def _connection(element: Element) -> Connection:
    said = element.attrib
    turn = _TURNS.get(said.get("dir", "s"), "through")
    return Connection(said["from"], said["to"], int(said["fromLane"]), turn, said.get("tl", ""))


def _point(text: str) -> Metres:
    x, y = text.split(",")[:2]
    return float(x), float(y)
