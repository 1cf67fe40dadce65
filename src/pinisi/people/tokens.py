"""Tokens: a program's key, never worth more than its owner, good until a day. Pure: no store, no clock."""

import hmac
import secrets
from hashlib import sha256

import msgspec

from pinisi.people.accounts import Account, principal_of
from pinisi.people.narrowing import narrowed
from pinisi.people.roles import NEVER_BY_TOKEN
from pinisi.vocabulary.instant import DAY, HOUR, Instant
from pinisi.vocabulary.principal import NOTHING, Grant, Principal

PREFIX = "pinisi"
LONGEST_LIFE = 366 * DAY
USUAL_LIFE = 90 * DAY
USED_EVERY = HOUR
"""How coarse `used_at` is: a token in use costs one write an hour."""


class Token(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A key `pinisi_<id>_<secret>`, of which only sha256 of the 256-bit secret is kept.

    `permissions` and `limits` narrow what the owner (an account) has at the moment of use; `limits` None and `tenants`
    None leave it as wide as his.
    """

    id: str
    owner: str
    label: str
    digest: bytes
    permissions: frozenset[str]
    made_at: Instant
    expires_at: Instant
    tenants: frozenset[str] | None = None
    limits: tuple[Grant, ...] | None = None
    used_at: Instant = 0
    revoked_at: Instant | None = None

    def holds(self, now: Instant) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and now < self.expires_at


class NewToken(msgspec.Struct, frozen=True):
    """A token just made, and the only time that its text is seen."""

    token: Token
    text: str


def new_secret() -> tuple[str, str, bytes]:
    """A new id (48 bits), secret (256 bits, hexadecimal) and the digest to keep."""
    secret = secrets.token_hex(32)
    return secrets.token_hex(6), secret, _digest(secret)


def token_text(id: str, secret: str) -> str:
    return f"{PREFIX}_{id}_{secret}"


def read_token(text: str) -> tuple[str, str] | None:
    """Id and secret of a token's text; None when it is no such text."""
    parts = text.split("_")
    if len(parts) != 3 or parts[0] != PREFIX or len(parts[1]) != 12 or len(parts[2]) != 64:
        return None
    return parts[1], parts[2]


def opens(token: Token, secret: str) -> bool:
    """Whether the secret is the token's, compared in constant time."""
    return hmac.compare_digest(token.digest, _digest(secret))


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def token_principal_id(id: str) -> str:
    """How a token is named in the log."""
    return f"token:{id}"


def token_of(principal: str) -> str:
    """The token behind a principal's id in the log; of other principals nothing that exists."""
    return principal.removeprefix("token:") if principal.startswith("token:") else ""


def token_principal(token: Token, owner: Account, tenant: str) -> Principal:
    """Who acts with the token in one tenant: what owner and token have in common."""
    holder = principal_of(owner, tenant)
    open_here = token.tenants is None or tenant in token.tenants
    return Principal(
        id=token_principal_id(token.id),
        name=f"{token.label} ({owner.name})",
        kind="token",
        roles=holder.roles,
        permissions=(holder.permissions & token.permissions) - NEVER_BY_TOKEN if open_here else frozenset(),
        grants=narrowed(holder.grants, token.limits) if open_here else NOTHING,
        account=owner.id,
    )
