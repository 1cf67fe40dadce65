"""A small map for paper: the areas around a point as SVG, with the city as a whole in its corner.

Equirectangular about the point: within some kilometres of it the error is below the width of a line.
"""

from collections.abc import Sequence
from math import cos, radians
from typing import Any

import msgspec
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.city.areas import Area
from pinisi.incidents.report.document import Label

SIDE = 760
"""Units of the drawing along each side."""
INSET = 210
SMALL = 0.05
"""Ground below this share of the largest does not widen the picture of the whole city."""
REACH_M = 2_200
"""From the point to each edge of the map."""
METRES_A_DEGREE = 111_320
_WATER, _LAND, _HERE, _HAIR, _EDGE, _DOT = "#e4ebee", "#fbfcfc", "#dcedf1", "#c6d1d6", "#1f6f86", "#c0362f"
_LETTER = 9.5
"""Units that a letter of a label takes at most."""


class Window(msgspec.Struct, frozen=True):
    """Degrees to units: `(lon - west) * across`, `(north - lat) * down`."""

    west: float
    north: float
    across: float
    down: float
    side: float
    x: float = 0
    y: float = 0

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        return self.x + (lon - self.west) * self.across, self.y + (self.north - lat) * self.down

    @property
    def box(self) -> BaseGeometry:
        south, east = self.north - self.side / self.down, self.west + self.side / self.across
        return shapely.box(self.west, south, east, self.north)


def drawn(areas: Sequence[Area], lon: float, lat: float) -> tuple[str, tuple[Label, ...]]:
    """The map as SVG, and the names of the areas in it."""
    near, whole = _around(lon, lat), _all(areas)
    body = [f'<rect width="{SIDE}" height="{SIDE}" fill="{_WATER}"/>']
    others, here = _shapes([each for each in areas if each.level == "kelurahan"], near, (lon, lat), 1.4)
    body += [*others, *_outlines([each for each in areas if each.level == "kecamatan"], near), *here]
    body.append(_dot(*near.at(lon, lat), 13))
    body.append(
        f'<rect x="{whole.x}" y="{whole.y}" width="{INSET}" height="{INSET}" fill="{_WATER}" stroke="{_HAIR}"/>'
    )
    others, here = _shapes([each for each in areas if each.level == "kecamatan"], whole, (lon, lat), 1)
    body += [*others, *here]
    body.append(_dot(*whole.at(lon, lat), 7))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}">'
    return head + "".join(body) + "</svg>", tuple(_labels(areas, near))


def _around(lon: float, lat: float) -> Window:
    up = REACH_M / METRES_A_DEGREE
    over = up / max(0.01, cos(radians(lat)))
    return Window(lon - over, lat + up, SIDE / (2 * over), SIDE / (2 * up), SIDE)


def _all(areas: Sequence[Area]) -> Window:
    """The whole city, in the corner at the bottom right; small far islands may fall outside of it."""
    corner = SIDE - INSET
    grounds = [part for each in areas if each.level == "kecamatan" for part in _polygons(shape(each.geojson))]
    least = max((part.area for part in grounds), default=0.0) * SMALL
    bounds = [part.bounds for part in grounds if part.area >= least] or [(0.0, 0.0, 1.0, 1.0)]
    wests, souths, easts, norths = zip(*bounds, strict=True)
    west, south, east, north = min(wests), min(souths), max(easts), max(norths)
    squeezed = cos(radians((south + north) / 2))
    width = max((east - west) * squeezed, north - south) * 1.12 or 1
    west -= (width / squeezed - (east - west)) / 2
    north += (width - (north - south)) / 2
    return Window(west, north, INSET * squeezed / width, INSET / width, INSET, corner, corner)


def _shapes(
    areas: Sequence[Area], window: Window, point: tuple[float, float], line: float
) -> tuple[list[str], list[str]]:
    """Filled areas, and the one that holds the point, in a colour of its own."""
    here, others = list[str](), list[str]()
    for area in areas:
        whole = shape(area.geojson)
        holds = whole.covers(shapely.Point(*point))
        fill, edge, width = (_HERE, _EDGE, line * 1.6) if holds else (_LAND, _HAIR, line)
        path = _path(whole, window)
        if path:
            drawn = f'<path d="{path}" fill="{fill}" stroke="{edge}" stroke-width="{width}"/>'
            (here if holds else others).append(drawn)
    return others, here


def _outlines(areas: Sequence[Area], window: Window) -> list[str]:
    paths = [_path(shape(area.geojson), window) for area in areas]
    return [f'<path d="{path}" fill="none" stroke="#9fb0b9" stroke-width="2.4"/>' for path in paths if path]


def _path(whole: BaseGeometry, window: Window) -> str:
    """The part within the window, a little beyond its edges so that these draw no line."""
    beyond = 0 if window.x else window.side / window.across * 0.02
    seen = whole.intersection(window.box.buffer(beyond, join_style="mitre")).simplify(0.6 / window.across)
    return "".join(_ring(ring.coords, window) for polygon in _polygons(seen) for ring in _rings(polygon))


def _polygons(seen: BaseGeometry) -> list[Any]:
    return [part for part in shapely.get_parts(seen) if part.geom_type == "Polygon"]


def _rings(polygon: Any) -> list[Any]:
    return [polygon.exterior, *polygon.interiors]


def _ring(coordinates: Any, window: Window) -> str:
    points = (window.at(*point[:2]) for point in coordinates)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _dot(x: float, y: float, radius: float) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{_DOT}" stroke="#fff" stroke-width="{radius / 3:.1f}"/>'
    )


def _labels(areas: Sequence[Area], window: Window) -> list[Label]:
    """Names of kelurahan, the larger ones first, where they meet neither each other nor the dot nor the corner."""
    corner = SIDE - INSET
    taken = [(corner, corner, SIDE, SIDE), (SIDE / 2 - 20, SIDE / 2 - 20, SIDE / 2 + 20, SIDE / 2 + 20)]
    found: list[Label] = []
    seen = [(area.name, shape(area.geojson).intersection(window.box)) for area in areas if area.level == "kelurahan"]
    for name, part in sorted(seen, key=lambda each: -each[1].area):
        if part.is_empty:
            continue
        middle = part.representative_point()
        x, y = window.at(middle.x, middle.y)
        wide = len(name) * _LETTER / 2
        box = (x - wide, y - 14, x + wide, y + 14)
        if min(box) > 4 and max(box) < SIDE - 4 and not any(_meet(box, other) for other in taken):
            taken.append(box)
            found.append(Label(name, round(x / SIDE, 4), round(y / SIDE, 4)))
    return found


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
