"""Signatures of a message verified one by one. Needs the extra `trust`."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from pinisi.incidents.cap.algorithms import DIGESTS, SIGNATURES, WEAK_DIGESTS, WEAK_SIGNATURES, digest_of, fits
from pinisi.incidents.cap.certificates import (
    SMALLEST_RSA,
    BadCertificate,
    PublicKey,
    is_traced,
    key_of,
    moment_of,
    name_of,
    read_embedded,
    read_trusted,
    strict_base64,
    valid_when,
)
from pinisi.incidents.cap.enveloped import Broken, Form, Misplaced, Parts, forms, parse, parts_of, signatures_of
from pinisi.incidents.cap.model import Alert
from pinisi.incidents.cap.moments import instant_of
from pinisi.incidents.cap.reader import read_cap
from pinisi.incidents.cap.signature import Signed, said
from pinisi.runtime.source import Unreadable
from pinisi.vocabulary.instant import Instant

Signer = tuple[PublicKey, x509.Certificate | None]


def verify_all(body: bytes, trusted: bytes, at: Instant | None) -> list[Signed]:
    """One verdict for each signature.

    Raises:
        BadCertificate: `trusted` holds something else than certificates.
    """
    known = read_trusted(trusted)
    try:
        signatures = signatures_of(parse(body))
    except Misplaced as error:
        return [Signed(verdict="misplaced", reason=said("misplaced", what=str(error)))]
    except Broken as error:
        return [Signed(verdict="tampered", reason=said("tampered", "form", what=str(error)))]
    return [_verify(body, number, signature, known, at) for number, signature in enumerate(signatures)]


def _verify(
    body: bytes, number: int, signature: object, known: Sequence[x509.Certificate], at: Instant | None
) -> Signed:
    try:
        parts = parts_of(signature)
        certificates = [read_embedded(text) for text in parts.certificates]
        return _judge(body, number, parts, certificates, known, at)
    except Misplaced as error:
        return Signed(verdict="misplaced", reason=said("misplaced", what=str(error)))
    except BadCertificate as error:
        return Signed(verdict="untrusted", reason=said("untrusted", "certificate", what=str(error)))
    except (Broken, ValueError) as error:
        return Signed(verdict="tampered", reason=said("tampered", "form", what=str(error)))


def _judge(
    body: bytes,
    number: int,
    parts: Parts,
    certificates: Sequence[x509.Certificate],
    known: Sequence[x509.Certificate],
    at: Instant | None,
) -> Signed:
    algorithm = _short(parts.algorithm)
    if parts.algorithm not in SIGNATURES or parts.digest_algorithm not in DIGESTS:
        other = algorithm if parts.algorithm not in SIGNATURES else _short(parts.digest_algorithm)
        return Signed(verdict="weak", reason=said("weak", "other", what=other), algorithm=algorithm)
    form = _fitting(body, number, parts)
    if form is None:
        return Signed(verdict="tampered", reason=said("tampered", "content"), algorithm=algorithm)
    signer = _signer(parts, form, certificates, known)
    if signer is None:
        found = "signature" if certificates or parts.key_value else "key"
        verdict = "tampered" if found == "signature" else "untrusted"
        return Signed(verdict=verdict, reason=said(verdict, found), algorithm=algorithm)
    if not _same_alert(body, form):
        return Signed(verdict="misplaced", reason=said("misplaced", what="another reading"), algorithm=algorithm)
    made = _trust(body, parts, signer, certificates, known, at)
    return Signed(
        verdict=made.verdict,
        reason=made.reason,
        signer=made.signer,
        issuer=made.issuer,
        algorithm=algorithm,
        laid_out=form.laid_out,
    )


def _fitting(body: bytes, number: int, parts: Parts) -> Form | None:
    """The reading whose digest is the one that was signed."""
    wanted = strict_base64(parts.digest)
    return next(
        (form for form in forms(body, number, parts) if digest_of(form.content, parts.digest_algorithm) == wanted), None
    )


def _signer(
    parts: Parts, form: Form, certificates: Sequence[x509.Certificate], known: Sequence[x509.Certificate]
) -> Signer | None:
    """Whose key made the signature: of the certificates in it, else the key in it, else of those that are trusted."""
    value = strict_base64(parts.value)
    keys: list[Signer] = [(key, each) for each in certificates or known if (key := key_of(each)) is not None]
    if not certificates and parts.key_value is not None:
        keys.append((_rsa_key(parts.key_value), None))
    return next((signer for signer in keys if fits(signer[0], value, form.statement, parts.algorithm)), None)


def _rsa_key(value: tuple[str, str]) -> rsa.RSAPublicKey:
    modulus, exponent = (int.from_bytes(strict_base64(part), "big") for part in value)
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _trust(
    body: bytes,
    parts: Parts,
    signer: Signer,
    certificates: Sequence[x509.Certificate],
    known: Sequence[x509.Certificate],
    at: Instant | None,
) -> Signed:
    """The content is as it was signed: by whom, with what, and when?"""
    key, certificate = signer
    names = _names(certificate)
    if weak := _weakness(parts, key):
        return Signed(verdict="weak", reason=said("weak", what=weak), signer=names[0], issuer=names[1])
    if certificate is None:
        return Signed(verdict="untrusted", reason=said("untrusted", "key"))
    sent = at if at is not None else _sent(body)
    if sent is None:
        return Signed(verdict="untrusted", reason=said("untrusted", "time"), signer=names[0], issuer=names[1])
    moment = moment_of(sent)
    if not is_traced(certificate, certificates, known, moment):
        reason = said("untrusted", signer=names[0], issuer=names[1])
        return Signed(verdict="untrusted", reason=reason, signer=names[0], issuer=names[1])
    if not valid_when(certificate, moment):
        early = moment < certificate.not_valid_before_utc
        bound = certificate.not_valid_before_utc if early else certificate.not_valid_after_utc
        verdict = "not-yet-valid" if early else "expired"
        reason = said(verdict, signer=names[0], bound=_shown(bound), sent=_shown(moment))
        return Signed(verdict=verdict, reason=reason, signer=names[0], issuer=names[1])
    return Signed(verdict="valid", reason=said("valid", signer=names[0]), signer=names[0], issuer=names[1])


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _names(certificate: x509.Certificate | None) -> tuple[str, str]:
    return ("", "") if certificate is None else (name_of(certificate.subject), name_of(certificate.issuer))


def _weakness(parts: Parts, key: PublicKey) -> str:
    """Empty where there is none."""
    if parts.algorithm in WEAK_SIGNATURES:
        return _short(parts.algorithm)
    if parts.digest_algorithm in WEAK_DIGESTS:
        return _short(parts.digest_algorithm)
    return f"RSA {key.key_size}" if isinstance(key, rsa.RSAPublicKey) and key.key_size < SMALLEST_RSA else ""


def _short(uri: str) -> str:
    return uri.rpartition("#")[2][:60] or uri[:60]


def _sent(body: bytes) -> Instant | None:
    alert = _read(body)
    return None if alert is None else instant_of(alert.sent)


def _same_alert(body: bytes, form: Form) -> bool:
    """What was signed reads as the same alert as what came: two parsers, one message."""
    return _read(body) == _read(form.content)


def _read(body: bytes) -> Alert | None:
    try:
        return read_cap(body)
    except Unreadable:
        return None
