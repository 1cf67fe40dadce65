"""From the bytes of a GTFS-Realtime feed to its values; an entity that cannot be read leaves the others alone."""

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
from pinisi.services.mobility.engine.gtfs_rt.wire import Fields, NoMessage

MOST_ENTITIES = 50_000
MOST_STOPS = 500
"""Stops of one trip, and whom one alert is about."""


def read_realtime(body: bytes) -> Feed:
    """
    Raises:
        NoMessage: the bytes are no feed, or it has too many entities.
    """
    message = Fields(body)
    header = message.message(1)
    if header is None or not header.text(1):
        raise NoMessage("the header is missing: this is no GTFS-Realtime feed")
    entities: list[Entity] = []
    faults: list[tuple[int, str]] = []
    for place, raw in enumerate(message.raw(2), start=1):
        if place > MOST_ENTITIES:
            raise NoMessage(f"holds more than {MOST_ENTITIES:,} entities")
        try:
            entities.append(_entity(Fields(raw)))
        except NoMessage as error:
            faults.append((place, str(error)))
    return Feed(
        version=header.text(1),
        at=header.unsigned(3),
        entities=tuple(entities),
        differential=header.unsigned(2) == 1,
        faults=tuple(faults),
    )


def _entity(fields: Fields) -> Entity:
    update, vehicle, alert = fields.message(3), fields.message(4), fields.message(5)
    return Entity(
        id=fields.text(1),
        deleted=bool(fields.unsigned(2)),
        trip_update=None if update is None else _update(update),
        vehicle=None if vehicle is None else _vehicle(vehicle),
        alert=None if alert is None else _alert(alert),
    )


def _trip(fields: Fields | None) -> TripNamed | None:
    if fields is None:
        return None
    return TripNamed(
        trip=fields.text(1),
        route=fields.text(5),
        direction=fields.unsigned(6),
        start_time=fields.text(2),
        start_date=fields.text(3),
        relation=fields.unsigned(4),
    )


def _update(fields: Fields) -> TripUpdate:
    vehicle = fields.message(3)
    stops = [_stop(each) for each, _ in zip(fields.messages(2), range(MOST_STOPS), strict=False)]
    return TripUpdate(
        trip=_trip(fields.message(1)) or TripNamed(),
        vehicle="" if vehicle is None else vehicle.text(1),
        stops=tuple(stops),
        at=fields.unsigned(4),
        delay=fields.signed(5),
    )


def _stop(fields: Fields) -> StopUpdate:
    return StopUpdate(
        sequence=fields.unsigned(1),
        stop=fields.text(4),
        arrival=_expected(fields.message(2)),
        departure=_expected(fields.message(3)),
        relation=fields.unsigned(5) or 0,
    )


def _expected(fields: Fields | None) -> Expected | None:
    return None if fields is None else Expected(delay=fields.signed(1), at=fields.signed(2))


def _vehicle(fields: Fields) -> VehiclePosition:
    place, named = fields.message(2), fields.message(8)
    return VehiclePosition(
        vehicle="" if named is None else named.text(1),
        label="" if named is None else named.text(2),
        trip=_trip(fields.message(1)),
        lat=None if place is None else place.single(1),
        lon=None if place is None else place.single(2),
        bearing=None if place is None else place.single(3),
        speed=None if place is None else place.single(5),
        stop=fields.text(7),
        sequence=fields.unsigned(3),
        standing=fields.unsigned(4),
        at=fields.unsigned(5),
    )


def _alert(fields: Fields) -> Alert:
    informed = [_informed(each) for each, _ in zip(fields.messages(5), range(MOST_STOPS), strict=False)]
    return Alert(
        periods=tuple((each.unsigned(1), each.unsigned(2)) for each in fields.messages(1)),
        informed=tuple(informed),
        cause=fields.unsigned(6) or 1,
        effect=fields.unsigned(7) or 8,
        header=_texts(fields.message(10)),
        description=_texts(fields.message(11)),
    )


def _informed(fields: Fields) -> Informed:
    return Informed(agency=fields.text(1), route=fields.text(2), stop=fields.text(5), trip=_trip(fields.message(4)))


def _texts(fields: Fields | None) -> dict[str, str]:
    return {} if fields is None else {each.text(2): each.text(1) for each in fields.messages(1)}
