"""Photographs from the field, without what cameras write into them: place, time, maker, owner (Exif, XMP, comments).

Only what draws the picture is kept: of a JPEG (ITU-T T.81, B.1.1.3) the frame, tables and scans, of a PNG (ISO/IEC
15948, 11) the chunks that are needed to show it.
"""

import struct
from typing import Literal
from zlib import crc32

MOST_BYTES = 6 << 20
_SOI, _SOS, _EOI = 0xD8, 0xDA, 0xD9
_KEPT_MARKERS = frozenset({0xDB, 0xC4, 0xDD, 0xC0, 0xC1, 0xC2, 0xE0})
"""Tables, restart interval, the frames that browsers draw, JFIF."""
_JFIF = b"JFIF\0"
_PNG = b"\x89PNG\r\n\x1a\n"
_KEPT_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"sRGB", b"gAMA"})

Media = Literal["image/jpeg", "image/png"]


class NotAPicture(ValueError):
    """It is neither a JPEG nor a PNG that can be shown; says why."""


def stripped(content: bytes) -> tuple[Media, bytes]:
    """The picture without anything that it says beside what it shows.

    Raises:
        NotAPicture: see there.
    """
    if len(content) > MOST_BYTES:
        raise NotAPicture(f"is larger than {MOST_BYTES >> 20} MB")
    if content.startswith(_PNG):
        return "image/png", _png(content)
    if content[:2] == bytes((0xFF, _SOI)):
        return "image/jpeg", _jpeg(content)
    raise NotAPicture("is neither a JPEG nor a PNG")


def _jpeg(content: bytes) -> bytes:
    parts, place, framed = [content[:2]], 2, False
    while place + 4 <= len(content):
        if content[place] != 0xFF:
            raise NotAPicture("is a damaged JPEG")
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        (length,) = struct.unpack_from(">H", content, place + 2)
        segment = content[place : place + 2 + length]
        if length < 2 or len(segment) < 2 + length:
            raise NotAPicture("is a JPEG that ends too early")
        if marker == _SOS:
            if not framed:
                raise NotAPicture("is a JPEG without a frame")
            scans, end = _scan(content, place + 2 + length)
            parts += [segment, scans]
            if end >= len(content) - 1:
                raise NotAPicture("is a JPEG that ends too early")
            if content[end + 1] == _EOI:
                return b"".join((*parts, bytes((0xFF, _EOI))))
            place = end
            continue
        if marker in _KEPT_MARKERS and (marker != 0xE0 or segment[4:9] == _JFIF):
            parts.append(_without_thumbnail(segment) if marker == 0xE0 else segment)
        framed = framed or marker in (0xC0, 0xC1, 0xC2)
        place += 2 + length
    raise NotAPicture("is a JPEG that ends too early")


def _without_thumbnail(segment: bytes) -> bytes:
    """The JFIF header alone: a thumbnail could still show what was cut away."""
    return b"\xff\xe0\x00\x10" + segment[4:16].ljust(12, b"\0") + b"\0\0"


def _scan(content: bytes, start: int) -> tuple[bytes, int]:
    """The coded data, up to the next marker that is neither a stuffed byte nor a restart."""
    place = start
    while (place := content.find(b"\xff", place)) >= 0 and place + 1 < len(content):
        following = content[place + 1]
        if following and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return content[start:place], place
        place += 1 if following == 0xFF else 2
    return content[start:], len(content)


def _png(content: bytes) -> bytes:
    parts, place, seen = [_PNG], len(_PNG), set[bytes]()
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        chunk = content[place : place + 12 + length]
        kind = chunk[4:8]
        if len(chunk) < 12 + length or struct.unpack(">I", chunk[-4:])[0] != crc32(chunk[4:-4]):
            raise NotAPicture("is a damaged PNG")
        if kind in _KEPT_CHUNKS:
            parts.append(chunk)
        seen.add(kind)
        place += 12 + length
        if kind == b"IEND":
            if not {b"IHDR", b"IDAT"} <= seen:
                raise NotAPicture("is a PNG without a picture")
            return b"".join(parts)
    raise NotAPicture("is a PNG that ends too early")
