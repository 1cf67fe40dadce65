"""What the commands `pinisi account` and `pinisi token` do, with the store at hand."""

import secrets
from collections.abc import Iterable

from pinisi.people.account_register import AccountChange, NewAccount
from pinisi.people.accounts import Account, Assignment, account_id
from pinisi.people.fixed import COMMAND_LINE
from pinisi.people.register import People
from pinisi.people.token_register import TokenWish
from pinisi.people.tokens import USUAL_LIFE, NewToken, Token
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import DAY, Instant
from pinisi.vocabulary.principal import Grant

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """A password to hand over: 100 random bits in four groups, without letters that look alike."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


async def add_account(
    store: Store,
    name: str,
    role: str,
    now: Instant,
    *,
    password: str | None = None,
    shown_name: str | None = None,
    tenants: Iterable[str] | None = None,
    areas: Iterable[str] | None = None,
    types: Iterable[str] | None = None,
    attributes: Iterable[str] | None = None,
    write: bool = True,
) -> Account:
    """Make an account with one role; the limits are those of an `Assignment`.

    Raises:
        BadField, Conflict: see `Accounts.create`.
    """
    assignment = Assignment(
        role=role, tenants=_set(tenants), areas=_set(areas), types=_set(types), attributes=_set(attributes), write=write
    )
    wish = NewAccount(account=name, name=shown_name, password=password, assignments=(assignment,))
    return await People(store).accounts.create(wish, COMMAND_LINE, now)


async def list_accounts(store: Store) -> list[Account]:
    return await People(store).accounts.all()


async def set_password(store: Store, name: str, password: str, now: Instant) -> Account:
    """Give an account a new password; its sessions end. Raises `NotThere`, `BadField`."""
    wish = AccountChange(password=password)
    return await People(store).accounts.change(account_id(name), wish, COMMAND_LINE, now)


async def disable_account(store: Store, name: str, now: Instant, *, disabled: bool = True) -> Account:
    """Close an account (or open it again). Raises `NotThere`, `Conflict`."""
    wish = AccountChange(disabled=disabled)
    return await People(store).accounts.change(account_id(name), wish, COMMAND_LINE, now)


async def add_token(
    store: Store,
    owner: str,
    label: str,
    permissions: Iterable[str],
    now: Instant,
    *,
    days: float = USUAL_LIFE / DAY,
    tenants: Iterable[str] | None = None,
    limits: tuple[Grant, ...] | None = None,
) -> NewToken:
    """Make a token of an account; its text is in the answer and nowhere else. Raises as `Tokens.make`."""
    wish = TokenWish(
        label=label,
        permissions=frozenset(permissions),
        tenants=_set(tenants),
        limits=limits,
        expires_at=now + round(days * DAY),
    )
    return await People(store).tokens.make(account_id(owner), wish, COMMAND_LINE, now)


async def list_tokens(store: Store) -> list[Token]:
    return await People(store).tokens.all()


async def revoke_token(store: Store, id: str, now: Instant) -> Token:
    """Revoke a token by its id (the part between the underscores). Raises `NotThere`, `Conflict`."""
    return await People(store).tokens.revoke(id, COMMAND_LINE, now)


def _set(words: Iterable[str] | None) -> frozenset[str] | None:
    return None if words is None else frozenset(words)
