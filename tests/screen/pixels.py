"""The pixels of a screenshot: a PNG as Chromium writes it (8 bits, not interlaced), read without another package."""

import struct
import zlib

Pixel = tuple[int, ...]
CHANNELS = {2: 3, 6: 4}


def pixels(png: bytes) -> list[list[Pixel]]:
    """Rows of red, green, blue (and opacity)."""
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert (depth, interlaced) == (8, 0), "another kind of PNG"
    step = CHANNELS[kind]
    flat, above, rows = zlib.decompress(_data(png)), bytearray(width * step), list[list[Pixel]]()
    for y in range(height):
        at = y * (width * step + 1)
        line = _unfiltered(flat[at], bytearray(flat[at + 1 : at + 1 + width * step]), above, step)
        rows.append([tuple(line[x : x + 3]) for x in range(0, width * step, step)])
        above = line
    return rows


def _data(png: bytes) -> bytes:
    at, found = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            found += png[at + 8 : at + 8 + length]
        at += 12 + length
    return found


def _unfiltered(kind: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    for x in range(len(line)):
        left = line[x - step] if x >= step else 0
        corner = above[x - step] if x >= step else 0
        guess = (0, left, above[x], (left + above[x]) // 2, _paeth(left, above[x], corner))[kind]
        line[x] = (line[x] + guess) & 0xFF
    return line


def _paeth(left: int, above: int, corner: int) -> int:
    """PNG specification, 9.4."""
    return min((left, above, corner), key=lambda each: abs(left + above - corner - each))
