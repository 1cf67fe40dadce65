"""What a signature of a message is worth (CAP 1.2 clause 3.3.4.1; W3C XML Signature 1.1).

The work is done by lxml and cryptography, which the extra `trust` brings; without them the verdict says so. A message
that could not be checked is still a message: clause 3.3.4.1 forbids to reject it, and asks to tell the user.
"""

from importlib.util import find_spec
from typing import Literal

import msgspec

from pinisi.city.text import Text, fill
from pinisi.incidents.cap.words import words
from pinisi.vocabulary.instant import Instant

SignatureVerdict = Literal[
    "valid",
    "unsigned",
    "tampered",
    "misplaced",
    "weak",
    "untrusted",
    "expired",
    "not-yet-valid",
    "unchecked",
]
GRAVEST: tuple[SignatureVerdict, ...] = ("tampered", "misplaced", "weak", "untrusted", "expired", "not-yet-valid")
"""Of several signatures that are not good, which one speaks for the message."""
BROKEN: tuple[SignatureVerdict, ...] = ("tampered", "misplaced")
"""The message is not what was signed, or may not be."""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """One signature, or the lack of any. `signer`: whose certificate it is; `algorithm`: the last part of its URI.

    `laid_out`: it fits only without the white space between elements; the sender signed first and laid the text out
    after. That changes no word of a CAP message.
    """

    verdict: SignatureVerdict
    reason: Text
    signer: str = ""
    issuer: str = ""
    algorithm: str = ""
    laid_out: bool = False


def said(verdict: SignatureVerdict, detail: str = "", **values: str) -> Text:
    """The words of `signature.VERDICT` or `signature.VERDICT.DETAIL` in words.toml."""
    return fill(words()[f"signature.{verdict}" + (f".{detail}" if detail else "")], **values)


def can_check() -> bool:
    return all(find_spec(name) is not None for name in ("lxml", "cryptography"))


def check_trusted(pem: bytes) -> None:
    """Raises ValueError: it holds something else than certificates."""
    if can_check():
        from pinisi.incidents.cap.certificates import read_trusted

        read_trusted(pem)


def check_signature(body: bytes, trusted: bytes = b"", at: Instant | None = None) -> Signed:
    """The verdict on a well-formed CAP message.

    `trusted`: certificates in PEM, of issuers or of signers themselves. `at`: when the certificate must have been good;
    None: when the message says that it was sent.

    Raises:
        BadCertificate: `trusted` holds something else than certificates.
    """
    if b"Signature" not in body:
        return Signed(verdict="unsigned", reason=said("unsigned"))
    if not can_check():
        return Signed(verdict="unchecked", reason=said("unchecked"))
    from pinisi.incidents.cap.verify import verify_all

    found = verify_all(body, trusted, at)
    if not found:
        return Signed(verdict="unsigned", reason=said("unsigned"))
    by_verdict = {signed.verdict: signed for signed in reversed(found)}
    broken = [by_verdict[verdict] for verdict in BROKEN if verdict in by_verdict]
    good = [by_verdict["valid"]] if "valid" in by_verdict else []
    rest = [by_verdict[verdict] for verdict in GRAVEST if verdict in by_verdict]
    return [*broken, *good, *rest][0]
