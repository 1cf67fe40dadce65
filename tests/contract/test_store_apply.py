"""What `apply` promises: all or nothing, each for itself, once for a key, and never over somebody else's change."""

import asyncio

import pytest
from city_at_hand import LEVEL, SPEED, TENANT, late, patch, person, put, refuse, remove, thing, value, write

from pinisi.store.change import DocumentChange, Edit, EntityChange, Refused, VersionConflict
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio


async def test_an_entity_is_read_back_as_it_was_written(store: Store) -> None:
    car = thing("urn:car:1", speed=30)
    position = await write(store, put(car))
    record = await store.entity(TENANT, "urn:car:1", EVERYTHING)
    assert record is not None
    assert (record.entity, record.position) == (car, position)


async def test_a_refusal_in_an_atomic_set_keeps_nothing_of_it(store: Store) -> None:
    with pytest.raises(Refused, match="not today"):
        await store.apply(TENANT, [put(thing("urn:a")), refuse("urn:b"), put(thing("urn:c"))], SYSTEM)
    assert await store.entity(TENANT, "urn:a", EVERYTHING) is None
    assert await store.position(TENANT) == 0


async def test_without_atomic_each_change_stands_alone(store: Store) -> None:
    applied = await store.apply(
        TENANT, [put(thing("urn:a")), refuse("urn:b"), put(thing("urn:c"))], SYSTEM, atomic=False
    )
    assert [outcome.position for outcome in applied.outcomes] == [1, None, 2]
    assert isinstance(applied.outcomes[1].refused, Refused)
    assert await store.entity(TENANT, "urn:c", EVERYTHING) is not None


async def test_a_change_sees_the_earlier_ones_of_its_own_set(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1)), patch("urn:a", SPEED, value(2)), patch("urn:a", LEVEL, value(3)))
    record = await store.entity(TENANT, "urn:a", EVERYTHING)
    assert record is not None
    assert record.entity == thing("urn:a", speed=2, level=3)


async def test_a_fault_in_a_transform_reaches_its_caller_alone_and_leaves_nothing(store: Store) -> None:
    def fault(old: object, now: int) -> Edit:
        raise KeyError("a programming error")

    changes = [put(thing("urn:a")), EntityChange("urn:b", fault)]
    faulty = store.apply(TENANT, changes, SYSTEM, atomic=False)
    sound = store.apply(TENANT, [put(thing("urn:c"))], SYSTEM)
    answers = await asyncio.gather(faulty, sound, return_exceptions=True)
    assert isinstance(answers[0], KeyError)
    assert not isinstance(answers[1], BaseException)
    assert await store.entity(TENANT, "urn:a", EVERYTHING) is None
    assert await store.entity(TENANT, "urn:c", EVERYTHING) is not None


async def test_a_value_that_cannot_be_kept_is_refused_to_its_writer_and_nobody_else(store: Store) -> None:
    answers = await asyncio.gather(
        store.apply(TENANT, [put(thing("urn:a", speed=object()))], SYSTEM),
        store.apply(TENANT, [put(thing("urn:b"))], SYSTEM),
        return_exceptions=True,
    )
    assert isinstance(answers[0], TypeError)
    assert await store.entity(TENANT, "urn:b", EVERYTHING) is not None
    assert [entry.subject for entry in (await store.log(TENANT, 0, 10)).entries] == ["urn:b"]


async def test_the_expected_version_guards_against_lost_updates(store: Store) -> None:
    first = await write(store, put(thing("urn:a", speed=1)))
    await write(store, put(thing("urn:a", speed=2), expected=first))
    with pytest.raises(VersionConflict):
        await write(store, put(thing("urn:a", speed=3), expected=first))


async def test_expecting_zero_demands_that_the_entity_is_new(store: Store) -> None:
    await write(store, put(thing("urn:a"), expected=0))
    with pytest.raises(VersionConflict):
        await write(store, put(thing("urn:a"), expected=0))
    await write(store, remove("urn:a"))
    await write(store, put(thing("urn:a"), expected=0))


async def test_of_two_writers_who_expect_the_same_version_one_wins(store: Store) -> None:
    first = await write(store, put(thing("urn:a", speed=0)))
    answers = await asyncio.gather(
        *(write(store, put(thing("urn:a", speed=n), expected=first)) for n in range(1, 9)), return_exceptions=True
    )
    assert sum(isinstance(answer, int) for answer in answers) == 1


async def test_a_repeated_key_does_nothing(store: Store) -> None:
    first = await store.apply(TENANT, [put(thing("urn:a", speed=1))], SYSTEM, key="k")
    again = await store.apply(TENANT, [put(thing("urn:a", speed=2))], SYSTEM, key="k")
    assert (again.repeated, again.position) == (True, first.position)
    record = await store.entity(TENANT, "urn:a", EVERYTHING)
    assert record is not None and record.entity == thing("urn:a", speed=1)


async def test_a_key_repeated_at_the_same_moment_does_nothing_either(store: Store) -> None:
    applied = await asyncio.gather(*(store.apply(TENANT, [put(thing(f"urn:{n}"))], SYSTEM, key="k") for n in range(5)))
    assert [one.repeated for one in applied].count(False) == 1
    assert await store.position(TENANT) == 1


async def test_the_key_of_a_refused_set_can_be_used_again(store: Store) -> None:
    with pytest.raises(Refused):
        await store.apply(TENANT, [refuse("urn:a")], SYSTEM, key="k")
    assert not (await store.apply(TENANT, [put(thing("urn:a"))], SYSTEM, key="k")).repeated


async def test_a_key_without_changes_is_remembered_too(store: Store) -> None:
    assert not (await store.apply(TENANT, [], SYSTEM, key="k")).repeated
    assert (await store.apply(TENANT, [], SYSTEM, key="k")).repeated


async def test_a_cursor_moves_with_the_changes_or_not_at_all(store: Store) -> None:
    assert await store.cursor(TENANT, "reaction") is None
    await store.apply(TENANT, [put(thing("urn:a"))], SYSTEM, cursor=("reaction", 7))
    assert await store.cursor(TENANT, "reaction") == 7
    with pytest.raises(Refused):
        await store.apply(TENANT, [refuse("urn:a")], SYSTEM, cursor=("reaction", 9))
    assert await store.cursor(TENANT, "reaction") == 7


async def test_what_changes_nothing_leaves_no_trace(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1)))
    same = await store.apply(TENANT, [EntityChange("urn:a", lambda old, now: Edit(old, result="unchanged"))], SYSTEM)
    assert (same.outcomes[0].position, same.outcomes[0].existed, same.outcomes[0].result) == (None, True, "unchanged")
    assert await store.position(TENANT) == 1


async def test_removing_what_is_not_there_leaves_no_trace(store: Store) -> None:
    applied = await store.apply(TENANT, [remove("urn:nobody")], SYSTEM)
    assert (applied.outcomes[0].position, applied.outcomes[0].existed) == (None, False)
    await write(store, put(thing("urn:a")))
    await write(store, remove("urn:a"))
    again = await store.apply(TENANT, [remove("urn:a")], SYSTEM)
    assert again.outcomes[0].position is None
    assert await store.position(TENANT) == 2


async def test_a_removed_entity_is_gone_and_may_come_again(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1)))
    await write(store, remove("urn:a"))
    assert await store.entity(TENANT, "urn:a", EVERYTHING) is None
    await write(store, put(thing("urn:a", speed=2)))
    record = await store.entity(TENANT, "urn:a", EVERYTHING)
    assert record is not None and record.entity == thing("urn:a", speed=2)


async def test_the_same_moment_written_twice_in_one_change_keeps_the_last_word(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1)))
    twice = ((SPEED, value(5, observed=1_000)), (SPEED, value(6, observed=1_000)))
    await store.apply(TENANT, [EntityChange("urn:a", lambda old, now: Edit(old, late=twice))], SYSTEM)
    await write(store, late("urn:a", LEVEL, value(1, observed=1_000)))
    assert await store.position(TENANT) == 3


async def test_many_writers_at_once_are_all_answered_and_none_is_lost(store: Store) -> None:
    await asyncio.gather(*(write(store, put(thing(f"urn:{n % 40}", speed=n)), by=person()) for n in range(400)))
    page = await store.find(TENANT, EntityQuery(), EVERYTHING, limit=100, count=True)
    assert page.count == 40
    assert await store.position(TENANT) == 400


async def test_tenants_do_not_see_each_other(store: Store) -> None:
    await store.apply("makassar", [put(thing("urn:a")), DocumentChange("note", "n", b"1")], SYSTEM)
    assert await store.entity("jakarta", "urn:a", EVERYTHING) is None
    assert await store.document("jakarta", "note", "n") is None
    assert await store.position("jakarta") == 0
    assert await store.tenants() == ["makassar"]
