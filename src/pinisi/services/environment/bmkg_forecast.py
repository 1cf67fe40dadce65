"""The forecast of BMKG for each village: one address a village code (`adm4`), steps of three hours."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from pinisi.city.facts import area_id
from pinisi.city.profile import Profile
from pinisi.city.text import fill
from pinisi.runtime.about import About
from pinisi.runtime.json_body import read_json
from pinisi.runtime.source import Card, Message, Reading, Reject, Source, SourceKind, Unreadable
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_place, told_relation, told_time
from pinisi.runtime.transports.http_fetch import Manners
from pinisi.runtime.transports.http_poll import HttpPoll
from pinisi.services.environment.models import FORECAST as DATASET
from pinisi.services.environment.models import QUANTITIES, WEATHER, Quantity
from pinisi.vocabulary.instant import HOUR, SECOND, Instant, format_instant

TEXTS = texts_of("pinisi.services.environment")
MEDIA = frozenset({"application/json", "text/json", "text/plain"})
STEP = 3 * HOUR
MOST_STEPS = 200


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`address` has `{adm4}` where the code stands. `villages`: codes; empty: every kelurahan of the city.

    Steps up to `hours` ahead are kept. `every` in seconds (BMKG renews twice a day); `per_minute` requests to the host.
    """

    address: str = "https://api.bmkg.go.id/publik/prakiraan-cuaca?adm4={adm4}"
    villages: tuple[str, ...] = ()
    hours: float = 24.0
    every: float = 21_600.0
    per_minute: float = 30.0
    inside: tuple[str, ...] = ()


class _Place(msgspec.Struct, frozen=True):
    adm4: str
    lat: float
    lon: float
    deskel: str = ""
    desa: str = ""


class _Group(msgspec.Struct, frozen=True):
    cuaca: list[list[Any]]


class _Answer(msgspec.Struct, frozen=True):
    lokasi: _Place
    data: list[Any]


class _BadStep(ValueError):
    """Field and value of a step that cannot be."""


def reader(hours: float) -> Callable[[Message], Reading]:
    def read(message: Message) -> Reading:
        answer = read_json(message, _Answer)
        place = answer.lokasi
        if not (abs(place.lat) <= 90 and abs(place.lon) <= 180 and place.adm4):
            raise Unreadable("lokasi: has no code, or lies off the Earth")
        entities: list[dict[str, Any]] = []
        rejects: list[Reject] = []
        sound: list[str] = []
        for number, step in enumerate(_steps(answer.data), start=1):
            try:
                at = _moment(step)
                if at + STEP <= message.received or at > message.received + round(hours * HOUR):
                    continue
                entities.append(_forecast(place, at, step))
                sound.append(f"{place.adm4} {number}")
            except _BadStep as bad:
                rejects.append(_reject(place, number, step, bad))
        return Reading(entities=entities, rejects=rejects, sound=sound)

    return read


def _steps(data: list[Any]) -> Iterator[Any]:
    """The steps one by one: they come in lists of a day inside `cuaca`, or plainly."""
    for entry in data[:MOST_STEPS]:
        if isinstance(entry, dict) and "cuaca" in entry:
            try:
                group = msgspec.convert(entry, _Group)
            except msgspec.ValidationError as error:
                raise Unreadable(f"data: {error}") from None
            yield from (step for day in group.cuaca[:MOST_STEPS] for step in day[:MOST_STEPS])
        else:
            yield entry


def _moment(step: Any) -> Instant:
    text = step.get("utc_datetime") if isinstance(step, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    try:
        return int(datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()) * SECOND  # pyright: ignore[reportUnknownArgumentType]
    except (ValueError, OverflowError):
        raise _BadStep("utc_datetime", text) from None  # pyright: ignore[reportUnknownArgumentType]


def _forecast(place: _Place, at: Instant, step: Mapping[str, Any]) -> dict[str, Any]:
    shown = format_instant(at)
    entity: dict[str, Any] = {
        "id": f"urn:ngsi-ld:WeatherForecast:bmkg-{place.adm4}-{shown[:16].replace('-', '').replace(':', '')}",
        "type": "WeatherForecast",
        "name": told(f"{place.deskel or place.desa or place.adm4} {shown[:10]} {shown[11:16]} UTC", shown),
        "partOf": told_relation(area_id(place.adm4), shown),
        "validFrom": told_time(at, shown),
        "validTo": told_time(at + STEP, shown),
        "location": told_place({"type": "Point", "coordinates": [place.lon, place.lat]}, shown),
        "expiresAt": format_instant(at + STEP),
    }
    for name, quantity in QUANTITIES.items():
        if step.get(name) is not None:
            entity[quantity.attribute] = told(_number(name, step[name], quantity), shown, quantity.unit, DATASET)
    if isinstance(code := step.get("weather"), int) and code in WEATHER:
        entity["weatherType"] = told(WEATHER[code], shown, dataset=DATASET)
    return entity


def _number(name: str, value: Any, quantity: Quantity) -> float:
    if type(value) not in (int, float) or not quantity.low <= value <= quantity.high:
        raise _BadStep(name, value)
    return value


def _reject(place: _Place, number: int, step: Any, bad: _BadStep) -> Reject:
    field, value = bad.args
    reason = fill(TEXTS["bad-value"], field=field, value=repr(value)[:60])
    raw = msgspec.json.encode(step).decode("utf-8", "replace")
    about = About(types=("WeatherForecast",), position=(place.lon, place.lat))
    return Reject(key=f"{place.adm4} {number}", row=str(number), field=field, reason=reason, raw=raw, about=about)


def make(options: Options, profile: Profile) -> Source:
    villages = options.villages or tuple(area.code for area in profile.areas if area.level == "kelurahan")
    if not villages:
        raise ValueError("villages: the city has no kelurahan with codes; list the codes (adm4) to ask for")
    if "{adm4}" not in options.address:
        raise ValueError("address: has no {adm4}, the place of the village's code")
    addresses = [options.address.replace("{adm4}", code) for code in villages]
    manners = Manners(per_minute=options.per_minute, most_bytes=1 << 20, media=MEDIA)
    return Source(
        id="bmkg-forecast",
        title=TEXTS["forecast"],
        card=Card(
            publisher="BMKG",
            licence="Open data",
            licence_note=TEXTS["licence-note"].id,
            url="https://data.bmkg.go.id/prakiraan-cuaca/",
            note=TEXTS["forecast-note"],
        ),
        transport=HttpPoll(addresses, options.every, manners=manners, inside=options.inside),
        read=reader(options.hours),
        every=options.every,
        method="forecast",
        blinds=TEXTS["forecast-blinds"],
    )


FORECAST = SourceKind(
    name="bmkg-forecast", title=TEXTS["forecast"], options=Options, make=make, writes=("WeatherForecast",)
)
