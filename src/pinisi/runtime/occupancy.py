"""One process at a time in a data folder.

The server holds a lock on `pinisi.lock` while it runs (the kernel releases it at any death of the process) and writes
into it who it is, so that the command line knows whether to open the files or to ask the server.
"""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

FILE_NAME = "pinisi.lock"
PATIENCE_S = 0.5


class Occupant(msgspec.Struct, frozen=True, kw_only=True):
    """The process that holds the data folder; `url` is where it listens, empty when it does not."""

    pid: int
    url: str = ""


class Occupied(Exception):
    """Another process holds the data folder."""

    def __init__(self, data: Path, occupant: Occupant) -> None:
        where = f" at {occupant.url}" if occupant.url else ""
        super().__init__(f"the data folder {data} is in use by process {occupant.pid}{where}")
        self.occupant = occupant


@contextmanager
def occupy(data: Path, url: str = "") -> Generator[None]:
    """Hold the data folder, which is made if it is not there.

    Raises:
        Occupied: another process holds it.
        OSError: it cannot be made or written.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(data / FILE_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked(lock, fcntl.LOCK_EX, PATIENCE_S):
            raise Occupied(data, _read(lock))
        _write(lock, url)
        yield
    finally:
        os.close(lock)


def _write(lock: int, url: str) -> None:
    os.truncate(lock, 0)
    os.pwrite(lock, msgspec.json.encode(Occupant(pid=os.getpid(), url=url)), 0)


def occupant(data: Path) -> Occupant | None:
    """Who holds the data folder now, if anyone."""
    try:
        lock = os.open(data / FILE_NAME, os.O_RDONLY)
    except OSError:
        return None
    try:
        return None if _locked(lock, fcntl.LOCK_SH, 0) else _read(lock)
    finally:
        os.close(lock)


def _locked(lock: int, kind: int, patience_s: float) -> bool:
    """Try to take the lock; a short wait outlasts someone who only looks."""
    deadline = time.monotonic() + patience_s
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)


def _read(lock: int) -> Occupant:
    with suppress(msgspec.DecodeError):
        return msgspec.json.decode(os.pread(lock, 4096, 0), type=Occupant)
    return Occupant(pid=0)
