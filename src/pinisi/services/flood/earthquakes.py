"""Earthquakes as BMKG tells them: the newest one, those of magnitude 5 and more, those that were felt.

The three files tell of the same events in one shape; an event is known by its time.
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec

from pinisi.city.profile import Profile
from pinisi.city.text import fill
from pinisi.runtime.about import About
from pinisi.runtime.json_body import read_json
from pinisi.runtime.source import Message, Reading, Reject, Source, SourceKind
from pinisi.runtime.transports.http_fetch import Manners
from pinisi.runtime.transports.http_poll import HttpPoll
from pinisi.services.flood.bmkg_warnings import TEXTS, bmkg_card
from pinisi.vocabulary.instant import format_instant

ADDRESSES = tuple(
    f"https://data.bmkg.go.id/DataMKG/TEWS/{name}.json" for name in ("autogempa", "gempaterkini", "gempadirasakan")
)
MEDIA = frozenset({"application/json", "text/json", "text/plain", "application/octet-stream"})
EARTH_KM = 6_371.0


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Events within `within_km` of the middle of the city's view, and elsewhere those of at least `elsewhere`.

    They stay on the map for `days`. `every` in seconds, `per_minute` requests to the host at most.
    """

    addresses: tuple[str, ...] = ADDRESSES
    within_km: float = 1_000.0
    elsewhere: float = 7.0
    days: float = 7.0
    every: float = 120.0
    per_minute: float = 30.0
    inside: tuple[str, ...] = ()


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the files write it: all is text."""

    DateTime: str
    Coordinates: str
    Magnitude: str
    Kedalaman: str = ""
    Wilayah: str = ""
    Potensi: str = ""
    Dirasakan: str = ""


class _Inside(msgspec.Struct, frozen=True):
    gempa: dict[str, Any] | list[Any]


class _File(msgspec.Struct, frozen=True):
    Infogempa: _Inside


_ABOUT = About(types=("Earthquake",))


class _NotAnEvent(ValueError):
    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text[:60]!r}")
        self.field = field
        self.text = text[:60]


def reader(options: Options, middle: tuple[float, float]) -> Callable[[Message], Reading]:
    """`middle`: longitude and latitude from which distances count."""

    def read(message: Message) -> Reading:
        told = read_json(message, _File).Infogempa.gempa
        rows = told if isinstance(told, list) else [told]
        entities: list[dict[str, Any]] = []
        rejects: list[Reject] = []
        sound: list[str] = []
        for number, row in enumerate(rows, start=1):
            try:
                entity, far, magnitude = _quake(row, options, middle)
            except _NotAnEvent as bad:
                rejects.append(_reject(number, row, bad, message))
                continue
            sound.append(_key(number, row, message))
            if entity["expiresAt"] <= format_instant(message.received):
                continue
            if far <= options.within_km or magnitude >= options.elsewhere:
                entities.append(entity)
        return Reading(entities=entities, rejects=rejects, sound=sound)

    return read


def _quake(row: Any, options: Options, middle: tuple[float, float]) -> tuple[dict[str, Any], float, float]:
    """The entity, its distance in kilometres, its magnitude."""
    try:
        event = msgspec.convert(row, _Event)
    except msgspec.ValidationError as error:
        raise _NotAnEvent(_field(str(error)), str(error)) from None
    at = _moment(event.DateTime)
    lon, lat = _position(event.Coordinates)
    magnitude = _number("Magnitude", event.Magnitude, 0.0, 10.0)
    shown = at.replace(tzinfo=None).isoformat() + "Z"
    entity: dict[str, Any] = {
        "id": f"urn:ngsi-ld:Earthquake:bmkg-{at:%Y%m%dT%H%M%S}",
        "type": "Earthquake",
        "name": _value(event.Wilayah or f"M {event.Magnitude}", shown),
        "magnitude": _value(magnitude, shown),
        "location": {
            "type": "GeoProperty",
            "value": {"type": "Point", "coordinates": [lon, lat]},
            "observedAt": shown,
        },
        "expiresAt": (at + timedelta(days=options.days)).replace(tzinfo=None).isoformat() + "Z",
    }
    if event.Kedalaman:
        depth = _number("Kedalaman", event.Kedalaman.lower().removesuffix("km").strip(), 0.0, 1_000.0)
        entity["depth"] = _value(depth, shown) | {"unitCode": "KMT"}
    if event.Potensi:
        entity["tsunamiPotential"] = _value(event.Potensi, shown)
    if event.Dirasakan.strip(" -"):
        entity["felt"] = _value(event.Dirasakan, shown)
    return entity, _distance_km((lon, lat), middle), magnitude


def _value(value: str | float, at: str) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": at}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or not 1900 <= moment.year <= 2200:
            raise ValueError(text)
        return moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise _NotAnEvent("DateTime", text) from None


def _position(text: str) -> tuple[float, float]:
    """Longitude and latitude of `lat,lon`."""
    lat, _, lon = text.partition(",")
    return _number("Coordinates", lon, -180.0, 180.0), _number("Coordinates", lat, -90.0, 90.0)


def _number(field: str, text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _NotAnEvent(field, text) from None
    if not low <= value <= high:
        raise _NotAnEvent(field, text)
    return value


def _field(words: str) -> str:
    return words.rpartition("`$.")[2].strip("`") if "`$." in words else words.partition("`")[2].partition("`")[0]


def _distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great circle (haversine)."""
    (lon1, lat1), (lon2, lat2) = ([math.radians(value) for value in each] for each in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def _key(number: int, row: Any, message: Message) -> str:
    """An event of a file by its time; by its number where it has none."""
    named = cast("Mapping[str, Any]", row).get("DateTime") if isinstance(row, dict) else None
    return f"{message.origin.rpartition('/')[2]} {named or number}"[:400]


def _reject(number: int, row: Any, bad: _NotAnEvent, message: Message) -> Reject:
    reason = fill(TEXTS["bad-value"], field=bad.field, value=repr(bad.text))
    raw = msgspec.json.encode(row).decode("utf-8", "replace")
    return Reject(
        key=_key(number, row, message), row=str(number), field=bad.field, reason=reason, raw=raw, about=_ABOUT
    )


def make(options: Options, profile: Profile) -> Source:
    west, south, east, north = profile.city.view.bounds
    manners = Manners(per_minute=options.per_minute, most_bytes=1 << 20, media=MEDIA)
    return Source(
        id="bmkg-earthquakes",
        title=TEXTS["earthquakes"],
        card=bmkg_card("earthquakes-note", "https://data.bmkg.go.id/gempabumi/"),
        transport=HttpPoll(options.addresses, options.every, manners=manners, inside=options.inside),
        read=reader(options, ((west + east) / 2, (south + north) / 2)),
        every=options.every,
        method="measured",
        blinds=TEXTS["earthquakes-blinds"],
    )


EARTHQUAKES = SourceKind(
    name="bmkg-earthquakes", title=TEXTS["earthquakes"], options=Options, make=make, writes=("Earthquake",)
)
