"""The archive of PetaBencana.id: citizen reports (GeoJSON) and hourly pictures of flooded neighbourhoods.

All its times are local (UTC+7) and say so nowhere but in its README. Photo links are left out: they lead to people's
pictures on other hosts. What names or reaches a person in a text (handles, numbers, mail) is masked.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast, get_args

from pinisi.services.flood.models import Channel, FloodReport, FloodStateChange, State
from pinisi.vocabulary.instant import Instant, format_instant, parse_instant

WIB = timezone(timedelta(hours=7))
DEEPEST_CM = 1_000
_CHANNELS: Mapping[str, Channel] = {"qlue": "qlue", "grasp": "petabencana", "detik": "detik"}
_HANDLE = re.compile(r"(?<![\w.])@\s?[\w.]+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_LINK = re.compile(r"https?://\S+")
_NUMBER = re.compile(r"(?<!\d)\+?\d(?:[ .-]?\d){8,}(?!\d)")
_EMOJI = re.compile(r"\\u(1f[0-9a-f]{3})", re.IGNORECASE)
_STATES = frozenset(get_args(State))


class NotOfTheArchive(ValueError):
    """A feature or line that cannot be read: names the field and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def report_of(feature: Mapping[str, Any]) -> FloodReport:
    """A feature of `petabencana.id_jbd_reports_DAY.geojson`.

    The archive gives reports no number, so the id is a hash of time, place, channel and text: the same report has the
    same id in every import.

    Raises:
        NotOfTheArchive: time, place or channel are missing or cannot be.
    """
    properties = _members(feature, "properties")
    channel = _CHANNELS.get(str(properties.get("source")))
    if channel is None:
        raise NotOfTheArchive("source", f"{properties.get('source')!r} is none of {', '.join(_CHANNELS)}")
    lon, lat = _point(feature)
    text = properties.get("text")
    key = repr((properties.get("created_at"), lon, lat, channel, text))
    return FloodReport(
        id=f"petabencana-{hashlib.sha256(key.encode()).hexdigest()[:12]}",
        at=format_instant(_instant("created_at", properties.get("created_at"))),
        channel=channel,
        lon=lon,
        lat=lat,
        title=_said(properties.get("title")),
        text=_said(text),
        depth_cm=_depth(properties.get("report_data")),
    )


def change_of(line: Mapping[str, Any]) -> FloodStateChange:
    """A line of `state_changes.jsonl`, what one hourly picture (`snapshot`) shows anew.

    `changed` is when the agency set a state; the end of a flood has no such time, so there the picture's own counts.

    Raises:
        NotOfTheArchive: area, state or time are missing or cannot be.
    """
    area = line.get("geom_id")
    if not isinstance(area, int) or isinstance(area, bool):
        raise NotOfTheArchive("geom_id", f"{area!r} is no number")
    state = line.get("state")
    if type(state) is not int or state not in _STATES:
        raise NotOfTheArchive("state", f"{state!r} is not 0 to 4")
    known = _instant("snapshot", line.get("snapshot"))
    changed = line.get("changed")
    at = known if changed is None else _instant("changed", changed)
    if at > known:
        raise NotOfTheArchive("changed", f"{changed} lies after the picture that shows it, {line.get('snapshot')}")
    return FloodStateChange(
        area=f"jakarta-{area}",
        state=cast("State", state),
        at=format_instant(at),
        known_at=format_instant(known),
        exact=changed is not None,
    )


def masked(text: str) -> str:
    """A citizen's text without what names or reaches a person; pictures that the archive wrote as codes are mended."""
    whole = _EMOJI.sub(lambda code: chr(int(code[1], 16)), text)
    return _NUMBER.sub("…", _HANDLE.sub("@…", _MAIL.sub("…", _LINK.sub("…", whole))))


def _said(value: object) -> str | None:
    text = masked(value).strip() if isinstance(value, str) else ""
    return text or None


def _members(feature: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = feature.get(name)
    if not isinstance(found, Mapping):
        raise NotOfTheArchive(name, "is no object")
    return cast("Mapping[str, Any]", found)


def _point(feature: Mapping[str, Any]) -> tuple[float, float]:
    geometry = _members(feature, "geometry")
    coordinates: Any = geometry.get("coordinates")
    try:
        lon, lat = (float(number) for number in coordinates[:2])
    except (TypeError, ValueError, KeyError):
        raise NotOfTheArchive("geometry", "is no point") from None
    if geometry.get("type") != "Point" or not (abs(lon) <= 180 and abs(lat) <= 90):
        raise NotOfTheArchive("geometry", f"{lon}, {lat} is no longitude and latitude of a point")
    return lon, lat


def _depth(data: object) -> int | None:
    """Centimetres; None where nothing is said, or what no citizen measured."""
    said = cast("Mapping[str, Any]", data).get("flood_depth") if isinstance(data, Mapping) else None
    if said is None:
        return None
    if type(said) is not int or not 0 <= said <= DEEPEST_CM:
        raise NotOfTheArchive("flood_depth", f"{said!r} is no depth in centimetres up to {DEEPEST_CM}")
    return said


def _instant(field: str, text: object) -> Instant:
    try:
        local = datetime.fromisoformat(str(text))
        utc = local.replace(tzinfo=local.tzinfo or WIB).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotOfTheArchive(field, f"{text!r} is no time") from None
    return parse_instant(utc.replace(tzinfo=None).isoformat() + "Z")
