"""From traces to the speed of each road by interval: put on the roads, then counted together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

import msgspec

from pinisi.runtime.source import Message, Unreadable
from pinisi.services.mobility.observed_speed import FASTEST
from pinisi.services.mobility.probe_traces.fix_table import Seen, left_out, read_fixes
from pinisi.services.mobility.probe_traces.parts import parts_of
from pinisi.services.mobility.probe_traces.report import LeftOut, Report, RoadSpeed
from pinisi.services.mobility.routing.answers import Costing, Driven, NoWay
from pinisi.services.mobility.routing.router import Router
from pinisi.vocabulary.instant import MINUTE, Instant, format_instant

MOST_AT_ONCE = 2_000
"""Fixes of one question."""
LEAST_METRES = 25.0
"""A road that was only touched tells no speed: a crossing, the end of a trace. A default of Pinisi."""


class How(msgspec.Struct, frozen=True, kw_only=True):
    """`minutes`: of an interval. `fewest`: drives of a road in one, below which its speed is not told."""

    feed: str
    vehicle: str
    costing: Costing
    zone: ZoneInfo
    minutes: float
    fewest: int


class _Sum:
    def __init__(self) -> None:
        self.metres = self.seconds = 0.0
        self.drives = 0
        self.name: str | None = None

    def add(self, driven: Driven) -> None:
        self.metres += driven.metres
        self.seconds += driven.seconds or 0.0
        self.drives += 1
        self.name = driven.name or self.name


def report(message: Message, router: Router, how: How) -> Report:
    """Raises `RoutingFailed`: the program does not answer; ask again."""
    whole = Report(file=message.origin, feed=how.feed, vehicle=how.vehicle, minutes=how.minutes)
    try:
        table = read_fixes(message, how.zone)
    except Unreadable as error:
        return msgspec.structs.replace(whole, fault=str(error))
    bad = list(table.left_out)
    sums: dict[tuple[str, Instant], _Sum] = defaultdict(_Sum)
    for seen in table.traces.values():
        parts, apart = parts_of(seen)
        bad += apart
        for part in parts:
            for begin in range(0, len(part), MOST_AT_ONCE):
                _drive(part[begin : begin + MOST_AT_ONCE], router, how, sums, bad)
    speeds = _speeds(sums.items(), router, how)
    bad.sort(key=lambda each: (each.first, each.last))
    return msgspec.structs.replace(whole, fixes=table.fixes, speeds=speeds, left_out=bad)


def _drive(
    part: Sequence[Seen], router: Router, how: How, sums: dict[tuple[str, Instant], _Sum], bad: list[LeftOut]
) -> None:
    rows = [each.row for each in part]
    if len(part) < 2:
        bad.append(left_out(rows, "alone"))
        return
    try:
        found = router.match([each.fix for each in part], how.costing)
    except NoWay:
        bad.append(left_out(rows, "no-match"))
        return
    bad.extend(left_out([row], "off-road") for row, off in zip(rows, found.off, strict=False) if off is None)
    step = round(how.minutes * MINUTE)
    for each in found.driven:
        if each.begins is not None and each.seconds and each.metres >= LEAST_METRES:
            sums[each.road, each.begins // step * step].add(each)


def _speeds(sums: Iterable[tuple[tuple[str, Instant], _Sum]], router: Router, how: How) -> list[RoadSpeed]:
    """Each told for the end of its interval."""
    speeds: list[RoadSpeed] = []
    lines: dict[str, dict[str, object] | None] = {}
    for (road, begin), sum in sorted(sums, key=lambda each: each[0]):
        kmh = sum.metres / sum.seconds * 3.6
        if sum.drives < how.fewest or not 0 < kmh <= FASTEST:
            continue
        if road not in lines:
            lines[road] = router.line_of(road)
        speeds.append(
            RoadSpeed(
                road=road,
                name=None if sum.name is None else sum.name[:200],
                at=format_instant(begin + round(how.minutes * MINUTE)),
                kmh=max(0.1, round(kmh, 1)),
                drives=sum.drives,
                metres=round(sum.metres, 1),
                line=lines[road],
            )
        )
    return speeds
