"""A timetable in a folder: agencies, routes and stops become entities; what cannot be used waits with its reason."""

from pathlib import Path
from typing import Any

import pytest
from gtfs_feeds import cut, feed, repaired

from pinisi.runtime.source import Message, Reading, Unreadable
from pinisi.services.mobility.engine.gtfs.writing import write_feed
from pinisi.services.mobility.gtfs_source import Options, make, reader
from pinisi.services.mobility.gtfs_zip import zipped
from pinisi.services.mobility.models.transit import transit_id
from pinisi.testing.sources import shipped_city
from pinisi.vocabulary.instant import parse_instant


def taken(files: dict[str, bytes]) -> Reading:
    received = parse_instant("2026-11-26T07:00:00Z")
    return reader("x")(Message(body=zipped(files), origin="the test", received=received))


def of_type(reading: Reading, type: str) -> list[dict[str, Any]]:
    return [dict(each) for each in reading.entities if each["type"] == type]


def test_routes_lead_to_agencies_and_have_their_ways() -> None:
    reading = taken(write_feed(repaired(cut("transjakarta")).feed))
    agencies = {each["id"] for each in of_type(reading, "GtfsAgency")}
    routes = {each["shortName"]["value"]: each for each in of_type(reading, "GtfsRoute")}
    assert len(agencies) == 4
    assert len(routes) == 8
    assert all(route["operatedBy"]["object"] in agencies for route in routes.values())
    assert routes["1C"]["routeType"]["value"] == "bus"
    lines = routes["1C"]["location"]["value"]["coordinates"]
    assert all(106 < lon < 107.5 and -7 < lat < -5 for line in lines for lon, lat in line)


def test_a_stop_tells_which_routes_stop_there() -> None:
    reading = taken(write_feed(repaired(cut("transjakarta")).feed))
    stops = {each["name"]["value"]: each for each in of_type(reading, "GtfsStop")}
    assert stops["Blok M, platform 2"]["servedBy"]["value"] == "1C"
    both = stops["Jak Lingko Tanah Abang"]
    assert (both["servedBy"]["value"], both["routeCount"]["value"]) == ("1R, JAK.13", 2)
    assert stops["Blok M, platform 2"]["location"]["value"]["type"] == "Point"
    assert reading.rejects == []


def test_what_cannot_be_used_waits_with_row_field_and_reason() -> None:
    stops = "stop_id,stop_name,stop_lat,stop_lon\na,Sentral,-5.1,119.4\nb,Daya,,\n,Antang,-5.1,119.4\na,Again,-5,119\n"
    reading = taken(feed(stops=stops))
    assert [(reject.row, reject.field) for reject in reading.rejects] == [
        ("3", "stop_lon"),
        ("4", "stop_id"),
        ("5", "stops id"),
    ]
    assert [each["name"]["value"] for each in of_type(reading, "GtfsStop")] == ["Sentral"]


def test_stations_are_no_stops_and_entrances_are_neither() -> None:
    stops = "stop_id,stop_name,stop_lat,stop_lon,location_type\na,A,-5,119,\nb,B,-5,119,1\nc,C,-5,119,2\n"
    reading = taken(feed(stops=stops))
    assert [each["type"] for each in reading.entities if "location" in each] == ["GtfsStop", "GtfsStation"]


def test_a_zip_that_is_no_timetable_is_refused() -> None:
    with pytest.raises(Unreadable, match="this is no timetable"):
        taken({"readme.txt": b"hello"})
    with pytest.raises(Unreadable, match="is no whole zip file"):
        reader("x")(Message(body=b"PK", origin="the test", received=0))


def test_identifiers_that_are_written_alike_stay_apart() -> None:
    assert transit_id("GtfsStop", "x", "Blok M") != transit_id("GtfsStop", "x", "Blok-M")
    assert transit_id("GtfsStop", "x", "Blok-M") == "urn:ngsi-ld:GtfsStop:x:Blok-M"


def test_the_name_of_a_feed_is_part_of_ids() -> None:
    with pytest.raises(ValueError, match="feed: is no name"):
        make(Options(feed="no name"), shipped_city("makassar"))


def test_the_whole_feed_of_jakarta_is_taken(shared_data: Path) -> None:
    body = (shared_data / "gtfs" / "transjakarta_2021-09.zip").read_bytes()
    reading = reader("tj")(Message(body=body, origin="the test", received=0))
    assert (len(of_type(reading, "GtfsStop")), len(of_type(reading, "GtfsRoute"))) == (5_365, 155)
