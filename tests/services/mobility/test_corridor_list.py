"""A timetable made of a list of corridors: judged by two public validators, searched for journeys, refused by field."""

import datetime
import json
from pathlib import Path

import gtfs_guru
import pytest
from gtfs_validator import cli as canonical

from pinisi.cli import main
from pinisi.services.mobility.corridor_file import NoCorridors, corridors_of, made_of, read_corridors
from pinisi.services.mobility.engine.gtfs.checking import check_feed
from pinisi.services.mobility.engine.transit.day_network import Networks
from pinisi.services.mobility.engine.transit.journey import Ride, Wish, journeys
from pinisi.services.mobility.engine.transit.timetable_build import timetable_of

EXAMPLE = Path(__file__).parents[3] / "docs" / "how-to" / "corridors-example.toml"
HOUR = 3_600


def rows(name: str) -> list[dict[str, str]]:
    table = made_of(read_corridors(EXAMPLE)).feed.tables[name]
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def test_the_command_writes_a_timetable_in_which_two_validators_find_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "made.zip"
    assert main(["gtfs", "make", str(EXAMPLE), "--out", str(out), "--day", "2026-11-26"]) == 0
    shown = capsys.readouterr().out
    assert "assumed: this is an example: nothing of it is real" in shown
    assert "assumed: P7: people get on and off where they wave" in shown
    assert gtfs_guru.validate(str(out)).error_count == 0
    canonical.main(["-i", str(out), "-o", str(tmp_path), "-v", "report.json"])
    notices = json.loads((tmp_path / "report.json").read_text())["notices"]
    assert [each["code"] for each in notices if each["severity"] == "ERROR"] == []


def test_our_own_check_finds_neither_error_nor_warning() -> None:
    assert check_feed(made_of(read_corridors(EXAMPLE)).feed, "20261126") == []


def test_corridors_that_pass_one_place_share_its_stop() -> None:
    names = [row["stop_name"] for row in rows("stops.txt")]
    assert names.count("Pasar Contoh") == 1


def test_a_minibus_is_boarded_everywhere_along_its_way_and_a_bus_is_not() -> None:
    routes = {row["route_id"]: row for row in rows("routes.txt")}
    assert (routes["P7"]["continuous_pickup"], routes["K1"]["continuous_pickup"]) == ("0", "1")
    assert routes["P7"]["route_desc"] == "minibus; made up for this example"


def test_vehicles_come_by_frequency_and_all_times_are_approximate() -> None:
    often = {(row["trip_id"], row["start_time"]): row for row in rows("frequencies.txt")}
    assert often["K1:0:weekdays", "05:30:00"]["headway_secs"] == "600"
    assert {row["exact_times"] for row in often.values()} == {"0"}
    assert {row["timepoint"] for row in rows("stop_times.txt")} == {"0"}


def test_minutes_and_speed_tell_how_long_it_takes_there_and_back() -> None:
    times = [row["arrival_time"] for row in rows("stop_times.txt") if row["trip_id"] == "K1:0:weekdays"]
    back = [row["arrival_time"] for row in rows("stop_times.txt") if row["trip_id"] == "K1:1:weekdays"]
    assert times == ["05:30:00", "05:34:00", "05:39:00", "05:45:00"]
    assert back == ["05:30:00", "05:36:00", "05:41:00", "05:45:00"]
    pete = [row["arrival_time"] for row in rows("stop_times.txt") if row["trip_id"] == "P7:0:all"]
    assert pete[0] == "05:00:00" and "05:04:30" <= pete[1] <= "05:05:30"


def test_a_journey_changes_from_the_bus_to_the_minibus() -> None:
    timetable = timetable_of(made_of(read_corridors(EXAMPLE)).feed)
    day = Networks(timetable).on(datetime.date(2026, 11, 26))
    found = journeys(day, Wish((119.43, -5.15), (119.46, -5.12), at=7 * HOUR, walk=300.0))
    lines = [timetable.lines[timetable.trips[leg.trip].line].name for leg in found[0].legs if isinstance(leg, Ride)]
    assert lines == ["K1", "P7"]
    assert all(leg.guessed and leg.headway for leg in found[0].legs if isinstance(leg, Ride))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lat = -5.1500", "lat = 95.0", "corridors[0].stops[0].lat"),
        (", minutes = 4 }", " }", "corridors[0].stops[1].minutes: is missing"),
        ("minutes = 4 }", "minutes = 0.1 }", "km/h on the way"),
        ('code = "P7"', 'code = "K1"', "corridors[1].code: K1 stands twice"),
        ('to = "09:00"', 'to = "05:00"', "corridors[0].headways[0].to: 05:00 is not after 05:30"),
        ('from = "09:00"', 'from = "08:00"', "corridors[0].headways[1].from: 08:00 lies within 05:30 to 09:00"),
        ('days = "weekend"', 'days = "all"', "have days in common"),
        ('days = "weekend"', 'days = "holidays"', "corridors[0].headways[3].days"),
        ("Asia/Makassar", "Asia/Nowhere", "operator.time_zone: there is no time zone Asia/Nowhere"),
        ("end = 2027-12-31", "end = 2025-12-31", "end: lies before begin"),
        ('source = "made up for this example"\nstops', "stops", "source"),
        ("example = true", "example = tru", "is no TOML"),
        ("lat = -5.1450, lon = 119.4340", "lat = -5.1500, lon = 119.4300", "lies where Terminal Contoh does"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(old: str, new: str, said: str) -> None:
    body = EXAMPLE.read_text()
    assert old in body
    with pytest.raises(NoCorridors, match=said.replace("[", r"\[").replace("]", r"\]")):
        made_of(corridors_of(body.replace(old, new, 1).encode(), "the list"))


def test_the_command_names_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.toml").write_text("corridors = []\n")
    assert main(["gtfs", "make", str(tmp_path / "list.toml"), "--out", str(tmp_path / "o.zip")]) == 1
    assert "list.toml" in capsys.readouterr().err
    assert not (tmp_path / "o.zip").exists()
