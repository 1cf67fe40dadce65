"""Directions as people write them, in degrees from north."""

from collections.abc import Mapping

WIDEST_TURN = 60.0
"""A road comes from a direction where it is at most so far from it."""
COMPASS: Mapping[str, float] = {
    **dict.fromkeys(("utara", "north", "n", "u", "北"), 0.0),
    **dict.fromkeys(("timur laut", "northeast", "north-east", "ne", "北東"), 45.0),
    **dict.fromkeys(("timur", "east", "e", "t", "東"), 90.0),
    **dict.fromkeys(("tenggara", "southeast", "south-east", "se", "南東"), 135.0),
    **dict.fromkeys(("selatan", "south", "s", "南"), 180.0),
    **dict.fromkeys(("barat daya", "southwest", "south-west", "sw", "南西"), 225.0),
    **dict.fromkeys(("barat", "west", "w", "b", "西"), 270.0),
    **dict.fromkeys(("barat laut", "northwest", "north-west", "nw", "北西"), 315.0),
}


def apart(one: float, other: float) -> float:
    """Degrees between two directions."""
    return abs((one - other + 180) % 360 - 180)
