"""Feeds that are none: refused, or read as far as they can be, with file, row, field and reason."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from gtfs_feeds import DAY, cut, feed, repaired
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.services.mobility import gtfs_zip
from pinisi.services.mobility.engine.gtfs.checking import check_feed
from pinisi.services.mobility.engine.gtfs.notice import Notice
from pinisi.services.mobility.engine.gtfs.reading import read_feed
from pinisi.services.mobility.engine.gtfs.schema import LAYOUTS
from pinisi.services.mobility.engine.gtfs.writing import write_feed
from pinisi.services.mobility.gtfs_zip import NoFeed, unzip, zipped


def found(files: dict[str, bytes], code: str) -> list[Notice]:
    tables, read = read_feed(files)
    return [each for each in [*read, *check_feed(tables, DAY)] if each.code == code]


@pytest.mark.parametrize("where", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_zip_that_is_cut_is_refused(where: float) -> None:
    whole = zipped(cut("bogor"))
    with pytest.raises(NoFeed, match="is no whole zip file"):
        unzip(whole[: int(len(whole) * where)], "feed.zip")


def test_a_zip_with_a_spoilt_byte_is_refused() -> None:
    whole = bytearray(zipped(feed()))
    whole[60] ^= 0xFF
    with pytest.raises(NoFeed, match=r"feed\.zip: is no whole zip file"):
        unzip(bytes(whole), "feed.zip")


def test_a_zip_that_unpacks_without_end_is_refused() -> None:
    bomb = zipped({"stops.txt": b"0" * (3 << 20)})
    assert len(bomb) < 10_000
    with pytest.raises(NoFeed, match="unpacks to more than 1 MB"):
        unzip(bomb, "feed.zip", most=1 << 20)


def test_a_zip_of_too_many_files_or_of_one_twice_is_refused() -> None:
    with pytest.raises(NoFeed, match="holds 201 files"):
        unzip(zipped({f"{number}.txt": b"" for number in range(201)}), "feed.zip")
    twice = BytesIO()
    with zipfile.ZipFile(twice, "w") as packed, pytest.warns(UserWarning, match="Duplicate name"):
        packed.writestr("stops.txt", "stop_id\n")
        packed.writestr("stops.txt", "stop_id\n")
    with pytest.raises(NoFeed, match=r"holds stops\.txt twice"):
        unzip(twice.getvalue(), "feed.zip")


def test_a_file_that_is_missing_is_named() -> None:
    assert [each.file for each in found(feed(stops=None), "missing_required_file")] == ["stops.txt"]
    assert len(found(feed(calendar=None), "missing_calendar_and_calendar_date_files")) == 1
    assert repaired(feed(stop_times=None)).errors(after=True) > 0


def test_an_empty_file_and_a_column_that_is_missing_are_named() -> None:
    assert [each.file for each in found(feed(stops=""), "empty_file")] == ["stops.txt"]
    fault = found(feed(trips="route_id,trip_id\nA,t\n"), "missing_required_column")
    assert [(each.file, each.field) for each in fault] == [("trips.txt", "service_id")]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_another_encoding_is_read_and_named(encoding: str) -> None:
    files = {**feed(), "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\na,Pôs,-5,119\n".encode(encoding)}
    tables, _ = read_feed(files)
    assert tables.values("stops.txt", "stop_name") == ["Pôs"]
    assert [each.file for each in found(files, "invalid_character")] == ["stops.txt"]
    assert "Pôs".encode() in write_feed(tables)["stops.txt"]


def test_a_feed_in_a_folder_of_its_own_is_read() -> None:
    files = {f"export/{name}": body for name, body in feed().items()}
    assert read_feed(files)[0].tables.keys() == read_feed(feed())[0].tables.keys()
    assert len(found(files, "invalid_input_files_in_subfolder")) == 1


def test_a_bad_cell_is_named_with_file_row_field_and_value() -> None:
    times = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt,06:00:00,06:00:00,a,1\nt,6.30,06:31:00,b,2\n"
    (fault,) = found(feed(stop_times=times), "invalid_time")
    assert (fault.file, fault.row, fault.field, fault.value) == ("stop_times.txt", 3, "arrival_time", "6.30")


@pytest.mark.parametrize(
    ("code", "name", "cells"),
    [
        ("number_out_of_range", "stops", "stop_id,stop_name,stop_lat,stop_lon\na,A,-95,119\nb,B,-5,119\nc,C,-5,119\n"),
        ("invalid_float", "stops", "stop_id,stop_name,stop_lat,stop_lon\na,A,nan,119\nb,B,-5,119\nc,C,-5,119\n"),
        ("stop_without_location", "stops", "stop_id,stop_name,stop_lat,stop_lon\na,A,,\nb,B,-5,119\nc,C,-5,119\n"),
        ("point_near_origin", "stops", "stop_id,stop_name,stop_lat,stop_lon\na,A,0,0\nb,B,-5,119\nc,C,-5,119\n"),
        ("invalid_date", "calendar_dates", "service_id,date,exception_type\nall,20261301,2\nall,20261201,2\n"),
        ("invalid_color", "routes", "route_id,route_short_name,route_type,route_color\nA,A,3,#FF0000\n"),
        ("unusable_trip", "trips", "route_id,service_id,trip_id\nA,all,t\nA,all,u\n"),
        ("duplicated_column", "trips", "route_id,service_id,trip_id,trip_id\nA,all,t,u\n"),
        (
            "start_and_end_range_out_of_order",
            "frequencies",
            "trip_id,start_time,end_time,headway_secs\nt,10:00:00,09:00:00,600\n",
        ),
        (
            "stop_time_with_departure_before_arrival_time",
            "stop_times",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt,06:05:00,06:00:00,a,1\nt,07:00:00,07:00:00,b,2\n",
        ),
        (
            "stop_time_with_only_arrival_or_departure_time",
            "stop_times",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt,06:05:00,,a,1\nt,07:00:00,07:00:00,b,2\n",
        ),
    ],
)
def test_each_fault_is_named_and_gone_after_the_repair(code: str, name: str, cells: str) -> None:
    assert len(found(feed(**{name: cells}), code)) == 1
    done = repaired(feed(**{name: cells}))
    assert [each.code for each in done.kinds if each.after and each.severity == "error"] == []
    assert found(write_feed(done.feed), code) == []


@given(data=st.data())
@settings(max_examples=60)
def test_no_bytes_of_any_file_make_it_fail(data: st.DataObject) -> None:
    """A file of the sound feed is replaced by spoilt bytes: the repair ends, and a second one finds no more to do."""
    name = data.draw(st.sampled_from(sorted(LAYOUTS)))
    whole = feed().get(name) or b",".join(column.name.encode() for column in LAYOUTS[name].columns) + b"\n"
    at = data.draw(st.integers(0, len(whole)))
    spoilt = whole[:at] + data.draw(st.binary(max_size=12)) + whole[at + data.draw(st.integers(0, 3)) :]
    done = repaired({**feed(), name: spoilt})
    again = repaired(write_feed(done.feed))
    assert again.errors(after=True) <= done.errors(after=True)


def test_a_path_that_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoFeed, match="cannot be read"):
        gtfs_zip.read_zip(tmp_path / "none.zip")
