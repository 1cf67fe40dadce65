"""The write-ahead log begins anew: it does not grow with the writes, though a reader always holds a snapshot."""

from pathlib import Path

import pytest
from things_at_hand import TENANT, put, thing

from pinisi.store.sqlite import SqliteStore
from pinisi.store.sqlite_tenant import Settings
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio

PAGE = 4_096 + 24


async def test_the_write_ahead_log_stays_near_its_bound(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 1_000_000, settings=Settings(checkpoint_pages=100)) as store:
        sizes: list[int] = []
        for n in range(600):
            await store.apply(TENANT, [put(thing(f"urn:{n % 50}", text="x" * 2_000, n=n))], SYSTEM)
            assert await store.entity(TENANT, f"urn:{n % 50}", EVERYTHING) is not None
            sizes.append((tmp_path / "city.sqlite-wal").stat().st_size)
        assert max(sizes) < 150 * PAGE
        assert (tmp_path / "city.sqlite").stat().st_size > 600 * 2_000


async def test_a_store_that_was_closed_leaves_one_file(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        await store.apply(TENANT, [put(thing("urn:a"))], SYSTEM)
    assert [path.name for path in tmp_path.iterdir()] == ["city.sqlite"]
