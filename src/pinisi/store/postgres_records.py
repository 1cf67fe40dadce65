"""The tables of services in a tenant's PostgreSQL schema. Not there yet: services that keep records need SQLite."""

from collections.abc import Sequence
from typing import Any

from pinisi.store.protocol import RecordChange, StoreUnavailable


async def change_records(connection: Any, changes: Sequence[tuple[RecordChange, dict[str, Any]]]) -> None:
    raise StoreUnavailable("records of services are not kept in PostgreSQL yet")
