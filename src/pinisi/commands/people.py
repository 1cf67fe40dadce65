"""`pinisi account` and `pinisi token`: people of a stopped Pinisi. While it runs, the console does this."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from getpass import getpass

import msgspec

from pinisi.commands.failure import CommandFailed
from pinisi.people.account_register import AccountChange, NewAccount
from pinisi.people.accounts import Assignment
from pinisi.people.register import People
from pinisi.people.roles import PERMISSIONS
from pinisi.people.token_register import TokenWish
from pinisi.runtime.occupancy import Occupied, occupy
from pinisi.settings import Settings
from pinisi.vocabulary.instant import DAY, Instant, format_instant
from pinisi.vocabulary.principal import SYSTEM

AT_THE_MACHINE = msgspec.structs.replace(SYSTEM, permissions=frozenset(PERMISSIONS))
"""Whoever can open the data folder's files; the log names the system."""


def now() -> Instant:
    return time.time_ns() // 1000


def with_people(settings: Settings, act: Callable[[People], Awaitable[None]]) -> int:
    """Open the registers, act, close.

    Raises:
        CommandFailed: the server runs; it alone opens the files.
    """
    from pinisi.store.opening import open_store

    async def open_and_act() -> None:
        async with open_store(settings.store, settings.tenant_folder, now) as store:
            people = People(store)
            await people.open()
            await act(people)

    try:
        with occupy(settings.data):
            asyncio.run(open_and_act())
    except Occupied as error:
        raise CommandFailed(f"{error}: stop it first, or use the console") from error
    return 0


def ask_password() -> str:
    """From the terminal twice, or one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass("Password (12 characters or more): ")
    if first != getpass("Once more: "):
        raise CommandFailed("the two passwords differ; nothing was changed")
    return first


def add_account(
    settings: Settings, account: str, name: str | None, role: str, areas: list[str], *, password: bool
) -> int:
    assignment = Assignment(role=role, areas=frozenset(areas) or None)
    secret = ask_password() if password else None
    wish = NewAccount(account=account, name=name, assignments=(assignment,), password=secret)

    async def act(people: People) -> None:
        made = await people.accounts.create(wish, AT_THE_MACHINE, now())
        print(f"account {made.id} ({made.name}), role {role}")

    return with_people(settings, act)


def list_accounts(settings: Settings) -> int:
    async def act(people: People) -> None:
        for account in await people.accounts.all():
            roles = ", ".join(assignment.role for assignment in account.assignments)
            print(f"{account.id}\t{account.name}\t{roles}\t{'disabled' if account.disabled else 'active'}")

    return with_people(settings, act)


def disable_account(settings: Settings, account: str) -> int:
    async def act(people: People) -> None:
        await people.accounts.change(account, AccountChange(disabled=True), AT_THE_MACHINE, now())
        print(f"account {account} is disabled; its sessions and tokens open nothing from now on")

    return with_people(settings, act)


def add_token(settings: Settings, account: str, label: str, permissions: list[str], days: int | None) -> int:
    expires = None if days is None else now() + days * DAY
    wish = TokenWish(label=label, permissions=frozenset(permissions), expires_at=expires)

    async def act(people: People) -> None:
        made = await people.tokens.make(account, wish, AT_THE_MACHINE, now())
        print(made.text)
        print(f"good until {format_instant(made.token.expires_at)}; it is shown only now", file=sys.stderr)

    return with_people(settings, act)


def list_tokens(settings: Settings) -> int:
    async def act(people: People) -> None:
        moment = now()
        for token in await people.tokens.seen_by(AT_THE_MACHINE):
            state = "active" if token.holds(moment) else "revoked" if token.revoked_at is not None else "expired"
            print(f"{token.id}\t{token.owner}\t{token.label}\t{state}\t{format_instant(token.expires_at)}")

    return with_people(settings, act)


def revoke_token(settings: Settings, token: str) -> int:
    async def act(people: People) -> None:
        await people.tokens.revoke(token, AT_THE_MACHINE, now())
        print(f"token {token} is revoked")

    return with_people(settings, act)
