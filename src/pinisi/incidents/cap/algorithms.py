"""The algorithms of signatures (W3C XML Signature 1.1, clause 6; RFC 9231). Needs the extra `trust`."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from pinisi.incidents.cap.certificates import PublicKey

DSIG = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENC = "http://www.w3.org/2001/04/xmlenc#"
PSS = "http://www.w3.org/2007/05/xmldsig-more#"
RSA_SHA256 = MORE + "rsa-sha256"
ECDSA_SHA256 = MORE + "ecdsa-sha256"
SHA256 = ENC + "sha256"

DIGESTS: Mapping[str, Callable[[bytes], Any]] = {
    SHA256: hashlib.sha256,
    MORE + "sha384": hashlib.sha384,
    ENC + "sha512": hashlib.sha512,
    DSIG + "sha1": hashlib.sha1,
}
WEAK_DIGESTS = frozenset({DSIG + "sha1"})
_RSA: Mapping[str, hashes.HashAlgorithm] = {
    RSA_SHA256: hashes.SHA256(),
    MORE + "rsa-sha384": hashes.SHA384(),
    MORE + "rsa-sha512": hashes.SHA512(),
    DSIG + "rsa-sha1": hashes.SHA1(),
}
_PSS: Mapping[str, hashes.HashAlgorithm] = {
    PSS + "sha256-rsa-MGF1": hashes.SHA256(),
    PSS + "sha384-rsa-MGF1": hashes.SHA384(),
    PSS + "sha512-rsa-MGF1": hashes.SHA512(),
}
_ECDSA: Mapping[str, hashes.HashAlgorithm] = {
    ECDSA_SHA256: hashes.SHA256(),
    MORE + "ecdsa-sha384": hashes.SHA384(),
    MORE + "ecdsa-sha512": hashes.SHA512(),
    MORE + "ecdsa-sha1": hashes.SHA1(),
}
SIGNATURES = frozenset({*_RSA, *_PSS, *_ECDSA})
WEAK_SIGNATURES = frozenset({DSIG + "rsa-sha1", MORE + "ecdsa-sha1"})


def digest_of(content: bytes, algorithm: str) -> bytes:
    return DIGESTS[algorithm](content).digest()


def fits(key: PublicKey, signature: bytes, content: bytes, algorithm: str) -> bool:
    """Whether the key made this signature of this content."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            return _fits_rsa(key, signature, content, algorithm)
        return _fits_ecdsa(key, signature, content, algorithm)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False


def _fits_rsa(key: rsa.RSAPublicKey, signature: bytes, content: bytes, algorithm: str) -> bool:
    if algorithm in _RSA:
        key.verify(signature, content, padding.PKCS1v15(), _RSA[algorithm])
        return True
    if algorithm in _PSS:
        made = _PSS[algorithm]
        key.verify(signature, content, padding.PSS(padding.MGF1(made), made.digest_size), made)
        return True
    return False


def _fits_ecdsa(key: ec.EllipticCurvePublicKey, signature: bytes, content: bytes, algorithm: str) -> bool:
    """The two numbers stand one behind the other, each as long as the key (XML Signature 1.1, 6.4.3)."""
    length = (key.key_size + 7) // 8
    if algorithm not in _ECDSA or len(signature) != 2 * length:
        return False
    r, s = int.from_bytes(signature[:length], "big"), int.from_bytes(signature[length:], "big")
    key.verify(encode_dss_signature(r, s), content, ec.ECDSA(_ECDSA[algorithm]))
    return True


def sign_with(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, content: bytes) -> bytes:
    """RSA-SHA256 or ECDSA-SHA256, as the key is."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA256())))
    length = (key.key_size + 7) // 8
    return r.to_bytes(length, "big") + s.to_bytes(length, "big")
