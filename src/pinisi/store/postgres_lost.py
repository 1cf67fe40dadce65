"""Whether a PostgreSQL that is there again has all that this process knows (`postgres_timeline`)."""

from typing import TYPE_CHECKING, Any

from pinisi.store.log import Position

if TYPE_CHECKING:
    from pinisi.store.postgres_tenant import PostgresTenant


async def lost_of(tenant: "PostgresTenant", connection: Any) -> str:
    """What a tenant has lost, "" if nothing.

    The log is a chain: if the last line that is known is there, so are all before it. Words may be known from lines of
    others that were not heard yet.
    """
    end = (await tenant.head(connection)).position
    last = max(tenant.own, default=tenant.heard)
    if last > end:
        return f"the log of {tenant.name} ends at line {end}, and line {last} was known"
    if not await _is_written(tenant, connection, last):
        return f"line {last} of the log of {tenant.name} is another"
    names = await connection.fetch(f"SELECT id, text FROM {tenant.schema}.name")
    families = await connection.fetch(f"SELECT id, types, areas FROM {tenant.schema}.family")
    if not (tenant.names.are_among(names) and tenant.families.are_among(families)):
        return f"names and families of {tenant.name} are others"
    return ""


async def _is_written(tenant: "PostgresTenant", connection: Any, last: Position) -> bool:
    """Whether the log says at this position what is known of it; what retention took away may have been so."""
    sql = f"SELECT time, op, subject FROM {tenant.schema}.log WHERE position = $1"
    found = await connection.fetchrow(sql, last)
    entry = tenant.own.get(last) or (tenant.tail[-1] if tenant.tail else None)
    if found is None or (entry is None and tenant.floor.position != last):
        return True
    return found[0] == tenant.floor.time if entry is None else tuple(found) == (entry.time, entry.op, entry.subject)
