"""An alert signed with the city's key: enveloped, exclusive canonical XML, RSA or ECDSA with SHA-256. Needs `trust`.

The text has no white space between its elements: some receivers take it out before they verify, and then too it fits.
"""

import base64
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from pinisi.incidents.cap.algorithms import DSIG, ECDSA_SHA256, RSA_SHA256, SHA256, digest_of, sign_with
from pinisi.incidents.cap.certificates import SMALLEST_RSA, BadCertificate, name_of, read_trusted
from pinisi.incidents.cap.enveloped import ENVELOPED, EXCLUSIVE, Method, Tree, canonical, etree, parse, tag
from pinisi.incidents.cap.model import Alert
from pinisi.incidents.cap.writer import write_cap
from pinisi.vocabulary.instant import Instant

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
FORM = Method(EXCLUSIVE)


class CannotSign(ValueError):
    """The key or the certificate does not serve; the text says why."""


class SigningKey:
    """A private key and its certificate, followed by those of its issuers."""

    def __init__(self, key: bytes, certificates: bytes, password: bytes | None = None) -> None:
        """PEM each.

        Raises:
            CannotSign: the key cannot be read, is too weak or of another kind, or is not the certificate's.
        """
        self.key = _private_key(key, password)
        try:
            self.certificates = read_trusted(certificates)
        except BadCertificate as error:
            raise CannotSign(str(error)) from None
        if not self.certificates or self.certificates[0].public_key() != self.key.public_key():
            raise CannotSign("the first certificate is not that of the key")

    @property
    def name(self) -> str:
        """Whose certificate it is."""
        return name_of(self.certificates[0].subject)

    @property
    def good_from(self) -> Instant:
        return int(self.certificates[0].not_valid_before_utc.timestamp()) * 1_000_000

    @property
    def good_until(self) -> Instant:
        return int(self.certificates[0].not_valid_after_utc.timestamp()) * 1_000_000

    @property
    def certificates_pem(self) -> bytes:
        return b"".join(each.public_bytes(Encoding.PEM) for each in self.certificates)


def _private_key(pem: bytes, password: bytes | None) -> PrivateKey:
    try:
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError) as error:
        raise CannotSign(f"the key cannot be read: {error}") from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CannotSign("the key is neither RSA nor of an elliptic curve")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < SMALLEST_RSA:
        raise CannotSign(f"the key has {key.key_size} bits; {SMALLEST_RSA} are needed")
    return key


def sign_cap(alert: Alert, signing: SigningKey) -> bytes:
    """The signed message: exactly these bytes are to be kept and published."""
    root = parse(write_cap(alert), without_layout=True)
    content = canonical(root, FORM)
    signature = etree.SubElement(root, tag("Signature"), nsmap={"ds": DSIG})
    algorithm = RSA_SHA256 if isinstance(signing.key, rsa.RSAPrivateKey) else ECDSA_SHA256
    _statement(signature, algorithm, digest_of(content, SHA256))
    value = etree.SubElement(signature, tag("SignatureValue"))
    statement = canonical(signature.find(tag("SignedInfo")), FORM)
    value.text = base64.b64encode(sign_with(signing.key, statement)).decode()
    data = etree.SubElement(etree.SubElement(signature, tag("KeyInfo")), tag("X509Data"))
    for certificate in signing.certificates:
        etree.SubElement(data, tag("X509Certificate")).text = _plain(certificate)
    return cast("bytes", etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _statement(signature: Tree, algorithm: str, digest: bytes) -> None:
    signed = etree.SubElement(signature, tag("SignedInfo"))
    etree.SubElement(signed, tag("CanonicalizationMethod"), Algorithm=EXCLUSIVE)
    etree.SubElement(signed, tag("SignatureMethod"), Algorithm=algorithm)
    reference = etree.SubElement(signed, tag("Reference"), URI="")
    transforms = etree.SubElement(reference, tag("Transforms"))
    etree.SubElement(transforms, tag("Transform"), Algorithm=ENVELOPED)
    etree.SubElement(transforms, tag("Transform"), Algorithm=EXCLUSIVE)
    etree.SubElement(reference, tag("DigestMethod"), Algorithm=SHA256)
    etree.SubElement(reference, tag("DigestValue")).text = base64.b64encode(digest).decode()


def _plain(certificate: x509.Certificate) -> str:
    """Base 64 without the lines of PEM around it."""
    return "\n".join(certificate.public_bytes(Encoding.PEM).decode().strip().splitlines()[1:-1])
