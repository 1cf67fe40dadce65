"""What people did, as entries of the audit trail. No secret is ever in one, nor a word typed into the wrong field."""

from collections.abc import Iterable
from typing import Any

from pinisi.people.accounts import Account
from pinisi.people.tokens import Token
from pinisi.store.change import AuditEntry
from pinisi.vocabulary.instant import format_instant

STARTED = "started"
SIGNED_IN = "signed-in"
SIGN_IN_FAILED = "sign-in-failed"
SIGN_IN_DENIED = "sign-in-denied"
SIGNED_OUT = "signed-out"
SESSION_ENDED = "session-ended"
ACCOUNT_CREATED = "account-created"
ACCOUNT_CHANGED = "account-changed"
ACCOUNT_LINKED = "account-linked"
TOKEN_MADE = "token-made"
TOKEN_REVOKED = "token-revoked"
EXPORTED = "exported"
KEY_RENEWED = "key-renewed"
TRAIL_VERIFIED = "trail-verified"


def account_subject(id: str) -> str:
    return f"account/{id}"


def token_subject(id: str) -> str:
    return f"token/{id}"


def started(accounts: int, loopback: bool) -> AuditEntry:
    """The house opened, with so many accounts, for this machine alone or for others too."""
    return AuditEntry(STARTED, "house", {"accounts": accounts, "loopback": loopback})


def signed_in(account: str, address: str, provider: str = "") -> AuditEntry:
    """`provider`: who proved him; empty: his password here."""
    return AuditEntry(SIGNED_IN, account_subject(account), {"address": address} | _by(provider))


def sign_in_failed(account: str | None, address: str) -> AuditEntry:
    """`account` only where there is one: people type passwords into the field of the name."""
    return AuditEntry(SIGN_IN_FAILED, "account" if account is None else account_subject(account), {"address": address})


def sign_in_denied(provider: str, reason: str, subject: str, address: str) -> AuditEntry:
    """Who came from a provider was not let in. `subject`: how it names him; without it nobody could link him."""
    detail = {"provider": provider, "reason": reason, "address": address}
    return AuditEntry(SIGN_IN_DENIED, "account", detail | ({"subject": subject} if subject else {}))


def account_linked(account: str, provider: str) -> AuditEntry:
    """The account waited for an address, and somebody whose it is has come from the provider."""
    return AuditEntry(ACCOUNT_LINKED, account_subject(account), {"provider": provider})


def signed_out(account: str) -> AuditEntry:
    return AuditEntry(SIGNED_OUT, account_subject(account))


def session_ended(account: str, address: str) -> AuditEntry:
    """Somebody ended a session, of his own or of another account, that had begun at this address."""
    return AuditEntry(SESSION_ENDED, account_subject(account), {"address": address})


def account_created(account: Account) -> AuditEntry:
    return AuditEntry(ACCOUNT_CREATED, account_subject(account.id), {"roles": _roles(account)})


def account_changed(account: Account, fields: Iterable[str]) -> AuditEntry:
    """`fields`: the members that were changed, by name."""
    detail: dict[str, Any] = {"changed": sorted(fields), "roles": _roles(account), "disabled": account.disabled}
    return AuditEntry(ACCOUNT_CHANGED, account_subject(account.id), detail)


def token_made(token: Token) -> AuditEntry:
    detail = {
        "owner": token.owner,
        "label": token.label,
        "permissions": sorted(token.permissions),
        "expiresAt": format_instant(token.expires_at),
    }
    return AuditEntry(TOKEN_MADE, token_subject(token.id), detail)


def token_revoked(token: Token) -> AuditEntry:
    return AuditEntry(TOKEN_REVOKED, token_subject(token.id), {"owner": token.owner, "label": token.label})


def exported(what: str, count: int, form: str) -> AuditEntry:
    """`what` was taken out of the house: how many entities or rows, in which format."""
    return AuditEntry(EXPORTED, what, {"count": count, "format": form})


def key_renewed(id: str, public: str, signer: str) -> AuditEntry:
    """The trail is signed with another key from now on; `signer` vouches for it."""
    return AuditEntry(KEY_RENEWED, "trail", {"key": id, "public": public, "signer": signer})


def trail_verified(tenant: str, through: int, findings: int) -> AuditEntry:
    """The house has checked the trail of a tenant through this line."""
    return AuditEntry(TRAIL_VERIFIED, f"trail/{tenant}", {"through": through, "findings": findings})


def _by(provider: str) -> dict[str, str]:
    return {"provider": provider} if provider else {}


def _roles(account: Account) -> list[str]:
    return sorted({each.role for each in account.assignments})
