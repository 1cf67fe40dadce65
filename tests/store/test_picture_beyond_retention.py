"""Beyond raw retention a picture shows the mean of the hour and says so; an older file learns what pictures need."""

from pathlib import Path

import apsw
import pytest
from things_at_hand import SPEED, TENANT, area, point, put, remove, square, thing, value

from pinisi.store.protocol import Edit, EntityChange, Picture, PictureQuery
from pinisi.store.query import EntityQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.store.sqlite_schema import MIGRATIONS
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import HOUR, MINUTE
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM
from pinisi.vocabulary.terms import HOURLY, LOCATION

pytestmark = pytest.mark.anyio
T = 1_000_000 * HOUR


class Clock:
    now = T

    def __call__(self) -> int:
        return self.now


def measure(content: float, observed: int) -> EntityChange:
    def transform(old: Entity | None, now: int) -> Edit:
        assert old is not None
        return Edit(Entity(old.id, old.types, {**old.attributes, SPEED: [value(content, observed)]}))

    return EntityChange("urn:a", transform)


async def ask(store: SqliteStore, at: int) -> Picture:
    return await store.picture(TENANT, PictureQuery(entities=EntityQuery(ids=("urn:a",)), at=at), EVERYTHING)


async def write(store: SqliteStore, clock: Clock, *values: tuple[float, int]) -> None:
    for content, observed in values:
        clock.now = observed
        await store.apply(TENANT, [measure(content, observed)], SYSTEM)


async def test_where_values_have_gone_stands_the_mean_of_their_hour_and_says_so(tmp_path: Path) -> None:
    clock = Clock()
    async with SqliteStore(tmp_path, clock) as store:
        await store.apply(TENANT, [put(thing("urn:a"))], SYSTEM)
        await write(store, clock, (10, T + MINUTE), (20, T + 2 * MINUTE), (90, T + 3 * HOUR), (7, T + 50 * HOUR))
        await store.retain(TENANT, T + 10 * HOUR, 0)
        gone, kept, raw = [await ask(store, T + hours * HOUR) for hours in (1, 4, 51)]
    (mean,) = gone.records[0].entity.attributes[SPEED]
    assert (mean.value, gone.condensed) == (15, True)
    assert mean.attributes[HOURLY][0].value == {"n": 2, "low": 10, "high": 20}
    assert kept.records[0].entity.attributes[SPEED][0].value == 90
    assert HOURLY not in kept.records[0].entity.attributes[SPEED][0].attributes
    assert (raw.records[0].entity.attributes[SPEED][0].value, raw.condensed) == (7, False)


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
    for table in ("passage", "strand", "origin", "reacted", "record_migration", "seal", "due"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("ALTER TABLE log DROP COLUMN link")
    connection.pragma("user_version", 1)
    connection.close()
    assert len(MIGRATIONS) >= 2
