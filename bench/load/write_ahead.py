"""How much a write-ahead log of SQLite holds that is not in its file yet (https://sqlite.org/fileformat2.html#walformat)."""

import struct
from pathlib import Path

_HEADER, _FRAME = 32, 24


def bytes_waiting(log: Path) -> int:
    """Bytes of frames written since the log was begun anew; those behind them are left from before."""
    if not log.is_file():
        return 0
    with log.open("rb") as file:
        header = file.read(_HEADER)
        if len(header) < _HEADER:
            return 0
        page, salts, held = struct.unpack_from(">I", header, 8)[0], header[16:24], 0
        while file.read(_FRAME)[8:16] == salts:
            held += _FRAME + page
            file.seek(page, 1)
    return held
