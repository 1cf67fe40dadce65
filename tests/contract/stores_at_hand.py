"""Where a store of either kind can be opened, closed and opened again."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pinisi.store.postgres import PostgresStore
from pinisi.store.sqlite import SqliteStore
from pinisi.store.sqlite_tenant import Settings
from postgres_server import emptied

AnyStore = SqliteStore | PostgresStore
KINDS = ("sqlite", "postgres")

MOVED_AFTER = 5
"""Rows of history that are moved to their places: in every test that writes some, some are and some are not."""


class Place:
    """A folder, or a database of the test session's own server."""

    def __init__(self, kind: str, folder: Path, address: Callable[[], str]) -> None:
        self.kind = kind
        self.folder = folder
        self._address = address

    def open(self, clock: Callable[[], int], settings: Settings | None = None) -> AnyStore:
        if self.kind == "sqlite":
            return SqliteStore(self.folder, clock, settings=settings or Settings(recent_most=MOVED_AFTER))
        return PostgresStore(self._address(), clock, settings=settings, connections=6)

    def empty(self) -> None:
        """Nothing was ever written here."""
        if self.kind == "sqlite":
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            asyncio.run(emptied(self._address()))


def relocating(store: Any, tenant: str) -> bool:
    """Whether entities are still being found anew after an area has changed."""
    return store.relocating(tenant)
