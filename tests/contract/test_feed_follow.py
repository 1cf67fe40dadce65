"""What a follower of any feed may rely on."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from city_at_hand import (
    CAR,
    CITY_CODE,
    EAST,
    LEVEL,
    SENSOR,
    SPEED,
    TENANT,
    WEST,
    WEST_CODE,
    at,
    found_districts,
    limited,
    patch,
    put,
    remove,
    thing,
    value,
    write,
)
from feeds_at_hand import FeedPlace
from stores_at_hand import AnyStore

from patience import PATIENCE
from pinisi.feed.protocol import Feed
from pinisi.store.change import AuditEntry, DocumentChange
from pinisi.store.debt import Seen
from pinisi.store.log import LogEntry, LogSlice
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grant, Grants
from pinisi.vocabulary.terms import LOCATION

pytestmark = pytest.mark.anyio


async def take(slices: AsyncIterator[LogSlice], upto: int) -> list[LogEntry]:
    """Entries until the follower stands at a position."""
    found: list[LogEntry] = []
    while True:
        piece = await asyncio.wait_for(anext(slices), PATIENCE)
        found += piece.entries
        if piece.position >= upto:
            return found


async def heard(feed: Feed, grants: Grants, after: int, upto: int) -> list[tuple[str, str, tuple[str, ...]]]:
    entries = await take(feed.follow(TENANT, after, grants), upto)
    return [(entry.op, entry.subject, entry.attributes) for entry in entries]


async def test_a_follower_hears_what_was_before_and_what_comes(store: Store, feed: Feed) -> None:
    await write(store, put(thing("urn:a")))
    slices = feed.follow(TENANT, 0, EVERYTHING)
    assert [entry.subject for entry in await take(slices, 1)] == ["urn:a"]
    waiting = asyncio.create_task(take(slices, 2))
    await asyncio.sleep(0)
    await write(store, put(thing("urn:b")))
    assert [entry.subject for entry in await waiting] == ["urn:b"]


async def test_all_followers_hear_everything_in_order(store: Store, feed: Feed) -> None:
    followers = [asyncio.create_task(take(feed.follow(TENANT, 0, EVERYTHING), 200)) for _ in range(5)]
    await asyncio.gather(*(write(store, put(thing(f"urn:{n}"))) for n in range(200)))
    for entries in await asyncio.gather(*followers):
        assert [entry.position for entry in entries] == list(range(1, 201))


async def test_a_follower_may_begin_before_the_tenant_exists(store: Store, feed: Feed) -> None:
    waiting = asyncio.create_task(take(feed.follow(TENANT, 0, EVERYTHING), 1))
    await asyncio.sleep(0.01)
    await write(store, put(thing("urn:a")))
    assert len(await waiting) == 1


async def test_one_who_is_too_far_behind_is_cut_to_reset(store: AnyStore, feed_place: FeedPlace) -> None:
    async with feed_place.open(store, patience=5) as feed:
        for n in range(10):
            await write(store, put(thing(f"urn:{n}")))
        slices = feed.follow(TENANT, 0, EVERYTHING)
        assert await anext(slices) == LogSlice((), 10, reset=True)
        await write(store, put(thing("urn:new")))
        assert [entry.subject for entry in await take(slices, 11)] == ["urn:new"]


async def test_a_position_that_the_log_never_had_is_reset(store: Store, feed: Feed) -> None:
    await write(store, put(thing("urn:a")))
    assert await anext(feed.follow(TENANT, 99, EVERYTHING)) == LogSlice((), 1, reset=True)


async def test_a_durable_cursor_resumes_where_its_commit_left_it(store: Store, feed: Feed) -> None:
    assert await feed.resume(TENANT, "reaction") == 0
    await store.apply(TENANT, [put(thing("urn:a"))], SYSTEM, cursor=("reaction", 1))
    assert await feed.resume(TENANT, "reaction") == 1


async def test_a_limited_follower_moves_past_what_he_may_not_hear(store: Store, feed: Feed) -> None:
    await write(store, put(thing("urn:a", SENSOR)), put(thing("urn:b", CAR)))
    assert await heard(feed, limited(types=[CAR]), 0, 2) == [("create", "urn:b", ())]
    assert await heard(feed, limited(types=["urn:type:None"]), 0, 2) == []


async def test_entering_the_view_is_a_creation_and_leaving_it_a_deletion(store: Store, feed: Feed) -> None:
    await found_districts(store)
    await write(store, put(thing("urn:car", CAR, EAST, speed=1)))
    await write(store, patch("urn:car", LOCATION, at(WEST)))
    await write(store, patch("urn:car", SPEED, value(2)))
    await write(store, patch("urn:car", LOCATION, at(EAST)))
    await write(store, patch("urn:car", SPEED, value(3)))
    entries = await take(feed.follow(TENANT, 3, limited(areas=[WEST_CODE])), 8)
    assert [(entry.op, entry.attributes) for entry in entries] == [
        ("create", (LOCATION,)),
        ("update", (SPEED,)),
        ("delete", ()),
    ]
    assert (entries[0].areas_before, entries[2].areas_after) == ((), ())
    assert entries[2].areas_before == (WEST_CODE, CITY_CODE)


async def test_leaving_the_view_by_type_is_a_deletion_too(store: Store, feed: Feed) -> None:
    await write(store, put(thing("urn:a", CAR)))
    await write(store, put(thing("urn:a", SENSOR)))
    entries = await take(feed.follow(TENANT, 0, limited(types=[CAR])), 2)
    assert [(entry.op, entry.types) for entry in entries] == [("create", (CAR,)), ("delete", (CAR,))]


async def test_hidden_attributes_are_neither_named_nor_hinted_at(store: Store, feed: Feed) -> None:
    await write(store, put(thing("urn:a", speed=1, owner="Ani")))
    await write(store, patch("urn:a", LEVEL, value(2)))
    await write(store, patch("urn:a", SPEED, value(2)))
    await write(store, remove("urn:a"))
    assert await heard(feed, limited(attributes=[SPEED]), 0, 4) == [
        ("create", "urn:a", (SPEED,)),
        ("update", "urn:a", (SPEED,)),
        ("delete", "urn:a", ()),
    ]


async def test_the_state_kept_for_notifications_is_not_told_to_limited_followers(store: AnyStore, feed: Feed) -> None:
    def owing(_tenant: str, _change: Seen) -> tuple[str, ...]:
        return ("s",)

    store.owing = owing
    await write(store, put(thing("urn:a", owner="Ani")))
    for grants in (limited(attributes=[SPEED]), limited(types=[SENSOR]), Grants((Grant(),))):
        (entry,) = await take(feed.follow(TENANT, 0, grants), 1)
        assert entry.detail is None


async def test_documents_and_acts_are_for_those_who_may_write_everything(store: Store, feed: Feed) -> None:
    changes = [DocumentChange("account", "ani", b"{}"), AuditEntry("sign-in", "ani")]
    await store.apply(TENANT, changes, SYSTEM)
    assert len(await take(feed.follow(TENANT, 0, EVERYTHING), 2)) == 2
    assert await heard(feed, Grants((Grant(),)), 0, 2) == []
