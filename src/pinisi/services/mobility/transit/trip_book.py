"""What a live feed is checked against: the trips, lines and stops of a timetable."""

from collections.abc import Mapping, Sequence

import msgspec

Cells = Mapping[str, str]


class TripBook(msgspec.Struct, frozen=True):
    """`trips`: trip -> route; `lines`: route -> the name that people know; `stops`: identifiers."""

    trips: Mapping[str, str]
    lines: Mapping[str, str]
    stops: frozenset[str]


def book_of(rows: Mapping[str, Sequence[Cells]]) -> TripBook:
    """`rows` by file."""
    trips = {_cell(row, "trip_id"): _cell(row, "route_id") for row in rows.get("trips.txt", ())}
    lines = {
        _cell(row, "route_id"): _cell(row, "route_short_name")
        or _cell(row, "route_long_name")
        or _cell(row, "route_id")
        for row in rows.get("routes.txt", ())
    }
    stops = frozenset(_cell(row, "stop_id") for row in rows.get("stops.txt", ()))
    return TripBook(trips, lines, stops)


def _cell(row: Cells, name: str) -> str:
    return row.get(name, "").strip()
