"""Two Indonesian feeds as they were published: what is wrong with them is named, repaired, and told."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import gtfs_guru
import pytest
from gtfs_feeds import DAY, cut, feed, kind, repaired
from gtfs_validator import cli as canonical

from pinisi.services.mobility.engine.gtfs.checking import check_feed
from pinisi.services.mobility.engine.gtfs.mend import Assumptions
from pinisi.services.mobility.engine.gtfs.notice import counted
from pinisi.services.mobility.engine.gtfs.reading import read_feed
from pinisi.services.mobility.engine.gtfs.repair import Repair
from pinisi.services.mobility.engine.gtfs.stop_lists import halts_of, metres, points_of
from pinisi.services.mobility.engine.gtfs.writing import write_feed
from pinisi.services.mobility.gtfs_zip import read_zip, zipped


@pytest.fixture(scope="module")
def jakarta() -> Repair:
    return repaired(cut("transjakarta"))


@pytest.fixture(scope="module")
def bogor() -> Repair:
    return repaired(cut("bogor"))


def faults(name: str) -> Counter[str]:
    files, read = read_feed(cut(name))
    return counted([*read, *check_feed(files, DAY)])


def trip_names(done: Repair) -> dict[str, tuple[str, str]]:
    """Trip -> the names of its first and last stop."""
    names = dict(zip(done.feed.values("stops.txt", "stop_id"), done.feed.values("stops.txt", "stop_name"), strict=True))
    halts = halts_of(done.feed.tables["stop_times.txt"])
    return {trip: (names[stops[0].stop], names[stops[-1].stop]) for trip, stops in halts.items()}


@pytest.mark.parametrize("name", ["transjakarta", "bogor"])
def test_another_validator_finds_errors_before_and_none_after(name: str, tmp_path: Path) -> None:
    (tmp_path / "before.zip").write_bytes(zipped(cut(name)))
    (tmp_path / "after.zip").write_bytes(zipped(write_feed(repaired(cut(name)).feed)))
    before, after = (gtfs_guru.validate(str(tmp_path / f"{when}.zip")) for when in ("before", "after"))
    assert before.error_count > 50
    assert [(each.code, each.file, each.row) for each in after.errors()] == []


@pytest.mark.parametrize("name", ["transjakarta", "bogor"])
def test_the_canonical_rules_find_no_error_after(name: str, tmp_path: Path) -> None:
    (tmp_path / "after.zip").write_bytes(zipped(write_feed(repaired(cut(name)).feed)))
    assert canonical.main(["-i", str(tmp_path / "after.zip"), "-o", str(tmp_path / "out"), "--fail-on-error"]) == 0


def test_faults_have_the_names_and_the_numbers_of_the_canonical_validator(tmp_path: Path) -> None:
    (tmp_path / "feed.zip").write_bytes(zipped(cut("bogor")))
    other = Counter(each.code for each in gtfs_guru.validate(str(tmp_path / "feed.zip")).errors())
    ours = faults("bogor")
    assert other == {code: ours[code] for code in other}


def test_trips_of_many_routes_under_one_identifier_get_their_own_stops(jakarta: Repair) -> None:
    assert faults("transjakarta")["duplicate_key"] == 375
    assert kind(jakarta, "duplicate_key").after == 0
    ends = trip_names(jakarta)
    assert ends["1R:a-b"] == ("Terminal Senen", "Jak Lingko Tanah Abang")
    assert ends["S23:a-b"] == ("Blok M, platform 3", "Cempaka")
    assert ends["1C:A0"] == ("Blok M, platform 2", "Bintaro Kodam Permai")


def test_a_trip_follows_the_shape_that_its_stops_lie_at(jakarta: Repair) -> None:
    points, halts = points_of(jakarta.feed), halts_of(jakarta.feed.tables["stop_times.txt"])
    lines: dict[str, list[tuple[float, float]]] = {}
    columns = (jakarta.feed.values("shapes.txt", name) for name in ("shape_id", "shape_pt_lat", "shape_pt_lon"))
    for shape, lat, lon in zip(*columns, strict=True):
        lines.setdefault(shape, []).append((float(lat), float(lon)))
    trips = zip(*(jakarta.feed.values("trips.txt", name) for name in ("trip_id", "shape_id")), strict=True)
    far = [
        min(metres(points[halts[trip][place].stop], point) for point in lines[shape])
        for trip, shape in trips
        if shape
        for place in (0, -1)
    ]
    assert len(far) > 50
    assert max(far) < 500


def test_a_reference_goes_to_the_one_row_that_is_meant(jakarta: Repair) -> None:
    assert kind(jakarta, "foreign_key_violation").after == 0
    examples = " ".join(mend.example for mend in kind(jakarta, "foreign_key_violation").done)
    assert "tj-jaklingko is jaklingko" in examples
    assert "13 is brt_13" in examples  # and not JAK.13, which has trips of its own


def test_what_nobody_can_know_is_left_out_and_told(jakarta: Repair) -> None:
    mends = {(mend.file, mend.act): mend for mend in kind(jakarta, "missing_required_field").done}
    assert mends["fare_attributes.txt", "removed"].count == 2
    assert "tj-angkot" not in jakarta.feed.values("fare_attributes.txt", "fare_id")
    assert mends["trips.txt", "assumed"].count == 6
    assert "fullday" in mends["trips.txt", "assumed"].how


def test_times_are_worked_out_along_the_trip_and_marked(jakarta: Repair) -> None:
    assert set(jakarta.feed.values("stop_times.txt", "timepoint")) == {"0"}
    halts = halts_of(jakarta.feed.tables["stop_times.txt"])["S23:a-b"]
    assert halts[0].departure == 5 * 3600
    points = points_of(jakarta.feed)
    way = sum(metres(points[a.stop], points[b.stop]) for a, b in pairwise(halts))
    took = (halts[-1].arrival or 0) - 5 * 3600
    assert way / 18_000 * 3600 - 1 <= took <= 3 * way / 18_000 * 3600
    assert "assumed 18 km/h" in kind(jakarta, "missing_trip_edge").done[0].how


def test_a_headway_that_is_asked_for_repeats_the_trips_without_times() -> None:
    done = repaired(cut("transjakarta"), Assumptions(headway=600))
    trips = done.feed.values("trips.txt", "trip_id")
    assert sorted(done.feed.values("frequencies.txt", "trip_id")) == sorted(trips)
    assert set(done.feed.values("frequencies.txt", "headway_secs")) == {"600"}
    assert set(done.feed.values("frequencies.txt", "exact_times")) == {"0"}


def test_a_trip_over_midnight_goes_on_past_24_o_clock(bogor: Repair) -> None:
    halts = halts_of(bogor.feed.tables["stop_times.txt"])["AK-01-23-50"]
    times = [halt.arrival for halt in halts]
    assert times == sorted(time for time in times if time is not None)
    assert times[0] == 23 * 3600 + 50 * 60
    assert times[-1] == 24 * 3600 + 58 * 60
    assert set(bogor.feed.values("stop_times.txt", "timepoint")) == {"0"}  # as the feed itself says


def test_a_frequency_beside_the_departures_of_its_route_is_left_out(bogor: Repair) -> None:
    assert bogor.feed.values("frequencies.txt", "trip_id") == []
    assert "twice" in kind(bogor, "foreign_key_violation").done[0].how


def test_every_fault_is_gone_or_told_why_not(jakarta: Repair, bogor: Repair) -> None:
    for done in (jakarta, bogor):
        assert done.errors(after=False) > 50
        assert done.errors(after=True) == 0
        for each in done.kinds:
            assert each.left if each.after else (each.done or not each.before or each.severity == "info"), each.code


def test_a_second_repair_finds_nothing_to_do(jakarta: Repair) -> None:
    again = repaired(write_feed(jakarta.feed))
    assert [mend for each in again.kinds for mend in each.done] == []
    assert write_feed(again.feed) == write_feed(jakarta.feed)


def test_a_sound_feed_stays_as_it_is() -> None:
    done = repaired(feed())
    assert [each.code for each in done.kinds if each.severity == "error" or each.done] == []
    halts = halts_of(done.feed.tables["stop_times.txt"])["t"]
    assert [halt.arrival for halt in halts] == [21_600, 22_800, 24_600]


def test_a_time_between_two_known_ones_lies_where_the_way_says() -> None:
    times = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t,06:00:00,06:00:00,a,1\nt,,,b,2\nt,07:00:00,07:00:00,c,3\n"
    )
    done = repaired(feed(stop_times=times))
    points, halts = points_of(done.feed), halts_of(done.feed.tables["stop_times.txt"])["t"]
    first, second = metres(points["a"], points["b"]), metres(points["b"], points["c"])
    assert halts[1].arrival == 21_600 + round(3600 * first / (first + second))
    assert done.feed.values("stop_times.txt", "timepoint") == ["1", "0", "1"]


def test_a_trip_that_no_bus_could_do_is_timed_anew() -> None:
    times = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t,06:00:00,06:00:00,a,1\nt,06:00:05,06:00:05,b,2\nt,06:00:10,06:00:10,c,3\n"
    )
    done = repaired(feed(stop_times=times))
    assert kind(done, "fast_travel_between_consecutive_stops").before == 2
    assert kind(done, "fast_travel_between_consecutive_stops").after == 0
    assert done.feed.values("stop_times.txt", "timepoint") == ["1", "0", "0"]


def test_the_whole_feeds_have_no_error_left(shared_data: Path, tmp_path: Path) -> None:
    for name, before in (("transjakarta_2021-09", 57_835), ("bogor_angkot_2019-01", 1_327)):
        done = repaired(read_zip(shared_data / "gtfs" / f"{name}.zip"))
        assert done.errors(after=False) == before
        assert done.errors(after=True) == 0
        (tmp_path / "after.zip").write_bytes(zipped(write_feed(done.feed)))
        assert gtfs_guru.validate(str(tmp_path / "after.zip")).error_count == 0
