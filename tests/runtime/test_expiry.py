"""What a service declares as passing ends when its time is over, and stays in history."""

from pathlib import Path

import pytest
from well_source import NOW, WELL, pinisi_table

from pinisi.context.payload import read_entity
from pinisi.runtime.arrival import arrived
from pinisi.runtime.expiry import end_what_is_over
from pinisi.store.protocol import EntityChange, HistoryQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import HOUR, format_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
TABLE = pinisi_table()


def change(id: str, ends: int | None) -> EntityChange:
    document = {"id": id, "type": "Well", "name": {"type": "Property", "value": "x"}}
    if ends is not None:
        document["expiresAt"] = format_instant(ends)
    return EntityChange(id, arrived(read_entity(document, TABLE)))


async def test_what_is_over_ends_and_the_rest_stays(tmp_path: Path) -> None:
    well = TABLE.expand_term("Well")
    async with SqliteStore(tmp_path, lambda: NOW) as store:
        changes = [
            change(WELL, NOW - HOUR),
            change("urn:ngsi-ld:Well:2", NOW + HOUR),
            change("urn:ngsi-ld:Well:3", None),
        ]
        await store.apply("city", changes, SYSTEM)
        assert await end_what_is_over(store, "city", [well], NOW) == 1
        assert await end_what_is_over(store, "city", [well], NOW) == 0
        assert await store.entity("city", WELL, EVERYTHING) is None
        assert await store.entity("city", "urn:ngsi-ld:Well:2", EVERYTHING) is not None
        assert await store.entity("city", "urn:ngsi-ld:Well:3", EVERYTHING) is not None
        (story,) = await store.stories("city", [WELL], HistoryQuery(), EVERYTHING)
    assert any(moment.instance is not None for moment in story.moments)
