"""A moment, a password, and short words for the wishes of these tests."""

from argon2 import PasswordHasher

from pinisi.people.account_register import NewAccount
from pinisi.people.accounts import Assignment
from pinisi.people.passwords import Passwords
from pinisi.vocabulary.instant import parse_instant

NOW = parse_instant("2026-11-22T06:32:00Z")
PASSWORD = "correct horse battery"
HERE = "10.0.0.7"
CITY = "makassar"


def quick_passwords() -> Passwords:
    """Argon2id as cheap as it goes: these tests ask whether, not how hard."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def wish(
    account: str, *assignments: Assignment, password: str | None = PASSWORD, name: str | None = None
) -> NewAccount:
    return NewAccount(account=account, name=name, password=password, assignments=assignments)


ADMINISTRATOR = Assignment(role="administrator")
OPERATOR = Assignment(role="operator", tenants=frozenset({CITY}))
