"""A vehicle's fixes as traces that can be driven: in order of time, cut where it was away or cannot have come from."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from pinisi.services.mobility.probe_traces.fix_table import Seen, left_out
from pinisi.services.mobility.probe_traces.report import LeftOut
from pinisi.services.mobility.routing.answers import LonLat
from pinisi.vocabulary.instant import MINUTE, SECOND

AWAY = 5 * MINUTE
"""Silent for longer: where it went meanwhile is not known. A default of Pinisi."""
FASTEST_MS = 55.0
"""200 km/h as the crow flies: nobody drives so; the fix, or the one before, is wrong. A default of Pinisi."""
SPREAD_M = 100.0
"""What two fixes may err by together, before a speed is made of them."""
_METRES_A_DEGREE = 111_195.0


def parts_of(seen: Sequence[Seen]) -> tuple[list[list[Seen]], list[LeftOut]]:
    """Traces of at least two fixes, and the rows that belong to none."""
    bad: list[LeftOut] = []
    once = list(_each_moment_once(seen, bad))
    parts: list[list[Seen]] = []
    jumped: set[int] = set()
    for each in once:
        last = parts[-1][-1] if parts else None
        if last is None or each.fix.at - last.fix.at > AWAY:
            parts.append([each])
        elif _too_fast(last, each):
            jumped |= {last.row, each.row}
            parts.append([each])
        else:
            parts[-1].append(each)
    for part in parts:
        if len(part) == 1:
            bad.append(left_out([part[0].row], "teleport" if part[0].row in jumped else "alone"))
    return [part for part in parts if len(part) > 1], bad


def _each_moment_once(seen: Sequence[Seen], bad: list[LeftOut]) -> Iterator[Seen]:
    """In order of time; of a fix that is told twice the first. At two places at once: neither tells a speed."""
    ordered = sorted(seen, key=lambda each: each.fix.at)
    for _, same in groupby(ordered, key=lambda each: each.fix.at):
        told = list(same)
        if len({each.fix.position for each in told}) > 1:
            bad.extend(left_out([each.row], "two-places-at-once") for each in told)
        else:
            yield told[0]


def _too_fast(one: Seen, other: Seen) -> bool:
    seconds = (other.fix.at - one.fix.at) / SECOND
    return metres(one.fix.position, other.fix.position) > SPREAD_M + FASTEST_MS * seconds


def metres(one: LonLat, other: LonLat) -> float:
    east = (other[0] - one[0]) * math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot(east, other[1] - one[1]) * _METRES_A_DEGREE
