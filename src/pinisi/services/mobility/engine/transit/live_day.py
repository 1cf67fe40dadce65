"""A day with what is known of it now: trips late, cancelled, with skipped stops, added (GTFS-Realtime TripUpdates).

A trip that runs otherwise than planned becomes a pattern of its own, so that vehicles of one pattern still never
overtake each other. As the reference has it: a delay holds from its stop on until the next one is told; "no data" ends
it; stops before the first word are as planned.
"""

import datetime
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from pinisi.services.mobility.engine.transit.day_network import DayNetwork, LiveRun, network_of, turned
from pinisi.services.mobility.engine.transit.timetable import Halts, Places, Runs, Timetable, Trip

MOST_LIVE = 20_000
_DAY = 86_400


class StopLive(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: of the day asked for (`arrive`, `depart`), or behind the timetable (`late_in`, `late_out`).

    `state`: `told`, `skipped`, or `silent` (no data from here on).
    """

    stop: str = ""
    sequence: int | None = None
    arrive: int | None = None
    depart: int | None = None
    late_in: int | None = None
    late_out: int | None = None
    state: str = "told"


class TripLive(msgspec.Struct, frozen=True, kw_only=True):
    """`away`: its service day, in days after the one asked for; `start`: seconds of that day, of trips by frequency.
    `state`: `scheduled`, `canceled`, `added`. `route`: of an added one.
    """

    trip: str
    away: int = 0
    start: int | None = None
    state: str = "scheduled"
    route: str = ""
    late: int | None = None
    observed: int = 0
    stops: tuple[StopLive, ...] = ()


class Applied(msgspec.Struct, frozen=True):
    """`unknown`: updates that fit no run of the day."""

    day: DayNetwork
    late: int
    canceled: int
    added: int
    unknown: int


class _Run(msgspec.Struct, frozen=True):
    """A run that takes the place of a planned one, or comes beside it."""

    trip: Trip
    live: LiveRun
    sequence: tuple[int, ...]
    board: tuple[bool, ...]
    alight: tuple[bool, ...]


def live_day(day: DayNetwork, updates: Sequence[TripLive]) -> Applied:
    """The planned day is not changed."""
    known = _Departures(day)
    gone: list[int] = []
    runs: list[_Run] = []
    counts = {"scheduled": 0, "canceled": 0, "added": 0, "unknown": 0}
    for update in updates[:MOST_LIVE]:
        place = None if update.state == "added" else known.place(update)
        made = _added(day.timetable, update) if update.state == "added" else None
        if update.state == "scheduled" and place is not None:
            made = _late(day, place, update)
        if (place is None and made is None) or (update.state == "scheduled" and made is None):
            counts["unknown"] += 1
            continue
        counts[update.state] += 1
        if place is not None:
            gone.append(place)
        if made is not None:
            runs.append(made)
    whole = _with(day, np.array(gone, np.int64), runs) if gone or runs else day
    return Applied(whole, counts["scheduled"], counts["canceled"], counts["added"], counts["unknown"])


class _Departures:
    """The departures of a day by trip and service day."""

    def __init__(self, day: DayNetwork) -> None:
        self._forwards, self._timetable = day.forwards, day.timetable
        trip = day.timetable.runs.trip[day.forwards.run]
        order = np.argsort(trip, kind="stable")
        self._order, self._trips = order, trip[order]
        self._numbers: dict[str, list[int]] = {}
        for number, each in enumerate(day.timetable.trips):
            self._numbers.setdefault(each.id, []).append(number)

    def place(self, update: TripLive) -> int | None:
        """The departure that an update means; None where there is none, or it cannot be told which."""
        runs = self._timetable.runs
        found: list[tuple[int, int, int]] = []
        for number in self._numbers.get(update.trip, ()):
            first, last = np.searchsorted(self._trips, (number, number + 1))
            for place in self._order[first:last]:
                run = int(self._forwards.run[place])
                start = int(self._forwards.start[place]) - update.away * _DAY
                if start == int(runs.start[run]):
                    found.append((int(place), start, int(runs.headway[run])))
        if update.start is not None:
            near = [each for each in found if abs(each[1] - update.start) <= each[2] // 2]
            return min(near, key=lambda each: abs(each[1] - (update.start or 0)))[0] if near else None
        return found[0][0] if len(found) == 1 else None


def _late(day: DayNetwork, place: int, update: TripLive) -> _Run | None:
    """None where no stop of the update is one of the trip."""
    timetable, halts = day.timetable, day.timetable.halts
    run, start = int(day.forwards.run[place]), int(day.forwards.start[place])
    pattern = int(timetable.runs.pattern[run])
    span = range(int(halts.first[pattern]), int(halts.first[pattern + 1]))
    told = _by_halt(timetable, span, update.stops)
    if update.stops and not told:
        return None
    planned = [(start + int(halts.arrive[each]), start + int(halts.depart[each])) for each in span]
    late = update.late if not update.stops else None
    arrive: list[int] = []
    depart: list[int] = []
    live: list[bool] = []
    before = -10 * _DAY
    for each, (comes, leaves) in zip(span, planned, strict=True):
        said = told.get(each)
        if said is not None and said.state != "skipped":
            comes_late, leaves_late = _lateness(said, comes, leaves, late)
            late = leaves_late
        else:
            comes_late = leaves_late = late
        before = max(before, comes + (comes_late or 0))
        arrive.append(before)
        before = max(before, leaves + (leaves_late or 0))
        depart.append(before)
        live.append(comes_late is not None)
    skipped = {each for each, said in told.items() if said.state == "skipped"}
    return _Run(
        timetable.trips[int(timetable.runs.trip[run])],
        LiveRun(
            update.observed,
            tuple(int(halts.stop[each]) for each in span),
            tuple(arrive),
            tuple(depart),
            tuple(planned),
            tuple(live),
        ),
        tuple(int(halts.sequence[each]) for each in span),
        tuple(bool(halts.board[each]) and each not in skipped for each in span),
        tuple(bool(halts.alight[each]) and each not in skipped for each in span),
    )


def _lateness(said: StopLive, comes: int, leaves: int, late: int | None) -> tuple[int | None, int | None]:
    """Seconds behind the timetable when it comes and leaves; None where nothing is known."""
    if said.state == "silent":
        return None, None
    inwards = said.arrive - comes if said.arrive is not None else said.late_in
    outwards = said.depart - leaves if said.depart is not None else said.late_out
    if inwards is None:
        inwards = outwards if late is None else late
    return inwards, inwards if outwards is None else outwards


def _by_halt(timetable: Timetable, span: range, stops: Sequence[StopLive]) -> dict[int, StopLive]:
    """Halt -> what is told of it: by sequence, else by stop, each after the one before."""
    halts = timetable.halts
    found: dict[int, StopLive] = {}
    since = span.start
    for said in stops:
        for each in range(since, span.stop):
            same = timetable.stops[int(halts.stop[each])].id == said.stop if said.stop else True
            if same and (said.sequence is None or not said.stop or int(halts.sequence[each]) == said.sequence):
                if not said.stop and int(halts.sequence[each]) != said.sequence:
                    continue
                found[each] = said
                since = each + 1
                break
    return found


def _added(timetable: Timetable, update: TripLive) -> _Run | None:
    """A trip that no timetable has; None where its stops or times are not known."""
    known = {stop.id: place for place, stop in enumerate(timetable.stops)}
    line = next((place for place, each in enumerate(timetable.lines) if each.id == update.route), None)
    placed = [
        (known[said.stop], comes, max(comes, said.depart if said.depart is not None else comes))
        for said in update.stops
        if said.stop in known
        and said.state == "told"
        and (comes := said.arrive if said.arrive is not None else said.depart) is not None
    ]
    arrive, depart = [each[1] for each in placed], [each[2] for each in placed]
    if line is None or len(placed) < 2 or any(b < a for a, b in zip(depart, arrive[1:], strict=False)):
        return None
    count = len(placed)
    stops = tuple(each[0] for each in placed)
    live = LiveRun(update.observed, stops, tuple(arrive), tuple(depart), (None,) * count, (True,) * count)
    return _Run(Trip(update.trip, line, ""), live, tuple(range(count)), (True,) * count, (True,) * count)


def _with(day: DayNetwork, gone: Places, runs: Sequence[_Run]) -> DayNetwork:
    """The day without some departures and with runs of patterns of their own."""
    timetable, forwards = day.timetable, day.forwards
    kept = np.ones(forwards.run.size, np.bool_)
    kept[gone] = False
    numbers = np.arange(len(runs), dtype=np.int64)
    starts = np.array([each.live.depart[0] for each in runs], np.int64)
    halts = _longer(timetable.halts, runs, starts)
    old = timetable.runs
    none = np.zeros(len(runs), np.int64)
    after = Runs(
        pattern=np.concatenate((old.pattern, numbers + len(timetable.halts.first) - 1)),
        trip=np.concatenate((old.trip, numbers + len(timetable.trips))),
        service=np.concatenate((old.service, none)),
        start=np.concatenate((old.start, starts)),
        headway=np.concatenate((old.headway, none)),
    )
    trips = (*timetable.trips, *(each.trip for each in runs))
    changed = replace(timetable, halts=halts, runs=after, trips=trips)
    run = np.concatenate((forwards.run[kept], numbers + old.pattern.size))
    start = np.concatenate((forwards.start[kept], starts))
    return DayNetwork(
        changed,
        day.ground,
        network_of(changed, halts, run, start, forwards.walks),
        network_of(changed, turned(halts), run, -start, day.backwards.walks),
        {len(timetable.trips) + place: each.live for place, each in enumerate(runs)},
    )


def _longer(halts: Halts, runs: Sequence[_Run], starts: Places) -> Halts:
    lengths = np.array([len(each.live.stops) for each in runs], np.int64)
    patterns = np.arange(len(runs), dtype=np.int64) + len(halts.first) - 1

    def joined(old: Places, values: Sequence[Sequence[int]]) -> Places:
        return np.concatenate((old, np.array([value for each in values for value in each], old.dtype)))

    since = [int(start) for start in starts]
    return Halts(
        first=np.concatenate((halts.first, halts.first[-1] + np.cumsum(lengths))),
        pattern=np.concatenate((halts.pattern, np.repeat(patterns, lengths))),
        stop=joined(halts.stop, [each.live.stops for each in runs]),
        sequence=joined(halts.sequence, [each.sequence for each in runs]),
        arrive=joined(halts.arrive, [[at - s for at in each.live.arrive] for each, s in zip(runs, since, strict=True)]),
        depart=joined(halts.depart, [[at - s for at in each.live.depart] for each, s in zip(runs, since, strict=True)]),
        board=joined(halts.board, [each.board for each in runs]),  # pyright: ignore[reportArgumentType]
        alight=joined(halts.alight, [each.alight for each in runs]),  # pyright: ignore[reportArgumentType]
        guessed=joined(halts.guessed, [[not told for told in each.live.told] for each in runs]),  # pyright: ignore[reportArgumentType]
    )


def away_of(written: str, day: datetime.date) -> int | None:
    """Days from a day to a `YYYYMMDD`; None where that is none."""
    try:
        return (datetime.datetime.strptime(written, "%Y%m%d").date() - day).days
    except ValueError:
        return None
