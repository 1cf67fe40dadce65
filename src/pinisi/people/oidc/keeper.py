"""A provider of accounts as this house deals with it: its addresses, its keys, its answers."""

import base64
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

from pinisi.people.oidc.asking import Asking
from pinisi.people.oidc.claims import Person, person_of, says_enough
from pinisi.people.oidc.discovery import Metadata, document_address, read_metadata
from pinisi.people.oidc.errors import Denied, NotBelieved, ProviderSilent
from pinisi.people.oidc.rules import Provider
from pinisi.people.oidc.web import Web
from pinisi.vocabulary.instant import HOUR, Instant

FRESH = HOUR
_MISSING = "The sign-in with other accounts needs more: pip install 'pinisi[oidc]'."


class Keeper:
    """`secret` is this house's at the provider; empty for a public client. It is in no text that this class makes."""

    def __init__(self, provider: Provider, secret: str, web: Web | None = None) -> None:
        self.provider = provider
        self._secret = secret
        self._web = web or Web(provider.ca_file)
        self._metadata: tuple[Instant, Metadata] | None = None
        self._keys: tuple[Instant, Any] | None = None

    async def metadata(self, now: Instant) -> Metadata:
        """What it says of itself, an hour old at most; an older one where it is silent now. Raises `ProviderSilent`."""
        if self._metadata is None or now - self._metadata[0] >= FRESH:
            try:
                self._metadata = now, await self._read_metadata()
            except ProviderSilent:
                if self._metadata is None:
                    raise
        return self._metadata[1]

    async def _read_metadata(self) -> Metadata:
        address = document_address(self.provider.issuer)
        answer = await self._web.get(address)
        if answer.status != 200:
            raise ProviderSilent(f"{address}: answered {answer.status}")
        return read_metadata(answer.json(), self.provider.issuer)

    async def person(self, asking: Asking, code: str, back: str, now: Callable[[], Instant]) -> tuple[Person, str]:
        """Who has come with this code, and his ID token.

        Raises:
            Denied: the code is worth nothing (any more).
            NotBelieved: the provider's answer does not hold.
            ProviderSilent: it cannot be asked.
        """
        metadata = await self.metadata(now())
        granted = await self._granted(metadata, asking, code, back)
        access_token = _text(granted, "access_token")
        id_token = _text(granted, "id_token")
        claims = await self._claims(metadata, asking, id_token, access_token, now)
        if metadata.userinfo_endpoint and not says_enough(claims, self.provider.groups_claim):
            claims = await self._with_user_info(metadata.userinfo_endpoint, access_token, claims)
        return person_of(claims, self.provider.groups_claim), id_token

    async def _granted(self, metadata: Metadata, asking: Asking, code: str, back: str) -> dict[str, Any]:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": asking.verifier,
            "client_id": self.provider.client_id,
        }
        headers = dict[str, str]()
        if self._secret and "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            headers["authorization"] = _basic(self.provider.client_id, self._secret)
            del fields["client_id"]
        elif self._secret:
            fields["client_secret"] = self._secret
        answer = await self._web.post(metadata.token_endpoint, fields, headers)
        if answer.status in (400, 401, 403):
            fault = _fault(answer.json())
            reason = "again" if fault == "invalid_grant" else "refused-there"
            raise Denied(reason, f"the provider does not take the code: {fault}")
        if answer.status != 200:
            raise ProviderSilent(f"{metadata.token_endpoint}: answered {answer.status}")
        granted = answer.json()
        if _text(granted, "token_type").lower() != "bearer":
            raise NotBelieved("token_type: the provider gave no bearer token")
        return granted

    async def _claims(
        self, metadata: Metadata, asking: Asking, id_token: str, access_token: str, now: Callable[[], Instant]
    ) -> dict[str, Any]:
        """The claims of the ID token; its keys are read anew once when none of them has signed it (key rotation)."""
        from pinisi.people.oidc.id_token import Expected, UnknownKey, believed

        expected = Expected(
            provider=self.provider,
            nonce=asking.nonce,
            algorithms=metadata.id_token_signing_alg_values_supported,
            access_token=access_token,
            now=now(),
        )
        keys, fresh = await self._key_set(metadata, expected.now)
        try:
            return believed(id_token, keys, expected)
        except UnknownKey:
            if fresh:
                raise
        self._keys = None
        keys, _ = await self._key_set(metadata, expected.now)
        return believed(id_token, keys, expected)

    async def _key_set(self, metadata: Metadata, now: Instant) -> tuple[Any, bool]:
        """The JWK set, and whether it was read just now."""
        if self._keys is not None and now - self._keys[0] < FRESH:
            return self._keys[1], False
        answer = await self._web.get(metadata.jwks_uri)
        if answer.status != 200:
            raise ProviderSilent(f"{metadata.jwks_uri}: answered {answer.status}")
        self._keys = now, answer.json()
        return self._keys[1], True

    async def _with_user_info(self, address: str, access_token: str, claims: dict[str, Any]) -> dict[str, Any]:
        """With what the provider's UserInfo adds; what the signed token says stays (5.3)."""
        answer = await self._web.get(address, {"authorization": f"Bearer {access_token}"})
        if answer.status != 200:
            raise ProviderSilent(f"{address}: answered {answer.status}")
        told = answer.json()
        if told.get("sub") != claims["sub"]:
            raise NotBelieved("sub: UserInfo speaks of another person (5.3.2)")
        return {**told, **claims}


def check_installed() -> str:
    """Empty where tokens can be checked; else what is missing."""
    return "" if find_spec("joserfc") and find_spec("cryptography") else _MISSING


def _basic(client: str, secret: str) -> str:
    """RFC 6749, 2.3.1: both parts form-encoded before they are joined."""
    joined = f"{quote(client, safe='')}:{quote(secret, safe='')}"
    return "Basic " + base64.b64encode(joined.encode()).decode()


def _fault(document: dict[str, Any]) -> str:
    """The provider's own word for what is wrong (RFC 6749, 5.2), not its description: that may repeat what was sent."""
    return _text(document, "error")[:60] or "without a reason"


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) and value.isprintable() else ""
