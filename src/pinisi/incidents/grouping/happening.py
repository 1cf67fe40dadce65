"""What comes to the queue, whoever says it: one report, one alarm, one call."""

import math
from typing import Literal

import msgspec

from pinisi.vocabulary.instant import Instant

Severity = Literal["danger", "caution", "information"]
GRAVITY: dict[Severity, int] = {"information": 0, "caution": 1, "danger": 2}
"""`danger` is danger to life; `information` calls nobody."""


class BadHappening(ValueError):
    """An event that cannot be; `field` names what is wrong with it."""

    def __init__(self, id: str, field: str, reason: str) -> None:
        super().__init__(f"{id or 'an event without id'}: {field}: {reason}")
        self.field = field


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One event.

    Args:
        kind: what sort of event, as the written rules name it (`flood`, `fire`).
        at: when it happened, as far as known.
        subject: the thing that it is about (a pump, a junction), if one is named.
        lon, lat: degrees (WGS 84); both or neither.
    """

    id: str
    kind: str
    at: Instant
    severity: Severity = "caution"
    subject: str = ""
    lon: float | None = None
    lat: float | None = None

    @property
    def place(self) -> tuple[float, float] | None:
        return None if self.lon is None or self.lat is None else (self.lon, self.lat)


def checked(event: Happening) -> Happening:
    """The event, if it can be.

    Raises:
        BadHappening: without id or kind, with half a place, or with one that is not on Earth.
    """
    for field in ("id", "kind"):
        if not getattr(event, field):
            raise BadHappening(event.id, field, "is empty")
    if (event.lon is None) != (event.lat is None):
        raise BadHappening(event.id, "lat" if event.lat is None else "lon", "is missing beside the other")
    for field, number, most in (("lon", event.lon, 180), ("lat", event.lat, 90)):
        if number is not None and not (math.isfinite(number) and abs(number) <= most):
            raise BadHappening(event.id, field, f"{number} is not within {most} degrees")
    return event
