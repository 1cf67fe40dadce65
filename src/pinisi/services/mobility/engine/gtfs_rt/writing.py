"""A GTFS-Realtime feed as bytes: version 2.0, the whole state (`FULL_DATASET`)."""

from collections.abc import Mapping

from pinisi.services.mobility.engine.gtfs_rt.message import (
    Alert,
    Entity,
    Expected,
    Feed,
    Informed,
    StopUpdate,
    TripNamed,
    TripUpdate,
    VehiclePosition,
)
from pinisi.services.mobility.engine.gtfs_rt.wire import message, messages, number, single, text, written

FULL_DATASET = 0


def write_realtime(feed: Feed) -> bytes:
    header = written(text(1, feed.version), number(2, int(feed.differential)), number(3, feed.at))
    return message(1, header) + messages(2, [_entity(each) for each in feed.entities])


def _entity(entity: Entity) -> bytes:
    body = text(1, entity.id) + number(2, 1 if entity.deleted else None)
    if entity.trip_update is not None:
        body += message(3, _update(entity.trip_update))
    if entity.vehicle is not None:
        body += message(4, _vehicle(entity.vehicle))
    if entity.alert is not None:
        body += message(5, _alert(entity.alert))
    return body


def _trip(trip: TripNamed) -> bytes:
    return written(
        text(1, trip.trip),
        text(2, trip.start_time),
        text(3, trip.start_date),
        number(4, trip.relation),
        text(5, trip.route),
        number(6, trip.direction),
    )


def _update(update: TripUpdate) -> bytes:
    return written(
        message(1, _trip(update.trip)),
        messages(2, [_stop(each) for each in update.stops]),
        message(3, text(1, update.vehicle)) if update.vehicle else b"",
        number(4, update.at),
        number(5, update.delay),
    )


def _stop(stop: StopUpdate) -> bytes:
    return written(
        number(1, stop.sequence),
        message(2, _expected(stop.arrival)) if stop.arrival is not None else b"",
        message(3, _expected(stop.departure)) if stop.departure is not None else b"",
        text(4, stop.stop),
        number(5, stop.relation or None),
    )


def _expected(expected: Expected) -> bytes:
    return number(1, expected.delay) + number(2, expected.at)


def _vehicle(vehicle: VehiclePosition) -> bytes:
    place = written(
        single(1, vehicle.lat), single(2, vehicle.lon), single(3, vehicle.bearing), single(5, vehicle.speed)
    )
    return written(
        message(1, _trip(vehicle.trip)) if vehicle.trip is not None else b"",
        message(2, place),
        number(3, vehicle.sequence),
        number(4, vehicle.standing),
        number(5, vehicle.at),
        text(7, vehicle.stop),
        message(8, text(1, vehicle.vehicle) + text(2, vehicle.label)),
    )


def _alert(alert: Alert) -> bytes:
    return written(
        messages(1, [number(1, begin) + number(2, end) for begin, end in alert.periods]),
        messages(5, [_informed(each) for each in alert.informed]),
        number(6, alert.cause),
        number(7, alert.effect),
        message(10, _texts(alert.header)) if alert.header else b"",
        message(11, _texts(alert.description)) if alert.description else b"",
    )


def _informed(informed: Informed) -> bytes:
    return written(
        text(1, informed.agency),
        text(2, informed.route),
        message(4, _trip(informed.trip)) if informed.trip is not None else b"",
        text(5, informed.stop),
    )


def _texts(texts: Mapping[str, str]) -> bytes:
    return messages(1, [text(1, words) + text(2, language) for language, words in texts.items()])
