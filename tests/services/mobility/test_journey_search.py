"""Journeys by public transport: against every vehicle at every halt, forwards and backwards, and on a real feed."""

import datetime
import random
from typing import Any

import numpy as np
import pytest
from gtfs_feeds import cut, feed, repaired
from journey_oracle import WALK, best_of, drawn, earliest, faults

from pinisi.services.mobility.engine.gtfs.mend import Assumptions
from pinisi.services.mobility.engine.gtfs.reading import read_feed
from pinisi.services.mobility.engine.transit.day_network import DayNetwork, Networks
from pinisi.services.mobility.engine.transit.isochrone import isochrones, seconds_to_stops
from pinisi.services.mobility.engine.transit.journey import Journey, Ride, Walk, Wish, journeys, walk_only
from pinisi.services.mobility.engine.transit.rounds import NEVER
from pinisi.services.mobility.engine.transit.timetable_build import NoTimetable, timetable_of

DAY = datetime.date(2026, 11, 26)
HOUR = 3_600


def day_of(**changed: str | None) -> DayNetwork:
    return Networks(timetable_of(read_feed(feed(**changed))[0])).on(DAY)


def wished(lot: random.Random, **more: Any) -> Wish:
    spots = [(119.40 + lot.random() * 0.03, -5.15 + lot.random() * 0.03) for _ in range(2)]
    return Wish(spots[0], spots[1], at=lot.randint(6 * HOUR, 9 * HOUR), walk=WALK, rides=4, **more)


@pytest.mark.parametrize("seed", range(40))
def test_no_journey_is_earlier_than_those_found(seed: int) -> None:
    timetable = drawn(seed)
    day = Networks(timetable).on(DAY)
    lot = random.Random(seed)
    for _ in range(6):
        wish = wished(lot)
        rounds = earliest(timetable, day, wish.origin, wish.at, wish.rides)
        expected = [each for each in best_of(rounds, day, wish.goal) if each[1] <= wish.at + wish.longest]
        found = journeys(day, wish)
        assert [(each.rides, each.arrive) for each in found] == expected
        assert all(each.depart >= wish.at for each in found)
        assert [fault for each in found for fault in faults(each, timetable, day)] == []


@pytest.mark.parametrize("seed", range(40))
def test_who_must_be_there_in_time_can_leave_no_later(seed: int) -> None:
    """Of the journeys that leave at each second at which any vehicle could be caught, the last that is in time."""
    timetable = drawn(seed)
    day = Networks(timetable).on(DAY)
    wish = wished(random.Random(seed), arrive=True)
    found = journeys(day, wish)
    assert all(each.arrive <= wish.at for each in found)
    assert [fault for each in found for fault in faults(each, timetable, day)] == []
    latest = max((each.depart for each in found), default=None)
    assert latest == _latest_by_trying(timetable, day, wish)


def _latest_by_trying(timetable: Any, day: DayNetwork, wish: Wish) -> int | None:
    for at in _moments(timetable, day, wish):
        rounds = earliest(timetable, day, wish.origin, at, wish.rides)
        ends = best_of(rounds, day, wish.goal)
        if ends and ends[-1][1] <= wish.at:
            return at
    return None


def _moments(timetable: Any, day: DayNetwork, wish: Wish) -> list[int]:
    """When one has to leave to catch a vehicle at a stop near by, the last first."""
    network, halts = day.forwards, timetable.halts
    far = day.ground.metres(*wish.origin)
    found = {
        int(start + halts.depart[place]) - round(float(far[halts.stop[place]]) * 1.3 / 1.2)
        for start, run in zip(network.start, network.run, strict=True)
        for place in range(halts.first[timetable.runs.pattern[run]], halts.first[timetable.runs.pattern[run] + 1])
        if far[halts.stop[place]] <= WALK
    }
    return sorted((each for each in found if wish.at - wish.longest <= each <= wish.at), reverse=True)


@pytest.mark.parametrize("seed", range(20))
def test_the_reach_of_a_place_is_what_the_journeys_to_each_stop_take(seed: int) -> None:
    timetable = drawn(seed)
    day = Networks(timetable).on(DAY)
    origin, at = (119.415, -5.135), 7 * HOUR
    rounds = earliest(timetable, day, origin, at, 6)
    far = day.ground.metres(*origin)
    seconds = seconds_to_stops(day, origin, at, WALK, 2 * HOUR, arrive=False)
    for stop in range(len(timetable.stops)):
        on_foot = round(float(far[stop]) * 1.3 / 1.2) if far[stop] <= WALK else int(NEVER)
        by_ride = rounds[-1].get(stop, int(NEVER)) - at
        least = min(on_foot, by_ride if by_ride <= 2 * HOUR else int(NEVER))
        assert seconds[stop] == least


def shown(day: DayNetwork, journey: Journey) -> list[str]:
    """`walk 3`, `A Sentral-Daya 06:00-06:20`."""
    told: list[str] = []
    for leg in journey.legs:
        if isinstance(leg, Walk):
            told.append(f"walk {(leg.arrive - leg.depart) // 60}")
        else:
            ends = "-".join(day.timetable.stops[each].name for each in (leg.halts[0], leg.halts[-1]))
            line = day.timetable.lines[day.timetable.trips[leg.trip].line].name
            told.append(f"{line} {ends} {leg.depart / HOUR:.2f}-{leg.arrive / HOUR:.2f}")
    return told


HERE, THERE = (119.41, -5.13), (119.47, -5.12)


def test_a_ride_has_its_line_stops_and_times() -> None:
    day = day_of()
    (found,) = journeys(day, Wish(HERE, THERE, at=5 * HOUR))
    assert shown(day, found) == ["A Sentral-Antang 6.00-6.83"]
    assert journeys(day, Wish(HERE, THERE, at=6 * HOUR + 1)) == ()


def test_a_vehicle_of_the_night_before_is_caught_after_midnight() -> None:
    times = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt,24:30:00,24:30:00,a,1\nt,25:00:00,25:00:00,c,2\n"
    )
    (found,) = journeys(day_of(stop_times=times), Wish(HERE, THERE, at=0))
    assert (found.depart, found.arrive) == (1_800, HOUR)


def test_a_line_that_only_says_how_often_it_comes_tells_its_headway() -> None:
    often = "trip_id,start_time,end_time,headway_secs,exact_times\nt,06:00:00,08:00:00,900,0\n"
    day = day_of(frequencies=often)
    (found,) = journeys(day, Wish(HERE, THERE, at=6 * HOUR + 60))
    assert (found.depart, found.legs[0].headway if isinstance(found.legs[0], Ride) else 0) == (6 * HOUR + 900, 900)


def test_nothing_runs_outside_the_timetables_period_unless_it_is_taken_beyond_it() -> None:
    networks = Networks(timetable_of(read_feed(feed())[0]))
    late = datetime.date(2030, 1, 7)
    assert journeys(networks.on(late), Wish(HERE, THERE, at=5 * HOUR)) == ()
    assert len(journeys(networks.on(late, beyond=True), Wish(HERE, THERE, at=5 * HOUR))) == 1


def test_single_days_are_added_and_taken_away() -> None:
    dates = "service_id,date,exception_type\nall,20261126,2\nall,20300107,1\n"
    networks = Networks(timetable_of(read_feed(feed(calendar_dates=dates))[0]))
    assert journeys(networks.on(DAY), Wish(HERE, THERE, at=5 * HOUR)) == ()
    assert len(journeys(networks.on(datetime.date(2030, 1, 7)), Wish(HERE, THERE, at=5 * HOUR))) == 1


def test_times_between_are_filled_in_and_said_to_be_approximate() -> None:
    times = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt,06:00:00,06:00:00,a,1\nt,,,b,2\nt,06:50:00,,c,3\n"
    )
    day = day_of(stop_times=times)
    (found,) = journeys(day, Wish((119.43, -5.11), THERE, at=6 * HOUR))
    ride = found.legs[0]
    assert isinstance(ride, Ride) and (ride.depart, ride.guessed) == (6 * HOUR + 1_500, True)


def test_a_feed_without_times_is_told_to_be_repaired() -> None:
    with pytest.raises(NoTimetable, match="no trip has times at its ends"):
        timetable_of(read_feed(cut("transjakarta"))[0])


def test_the_repaired_cut_of_jakarta_says_that_all_its_times_are_approximate() -> None:
    timetable = timetable_of(repaired(cut("transjakarta"), Assumptions(headway=600)).feed)
    assert timetable.guessed_share == 1.0
    day = Networks(timetable).on(datetime.date(2021, 10, 4))
    names = {stop.name: (stop.lon, stop.lat) for stop in timetable.stops}
    found = journeys(day, Wish(names["Blok M, platform 2"], names["Jak Lingko Tanah Abang"], at=8 * HOUR, walk=1_500.0))
    assert all(leg.guessed for each in found for leg in each.legs if isinstance(leg, Ride))


def test_ground_that_is_reached_grows_with_the_time_and_holds_the_place_itself() -> None:
    from shapely.geometry import Point, shape

    day = day_of()
    small, large = isochrones(day, HERE, 6 * HOUR - 60, (10, 60), 800.0)
    grounds = shape(small.ground), shape(large.ground)
    assert small.stops == 1 and large.stops == 3
    assert grounds[1].area > 2 * grounds[0].area and grounds[0].contains(Point(HERE))
    assert grounds[1].contains(Point(THERE)) and not grounds[0].contains(Point(THERE))


def test_from_where_one_is_in_time_is_the_reach_turned_round() -> None:
    day = day_of()
    (found,) = isochrones(day, THERE, 7 * HOUR, (90,), 800.0, arrive=True)
    assert found.stops == 3


def test_a_way_that_is_short_enough_is_told_on_foot() -> None:
    day = day_of()
    assert walk_only(day, Wish(HERE, (119.411, -5.13), at=0)) == pytest.approx(120, abs=3)
    assert walk_only(day, Wish(HERE, THERE, at=0)) is None


def test_places_far_from_all_stops_have_no_journey() -> None:
    assert journeys(day_of(), Wish((0.0, 0.0), (0.0, 0.0), at=6 * HOUR)) == ()
    assert bool(np.all(seconds_to_stops(day_of(), (0.0, 0.0), 0, 800.0, HOUR, arrive=False) == NEVER))
