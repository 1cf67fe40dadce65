"""One sign-in on its way: what was asked of the provider, kept by the browser in a sealed cookie until it comes back.

The server keeps nothing of it, so that nobody can fill its memory; it remembers only what has come back, so that
nothing comes back twice. A restart changes the seal: whoever is on his way then begins again.
"""

import base64
import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode

import msgspec

from pinisi.people.oidc.discovery import Metadata
from pinisi.people.oidc.rules import Provider
from pinisi.vocabulary.instant import MINUTE, Instant

COOKIE = "pinisi_asking"
PATH = "/pinisi/v1/sign-in"
LONGEST = 10 * MINUTE
_CAPACITY = 20_000
_LONGEST_COOKIE = 2_000
_LONGEST_PLACE = 500


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """`state` ties the answer to this browser, `nonce` the ID token to this sign-in, `verifier` (RFC 7636) the code.

    `to`: the page of the console to open in the end.
    """

    provider: str
    state: str
    nonce: str
    verifier: str
    to: str
    at: Instant


def new_asking(provider: str, to: str, now: Instant) -> Asking:
    """256 random bits each."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Asking(provider=provider, state=state, nonce=nonce, verifier=verifier, to=own_page(to), at=now)


def own_page(to: str) -> str:
    """The address of a page of this console; anything else becomes the first page (no redirect leads elsewhere)."""
    plain = to.isascii() and to.isprintable() and len(to) <= _LONGEST_PLACE
    own = to.startswith("/") and not to.startswith("//") and not to.startswith(("/pinisi/", "/ngsi-ld/"))
    return to if plain and own and "\\" not in to else "/"


def authorization_address(metadata: Metadata, provider: Provider, asking: Asking, back: str) -> str:
    """Where the browser is sent (OpenID Connect Core 1.0, 3.1.2.1; PKCE with S256)."""
    challenge = base64.urlsafe_b64encode(sha256(asking.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": " ".join(provider.scopes),
        "state": asking.state,
        "nonce": asking.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    address = metadata.authorization_endpoint
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


class Askings:
    """Seals and opens the cookie."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._back: dict[bytes, Instant] = {}

    def sealed(self, asking: Asking) -> str:
        body = base64.urlsafe_b64encode(msgspec.json.encode(asking))
        return f"{body.decode()}.{self._seal(body)}"

    def opened(self, cookie: str, now: Instant) -> Asking | None:
        """What was asked; None when it was not sealed here or was asked too long ago."""
        body, _, seal = cookie.partition(".")
        if not body.isascii() or not hmac.compare_digest(seal.encode(), self._seal(body.encode()).encode()):
            return None
        asking = msgspec.json.decode(base64.urlsafe_b64decode(body), type=Asking)
        return asking if 0 <= now - asking.at < LONGEST else None

    def comes_back(self, asking: Asking, now: Instant) -> bool:
        """Whether it comes back for the first time; from now on it has."""
        key = sha256(asking.state.encode()).digest()
        if key in self._back:
            return False
        self._back[key] = now
        while len(self._back) > _CAPACITY or now - next(iter(self._back.values())) > LONGEST:
            del self._back[next(iter(self._back))]
        return True

    def _seal(self, body: bytes) -> str:
        return hmac.new(self._key, body, sha256).hexdigest()


def asking_cookie(value: str, *, secure: bool) -> bytes:
    """The `Set-Cookie` header. Lax: the browser must bring it along when the provider sends it back."""
    seconds = LONGEST // 1_000_000 if value else 0
    text = f"{COOKIE}={value}; Path={PATH}; Max-Age={seconds}; HttpOnly; SameSite=Lax"
    return (text + "; Secure" if secure else text).encode()


def asking_in(headers: Mapping[bytes, bytes]) -> str:
    """The cookie's value; empty where there is none."""
    name = COOKIE.encode() + b"="
    for part in headers.get(b"cookie", b"").split(b";"):
        part = part.strip()
        if part.startswith(name) and len(part) <= _LONGEST_COOKIE:
            return part[len(name) :].decode("latin-1")
    return ""
