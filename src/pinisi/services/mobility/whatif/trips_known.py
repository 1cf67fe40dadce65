"""The vehicles of a run: when each departs and along which edges, of counts or of a route file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, iterparse
from zlib import crc32

import msgspec

from pinisi.services.mobility.engine.demand.ways import Reached, Roads, Way, reached
from pinisi.services.mobility.twin.child import TwinFailed

MOST = 200_000


class Departure(msgspec.Struct, frozen=True, gc=False):
    """One vehicle. `second` counts from the begin of the simulated time."""

    id: str
    second: float
    way: Way


def spread(ways: Sequence[Way], vehicles: Sequence[int], seconds: float, seed: int) -> list[Departure]:
    """Departures of each way evenly over the time, each somewhere within its own part of it."""
    found: list[Departure] = []
    for number, (way, count) in enumerate(zip(ways, vehicles, strict=True)):
        for each in range(count):
            id = f"{number}.{each}"
            found.append(Departure(id, (each + _drawn(seed, id)) * seconds / count, way))
    return sorted(found, key=lambda one: (one.second, one.id))


def of_file(path: Path, roads: Roads, seconds: float) -> list[Departure]:
    """The vehicles of a route file in its first `seconds`: with their routes, or by the fastest way.

    Raises:
        TwinFailed: it cannot be read, or holds nothing that can be driven.
    """
    try:
        read = sorted(_read(path, roads), key=lambda one: (one.second, one.id))
    except (ParseError, ValueError, KeyError, OSError) as error:
        raise TwinFailed(f"{path.name}: is no route file: {type(error).__name__}: {error}") from None
    begin = read[0].second if read else 0.0
    found = [
        msgspec.structs.replace(each, second=each.second - begin) for each in read if each.second < begin + seconds
    ]
    if not found:
        raise TwinFailed(f"{path.name}: holds no trip that these roads know")
    return found


def grown(departures: Sequence[Departure], percent: float, seconds: float) -> list[Departure]:
    """More of them, each beside one that is there and a little later; or fewer. The others stay as they are."""
    share = percent / 100
    if share <= 0:
        return [each for each in departures if _drawn(0, f"stays:{each.id}") < 1 + share]
    more: list[Departure] = []
    for each in departures:
        copies = int(share) + (_drawn(0, f"more:{each.id}") < share % 1)
        for number in range(copies):
            id = f"{each.id}+{number}"
            more.append(Departure(id, (each.second + 60 * _drawn(0, id)) % seconds, each.way))
    return sorted([*departures, *more], key=lambda one: (one.second, one.id))


def _drawn(seed: int, text: str) -> float:
    return crc32(f"{seed}:{text}".encode()) / 2**32


def _read(path: Path, roads: Roads) -> Iterator[Departure]:
    trees: dict[str, Reached] = {}
    routes: dict[str, Way] = {}
    number = 0
    for _, element in iterparse(path):
        if element.tag == "route" and "id" in element.attrib:
            routes[element.attrib["id"]] = tuple(element.attrib["edges"].split())
        if element.tag not in ("vehicle", "trip", "flow"):
            continue
        way = _way(element, routes, roads, trees)
        if way and all(edge in roads.seconds for edge in way):
            for second in _seconds(element):
                number += 1
                if number > MOST:
                    raise ValueError(f"more than {MOST} vehicles")
                yield Departure(f"{element.attrib['id']}.{number}", second, way)
        element.clear()


def _way(element: Element, routes: dict[str, Way], roads: Roads, trees: dict[str, Reached]) -> Way:
    inner = element.find("route")
    if inner is not None:
        return tuple(inner.attrib["edges"].split())
    if "route" in element.attrib:
        return routes[element.attrib["route"]]
    start = element.attrib["from"]
    return trees.setdefault(start, reached(roads, start)).way_to(element.attrib["to"])


def _seconds(element: Element) -> Iterator[float]:
    if element.tag != "flow":
        yield _number(element.attrib["depart"])
        return
    begin, end = _number(element.attrib["begin"]), _number(element.attrib["end"])
    hourly = float(element.get("vehsPerHour") or element.get("perHour") or 0)
    count = int(element.get("number") or round(hourly * (end - begin) / 3600))
    if not 0 <= count <= MOST:
        raise ValueError(f"flow {element.attrib['id']}: {count} vehicles")
    yield from (begin + (end - begin) * each / count for each in range(count))


def _number(text: str) -> float:
    number = float(text)
    if not -1e9 < number < 1e9:
        raise ValueError(f"a time of {text}")
    return number
