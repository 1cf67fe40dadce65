"""A detector as the house hears it: speeds that go up and down with the day, in km/h."""

from typing import Any

from pinisi.vocabulary.instant import MINUTE, Instant, format_instant

DETECTOR = "urn:ngsi-ld:TrafficFlowObserved:pettarani"
PLACE = {"type": "LineString", "coordinates": [[119.438, -5.148], [119.437, -5.160]]}


def speed_at(at: Instant) -> float:
    """Slow from 07 to 09 in Makassar, else free, and never quite the same."""
    minute = at // MINUTE
    hour = (minute // 60 + 8) % 24
    return (18.0 if 7 <= hour < 9 else 48.0) + minute // 5 % 7 * 0.5


def observed(at: Instant, speed: Any = None, detector: str = DETECTOR, **told: Any) -> dict[str, Any]:
    measured = {"method": {"type": "Property", "value": "measured"}, "observedAt": format_instant(at)}
    value = speed_at(at) if speed is None else speed
    return {
        "id": detector,
        "type": "TrafficFlowObserved",
        "name": {"type": "Property", "value": "Jalan AP Pettarani", **measured},
        "averageVehicleSpeed": {"type": "Property", "value": value, "unitCode": "KMH", **measured},
        "location": {"type": "GeoProperty", "value": PLACE},
        **{name: {"type": "Property", "value": each, **measured} for name, each in told.items()},
    }


def story(count: int, end: Instant) -> tuple[dict[str, Any], ...]:
    """Values of five minutes up to and with `end`."""
    return tuple(observed(end - (count - 1 - number) * 5 * MINUTE) for number in range(count))


def traffic(state: str, at: Instant, road: str = "pettarani", **told: Any) -> dict[str, Any]:
    """What `road-usual` and `road-state` have said of a detector."""
    when = {"observedAt": format_instant(at)}
    return {
        "id": f"urn:ngsi-ld:RoadTraffic:{road}",
        "type": "RoadTraffic",
        "refObserved": {"type": "Relationship", "object": f"urn:ngsi-ld:TrafficFlowObserved:{road}", **when},
        "freeSpeed": {"type": "Property", "value": 50.0, "unitCode": "KMH", **when},
        "trafficState": {"type": "Property", "value": state, **when},
        **{name: {"type": "Property", "value": each, **when} for name, each in told.items()},
    }
