"""A feed as a zip file: opened within bounds, and written so that the same feed gives the same bytes."""

import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

MOST_PACKED = 200 << 20
MOST_BYTES = 512 << 20
MOST_FILES = 200
_CHUNK = 1 << 20


class NoFeed(Exception):
    """The file is no zip that can be read; the text says what is wrong."""


def read_zip(path: Path) -> dict[str, bytes]:
    """The files by their paths in the zip. Raises `NoFeed`."""
    try:
        if path.stat().st_size > MOST_PACKED:
            raise NoFeed(f"{path.name}: is larger than {MOST_PACKED >> 20} MB")
        body = path.read_bytes()
    except OSError as error:
        raise NoFeed(f"{path}: cannot be read: {error.strerror or error}") from None
    return unzip(body, path.name)


def unzip(body: bytes, name: str, most: int = MOST_BYTES) -> dict[str, bytes]:
    """The files by their paths in the zip. Raises `NoFeed`, also for what would unpack to more than `most` bytes."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES:
                raise NoFeed(f"{name}: holds {len(entries)} files; a feed has at most {MOST_FILES}")
            files: dict[str, bytes] = {}
            left = most
            for entry in entries:
                if entry.filename in files:
                    raise NoFeed(f"{name}: holds {entry.filename} twice")
                files[entry.filename] = _unpacked(packed, entry, left, most, name)
                left -= len(files[entry.filename])
            return files
    except NoFeed:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise NoFeed(f"{name}: is no whole zip file: {error}") from None


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, most: int, name: str) -> bytes:
    """The bytes of one file; what the zip says of its size is not believed."""
    if entry.flag_bits & 1:
        raise NoFeed(f"{name}: {entry.filename} is encrypted")
    parts: list[bytes] = []
    with packed.open(entry) as stream:
        while part := stream.read(_CHUNK):
            left -= len(part)
            if left < 0:
                raise NoFeed(f"{name}: unpacks to more than {most >> 20} MB")
            parts.append(part)
    return b"".join(parts)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of files, in the order of their names and with no date of its own."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
