"""The public keys of a provider (RFC 7517): which of them may have signed a token. Needs the extra `oidc`."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from joserfc import jwk
from joserfc.errors import JoseError

ALGORITHMS: Mapping[str, str] = {
    **{f"RS{bits}": "RSA" for bits in (256, 384, 512)},
    **{f"PS{bits}": "RSA" for bits in (256, 384, 512)},
    **{f"ES{bits}": "EC" for bits in (256, 384, 512)},
    "EdDSA": "OKP",
    "Ed25519": "OKP",
}
"""Signatures that are believed, and the kind of key of each. Never `none`; never a shared secret (HS256): whoever
knows the public key could sign."""
FEWEST_BITS = 2048
MOST_KEYS = 100


def fitting_keys(key_set: object, algorithm: str, key_id: object) -> Iterator[jwk.Key]:
    """Those of a JWK set that may have signed with this algorithm, and under this name where one is given."""
    members = cast("Mapping[str, object]", key_set).get("keys") if isinstance(key_set, Mapping) else None
    for member in cast("list[object]", members)[:MOST_KEYS] if isinstance(members, list) else ():
        if isinstance(member, dict) and _fits(cast("dict[str, Any]", member), algorithm, key_id):
            key = _read(cast("dict[str, Any]", member))
            if key is not None:
                yield key


def _fits(member: Mapping[str, Any], algorithm: str, key_id: object) -> bool:
    return (
        member.get("kty") == ALGORITHMS.get(algorithm)
        and member.get("use", "sig") == "sig"
        and member.get("alg", algorithm) == algorithm
        and (key_id is None or member.get("kid") == key_id)
    )


def _read(member: dict[str, Any]) -> jwk.Key | None:
    """The key without its private part, or None when it is none or too short to be believed."""
    public = {name: value for name, value in member.items() if name in {"kty", "n", "e", "crv", "x", "y", "kid"}}
    try:
        key = jwk.import_key(public)
        long_enough = not isinstance(key, jwk.RSAKey) or key.public_key.key_size >= FEWEST_BITS
    except (JoseError, ValueError, TypeError):
        return None
    return key if long_enough else None
