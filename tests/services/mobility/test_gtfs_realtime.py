"""GTFS-Realtime in and out: against the official bindings, damage of every byte, and a public validator."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from google.transit import gtfs_realtime_pb2 as official
from gtfs_feeds import feed
from gtfs_rt_validator.api import Mode, Request, resolve_roles, validate
from realtime_feeds import AT, message

from pinisi.context.payload import read_entity
from pinisi.runtime.known import Known
from pinisi.runtime.source import Message, Reading, Unreadable
from pinisi.services.mobility.engine.gtfs_rt.reading import read_realtime
from pinisi.services.mobility.engine.gtfs_rt.wire import NoMessage
from pinisi.services.mobility.engine.gtfs_rt.writing import write_realtime
from pinisi.services.mobility.gtfs_zip import zipped
from pinisi.services.mobility.transit.live_entities import live_entities
from pinisi.services.mobility.transit.live_out import Names, alerts_feed, arrivals_feed, positions_feed
from pinisi.services.mobility.transit.live_source import reader
from pinisi.services.mobility.transit.timetable_entity import rows_of
from pinisi.services.mobility.transit.trip_book import TripBook, book_of
from pinisi.testing.sources import pinisi_table
from pinisi.vocabulary.instant import MINUTE, SECOND

RECEIVED = AT * SECOND
SAMPLE = Path(__file__).parents[1] / "mobility_examples" / "realtime.pb"
BOOK: TripBook = book_of(rows_of(zipped(feed())))
TABLE = pinisi_table()


def taken(book: TripBook | None = BOOK, body: bytes = SAMPLE.read_bytes()) -> Reading:
    return live_entities("x", read_realtime(body), RECEIVED, book)


def of_type(reading: Reading, type: str) -> dict[str, Mapping[str, Any]]:
    return {each["id"].rpartition(":")[2]: each for each in reading.entities if each["type"] == type}


def known(reading: Reading, type: str, method: str = "measured") -> list[Known]:
    """As the context keeps them: with the method of the source where they say none."""
    found: list[Known] = []
    for entity in of_type(reading, type).values():
        marked = {
            name: {"method": {"type": "Property", "value": method}, **value} if isinstance(value, dict) else value
            for name, value in entity.items()
        }
        found.append(Known(read_entity(marked, TABLE), TABLE))
    return found


def test_the_sample_is_what_the_official_bindings_write() -> None:
    assert SAMPLE.read_bytes() == message().SerializeToString(deterministic=True)


def test_what_is_read_is_written_again_as_the_official_bindings_read_it() -> None:
    again = official.FeedMessage.FromString(write_realtime(read_realtime(SAMPLE.read_bytes())))
    sent = message()
    for entity in sent.entity:
        if entity.HasField("vehicle"):
            entity.vehicle.vehicle.ClearField("license_plate")
    assert again.header == sent.header
    assert list(again.entity) == list(sent.entity)


def test_a_vehicle_has_place_bearing_speed_line_and_its_own_time() -> None:
    bus = of_type(taken(), "Vehicle")["bus-7"]
    assert bus["location"]["value"]["coordinates"] == [119.415, -5.125]
    assert bus["location"]["observedAt"] == "2026-02-16T05:59:40Z"
    assert (bus["bearing"]["value"], bus["speed"]["value"], bus["speed"]["unitCode"]) == (45.0, 30.6, "KMH")
    assert (bus["lineName"]["value"], bus["tripState"]["value"]) == ("A", "known")
    assert bus["refGtfsStop"]["object"] == "urn:ngsi-ld:GtfsStop:x:b"
    assert bus["expiresAt"] == "2026-02-16T06:29:40Z"


def test_no_licence_plate_is_taken() -> None:
    assert "DD 1234 XY" not in repr(taken().entities)


def test_a_trip_that_the_timetable_does_not_know_is_said_so() -> None:
    assert of_type(taken(), "Vehicle")["bus-8"]["tripState"]["value"] == "unknown"
    assert of_type(taken(book=None), "Vehicle")["bus-8"]["tripState"]["value"] == "unchecked"
    feed_message = message()
    feed_message.entity[2].trip_update.trip.trip_id = "ghost"
    reading = taken(body=feed_message.SerializeToString())
    assert [(each.field, each.reason.en) for each in reading.rejects] == [
        ("trip_id", "The trip ghost is not in the timetable.")
    ]


def test_an_arrival_is_that_at_the_next_stop_and_a_forecast() -> None:
    (arrival,) = of_type(taken(), "ArrivalEstimation").values()
    assert arrival["refGtfsStop"]["object"].endswith(":b")
    assert arrival["expectedArrival"]["value"]["@value"] == "2026-02-16T06:05:00Z"
    assert (arrival["delay"]["value"], arrival["delay"]["method"]["value"]) == (-90, "forecast")


def test_an_alert_names_lines_stops_cause_and_effect() -> None:
    (alert,) = of_type(taken(), "TransitAlert").values()
    assert alert["name"]["value"] == "Pekerjaan jalan"
    assert (alert["affectedLines"]["value"], alert["affectedStops"]["value"]) == ("A", "b")
    assert (alert["alertCause"]["value"], alert["alertEffect"]["value"]) == ("construction", "detour")
    assert "validTo" not in alert


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda said: setattr(said, "timestamp", AT + 3_600), "timestamp"),
        (lambda said: setattr(said, "timestamp", AT - 3_600), "timestamp"),
        (lambda said: said.ClearField("position"), "position"),
        (lambda said: setattr(said.position, "latitude", 95.0), "position"),
        (lambda said: setattr(said.position, "longitude", float("nan")), "position"),
    ],
)
def test_a_vehicle_that_cannot_be_is_refused_by_its_field(change: Any, field: str) -> None:
    said = message()
    change(said.entity[0].vehicle)
    reading = taken(body=said.SerializeToString())
    assert [each.field for each in reading.rejects] == [field]
    assert set(of_type(reading, "Vehicle")) == {"bus-8"}


def test_one_damaged_entity_leaves_the_others_alone() -> None:
    whole = message()
    damaged = whole.SerializeToString(deterministic=True).replace(b"bus-8", b"bus\xff8", 1)
    reading = taken(body=damaged)
    assert set(of_type(reading, "Vehicle")) >= {"bus-7"}
    assert "is no text in UTF-8" in reading.rejects[-1].reason.en


def test_every_byte_may_be_cut_or_turned_and_nothing_else_is_raised() -> None:
    body = SAMPLE.read_bytes()
    spoilt = [body[:at] for at in range(len(body))]
    spoilt += [
        body[:at] + bytes([body[at] ^ turn]) + body[at + 1 :] for at in range(len(body)) for turn in (1, 128, 255)
    ]
    for each in spoilt:
        try:
            live_entities("x", read_realtime(each), RECEIVED, BOOK)
        except NoMessage as error:
            assert str(error)


def test_what_is_no_feed_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="no GTFS-Realtime feed"):
        reader("x")(Message(body=b"", origin="the test", received=RECEIVED))


def judged(tmp_path: Path, **feeds: bytes) -> list[str]:
    """Errors of the public validator; the service of the timetable runs until 2027."""
    (tmp_path / "feed.zip").write_bytes(zipped(feed()))
    roles: dict[str, Any] = {}
    for role, body in feeds.items():
        (tmp_path / f"{role}.pb").write_bytes(body)
        roles[role] = str(tmp_path / f"{role}.pb")
    result = validate(Request(mode=Mode.MODERN, gtfs=tmp_path / "feed.zip", inputs=resolve_roles(roles)))
    return list(result.error_ids())


NAMES = Names("x", BOOK)


def test_the_citys_own_feed_passes_a_public_validator(tmp_path: Path) -> None:
    reading = taken()
    positions = positions_feed(known(reading, "Vehicle"), NAMES, RECEIVED)
    arrivals = arrivals_feed(known(reading, "ArrivalEstimation", "forecast"), NAMES, RECEIVED)
    alerts = alerts_feed([LINE], [CLOSED], NAMES, RECEIVED)
    assert (len(positions.entities), len(arrivals.entities), len(alerts.entities)) == (2, 1, 1)
    errors = judged(tmp_path, vp=write_realtime(positions), tu=write_realtime(arrivals), sa=write_realtime(alerts))
    assert errors == []


def test_the_validator_finds_a_feed_that_is_wrong(tmp_path: Path) -> None:
    wrong = message()
    wrong.entity[2].trip_update.trip.trip_id = "ghost"
    wrong.entity[2].trip_update.stop_time_update[1].stop_sequence = 1
    assert "E003" in judged(tmp_path, tu=wrong.SerializeToString())


def test_a_vehicle_goes_out_as_it_came_in() -> None:
    out = official.FeedMessage.FromString(
        write_realtime(positions_feed(known(taken(), "Vehicle"), NAMES, RECEIVED + MINUTE))
    )
    said = {entity.vehicle.vehicle.id: entity.vehicle for entity in out.entity}
    bus = said["bus-7"]
    assert (bus.trip.trip_id, bus.trip.route_id, bus.stop_id, bus.timestamp) == ("t", "A", "b", AT - 20)
    assert (round(bus.position.latitude, 4), bus.position.bearing, round(bus.position.speed, 2)) == (-5.125, 45.0, 8.5)
    assert not said["bus-8"].HasField("trip")


@pytest.mark.parametrize("method", ["simulated", "replayed"])
def test_what_is_made_up_is_not_told_to_the_world(method: str) -> None:
    assert positions_feed(known(taken(), "Vehicle", method), NAMES, RECEIVED).entities == ()


def test_an_old_position_is_not_told() -> None:
    assert positions_feed(known(taken(), "Vehicle"), NAMES, RECEIVED + 31 * MINUTE).entities == ()


def thing(type: str, ground: Any, **more: Any) -> Known:
    told = {name: {"type": "Property", "value": value} for name, value in more.items()}
    place = {"type": "GeoProperty", "value": ground}
    id = "urn:ngsi-ld:GtfsRoute:x:A" if type == "GtfsRoute" else f"urn:ngsi-ld:{type}:x"
    return Known(read_entity({"id": id, "type": type, "location": place, **told}, TABLE), TABLE)


LINE = thing("GtfsRoute", {"type": "MultiLineString", "coordinates": [[[119.41, -5.13], [119.43, -5.11]]]})
CLOSED = thing("RoadClosure", {"type": "Point", "coordinates": [119.42, -5.12]}, reason="Galian pipa")


def test_a_closed_road_on_a_line_is_an_alert_of_that_line() -> None:
    (entity,) = alerts_feed([LINE], [CLOSED], NAMES, RECEIVED).entities
    assert entity.alert is not None
    assert [each.route for each in entity.alert.informed] == ["A"]
    assert entity.alert.description == {"": "Galian pipa"}
    assert entity.alert.header["id"] == "Jalan tertutup di jalur ini"


def test_a_closed_road_elsewhere_or_open_again_is_none() -> None:
    away = thing("RoadClosure", {"type": "Point", "coordinates": [119.43, -5.12]})
    again = thing("RoadClosure", {"type": "Point", "coordinates": [119.42, -5.12]}, closureState="over")
    ours = thing("RoadClosure", {"type": "Point", "coordinates": [119.42, -5.12]}, closedTo=["motorcycle"])
    assert alerts_feed([LINE], [away, again, ours], NAMES, RECEIVED).entities == ()
