"""Lines of a layer as a zoom of the map shows them: no finer than half a pixel, so that thousands arrive quickly."""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from shapely import transform
from shapely.errors import GEOSException
from shapely.geometry import mapping, shape

TILE = 512
"""Pixels of a tile of MapLibre along each side."""
DEEPEST = 18
_LINES = ("LineString", "MultiLineString")


def half_pixel(zoom: int) -> float:
    """Degrees of longitude."""
    return 360 / (TILE * 2**zoom) / 2


def as_seen(place: Mapping[str, Any], zoom: int) -> Mapping[str, Any]:
    """A line without what nobody sees at this zoom: no point lies further than a pixel from where it is. A line that is
    shorter than that, and what is no line, stays as it is.
    """
    if place.get("type") not in _LINES:
        return place
    step = half_pixel(zoom)
    try:
        line = transform(shape(dict(place)).simplify(step), partial(np.round, decimals=math.ceil(-math.log10(step))))
    except (GEOSException, ValueError, LookupError, TypeError):
        return place
    return place if line.is_empty else dict(mapping(line))
