"""The file `sign-in.toml`: who keeps accounts for this house, and what their groups may do here."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from pinisi.people.accounts import Assignment, checked_assignments
from pinisi.people.errors import BadField
from pinisi.people.identities import check_issuer, is_safe_address
from pinisi.people.requests import bad_field
from pinisi.vocabulary.instant import HOUR, SECOND, Instant

FILE_NAME = "sign-in.toml"
LANGUAGES = ("id", "en", "ja")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")

Skew = Annotated[float, Meta(ge=0, le=300)]
Hours = Annotated[float, Meta(gt=0, le=168)]
Words = Annotated[str, Meta(min_length=1, max_length=200)]


class SignInFileError(ValueError):
    """The file cannot be used; the text names the file, the field and the reason."""


class RoleRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever has this `value` in the provider's groups holds the role here, within these limits."""

    value: Words
    role: str
    tenants: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    write: bool = True

    @property
    def assignment(self) -> Assignment:
        return Assignment(role=self.role, tenants=self.tenants, areas=self.areas, write=self.write)


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One keeper of accounts.

    `secret` names a secret of the house (none: a public client, PKCE alone). `email_domains`: an account that waits
    for an e-mail address is linked at the first sign-in when the provider has confirmed it and it lies in one of
    these. `groups_claim`: where the groups stand (`groups`, `realm_access.roles`). `makes_accounts`: whoever a rule
    gives a role gets an account at his first sign-in. `ask`: whom a person should ask who is not let in.
    """

    id: str
    name: Mapping[str, Words]
    issuer: str
    client_id: Words
    ask: Words
    secret: str | None = None
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    email_domains: frozenset[str] = frozenset()
    trusted_audiences: frozenset[str] = frozenset()
    groups_claim: str = ""
    roles: tuple[RoleRule, ...] = ()
    makes_accounts: bool = False
    clock_skew_seconds: Skew = 60
    session_hours: Hours = 12
    ca_file: str | None = None

    @property
    def skew(self) -> Instant:
        return round(self.clock_skew_seconds * SECOND)

    @property
    def longest(self) -> Instant:
        """How long a session may last: whom the provider has removed is out by then."""
        return round(self.session_hours * HOUR)

    def assignments(self, groups: frozenset[str]) -> tuple[Assignment, ...]:
        """What the rules give to somebody in these groups, in the order of the file."""
        return tuple(dict.fromkeys(rule.assignment for rule in self.roles if rule.value in groups))


class SignInFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`address`: how browsers reach this house (`https://warroom.makassar.go.id`); providers send people back there."""

    address: str
    providers: tuple[Provider, ...]


def read_sign_in_file(path: Path) -> SignInFile:
    """The file, checked.

    Raises:
        SignInFileError: it cannot be read or a field breaks a rule.
    """
    try:
        read = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), SignInFile)
        _check(read)
    except OSError as error:
        raise SignInFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SignInFileError(f"{path}: is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise SignInFileError(f"{path}: {bad_field(str(error))}") from error
    except BadField as bad:
        raise SignInFileError(f"{path}: {bad}") from bad
    return msgspec.structs.replace(read, providers=tuple(_beside(path, each) for each in read.providers))


def _beside(path: Path, provider: Provider) -> Provider:
    """The provider with the path of its certificates meant from the file's own folder."""
    if provider.ca_file is None:
        return provider
    return msgspec.structs.replace(provider, ca_file=str(path.parent / provider.ca_file))


def _check(read: SignInFile) -> None:
    if not is_safe_address(read.address) or urlsplit(read.address).path not in ("", "/"):
        raise BadField("address", "must be https://HOST (or http:// on this machine), without a path")
    if not read.providers:
        raise BadField("providers", "must name at least one")
    for index, provider in enumerate(read.providers):
        _check_provider(provider, f"providers[{index}]")
    for field in ("id", "issuer"):
        values = [getattr(each, field) for each in read.providers]
        if twice := next((value for value in values if values.count(value) > 1), None):
            raise BadField("providers", f"{field} {twice!r} stands twice")


def _check_provider(provider: Provider, field: str) -> None:
    if not _ID.fullmatch(provider.id):
        raise BadField(f"{field}.id", "must be 1 to 32 of a-z, 0-9 and '-', beginning with a letter or digit")
    if set(provider.name) != set(LANGUAGES):
        raise BadField(f"{field}.name", f"must be given in {', '.join(LANGUAGES)}")
    check_issuer(provider.issuer, f"{field}.issuer")
    if "openid" not in provider.scopes:
        raise BadField(f"{field}.scopes", "must contain openid")
    if wrong := next((scope for scope in provider.scopes if not _SCOPE.fullmatch(scope)), None):
        raise BadField(f"{field}.scopes", f"{wrong[:80]!r} is no scope")
    for domain in sorted(provider.email_domains):
        if not _DOMAIN.fullmatch(domain):
            raise BadField(f"{field}.email_domains", f"{domain[:80]!r} is no domain in small letters")
    if provider.roles and not provider.groups_claim:
        raise BadField(f"{field}.groups_claim", "must say where the groups of `roles` stand")
    if provider.makes_accounts and not provider.roles:
        raise BadField(f"{field}.makes_accounts", "needs `roles` that say who gets in")
    for index, rule in enumerate(provider.roles):
        _check_rule(rule, f"{field}.roles[{index}]")


def _check_rule(rule: RoleRule, field: str) -> None:
    try:
        checked_assignments((rule.assignment,))
    except BadField as bad:
        raise BadField(bad.field.replace("assignments[0]", field), bad.detail) from None
