"""Journeys with what a GTFS-Realtime feed tells of trips: late, cancelled, stops skipped, trips added.

Written by the official bindings, read by ours, kept in the context, and applied to the day.
"""

import datetime
import random
from collections.abc import Callable

import pytest
from google.transit import gtfs_realtime_pb2 as official
from gtfs_feeds import SOUND, feed
from journey_oracle import WALK, best_of, drawn, earliest, faults

from pinisi.context.payload import read_entity
from pinisi.runtime.known import Known
from pinisi.services.mobility.engine.gtfs.reading import read_feed
from pinisi.services.mobility.engine.gtfs_rt.reading import read_realtime
from pinisi.services.mobility.engine.transit.day_network import DayNetwork, Networks
from pinisi.services.mobility.engine.transit.journey import Journey, Ride, Wish, journeys
from pinisi.services.mobility.engine.transit.live_day import Applied, StopLive, TripLive, live_day
from pinisi.services.mobility.engine.transit.timetable_build import timetable_of
from pinisi.services.mobility.gtfs_zip import zipped
from pinisi.services.mobility.transit.asked_timetable import Asked
from pinisi.services.mobility.transit.journey_answer import AskedTimetable, JourneyFound
from pinisi.services.mobility.transit.journey_shown import answered
from pinisi.services.mobility.transit.live_entities import live_entities
from pinisi.services.mobility.transit.live_out import Names, arrivals_feed
from pinisi.services.mobility.transit.live_trips import live_trips
from pinisi.services.mobility.transit.service_day import ServiceDay, zone_of
from pinisi.services.mobility.transit.timetable_entity import rows_of
from pinisi.services.mobility.transit.trip_book import book_of
from pinisi.testing.sources import pinisi_table
from pinisi.vocabulary.instant import SECOND

DAY = ServiceDay(datetime.date(2026, 11, 26), zone_of("Asia/Makassar"))
HOUR = 3_600
FILES = feed(
    trips=SOUND["trips.txt"] + "A,all,u\n",
    stop_times=SOUND["stop_times.txt"] + "u,07:00:00,07:00:00,a,1\nu,07:20:00,07:21:00,b,2\nu,07:50:00,07:50:00,c,3\n",
)
BOOK = book_of(rows_of(zipped(FILES)))
PLANNED = Networks(timetable_of(read_feed(FILES)[0])).on(DAY.day)
TABLE = pinisi_table()
HERE, MIDDLE, THERE = (119.41, -5.13), (119.43, -5.11), (119.47, -5.12)
Said = Callable[[official.FeedMessage], None]


def at(seconds: int) -> int:
    """Seconds of the day as GTFS-Realtime tells moments."""
    return DAY.moment(seconds) // SECOND


def arrivals(said: Said, now: int = at(6 * HOUR)) -> list[Known]:
    """What the context keeps of a feed."""
    message = official.FeedMessage()
    message.header.gtfs_realtime_version, message.header.timestamp = "2.0", now
    said(message)
    read = live_entities("x", read_realtime(message.SerializeToString()), now * SECOND, BOOK)
    assert read.rejects == []
    return [Known(read_entity(dict(each), TABLE), TABLE) for each in read.entities]


def applied(said: Said) -> Applied:
    return live_day(PLANNED, live_trips(arrivals(said), DAY))


def update(message: official.FeedMessage, trip: str = "t") -> official.TripUpdate:
    told = message.entity.add(id=f"u-{trip}").trip_update
    told.trip.trip_id, told.timestamp = trip, at(6 * HOUR) - 30
    return told


def shown(day: DayNetwork, wish: Wish) -> JourneyFound | None:
    about = AskedTimetable(id="", name="x", zone="Asia/Makassar", begin="", end="", since="", approximate=0, left_out=0)
    found = answered(Asked("x", DAY, day, about, ()), wish, "").journeys
    return found[0] if found else None


def hours(found: JourneyFound | None) -> tuple[str, str] | None:
    """In Makassar, eight hours ahead of UTC."""
    return None if found is None else (found.depart[11:16], found.arrive[11:16])


def late(message: official.FeedMessage) -> None:
    told = update(message)
    told.stop_time_update.add(stop_sequence=2, stop_id="b").arrival.delay = 600


def test_a_delay_holds_from_its_stop_on_and_says_when_it_was_told() -> None:
    found = shown(applied(late).day, Wish(HERE, THERE, at=5 * HOUR))
    assert found is not None
    leg = next(each for each in found.legs if each.kind == "ride")
    assert (leg.depart, leg.depart_by, leg.planned_depart) == ("2026-11-25T22:00:00Z", "planned", leg.depart)
    assert (leg.arrive, leg.arrive_by, leg.planned_arrive) == ("2026-11-25T23:00:00Z", "live", "2026-11-25T22:50:00Z")
    assert leg.as_of == "2026-11-25T21:59:30Z"


def test_who_comes_too_late_for_the_timetable_catches_a_vehicle_that_is_late() -> None:
    wish = Wish(MIDDLE, THERE, at=6 * HOUR + 25 * 60)
    assert hours(shown(PLANNED, wish)) == ("23:21", "23:50")
    assert hours(shown(applied(late).day, wish)) == ("22:31", "23:00")


def test_without_live_word_a_journey_says_that_it_is_planned() -> None:
    found = shown(applied(late).day, Wish(HERE, THERE, at=6 * HOUR + 1))
    assert found is not None
    assert {(leg.depart_by, leg.as_of) for leg in found.legs} == {("planned", None)}


def test_a_cancelled_trip_is_not_offered_and_told_on() -> None:
    def canceled(message: official.FeedMessage) -> None:
        update(message).trip.schedule_relationship = official.TripDescriptor.CANCELED

    found = applied(canceled)
    assert (found.canceled, found.late, found.unknown) == (1, 0, 0)
    assert hours(shown(found.day, Wish(HERE, THERE, at=5 * HOUR))) == ("23:00", "23:50")
    assert hours(shown(found.day, Wish(HERE, THERE, at=7 * HOUR, arrive=True))) is None
    (entity,) = arrivals_feed(arrivals(canceled), Names("x", BOOK), at(6 * HOUR) * SECOND).entities
    assert entity.trip_update is not None and entity.trip_update.trip.relation == official.TripDescriptor.CANCELED


def test_at_a_skipped_stop_nobody_gets_on_or_off() -> None:
    def skipped(message: official.FeedMessage) -> None:
        told = update(message).stop_time_update.add(stop_sequence=2, stop_id="b")
        told.schedule_relationship = official.TripUpdate.StopTimeUpdate.SKIPPED

    day = applied(skipped).day
    assert hours(shown(day, Wish(HERE, MIDDLE, at=5 * HOUR))) == ("23:00", "23:20")
    assert hours(shown(day, Wish(HERE, THERE, at=5 * HOUR))) == ("22:00", "22:50")


def test_an_added_trip_is_found_and_has_no_planned_time() -> None:
    def added(message: official.FeedMessage) -> None:
        told = update(message, "extra")
        told.trip.route_id, told.trip.schedule_relationship = "A", official.TripDescriptor.ADDED
        for sequence, (stop, moment) in enumerate((("a", 6.5), ("c", 6.75)), start=1):
            said = told.stop_time_update.add(stop_sequence=sequence, stop_id=stop)
            said.arrival.time = said.departure.time = at(round(moment * HOUR))

    found = shown(applied(added).day, Wish(HERE, THERE, at=6 * HOUR + 60))
    assert hours(found) == ("22:30", "22:45")
    assert found is not None and (found.legs[0].trip, found.legs[0].planned_depart) == ("extra", None)


def test_no_data_ends_a_delay_and_times_never_run_backwards() -> None:
    def silent(message: official.FeedMessage) -> None:
        told = update(message)
        told.stop_time_update.add(stop_sequence=1, stop_id="a").departure.delay = 3_000
        last = told.stop_time_update.add(stop_sequence=3, stop_id="c")
        last.schedule_relationship = official.TripUpdate.StopTimeUpdate.NO_DATA

    found = shown(applied(silent).day, Wish(HERE, THERE, at=6 * HOUR + 1))
    assert hours(found) == ("22:50", "23:11")
    assert found is not None and (found.legs[0].depart_by, found.legs[0].arrive_by) == ("live", "planned")


@pytest.mark.parametrize("fields", [{"stop_sequence": 3}, {"stop_id": "c"}])
def test_a_stop_is_known_by_its_place_or_by_its_name(fields: dict[str, int | str]) -> None:
    def told(message: official.FeedMessage) -> None:
        update(message).stop_time_update.add(**fields).arrival.time = at(7 * HOUR)  # pyright: ignore[reportArgumentType]

    assert hours(shown(applied(told).day, Wish(HERE, THERE, at=5 * HOUR))) == ("22:00", "23:00")


def test_word_of_another_day_or_of_stops_elsewhere_fits_no_trip() -> None:
    def elsewhere(message: official.FeedMessage) -> None:
        update(message).stop_time_update.add(stop_id="nowhere").arrival.delay = 60

    def tomorrow_week(message: official.FeedMessage) -> None:
        told = update(message)
        told.trip.start_date, told.delay = "20261203", 60
        told.stop_time_update.add(stop_id="b").arrival.delay = 60

    assert arrivals(elsewhere) == []
    assert applied(tomorrow_week).day is PLANNED


def test_of_trips_by_frequency_the_run_that_is_meant_is_late() -> None:
    often = "trip_id,start_time,end_time,headway_secs,exact_times\nt,06:00:00,08:00:00,600,0\n"
    day = Networks(timetable_of(read_feed(feed(frequencies=often))[0])).on(DAY.day)
    one = TripLive(trip="t", start=6 * HOUR + 600, stops=(StopLive(stop="a", late_out=240),))
    found = live_day(day, [one, TripLive(trip="t", stops=(StopLive(stop="a", late_out=240),))])
    assert (found.late, found.unknown) == (1, 1)
    (ride,) = journeys(found.day, Wish(HERE, THERE, at=6 * HOUR + 601))[0].legs
    assert isinstance(ride, Ride) and (ride.depart, ride.headway) == (6 * HOUR + 840, 0)


@pytest.mark.parametrize("seed", range(15))
def test_of_a_day_with_delays_nothing_earlier_is_left_out(seed: int) -> None:
    """Against every vehicle at every halt, as of planned days."""
    timetable = drawn(seed)
    lot = random.Random(seed)
    planned = Networks(timetable).on(DAY.day)
    updates = [
        TripLive(trip=trip.id, late=lot.randint(-120, 900), state=lot.choice(("scheduled", "scheduled", "canceled")))
        for trip in lot.sample(timetable.trips, k=min(6, len(timetable.trips)))
    ]
    day = live_day(planned, updates).day
    for _ in range(4):
        spots = [(119.40 + lot.random() * 0.03, -5.15 + lot.random() * 0.03) for _ in range(2)]
        wish = Wish(spots[0], spots[1], at=lot.randint(6 * HOUR, 9 * HOUR), walk=WALK, rides=4)
        rounds = earliest(day.timetable, day, wish.origin, wish.at, wish.rides)
        expected = [each for each in best_of(rounds, day, wish.goal) if each[1] <= wish.at + wish.longest]
        found: tuple[Journey, ...] = journeys(day, wish)
        assert [(each.rides, each.arrive) for each in found] == expected
        assert [fault for each in found for fault in faults(each, day.timetable, day)] == []
