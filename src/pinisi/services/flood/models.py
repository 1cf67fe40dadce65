"""What the flood service knows, as entities.

No model of Smart Data Models fits: FloodMonitoring is a gauge at a river (dataModel.Environment), IssueReporting a
case of a helpdesk. So both types are Pinisi's own; `description` is the term of the core @context (Dublin Core).
"""

from typing import Literal

import msgspec

from pinisi.city.facts import Entity, Origin, fact, place

REPORT, AREA, ESTIMATE = "FloodReport", "FloodArea", "FloodEstimate"
State = Literal[0, 1, 2, 3, 4]
"""0 not flooded, 1 flooded by an unknown depth, 2 by 10 to 70 cm, 3 by 71 to 150 cm, 4 deeper: the classes that BPBD
DKI Jakarta sets in PetaBencana.id."""
Channel = Literal["qlue", "petabencana", "detik"]
LONGEST_NAME = 80


class FloodReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one citizen said of water at one place.

    Args:
        id: the last part of the entity's id.
        at: when it was said, UTC.
        channel: the city's application Qlue, a card of PetaBencana.id, or the news site Detik.
        text: as written, without what names or reaches a person.
        depth_cm: as the citizen guessed it.
    """

    id: str
    at: str
    channel: Channel
    lon: float
    lat: float
    title: str | None = None
    text: str | None = None
    depth_cm: int | None = None


class FloodStateChange(msgspec.Struct, frozen=True, kw_only=True):
    """The agency set the state of one neighbourhood (RW).

    Args:
        area: the last part of the entity's id.
        at: since when it holds, UTC.
        known_at: when it was first to be seen, UTC; not before `at`.
        exact: False where `at` is only the first hourly picture that shows the state.
    """

    area: str
    state: State
    at: str
    known_at: str
    exact: bool


def report_id(id: str) -> str:
    return f"urn:ngsi-ld:{REPORT}:{id}"


def area_id(id: str) -> str:
    return f"urn:ngsi-ld:{AREA}:{id}"


def estimate_id(area: str) -> str:
    """Of the estimate about an area, by the area's own id."""
    return f"urn:ngsi-ld:{ESTIMATE}:{area.rpartition(':')[2]}"


def report_entity(report: FloodReport, source: str, method: str = "reported") -> Entity:
    """The report as an entity; `source` is the id of its card."""
    origin = _origin(source, report.at, method)
    entity: Entity = {"id": report_id(report.id), "type": REPORT}
    name = report.title or report.text
    stated = {
        "name": _short(name) if name else None,
        "description": report.text,
        "channel": report.channel,
    }
    entity |= {key: fact(value, origin) for key, value in stated.items() if value}
    if report.depth_cm is not None:
        entity["floodDepth"] = fact(report.depth_cm, origin, "CMT")
    entity["location"] = place({"type": "Point", "coordinates": [report.lon, report.lat]}, origin)
    return entity


def state_entity(change: FloodStateChange, source: str, method: str = "reported") -> Entity:
    """The change as the one attribute that it changes, of an entity that is there already."""
    origin = _origin(source, change.at, method)
    return {"id": area_id(change.area), "type": AREA, "floodState": fact(change.state, origin)}


def _origin(source: str, at: str, method: str) -> Origin:
    return Origin(source=source, observed_at=at, period=at[:10], method=method)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1].rstrip() + "…"
