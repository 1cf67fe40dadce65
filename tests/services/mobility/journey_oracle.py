"""Small timetables drawn by a seed, and journeys found in them the long way: every vehicle at every halt."""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
from gtfs_feeds import feed

from pinisi.services.mobility.engine.gtfs.reading import read_feed
from pinisi.services.mobility.engine.gtfs.values import time_of
from pinisi.services.mobility.engine.transit.day_network import DayNetwork, Networks
from pinisi.services.mobility.engine.transit.journey import Journey, Ride
from pinisi.services.mobility.engine.transit.on_foot import seconds_of
from pinisi.services.mobility.engine.transit.timetable import Timetable
from pinisi.services.mobility.engine.transit.timetable_build import timetable_of

WALK = 900.0


class Vehicle(msgspec.Struct, frozen=True):
    """One run: stops with arrival and departure."""

    trip: int
    halts: tuple[tuple[int, int, int], ...]


def drawn(seed: int) -> Timetable:
    """Eight to fourteen stops on three square kilometres, a few lines, one of them by frequency."""
    lot = random.Random(seed)
    count = lot.randint(8, 14)
    stops = "stop_id,stop_name,stop_lat,stop_lon\n"
    for number in range(count):
        stops += f"s{number},S{number},{-5.15 + lot.random() * 0.03:.5f},{119.40 + lot.random() * 0.03:.5f}\n"
    routes, trips = "route_id,route_short_name,route_type\n", "route_id,service_id,trip_id\n"
    times, often = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n", ""
    for line in range(lot.randint(2, 5)):
        routes += f"r{line},R{line},3\n"
        way = lot.sample(range(count), lot.randint(3, min(7, count)))
        if lot.random() < 0.3:
            way.append(way[0])
        for run in range(lot.randint(1, 5)):
            trips += f"r{line},all,t{line}-{run}\n"
            at = 6 * 3600 + lot.randint(0, 7_200)
            for place, stop in enumerate(way):
                leave = at + lot.choice([0, 0, 30, 120])
                flags = f"{lot.choice([0, 0, 0, 1])},{lot.choice([0, 0, 0, 1])}"
                times += f"t{line}-{run},{time_of(at)},{time_of(leave)},s{stop},{place},{flags}\n"
                at = leave + lot.randint(60, 900)
        if line == 1:
            often = f"trip_id,start_time,end_time,headway_secs\nt1-0,06:30:00,08:00:00,{lot.randint(300, 1_500)}\n"
    return timetable_of(
        read_feed(
            feed(
                stops=stops,
                routes=routes,
                trips=trips,
                stop_times=times,
                frequencies=often or None,
                transfers=_told(lot),
            )
        )[0]
    )


def _told(lot: random.Random) -> str:
    """Some changes with a time of their own, one that is forbidden."""
    rows = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\ns0,s0,2,300\ns1,s2,3,\n"
    return rows + f"s2,s3,2,{lot.randint(0, 600)}\n"


def vehicles(timetable: Timetable, day: DayNetwork) -> list[Vehicle]:
    halts, network = timetable.halts, day.forwards
    found: list[Vehicle] = []
    for start, run in zip(network.start, network.run, strict=True):
        pattern = timetable.runs.pattern[run]
        places = range(halts.first[pattern], halts.first[pattern + 1])
        row = tuple((int(halts.stop[p]), int(start + halts.arrive[p]), int(start + halts.depart[p])) for p in places)
        found.append(Vehicle(int(timetable.runs.trip[run]), row))
    return found


def _may(timetable: Timetable, day: DayNetwork) -> list[tuple[list[bool], list[bool]]]:
    halts, network = timetable.halts, day.forwards
    flags: list[tuple[list[bool], list[bool]]] = []
    for run in network.run:
        pattern = timetable.runs.pattern[run]
        span = slice(halts.first[pattern], halts.first[pattern + 1])
        flags.append((halts.board[span].tolist(), halts.alight[span].tolist()))
    return flags


def changes(networks: Networks, day: DayNetwork) -> dict[tuple[int, int], int]:
    """Least seconds from ride to ride between stops."""
    walks = day.forwards.walks
    found = {
        (int(a), int(b)): int(s)
        for a, b, s in zip(walks.origin, walks.goal, walks.seconds, strict=True)
        if s <= seconds_of(WALK)
    }
    for stop, seconds in enumerate(day.forwards.change):
        found[stop, stop] = int(seconds)
    return found


def earliest(
    timetable: Timetable, day: DayNetwork, origin: tuple[float, float], at: int, rides: int
) -> list[dict[int, int]]:
    """After one ride, two ...: stop -> the earliest arrival by ride; all vehicles, all halts, nothing left out."""
    metres = day.ground.metres(*origin)
    ready = {stop: at + seconds_of(float(far)) for stop, far in enumerate(metres) if far <= WALK}
    ways = changes(Networks(timetable), day)
    flags = _may(timetable, day)
    best: dict[int, int] = {}
    rounds: list[dict[int, int]] = []
    for _ in range(rides):
        for vehicle, (board, alight) in zip(vehicles(timetable, day), flags, strict=True):
            on = False
            for (stop, arrive, depart), boards, alights in zip(vehicle.halts, board, alight, strict=True):
                if on and alights:
                    best[stop] = min(arrive, best.get(stop, arrive))
                on = on or (boards and ready.get(stop, depart + 1) <= depart)
        rounds.append(dict(best))
        for (one, other), seconds in ways.items():
            if one in best:
                ready[other] = min(ready.get(other, 1 << 40), best[one] + seconds)
    return rounds


def best_of(rounds: Sequence[dict[int, int]], day: DayNetwork, goal: tuple[float, float]) -> list[tuple[int, int]]:
    """Rides and arrival of what no other journey with as few rides beats."""
    metres = day.ground.metres(*goal)
    found: list[tuple[int, int]] = []
    for rides, arrivals in enumerate(rounds, start=1):
        ends = [at + seconds_of(float(metres[stop])) for stop, at in arrivals.items() if metres[stop] <= WALK]
        if ends and (not found or min(ends) < found[-1][1]):
            found.append((rides, min(ends)))
    return found


def faults(journey: Journey, timetable: Timetable, day: DayNetwork) -> Iterator[str]:
    """Where a journey is none: a vehicle that does not run so, a leg that begins before the last one ends."""
    running = {(each.trip, halts) for each in vehicles(timetable, day) for halts in _parts(each)}
    for leg in journey.legs:
        if isinstance(leg, Ride):
            if (leg.trip, (leg.halts[0], leg.depart, leg.halts[-1], leg.arrive)) not in running:
                yield f"no vehicle of {timetable.trips[leg.trip].id} runs so: {leg}"
        elif leg.origin is not None and leg.goal is not None and leg.arrive <= leg.depart:
            yield f"a walk without a time: {leg}"
    ways = changes(Networks(timetable), day)
    for one, other in pairwise(each for each in journey.legs if isinstance(each, Ride)):
        least = ways.get((one.halts[-1], other.halts[0]))
        if least is None or other.depart - one.arrive < least:
            yield f"{one.arrive} at {one.halts[-1]}, {other.depart} from {other.halts[0]}: least {least} s"


def _parts(vehicle: Vehicle) -> Iterator[tuple[int, int, int, int]]:
    for place, (stop, _, depart) in enumerate(vehicle.halts):
        for goal, arrive, _ in vehicle.halts[place + 1 :]:
            yield stop, depart, goal, arrive
