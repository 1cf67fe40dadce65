"""GTFS-Realtime feeds written by the official bindings, about the timetable of `gtfs_feeds.SOUND`."""

from google.transit import gtfs_realtime_pb2 as official

AT = 1_771_221_600
"""2026-02-16T06:00:00Z: what the samples of all sources were received at."""


def message(at: int = AT) -> official.FeedMessage:
    """Two vehicles (one on a trip that there is not), a delay, an alert without an end."""
    feed = official.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    feed.header.incrementality = official.FeedHeader.FULL_DATASET
    feed.header.timestamp = at
    _vehicle(feed, "bus-7", "t", at - 20)
    _vehicle(feed, "bus-8", "nobody knows", at - 40)
    update = feed.entity.add(id="u1").trip_update
    update.trip.trip_id, update.timestamp = "t", at - 10
    update.vehicle.id = "bus-7"
    for sequence, stop, late in ((1, "a", -600), (2, "b", 300), (3, "c", 900)):
        told = update.stop_time_update.add(stop_sequence=sequence, stop_id=stop)
        told.arrival.time, told.arrival.delay = at + late, -90
    alert = feed.entity.add(id="a1").alert
    alert.active_period.add(start=at - 3_600)
    alert.informed_entity.add(route_id="A")
    alert.informed_entity.add(stop_id="b")
    alert.cause, alert.effect = official.Alert.CONSTRUCTION, official.Alert.DETOUR
    for language, words in (("en", "Road works"), ("id", "Pekerjaan jalan")):
        alert.header_text.translation.add(text=words, language=language)
    return feed


def _vehicle(feed: official.FeedMessage, name: str, trip: str, at: int) -> None:
    said = feed.entity.add(id=f"v-{name}").vehicle
    said.vehicle.id, said.vehicle.label, said.vehicle.license_plate = name, f"Bus {name}", "DD 1234 XY"
    said.trip.trip_id = trip
    said.position.latitude, said.position.longitude = -5.125, 119.415
    said.position.bearing, said.position.speed = 45.0, 8.5
    said.stop_id, said.current_status, said.timestamp = "b", 2, at


if __name__ == "__main__":
    from pathlib import Path

    goal = Path(__file__).parents[1] / "mobility_examples" / "realtime.pb"
    goal.write_bytes(message().SerializeToString(deterministic=True))
