"""Tables of speeds as cities export them: a column a detector, a row a moment, or as METR-LA is published."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pinisi.runtime.source import Message, Reading, Unreadable
from pinisi.services.mobility.road_speeds.speed_source import Options, make
from pinisi.services.mobility.road_speeds.speed_table import Series, detector_id, speed_reader
from pinisi.testing.sources import shipped_city
from pinisi.vocabulary.instant import parse_instant

CUTS = Path(__file__).parents[1] / "mobility_examples"
FIRST = "2012-03-01T08:00:00Z"


def taken(body: bytes, unit: str = "HM", first: str | None = FIRST) -> Reading:
    begin = None if first is None else parse_instant(first)
    series = Series(feed="la", unit=unit, zone=ZoneInfo("America/Los_Angeles"), minutes=5.0, first=begin)
    return speed_reader(series)(Message(body=body, origin="speeds.csv", received=parse_instant("2026-11-26T00:00:00Z")))


def test_the_published_file_without_a_column_of_time_begins_where_the_option_says() -> None:
    reading = taken((CUTS / "metr_la_eight_roads.csv").read_bytes())
    assert len(reading.entities) == 2_016 * 8 and not reading.rejects
    first, last = reading.entities[0], reading.entities[-1]
    assert first["id"] == detector_id("la", "716339")
    said = first["averageVehicleSpeed"]
    assert (said["value"], said["unitCode"], said["observedAt"]) == (64.2, "HM", FIRST)
    assert last["averageVehicleSpeed"]["observedAt"] == "2012-03-08T07:55:00Z"


def test_a_column_of_time_counts_and_the_zone_of_the_city_where_it_has_no_offset() -> None:
    own = taken((CUTS / "speeds_of_detectors.csv").read_bytes(), first=None)
    assert own.entities[0]["averageVehicleSpeed"]["observedAt"] == FIRST
    local = taken(b"waktu;Jalan Veteran\n2012-03-01 00:05;41,5\n2012-03-01 00:10;41.5\n", "KMH", None)
    assert [each["id"] for each in local.entities] == [detector_id("la", "jalan-veteran")]
    assert local.entities[0]["averageVehicleSpeed"]["observedAt"] == "2012-03-01T08:10:00Z"
    assert [reject.field for reject in local.rejects] == ["Jalan Veteran"]


def test_gaps_are_no_speeds_and_what_is_none_waits_with_row_and_detector() -> None:
    reading = taken(
        b"time,a,b\n2012-03-01T00:00Z,0,\n2012-03-01T00:05Z,fast,-3\nlater,50,50\n2012-03-01T00:10Z,999,5\n"
    )
    assert [(reject.row, reject.field) for reject in reading.rejects] == [("3", "a"), ("4", "time"), ("5", "a")]
    assert [(each["id"][-1], each["averageVehicleSpeed"]["value"]) for each in reading.entities] == [("b", 5.0)]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"a,b\n1,2\n", "no column says when"),
        (b"time\n2012-03-01T00:00Z\n", "names no detectors"),
        (b"time,a,A\n2012-03-01T00:00Z,1,2\n", "twice"),
        (b"latitude,longitude\n1,2\n", "needs one of the columns"),
    ],
)
def test_a_file_that_is_no_table_of_speeds_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        taken(body, first=None)


def test_a_table_of_places_tells_where_detectors_are() -> None:
    body = b"index,sensor_id,latitude,longitude,road\n0,773869,34.15497,-118.31829,osm-7\n1,767541,134,-118\n2,,1,1,\n"
    reading = taken(body)
    (place,) = reading.entities
    assert place["id"] == detector_id("la", "773869")
    assert place["location"]["value"]["coordinates"] == [-118.31829, 34.15497]
    assert place["refRoadSegment"]["object"] == "urn:ngsi-ld:RoadSegment:osm-7"
    assert [reject.row for reject in reading.rejects] == ["3", "4"]


def test_options_that_cannot_be_are_refused_by_name() -> None:
    profile = shipped_city("makassar")
    for wrong, name in (({"feed": "a b"}, "feed"), ({"minutes": 0.0}, "minutes"), ({"first": "noon"}, "noon")):
        with pytest.raises(ValueError, match=name):
            make(Options(**wrong), profile)  # type: ignore[arg-type]
    assert make(Options(replayed=True), profile).method == "replayed"
