"""The gate: from a request's headers to the principal who acts.

What was resolved is kept for a minute at most, and only as long as nobody's account, token or session has changed:
disabling an account takes effect at the next request. A hit costs one to two microseconds.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256

import msgspec

from pinisi.people.accounts import principal_of
from pinisi.people.binding import is_loopback
from pinisi.people.fixed import DEMO, NOBODY
from pinisi.people.register import People
from pinisi.people.sessions import COOKIE, cookie_in
from pinisi.people.tokens import token_principal
from pinisi.store.log import Position
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.principal import Principal

KEPT_FOR = MINUTE
CAPACITY = 4096
_BEARER = b"bearer "
_SESSION = COOKIE.encode()
_here = lru_cache(1024)(is_loopback)


class _Pass(msgspec.Struct, frozen=True):
    """A resolved principal, good at this version of people until a moment."""

    version: Position
    until: Instant
    principal: Principal


class Gate:
    def __init__(self, people: People, capacity: int = CAPACITY) -> None:
        self._people = people
        self._capacity = capacity
        self._passes: dict[tuple[bytes, str, bool], _Pass] = {}

    async def admit(self, headers: Mapping[bytes, bytes], address: str, tenant: str, now: Instant) -> Principal | None:
        """Who acts in this tenant; None: he has to sign in (401).

        Args:
            headers: by lower-case name; `authorization` (bearer token) goes before `cookie`.
            address: of the peer; only one on this machine may be the demo's administrator.
        """
        version = await self._people.version()
        credential = _credential(headers)
        proof = sha256(credential).digest() if credential else b""
        key = (proof, tenant, self._people.loopback and _here(address))
        kept = self._passes.get(key)
        if kept is not None and kept.version == version and now < kept.until:
            return kept.principal
        return await self._resolve(key, headers, version, now)

    async def tenants(
        self, headers: Mapping[bytes, bytes], address: str, known: Sequence[str], now: Instant
    ) -> list[str]:
        """Those of the known tenants in which the bearer of these headers may do anything."""
        admitted = [(name, await self.admit(headers, address, name, now)) for name in known]
        return [name for name, principal in admitted if principal is not None and principal.permissions]

    async def _resolve(
        self, key: tuple[bytes, str, bool], headers: Mapping[bytes, bytes], version: Position, now: Instant
    ) -> Principal | None:
        _, tenant, here = key
        self._passes.pop(key, None)
        if tenant.startswith("_"):
            return NOBODY
        if here and not await self._people.inhabited():
            return self._keep(key, _Pass(version, now + KEPT_FOR, DEMO))
        credential = _credential(headers)
        if credential[: len(_BEARER)].lower() == _BEARER:
            text = credential[len(_BEARER) :].strip().decode("latin-1")
            return self._keep(key, await self._by_token(text, tenant, version, now))
        cookie = cookie_in(credential)
        admitted = None if cookie is None else await self._by_cookie(cookie, tenant, version, now)
        return self._keep(key, admitted) or self._people.anyone(tenant)

    async def _by_token(self, text: str, tenant: str, version: Position, now: Instant) -> _Pass | None:
        token = await self._people.tokens.opened(text, now)
        owner = None if token is None else await self._people.accounts.get(token.owner)
        if token is None or owner is None or owner.disabled:
            return None
        until = min(now + KEPT_FOR, token.expires_at)
        return _Pass(version, until, token_principal(token, owner, tenant))

    async def _by_cookie(self, cookie: str, tenant: str, version: Position, now: Instant) -> _Pass | None:
        opened = await self._people.sessions.opened(cookie, now)
        if opened is None:
            return None
        session, account = opened
        return _Pass(version, min(now + KEPT_FOR, session.ends_at), principal_of(account, tenant))

    def _keep(self, key: tuple[bytes, str, bool], admitted: _Pass | None) -> Principal | None:
        """Keep a pass that will serve again; refusals are not kept, so that guesses push nobody out."""
        if admitted is None:
            return None
        self._passes[key] = admitted
        while len(self._passes) > self._capacity:
            del self._passes[next(iter(self._passes))]
        return admitted.principal


def _credential(headers: Mapping[bytes, bytes]) -> bytes:
    """What proves someone: a bearer token, or cookies with a session among them; else nothing."""
    authorization = headers.get(b"authorization", b"")
    if authorization[: len(_BEARER)].lower() == _BEARER:
        return authorization
    cookies = headers.get(b"cookie", b"")
    return cookies if _SESSION in cookies else b""
