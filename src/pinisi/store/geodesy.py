"""Distances on the WGS84 ellipsoid (to put in order: on a sphere), and boxes that surely hold a circle in metres.

Source: P. D. Thomas, "Spheroidal geodesics, reference systems & local geometry", U.S. Naval Oceanographic Office
SP-138, 1970: the inverse solution to the second order in the flattening, by parametric latitudes. Against Karney's
geodesics its error is below 1 mm up to 100 km, below 3 cm up to 10,000 km, below 20 m up to 19,000 km, and up to
35 km between points that lie almost opposite each other (beyond 19,700 km), where the series gives way to a sphere.
"""

from collections.abc import Callable
from math import asin, atan, cos, degrees, pi, radians, sin, sqrt, tan

import shapely
from shapely.geometry.base import BaseGeometry

EQUATOR = 6_378_137.0
FLATTENING = 1 / 298.257223563
_POLAR = 1 - FLATTENING
_SQUARE = FLATTENING * (2 - FLATTENING)
_RADIAN = pi / 180
_SMALLEST_RADIUS = EQUATOR * (1 - _SQUARE)
_FIRST = FLATTENING / 4
_SECOND = FLATTENING * FLATTENING / 64
_HALF_MERIDIAN = 20_003_931.458625
_MEAN_RADIUS = _HALF_MERIDIAN / pi
_OPPOSITE = 3e-6
"""Squared cosine of half the angle below which (25 km from the opposite point) the series diverges."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def distance_from(lon: float, lat: float) -> Callable[[float, float], float]:
    """Prepare distances from one point: the answer takes longitude and latitude (degrees) and gives metres."""
    longitude = lon * _RADIAN
    parametric = atan(_POLAR * tan(lat * _RADIAN))

    def distance(lon: float, lat: float) -> float:
        other = atan(_POLAR * tan(lat * _RADIAN))
        mean = (parametric + other) / 2
        half = (other - parametric) / 2
        sin_mean = sin(mean)
        sin_mean *= sin_mean
        sin_half = sin(half)
        sin_half *= sin_half
        across = sin((lon * _RADIAN - longitude) / 2)
        chord = sin_half + (1 - sin_half - sin_mean) * across * across
        if chord <= 0:
            return 0.0
        rest = 1 - chord
        if rest < _OPPOSITE:
            return min(2 * asin(sqrt(min(chord, 1.0))) * _MEAN_RADIUS, _HALF_MERIDIAN)
        angle = 2 * asin(sqrt(chord))
        sine = 2 * sqrt(chord * rest)
        u = 2 * sin_mean * (1 - sin_half) / rest
        v = 2 * sin_half * (1 - sin_mean) / chord
        x = u + v
        y = u - v
        t = angle / sine
        d = 4 * t * t
        e = 2 - 4 * chord
        a = d * e
        c = t - (a - e) / 2
        second = x * (a + c * x) - y * (2 * d + e * y) + d * x * y
        metres = EQUATOR * sine * (t - _FIRST * (t * x - y) + _SECOND * second)
        return metres if metres < _HALF_MERIDIAN else _HALF_MERIDIAN

    return distance


def distance(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Metres between two points in degrees."""
    return distance_from(lon1, lat1)(lon2, lat2)


def haversine(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Metres between two points in degrees on the sphere of the mean radius (NGSI-LD 4.23.1)."""
    tall, wide = sin(radians(lat2 - lat1) / 2), sin(radians(lon2 - lon1) / 2)
    share = tall * tall + cos(radians(lat1)) * cos(radians(lat2)) * wide * wide
    return 2 * _MEAN_RADIUS * asin(min(1.0, sqrt(share)))


def geometry_distance(
    one: BaseGeometry, other: BaseGeometry, between: Callable[[float, float, float, float], float] = distance
) -> float:
    """Metres between two geometries in degrees, whose lines are straight in longitude and latitude (RFC 7946).

    The nearest points are sought in a plane whose axes are metres at the place of nearness, then measured on the
    ellipsoid: the answer is never below the truth by more than `distance` errs, and above it by less than 0.1 % where
    the geometries are within 100 km.
    """
    east = _east_of(one, other)
    lat = (one.bounds[1] + one.bounds[3]) / 2
    nearest = inf = float("inf")
    for _ in range(3):
        a, b = _nearest(one, east, lat)
        metres = between(*a, *b)
        if metres < nearest:
            nearest = metres
        lat = (a[1] + b[1]) / 2
    return nearest if nearest < inf else 0.0


def _nearest(one: BaseGeometry, other: BaseGeometry, lat: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The nearest points of both in the plane that is true to scale at `lat`."""
    stretch = max(cos(radians(lat)) / _meridian_to_normal(lat), 1e-9)
    line = shapely.shortest_line(_stretched(one, stretch), _stretched(other, stretch))
    (ax, ay), (bx, by) = line.coords
    return (ax / stretch, ay), (bx / stretch, by)


def _meridian_to_normal(lat: float) -> float:
    """Radius of curvature along the meridian over that across it."""
    sine = sin(radians(lat))
    return (1 - _SQUARE) / (1 - _SQUARE * sine * sine)


def _stretched(geometry: BaseGeometry, stretch: float) -> BaseGeometry:
    return shapely.transform(geometry, lambda points: points * [stretch, 1.0])


def _east_of(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """`other` turned by 360 degrees where that brings it nearer to `one` (across the antimeridian)."""
    gap = (other.bounds[0] + other.bounds[2] - one.bounds[0] - one.bounds[2]) / 2
    turn = 360.0 if gap < -180 else -360.0 if gap > 180 else 0.0
    return shapely.transform(other, lambda points: points - [-turn, 0.0]) if turn else other


def box_around(bounds: Box, metres: float) -> Box:
    """A box in degrees that holds every point within `metres` of the bounds; all longitudes near a pole or across
    the antimeridian."""
    angle = (metres * 1.001 + 1.0) / _SMALLEST_RADIUS
    west, south, east, north = bounds
    tall = degrees(angle)
    low, high = south - tall, north + tall
    wide = _widest(angle, max(abs(south), abs(north)))
    if low <= -90 or high >= 90 or west - wide < -180 or east + wide > 180:
        return -180.0, max(low, -90.0), 180.0, min(high, 90.0)
    return west - wide, low, east + wide, high


def _widest(angle: float, lat: float) -> float:
    """Degrees of longitude that a circle of this angle reaches at most, from a centre at this latitude."""
    if angle >= pi / 2:
        return 360.0
    # The parametric latitude of a point lies nearer to the equator than its geodetic one: the latter is the safe side.
    reach = sin(angle) / max(cos(radians(lat)), 1e-12)
    return degrees(asin(reach)) + 1e-9 if reach < 1 else 360.0
