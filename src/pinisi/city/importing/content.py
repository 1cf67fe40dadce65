"""The bytes of a file: from the disk or from a request, unpacked, with the encoding that they are most likely in."""

import gzip
import io
import zlib
from pathlib import Path

from pinisi.city.importing.rows import NotReadable

MOST_BYTES = 512 << 20
"""Of one file when unpacked."""
SAMPLE = 256 << 10
_CHUNK = 1 << 20


def read_content(path: Path) -> bytes:
    """The unpacked bytes of a file.

    Raises:
        NotReadable: it is not there, cannot be read, or is too large.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise NotReadable(path.name, "too-large", most=MOST_BYTES >> 20)
        return unpacked(path.name, path.read_bytes())
    except OSError as error:
        raise NotReadable(path.name, "no-file", reason=error.strerror or str(error)) from None


def unpacked(name: str, content: bytes) -> bytes:
    """Gzip is undone; anything else stays as it is.

    Raises:
        NotReadable: the packed file is damaged, or larger than `MOST_BYTES` when unpacked.
    """
    if content[:2] != b"\x1f\x8b":
        return content
    parts: list[bytes] = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            while part := packed.read(_CHUNK):
                size += len(part)
                if size > MOST_BYTES:
                    raise NotReadable(name, "too-large", most=MOST_BYTES >> 20)
                parts.append(part)
    except (OSError, EOFError, zlib.error) as error:
        raise NotReadable(name, "damaged", reason=str(error)) from None
    return b"".join(parts)


def encoding_of(content: bytes) -> str:
    """`utf-8-sig`, `utf-16`, `utf-8`, or `cp1252` for what is none of them (older spreadsheets)."""
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def text_of(name: str, content: bytes, encoding: str = "") -> str:
    """The content as text; bytes that the encoding does not know become U+FFFD.

    Raises:
        NotReadable: the encoding asked for is none.
    """
    try:
        return content.decode(encoding or encoding_of(content), "replace")
    except (LookupError, UnicodeError) as error:
        raise NotReadable(name, "damaged", reason=str(error)) from None
