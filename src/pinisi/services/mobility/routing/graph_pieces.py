"""The pieces of road of a graph, from crossing to crossing, read from its tiles once, when they are built.

Layout: Valhalla 3.5.1, `valhalla/baldr/graphtileheader.h`, `directededge.h`, `edgeinfo.h`. A directed edge is one
direction of a piece; both directions of a piece have one shape, but where it leaves its tile each has its own.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from pinisi.services.mobility.routing.programs import RoutingFailed

_HEADER, _NODE, _TRANSITION, _EDGE_WORDS = 272, 32, 8, 6
_COUNTS_AT, _TRANSITIONS_AT, _SHAPES_AT = 40, 48, 104
_ID_BITS, _COUNT_BITS, _OFFSET_BITS, _ACCESS_BITS = 46, 21, 25, 12
_DRIVEN = 1 | 8 | 64 | 512 | 1024
"""Access of cars, trucks, buses, mopeds, motorcycles (`graphconstants.h`)."""
_SCALE = 1e6


class Pieces(msgspec.Struct, frozen=True):
    """`tiles`, `counts`: path below the folder of tiles, id and number of directed edges of each, in one order.

    `piece_of`: of each directed edge, tile after tile, the piece that it is of. Of each piece: `ways` (the number of
    its way), `driven` (whether motor vehicles may use it), and its points: those of `points` (longitude, latitude)
    from `starts[i]` to `starts[i + 1]`.
    """

    tiles: NDArray[np.str_]
    ids: NDArray[np.int64]
    counts: NDArray[np.int64]
    piece_of: NDArray[np.int32]
    ways: NDArray[np.int64]
    driven: NDArray[np.bool_]
    points: NDArray[np.float64]
    starts: NDArray[np.int64]


def read_pieces(tiles: Path) -> Pieces:
    """Raises `RoutingFailed`: the tiles are laid out otherwise."""
    names, ids, counts = list[str](), list[int](), list[int]()
    piece_of, driven, ways = list[NDArray[np.int64]](), list[NDArray[np.bool_]](), list[int]()
    lines, pieces = list[list[tuple[float, float]]](), 0
    for path in sorted(tiles.rglob("*.gph")):
        try:
            tile = _Tile(path.read_bytes())
            shapes, inverse = np.unique(tile.shape_at, return_inverse=True)
            read = [tile.shape(int(at)) for at in shapes]
        except (struct.error, IndexError, ValueError) as error:
            raise RoutingFailed(f"{path.name}: is no tile of Valhalla 3.5: {error}") from None
        open = np.zeros(len(shapes), np.bool_)
        np.logical_or.at(open, inverse, tile.driven)
        names.append(path.relative_to(tiles).as_posix())
        ids.append(tile.id)
        counts.append(len(inverse))
        piece_of.append(inverse + pieces)
        driven.append(open)
        ways += [way for way, _ in read]
        lines += [line for _, line in read]
        pieces += len(shapes)
    return Pieces(
        tiles=np.array(names, np.str_),
        ids=np.array(ids, np.int64),
        counts=np.array(counts, np.int64),
        piece_of=np.concatenate([*piece_of, np.zeros(0, np.int64)]).astype(np.int32),
        ways=np.array(ways, np.int64),
        driven=np.concatenate([*driven, np.zeros(0, np.bool_)]),
        points=np.array([point for line in lines for point in line], np.float64).reshape(-1, 2),
        starts=np.concatenate([[0], np.cumsum([len(line) for line in lines], dtype=np.int64)]).astype(np.int64),
    )


def save(pieces: Pieces, path: Path) -> None:
    np.savez(path, **msgspec.structs.asdict(pieces))


def load(path: Path) -> Pieces:
    with np.load(path, allow_pickle=False) as found:
        return Pieces(**{name: found[name] for name in Pieces.__struct_fields__})


class _Tile:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self.id = _word(body, 0) & ((1 << _ID_BITS) - 1)
        counts = _word(body, _COUNTS_AT)
        nodes, edges = (counts >> shift & ((1 << _COUNT_BITS) - 1) for shift in (0, _COUNT_BITS))
        transitions = struct.unpack_from("<I", body, _TRANSITIONS_AT)[0] & ((1 << _COUNT_BITS + 1) - 1)
        self._shapes = struct.unpack_from("<I", body, _SHAPES_AT)[0]
        begin = _HEADER + nodes * _NODE + transitions * _TRANSITION
        words = np.frombuffer(body, "<u8", edges * _EDGE_WORDS, begin).reshape(edges, _EDGE_WORDS)
        self.shape_at = (words[:, 1] & ((1 << _OFFSET_BITS) - 1)).astype(np.int64)
        access = words[:, 3] | words[:, 3] >> np.uint64(_ACCESS_BITS)
        self.driven = (access & np.uint64(_DRIVEN)) != 0

    def shape(self, at: int) -> tuple[int, list[tuple[float, float]]]:
        """The number of the way, and its points."""
        begin = self._shapes + at
        way, second, third = struct.unpack_from("<III", self._body, begin)
        names, size, more = third & 0xF, third >> 4 & 0xFFFF, third >> 28 & 0x3
        line = begin + 12 + 4 * names
        if line + size > len(self._body):
            raise ValueError("a shape ends behind the tile")
        higher = (second >> 24 & 0xFF, third >> 20 & 0xFF, *self._body[line + size : line + size + more])
        way |= sum(byte << 32 + 8 * place for place, byte in enumerate(higher))
        return way, list(_points(self._body[line : line + size]))


def _word(body: bytes, at: int) -> int:
    return int(struct.unpack_from("<Q", body, at)[0])


def _points(line: bytes) -> Iterator[tuple[float, float]]:
    """Of steps in millionths of a degree, latitude first, each of bytes with seven bits."""
    numbers, lat, lon = _numbers(line), 0, 0
    for step in numbers:
        lat += step
        lon += next(numbers)
        yield lon / _SCALE, lat / _SCALE


def _numbers(line: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in line:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield ~(value >> 1) if value & 1 else value >> 1
            value = shift = 0
