"""The first administrator, one-time passwords, and the list of sessions."""

from collections.abc import Sequence

import pytest
from people_at_hand import HERE, NOW, OPERATOR, PASSWORD, wish

from pinisi.people.account_register import AccountChange, NewAccount
from pinisi.people.accounts import Account, principal_of
from pinisi.people.errors import BadField, NotThere, PasswordNeeded, SignInRefused, TooSoon
from pinisi.people.first_run import FIRST, announcement, first_administrator, one_time_password
from pinisi.people.fixed import DEMO
from pinisi.people.kept import PEOPLE
from pinisi.people.passwords import check_password
from pinisi.people.patience import FREE
from pinisi.people.register import People
from pinisi.people.trail import AuditQuery, read_trail
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import DAY, SECOND
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio
CHOSEN = "kapal layar di laut lepas"


async def test_the_first_start_makes_an_administrator_and_no_later_one_does(people: People) -> None:
    password = await first_administrator(people, NOW)
    assert password is not None
    account = await people.accounts.get(FIRST)
    assert account is not None
    assert (account.administers, account.one_time) == (True, True)
    assert password not in (account.password or "")
    assert await first_administrator(people, NOW) is None
    assert password in announcement(password)


async def test_a_one_time_password_opens_nothing_until_another_is_chosen(people: People) -> None:
    password = await first_administrator(people, NOW) or ""
    with pytest.raises(PasswordNeeded):
        await people.sessions.sign_in(FIRST, password, HERE, NOW)
    assert await people.sessions.seen_by(DEMO, NOW) == []
    opened = await people.sessions.sign_in(FIRST, password, HERE, NOW, CHOSEN)
    assert not opened.account.one_time
    assert await people.sessions.opened(opened.cookie, NOW) is not None
    with pytest.raises(SignInRefused):
        await people.sessions.sign_in(FIRST, password, HERE, NOW)
    assert await people.sessions.sign_in(FIRST, CHOSEN, HERE, NOW)


CHOICES = [("short", "at least 12"), (None, "another one"), ("admin.admin.xyzq", "name of the account")]


@pytest.mark.parametrize(("new", "why"), CHOICES)
async def test_what_is_chosen_keeps_the_rules(people: People, new: str | None, why: str) -> None:
    password = await first_administrator(people, NOW) or ""
    with pytest.raises(BadField, match=why) as refused:
        await people.sessions.sign_in(FIRST, password, HERE, NOW, password if new is None else new)
    assert refused.value.field == "new"


async def test_who_chose_a_password_does_not_change_it_while_signing_in(people: People, ani: Account) -> None:
    with pytest.raises(BadField, match="after you have signed in"):
        await people.sessions.sign_in("ani", PASSWORD, HERE, NOW, CHOSEN)


async def test_guessing_a_one_time_password_waits_as_any_other(people: People) -> None:
    await first_administrator(people, NOW)
    for _ in range(FREE):
        with pytest.raises(SignInRefused):
            await people.sessions.sign_in(FIRST, "not the password", HERE, NOW, CHOSEN)
    with pytest.raises(TooSoon):
        await people.sessions.sign_in(FIRST, "not the password", HERE, NOW, CHOSEN)


async def test_an_administrator_gives_one_time_passwords(people: People, budi: Account) -> None:
    changed = await people.accounts.change("budi", AccountChange(password=CHOSEN, one_time=True), DEMO, NOW)
    assert changed.one_time
    with pytest.raises(PasswordNeeded):
        await people.sessions.sign_in("budi", CHOSEN, HERE, NOW)
    with pytest.raises(BadField, match="oneTime"):
        await people.accounts.change("budi", AccountChange(one_time=True), DEMO, NOW)
    with pytest.raises(BadField, match="oneTime"):
        await people.accounts.create(NewAccount(account="x2", assignments=(OPERATOR,), one_time=True), DEMO, NOW)


def test_a_one_time_password_keeps_the_rules_of_passwords() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        check_password(password, FIRST)


async def test_sessions_are_seen_by_their_owner_and_by_who_manages_people(
    people: People, ani: Account, budi: Account, store: SqliteStore
) -> None:
    mine = await people.sessions.sign_in("ani", PASSWORD, "10.0.0.1", NOW)
    his = await people.sessions.sign_in("budi", PASSWORD, "10.0.0.2", NOW + SECOND)
    manager, operator = principal_of(ani, "makassar"), principal_of(budi, "makassar")
    assert [each.address for _, each in await people.sessions.seen_by(manager, NOW + SECOND)] == [
        "10.0.0.2",
        "10.0.0.1",
    ]
    ((id, session),) = await people.sessions.seen_by(operator, NOW + SECOND)
    assert (session.account, session.address) == ("budi", "10.0.0.2")
    others = next(id for id, each in await people.sessions.seen_by(manager, NOW + SECOND) if each.account == "ani")
    for unknown in (others[:16], id[:8], "", "nothing"):
        with pytest.raises(NotThere):
            await people.sessions.end(unknown, operator, NOW + SECOND)
    await people.sessions.end(id[:16], manager, NOW + SECOND)
    assert await people.sessions.opened(his.cookie, NOW + SECOND) is None
    assert await people.sessions.opened(mine.cookie, NOW + SECOND) is not None
    (line,) = (await read_trail(store, PEOPLE, AuditQuery(act="session-ended"), EVERYTHING)).lines
    assert (line.subject, line.by, line.detail) == ("account/budi", "account:ani", {"address": "10.0.0.2"})


async def test_sessions_that_are_over_are_not_listed(people: People, ani: Account, budi: Account) -> None:
    await people.sessions.sign_in("ani", PASSWORD, HERE, NOW)
    await people.sessions.sign_in("budi", PASSWORD, HERE, NOW)
    await people.accounts.change("budi", AccountChange(disabled=True), DEMO, NOW + 1)
    manager = principal_of(ani, "makassar")
    assert [each.account for _, each in await people.sessions.seen_by(manager, NOW + 2)] == ["ani"]
    assert await people.sessions.seen_by(manager, NOW + DAY) == []


async def test_who_gets_an_account_and_signs_in_while_they_are_listed_is_no_trouble(
    people: People, ani: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = await people.sessions.sign_in("ani", PASSWORD, HERE, NOW)
    reading = people.accounts.all

    async def reading_while_he_comes() -> Sequence[Account]:
        found = await reading()
        monkeypatch.undo()
        await people.accounts.create(wish("cici", OPERATOR), DEMO, NOW)
        await people.sessions.sign_in("cici", PASSWORD, HERE, NOW)
        return found

    monkeypatch.setattr(people.accounts, "all", reading_while_he_comes)
    listed = await people.sessions.seen_by(principal_of(ani, "makassar"), NOW + SECOND)
    assert [each.account for _, each in listed] == ["ani"]
    assert await people.sessions.opened(mine.cookie, NOW + SECOND) is not None
