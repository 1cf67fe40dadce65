"""The file format of a backup: a gzipped tar that begins with a manifest of sizes and SHA-256 sums.

Packing the same files at the same time gives the same bytes; reading compares everything with the manifest and writes
nothing outside the folder it is given.
"""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

MANIFEST = "manifest.json"
FORMAT = 1
CHUNK = 1 << 20
MANIFEST_LIMIT = 64 << 20


class BackupError(Exception):
    """The backup cannot be made, read or put in place; says which file and why."""


class KeptFile(msgspec.Struct, frozen=True):
    """One file of the data folder: path with slashes, size in bytes, SHA-256 in hex."""

    path: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What the backup holds: version of the format, version of Pinisi, when it was made (ISO 8601, UTC), files."""

    format: int
    pinisi: str
    made: str
    files: tuple[KeptFile, ...]


def pack(folder: Path, out: Path, pinisi: str, made: str) -> Manifest:
    """Write every file of the folder into `out`, which appears only when it is whole and on disk."""
    manifest = Manifest(FORMAT, pinisi, made, tuple(_kept(folder)))
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as raw:
            _write(raw, folder, manifest)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _kept(folder: Path) -> Iterator[KeptFile]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield KeptFile(path.relative_to(folder).as_posix(), path.stat().st_size, _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(raw: IO[bytes], folder: Path, manifest: Manifest) -> None:
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        archive.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))
        for kept in manifest.files:
            with (folder / kept.path).open("rb") as file:
                archive.addfile(_member(kept.path, kept.size), file)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    return member


def unpack(file: Path, target: Path | None) -> Manifest:
    """Read a whole backup, comparing every size and sum; write its files into `target` where one is given.

    Raises:
        BackupError: not a backup, cut short, changed, or naming a path outside the folder.
    """
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            manifest = _read_manifest(archive)
            for kept in manifest.files:
                _read_member(archive, kept, target)
            if archive.next() is not None:
                raise BackupError("the backup holds a file that its manifest does not name")
            return manifest
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise BackupError(f"{file}: cannot be read as a backup: {error}") from error


def _read_manifest(archive: tarfile.TarFile) -> Manifest:
    member = archive.next()
    content = archive.extractfile(member) if member and member.name == MANIFEST else None
    if member is None or content is None or member.size > MANIFEST_LIMIT:
        raise BackupError("the file is not a backup of Pinisi: it does not begin with a manifest")
    try:
        manifest = msgspec.json.decode(content.read(), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BackupError(f"the manifest of the backup cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise BackupError(
            f"the backup has format {manifest.format} (Pinisi {manifest.pinisi}); this one reads {FORMAT}"
        )
    for kept in manifest.files:
        _refuse_strange_path(kept.path)
    return manifest


def _refuse_strange_path(path: str) -> None:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or "\0" in path:
        raise BackupError(f"the backup names {path!r}, which lies outside the data folder")


def _read_member(archive: tarfile.TarFile, kept: KeptFile, target: Path | None) -> None:
    member = archive.next()
    content = archive.extractfile(member) if member and member.isreg() and member.name == kept.path else None
    if member is None or content is None:
        raise BackupError(f"{kept.path}: is missing from the backup")
    if member.size != kept.size:
        raise BackupError(f"{kept.path}: has {member.size} bytes, the manifest says {kept.size}")
    if _copy(content, target / kept.path if target else Path(os.devnull)) != kept.sha256:
        raise BackupError(f"{kept.path}: has been changed since the backup was made (SHA-256 differs)")


def _copy(content: IO[bytes], place: Path) -> str:
    """Write the content and answer its SHA-256."""
    place.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with place.open("wb") as sink:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            sink.write(chunk)
    return digest.hexdigest()
