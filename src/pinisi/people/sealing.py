"""The key that signs checkpoints of the trail: beside the data folder, so that no copy of the data brings it along.

<data>.keys/trail.key         the secret of 32 bytes in hexadecimal, mode 0600
<data>.keys/trail.pub         public keys, one line each, the newest last
<data>.keys/checkpoints.txt   every checkpoint that was signed, once more outside of what it confirms
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from pinisi.people.proof.ed25519 import public_key, sign
from pinisi.people.proof.statements import Checkpoint, Key, Unreadable, key_id, read_key
from pinisi.store.log import Position, Seal
from pinisi.vocabulary.instant import Instant, format_instant

SECRET, PUBLIC, COPIES = "trail.key", "trail.pub", "checkpoints.txt"
_log = structlog.get_logger("pinisi.people")


class NoKey(Exception):
    """Checkpoints cannot be signed; says why and what to do."""


class SigningKey(msgspec.Struct, frozen=True):
    """A secret and the line that makes its public key known."""

    secret: bytes
    key: Key

    def checkpoint(self, tenant: str, position: Position, link: bytes, time: Instant) -> Checkpoint:
        unsigned = Checkpoint(tenant, position, format_instant(time), link.hex(), self.key.id, "")
        signature = sign(self.secret, unsigned.message()).hex()
        return Checkpoint(tenant, position, unsigned.time, unsigned.link, unsigned.key, signature)


def checkpoint_of(tenant: str, seal: Seal) -> Checkpoint:
    """A seal of the store as the line that goes outside."""
    time = format_instant(seal.time)
    return Checkpoint(tenant, seal.position, time, seal.link.hex(), seal.key, seal.signature.hex())


class KeyRing:
    """The keys in one folder. Opened, it has one that signs; it is made when there is none."""

    def __init__(self, folder: Path, clock: Callable[[], Instant]) -> None:
        self.folder = folder
        self._clock = clock
        self._signing: SigningKey | None = None

    @property
    def signing(self) -> SigningKey:
        """Raises `NoKey`."""
        if self._signing is None:
            self._signing = self._read() or self._make(None)
        return self._signing

    def known(self) -> list[Key]:
        """All public keys, the oldest first.

        Raises:
            NoKey: the file of public keys cannot be read.
        """
        path = self.folder / PUBLIC
        try:
            rows = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
            return [read_key(row) for row in rows if row]
        except (OSError, UnicodeDecodeError, Unreadable) as error:
            raise NoKey(f"{path}: {error}") from error

    def renew(self) -> SigningKey:
        """Sign with a new key from now on. The one before it vouches for it, and its secret is gone.

        Raises:
            NoKey: see `signing`.
        """
        self._signing = self._make(self.signing)
        return self._signing

    def seal(self, tenant: str, position: Position, link: bytes, time: Instant) -> tuple[str, bytes]:
        """Sign a checkpoint for the store; id of the key and signature, both empty where there is no key.

        The chain goes on unsigned then: a fault of the folder of keys stops no work of the city.
        """
        try:
            checkpoint = self.signing.checkpoint(tenant, position, link, time)
            self._append(COPIES, checkpoint.text())
        except NoKey as error:
            _log.error("the audit trail could not be signed", tenant=tenant, reason=str(error))
            return "", b""
        return checkpoint.key, bytes.fromhex(checkpoint.signature)

    def _read(self) -> SigningKey | None:
        path = self.folder / SECRET
        if not path.exists():
            return None
        try:
            secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise NoKey(f"{path} cannot be read: {error}") from error
        if len(secret) != 32:
            raise NoKey(f"{path}: is not the 64 hexadecimal digits of a key")
        id = key_id(public_key(secret))
        key = next((key for key in self.known() if key.id == id), None)
        if key is None:
            raise NoKey(f"{path}: the key {id} stands not among the public ones in {self.folder / PUBLIC}")
        return SigningKey(secret, key)

    def _make(self, before: SigningKey | None) -> SigningKey:
        secret = secrets.token_bytes(32)
        public = public_key(secret)
        signer = "-" if before is None else before.key.id
        key = Key(key_id(public), public.hex(), format_instant(self._clock()), signer)
        signature = "-" if before is None else sign(before.secret, key.message()).hex()
        key = Key(key.id, key.public, key.since, key.signer, signature)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._append(PUBLIC, key.text())
            _write_secret(self.folder / SECRET, secret.hex())
        except OSError as error:
            raise NoKey(f"{self.folder}: the key cannot be kept there: {error.strerror} (keys_folder)") from error
        return SigningKey(secret, key)

    def _append(self, name: str, row: str) -> None:
        try:
            with (self.folder / name).open("a", encoding="utf-8") as file:
                file.write(row + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise NoKey(f"{self.folder / name}: cannot be written: {error.strerror}") from error


def _write_secret(path: Path, text: str) -> None:
    """Readable by its owner alone from its first moment, and whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
