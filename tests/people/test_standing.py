"""What everyone may see now: asked for the owners of subscriptions, inside the transaction of every write."""

import pytest
from people_at_hand import CITY, NOW, quick_passwords

from pinisi.people.account_register import AccountChange
from pinisi.people.accounts import Account, principal_of
from pinisi.people.fixed import DEMO
from pinisi.people.kept import PEOPLE
from pinisi.people.public import public_view
from pinisi.people.register import People
from pinisi.people.token_register import TokenWish
from pinisi.people.trail import AuditQuery, read_trail
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import DAY
from pinisi.vocabulary.principal import EVERYTHING, NOTHING

pytestmark = pytest.mark.anyio
READ = TokenWish(label="Dashboard", permissions=frozenset({"context.read"}), expires_at=NOW + DAY)


async def test_an_account_sees_what_its_roles_give_in_this_tenant(people: People, budi: Account) -> None:
    assert people.grants_of("account:budi", CITY) == principal_of(budi, CITY).grants
    assert people.grants_of("account:budi", "elsewhere") == NOTHING
    assert people.grants_of("account:budi") == NOTHING
    assert people.grants_of("account:ani").writes_all


async def test_a_change_counts_from_the_commit_on(people: People, budi: Account) -> None:
    assert people.grants_of("account:budi", CITY) is not None
    await people.accounts.change("budi", AccountChange(assignments=()), DEMO, NOW)
    assert people.grants_of("account:budi", CITY) == NOTHING
    await people.accounts.change("budi", AccountChange(disabled=True), DEMO, NOW)
    assert people.grants_of("account:budi", CITY) is None


async def test_after_a_restart_everyone_is_known_again(store: SqliteStore, people: People, budi: Account) -> None:
    made = await people.tokens.make("budi", READ, DEMO, NOW)
    again = People(store, passwords=quick_passwords(), clock=lambda: NOW)
    assert again.grants_of("account:budi", CITY) is None
    await again.open()
    assert again.grants_of("account:budi", CITY) == principal_of(budi, CITY).grants
    assert again.grants_of(f"token:{made.token.id}", CITY) == principal_of(budi, CITY).grants


async def test_a_token_stands_until_it_ends_or_its_owner_goes(store: SqliteStore, ani: Account, budi: Account) -> None:
    now = [NOW]
    people = People(store, passwords=quick_passwords(), clock=lambda: now[0])
    await people.open()
    ended, revoked, orphan = [f"token:{(await people.tokens.make('budi', READ, DEMO, NOW)).token.id}" for _ in range(3)]
    now[0] = NOW + DAY
    assert people.grants_of(ended, CITY) is None
    now[0] = NOW
    await people.tokens.revoke(revoked.removeprefix("token:"), DEMO, NOW)
    assert people.grants_of(revoked, CITY) is None
    assert people.grants_of(orphan, CITY) is not None
    await people.accounts.change("budi", AccountChange(disabled=True), DEMO, NOW)
    assert people.grants_of(orphan, CITY) is None


async def test_those_without_account_stand_too(store: SqliteStore, people: People) -> None:
    assert people.grants_of("system", CITY) == EVERYTHING
    assert people.grants_of("demo", CITY).writes_all
    assert people.grants_of("anonymous", CITY) is None
    assert people.grants_of("reaction:flood", CITY) is None
    open_city = People(store, public=public_view("public", tenants=frozenset({CITY})))
    assert open_city.grants_of("anonymous", CITY) is not None
    assert open_city.grants_of("anonymous", "elsewhere") is None


async def test_the_demo_stands_only_while_there_are_no_accounts(people: People, ani: Account) -> None:
    assert people.grants_of("demo", CITY) is None


async def test_every_start_is_on_record(people: People, ani: Account, store: SqliteStore) -> None:
    await people.record_start()
    [line] = (await read_trail(store, PEOPLE, AuditQuery(limit=1), EVERYTHING)).lines
    assert (line.act, line.by, line.detail) == ("started", "system", {"accounts": 1, "loopback": False})
