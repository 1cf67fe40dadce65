"""Documents and debts: small things that must not be lost, and notifications that are owed."""

import asyncio
from typing import Any

import pytest
from city_at_hand import LEVEL, SPEED, TENANT, Clock, patch, put, remove, thing, value, write
from stores_at_hand import AnyStore

from pinisi.store.change import DebtChange, DocumentChange, Paid, Refused, VersionConflict
from pinisi.store.debt import Debt, LetterQuery, Seen
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio


async def test_a_document_is_read_back_with_its_position(store: Store) -> None:
    await store.apply(TENANT, [DocumentChange("note", "b", b"2"), DocumentChange("note", "a", b"1")], SYSTEM)
    assert await store.document(TENANT, "note", "a") == (2, b"1")
    assert list(await store.documents(TENANT, "note")) == [("a", 2, b"1"), ("b", 1, b"2")]
    assert await store.document(TENANT, "subscription", "a") is None


async def test_a_document_is_replaced_and_taken_away(store: Store) -> None:
    await store.apply(TENANT, [DocumentChange("note", "a", b"1")], SYSTEM)
    await store.apply(TENANT, [DocumentChange("note", "a", b"2")], SYSTEM)
    assert await store.document(TENANT, "note", "a") == (2, b"2")
    await store.apply(TENANT, [DocumentChange("note", "a", None)], SYSTEM)
    assert await store.document(TENANT, "note", "a") is None
    nothing = await store.apply(TENANT, [DocumentChange("note", "a", None)], SYSTEM)
    assert (nothing.outcomes[0].position, await store.position(TENANT)) == (None, 3)


async def test_the_expected_version_of_a_document_guards_it(store: Store) -> None:
    await store.apply(TENANT, [DocumentChange("note", "a", b"1", expected=0)], SYSTEM)
    with pytest.raises(VersionConflict):
        await store.apply(TENANT, [DocumentChange("note", "a", b"2", expected=0)], SYSTEM)
    await store.apply(TENANT, [DocumentChange("note", "a", b"2", expected=1)], SYSTEM)
    with pytest.raises(VersionConflict):
        await store.apply(TENANT, [DocumentChange("note", "a", None, expected=1)], SYSTEM)


async def test_a_set_sees_its_own_documents_and_a_refused_one_keeps_none(store: Store) -> None:
    twice = [DocumentChange("note", "a", b"1"), DocumentChange("note", "a", b"2", expected=1)]
    await store.apply(TENANT, twice, SYSTEM)
    refused = [DocumentChange("note", "b", b"1"), DocumentChange("note", "a", b"3", expected=1)]
    with pytest.raises(Refused):
        await store.apply(TENANT, refused, SYSTEM)
    assert await store.document(TENANT, "note", "b") is None


@pytest.fixture
def owing_store(store: AnyStore) -> AnyStore:
    """A store in which subscription `s` must hear of every change of `speed`, and of every deletion."""

    def owing(tenant: str, seen: Seen) -> tuple[str, ...]:
        return ("s",) if SPEED in seen.attributes or seen.after is None else ()

    store.owing = owing
    return store


async def owed(store: Store, **where: object) -> list[Debt]:
    return list(await store.debts(TENANT, **where))  # type: ignore[arg-type]


async def test_what_a_change_owes_is_committed_with_it(owing_store: AnyStore) -> None:
    position = await write(owing_store, put(thing("urn:a", speed=1)))
    (debt,) = await owed(owing_store)
    assert (debt.subscription, debt.position, debt.subject, debt.attributes) == ("s", position, "urn:a", (SPEED,))
    assert debt.entity == thing("urn:a", speed=1)


async def test_a_debt_keeps_the_state_after_its_own_change(owing_store: AnyStore) -> None:
    await write(owing_store, put(thing("urn:a", speed=1)))
    await write(owing_store, patch("urn:a", SPEED, value(2)))
    await write(owing_store, patch("urn:a", LEVEL, value(9)))
    await write(owing_store, remove("urn:a"))
    debts = await owed(owing_store)
    assert [debt.entity for debt in debts] == [thing("urn:a", speed=1), thing("urn:a", speed=2), None]


async def test_the_matcher_sees_before_and_after(store: AnyStore) -> None:
    seen: list[Seen] = []

    def owing(_tenant: str, change: Seen) -> tuple[str, ...]:
        seen.append(change)
        return ()

    store.owing = owing
    await write(store, put(thing("urn:a", speed=1)))
    await write(store, patch("urn:a", SPEED, value(2)))
    await write(store, remove("urn:a"))
    assert [(change.before, change.after) for change in seen] == [
        (None, thing("urn:a", speed=1)),
        (thing("urn:a", speed=1), thing("urn:a", speed=2)),
        (thing("urn:a", speed=2), None),
    ]


async def test_what_is_owed_needs_no_document(store: AnyStore) -> None:
    """What another source told is owed with its detail in the log, and changes nothing that is kept; a key tells a
    repetition."""
    for _ in range(2):
        change = DocumentChange("relayed", "urn:a", None, owed=("s",), told=b"detail")
        await store.apply(TENANT, [change], SYSTEM, key="once")
    (debt,) = await owed(store)
    assert (debt.subscription, debt.position, debt.subject, debt.entity) == ("s", 1, "relayed/urn:a", None)
    (line,) = (await store.log(TENANT, 0, 10)).entries
    assert (line.op, line.subject, line.detail) == ("document", "relayed/urn:a", b"detail")
    assert await store.document(TENANT, "relayed", "urn:a") is None


async def test_a_refused_set_owes_nothing(owing_store: AnyStore) -> None:
    with pytest.raises(Refused):
        await write(owing_store, put(thing("urn:a", speed=1)), patch("urn:nobody", SPEED, value(1)))
    assert await owed(owing_store) == []


async def test_a_debt_is_paid_postponed_or_dead(owing_store: AnyStore) -> None:
    for n in range(3):
        await write(owing_store, put(thing(f"urn:{n}", speed=n)))
    before = await owing_store.position(TENANT)
    moves = [
        DebtChange("s", 1, "paid"),
        DebtChange("s", 2, "postponed", attempts=3, due=99, reason="503"),
        DebtChange("s", 3, "dead", attempts=8, reason="gone"),
    ]
    await owing_store.apply(TENANT, moves, SYSTEM)
    (waiting,) = await owed(owing_store)
    assert (waiting.position, waiting.attempts, waiting.due, waiting.reason) == (2, 3, 99, "503")
    (dead,) = await owed(owing_store, dead=True)
    assert (dead.position, dead.attempts, dead.dead, dead.reason) == (3, 8, True, "gone")
    assert await owing_store.position(TENANT) == before, "debts leave no line in the log"


async def test_a_dead_debt_can_be_tried_again_or_put_away(owing_store: AnyStore) -> None:
    for n in range(2):
        await write(owing_store, put(thing(f"urn:{n}", speed=n)))
    await owing_store.apply(TENANT, [DebtChange("s", 1, "dead"), DebtChange("s", 2, "dead")], SYSTEM)
    await owing_store.apply(TENANT, [DebtChange("s", 1, "postponed"), DebtChange("s", 2, "paid")], SYSTEM)
    assert [debt.position for debt in await owed(owing_store)] == [1]
    assert await owed(owing_store, dead=True) == []


async def test_debts_are_listed_in_order_from_a_position(owing_store: AnyStore) -> None:
    for n in range(6):
        await write(owing_store, put(thing(f"urn:{n}", speed=n)))
    assert [debt.position for debt in await owed(owing_store, after=2, limit=3)] == [3, 4, 5]


async def test_debts_are_summed_up_by_subscription(owing_store: AnyStore) -> None:
    for n in range(4):
        await write(owing_store, put(thing(f"urn:{n}", speed=n)))
    moves = [
        DebtChange("s", 1, "paid"),
        DebtChange("s", 3, "postponed", attempts=3, due=99, reason="503"),
        DebtChange("s", 4, "dead", attempts=8, reason="gone"),
    ]
    await owing_store.apply(TENANT, moves, SYSTEM)
    first = (await owed(owing_store))[0]
    (told,) = await owing_store.debt_sums(TENANT)
    assert (told.subscription, told.waiting, told.dead, told.tried) == ("s", 2, 1, 1), "one is listed, one was tried"
    assert (told.oldest, told.next_try, told.reason) == (first.time, 99, "503")
    await owing_store.apply(TENANT, [DebtChange("s", position, "paid") for position in (2, 3)], SYSTEM)
    (told,) = await owing_store.debt_sums(TENANT)
    assert (told.waiting, told.oldest, told.next_try, told.reason, told.dead) == (0, None, None, "", 1)
    assert list(await owing_store.debt_sums("nobody")) == []


async def test_a_document_may_owe_notifications_and_its_line_keeps_what_they_tell(owing_store: AnyStore) -> None:
    alone = DocumentChange("note", "a", b"1", owed=("s", "t"), told=b'{"why":"made"}')
    await owing_store.apply(TENANT, [alone], SYSTEM)
    several = [DocumentChange("note", "b", b"1"), DocumentChange("note", "a", None, owed=("s",), told=b"gone")]
    await owing_store.apply(TENANT, several, SYSTEM)
    refused = [DocumentChange("note", "c", b"1", owed=("s",), told=b"x"), DocumentChange("note", "b", None, expected=9)]
    with pytest.raises(Refused):
        await owing_store.apply(TENANT, refused, SYSTEM)
    debts = await owed(owing_store)
    assert [(debt.subscription, debt.position, debt.subject, debt.entity) for debt in debts] == [
        ("s", 1, "note/a", None),
        ("t", 1, "note/a", None),
        ("s", 3, "note/a", None),
    ]
    lines = (await owing_store.log(TENANT, 0, 10)).entries
    assert [line.detail for line in lines] == [b'{"why":"made"}', None, b"gone"]


@pytest.fixture
def of_three(store: AnyStore) -> AnyStore:
    """A store in which three subscriptions hear of every change."""
    store.owing = lambda _tenant, _seen: ("r", "s", "t")
    return store


async def test_those_who_heard_leave_the_debts_of_a_change_and_the_others_stay(of_three: AnyStore) -> None:
    for n in range(2):
        await write(of_three, put(thing(f"urn:{n}", speed=n)))
    await of_three.apply(TENANT, [Paid(1, ("s", "r")), Paid(2, ("t", "r", "s"))], SYSTEM)
    assert [(debt.subscription, debt.position, debt.attempts) for debt in await owed(of_three)] == [("t", 1, 0)]
    await of_three.apply(TENANT, [Paid(1, ("t",)), Paid(1, ("t", "never was"))], SYSTEM)
    assert await owed(of_three) == []
    assert await of_three.position(TENANT) == 2


async def test_one_who_is_postponed_keeps_his_place_among_the_debts(of_three: AnyStore) -> None:
    for n in range(2):
        await write(of_three, put(thing(f"urn:{n}", speed=n)))
    await of_three.apply(TENANT, [DebtChange("s", 1, "postponed", 1, 7, "503"), Paid(1, ("r",))], SYSTEM)
    found = [(debt.position, debt.subscription, debt.attempts) for debt in await owed(of_three)]
    assert found == [(1, "s", 1), (1, "t", 0), (2, "r", 0), (2, "s", 0), (2, "t", 0)]
    assert [debt.subscription for debt in await owed(of_three, limit=3)] == ["s", "t", "r"]
    assert [debt.subscription for debt in await owed(of_three, after=1, limit=2)] == ["r", "s"]
    await of_three.apply(TENANT, [DebtChange("s", 1, "dead", 5, 7, "503"), DebtChange("t", 1, "dead")], SYSTEM)
    assert [debt.subscription for debt in await owed(of_three, dead=True)] == ["s", "t"]
    await of_three.apply(TENANT, [DebtChange("s", 1, "postponed"), Paid(1, ("s",)), Paid(2, ("s",))], SYSTEM)
    assert [(debt.position, debt.subscription) for debt in await owed(of_three)] == [(2, "r"), (2, "t")]


async def test_what_was_paid_is_not_postponed_after_it(of_three: AnyStore) -> None:
    await write(of_three, put(thing("urn:0", speed=1)))
    await of_three.apply(TENANT, [Paid(1, ("s",)), DebtChange("s", 1, "postponed", 1)], SYSTEM)
    assert [debt.subscription for debt in await owed(of_three)] == ["r", "t"]


async def test_who_listens_is_told_who_must_hear(of_three: AnyStore) -> None:
    heard: list[tuple[str, ...]] = []
    of_three.listen(lambda _tenant, entries: heard.extend(entry.owed for entry in entries))
    await write(of_three, put(thing("urn:0", speed=1)))
    await of_three.apply(TENANT, [DocumentChange("note", "a", b"1", owed=("u",), told=b"1")], SYSTEM)
    await of_three.apply(TENANT, [DocumentChange("note", "a", b"2")], SYSTEM)
    assert heard == [("r", "s", "t"), ("u",), ()]


async def test_who_listens_is_told_who_must_hear_while_others_read(of_three: AnyStore) -> None:
    """A reader that meets a change before its writer is answered tells nobody of it instead."""
    heard: list[tuple[str, ...]] = []
    of_three.listen(lambda _tenant, entries: heard.extend(entry.owed for entry in entries))
    written = asyncio.Event()

    async def read() -> None:
        while not written.is_set():
            await of_three.entity(TENANT, "urn:0", EVERYTHING)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(read())
        for n in range(200):
            await write(of_three, put(thing("urn:0", speed=n)))
        written.set()
    assert heard == [("r", "s", "t")] * 200


async def test_letters_are_chosen_by_subscription_and_time(of_three: AnyStore, clock: Clock) -> None:
    for n in range(3):
        await write(of_three, put(thing(f"urn:{n}", speed=n)))
        clock.now += 10
    begun = clock.now - 30
    await of_three.apply(TENANT, [DebtChange(id, n, "dead") for id in "rs" for n in (1, 2, 3)], SYSTEM)

    async def chosen(**query: Any) -> list[tuple[str, int]]:
        found = await of_three.letters(TENANT, LetterQuery(**query), limit=10)
        return [(letter.subscription, letter.position) for letter in found if letter.dead]

    assert await chosen(of=frozenset(("s", "t"))) == [("s", 1), ("s", 2), ("s", 3)]
    assert await chosen(of=frozenset()) == []
    assert await chosen(since=begun + 10, until=begun + 20) == [("r", 2), ("s", 2)]
    assert await chosen(since=begun + 30) == []
    assert len(await of_three.letters(TENANT, LetterQuery(), after=1, limit=3)) == 3
    assert list(await of_three.letters("nobody", LetterQuery())) == []


async def test_a_store_rests_while_new_tenants_are_made(store: Store) -> None:
    async def make() -> None:
        for n in range(10):
            await store.apply(f"{TENANT}{n}", [DocumentChange("note", "a", b"1")], SYSTEM)

    await store.apply(TENANT, [DocumentChange("note", "a", b"1")], SYSTEM)
    async with asyncio.TaskGroup() as group:
        making = group.create_task(make())
        while not making.done():
            await store.rest()
            await asyncio.sleep(0)
