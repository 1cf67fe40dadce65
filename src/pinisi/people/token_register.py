"""The register of tokens: made once, seen once, revoked at once."""

import msgspec

from pinisi.people.account_register import Accounts
from pinisi.people.accounts import Account, check_reach, check_tenants, checked_name, principal_id
from pinisi.people.acts import token_made, token_revoked
from pinisi.people.errors import BadField, Conflict, NotThere
from pinisi.people.kept import PEOPLE, Kept
from pinisi.people.roles import NEVER_BY_TOKEN, PERMISSIONS
from pinisi.people.standing import Standing
from pinisi.people.tokens import (
    LONGEST_LIFE,
    USED_EVERY,
    USUAL_LIFE,
    NewToken,
    Token,
    new_secret,
    opens,
    read_token,
    token_text,
)
from pinisi.people.usage import note_use
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import DAY, Instant
from pinisi.vocabulary.principal import SYSTEM, Grant, Principal


class TokenWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The wish for a token: what it may do (permissions), where (tenants), with which data (limits), until when."""

    label: str
    permissions: frozenset[str]
    tenants: frozenset[str] | None = None
    limits: tuple[Grant, ...] | None = None
    expires_at: Instant | None = None


class Tokens:
    def __init__(self, store: Store, accounts: Accounts, standing: Standing) -> None:
        self._store = store
        self._accounts = accounts
        self._standing = standing
        self._kept = Kept(store, "token", Token)

    async def all(self) -> list[Token]:
        return [found.value for found in await self._kept.all()]

    async def make(self, owner: str, wish: TokenWish, by: Principal, now: Instant) -> NewToken:
        """Make a token of an account. Its text is in the answer and nowhere else.

        Raises:
            NotThere: there is no such account, or it is disabled.
            BadField: a member breaks a rule, or asks for a permission that the owner does not have.
        """
        account = await self._accounts.get(owner)
        if account is None or account.disabled:
            raise NotThere(f"There is no account {owner} that could own a token.")
        _check(wish, account, now)
        id, secret, digest = new_secret()
        token = Token(
            id=id,
            owner=owner,
            label=checked_label(wish.label),
            digest=digest,
            permissions=wish.permissions,
            tenants=wish.tenants,
            limits=wish.limits,
            made_at=now,
            expires_at=now + USUAL_LIFE if wish.expires_at is None else wish.expires_at,
        )
        await self._store.apply(PEOPLE, [self._kept.put(id, token, 0), token_made(token)], by)
        self._standing.learn(tokens=[token])
        return NewToken(token, token_text(id, secret))

    async def revoke(self, id: str, by: Principal, now: Instant) -> Token:
        """Revoke one's own token, or any with `people.manage`; it opens nothing from the next request on.

        Raises:
            NotThere: there is no such token, or it is not one's own.
            Conflict: it has been revoked before.
        """
        found = await self._kept.get(id)
        if found is None or not _may_see(found.value, by):
            raise NotThere(f"There is no token {id}.")
        if found.value.revoked_at is not None:
            raise Conflict(f"Token {id} has been revoked already.")
        token = msgspec.structs.replace(found.value, revoked_at=now)
        await self._store.apply(PEOPLE, [self._kept.put(id, token), token_revoked(token)], by)
        self._standing.learn(tokens=[token])
        return token

    async def seen_by(self, principal: Principal) -> list[Token]:
        """One's own tokens, or all of them with `people.manage`; the newest first."""
        seen = [token for token in await self.all() if _may_see(token, principal)]
        return sorted(seen, key=lambda token: token.made_at, reverse=True)

    async def opened(self, text: str, now: Instant) -> Token | None:
        """The token that this text opens now; notes its use, once an hour."""
        parts = read_token(text)
        found = None if parts is None else await self._kept.get(parts[0])
        if parts is None or found is None or not opens(found.value, parts[1]) or not found.value.holds(now):
            return None
        token = found.value
        if now - token.used_at >= USED_EVERY:
            used = self._kept.put(token.id, msgspec.structs.replace(token, used_at=now), found.position)
            await note_use(self._store, used, SYSTEM)
        return token


def checked_label(label: str) -> str:
    """The label, without blanks around it; raises `BadField` (`label`)."""
    try:
        return checked_name(label)
    except BadField as bad:
        raise BadField("label", bad.detail) from None


def _may_see(token: Token, principal: Principal) -> bool:
    return "people.manage" in principal.permissions or principal.id == principal_id(token.owner)


def _check(wish: TokenWish, owner: Account, now: Instant) -> None:
    _check_permissions(wish.permissions, owner)
    check_tenants(wish.tenants, "tenants")
    for index, limit in enumerate(wish.limits or ()):
        check_reach(limit.types, limit.areas, limit.attributes, f"grants[{index}]")
    if wish.expires_at is not None and not now < wish.expires_at <= now + LONGEST_LIFE:
        raise BadField("expiresAt", f"must lie in the future, at most {LONGEST_LIFE // DAY} days ahead")


def _check_permissions(permissions: frozenset[str], owner: Account) -> None:
    if not permissions:
        raise BadField("permissions", "must name at least one permission")
    for word in sorted(permissions):
        if word not in PERMISSIONS:
            raise BadField("permissions", f"{word[:80]!r} is none of {', '.join(sorted(PERMISSIONS))}")
        if word in NEVER_BY_TOKEN:
            raise BadField("permissions", f"{word} is never given to a token")
    held = frozenset[str]().union(*(each.permissions for each in owner.assignments))
    if beyond := sorted(permissions - held):
        raise BadField("permissions", f"{owner.id} does not have {', '.join(beyond)}")
