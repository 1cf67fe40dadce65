"""Who a person is at a provider of accounts: what an account of this house is linked with. Pure."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from pinisi.people.errors import BadField

LONGEST = 255
_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,189}")


class Identity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`subject` names a person at the `issuer` for ever. Without it the account waits for the first who comes with this
    `email`. `mapped`: the account's roles follow his groups there at each sign-in.
    """

    issuer: str
    subject: str = ""
    email: str = ""
    mapped: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.issuer, self.subject

    def waits_for(self, issuer: str, email: str) -> bool:
        return not self.subject and self.issuer == issuer and bool(self.email) and self.email == email.casefold()

    def meets(self, other: "Identity") -> bool:
        """Whether one person could enter by both."""
        if self.issuer != other.issuer:
            return False
        if self.subject and other.subject:
            return self.subject == other.subject
        return bool(self.email) and self.email == other.email


def checked_identity(identity: Identity) -> Identity:
    """The identity with its address in small letters; raises `BadField` for what names nobody."""
    check_issuer(identity.issuer, "identity.issuer")
    subject, email = identity.subject, identity.email.strip().casefold()
    if len(subject) > LONGEST or not subject.isprintable():
        raise BadField("identity.subject", f"must be at most {LONGEST} printable characters")
    if email and not _EMAIL.fullmatch(email):
        raise BadField("identity.email", "must be an e-mail address")
    if not subject and not email:
        raise BadField("identity", "needs a subject, or the e-mail address of whom it waits for")
    return msgspec.structs.replace(identity, email=email)


def taken_by(identity: Identity, others: Iterable[tuple[str, Identity | None]]) -> str | None:
    """The account, of those given with their identities, that the same person could enter."""
    return next((id for id, other in others if other is not None and identity.meets(other)), None)


def check_issuer(issuer: str, field: str) -> None:
    """Raises `BadField` unless it is an https address without query (OpenID Connect Discovery 1.0, 3) or here."""
    parts = urlsplit(issuer) if is_safe_address(issuer) else None
    if parts is None or parts.query or parts.fragment or len(issuer) > LONGEST:
        raise BadField(field, "must be an https:// address (http:// only on this machine) without query")


def is_safe_address(address: str) -> bool:
    """Whether what is sent there cannot be overheard: https, or this machine itself."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address
    whole = plain and bool(host) and parts.username is None and port != 0
    return whole and (parts.scheme == "https" or (parts.scheme == "http" and _this_machine(host)))


def _this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
