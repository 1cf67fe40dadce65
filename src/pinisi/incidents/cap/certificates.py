"""Certificates (RFC 5280): read, held against time, and traced to one that the city trusts. Needs the extra `trust`."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from pinisi.vocabulary.instant import Instant

SMALLEST_RSA = 2048
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class BadCertificate(ValueError):
    """It is no certificate that can be read."""


def read_trusted(pem: bytes) -> list[x509.Certificate]:
    """Every certificate of a PEM file; none of an empty one.

    Raises:
        BadCertificate: it holds none, or one that cannot be read.
    """
    if not pem.strip():
        return []
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise BadCertificate(f"the trusted certificates cannot be read: {error}") from None


def read_embedded(text: str) -> x509.Certificate:
    """A certificate as a signature carries it: DER in base 64.

    Raises:
        BadCertificate: it is none, or its base 64 was altered.
    """
    try:
        return x509.load_der_x509_certificate(strict_base64(text))
    except ValueError as error:
        raise BadCertificate(str(error)) from None


def strict_base64(text: str) -> bytes:
    """Base 64 whose unused bits are 0 (RFC 4648, 3.5): altered last letters do not go unseen.

    Raises:
        ValueError: it is none.
    """
    written = "".join(text.split())
    try:
        read = base64.b64decode(written, validate=True)
    except binascii.Error as error:
        raise ValueError(f"no base 64: {error}") from None
    if base64.b64encode(read).decode() != written:
        raise ValueError("no base 64 that was written so: its last letters were altered")
    return read


def moment_of(at: Instant) -> datetime:
    return datetime.fromtimestamp(at / 1_000_000, UTC)


def valid_when(certificate: x509.Certificate, moment: datetime) -> bool:
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def is_traced(
    signer: x509.Certificate, beside: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], at: datetime
) -> bool:
    """Whether the signer is trusted itself, or a chain leads to an issuer that is.

    Held at `at`, or where the signer's certificate was not good then, at the nearest moment when it was: that it is
    expired is another matter than whose it is.
    """
    if signer in trusted:
        return True
    if not trusted:
        return False
    nearest = min(max(at, signer.not_valid_before_utc), signer.not_valid_after_utc)
    try:
        verifier = (
            PolicyBuilder()
            .store(Store(list(trusted)))
            .time(nearest.replace(tzinfo=None))
            .extension_policies(ca_policy=_issuer_policy(), ee_policy=_signer_policy())
            .build_client_verifier()
        )
        verifier.verify(signer, [each for each in beside if each != signer])
    except (VerificationError, ValueError, x509.InvalidVersion, x509.UnsupportedGeneralNameType):
        return False
    return True


def _issuer_policy() -> ExtensionPolicy:
    """An issuer must be one (RFC 5280, 4.2.1.9)."""

    def may_issue(_policy: object, _certificate: object, constraints: x509.BasicConstraints) -> None:
        if not constraints.ca:
            raise ValueError("it may not issue certificates")

    return ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, may_issue)


def _signer_policy() -> ExtensionPolicy:
    """A signer's certificate may not be for other things only (RFC 5280, 4.2.1.3)."""

    def may_sign(_policy: object, _certificate: object, usage: x509.KeyUsage | None) -> None:
        if usage is not None and not (usage.digital_signature or usage.content_commitment):
            raise ValueError("it is not for signatures")

    return ExtensionPolicy.permit_all().may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, may_sign)


def name_of(name: x509.Name) -> str:
    """The common name, else the whole name."""
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def key_of(certificate: x509.Certificate) -> PublicKey | None:
    """None for keys that no accepted signature is made with."""
    try:
        key = certificate.public_key()
    except ValueError:
        return None
    return key if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else None
