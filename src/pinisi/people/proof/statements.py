"""What is signed, and how it is written: one line of text each, to be kept in a file, printed or sent by mail.

    checkpoint TENANT POSITION TIME LINK KEY SIGNATURE
    key KEY PUBLIC SINCE SIGNER SIGNATURE

Links, keys and signatures are hexadecimal, small letters. KEY is the first 16 digits of SHA-256 of the public key;
SIGNER the key before it, which vouches for it, and `-` of the first.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from .ed25519 import verifies


class Unreadable(ValueError):
    """A line is not what it begins as; says why."""


@dataclass(frozen=True)
class Checkpoint:
    """At TIME (ISO 8601, UTC) the line at POSITION had this link."""

    tenant: str
    position: int
    time: str
    link: str
    key: str
    signature: str

    def message(self) -> bytes:
        return f"pinisi trail checkpoint 1 {self.tenant} {self.position} {self.time} {self.link} {self.key}".encode()

    def text(self) -> str:
        return f"checkpoint {self.tenant} {self.position} {self.time} {self.link} {self.key} {self.signature}"


@dataclass(frozen=True)
class Key:
    """A public key, since when it signs, and the one before it that vouches for it."""

    id: str
    public: str
    since: str
    signer: str = "-"
    signature: str = "-"

    def message(self) -> bytes:
        return f"pinisi trail key 1 {self.id} {self.public} {self.since} {self.signer}".encode()

    def text(self) -> str:
        return f"key {self.id} {self.public} {self.since} {self.signer} {self.signature}"


def key_id(public: bytes) -> str:
    return sha256(public).hexdigest()[:16]


def read_checkpoint(text: str) -> Checkpoint:
    """Raises `Unreadable`."""
    word, *parts = text.split(" ")
    if word != "checkpoint" or len(parts) != 6 or not is_number(parts[1]):
        raise Unreadable("is not a checkpoint: checkpoint TENANT POSITION TIME LINK KEY SIGNATURE")
    tenant, position, time, link, key, signature = parts
    if not (is_hexadecimal(link, 64) and is_hexadecimal(key, 16) and is_hexadecimal(signature, 128)):
        raise Unreadable("is not a checkpoint: link, key and signature have 64, 16 and 128 hexadecimal digits")
    return Checkpoint(tenant, int(position), time, link, key, signature)


def read_key(text: str) -> Key:
    """Raises `Unreadable`, also for a name that is not the key's."""
    word, *parts = text.split(" ")
    if word != "key" or len(parts) != 5 or not is_hexadecimal(parts[1], 64):
        raise Unreadable("is not a key: key KEY PUBLIC SINCE SIGNER SIGNATURE")
    key = Key(*parts)
    if key_id(bytes.fromhex(key.public)) != key.id:
        raise Unreadable(f"the key calls itself {key.id[:16]}, which is not its name")
    return key


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def is_hexadecimal(text: str, digits: int) -> bool:
    return len(text) == digits and all(letter in "0123456789abcdef" for letter in text)


@lru_cache(1024)
def signed_by(signature: str, public: str, message: bytes) -> bool:
    """Whether the signature is right. Copies are compared again and again: 4 ms are spent once for each."""
    if not (is_hexadecimal(signature, 128) and is_hexadecimal(public, 64)):
        return False
    return verifies(bytes.fromhex(public), message, bytes.fromhex(signature))


def trusted_keys(given: list[Key], known: list[Key]) -> dict[str, Key]:
    """Those that are given, and those that a trusted one vouches for."""
    trusted = {key.id: key for key in given}
    waiting = [key for key in known if key.id not in trusted]
    grown = True
    while grown:
        grown = False
        for key in waiting:
            signer = trusted.get(key.signer)
            if key.id not in trusted and signer and signed_by(key.signature, signer.public, key.message()):
                trusted[key.id] = key
                grown = True
    return trusted
