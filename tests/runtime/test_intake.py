"""What arrives is written once: newer values replace, late ones enter history, repeated ones change nothing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from well_source import NOW, WELL, Fed, encoded, level, pinisi_table, well_source

from pinisi.runtime.intake import PLACE, Intake, Taken
from pinisi.runtime.quarantine import rows_of
from pinisi.runtime.source import Message, Method
from pinisi.store.history import HistoryQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio
TABLE = pinisi_table()
LEVEL = TABLE.expand_term("waterLevel")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path, lambda: NOW) as opened:
        yield opened


async def take(
    store: SqliteStore, *rows: dict[str, Any], body: bytes | None = None, forced: Method | None = None
) -> Taken:
    intake = Intake(store, "city", TABLE, well_source(Fed()), forced=forced)
    body = encoded(*rows) if body is None else body
    return await intake.take([Message(body=body, origin="wells", received=NOW, place=b"place 1")])


async def present(store: SqliteStore) -> Any:
    record = await store.entity("city", WELL, EVERYTHING)
    assert record is not None
    return record.entity.attributes[LEVEL][0]


async def history(store: SqliteStore) -> list[tuple[str | None, Any]]:
    (story,) = await store.stories("city", [WELL], HistoryQuery(attributes=(LEVEL,)), EVERYTHING)
    return [(moment.instance.observed_at, moment.instance.value) for moment in story.moments if moment.instance]


async def test_each_value_says_by_which_method_and_from_which_card_it_comes(store: SqliteStore) -> None:
    await take(store, level(1.5, "2026-11-25T05:00:00Z"))
    inner = {TABLE.compact_iri(name): many[0].value for name, many in (await present(store)).attributes.items()}
    assert inner == {"method": "measured", "provider": "urn:ngsi-ld:DataSource:wells"}


async def test_a_replay_marks_every_value_as_replayed(store: SqliteStore) -> None:
    await take(store, level(1.5, "2026-11-25T05:00:00Z"), forced="replayed")
    inner = {TABLE.compact_iri(name): many[0].value for name, many in (await present(store)).attributes.items()}
    assert inner["method"] == "replayed"


async def test_a_burst_after_a_cut_fills_the_gap_in_order_and_without_duplicates(store: SqliteStore) -> None:
    await take(store, level(1.0, "2026-11-25T03:00:00Z"), level(4.0, "2026-11-25T04:00:00Z"))
    gap = [level(1.0 + n / 10, f"2026-11-25T03:{n:02}:00Z") for n in range(10, 50, 10)]
    burst = [*gap, level(4.0, "2026-11-25T04:00:00Z"), level(5.0, "2026-11-25T04:01:00Z")]
    taken = await take(store, *burst)
    again = await take(store, *burst)
    assert (taken.new, taken.late, taken.repeated) == (1, 4, 1)
    assert again.new == 0
    assert (await present(store)).value == 5.0
    told = await history(store)
    assert [value for _, value in told] == [1.0, 2.0, 3.0, 4.0, 5.0, 4.0, 5.0]
    assert [at for at, _ in told] == sorted(at for at, _ in told if at)


async def test_a_repeated_message_leaves_no_line_in_the_log(store: SqliteStore) -> None:
    rows = [level(1.0, "2026-11-25T03:00:00Z"), level(2.0, "2026-11-25T03:30:00Z")]
    await take(store, *rows)
    await take(store, *rows)
    entries = (await store.log("city", 0, 100)).entries
    assert [entry.op for entry in entries if entry.subject == WELL] == ["create", "update"]


async def test_a_correction_of_the_same_moment_replaces_the_value(store: SqliteStore) -> None:
    await take(store, level(1.0, "2026-11-25T03:00:00Z"))
    await take(store, level(1.1, "2026-11-25T03:00:00Z"))
    assert (await present(store)).value == 1.1


async def test_rows_that_cannot_be_taken_wait_in_the_quarantine_and_the_rest_is_written(store: SqliteStore) -> None:
    bad = {"id": WELL, "at": "2026-11-25T03:00:00Z"}
    no_uri = level(1.0, "2026-11-25T03:00:00Z", id="no uri")
    taken = await take(store, bad, no_uri, level(2.0, "2026-11-25T04:00:00Z"))
    rows = {row.key: row for _, row in await rows_of(store, "city")}
    assert (taken.entities, taken.rejected) == (1, 2)
    assert (rows["row 1"].field, rows["row 1"].reason.en) == ("level", "without a level")
    assert "no uri" in rows["no uri 2026-11-25T03:00:00Z"].raw
    assert (await present(store)).value == 2.0


async def test_a_message_that_cannot_be_read_at_all_is_kept_with_the_reason_and_counted(store: SqliteStore) -> None:
    for _ in range(3):
        await take(store, body=b"\xff{nonsense")
    ((_, row),) = await rows_of(store, "city")
    assert (row.key, row.times, row.origin) == ("wells", 3, "wells")
    assert "no list of wells" in row.reason.en


async def test_the_transports_place_is_kept_with_what_was_taken(store: SqliteStore) -> None:
    await take(store, level(1.0, "2026-11-25T03:00:00Z"))
    kept = await store.document("city", PLACE, "wells")
    assert kept is not None and kept[1] == b"place 1"
