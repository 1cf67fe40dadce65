"""Which closures hold now, for whom, and what of the roads they close."""

from collections.abc import Iterable
from typing import Any

from pinisi.runtime.known import Known
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant

OVER = "over"


def in_force(closure: Known, now: Instant) -> bool:
    """What cannot be read sets no limit: a road that somebody closed stays closed."""
    if closure.text("closureState") == OVER or closure.value("reopenedAt") is not None:
        return False
    begins, ends = (moment(closure.value(name)) for name in ("validFrom", "validTo"))
    return (begins is None or begins <= now) and (ends is None or now < ends)


def keeps_out(closure: Known, kind: str) -> bool:
    """Whether it is closed to this kind of vehicle; without `closedTo` it is closed to everybody."""
    kinds = closure.value("closedTo")
    if isinstance(kinds, str):
        return kinds == kind
    return not isinstance(kinds, list) or not kinds or kind in kinds


def closed_ground(closure: Known) -> Any:
    """What it closes (`Closed`); None where its ground cannot be used."""
    from pinisi.services.mobility.routing.closures import NotUsable, closed_by

    ground = closure.value("location")
    try:
        return closed_by(ground) if isinstance(ground, dict) else None  # pyright: ignore[reportUnknownArgumentType]
    except NotUsable:
        return None


def holding(closures: Iterable[Known], now: Instant, kind: str) -> list[Known]:
    """Those that hold now for this kind of vehicle."""
    return [each for each in closures if in_force(each, now) and keeps_out(each, kind)]


def moment(value: Any) -> Instant | None:
    text = value.get("@value") if isinstance(value, dict) else value  # pyright: ignore[reportUnknownVariableType]
    try:
        return parse_instant(text) if isinstance(text, str) else None
    except NotAnInstant:
        return None
