"""Which processes belong to a group, and how much memory they hold: read from /proc (Linux; elsewhere nothing)."""

import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_STATE, _GROUP, _RESIDENT = 0, 2, 21
"""Fields of /proc/PID/stat behind the command's name (proc(5))."""


def members(group: int) -> set[int]:
    """The living processes of a group."""
    found: set[int] = set()
    for entry in PROC.iterdir() if PROC.is_dir() else ():
        fields = _stat(int(entry.name)) if entry.name.isdigit() else None
        if fields is not None and int(fields[_GROUP]) == group and fields[_STATE] != "Z":
            found.add(int(entry.name))
    return found


def resident(processes: Iterable[int]) -> int:
    """Bytes of memory that the processes hold together; what they share is counted for each."""
    stats = (_stat(process) for process in processes)
    return sum(int(fields[_RESIDENT]) * _PAGE for fields in stats if fields is not None)


def _stat(process: int) -> list[str] | None:
    try:
        text = (PROC / str(process) / "stat").read_text(errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
