"""Stations and what lies in them: who may be whose parent, and who must have one."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pinisi.services.mobility.engine.gtfs.notice import Notice, notice
from pinisi.services.mobility.engine.gtfs.table import Feed

PARENT_OF: Mapping[str, str] = {"0": "1", "2": "1", "3": "1", "4": "0"}
"""`location_type` -> that of its parent: stops, entrances and nodes lie in stations, boarding areas on platforms."""
WITHIN = frozenset({"2", "3", "4"})
"""What cannot be without a parent."""


class Place(NamedTuple):
    """A row of stops.txt."""

    number: int
    stop: str
    kind: str
    parent: str


def places_of(feed: Feed) -> list[Place]:
    table = feed.tables.get("stops.txt")
    if table is None:
        return []
    columns = map(table.values, ("stop_id", "location_type", "parent_station"))
    rows = zip(table.numbers, *columns, strict=True)
    return [Place(number, stop, kind.strip() or "0", parent) for number, stop, kind, parent in rows]


def check_parents(feed: Feed) -> Iterator[Notice]:
    places = places_of(feed)
    kinds = {place.stop: place.kind for place in places}
    for place in places:
        code, reason = fault_of(place, kinds)
        if code:
            yield notice(code, "stops.txt", place.number, "parent_station", place.parent or place.stop, reason)
    yield from _halted_at(feed, kinds)


def fault_of(place: Place, kinds: Mapping[str, str]) -> tuple[str, str]:
    """Code and reason; empty where its parent is sound, or a reference that leads nowhere (told elsewhere)."""
    if not place.parent:
        if place.kind in WITHIN:
            return "location_without_parent_station", "an entrance, node or boarding area has to lie in something"
        return "", ""
    if place.kind == "1":
        return "station_with_parent_station", "a station lies in no other one"
    wanted, found = PARENT_OF.get(place.kind), kinds.get(place.parent)
    if wanted is not None and found is not None and found != wanted:
        return "wrong_parent_location_type", f"lies in a place of type {found}, and has to lie in one of type {wanted}"
    return "", ""


def _halted_at(feed: Feed, kinds: Mapping[str, str]) -> Iterator[Notice]:
    table = feed.tables.get("stop_times.txt")
    if table is None:
        return
    for number, stop in zip(table.numbers, table.values("stop_id"), strict=True):
        kind = kinds.get(stop, "0")
        if kind != "0":
            reason = f"a vehicle cannot stop at a place of type {kind}"
            yield notice("location_with_unexpected_stop_time", table.name, number, "stop_id", stop, reason)
