"""What has an `expiresAt` ends when its time is over, though nobody asks, and stays in history."""

from collections.abc import Sequence
from pathlib import Path

import anyio
import pytest
from well_source import NOW, WELL, pinisi_table

from patience import PATIENCE
from pinisi.context.payload import read_entity
from pinisi.runtime.arrival import arrived
from pinisi.runtime.expiry import sweep
from pinisi.store.change import EntityChange
from pinisi.store.history import HistoryQuery
from pinisi.store.log import LogEntry
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import HOUR, format_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
TABLE = pinisi_table()


def change(id: str, ends: int) -> EntityChange:
    document = {
        "id": id,
        "type": "Well",
        "name": {"type": "Property", "value": "x"},
        "expiresAt": format_instant(ends),
    }
    return EntityChange(id, arrived(read_entity(document, TABLE)))


async def test_what_is_over_ends_though_nobody_asks(tmp_path: Path) -> None:
    moment = [NOW]
    ended = anyio.Event()

    def hear(_tenant: str, entries: Sequence[LogEntry]) -> None:
        if any(entry.op == "delete" for entry in entries):
            ended.set()

    async with SqliteStore(tmp_path, lambda: moment[0]) as store:
        store.listen(hear)
        await store.apply("city", [change(WELL, NOW + HOUR)], SYSTEM)
        async with anyio.create_task_group() as group:
            group.start_soon(sweep, store, 0.01)
            await anyio.sleep(0.05)
            assert not ended.is_set()
            moment[0] = NOW + HOUR
            with anyio.fail_after(PATIENCE):
                await ended.wait()
            group.cancel_scope.cancel()
        (story,) = await store.stories("city", [WELL], HistoryQuery(), EVERYTHING)
        assert any(moment.instance is not None for moment in story.moments)
