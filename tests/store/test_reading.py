"""Readings of more than one question, while another writes between each two of them."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pinisi.store.change import Edit, EntityChange
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.reading import every, newest
from pinisi.store.record import Page
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
TENANT = "city"
TYPE = "urn:Pump"
PUMPS = EntityQuery(types=TypeIs(TYPE))


def made(number: int) -> EntityChange:
    return EntityChange(f"urn:{number}", lambda _old, _now: Edit(Entity(f"urn:{number}", [TYPE], {})))


def gone(number: int) -> EntityChange:
    return EntityChange(f"urn:{number}", lambda _old, _now: Edit(None))


class Busy(SqliteStore):
    """A store in which others write after each of the first questions."""

    between: Sequence[Sequence[EntityChange]] = ()

    async def find(self, *args: Any, **kwargs: Any) -> Page:
        page = await super().find(*args, **kwargs)
        if self.between:
            changes, self.between = self.between[0], self.between[1:]
            await self.apply(TENANT, changes, SYSTEM)
        return page


@asynccontextmanager
async def busy(folder: Path, many: int, *between: Sequence[EntityChange]) -> AsyncGenerator[Busy]:
    store = Busy(folder, lambda: 1)
    async with store:
        await store.apply(TENANT, [made(number) for number in range(many)], SYSTEM)
        store.between = between
        yield store


async def all_of(store: SqliteStore, at_once: int) -> list[int]:
    slices = every(store, TENANT, PUMPS, EVERYTHING, at_once=at_once)
    return [int(record.id.removeprefix("urn:")) async for records in slices for record in records]


@pytest.mark.parametrize("at_once", [2, 3, 4, 10, 11])
async def test_all_are_read_once(tmp_path: Path, at_once: int) -> None:
    async with busy(tmp_path, 10) as store:
        assert await all_of(store, at_once) == list(range(10))
        assert await all_of(store, at_once) == list(range(10))


async def test_of_none_nothing_is_read(tmp_path: Path) -> None:
    async with busy(tmp_path, 0) as store:
        assert await all_of(store, 2) == []
        assert await newest(store, TENANT, PUMPS, EVERYTHING, limit=3) == ((), 0)


@pytest.mark.parametrize("taken", [[0], [2], [3], [0, 1], [0, 1, 2, 3], [1, 5], [4, 5, 6, 7, 8, 9]])
async def test_what_goes_while_they_are_read_hides_no_other(tmp_path: Path, taken: Sequence[int]) -> None:
    async with busy(tmp_path, 10, [gone(number) for number in taken], [], [gone(9)]) as store:
        found = await all_of(store, 4)
        assert len(found) == len(set(found))
        assert set(found) >= set(range(9)) - set(taken)


async def test_what_goes_at_every_question_ends_the_reading_too(tmp_path: Path) -> None:
    async with busy(tmp_path, 40, *([gone(number)] for number in range(39))) as store:
        assert 39 in await all_of(store, 4)


CHANGES: Sequence[tuple[Callable[[], Sequence[EntityChange]], list[int], int]] = [
    (list, [7, 8, 9], 10),
    (lambda: [gone(0)], [7, 8, 9], 9),
    (lambda: [gone(8)], [6, 7, 9], 9),
    (lambda: [made(10)], [8, 9, 10], 11),
    (lambda: [gone(number) for number in range(8)], [8, 9], 2),
    (lambda: [gone(number) for number in range(10)], [], 0),
]


@pytest.mark.parametrize(("changes", "ids", "count"), CHANGES)
async def test_the_newest_and_their_number_are_of_one_moment(
    tmp_path: Path, changes: Callable[[], Sequence[EntityChange]], ids: list[int], count: int
) -> None:
    async with busy(tmp_path, 10, changes()) as store:
        records, total = await newest(store, TENANT, PUMPS, EVERYTHING, limit=3)
        assert ([record.id for record in records], total) == ([f"urn:{id}" for id in ids], count)


async def test_a_store_that_never_rests_is_answered_all_the_same(tmp_path: Path) -> None:
    async with busy(tmp_path, 10, *([made(number)] for number in range(10, 40))) as store:
        records, total = await newest(store, TENANT, PUMPS, EVERYTHING, limit=3, offset=1)
        assert len(records) == 3 and total > 10


async def test_what_is_left_out_at_the_end_may_be_all(tmp_path: Path) -> None:
    async with busy(tmp_path, 2) as store:
        assert await newest(store, TENANT, PUMPS, EVERYTHING, limit=3, offset=2) == ((), 2)
