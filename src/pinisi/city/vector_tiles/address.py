"""Where tiles lie: the unit square of Web Mercator, halved once for each zoom."""

import math

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Address = tuple[int, int, int]
"""Zoom, column, row from the north."""
EXTENT = 4096
"""Units along the side of a tile."""
RIM = 64
"""Units beyond each side to which a tile reaches, so that lines do not end at its edge."""
STEEPEST = 85.051128
"""Degrees of latitude at which the square ends."""

Points = npt.NDArray[np.float64]


def unit_square(points: Points) -> Points:
    """Degrees (longitude, latitude) -> the unit square, y from the north."""
    latitude = np.radians(np.clip(points[:, 1], -STEEPEST, STEEPEST))
    y = 0.5 - np.log(np.tan(math.pi / 4 + latitude / 2)) / (2 * math.pi)
    return np.column_stack((points[:, 0] / 360 + 0.5, y))


def project(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, unit_square)


def box(address: Address) -> tuple[float, float, float, float]:
    """A tile with its rim on the unit square."""
    zoom, x, y = address
    size = 1 / (1 << zoom)
    rim = RIM / EXTENT * size
    return x * size - rim, y * size - rim, (x + 1) * size + rim, (y + 1) * size + rim
