"""To whom a road under water is closed, by how deep the water is.

The limits are of still water, in centimetres. Car 30 and bus, truck 60: Kramer, Terheiden and Wieprecht 2016 ("Safety
criteria for the trafficability of inundated roads in urban floodings", IJDRR 17, 77-84: a total head of 0.3 m for
passenger cars, 0.6 m for emergency vehicles). Pedestrian 50: the end of hazard class H2 of the Australian Guideline 7-3
(AIDR 2017), beyond which children and the elderly are not safe. Motorcycle and bicycle 15: no published limit is known
to us; half of a car's, a default of Pinisi.
"""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

Kind = Literal["motorcycle", "car", "bus", "truck", "bicycle", "pedestrian"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Taken = Literal["deepest", "least"]
LIMITS_CM: Mapping[Kind, float] = {
    "motorcycle": 15,
    "car": 30,
    "bus": 60,
    "truck": 60,
    "bicycle": 15,
    "pedestrian": 50,
}
SHORTEST_M = 5.0
"""What of a road lies in the water for less than this is drawing, not water. A default of Pinisi."""
_METRES_A_DEGREE = 111_195.0
_DECIMALS = 6


class Water(msgspec.Struct, frozen=True):
    """How deep, in centimetres; `most` None: nobody said an end."""

    least: float
    most: float | None


STATES: Mapping[int, Water] = {2: Water(10, 70), 3: Water(71, 150), 4: Water(151, None)}
"""Of `floodState`, the classes of BPBD DKI Jakarta. 1 is water of unknown depth: it closes nothing."""


class DepthRule(msgspec.Struct, frozen=True, kw_only=True):
    """The city's written rule: deeper water closes a road to this kind of vehicle.

    Attributes:
        taken: of a class of depth, which end counts: `deepest` closes too much, `least` too little.
        written: whether the city has written it; else it is the default above.
    """

    limits: Mapping[Kind, float] = msgspec.field(default_factory=lambda: LIMITS_CM)
    taken: Taken = "deepest"
    written: bool = False


def closed_to(water: Water, rule: DepthRule) -> tuple[Kind, ...]:
    """The kinds of vehicle that it is too deep for."""
    if rule.taken == "least":
        return tuple(kind for kind in KINDS if water.least > rule.limits[kind])
    return tuple(kind for kind in KINDS if water.most is None or water.most > rule.limits[kind])


def under_water(road: BaseGeometry, area: BaseGeometry) -> BaseGeometry | None:
    """The part of a road's line that lies in the area; None where it is no more than `SHORTEST_M`."""
    part = shapely.line_merge(shapely.intersection(road, area))
    lines = [each for each in getattr(part, "geoms", [part]) if each.geom_type == "LineString" and _long(each)]
    if not lines:
        return None
    rounded = [_rounded(each) for each in lines]
    return rounded[0] if len(rounded) == 1 else shapely.MultiLineString(rounded)


def _rounded(line: BaseGeometry) -> shapely.LineString:
    return shapely.LineString([(round(x, _DECIMALS), round(y, _DECIMALS)) for x, y in line.coords])


def _long(line: BaseGeometry) -> bool:
    return line.length * _METRES_A_DEGREE >= SHORTEST_M
