"""Corridors that a city draws before it has a timetable, as entities.

`BusCorridor` (Pinisi's own): one line of a list. `name`, `corridorCode`, `corridorFeed` (the name of the timetable that
is made of the list), `location` (straight from stop to stop), `stopCount` (a count), `corridor` (JSON: a `Corridor` of
`engine.gtfs.corridors`).

`CorridorList` (Pinisi's own): whose lines they are and when they run: `name` (the operator), `corridorFeed`,
`corridorList` (JSON: the list without its corridors, and the codes in their order), `lineCount` (a count).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.runtime.known import Known
from pinisi.runtime.told import told, told_json, told_place
from pinisi.services.mobility.engine.gtfs.corridors import CorridorList
from pinisi.services.mobility.models.transit import transit_id

CORRIDOR, CORRIDOR_LIST = "BusCorridor", "CorridorList"
TYPES = (CORRIDOR, CORRIDOR_LIST)


def corridor_entities(feed: str, said: CorridorList, at: str) -> list[dict[str, Any]]:
    """The list and each of its corridors."""
    plain: dict[str, Any] = msgspec.to_builtins(said)
    lines = plain.pop("corridors")
    entities = [
        {
            "id": transit_id(CORRIDOR, feed, line["code"]),
            "type": CORRIDOR,
            "name": told(line["name"], at),
            "corridorCode": told(line["code"], at),
            "corridorFeed": told(feed, at),
            "stopCount": told(len(line["stops"]), at),
            "corridor": told_json(line, at),
            "location": told_place(
                {"type": "LineString", "coordinates": [[stop["lon"], stop["lat"]] for stop in line["stops"]]}, at
            ),
        }
        for line in lines
    ]
    whole = {
        "id": list_id(feed),
        "type": CORRIDOR_LIST,
        "name": told(said.operator.name, at),
        "corridorFeed": told(feed, at),
        "corridorList": told_json(plain | {"order": [line["code"] for line in lines]}, at),
        "lineCount": told(len(lines), at),
    }
    return [*entities, whole]


def list_id(feed: str) -> str:
    return f"urn:ngsi-ld:{CORRIDOR_LIST}:{feed}"


def corridors_kept(feed: str, lists: Sequence[Known], corridors: Sequence[Known]) -> CorridorList | None:
    """The list as it was kept; None where there is none, or one of its corridors is out of sight."""
    whole = next((each.value("corridorList") for each in lists if each.id == list_id(feed)), None)
    if not isinstance(whole, Mapping):
        return None
    plain: dict[str, Any] = {str(name): value for name, value in whole.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    lines = {each.id: each.value("corridor") for each in corridors}
    found = [lines.get(transit_id(CORRIDOR, feed, str(code))) for code in plain.pop("order", ())]
    try:
        return msgspec.convert(plain | {"corridors": found}, CorridorList)
    except msgspec.ValidationError:
        return None
