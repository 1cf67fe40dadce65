"""The ID token: whether it is the provider's word about this sign-in (OpenID Connect Core 1.0, 3.1.3.7).

Pure: keys and time are given. Needs the extra `oidc`.
"""

import base64
import hmac
import warnings
from collections.abc import Mapping, Sequence
from hashlib import sha256, sha384, sha512
from typing import Any, cast

import msgspec
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning

from pinisi.people.oidc.errors import NotBelieved
from pinisi.people.oidc.rules import Provider
from pinisi.people.oidc.token_keys import ALGORITHMS, fitting_keys
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant

LONGEST = 64 << 10
OLDEST = 10 * MINUTE
"""A token that was made for this sign-in is not older."""
_HASHES = {"256": sha256, "384": sha384, "512": sha512}


class UnknownKey(NotBelieved):
    """No key that we know has signed it: the provider may have new ones."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the token must say. `algorithms`: those that the provider says it signs with."""

    provider: Provider
    nonce: str
    algorithms: Sequence[str]
    access_token: str
    now: Instant


def believed(token: str, key_set: object, expected: Expected) -> dict[str, Any]:
    """The claims of a token that holds in every way.

    Raises:
        UnknownKey: no known key has signed it.
        NotBelieved: anything else is wrong; says what.
    """
    if len(token) > LONGEST:
        raise NotBelieved("the ID token is too long")
    algorithm, key_id = _header(token)
    if algorithm not in ALGORITHMS or algorithm not in expected.algorithms:
        raise NotBelieved(f"the ID token is signed with {algorithm[:40]!r}, which is not believed")
    claims = _claims(_payload(token, key_set, algorithm, key_id))
    _check_parties(claims, expected.provider)
    _check_times(claims, expected)
    if not hmac.compare_digest(_text(claims, "nonce").encode(), expected.nonce.encode()):
        raise NotBelieved("nonce: the ID token was made for another sign-in")
    if "at_hash" in claims and _text(claims, "at_hash") != half_hash(expected.access_token, algorithm):
        raise NotBelieved("at_hash: the ID token belongs to another access token")
    return claims


def _header(token: str) -> tuple[str, object]:
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, UnicodeError):
        raise NotBelieved("what came is no signed token") from None
    if "crit" in header:
        raise NotBelieved("crit: the ID token asks for an extension that is not known here")
    algorithm = header.get("alg")
    return algorithm if isinstance(algorithm, str) else "", header.get("kid")


def _payload(token: str, key_set: object, algorithm: str, key_id: object) -> bytes:
    for key in fitting_keys(key_set, algorithm, key_id):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SecurityWarning)
                payload = jws.deserialize_compact(token, key, algorithms=[algorithm]).payload
        except (JoseError, ValueError):
            continue
        return payload or b""
    raise UnknownKey("signature: none of the provider's keys has signed the ID token")


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(payload, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotBelieved("the ID token holds no JSON object") from None


def _check_parties(claims: Mapping[str, Any], provider: Provider) -> None:
    """Who made it, for whom (2, 3.1.3.7 points 2 to 5)."""
    if claims.get("iss") != provider.issuer:
        raise NotBelieved("iss: the ID token comes from another provider")
    audience = claims.get("aud")
    parties = {audience} if isinstance(audience, str) else _words(audience)
    if provider.client_id not in parties:
        raise NotBelieved("aud: the ID token is meant for somebody else")
    if strange := parties - {provider.client_id} - provider.trusted_audiences:
        raise NotBelieved(f"aud: the ID token is meant for {sorted(strange)[0][:80]!r} too, who is not trusted")
    if claims.get("azp", None if len(parties) > 1 else provider.client_id) != provider.client_id:
        raise NotBelieved("azp: the ID token was given to somebody else")
    subject = _text(claims, "sub")
    if not subject or len(subject) > 255 or not subject.isprintable():
        raise NotBelieved("sub: the ID token names nobody")


def _check_times(claims: Mapping[str, Any], expected: Expected) -> None:
    now, skew = expected.now, expected.provider.skew
    if now >= _moment(claims, "exp") + skew:
        raise NotBelieved("exp: the ID token is over")
    made = _moment(claims, "iat")
    if made > now + skew:
        raise NotBelieved("iat: the ID token comes from the future; compare the clocks")
    if made < now - OLDEST - skew:
        raise NotBelieved("iat: the ID token is too old for this sign-in")
    if "nbf" in claims and _moment(claims, "nbf") > now + skew:
        raise NotBelieved("nbf: the ID token is not good yet")


def _moment(claims: Mapping[str, Any], name: str) -> Instant:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise NotBelieved(f"{name}: is missing in the ID token or is no time")
    return round(value * SECOND)


def _words(value: object) -> set[str]:
    return {each for each in cast("list[object]", value) if isinstance(each, str)} if isinstance(value, list) else set()


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def half_hash(text: str, algorithm: str) -> str:
    """The left half of the hash that belongs to an algorithm, base64url (3.1.3.6; Ed25519: SHA-512)."""
    digest = _HASHES.get(algorithm[-3:], sha512)(text.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
