"""Times of all stops of a trip from those that are known and the way between them."""

from collections.abc import Sequence

import msgspec

from pinisi.services.mobility.engine.gtfs.mend import Assumptions
from pinisi.services.mobility.engine.gtfs.stop_lists import Halt


class Timed(msgspec.Struct, frozen=True):
    """Seconds of arrival and departure, and whether they were worked out here."""

    arrival: int
    departure: int
    worked_out: bool


def filled(halts: Sequence[Halt], far: Sequence[float], assumed: Assumptions) -> list[Timed]:
    """Between two known times in proportion to the way; before the first and after the last at the assumed speed."""
    pace = 3.6 / assumed.speed
    given = [place for place, halt in enumerate(halts) if halt.arrival is not None and halt.departure is not None]
    times: list[Timed] = []
    for place, halt in enumerate(halts):
        if halt.arrival is not None and halt.departure is not None:
            times.append(Timed(halt.arrival, halt.departure, False))
            continue
        before = max((known for known in given if known < place), default=None)
        after = min((known for known in given if known > place), default=None)
        at = _between(halts, far, place, before, after, pace, assumed.start)
        times.append(Timed(at, at, True))
    return times


def _between(
    halts: Sequence[Halt],
    far: Sequence[float],
    place: int,
    before: int | None,
    after: int | None,
    pace: float,
    start: int,
) -> int:
    left = halts[before].departure if before is not None else None
    comes = halts[after].arrival if after is not None else None
    if before is not None and after is not None and left is not None and comes is not None:
        way = far[after] - far[before]
        share = (far[place] - far[before]) / way if way > 0 else 0.0
        return round(left + share * (comes - left))
    if before is not None and left is not None:
        return round(left + (far[place] - far[before]) * pace)
    if after is not None and comes is not None:
        return max(0, round(comes - (far[after] - far[place]) * pace))
    return round(start + far[place] * pace)
