"""A record that goes from those that are open to those that are over, and back, while somebody looks for it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from reaction_world import TABLE

from pinisi.city.text import Text
from pinisi.runtime.clock import WallClock
from pinisi.runtime.job_entity import Asked, State
from pinisi.runtime.record_book import Book, NotInBook
from pinisi.store.log import Position
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
TENANT = "default"
ASKED = Asked(
    id="j1", service="harbour", job="noting", title=Text(id="a", en="a", ja="a"), input=msgspec.Raw(b"{}"), by="x",
    by_name="X", asked=1,
)  # fmt: skip


class Busy(SqliteStore):
    """A store in which the record takes its next state just before each of the first reads of a document."""

    book: Book[Asked]
    states: Sequence[State] = ()

    async def document(self, tenant: str, kind: str, id: str) -> tuple[Position, bytes] | None:
        if self.states:
            state, self.states = self.states[0], self.states[1:]
            await self.book.keep(tenant, msgspec.structs.replace(ASKED, state=state), SYSTEM)
        return await super().document(tenant, kind, id)


@asynccontextmanager
async def busy(folder: Path) -> AsyncGenerator[Busy]:
    store = Busy(folder, WallClock().now)
    async with store:
        store.book = Book(store, TABLE, Asked, "Job")
        yield store


@pytest.mark.parametrize("states", [("running", "done"), ("running", "done", "queued"), ("done", "queued", "running")])
async def test_it_is_found_whatever_becomes_of_it_meanwhile(tmp_path: Path, states: Sequence[State]) -> None:
    async with busy(tmp_path) as store:
        await store.book.keep(TENANT, ASKED, SYSTEM)
        store.states = states
        assert (await store.book.one(TENANT, ASKED.id, EVERYTHING)).state in states


async def test_what_never_was_is_not_found(tmp_path: Path) -> None:
    async with busy(tmp_path) as store:
        with pytest.raises(NotInBook):
            await store.book.record(TENANT, "j2")
