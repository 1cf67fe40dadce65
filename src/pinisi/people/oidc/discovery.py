"""What a provider says of itself: OpenID Connect Discovery 1.0, 3. Pure."""

from typing import Any

import msgspec

from pinisi.people.identities import is_safe_address
from pinisi.people.oidc.errors import ProviderSilent

WELL_KNOWN = "/.well-known/openid-configuration"


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    code_challenge_methods_supported: tuple[str, ...] | None = None
    authorization_response_iss_parameter_supported: bool = False


def document_address(issuer: str) -> str:
    """Where the document of an issuer stands (4.1)."""
    return issuer.rstrip("/") + WELL_KNOWN


def read_metadata(document: Any, issuer: str) -> Metadata:
    """The document, when it is that of the issuer (4.3) and leads only to addresses that cannot be overheard.

    Raises:
        ProviderSilent: it does not; says which member is wrong.
    """
    try:
        found = msgspec.convert(document, Metadata)
    except msgspec.ValidationError as error:
        raise ProviderSilent(f"its configuration cannot be used: {error}") from None
    if found.issuer != issuer:
        raise ProviderSilent(f"its configuration names another issuer: {found.issuer[:200]!r}")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"):
        address = getattr(found, name)
        if address and not is_safe_address(address):
            raise ProviderSilent(f"its {name} {address[:200]!r} is no https address")
    if found.code_challenge_methods_supported is not None and "S256" not in found.code_challenge_methods_supported:
        raise ProviderSilent("it knows no PKCE with S256")
    return found
