"""A folder into which others drop files: each is read once it is whole, then put away.

A file is whole when neither size nor time have changed between two looks. What was read goes to `done/`, what could
not be read to `refused/`, with the reason in a file beside it. A file that was read but not yet put away when the
house went down is read again: what is repeated changes nothing.
"""

import asyncio
import contextlib
import mimetypes
from collections.abc import AsyncIterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from pinisi.runtime.source import Line, Message, Taken, TransportFailed

DONE, REFUSED = "done", "refused"
LOOK_SECONDS = 1.0
MOST_BYTES = 64 << 20
MOST_FILES = 200
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", "~")

Seen = tuple[int, int]


class Folder:
    """`path` is absolute, or begins at the data folder; `names` are patterns of the files that are meant."""

    def __init__(self, path: str, names: Sequence[str] = ("*",), look: float = LOOK_SECONDS) -> None:
        """
        Raises:
            ValueError: the path is empty.
        """
        if not path:
            raise ValueError("path: is empty")
        self._path = path
        self._names = tuple(names)
        self._look = look
        self._open: set[str] = set()

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        place = line.folder / self._path
        self._open.clear()
        seen: dict[str, Seen] = {}
        while True:
            found = await asyncio.to_thread(self._found, place)
            await line.trouble("")
            whole = [name for name, state in found.items() if seen.get(name) == state and name not in self._open]
            seen = found
            for name in sorted(whole, key=lambda name: (found[name][1], name)):
                message = await self._read(place, name, line)
                if message is not None:
                    self._open.add(name)
                    yield message
            await asyncio.sleep(self._look)

    def _found(self, place: Path) -> dict[str, Seen]:
        """The files that lie there, with size and time.

        Raises:
            TransportFailed: the folder cannot be made or read.
        """
        try:
            for name in ("", DONE, REFUSED):
                (place / name).mkdir(parents=True, exist_ok=True)
            found: dict[str, Seen] = {}
            for path in place.iterdir():
                if len(found) < MOST_FILES and self._is_meant(path):
                    with contextlib.suppress(FileNotFoundError):
                        state = path.stat()
                        found[path.name] = (state.st_size, state.st_mtime_ns)
        except OSError as error:
            raise TransportFailed(f"the folder {place} cannot be used: {error.strerror or error}") from None
        return found

    def _is_meant(self, path: Path) -> bool:
        name = path.name
        if name.startswith(".") or name.lower().endswith(_UNFINISHED) or path.is_symlink() or not path.is_file():
            return False
        return any(fnmatch(name.lower(), pattern.lower()) for pattern in self._names)

    async def _read(self, place: Path, name: str, line: Line) -> Message | None:
        path = place / name
        try:
            if path.stat().st_size > MOST_BYTES:
                _put_away(path, REFUSED, f"the file is longer than {MOST_BYTES >> 20} MB")
                return None
            body = await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TransportFailed(f"{path} cannot be read: {error.strerror or error}") from None
        media = mimetypes.guess_type(name)[0] or ""
        return Message(body=body, origin=name, media=media, received=line.now())

    async def taken(self, line: Line, message: Message, taken: Taken) -> None:
        """Put the file away, with what was rejected of it beside it."""
        path = line.folder / self._path / message.origin
        lines = [f"{reject.row or reject.key}\t{reject.field}\t{reject.reason.en}" for reject in taken.rejects]
        refused = not taken.whole or (bool(taken.rejects) and not taken.entities)
        _put_away(path, REFUSED if refused else DONE, "\n".join(lines))
        self._open.discard(message.origin)


def _put_away(path: Path, where: str, reason: str) -> None:
    """Move a file; one of the same name that lies there stays."""
    goal = path.parent / where / path.name
    number = 1
    while goal.exists():
        number += 1
        goal = path.parent / where / f"{path.stem}-{number}{path.suffix}"
    try:
        path.rename(goal)
        if reason:
            goal.with_name(goal.name + ".reason.txt").write_text(reason + "\n", encoding="utf-8")
    except FileNotFoundError:
        return
    except OSError as error:
        raise TransportFailed(f"{path} cannot be put away: {error.strerror or error}") from None
