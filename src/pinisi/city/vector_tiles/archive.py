"""A PMTiles archive (specification version 3): clustered, equal tiles kept once, gzip, the same bytes each time."""

import gzip
import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pinisi.city.vector_tiles.address import Address
from pinisi.city.vector_tiles.wire import varint

HEADER_BYTES = 127
ROOT_LIMIT = 16_384 - HEADER_BYTES
LEAF_ENTRIES = 4_096
LONGEST_METADATA = 1 << 20
GZIP = 2
MVT = 1


@dataclass(frozen=True)
class Entry:
    """A run of equal tiles: first tile id, offset and length of the bytes, how many ids follow on each other."""

    tile: int
    offset: int
    length: int
    run: int


def tile_id(address: Address) -> int:
    """Position on the Hilbert curves of all zooms in order (specification, section 4.1)."""
    zoom, x, y = address
    position = ((1 << (2 * zoom)) - 1) // 3
    side = 1 << zoom
    step = side >> 1
    while step:
        right, down = int(bool(x & step)), int(bool(y & step))
        position += step * step * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        step >>= 1
    return position


def pack(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


def write_archive(
    tiles: Mapping[Address, bytes], metadata: Mapping[str, Any], bounds: tuple[float, float, float, float], path: Path
) -> None:
    """Write uncompressed vector `tiles`; `bounds` is west, south, east, north in degrees."""
    entries, contents, distinct = run_together(tiles)
    root, leaves = directories(entries)
    description = pack(json.dumps(metadata, sort_keys=True, ensure_ascii=False).encode())
    root_at = HEADER_BYTES
    metadata_at = root_at + len(root)
    leaves_at = metadata_at + len(description)
    data_at = leaves_at + len(leaves)
    zooms = [zoom for zoom, _, _ in tiles]
    positions = [round(degrees * 1e7) for degrees in bounds]
    center = [(positions[0] + positions[2]) // 2, (positions[1] + positions[3]) // 2]
    header = struct.pack(
        "<7sB11Q6B4iB2i",
        b"PMTiles", 3,
        root_at, len(root), metadata_at, len(description), leaves_at, len(leaves), data_at, len(contents),
        len(tiles), len(entries), distinct,
        1, GZIP, GZIP, MVT, min(zooms, default=0), max(zooms, default=0),
        *positions, 11, *center,
    )  # fmt: skip
    path.write_bytes(header + root + description + leaves + contents)


def run_together(tiles: Mapping[Address, bytes]) -> tuple[list[Entry], bytes, int]:
    """Entries in the order of tile ids, the bytes that they point to, and how many distinct tiles there are."""
    kept: dict[bytes, tuple[int, int]] = {}
    contents = bytearray()
    entries: list[Entry] = []
    for tile, data in sorted((tile_id(address), data) for address, data in tiles.items()):
        if data not in kept:
            packed = pack(data)
            kept[data] = (len(contents), len(packed))
            contents += packed
        offset, length = kept[data]
        last = entries[-1] if entries else None
        if last is not None and last.offset == offset and last.tile + last.run == tile:
            entries[-1] = Entry(last.tile, offset, length, last.run + 1)
        else:
            entries.append(Entry(tile, offset, length, 1))
    return entries, bytes(contents), len(kept)


def directories(entries: list[Entry]) -> tuple[bytes, bytes]:
    """The root directory and the leaves that it points to (none when all fits in the root)."""
    root = directory(entries)
    if len(root) <= ROOT_LIMIT:
        return root, b""
    leaves = bytearray()
    pointers: list[Entry] = []
    for start in range(0, len(entries), LEAF_ENTRIES):
        leaf = directory(entries[start : start + LEAF_ENTRIES])
        pointers.append(Entry(entries[start].tile, len(leaves), len(leaf), 0))
        leaves += leaf
    return directory(pointers), bytes(leaves)


def directory(entries: list[Entry]) -> bytes:
    return pack(b"".join(varint(number) for number in directory_numbers(entries)))


def directory_numbers(entries: list[Entry]) -> Iterator[int]:
    """Columns one after the other: ids as differences, runs, lengths, offsets (0: right after the one before)."""
    yield len(entries)
    previous = 0
    for entry in entries:
        yield entry.tile - previous
        previous = entry.tile
    yield from (entry.run for entry in entries)
    yield from (entry.length for entry in entries)
    end = -1
    for entry in entries:
        yield 0 if entry.offset == end else entry.offset + 1
        end = entry.offset + entry.length


def read_metadata(path: Path) -> dict[str, Any]:
    """What an archive says of itself; empty for what is no archive of ours."""
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
            at, length = struct.unpack_from("<2Q", header, 24)
            if header[:8] != b"PMTiles\x03" or length > LONGEST_METADATA:
                return {}
            file.seek(at)
            found: object = json.loads(gzip.decompress(file.read(length)))
    except (OSError, EOFError, ValueError, struct.error, zlib.error):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
