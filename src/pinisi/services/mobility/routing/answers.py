"""What is asked of the roads and what they answer, in metres, seconds and degrees.

Positions are (longitude, latitude). Times are those of a car that keeps to the speeds of the graph: no traffic, no blue
light.
"""

from typing import Any, Literal

import msgspec

from pinisi.vocabulary.instant import Instant

LonLat = tuple[float, float]
Bounds = tuple[float, float, float, float]
"""West, south, east, north."""
Costing = Literal["auto", "motorcycle", "motor_scooter", "bus", "truck", "bicycle", "pedestrian"]


class Closed(msgspec.Struct, frozen=True):
    """What cannot be driven now: pieces of road by a point of each, and areas by their outer rings."""

    places: tuple[LonLat, ...] = ()
    areas: tuple[tuple[LonLat, ...], ...] = ()


OPEN = Closed()


class Route(msgspec.Struct, frozen=True):
    """The quickest way found. `line`: its points to the sixth decimal."""

    seconds: float
    metres: float
    line: tuple[LonLat, ...]


class Matrix(msgspec.Struct, frozen=True):
    """From each origin (row) to each place (column): seconds and metres, None where no road leads."""

    seconds: tuple[tuple[float | None, ...], ...]
    metres: tuple[tuple[float | None, ...], ...]


class Reach(msgspec.Struct, frozen=True):
    """What is reached within `minutes`: a GeoJSON geometry (Polygon or MultiPolygon)."""

    minutes: float
    geometry: dict[str, Any]


class Fix(msgspec.Struct, frozen=True):
    """Where something was seen, and when."""

    position: LonLat
    at: Instant


class Driven(msgspec.Struct, frozen=True):
    """A piece of road that a trace went along: the key of its road, metres, and seconds where two fixes tell them.

    `begins`: when it came there, or was first seen there.
    """

    road: str
    name: str | None
    metres: float
    seconds: float | None
    limit_kmh: float | None
    begins: Instant | None = None

    @property
    def kmh(self) -> float | None:
        return None if not self.seconds else self.metres / self.seconds * 3.6


class Matched(msgspec.Struct, frozen=True):
    """A trace on the roads. `off`: metres from each fix to the road that it was put on, None where on none."""

    driven: tuple[Driven, ...]
    off: tuple[float | None, ...]


class NoWay(Exception):
    """The question has no answer, for a reason that lies in the question; the text says it in English.

    `code`: `no-road` (none near a position), `no-route` (no road leads there), `too-far`, `too-many`, `no-place` (no
    position on the Earth), `no-match` (a trace that follows no road).
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
