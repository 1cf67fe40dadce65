"""Headways, bunching and holding: by numbers worked out by hand, and on the buses of route 14 in Liverpool."""

import csv
import datetime
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from pinisi.services.mobility.engine.transit.headways import (
    Between,
    Fix,
    Mark,
    Way,
    between,
    evenness,
    grade,
    holds,
    passing,
    track,
)

DEGREE = 111_195.0
STRAIGHT = Way([(0.0, 0.0), (10_000 / DEGREE, 0.0)])


def at(seconds: float, metres: float, aside: float = 0.0) -> Fix:
    return Fix(seconds, metres / DEGREE, aside / DEGREE)


def test_a_vehicle_is_followed_along_its_way_and_what_lies_beside_it_is_left_out() -> None:
    marks = track(STRAIGHT, [at(0, 100), at(60, 500, aside=20), at(90, 700, aside=200), at(120, 900)])
    assert [(mark.at, round(mark.metres)) for mark in marks] == [(0, 100), (60, 500), (120, 900)]


def test_a_position_that_jumps_back_by_a_few_metres_stands_still() -> None:
    marks = track(STRAIGHT, [at(0, 500), at(30, 470), at(60, 600)])
    assert [round(mark.metres) for mark in marks] == [500, 500, 600]


def test_a_way_that_crosses_itself_is_followed_forwards() -> None:
    loop = Way([(0.0, 0.0), (1_000 / DEGREE, 0.0), (1_000 / DEGREE, 1_000 / DEGREE), (0.0, 0.0)])
    fixes = [Fix(0, 0.0, 0.0), Fix(60, 1_000 / DEGREE, 0.0), Fix(120, 1_000 / DEGREE, 1_000 / DEGREE), Fix(180, 0, 0)]
    assert [round(mark.metres) for mark in track(loop, fixes)] == [0, 1_000, 2_000, 3_414]


def test_passing_a_stop_lies_between_two_positions_unless_it_was_silent_for_long() -> None:
    assert passing([Mark(0, 0), Mark(100, 1_000)], 250) == 25
    assert passing([Mark(0, 0), Mark(400, 1_000)], 250) is None
    assert passing([Mark(0, 0), Mark(100, 200)], 250) is None


def test_even_headways_have_no_variation_and_bunched_ones_the_worst_class() -> None:
    assert (evenness([0, 600, 1_200, 1_800]).variation, evenness([0, 600, 1_200, 1_800]).grade) == (0, "A")
    pairs = evenness([0, 60, 1_200, 1_260, 2_400])
    assert pairs.variation == pytest.approx(0.9)
    assert (pairs.grade, pairs.bunched, pairs.gaps) == ("F", (0, 2), (1, 3))


def test_against_the_timetable_two_vehicles_are_enough_to_bunch() -> None:
    assert evenness([0, 200], planned=600).bunched == (0,)
    assert evenness([0, 200]).bunched == ()


@pytest.mark.parametrize(("variation", "letter"), [(0.21, "A"), (0.22, "B"), (0.40, "D"), (0.74, "E"), (0.75, "F")])
def test_the_classes_are_those_of_the_manual(variation: float, letter: str) -> None:
    assert grade(variation) == letter


def test_a_vehicle_close_behind_another_is_held_until_it_is_halfway() -> None:
    """120 s behind the one before, 720 s before the one behind: 300 s to the middle, but at most 0.8 of 600 s ahead."""
    middle = Between("b", 500, 0, 120, 720)
    assert [(each.vehicle, each.point, each.seconds) for each in holds([middle], [400, 800], 600)] == [("b", 1, 300)]
    assert holds([middle], [400, 800], 400)[0].seconds == 200
    assert holds([Between("c", 500, 0, 400, 420)], [800], 600) == []
    assert holds([Between("d", 900, 0, 120, 720)], [400, 800], 600) == []


def test_the_gaps_before_and_behind_are_those_of_the_way_that_was_gone() -> None:
    tracks = {
        "first": [Mark(0, 0), Mark(200, 2_000)],
        "second": [Mark(100, 0), Mark(200, 1_000)],
        "third": [Mark(180, 0), Mark(200, 200)],
    }
    found = {each.vehicle: each for each in between(tracks, 200)}
    assert (found["second"].ahead, found["second"].behind) == (100, 80)
    assert (found["first"].ahead, found["third"].behind) == (None, None)


# Route 14 outbound in Liverpool, 26 January 2026, 15:55 to 18:19: real positions


def trips(rows: Iterable[dict[str, str]]) -> dict[str, list[Fix]]:
    found: dict[str, list[Fix]] = defaultdict(list)
    for row in rows:
        moment = datetime.datetime.fromisoformat(row["timestamp"]).replace(tzinfo=datetime.UTC).timestamp()
        found[row["trip_id"]].append(Fix(moment, float(row["longitude"]), float(row["latitude"])))
    return found


@pytest.fixture
def liverpool(shared_data: Path) -> dict[str, list[Fix]]:
    with (shared_data / "mobility_traces" / "liverpool_bus_route14_outbound_2026-01.csv").open() as file:
        return trips(csv.DictReader(file))


def test_on_the_real_line_headways_grow_uneven_along_the_way(liverpool: dict[str, list[Fix]]) -> None:
    """Nobody gives the stops: the way is that of one bus from end to end, and it is looked at in its tenths."""
    way = Way([(fix.lon, fix.lat) for fix in liverpool["1105"]])
    tracks = {trip: track(way, fixes) for trip, fixes in liverpool.items()}
    kept = sum(len(marks) for marks in tracks.values()) / sum(len(fixes) for fixes in liverpool.values())
    assert kept > 0.9
    found = []
    for tenth in range(1, 10):
        point = way.length * tenth / 10
        found.append(evenness([when for marks in tracks.values() if (when := passing(marks, point)) is not None]))
    assert all(len(each.headways) >= 6 for each in found)
    assert "".join(str(each.grade) for each in found) == "EFFFFFEEE"
    assert [round(each) for each in found[0].headways[:5]] == [86, 311, 1340, 726, 1442]
    assert (found[3].bunched, found[3].gaps) == ((0, 3, 6), (2, 5, 8))


def test_the_second_of_two_real_buses_that_bunch_is_held_at_the_next_point(liverpool: dict[str, list[Fix]]) -> None:
    """16:20: bus 1099 is 27 s behind 1097, and 311 s before the next."""
    way = Way([(fix.lon, fix.lat) for fix in liverpool["1105"]])
    now = datetime.datetime(2026, 1, 26, 16, 20, tzinfo=datetime.UTC).timestamp()
    tracks = {trip: track(way, [fix for fix in fixes if fix.at <= now]) for trip, fixes in liverpool.items()}
    found = holds(between(tracks, now), [way.length * tenth / 10 for tenth in range(1, 10)], 600)
    assert [(each.vehicle, each.point, each.seconds) for each in found] == [("1099", 1, 142)]
