"""What the page of buses shows: lines as they run, alerts, who lives near a stop, the timetables."""

import msgspec

from pinisi.city.text import Text
from pinisi.city.value import Value


class LineNow(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`planned`: minutes between two vehicles by the timetable around now; `delay`: the median of what is expected.

    `departures`: of the day, by the timetable. `rank`: 0 of a line of which vehicles are seen, 1 of one that runs now
    by the timetable, 2 of others.
    """

    entity: str
    line: str
    name: str
    kind: str | None
    timetable: str
    planned: Value | None
    departures: int | None
    vehicles: Value
    delay: Value | None
    rank: int


class AlertNow(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    entity: str
    name: str
    description: str | None
    cause: Text | None
    effect: Text | None
    lines: str | None
    stops: str | None
    since: str | None
    until: str | None
    provider: str | None
    at: str


class TimetableNow(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`over`: its period is over, or has not begun. `fault`: why it cannot be searched."""

    id: str
    feed: str
    name: str
    lines: int | None
    stops: int | None
    trips: int | None
    begin: str | None
    end: str | None
    over: bool
    approximate: Value | None
    since: str | None
    provider: str | None
    fault: str


class BusesAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`more`: lines beyond those that are told."""

    at: str
    figures: tuple[Value, ...]
    lines: tuple[LineNow, ...]
    more: int
    alerts: tuple[AlertNow, ...]
    timetables: tuple[TimetableNow, ...]
    notes: tuple[Text, ...]
