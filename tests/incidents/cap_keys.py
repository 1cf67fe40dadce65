"""Keys and certificates made for the tests: a root, an issuer below it, and signers of all kinds."""

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
BEGIN, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2125, 1, 1, tzinfo=UTC)


@cache
def key(name: str) -> Key:
    """An RSA key for names that begin with `rsa`, else one of P-256."""
    if name.startswith("rsa"):
        return rsa.generate_private_key(65537, 1024 if name.endswith("short") else 2048)
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(name: str, password: bytes | None = None) -> bytes:
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key(name).private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)


@cache
def certificate(
    name: str, issuer: str = "", *, ca: bool = False, begin: datetime = BEGIN, end: datetime = END, signs: bool = True
) -> x509.Certificate:
    """Of the key of that name; self-signed without an issuer."""
    usage = x509.KeyUsage(signs, False, not signs, False, False, ca, ca, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer or name))
        .public_key(key(name).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(f"{name}.example.org")]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key(name).public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key(issuer or name).public_key()), critical=False
        )
    )
    return builder.sign(key(issuer or name), hashes.SHA256())


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
