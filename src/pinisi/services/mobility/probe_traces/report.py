"""What is left of a file of traces once it was put on the roads: speeds of roads, and rows that told nothing.

Nothing in it says which vehicle was where.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from pinisi.services.mobility.observed_speed import FASTEST

Why = Literal[
    "no-vehicle",
    "no-time",
    "no-position",
    "two-places-at-once",
    "teleport",
    "alone",
    "off-road",
    "no-match",
    "no-row",
]


class RoadSpeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of one road in one interval: km/h (metres driven over the time that they took), by how many drives, how far."""

    road: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    name: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    at: str
    kmh: Annotated[float, msgspec.Meta(gt=0, le=FASTEST)]
    drives: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    metres: Annotated[float, msgspec.Meta(gt=0, le=1e9)]
    line: dict[str, Any] | None = None


class LeftOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Rows that told no speed, and why: one, or from the first to the last of a trace."""

    first: Annotated[int, msgspec.Meta(ge=1)]
    last: Annotated[int, msgspec.Meta(ge=1)]
    rows: Annotated[int, msgspec.Meta(ge=1)]
    why: Why


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`fault`: the file is no table of fixes, and says why; then it has no speeds."""

    file: str
    feed: str
    vehicle: str = ""
    minutes: float = 5.0
    fault: str = ""
    fixes: int = 0
    speeds: Sequence[RoadSpeed] = ()
    left_out: Sequence[LeftOut] = ()
