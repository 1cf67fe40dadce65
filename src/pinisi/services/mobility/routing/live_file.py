"""What is closed and how fast it goes now, in the file that Valhalla reads while it answers (`traffic.tar`).

For each tile a header and for each of its directed edges one number of 64 bits, in an archive that both map into
memory. Layout: Valhalla 3.5.1, `valhalla/baldr/traffictile.h`: from the lowest bit a speed of the whole piece and three
of its parts (7 bits each, in steps of 2 km/h), two breakpoints (8 bits; 255: the first part is the whole), then
congestion and incidents, which are not told here.
"""

import io
import struct
import tarfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinisi.services.mobility.routing.closed_pieces import ClosedPieces, Indices
from pinisi.services.mobility.routing.graph_pieces import Pieces

_VERSION, _HEADER_BYTES, _WORD = 3, 32, 8
_WHOLE = 255 << 28
"""The first breakpoint at the end of the piece; all else nought: closed."""
_STEP_KMH, _FASTEST_STEPS = 2.0, 126


class LiveFile:
    """Written for one question at a time: see `Router`."""

    def __init__(self, pieces: Pieces, path: Path) -> None:
        self.pieces = pieces
        self._piece_of = pieces.piece_of
        self._places = _written(pieces, path)
        self._file = np.memmap(path, "<u8", "r+")
        self._now = np.zeros(len(self._piece_of), np.uint64)

    @cached_property
    def looked_up(self) -> ClosedPieces:
        """Made when first something is closed: half a second for a large city."""
        return ClosedPieces(self.pieces)

    def tell(self, closed: Indices, speeds: Mapping[int, float]) -> None:
        """Lay it out for the next question; `speeds`: km/h by the number of a way. Only what changes is written."""
        of_piece = np.zeros(len(self.pieces.ways), np.uint64)
        for way, kmh in speeds.items():
            of_piece[self.looked_up.of_way(way)] = _speed(kmh)
        of_piece[closed] = _WHOLE
        wanted = of_piece[self._piece_of]
        changed = np.flatnonzero(wanted != self._now)
        self._file[self._places[changed]] = wanted[changed]
        self._now = wanted


def _speed(kmh: float) -> int:
    """At least 2 km/h: nought would close it."""
    steps = min(_FASTEST_STEPS, max(1, round(kmh / _STEP_KMH)))
    return steps | steps << 7 | _WHOLE


def _written(pieces: Pieces, path: Path) -> NDArray[np.int64]:
    """The archive with nothing told of any piece; where in it, in words of 64 bits, that of each directed edge is."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, id, count in zip(pieces.tiles.tolist(), pieces.ids.tolist(), pieces.counts.tolist(), strict=True):
            body = struct.pack("<QQIIII", id, 0, count, _VERSION, 0, 0) + bytes(_WORD * count)
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    with tarfile.open(path) as archive:
        begins = [(entry.offset_data + _HEADER_BYTES) // _WORD for entry in archive.getmembers()]
    spans = [np.arange(begin, begin + int(count)) for begin, count in zip(begins, pieces.counts, strict=True)]
    return np.concatenate([*spans, np.zeros(0, np.int64)]).astype(np.int64)
