"""Lines of the log: read from their table, and found in the tail that is kept in memory."""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Any

from pinisi.store.interning import Families, Names
from pinisi.store.log import LogEntry, Position

COLUMNS = "position, time, op, subject, before, after, attributes, principal, detail"


def read_line(row: Sequence[Any], families: Families, names: Names) -> LogEntry:
    """The line that a row (`COLUMNS`) holds.

    Raises:
        KeyError: a number is not known yet.
    """
    position, time, op, subject, before, after, attributes, principal, detail = row
    known, text = families.all, names.text
    family = known[after or before] if after or before else None
    return LogEntry(
        position=position,
        time=time,
        op=op,
        subject=subject,
        types=family.types if family else (),
        types_before=known[before].types if before else (),
        attributes=tuple(text[int(n)] for n in attributes.split(",") if n),
        areas_before=known[before].areas if before else (),
        areas_after=known[after].areas if after else (),
        principal=text[principal],
        detail=detail,
    )


def lines_after(tail: "deque[LogEntry]", after: Position, limit: int) -> list[LogEntry]:
    """Positions have no holes, so that the tail is addressed by arithmetic; a deque is walked from the nearer end.

    Whoever keeps up asks for the last few of 20,000 at each commit: 1 us instead of 150.
    """
    begin = after + 1 - tail[0].position
    newer = len(tail) - begin
    if newer > begin:
        return list(islice(tail, begin, begin + limit))
    return list(islice(reversed(tail), newer))[::-1][:limit]
