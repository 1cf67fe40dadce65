"""The log: one line for each change, in commit order, without holes; the rest of the house follows it."""

import asyncio

import pytest
from city_at_hand import (
    CAR,
    CITY_CODE,
    EAST,
    EAST_CODE,
    LEVEL,
    SPEED,
    TENANT,
    WEST,
    WEST_CODE,
    Clock,
    at,
    found_districts,
    patch,
    person,
    put,
    remove,
    thing,
    value,
    write,
)

from pinisi.store.change import AuditEntry, DocumentChange, Refused
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM
from pinisi.vocabulary.terms import LOCATION

pytestmark = pytest.mark.anyio


async def test_every_change_has_its_line_in_order(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", speed=1)), by=person())
    clock.forward(5)
    await write(store, patch("urn:a", LEVEL, value(2)), by=person())
    await write(store, remove("urn:a"), by=person())
    entries = (await store.log(TENANT, 0, 10)).entries
    assert [(entry.position, entry.op, entry.attributes) for entry in entries] == [
        (1, "create", (SPEED,)),
        (2, "update", (LEVEL,)),
        (3, "delete", (SPEED, LEVEL)),
    ]
    assert [entry.time for entry in entries] == [clock.now - 5, clock.now, clock.now]
    assert {entry.principal for entry in entries} == {"person:ani"}


async def test_positions_have_no_holes_under_concurrent_writers_and_refusals(store: Store) -> None:
    async def writer(number: int) -> None:
        for n in range(20):
            change = patch("urn:nobody", SPEED, value(1)) if n % 3 == 0 else put(thing(f"urn:{number}:{n}"))
            try:
                await write(store, change, put(thing(f"urn:{number}", speed=n)))
            except Refused:
                continue

    await asyncio.gather(*(writer(number) for number in range(10)))
    entries = (await store.log(TENANT, 0, 10_000)).entries
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert len(entries) == 10 * 13 * 2


async def test_a_follower_resumes_where_it_stopped(store: Store) -> None:
    for n in range(25):
        await write(store, put(thing(f"urn:{n}")))
    heard: list[str] = []
    position = 0
    while True:
        piece = await store.log(TENANT, position, 7)
        if not piece.entries:
            break
        heard += [entry.subject for entry in piece.entries]
        position = piece.position
    assert heard == [f"urn:{n}" for n in range(25)]
    assert position == await store.position(TENANT)


async def test_a_position_beyond_the_log_is_answered_reset(store: Store) -> None:
    await write(store, put(thing("urn:a")))
    piece = await store.log(TENANT, 99, 10)
    assert (piece.reset, piece.position, list(piece.entries)) == (True, 1, [])
    assert (await store.log("never-written", 99, 10)).reset


async def test_the_log_says_which_areas_an_entity_left_and_entered(store: Store) -> None:
    await found_districts(store)
    await write(store, put(thing("urn:car", CAR, WEST)))
    await write(store, patch("urn:car", LOCATION, at(EAST)))
    moved = (await store.log(TENANT, 4, 1)).entries[0]
    assert moved.areas_before == (WEST_CODE, CITY_CODE)
    assert moved.areas_after == (EAST_CODE, CITY_CODE)


async def test_the_log_says_which_types_an_entity_had_before(store: Store) -> None:
    await write(store, put(thing("urn:a", "urn:type:Old")))
    await write(store, put(thing("urn:a", "urn:type:New")))
    changed = (await store.log(TENANT, 1, 1)).entries[0]
    assert (changed.types_before, changed.types) == (("urn:type:Old",), ("urn:type:New",))


async def test_documents_and_acts_are_in_the_log(store: Store) -> None:
    act = AuditEntry("export", "person:ani", {"rows": 3})
    await store.apply(TENANT, [DocumentChange("note", "n1", b"{}"), act], person())
    document, audit = (await store.log(TENANT, 0, 10)).entries
    assert (document.op, document.subject) == ("document", "note/n1")
    assert (audit.op, audit.subject, audit.detail) == ("audit", "person:ani", b'{"act":"export","rows":3}')


async def test_a_line_read_from_disk_equals_the_one_heard_at_the_commit(store: Store) -> None:
    await found_districts(store)
    await write(store, put(thing("urn:car", CAR, WEST, speed=1)))
    await write(store, patch("urn:car", LOCATION, at(EAST)))
    await write(store, remove("urn:car"))
    fresh = (await store.log(TENANT, 0, 100)).entries
    for entry in fresh:
        (again,) = (await store.log(TENANT, entry.position - 1, 1)).entries
        assert again == entry


async def test_time_in_the_log_never_runs_backwards(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")))
    clock.forward(-1_000_000)
    await write(store, put(thing("urn:b")))
    first, second = (await store.log(TENANT, 0, 10)).entries
    assert first.time == second.time


async def test_what_is_read_back_stands_at_the_position_of_its_last_line(store: Store) -> None:
    for n in range(10):
        await store.apply(TENANT, [put(thing("urn:a", speed=n))], SYSTEM)
    record = await store.entity(TENANT, "urn:a", EVERYTHING)
    assert record is not None
    assert record.position == await store.position(TENANT) == 10
