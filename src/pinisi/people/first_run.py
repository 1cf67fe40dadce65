"""The first administrator of a server that others can reach: made at its first start, with a one-time password."""

import secrets

from pinisi.people.account_register import NewAccount
from pinisi.people.accounts import Assignment
from pinisi.people.register import People
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM

FIRST = "admin"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another when they are copied by hand."""
_GROUPS, _EACH = 5, 4


async def first_administrator(people: People, now: Instant) -> str | None:
    """Make the account `admin` where there is none at all; its one-time password, which is kept nowhere else."""
    if await people.inhabited():
        return None
    password = one_time_password()
    everything = (Assignment(role="administrator"),)
    wish = NewAccount(account=FIRST, assignments=everything, password=password, one_time=True)
    await people.accounts.create(wish, SYSTEM, now)
    return password


def one_time_password() -> str:
    """20 letters in groups of four: 99 random bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_EACH)) for _ in range(_GROUPS))


def announcement(password: str) -> str:
    """What is printed once."""
    return (
        "pinisi: others can reach this server and nobody could sign in yet, so there is an administrator now.\n"
        f"  account            {FIRST}\n"
        f"  one-time password  {password}\n"
        "It is shown only this once. Whoever signs in with it chooses a password of his own."
    )
