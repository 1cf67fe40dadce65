"""A city's folder comes into the context: once, by differences, never over what is newer."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pinisi.city.context import context_bytes
from pinisi.context.contexts import Contexts
from pinisi.context.term_table import TermTable
from pinisi.runtime.care import care_for
from pinisi.runtime.city_loading import CityNotLoaded, folder_digest, load_city
from pinisi.store.history import HistoryQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import DAY
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import PINISI

pytestmark = pytest.mark.anyio
NOW = 1_700_000_000_000_000
STOCK = PINISI + "stock"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def table() -> TermTable:
    contexts = Contexts({"urn:pinisi:context": msgspec.json.decode(context_bytes())}, lambda _url: None)
    return contexts.table("urn:pinisi:context")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "tenants", lambda: NOW) as store:
        yield store


def bank(number: int, stock: float, observed: str = "2025-01-01T00:00:00Z", **more: Any) -> dict[str, Any]:
    value = {"type": "Property", "value": stock, "unitCode": "KGM", "observedAt": observed}
    return {"id": f"urn:ngsi-ld:WasteBank:{number}", "type": "WasteBank", "stock": value, **more}


async def stock(store: SqliteStore, table: TermTable, number: int = 1) -> Any:
    record = await store.entity("city", f"urn:ngsi-ld:WasteBank:{number}", EVERYTHING)
    return None if record is None else record.entity.attributes[table.expand_term("stock")][0].value


async def test_an_unchanged_folder_is_not_read_again(store: SqliteStore, table: TermTable) -> None:
    assert await load_city(store, "city", "one", [bank(1, 5)], table) == 1
    before = await store.position("city")
    assert await load_city(store, "city", "one", [bank(1, 6)], table) == 0
    assert await store.position("city") == before


async def test_only_differences_are_written(store: SqliteStore, table: TermTable) -> None:
    banks = [bank(number, number) for number in range(600)]
    assert await load_city(store, "city", "one", banks, table) == 600
    banks[7] = bank(7, 70)
    assert await load_city(store, "city", "two", banks, table) == 1
    stories = await store.stories("city", ["urn:ngsi-ld:WasteBank:7"], HistoryQuery(), EVERYTHING)
    assert [moment.instance.value for moment in stories[0].moments if moment.instance] == [7, 70]


async def test_what_somebody_has_measured_since_stays(store: SqliteStore, table: TermTable) -> None:
    await load_city(store, "city", "one", [bank(1, 9, "2025-06-01T00:00:00Z")], table)
    assert await load_city(store, "city", "two", [bank(1, 5, "2025-01-01T00:00:00Z")], table) == 0
    assert await stock(store, table) == 9
    assert await load_city(store, "city", "three", [bank(1, 11, "2025-07-01T00:00:00Z")], table) == 1
    assert await stock(store, table) == 11


async def test_what_others_added_stays(store: SqliteStore, table: TermTable) -> None:
    note = {"type": "Property", "value": "kept"}
    await load_city(store, "city", "one", [bank(1, 5, note=note)], table)
    await load_city(store, "city", "two", [bank(1, 6)], table)
    record = await store.entity("city", "urn:ngsi-ld:WasteBank:1", EVERYTHING)
    assert record is not None
    assert record.entity.attributes[table.expand_term("note")][0].value == "kept"


async def test_an_entity_that_cannot_be_is_named(store: SqliteStore, table: TermTable) -> None:
    wrong = bank(2, 5, location={"type": "GeoProperty", "value": {"type": "Point", "coordinates": [0, 95]}})
    with pytest.raises(CityNotLoaded, match=r"urn:ngsi-ld:WasteBank:2: .*latitude 95"):
        await load_city(store, "city", "one", [bank(1, 5), wrong], table)
    assert await load_city(store, "city", "one", [bank(1, 5), bank(2, 5)], table) == 2


def test_the_digest_follows_every_file_of_content(tmp_path: Path) -> None:
    (tmp_path / "registers").mkdir()
    (tmp_path / "city.toml").write_text("id = 'x'")
    first = folder_digest(tmp_path)
    assert folder_digest(tmp_path) == first != folder_digest(tmp_path, b"context")
    (tmp_path / "registers" / "banks.csv").write_text("a,b")
    second = folder_digest(tmp_path)
    (tmp_path / "notes.md").write_text("not content")
    assert folder_digest(tmp_path) == second != first


async def test_retention_keeps_what_was_done_to_accounts(store: SqliteStore, table: TermTable) -> None:
    for tenant in ("city", "_people"):
        await load_city(store, tenant, "one", [bank(1, 5)], table)
        await care_for(store, tenant, NOW + 1000 * DAY, 400, 90)
    assert (await store.log("_people", 0, 10)).entries
    assert (await store.log("city", 0, 10)).reset
