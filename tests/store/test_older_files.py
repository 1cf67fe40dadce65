"""An older file learns what pictures need."""

from pathlib import Path

import apsw
import pytest
from things_at_hand import TENANT, area, point, put, remove, square, thing

from pinisi.store.history import PictureQuery
from pinisi.store.query import EntityQuery
from pinisi.store.recent import COLUMNS
from pinisi.store.sqlite import SqliteStore
from pinisi.store.sqlite_schema import MIGRATIONS
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import HOUR
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM
from pinisi.vocabulary.terms import LOCATION

pytestmark = pytest.mark.anyio
T = 1_000_000 * HOUR


class Clock:
    now = T

    def __call__(self) -> int:
        return self.now


async def test_a_file_of_the_first_version_shows_its_past(tmp_path: Path) -> None:
    clock = Clock()
    districts = area("73.1", square(0.0, 0.0)), area("73.2", square(1.0, 0.0))
    async with SqliteStore(tmp_path, clock) as store:
        await store.apply(TENANT, [*map(put, districts), put(thing("urn:a", point(0.5, 0.5)))], SYSTEM)
        await store.apply(TENANT, [put(Entity("urn:bare", ["urn:type:Sensor"]))], SYSTEM)
        clock.now += HOUR
        await store.apply(TENANT, [remove("urn:a"), remove("urn:bare")], SYSTEM)
    _to_version_1(tmp_path / f"{TENANT}.sqlite")
    async with SqliteStore(tmp_path, clock) as store:
        before, after = [await _all(store, at) for at in (T, T + HOUR)]
    assert ("urn:a" in before, "urn:bare" in before) == (True, True)
    assert ("urn:a" in after, "urn:bare" in after) == (False, False)


async def _all(store: SqliteStore, at: int) -> set[str]:
    picture = await store.picture(TENANT, PictureQuery(entities=EntityQuery(), at=at), EVERYTHING)
    assert all(LOCATION in one.entity.attributes for one in picture.records if one.id == "urn:a")
    return {record.id for record in picture.records}


def _to_version_1(file: Path) -> None:
    """What later versions added goes; a migrated file must be brought to the newest version again."""
    connection = apsw.Connection(str(file))
    connection.execute(f"INSERT INTO history SELECT {COLUMNS} FROM recent")
    later = ("passage", "strand", "origin", "reacted", "record_migration", "seal", "due", "owed", "recent", "point")
    for table in later:
        connection.execute(f"DROP TABLE {table}")
    connection.execute("ALTER TABLE log DROP COLUMN link")
    connection.execute("ALTER TABLE entity DROP COLUMN untold; ALTER TABLE entity DROP COLUMN birth")
    connection.pragma("user_version", 1)
    connection.close()
    assert len(MIGRATIONS) >= 2
