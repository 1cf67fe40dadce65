"""The shapes of people's own interface: what requests ask, what answers show. Never a hash, never a secret twice."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from pinisi.people.accounts import Account, Assignment
from pinisi.people.errors import BadField
from pinisi.people.identities import Identity
from pinisi.people.oidc.rules import Provider
from pinisi.people.sessions import SHOWN_ID, Session
from pinisi.people.token_register import TokenWish
from pinisi.people.tokens import Token
from pinisi.people.trail import AuditLine
from pinisi.people.verifying import Verification
from pinisi.vocabulary.instant import DAY, Instant, NotAnInstant, format_instant, parse_instant
from pinisi.vocabulary.principal import Grant


class Asked(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A request. A member that is not known is an error: a misspelt limit must not pass for no limit."""


class Shown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An answer."""


class SignInRequest(Asked, frozen=True):
    """`new` goes with a one-time password: the one that takes its place."""

    account: str
    password: str
    new: str | None = None


class PasswordRequest(Asked, frozen=True):
    """`password` is the one of today, `new` the one of tomorrow."""

    password: str
    new: str


class AccountShown(Shown, frozen=True):
    id: str
    name: str
    roles: list[str]
    assignments: tuple[Assignment, ...]
    has_password: bool
    one_time: bool
    identity: Identity | None
    disabled: bool
    created_at: str
    changed_at: str


class AccountRequest(Asked, frozen=True):
    account: str
    assignments: tuple[Assignment, ...]
    name: str | None = None
    password: str | None = None
    one_time: bool = False
    identity: Identity | None = None


def account_shown(account: Account) -> AccountShown:
    return AccountShown(
        id=account.id,
        name=account.name,
        roles=sorted({each.role for each in account.assignments}),
        assignments=account.assignments,
        has_password=account.password is not None,
        one_time=account.one_time,
        identity=account.identity,
        disabled=account.disabled,
        created_at=format_instant(account.created_at),
        changed_at=format_instant(account.changed_at),
    )


class ProviderShown(Shown, frozen=True):
    """`groups`: it has rules that give roles."""

    id: str
    name: Mapping[str, str]
    issuer: str
    groups: bool


def provider_shown(provider: Provider) -> ProviderShown:
    return ProviderShown(id=provider.id, name=provider.name, issuer=provider.issuer, groups=bool(provider.roles))


class SessionShown(Shown, frozen=True):
    """`current`: the one that asks."""

    id: str
    account: str
    address: str
    provider: str
    made_at: str
    seen_at: str
    ends_at: str
    current: bool


def session_shown(id: str, session: Session, current: str) -> SessionShown:
    return SessionShown(
        id=id[:SHOWN_ID],
        account=session.account,
        address=session.address,
        provider=session.provider,
        made_at=format_instant(session.made_at),
        seen_at=format_instant(session.seen_at),
        ends_at=format_instant(session.ends_at),
        current=id == current,
    )


class Limit(Asked, frozen=True):
    """One grant that a token is limited to; None means every one that the owner has."""

    types: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    attributes: frozenset[str] | None = None
    write: bool = False


class TokenRequest(Asked, frozen=True):
    """`expires_at` (a date-time) or `days`; without them 90 days. `owner`: for those who manage people."""

    label: str
    permissions: frozenset[str]
    tenants: frozenset[str] | None = None
    grants: tuple[Limit, ...] | None = None
    expires_at: str | UnsetType = UNSET
    days: float | UnsetType = UNSET
    owner: str | UnsetType = UNSET


class TokenShown(Shown, frozen=True):
    id: str
    owner: str
    label: str
    permissions: list[str]
    tenants: list[str] | None
    grants: tuple[Grant, ...] | None
    state: str
    made_at: str
    expires_at: str
    used_at: str | None
    revoked_at: str | None


def wish_of(asked: TokenRequest, now: Instant) -> TokenWish:
    """The wish that a request means; raises `BadField` for a time of expiry that is none."""
    return TokenWish(
        label=asked.label,
        permissions=asked.permissions,
        tenants=asked.tenants,
        limits=None if asked.grants is None else tuple(_grant(limit) for limit in asked.grants),
        expires_at=_expiry(asked, now),
    )


def _grant(limit: Limit) -> Grant:
    return Grant(types=limit.types, areas=limit.areas, attributes=limit.attributes, write=limit.write)


def _expiry(asked: TokenRequest, now: Instant) -> Instant | None:
    if asked.days is not UNSET and asked.expires_at is not UNSET:
        raise BadField("days", "stands for expiresAt: give one of them")
    if asked.days is not UNSET:
        return now + round(min(max(asked.days, 0), 10_000) * DAY)
    if asked.expires_at is UNSET:
        return None
    try:
        return parse_instant(asked.expires_at)
    except NotAnInstant as error:
        raise BadField("expiresAt", str(error)) from None


def token_shown(token: Token, now: Instant) -> TokenShown:
    return TokenShown(
        id=token.id,
        owner=token.owner,
        label=token.label,
        permissions=sorted(token.permissions),
        tenants=None if token.tenants is None else sorted(token.tenants),
        grants=token.limits,
        state="revoked" if token.revoked_at is not None else "valid" if token.holds(now) else "expired",
        made_at=format_instant(token.made_at),
        expires_at=format_instant(token.expires_at),
        used_at=format_instant(token.used_at) if token.used_at else None,
        revoked_at=None if token.revoked_at is None else format_instant(token.revoked_at),
    )


class VerificationShown(Shown, frozen=True):
    """`through`: the last line that was looked at; `sealed`: the last that a signed checkpoint confirms."""

    through: int
    lines: int
    sealed: int
    at: str
    by_name: str
    findings: tuple[str, ...]


def verification_shown(found: Verification, names: Mapping[str, str]) -> VerificationShown:
    return VerificationShown(
        through=found.position,
        lines=found.lines,
        sealed=found.sealed,
        at=format_instant(found.at),
        by_name=names.get(found.by, found.by),
        findings=found.findings,
    )


class LineShown(Shown, frozen=True):
    position: int
    time: str
    act: str
    subject: str
    by: str
    by_name: str
    types: tuple[str, ...]
    attributes: tuple[str, ...]
    detail: dict[str, Any]


def line_shown(line: AuditLine, names: Mapping[str, str]) -> LineShown:
    return LineShown(
        position=line.position,
        time=format_instant(line.time),
        act=line.act,
        subject=line.subject,
        by=line.by,
        by_name=names.get(line.by, line.by),
        types=line.types,
        attributes=line.attributes,
        detail=line.detail,
    )
