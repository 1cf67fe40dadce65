"""The audit trail: newest first, in pages, as far as the reader's grants reach."""

from pathlib import Path

import pytest
from people_at_hand import CITY, NOW

from pinisi.people import acts, trail
from pinisi.people.accounts import Account
from pinisi.people.kept import PEOPLE
from pinisi.people.trail import AuditQuery, read_trail
from pinisi.store.change import AuditEntry, DocumentChange, Edit, EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, NOTHING, SYSTEM, Grant, Grants

pytestmark = pytest.mark.anyio
BANK, CLINIC, STOCK, NAME = "urn:WasteBank", "urn:Puskesmas", "urn:stock", "urn:name"


def entity(id: str, type: str) -> EntityChange:
    attributes = {name: [Instance(PROPERTY, 1)] for name in (STOCK, NAME)}
    return EntityChange(id, lambda old, now: Edit(Entity(id, [type], attributes)))


async def test_a_city_that_was_never_written_to_has_an_empty_trail(store: SqliteStore) -> None:
    page = await read_trail(store, CITY, AuditQuery(), EVERYTHING)
    assert (page.lines, page.next, page.position) == ((), None, 0)


async def test_changes_and_acts_stand_in_one_line_with_who_and_when(store: SqliteStore) -> None:
    await store.apply(CITY, [entity("urn:b:1", BANK)], SYSTEM)
    await store.apply(CITY, [acts.exported("urn:WasteBank", 167, "csv")], SYSTEM)
    await store.apply(CITY, [DocumentChange("subscription", "s1", b"{}")], SYSTEM)
    lines = (await read_trail(store, CITY, AuditQuery(), EVERYTHING)).lines
    assert [(line.act, line.subject) for line in lines] == [
        ("document", "subscription/s1"),
        ("exported", "urn:WasteBank"),
        ("create", "urn:b:1"),
    ]
    assert lines[1].detail == {"count": 167, "format": "csv"}
    assert set(lines[2].attributes) == {STOCK, NAME}
    assert all(line.by == "system" and line.time >= NOW for line in lines)


async def test_pages_join_without_gap_or_double(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "_SPAN", 7)
    await store.apply(CITY, [AuditEntry(f"act{n}", "x") for n in range(50)], SYSTEM)
    seen: list[str] = []
    before = None
    while True:
        page = await read_trail(store, CITY, AuditQuery(before=before, limit=8), EVERYTHING)
        seen += [line.act for line in page.lines]
        if page.next is None:
            break
        before = page.next
    assert seen == [f"act{n}" for n in reversed(range(50))]


async def test_a_rare_act_is_found_by_following_next(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "_SPAN", 2)
    monkeypatch.setattr(trail, "_MOST_SPANS", 3)
    await store.apply(CITY, [AuditEntry("rare", "x"), *(AuditEntry("usual", "x") for _ in range(20))], SYSTEM)
    query, pages = AuditQuery(act="rare"), 0
    while True:
        page = await read_trail(store, CITY, query, EVERYTHING)
        pages += 1
        if page.lines or page.next is None:
            break
        query = AuditQuery(act="rare", before=page.next)
    assert [line.act for line in page.lines] == ["rare"]
    assert pages == 4


async def test_lines_are_chosen_by_who_subject_and_op(store: SqliteStore) -> None:
    await store.apply(CITY, [entity("urn:b:1", BANK), AuditEntry("shown", "urn:b:1")], SYSTEM)
    for query, acts_seen in (
        (AuditQuery(ops=frozenset({"audit"})), ["shown"]),
        (AuditQuery(subject="urn:b:1"), ["shown", "create"]),
        (AuditQuery(subject="urn:b:2"), []),
        (AuditQuery(by="account:ani"), []),
        (AuditQuery(by="system", act="create"), ["create"]),
    ):
        assert [line.act for line in (await read_trail(store, CITY, query, EVERYTHING)).lines] == acts_seen


async def test_changes_are_seen_as_far_as_the_grants_reach(store: SqliteStore) -> None:
    await store.apply(CITY, [entity("urn:b:1", BANK), entity("urn:c:1", CLINIC)], SYSTEM)
    banks = Grants((Grant(types=frozenset({BANK}), attributes=frozenset({STOCK})),))
    lines = (await read_trail(store, CITY, AuditQuery(), banks)).lines
    assert [(line.subject, line.attributes) for line in lines] == [("urn:b:1", (STOCK,))]
    assert (await read_trail(store, CITY, AuditQuery(), NOTHING)).lines == ()


async def test_of_people_only_acts_are_shown(store: SqliteStore, budi: Account) -> None:
    lines = (await read_trail(store, PEOPLE, AuditQuery(), EVERYTHING)).lines
    assert [line.subject for line in lines] == ["account/budi", "account/ani"]
    assert await store.position(PEOPLE) == 4


async def test_what_is_left_of_a_trimmed_log_is_shown_to_its_end(tmp_path: Path) -> None:
    clock = [NOW]
    async with SqliteStore(tmp_path / "trimmed", lambda: clock[0]) as store:
        for n in range(30):
            clock[0] = NOW + n
            await store.apply(CITY, [AuditEntry(f"act{n}", "x")], SYSTEM)
        await store.retain(CITY, 0, NOW + 20)
        page = await read_trail(store, CITY, AuditQuery(), EVERYTHING)
    assert [line.act for line in page.lines] == ["log-trimmed", *(f"act{n}" for n in reversed(range(20, 30)))]
    assert page.next is None
