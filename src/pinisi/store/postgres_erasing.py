"""Values that leave history for good, in PostgreSQL (`store.erasure`)."""

from typing import Any

from pinisi.store.erasure import Erasure

_NOT_HELD = (
    " AND NOT EXISTS (SELECT 1 FROM {{s}}.hold WHERE hold.entity IN ('', ${id}) AND hold.since <= {time} "
    "AND {time} < hold.until)"
)


async def erase(connection: Any, schema: str, erasure: Erasure) -> None:
    """Erase rows that are written; hourly statistics too, but for those of a single moment."""
    s = schema
    if erasure.whole:
        await connection.execute(f"DELETE FROM {s}.passage WHERE entity = $1", erasure.row)
    columns = (("entity", erasure.row), ("attribute", erasure.attribute), ("dataset", erasure.dataset))
    asked = [(column, value) for column, value in columns if value is not None]
    if erasure.observed is not None:
        asked.append(("observed", erasure.observed))
    where = " AND ".join(f"{column} = ${n}" for n, (column, _) in enumerate(asked, start=1))
    values = [*(value for _, value in asked), erasure.id]
    if erasure.observed is None:
        held = _NOT_HELD.format(id=len(values), time="hourly.hour").replace("{s}", s)
        await connection.execute(f"DELETE FROM {s}.hourly WHERE {where}{held}", *values)
    held = _NOT_HELD.format(id=len(values), time="history.observed").replace("{s}", s)
    positions = f"SELECT position FROM {s}.history WHERE {where}{held}"
    await connection.execute(f"DELETE FROM {s}.origin WHERE position IN ({positions})", *values)
    await connection.execute(f"DELETE FROM {s}.history WHERE {where}{held}", *values)
