"""A file that a source makes something of, each time that another one lies there."""

import asyncio
from pathlib import Path

from pinisi.runtime.source import Line

_LOOK_SECONDS = 5.0
Stamp = tuple[int, int]
"""When a file was written and how long it is; zeros where there is none."""


def stamp(file: Path) -> Stamp:
    try:
        found = file.stat()
    except OSError:
        return (0, 0)
    return found.st_mtime_ns, found.st_size


async def until_another(file: Path, seen: Stamp, line: Line) -> None:
    """Wait until another file lies there, and has been the same for a while; an absent one changes nothing."""
    before = seen
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        await line.alive()
        now = await asyncio.to_thread(stamp, file)
        if now not in (seen, (0, 0)) and now == before:
            return
        before = now
