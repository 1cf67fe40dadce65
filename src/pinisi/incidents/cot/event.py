"""One event of Cursor-on-Target 2.0 (MITRE, Event-PUBLIC.xsd of 13 June 2003), as far as this house speaks it."""

import msgspec

from pinisi.vocabulary.instant import Instant

UNKNOWN = 9_999_999.0
"""What a field says of a height or an error that is not known."""
PING, PONG, GONE = "t-x-c-t", "t-x-c-t-r", "t-x-d-d"
"""Are you there; I am; take the event with this uid off the map."""


class Line(msgspec.Struct, frozen=True):
    """A closed outline: [longitude, latitude] each, and its colours as ARGB."""

    ring: tuple[tuple[float, float], ...]
    stroke: int
    fill: int


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """`type`, `how`: dotted words of the standard, with hyphens. It holds from `start` until `stale`.

    `height` (above the ellipsoid) and `error` (circular, one sigma) in metres. `callsign` is what stands beside the
    symbol; it is written, never read: on a phone it may be somebody's name.
    """

    uid: str
    type: str
    how: str
    time: Instant
    start: Instant
    stale: Instant
    longitude: float
    latitude: float
    height: float = UNKNOWN
    error: float = UNKNOWN
    opex: str = ""
    callsign: str = ""
    remarks: str = ""
    colour: int | None = None
    line: Line | None = None
    ends: str = ""

    @property
    def point(self) -> tuple[float, float]:
        return self.longitude, self.latitude
