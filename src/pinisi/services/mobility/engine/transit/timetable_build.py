"""From the tables of a feed to a timetable that can be searched."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import numpy as np

from pinisi.services.mobility.engine.gtfs.stop_lists import Halt, halts_of, points_of
from pinisi.services.mobility.engine.gtfs.table import Feed
from pinisi.services.mobility.engine.gtfs.values import number_of, seconds_of
from pinisi.services.mobility.engine.transit.calendar import calendar_of
from pinisi.services.mobility.engine.transit.timetable import Halts, Line, Places, Runs, Stop, Timetable, Trip

MOST_RUNS = 2_000_000
"""Of all frequencies together: more are no timetable."""
MOST_CHANGES = 500_000
_LATEST = 3 * 86_400
"""No time lies later after the begin of its service day."""
Times = list[tuple[int, int, bool]]


class NoTimetable(ValueError):
    """Nothing of the feed can be searched; the text says why."""


class _Pattern(msgspec.Struct, frozen=True):
    """What runs of one pattern have in common; seconds since the first departure."""

    line: int
    stops: tuple[int, ...]
    sequence: tuple[int, ...]
    arrive: tuple[int, ...]
    depart: tuple[int, ...]
    board: tuple[bool, ...]
    alight: tuple[bool, ...]
    guessed: tuple[bool, ...]


class _Often(msgspec.Struct, frozen=True):
    """A row of frequencies.txt, in seconds."""

    begin: int
    end: int
    headway: int
    exact: bool


def timetable_of(feed: Feed) -> Timetable:
    """
    Raises:
        NoTimetable: no trip has times and two known stops, or there are too many runs.
    """
    stops = _stops(feed)
    lines = _lines(feed)
    known = {stop.id: place for place, stop in enumerate(stops)}
    build = _Build(feed, known, {line.id: place for place, line in enumerate(lines)})
    if not build.runs:
        raise NoTimetable("stop_times.txt: no trip has times at its ends and two stops with a place")
    zones = [zone.strip() for zone in feed.values("agency.txt", "agency_timezone") if zone.strip()]
    apart, told = _changes(feed, known)
    return Timetable(
        stops,
        lines,
        tuple(build.trips),
        _halts(list(build.patterns)),
        _runs(build.runs),
        calendar_of(feed, tuple(build.services)),
        zones[0] if zones else "UTC",
        apart,
        told,
        build.left_out,
    )


def _stops(feed: Feed) -> tuple[Stop, ...]:
    points = points_of(feed)
    names = dict(zip(feed.values("stops.txt", "stop_id"), feed.values("stops.txt", "stop_name"), strict=True))
    return tuple(Stop(id, names.get(id, "").strip() or id, lat, lon) for id, (lat, lon) in points.items())


def _lines(feed: Feed) -> tuple[Line, ...]:
    columns = ("route_id", "route_short_name", "route_long_name")
    rows = zip(*(feed.values("routes.txt", column) for column in columns), strict=True)
    return tuple(Line(id.strip(), short.strip() or long.strip() or id.strip()) for id, short, long in rows)


class _Build:
    """Patterns and runs as they are found, trip by trip."""

    def __init__(self, feed: Feed, stops: Mapping[str, int], lines: Mapping[str, int]) -> None:
        self._stops = stops
        self._lines = lines
        self.patterns: dict[_Pattern, int] = {}
        self.trips: list[Trip] = []
        self.services: dict[str, int] = {}
        self.runs: list[tuple[int, int, int, int, int]] = []
        self.left_out = 0
        often = _frequencies(feed)
        table = feed.tables.get("stop_times.txt")
        halts = {} if table is None else halts_of(table)
        flags = _Flags(feed)
        columns = ("trip_id", "route_id", "service_id", "trip_headsign")
        for trip, route, service, sign in zip(*(feed.values("trips.txt", column) for column in columns), strict=True):
            found = self._pattern(lines.get(route.strip()), halts.get(trip, ()), flags)
            if found is None:
                self.left_out += 1
                continue
            pattern, start = found
            number = self.patterns.setdefault(pattern, len(self.patterns))
            self.trips.append(Trip(trip, pattern.line, sign.strip()))
            serves = self.services.setdefault(service, len(self.services))
            for begin, headway in _starts(start, often.get(trip, ())):
                self.runs.append((number, len(self.trips) - 1, serves, begin, headway))
                if len(self.runs) > MOST_RUNS:
                    raise NoTimetable(f"frequencies.txt: more than {MOST_RUNS:,} runs")

    def _pattern(self, line: int | None, halts: Sequence[Halt], flags: "_Flags") -> tuple[_Pattern, int] | None:
        """Also the second at which it starts."""
        placed = [halt for halt in halts if halt.stop in self._stops]
        times = _times(placed)
        if line is None or times is None:
            return None
        start = times[0][1]
        rows = [halt.place for halt in placed]
        pattern = _Pattern(
            line,
            tuple(self._stops[halt.stop] for halt in placed),
            tuple(halt.sequence for halt in placed),
            tuple(arrive - start for arrive, _, _ in times),
            tuple(depart - start for _, depart, _ in times),
            tuple(flags.board[row] for row in rows),
            tuple(flags.alight[row] for row in rows),
            tuple(guessed or flags.guessed[row] for row, (_, _, guessed) in zip(rows, times, strict=True)),
        )
        return pattern, start


class _Flags:
    """Of each row of stop_times.txt: whether people may get on and off, and whether its time is approximate."""

    def __init__(self, feed: Feed) -> None:
        self.board = [cell.strip() != "1" for cell in feed.values("stop_times.txt", "pickup_type")]
        self.alight = [cell.strip() != "1" for cell in feed.values("stop_times.txt", "drop_off_type")]
        self.guessed = [cell.strip() == "0" for cell in feed.values("stop_times.txt", "timepoint")]


def _times(halts: Sequence[Halt]) -> Times | None:
    """Arrival, departure and whether they were filled in; None where an end has none, or they go back."""
    known = [(halt.arrival, halt.departure) for halt in halts]
    told = [place for place, (arrive, depart) in enumerate(known) if arrive is not None or depart is not None]
    if len(halts) < 2 or not told or told[0] != 0 or told[-1] != len(halts) - 1:
        return None
    times: Times = []
    before = 0
    for place, (arrive, depart) in enumerate(known):
        if arrive is None and depart is None:
            arrive = depart = _between(known, told, place)
            times.append((arrive, depart, True))
        else:
            first = arrive if arrive is not None else depart
            last = depart if depart is not None else arrive
            assert first is not None and last is not None
            times.append((first, last, False))
        if not before <= times[-1][0] <= times[-1][1] <= _LATEST:
            return None
        before = times[-1][1]
    return times


def _between(known: Sequence[tuple[int | None, int | None]], told: Sequence[int], place: int) -> int:
    """A time in proportion to the halts between the two that are known."""
    after = next(each for each in told if each > place)
    ahead = max(each for each in told if each < place)
    left, right = _last(known[ahead]), _first(known[after])
    return left + (right - left) * (place - ahead) // (after - ahead)


def _last(pair: tuple[int | None, int | None]) -> int:
    return pair[1] if pair[1] is not None else pair[0] or 0


def _first(pair: tuple[int | None, int | None]) -> int:
    return pair[0] if pair[0] is not None else pair[1] or 0


def _frequencies(feed: Feed) -> dict[str, list[_Often]]:
    """Trip -> how often it goes; rows that say nothing sound are left out."""
    columns = ("trip_id", "start_time", "end_time", "headway_secs", "exact_times")
    found: dict[str, list[_Often]] = defaultdict(list)
    for trip, begin, end, headway, exact in zip(*(feed.values("frequencies.txt", c) for c in columns), strict=True):
        seconds, first, last = number_of(headway.strip()), seconds_of(begin.strip()), seconds_of(end.strip())
        if seconds is not None and seconds >= 1 and first is not None and last is not None and last <= _LATEST:
            found[trip].append(_Often(first, last, int(seconds), exact.strip() == "1"))
    return found


def _starts(start: int, often: Iterable[_Often]) -> Iterator[tuple[int, int]]:
    """Second of the day and headway of each run of a trip."""
    rows = list(often)
    if not rows:
        yield start, 0
    for row in rows:
        for begin in range(row.begin, row.end, row.headway):
            yield begin, 0 if row.exact else row.headway


def _halts(patterns: Sequence[_Pattern]) -> Halts:
    lengths = [len(pattern.stops) for pattern in patterns]
    return Halts(
        first=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        pattern=np.repeat(np.arange(len(patterns), dtype=np.int64), lengths),
        stop=_flat(pattern.stops for pattern in patterns),
        sequence=_flat(pattern.sequence for pattern in patterns),
        arrive=_flat(pattern.arrive for pattern in patterns),
        depart=_flat(pattern.depart for pattern in patterns),
        board=_flat(pattern.board for pattern in patterns).astype(np.bool_),
        alight=_flat(pattern.alight for pattern in patterns).astype(np.bool_),
        guessed=_flat(pattern.guessed for pattern in patterns).astype(np.bool_),
    )


def _flat(lists: Iterable[Sequence[int]]) -> Places:
    return np.fromiter((value for each in lists for value in each), np.int64)


def _runs(runs: Sequence[tuple[int, int, int, int, int]]) -> Runs:
    table = np.array(runs, np.int64)
    pattern, trip, service, start, headway = (np.ascontiguousarray(column) for column in table.T)
    return Runs(pattern=pattern, trip=trip, service=service, start=start, headway=headway)


def _changes(
    feed: Feed, stops: Mapping[str, int]
) -> tuple[frozenset[tuple[int, int]], tuple[tuple[int, int, int], ...]]:
    """transfers.txt between stops: those that are forbidden, and those with a least time; of stations all platforms."""
    below: dict[str, list[int]] = defaultdict(list)
    for stop, parent in zip(
        feed.values("stops.txt", "stop_id"), feed.values("stops.txt", "parent_station"), strict=True
    ):
        if stop in stops:
            below[stop].append(stops[stop])
            below[parent].append(stops[stop])
    apart: set[tuple[int, int]] = set()
    told: dict[tuple[int, int], int] = {}
    columns = ("from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time")
    for origin, goal, kind, least in zip(*(feed.values("transfers.txt", column) for column in columns), strict=True):
        if not origin or not goal or len(apart) + len(told) > MOST_CHANGES:
            continue
        pairs = [(one, other) for one in below.get(origin, ()) for other in below.get(goal, ())]
        seconds = number_of(least.strip())
        if kind.strip() == "3":
            apart.update(pairs)
        elif kind.strip() == "2" and seconds is not None and 0 <= seconds <= 7_200:
            told.update(dict.fromkeys(pairs, int(seconds)))
    return frozenset(apart), tuple((one, other, seconds) for (one, other), seconds in told.items())
