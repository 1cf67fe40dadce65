"""Where a value comes from is kept beside it, and what a reaction has answered is kept without a line in the log."""

import pytest
from city_at_hand import SPEED, TENANT, patch, put, thing, value, write
from msgspec.structs import replace

from pinisi.store.change import Edit, EntityChange, Forgotten, Reacted, Refused
from pinisi.store.protocol import Store
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import SYSTEM

pytestmark = pytest.mark.anyio


async def test_an_origin_is_found_by_the_position_that_wrote_the_value(store: Store) -> None:
    change = replace(put(thing("urn:a", speed=1)), origin=b"from the sensor")
    applied = await store.apply(TENANT, [change], SYSTEM)
    at = applied.outcomes[0].position
    assert at is not None
    assert await store.origins(TENANT, [at, at + 1]) == {at: b"from the sensor"}


async def test_a_change_that_changes_nothing_leaves_no_origin(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1)))

    def same(old: Entity | None, _now: int) -> Edit:
        return Edit(old)

    applied = await store.apply(TENANT, [EntityChange("urn:a", same, origin=b"again")], SYSTEM)
    assert applied.outcomes[0].position is None
    assert await store.origins(TENANT, range(10)) == {}


async def test_each_entity_of_a_set_keeps_its_own_origin(store: Store) -> None:
    changes = [replace(put(thing(f"urn:{name}")), origin=name.encode()) for name in "abc"]
    applied = await store.apply(TENANT, changes, SYSTEM)
    found = await store.origins(TENANT, [outcome.position or 0 for outcome in applied.outcomes])
    assert list(found.values()) == [b"a", b"b", b"c"]


async def test_what_is_erased_takes_its_origin_with_it(store: Store) -> None:
    change = replace(put(thing("urn:a", speed=1)), origin=b"a name that must go")
    first = (await store.apply(TENANT, [change], SYSTEM)).outcomes[0].position
    assert first is not None

    def forget(old: Entity | None, _now: int) -> Edit:
        return Edit(old, forget=[Forgotten(attribute=SPEED)])

    await store.apply(TENANT, [EntityChange("urn:a", forget)], SYSTEM)
    assert await store.origins(TENANT, [first]) == {}


async def test_what_a_reaction_has_answered_commits_with_its_answer_and_leaves_no_line(store: Store) -> None:
    before = await store.position(TENANT)
    await store.apply(TENANT, [Reacted("r", "urn:a", b"1"), Reacted("r", "urn:b", b"1")], SYSTEM, cursor=("r", 7))
    await store.apply(TENANT, [Reacted("r", "urn:a", b"2"), Reacted("other", "urn:a", b"9")], SYSTEM)
    assert await store.reacted(TENANT, "r") == {"urn:a": b"2", "urn:b": b"1"}
    assert (await store.position(TENANT), await store.cursor(TENANT, "r")) == (before, 7)


async def test_a_refused_set_notes_no_answer(store: Store) -> None:
    await write(store, put(thing("urn:a")))
    stale = replace(patch("urn:a", SPEED, value(2)), expected=99)
    with pytest.raises(Refused):
        await store.apply(TENANT, [Reacted("r", "urn:a", b"1"), stale], SYSTEM)
    assert await store.reacted(TENANT, "r") == {}
