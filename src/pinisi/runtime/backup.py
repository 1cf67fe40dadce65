"""Backup and restore of the data folder.

A backup can be taken while the server runs: the databases in it are copies made by SQLite's online backup. Restoring
checks every sum and every database before anything is put in place, and swaps whole folders.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from pinisi import __version__
from pinisi.runtime import occupancy, secrets
from pinisi.runtime.archive import BackupError, Manifest, pack, unpack
from pinisi.runtime.databases import copy_database, database_fault, database_files
from pinisi.vocabulary.instant import Instant, format_instant

NOT_KEPT = (".sqlite", ".sqlite-wal", ".sqlite-shm", ".sqlite-journal", ".part", occupancy.FILE_NAME)
"""Ends of names that are not copied as they lie: databases have their own way, the rest is of the moment."""

PIECE = 1 << 18
"""Bytes handed out at once."""

StoreCopy = Callable[[Path], Awaitable[None]]


async def backup_data_folder(data: Path, store_copy: StoreCopy, out: Path, made: Instant) -> Manifest:
    """Write the data folder into the file `out`, which appears only when it is whole.

    Args:
        store_copy: writes a consistent copy of every database, under its own name, into the folder it is given.
        made: the time of the backup.

    Raises:
        BackupError: a file cannot be read or written.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".pinisi-backup-", dir=out.absolute().parent) as folder:
            await store_copy(Path(folder))
            return await asyncio.to_thread(_finish, data, Path(folder), out, made)
    except OSError as error:
        raise BackupError(f"{error.filename or out}: {error.strerror or error}") from error


async def backup_to_send(data: Path, store_copy: StoreCopy, made: Instant) -> AsyncIterator[bytes]:
    """Make a backup inside the data folder and hand it out piece by piece; it is deleted after the last.

    Raises:
        BackupError: before the first piece, as `backup_data_folder`.
    """
    folder = Path(tempfile.mkdtemp(prefix=".pinisi-sending-", dir=data))
    try:
        await backup_data_folder(data, store_copy, folder / "backup", made)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return _pieces(folder)


async def _pieces(folder: Path) -> AsyncGenerator[bytes]:
    try:
        with (folder / "backup").open("rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece
    finally:
        shutil.rmtree(folder)


def _finish(data: Path, stage: Path, out: Path, made: Instant) -> Manifest:
    for path in plain_files(data):
        if (data / path).absolute() != out.absolute():
            target = stage / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(data / path, target)
    return pack(stage, out, __version__, format_instant(made))


def plain_files(data: Path) -> Iterator[PurePosixPath]:
    """What is kept besides databases: nothing hidden (names that begin with a dot), no links, no secrets."""
    for path in sorted(data.rglob("*")):
        inside = PurePosixPath(path.relative_to(data).as_posix())
        hidden = any(part.startswith(".") for part in inside.parts) or inside.parts[0] == secrets.FOLDER
        if path.is_file() and not path.is_symlink() and not hidden and not path.name.endswith(NOT_KEPT):
            yield inside


def backup_stopped(data: Path, out: Path, made: Instant) -> Manifest:
    """Back up a data folder on which no server runs.

    Raises:
        occupancy.Occupied: a server runs on it; ask the server.
        BackupError: it is not there, or a file cannot be read or written.
    """
    if not data.is_dir():
        raise BackupError(f"there is no data folder {data}")

    async def copy(stage: Path) -> None:
        for path in database_files(data):
            await asyncio.to_thread(copy_database, path, stage / path.relative_to(data))

    with occupancy.occupy(data):
        return asyncio.run(backup_data_folder(data, copy, out, made))


def verify_backup(file: Path) -> Manifest:
    """Read the whole backup and compare every size and sum.

    Raises:
        BackupError: not a backup, cut short, or changed.
    """
    return unpack(file, None)


def restore_data_folder(file: Path, data: Path, *, replace: bool = False) -> tuple[Manifest, Path | None]:
    """Put a backup in place of the data folder.

    Returns the manifest, and where the former data folder lies now (None: there was nothing in it).

    Raises:
        BackupError: the backup or a database in it is damaged, or the data folder is not empty and `replace` is not
            set. Nothing has been changed then.
        occupancy.Occupied: a server runs on the data folder.
    """
    if is_full(data) and not replace:
        raise BackupError(f"{data} is not empty: --replace puts the backup in its place and keeps the old beside it")
    if os.path.ismount(data):
        raise BackupError(f"{data} is a mount point and cannot be swapped: restore into a folder inside it")
    verify_backup(file)
    with occupancy.occupy(data), _temporary_beside(data) as fresh:
        manifest = unpack(file, fresh)
        _refuse_damaged(fresh)
        _sync(fresh)
        return manifest, _swap(fresh, data)


def is_full(data: Path) -> bool:
    """Whether there is anything in the data folder besides its lock."""
    return data.is_dir() and any(path.name != occupancy.FILE_NAME for path in data.iterdir())


@contextmanager
def _temporary_beside(data: Path) -> Generator[Path]:
    fresh = Path(tempfile.mkdtemp(prefix=f".{data.name}-restoring-", dir=data.absolute().parent))
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _refuse_damaged(folder: Path) -> None:
    for path in database_files(folder):
        fault = database_fault(path)
        if fault:
            raise BackupError(f"{path.name}: {fault}")


def _sync(folder: Path) -> None:
    """Everything in the folder is on disk before it takes the place of something that was."""
    for path in [*folder.rglob("*"), folder, folder.parent]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _swap(fresh: Path, data: Path) -> Path | None:
    full = is_full(data)
    former = _free_name(data)
    data.rename(former)
    fresh.rename(data)
    if full:
        return former
    shutil.rmtree(former)
    return None


def _free_name(data: Path) -> Path:
    number = 1
    while (name := data.with_name(f"{data.name}.before-restore-{number}")).exists():
        number += 1
    return name
