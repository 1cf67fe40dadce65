"""A road, and what was found instead of one."""

from typing import Literal, get_args

import msgspec
import numpy as np
import numpy.typing as npt

RoadClass = Literal[
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "busway",
    "pedestrian",
    "track",
    "cycleway",
    "footway",
    "path",
    "steps",
    "construction",
    "unknown",
]
"""From the most to the least important; `unclassified` is OSM's word for the smallest through roads, `unknown` is a
road of which nobody has said what it is (OSM: `road`)."""
CLASSES: tuple[RoadClass, ...] = get_args(RoadClass)
Line = npt.NDArray[np.float64]


class Road(msgspec.Struct, frozen=True, kw_only=True):
    """One road between two ends. `key` is the last part of its id and the same in every import of the same road.

    Args:
        line: rows of longitude and latitude, in the direction of drawing.
        link: a ramp or slip road of its class.
        one_way: with the drawing, against it, or said to be neither; None: not said.
        max_speed: km/h.
        doubts: what the register says and nobody can read, as (attribute, reason).
    """

    key: str
    road_class: RoadClass
    line: Line
    link: bool = False
    name: str | None = None
    ref: str | None = None
    one_way: Literal["forward", "backward", "no"] | None = None
    lanes: int | None = None
    max_speed: float | None = None
    surface: str | None = None
    structure: Literal["bridge", "tunnel"] | None = None
    doubts: tuple[tuple[str, str], ...] = ()


class LeftOut(msgspec.Struct, frozen=True):
    """What is not imported: its row or way, the reason as a code word and in words."""

    key: str
    code: Literal["no-road", "not-built", "no-length", "no-place", "cut-off", "outside", "unreadable", "same-line"]
    reason: str
