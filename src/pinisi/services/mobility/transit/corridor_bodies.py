"""What is sent to and answered by the endpoints of drawn corridors."""

from typing import Annotated

import msgspec

from pinisi.city.text import Text
from pinisi.services.mobility.engine.gtfs.corridors import Corridor, CorridorList


class CorridorsWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`version`: of the list as it was read; empty where there was none. The list takes the place of the whole one."""

    version: Annotated[str, msgspec.Meta(max_length=64)] = ""
    list: CorridorList


class FaultCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`code`: as the canonical validator names it."""

    code: str
    severity: str
    count: int
    first: str


class CorridorsKept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`list`: None where nothing is drawn yet. `timetable`: the Timetable that was made of it; `faults`: what our
    validator finds in its file; `lines`, `stops`: how many it has."""

    feed: str
    version: str
    list: CorridorList | None
    timetable: str | None
    lines: int
    stops: int
    errors: int
    faults: tuple[FaultCount, ...]


class CorridorTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table as text: comma, semicolon, tab or bar; its heading is that of the template."""

    table: Annotated[str, msgspec.Meta(min_length=1, max_length=4_000_000)]


class RowFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`row` as the planner counts (the heading is 1)."""

    row: int
    field: str
    reason: Text


class CorridorsRead(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a table says; nothing is kept of it yet."""

    corridors: tuple[Corridor, ...]
    faults: tuple[RowFault, ...]
