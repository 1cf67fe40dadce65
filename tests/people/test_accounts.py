"""Accounts: made, changed, closed, and never without someone responsible."""

import anyio
import pytest
from people_at_hand import ADMINISTRATOR, NOW, OPERATOR, PASSWORD, quick_passwords, wish

from pinisi.people.account_register import AccountChange
from pinisi.people.accounts import Account, Assignment, account_id
from pinisi.people.errors import BadField, Conflict, NotThere
from pinisi.people.fixed import DEMO
from pinisi.people.kept import PEOPLE
from pinisi.people.register import People
from pinisi.people.trail import AuditQuery, read_trail
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio


async def test_an_account_is_kept_as_it_was_made(people: People, budi: Account, store: SqliteStore) -> None:
    again = People(store, passwords=quick_passwords())
    assert await again.accounts.get("budi") == budi
    assert (budi.name, budi.assignments, budi.created_at, budi.disabled) == ("Budi S.", (OPERATOR,), NOW, False)


async def test_only_an_argon2id_hash_of_the_password_is_kept(ani: Account, store: SqliteStore) -> None:
    [(_, _, body)] = await store.documents(PEOPLE, "account")
    assert b"$argon2id$" in body
    assert PASSWORD.encode() not in body


async def test_two_accounts_never_share_a_name(people: People, ani: Account) -> None:
    with pytest.raises(Conflict, match="There is an account ani already"):
        await people.accounts.create(wish("ANI", OPERATOR), DEMO, NOW)


async def test_the_first_account_must_be_an_administrator_with_a_password(people: People) -> None:
    for first in (wish("budi", OPERATOR), wish("ani", ADMINISTRATOR, password=None), wish("ani")):
        with pytest.raises(Conflict, match="first account must be an administrator"):
            await people.accounts.create(first, DEMO, NOW)
    assert await people.accounts.all() == []


@pytest.mark.parametrize(
    "change", [AccountChange(disabled=True), AccountChange(assignments=(OPERATOR,)), AccountChange(assignments=())]
)
async def test_the_last_administrator_cannot_go(people: People, ani: Account, change: AccountChange) -> None:
    with pytest.raises(Conflict, match="Someone must stay administrator"):
        await people.accounts.change("ani", change, DEMO, NOW)
    assert await people.accounts.get("ani") == ani


async def test_of_two_administrators_who_close_each_other_at_once_one_stays(people: People, ani: Account) -> None:
    await people.accounts.create(wish("adi", ADMINISTRATOR), DEMO, NOW)
    refused: list[str] = []

    async def close(id: str) -> None:
        try:
            await people.accounts.change(id, AccountChange(disabled=True), DEMO, NOW)
        except Conflict:
            refused.append(id)

    async with anyio.create_task_group() as group:
        group.start_soon(close, "ani")
        group.start_soon(close, "adi")
    assert len(refused) == 1
    assert await people.accounts.administrators() == 1


async def test_what_is_not_named_stays_when_an_account_changes(people: People, budi: Account) -> None:
    changed = await people.accounts.change("budi", AccountChange(name="Budi Santoso"), DEMO, NOW + 5)
    assert changed.name == "Budi Santoso"
    assert (changed.password, changed.assignments) == (budi.password, budi.assignments)
    assert (changed.created_at, changed.changed_at) == (NOW, NOW + 5)


async def test_an_account_that_is_not_there_cannot_change(people: People, ani: Account) -> None:
    with pytest.raises(NotThere):
        await people.accounts.change("budi", AccountChange(disabled=True), DEMO, NOW)


@pytest.mark.parametrize(
    ("assignment", "field"),
    [
        (Assignment(role="king"), "assignments[0].role"),
        (Assignment(role="public"), "assignments[0].role"),
        (Assignment(role="viewer", types=frozenset({"Puskesmas"})), "assignments[0].types"),
        (Assignment(role="viewer", attributes=frozenset({"a b:c"})), "assignments[0].attributes"),
        (Assignment(role="viewer", areas=frozenset({"Rappocini kecamatan"})), "assignments[0].areas"),
        (Assignment(role="viewer", tenants=frozenset({"_people"})), "assignments[0].tenants"),
    ],
)
async def test_an_assignment_that_makes_no_sense_is_named(
    people: People, ani: Account, assignment: Assignment, field: str
) -> None:
    with pytest.raises(BadField) as bad:
        await people.accounts.create(wish("budi", assignment), DEMO, NOW)
    assert bad.value.field == field


@pytest.mark.parametrize(
    ("typed", "id"), [("Siti Rahma", "siti.rahma"), (" ANI ", "ani"), ("p3k-1", "p3k-1"), ("a_b", "a_b")]
)
def test_the_word_to_sign_in_comes_from_the_name(typed: str, id: str) -> None:
    assert account_id(typed) == id


@pytest.mark.parametrize("typed", ["", "a", "-a", "a/b", "é", "a" * 65, "a\x00b", "../x"])
def test_a_name_that_is_no_word_is_refused(typed: str) -> None:
    with pytest.raises(BadField) as bad:
        account_id(typed)
    assert bad.value.field == "account"


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb"])
async def test_a_name_that_cannot_be_shown_is_refused(people: People, ani: Account, name: str) -> None:
    with pytest.raises(BadField) as bad:
        await people.accounts.create(wish("budi", OPERATOR, name=name), DEMO, NOW)
    assert bad.value.field == "name"


async def test_the_trail_says_what_changed_but_not_to_which_password(
    people: People, budi: Account, store: SqliteStore
) -> None:
    await people.accounts.change("budi", AccountChange(password="another long phrase"), DEMO, NOW)
    [line] = (await read_trail(store, PEOPLE, AuditQuery(limit=1), EVERYTHING)).lines
    assert (line.act, line.subject, line.by) == ("account-changed", "account/budi", "demo")
    assert line.detail == {"changed": ["password"], "roles": ["operator"], "disabled": False}


async def test_the_names_behind_the_log_are_known(people: People, budi: Account) -> None:
    assert (await people.names())["account:budi"] == "Budi S."
    await people.accounts.change("budi", AccountChange(name="Budi Santoso", disabled=True), DEMO, NOW)
    assert (await people.names())["account:budi"] == "Budi Santoso"
