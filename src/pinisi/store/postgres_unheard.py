"""Lines of the log that a process has not heard of: read from the table, and put between those that it wrote itself."""

from collections.abc import Mapping, Sequence

from pinisi.store.log import LogEntry, Position
from pinisi.store.log_lines import COLUMNS

LINES_AT_ONCE = 5_000


def unheard_sql(schema: str) -> str:
    """Lines after a position but for some; `mine`: where a turn of a process begins, if it was taken."""
    return (
        f"SELECT {COLUMNS}, (SELECT t.position FROM {schema}.turn AS t WHERE t.process = $3 AND t.number = $4) AS mine "
        f"FROM {schema}.log WHERE position > $1 AND position <> ALL($2::bigint[]) "
        f"ORDER BY position LIMIT {LINES_AT_ONCE}"
    )


def following(heard: Position, entries: Sequence[LogEntry], own: Mapping[Position, LogEntry]) -> list[LogEntry]:
    """The lines that come next, of others and of this process."""
    found = {**{entry.position: entry for entry in entries}, **own}
    position = heard + 1
    if position not in found:  # what retention has taken away is not there
        position = min((entry.position for entry in entries if entry.position > heard), default=position)
    lines: list[LogEntry] = []
    while (entry := found.get(position)) is not None:
        lines.append(entry)
        position += 1
    return lines
