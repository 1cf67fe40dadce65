"""Areas and distances on the Earth (WGS 84)."""

import math

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

SEMI_MAJOR = 6_378_137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY = math.sqrt(FLATTENING * (2 - FLATTENING))
MEAN_RADIUS = 6_371_008.8

Array = npt.NDArray[np.float64]


def area_m2(geometry: BaseGeometry) -> float:
    """Area on the ellipsoid in square metres, by the cylindrical equal-area projection (Snyder 1987, eq. 10-13, 3-12).

    Edges are straight in longitude and latitude; for edges under 10 km that differs from geodesics by far less than
    the boundaries are known.
    """
    return float(shapely.transform(geometry, _equal_area).area)


def _equal_area(points: Array) -> Array:
    e = ECCENTRICITY
    sine = np.sin(np.radians(points[:, 1]))
    q = (1 - e * e) * (sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e)
    return np.column_stack((SEMI_MAJOR * np.radians(points[:, 0]), SEMI_MAJOR * q / 2))


def distance_m(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Great-circle distance in metres between two (longitude, latitude) on the mean sphere (0.5 % at most off)."""
    west, south = map(math.radians, first)
    east, north = map(math.radians, second)
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    return 2 * MEAN_RADIUS * math.asin(math.sqrt(half))


def distance_to_m(geometry: BaseGeometry, lon: float, lat: float) -> float:
    """Metres from a position to the nearest point of a geometry; 0 inside."""
    point = shapely.Point(lon, lat)
    if geometry.covers(point):
        return 0.0
    nearest = shapely.get_coordinates(shapely.shortest_line(geometry, point))[0]
    return distance_m((float(nearest[0]), float(nearest[1])), (lon, lat))


def length_m(points: Array) -> float:
    """Length on the ellipsoid of a line through (longitude, latitude) rows, in metres.

    Each step is measured with the radii of curvature at its middle (Snyder 1987, eq. 4-18, 4-20): better than 0.01 mm
    a metre for steps under 10 km away from the poles.
    """
    radians = np.radians(points)
    steps = np.diff(radians, axis=0)
    middle = (radians[1:, 1] + radians[:-1, 1]) / 2
    flat = 1 - (ECCENTRICITY * np.sin(middle)) ** 2
    east = SEMI_MAJOR / np.sqrt(flat) * np.cos(middle) * steps[:, 0]
    north = SEMI_MAJOR * (1 - ECCENTRICITY**2) / flat**1.5 * steps[:, 1]
    return float(np.hypot(east, north).sum())
