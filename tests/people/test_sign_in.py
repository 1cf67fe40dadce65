"""Signing in: who is let in, who waits, and what the trail says of it."""

import pytest
from people_at_hand import HERE, NOW, OPERATOR, PASSWORD, wish

from pinisi.people.account_register import AccountChange
from pinisi.people.accounts import Account
from pinisi.people.errors import SignInRefused, TooSoon
from pinisi.people.fixed import DEMO
from pinisi.people.kept import PEOPLE
from pinisi.people.patience import FREE
from pinisi.people.register import People
from pinisi.people.sessions import IDLE, LONGEST, SEEN_EVERY, session_id
from pinisi.people.trail import AuditQuery, read_trail
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import HOUR, SECOND, Instant
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio


async def sign_in(people: People, password: str = PASSWORD, account: str = "ani", now: Instant = NOW) -> str:
    return (await people.sessions.sign_in(account, password, HERE, now)).cookie


async def fail(people: People, times: int, address: str = HERE, account: str = "ani") -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            await people.sessions.sign_in(account, "not the password", address, NOW)


async def test_account_and_password_open_a_session(people: People, ani: Account) -> None:
    opened = await people.sessions.opened(await sign_in(people), NOW)
    assert opened is not None
    assert opened[1] == ani


async def test_the_name_is_read_as_people_type_it(people: People, ani: Account) -> None:
    assert await people.sessions.opened(await sign_in(people, account="  Ani "), NOW)


@pytest.mark.parametrize("account", ["ani", "nobody", "?", "", "a" * 10_000, "pass\u0000word"])
async def test_a_wrong_password_and_an_unknown_account_get_the_same_words(
    people: People, ani: Account, account: str
) -> None:
    with pytest.raises(SignInRefused, match=r"^The account or the password is not right\.$"):
        await people.sessions.sign_in(account, "not the password", HERE, NOW)


async def test_a_disabled_account_gets_the_same_words(people: People, budi: Account) -> None:
    await people.accounts.change("budi", AccountChange(disabled=True), DEMO, NOW)
    with pytest.raises(SignInRefused):
        await sign_in(people, account="budi")


async def test_after_some_failures_the_right_password_has_to_wait_too(people: People, ani: Account) -> None:
    await fail(people, FREE)
    with pytest.raises(TooSoon) as refused:
        await sign_in(people)
    assert refused.value.seconds == 1
    assert await sign_in(people, now=NOW + SECOND)


async def test_failures_from_another_address_lock_nobody_out(people: People, ani: Account) -> None:
    await fail(people, FREE, address="203.0.113.9")
    assert await sign_in(people)


async def test_an_account_without_password_cannot_sign_in(people: People, ani: Account) -> None:
    await people.accounts.create(wish("gauge", OPERATOR, password=None), DEMO, NOW)
    with pytest.raises(SignInRefused):
        await sign_in(people, account="gauge")


async def test_a_session_slides_while_it_is_used(people: People, ani: Account) -> None:
    cookie = await sign_in(people)
    for hours in range(11, 100, 11):
        assert await people.sessions.opened(cookie, NOW + hours * HOUR)
    assert not await people.sessions.opened(cookie, NOW + 99 * HOUR + IDLE)


async def test_a_session_ends_after_seven_days_however_much_it_is_used(people: People, ani: Account) -> None:
    cookie = await sign_in(people)
    for moment in range(NOW, NOW + LONGEST, 11 * HOUR):
        assert await people.sessions.opened(cookie, moment)
    assert not await people.sessions.opened(cookie, NOW + LONGEST)


async def test_use_is_written_down_only_now_and_then(people: People, ani: Account) -> None:
    cookie = await sign_in(people)
    version = await people.version()
    await people.sessions.opened(cookie, NOW + SEEN_EVERY - 1)
    assert await people.version() == version
    await people.sessions.opened(cookie, NOW + SEEN_EVERY)
    assert await people.version() == version + 1


async def test_signing_out_ends_the_session(people: People, ani: Account) -> None:
    cookie = await sign_in(people)
    await people.sessions.sign_out(cookie)
    assert await people.sessions.opened(cookie, NOW) is None
    await people.sessions.sign_out(cookie)


async def test_only_a_hash_of_the_cookie_is_kept(people: People, ani: Account, store: SqliteStore) -> None:
    cookie = await sign_in(people)
    kept = await store.documents(PEOPLE, "session")
    assert [id for id, _, _ in kept] == [session_id(cookie)]
    assert cookie.encode() not in kept[0][2]


async def test_sessions_that_are_over_are_swept_at_the_next_sign_in(
    people: People, ani: Account, store: SqliteStore
) -> None:
    await sign_in(people)
    await sign_in(people, now=NOW + IDLE)
    assert len(await store.documents(PEOPLE, "session")) == 1


@pytest.mark.parametrize("change", [AccountChange(password="another long phrase"), AccountChange(disabled=True)])
async def test_a_new_password_or_a_closed_account_ends_its_sessions(
    people: People, budi: Account, change: AccountChange
) -> None:
    cookie = await sign_in(people, account="budi")
    await people.accounts.change("budi", change, DEMO, NOW + 1)
    await people.accounts.change("budi", AccountChange(disabled=False), DEMO, NOW + 2)
    assert await people.sessions.opened(cookie, NOW + 3) is None


async def test_the_trail_names_who_came_and_from_where_but_not_what_was_typed(
    people: People, ani: Account, store: SqliteStore
) -> None:
    await fail(people, 1, account="my secret password")
    await fail(people, 1)
    await people.sessions.sign_out(await sign_in(people))
    lines = (await read_trail(store, PEOPLE, AuditQuery(limit=4), EVERYTHING)).lines
    assert [(line.act, line.subject, line.by) for line in lines] == [
        ("signed-out", "account/ani", "account:ani"),
        ("signed-in", "account/ani", "account:ani"),
        ("sign-in-failed", "account/ani", "anonymous"),
        ("sign-in-failed", "account", "anonymous"),
    ]
    assert lines[1].detail == {"address": HERE}
