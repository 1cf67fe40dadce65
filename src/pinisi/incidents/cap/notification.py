"""A message announced as GeoJSON over MQTT: the notification message of WIS 2.0 (WMO, WNM 1.0)."""

import base64
import hashlib
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
import shapely

from pinisi.incidents.cap.feeds import MEDIA_CAP
from pinisi.incidents.cap.force import NEVER, ends_at
from pinisi.incidents.cap.geometry import rings_of
from pinisi.incidents.cap.model import Alert
from pinisi.incidents.cap.moments import instant_of
from pinisi.vocabulary.instant import Instant, format_instant

CONFORMS = "http://wis.wmo.int/spec/wnm/1/conf/core"
MOST_INLINE = 4_096
"""Bytes of a message that may stand in its notification (WNM 7.1.7)."""


def topic_of(city: str) -> str:
    """The topic in the manner of WIS 2.0, below the city's own name."""
    return f"origin/a/wis2/{city}/data/core/weather/advisories-warnings"


def notification(alert: Alert, body: bytes, address: str, published: Instant) -> bytes:
    """`body` are the signed bytes that are found at `address`."""
    document: dict[str, Any] = {
        "id": str(uuid5(NAMESPACE_URL, f"{address}#{hashlib.sha256(body).hexdigest()}")),
        "conformsTo": [CONFORMS],
        "type": "Feature",
        "geometry": _ground(alert),
        "properties": _properties(alert, body, published),
        "links": [{"rel": "canonical", "type": MEDIA_CAP, "href": address, "length": len(body)}],
    }
    return msgspec.json.encode(document)


def _properties(alert: Alert, body: bytes, published: Instant) -> dict[str, Any]:
    digest = base64.b64encode(hashlib.sha512(body).digest()).decode()
    told: dict[str, Any] = {
        "data_id": f"{alert.sender}/{alert.identifier}",
        "pubtime": format_instant(published),
        "start_datetime": format_instant(instant_of(alert.sent) or published),
        "end_datetime": None if ends_at(alert) == NEVER else format_instant(ends_at(alert)),
        "integrity": {"method": "sha512", "value": digest},
    }
    if len(body) <= MOST_INLINE:
        told["content"] = {"encoding": "base64", "value": base64.b64encode(body).decode(), "size": len(body)}
    return told


def _ground(alert: Alert) -> dict[str, Any] | None:
    """One polygon, as WNM takes no other: of several outlines the box around them, of none nothing."""
    rings = [ring for info in alert.infos[:1] for ring in rings_of(info.areas)]
    if not rings:
        return None
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": [[list(point) for point in rings[0]]]}
    box = shapely.box(*shapely.MultiPoint([point for ring in rings for point in ring]).bounds)
    return msgspec.json.decode(shapely.to_geojson(box))
