"""A row that waits leaves the quarantine when it comes right by its own source, and stays while it does not."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from well_source import NOW, WELL, Fed, encoded, level, pinisi_table, well_source

from pinisi.city.profile import load_profile
from pinisi.city.text import Text
from pinisi.runtime import waiting
from pinisi.runtime.about import About
from pinisi.runtime.intake import Intake
from pinisi.runtime.mapping.mapping import Mapping, MappingFile
from pinisi.runtime.mapping.reader import mapped_reader
from pinisi.runtime.quarantine import Quarantined, dealt_with, rows_of
from pinisi.runtime.source import Message, Read, Reading, Reject
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.principal import SYSTEM

pytestmark = pytest.mark.anyio
TABLE = pinisi_table()
PROFILE = load_profile(Path(__file__).parents[2] / "cities" / "makassar")
LEVELS: Any = ({"name": "waterLevel", "column": "level", "kind": "number", "unit": "MTR"},)
FIVE, SIX = "2026-11-25T05:00:00Z", "2026-11-25T05:30:00Z"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path, lambda: NOW) as opened:
        yield opened


def gauges(**options: Any) -> Read:
    told = {"entity": "urn:ngsi-ld:Gauge:{id}", "types": ["Gauge"], "observed": "at", "attributes": LEVELS, **options}
    return mapped_reader(MappingFile(mappings=(msgspec.convert(told, Mapping),)), PROFILE)


class Way:
    """The way in of one source, as it runs; `again` is the same after a restart."""

    def __init__(self, store: SqliteStore, read: Read) -> None:
        self.store, self.read = store, read
        self.source = msgspec.structs.replace(well_source(Fed()), read=read)
        self.intake = Intake(store, "city", TABLE, self.source)

    def again(self) -> "Way":
        return Way(self.store, self.read)

    async def take(self, *bodies: bytes, origin: str = "gauges.json", received: Instant = NOW) -> None:
        await self.intake.take([Message(body=body, origin=origin, received=received) for body in bodies])

    async def waiting(self) -> list[Quarantined]:
        return sorted([row for _, row in await rows_of(self.store, "city")], key=lambda row: row.key)


def row(id: str, value: Any, at: str = FIVE) -> dict[str, Any]:
    return {"id": id, "level": value, "at": at}


async def test_a_corrected_row_leaves_the_quarantine_and_its_value_is_there(store: SqliteStore) -> None:
    way = Way(store, gauges())
    await way.take(encoded(row("a", "high"), row("b", "low"), row("c", 1)))
    assert [each.entity for each in await way.waiting()] == ["urn:ngsi-ld:Gauge:a", "urn:ngsi-ld:Gauge:b"]
    await way.take(encoded(row("c", 1), row("a", 1.5)))
    assert [each.entity for each in await way.waiting()] == ["urn:ngsi-ld:Gauge:b"]
    record = await store.entity("city", "urn:ngsi-ld:Gauge:a", SYSTEM.grants)
    assert record is not None and record.entity.attributes[TABLE.expand_term("waterLevel")][0].value == 1.5


async def test_a_row_that_comes_again_still_wrong_is_counted_and_not_kept_twice(store: SqliteStore) -> None:
    way = Way(store, gauges())
    await way.take(encoded(row("a", "high")))
    await way.take(encoded(row("a", "higher")), encoded(row("a", "highest")), received=NOW + MINUTE)
    (waits,) = await way.waiting()
    assert (waits.times, waits.first, waits.last) == (3, NOW, NOW + MINUTE)
    assert "highest" in waits.raw and "highest" in waits.reason.en


async def test_a_corrected_row_leaves_after_a_restart_too(store: SqliteStore) -> None:
    way = Way(store, gauges())
    await way.take(encoded(row("a", "high")))
    await way.again().take(encoded(row("a", 1)))
    assert await way.waiting() == []


async def test_the_next_value_of_the_same_gauge_does_not_correct_the_one_before(store: SqliteStore) -> None:
    way = Way(store, gauges())
    await way.take(encoded(row("a", "high")))
    await way.take(encoded(row("a", 1.5, SIX)))
    assert len(await way.waiting()) == 1
    await way.take(encoded(row("a", 1.4)))
    assert await way.waiting() == []


async def test_without_a_time_of_its_own_a_row_is_the_state_of_its_thing(store: SqliteStore) -> None:
    way = Way(store, gauges(observed=""))
    await way.take(encoded(row("a", "high")))
    await way.take(encoded(row("a", 1.5)), received=NOW + MINUTE)
    assert await way.waiting() == []


async def test_a_row_without_id_or_time_is_known_by_its_place(store: SqliteStore) -> None:
    way = Way(store, gauges())
    await way.take(encoded(row("a", 1), row("", 2), row("c", 3, "yesterday")))
    assert [each.key for each in await way.waiting()] == ["gauges.json 2", "gauges.json 3"]
    await way.take(encoded(row("a", 1), row("b", 2), row("c", 3)), origin="another.json")
    assert len(await way.waiting()) == 2
    await way.take(encoded(row("a", 1), row("b", 2), row("c", 3)))
    assert await way.waiting() == []


async def test_a_message_that_could_not_be_read_leaves_when_its_place_can_be_read(store: SqliteStore) -> None:
    way = Way(store, gauges())
    await way.take(b"<html>Log in</html>")
    assert [each.key for each in await way.waiting()] == ["gauges.json"]
    await way.take(encoded(row("a", 1)))
    assert await way.waiting() == []


async def test_wrong_and_right_in_one_message_waits_in_two_the_last_word_counts(
    store: SqliteStore,
) -> None:
    way = Way(store, gauges())
    await way.take(encoded(row("a", "high"), row("a", 1)))
    assert len(await way.waiting()) == 1
    await way.take(encoded(row("a", "high")), encoded(row("a", 1)))
    assert await way.waiting() == []
    await way.take(encoded(row("a", 1)), encoded(row("a", "high")))
    assert len(await way.waiting()) == 1


async def test_an_entity_that_could_not_be_written_leaves_when_it_comes_right(store: SqliteStore) -> None:
    way = Way(store, mapped_reader(MappingFile(format="ngsi-ld"), PROFILE))
    bad = {"id": WELL, "type": "Well", "level": {"type": "Property", "value": 1, "unitCode": 7, "observedAt": FIVE}}
    await way.take(encoded(bad))
    (waits,) = await way.waiting()
    assert (waits.entity, waits.types) == (WELL, (TABLE.expand_term("Well"),))
    await way.take(encoded(bad | {"level": {"type": "Property", "value": 1, "unitCode": "MTR", "observedAt": SIX}}))
    assert len(await way.waiting()) == 1
    await way.take(encoded(bad | {"level": {"type": "Property", "value": 1, "unitCode": "MTR", "observedAt": FIVE}}))
    assert await way.waiting() == []


async def test_what_somebody_has_given_up_stays_given_up_while_it_comes_as_it_was(store: SqliteStore) -> None:
    way = Way(store, gauges())
    await way.take(encoded(row("a", "high")))
    (waits,) = await way.waiting()
    await store.apply("city", [dealt_with(waits, "dismissed", "Tuti", "a broken float", NOW)], SYSTEM)
    await way.take(encoded(row("a", "high")))
    (waits,) = await way.waiting()
    assert (waits.state, waits.note, waits.times) == ("dismissed", "a broken float", 2)
    await way.take(encoded(row("a", "higher")))
    assert [(each.state, each.note) for each in await way.waiting()] == [("open", "")]


async def test_a_broken_sensor_leaves_room_for_the_others(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST_OF_ONE", 3)
    way = Way(store, gauges())
    await way.take(encoded(*(row("a", "high", f"2026-11-25T05:{n:02}:00Z") for n in range(9)), row("b", "high")))
    assert sorted(each.entity[-1] for each in await way.waiting()) == ["a", "a", "a", "b"]


async def test_a_reader_may_name_its_rows_in_its_own_way(store: SqliteStore) -> None:
    def read(message: Message) -> Reading:
        name, _, value = message.body.decode().partition("=")
        if value:
            return Reading(sound=[name])
        text = Text("kosong", "is empty", "空です")
        return Reading(rejects=[Reject(key=name, reason=text, about=About(types=("Well",), position=(119.4, -5.1)))])

    way = Way(store, read)
    await way.take(b"one=", b"two=")
    assert [(each.position, each.times) for each in await way.waiting()] == [((119.4, -5.1), 1)] * 2
    await way.take(b"two=2")
    assert [each.key for each in await way.waiting()] == ["one"]


async def test_what_is_kept_of_a_well_names_its_row_by_level_and_time(store: SqliteStore) -> None:
    way = Way(store, well_source(Fed()).read)
    await way.take(encoded(level(1.0, FIVE, id="no uri")))
    assert [each.key for each in await way.waiting()] == [f"no uri {FIVE}"]
