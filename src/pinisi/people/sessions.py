"""Sessions of browsers: a random cookie, of which only the hash is kept. Pure: no store, no clock."""

import secrets
from hashlib import sha256

import msgspec

from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, Instant

COOKIE = "pinisi_session"
IDLE = 12 * HOUR
LONGEST = 7 * DAY
SEEN_EVERY = 10 * MINUTE
"""How coarse `seen_at` is: a session in use costs one write in ten minutes."""

SHOWN_ID = 16
"""Letters of a session's id by which people name it."""

_COOKIE_IS = COOKIE.encode() + b"="
_LENGTH = 64


class Session(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One signed-in browser of an account, begun from this address; its document's id is the hash of the cookie.

    `provider`: who proved the person, where it was not his password here; `until`: when it ends then in any case.
    """

    account: str
    made_at: Instant
    seen_at: Instant
    address: str = ""
    provider: str = ""
    until: Instant = 0

    @property
    def ends_at(self) -> Instant:
        """It ends `IDLE` after its last use, and `LONGEST` after its beginning in any case."""
        return min(self.seen_at + IDLE, self.made_at + LONGEST, self.until or self.made_at + LONGEST)


def new_cookie() -> str:
    """256 random bits."""
    return secrets.token_hex(_LENGTH // 2)


def session_id(cookie: str) -> str:
    """The document's id of a cookie's value."""
    return sha256(cookie.encode()).hexdigest()


def cookie_in(header: bytes) -> str | None:
    """The session's value in a `Cookie` header; None where there is none of the right length."""
    for part in header.split(b";"):
        part = part.strip()
        if part.startswith(_COOKIE_IS) and len(part) == len(_COOKIE_IS) + _LENGTH:
            return part[len(_COOKIE_IS) :].decode("latin-1")
    return None


def set_cookie(value: str, *, secure: bool) -> bytes:
    """The `Set-Cookie` header; scripts cannot read it, other sites cannot send it."""
    return _cookie(value, LONGEST // 1_000_000, secure)


def clear_cookie(*, secure: bool) -> bytes:
    """The `Set-Cookie` header that makes the browser forget."""
    return _cookie("", 0, secure)


def _cookie(value: str, seconds: int, secure: bool) -> bytes:
    text = f"{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict"
    return (text + "; Secure" if secure else text).encode()
