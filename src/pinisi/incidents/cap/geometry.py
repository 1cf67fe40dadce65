"""Polygons and circles as CAP writes them (clauses 3.2.4 and 3.3.1): latitude first, degrees of WGS 84, kilometres."""

import math
from collections.abc import Iterator, Sequence
from typing import Literal

from pinisi.incidents.cap.model import Area, Circle, Point, Ring

MOST_POINTS = 200_000
MOST_KM = 20_038.0
"""Half way round the earth."""
CIRCLE_POINTS = 48
EARTH_KM = 6_371.0
SMALLEST_KM = 0.05
"""A circle of no radius means its point; on a map it is drawn with this one."""

Fault = Literal["points", "pair", "range", "closed"]


class Crooked(ValueError):
    """No polygon or circle: which fault, and the words that show it."""

    def __init__(self, fault: Fault, said: str) -> None:
        super().__init__(f"{fault}: {said[:80]}")
        self.fault: Fault = fault
        self.said = said


def read_polygon(text: str) -> tuple[Ring, bool]:
    """The ring, closed, and whether it was closed as written.

    Raises:
        Crooked: too few points, or some that are none.
    """
    pairs = text.split()
    if len(pairs) > MOST_POINTS or len(pairs) < 4:
        raise Crooked("points", str(len(pairs)))
    ring = tuple(read_point(pair) for pair in pairs)
    return (ring, True) if ring[0] == ring[-1] else ((*ring, ring[0]), False)


def read_circle(text: str) -> Circle:
    """A point and a radius.

    Raises:
        Crooked: it is neither.
    """
    parts = text.split()
    radius = number(parts[1]) if len(parts) == 2 else None
    if radius is None:
        raise Crooked("pair", text)
    if not 0 <= radius <= MOST_KM:
        raise Crooked("range", parts[1])
    return Circle(read_point(parts[0]), radius)


def read_point(pair: str) -> Point:
    """Longitude and latitude of a pair written latitude first."""
    lat, comma, lon = pair.partition(",")
    north, east = number(lat), number(lon)
    if not comma or north is None or east is None:
        raise Crooked("pair", pair)
    if abs(north) > 90 or abs(east) > 180:
        raise Crooked("range", pair)
    return east, north


def number(text: str) -> float | None:
    """None for what is no finite number in digits."""
    try:
        value = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def rings_of(areas: Sequence[Area]) -> Iterator[Ring]:
    """All that the areas cover: polygons, and circles as polygons."""
    for area in areas:
        yield from area.polygons
        for circle in area.circles:
            yield ring_around(circle)


def ring_around(circle: Circle) -> Ring:
    """Points on a circle on the sphere, counter-clockwise and closed."""
    (lon, lat), radius = circle.centre, max(circle.radius_km, SMALLEST_KM)
    angle, phi = radius / EARTH_KM, math.radians(lat)
    ring: list[Point] = []
    for step in range(CIRCLE_POINTS):
        bearing = -2 * math.pi * step / CIRCLE_POINTS
        high = math.asin(math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing))
        east = math.atan2(
            math.sin(bearing) * math.sin(angle) * math.cos(phi), math.cos(angle) - math.sin(phi) * math.sin(high)
        )
        ring.append((round(lon + math.degrees(east), 6), round(math.degrees(high), 6)))
    return (*ring, ring[0])


def polygon_text(ring: Ring) -> str:
    return " ".join(point_text(point) for point in ring)


def point_text(point: Point) -> str:
    lon, lat = point
    return f"{degrees(lat)},{degrees(lon)}"


def degrees(value: float) -> str:
    """At most six decimals (a decimetre), never an exponent."""
    written = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written
