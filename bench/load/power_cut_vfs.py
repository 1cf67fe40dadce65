"""A disk whose power can be cut: what was synced is kept, the rest survives in any part and any order.

SQLite writes through this VFS into real files. Beside them it remembers, for each sector of 512 bytes, what stood
there at the file's last sync and every version written since. `image` then draws for each such sector one of these at
random: dropped, torn and reordered writes alike. A lying disk takes syncs and does nothing, as `synchronous=OFF` does.
"""

import random
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512


class PowerIsOff(apsw.IOError):
    """Nothing can be written after the cut."""


class _Pending:
    """What a file was at its last sync, and what has been written since."""

    def __init__(self, size: int, *, born: bool) -> None:
        self.size = size
        self.born = born
        self.versions: dict[int, list[bytes]] = {}
        self.sizes: list[int] = []


class Disk:
    """All files of one VFS. `after` counts writes and syncs down to the cut; None: no cut."""

    def __init__(self, seed: int, *, lying: bool = False) -> None:
        self.random = random.Random(seed)
        self.lying = lying
        self.after: int | None = None
        self.cut = False
        self.at_cut: Any = None
        self.on_cut: Any = None
        self.syncs = 0
        self._pending: dict[str, _Pending] = {}

    def step(self) -> None:
        """One act of the disk; the power may fail before it."""
        if self.cut:
            raise PowerIsOff("the power is off")
        if self.after is not None:
            self.after -= 1
            if self.after < 0:
                self.cut = True
                if self.on_cut is not None:
                    self.at_cut = self.on_cut()
                raise PowerIsOff("the power fails")

    def opened(self, path: str) -> None:
        if path not in self._pending:
            exists = Path(path).exists()
            self._pending[path] = _Pending(Path(path).stat().st_size if exists else 0, born=not exists)

    def write(self, path: str, data: bytes, offset: int) -> None:
        """Remember the versions of every sector that a write touches, before it happens."""
        pending = self._pending[path]
        begin, end = offset // SECTOR, (offset + len(data) + SECTOR - 1) // SECTOR
        with Path(path).open("rb") as file:
            file.seek(begin * SECTOR)
            before = file.read((end - begin) * SECTOR).ljust((end - begin) * SECTOR, b"\0")
        after = bytearray(before)
        within = offset - begin * SECTOR
        after[within : within + len(data)] = data
        for n in range(end - begin):
            part = slice(n * SECTOR, (n + 1) * SECTOR)
            versions = pending.versions.setdefault(begin + n, [before[part]])
            versions.append(bytes(after[part]))

    def truncate(self, path: str, size: int) -> None:
        self._pending[path].sizes.append(size)

    def sync(self, path: str) -> None:
        self.syncs += 1
        if not self.lying:
            self._pending[path] = _Pending(Path(path).stat().st_size, born=False)

    def deleted(self, path: str) -> None:
        self._pending.pop(path, None)

    def image(self, target: Path) -> None:
        """Write what a power cut leaves of every file into a folder."""
        for path, pending in self._pending.items():
            if pending.born and self.random.random() < 0.5:
                continue
            content = bytearray(Path(path).read_bytes())
            kept = self._sizes(pending, content)
            content = content.ljust(kept, b"\0")
            for sector, versions in pending.versions.items():
                chosen = self.random.choice(versions)
                content[sector * SECTOR : (sector + 1) * SECTOR] = chosen
            (target / Path(path).name).write_bytes(bytes(content[:kept]))

    def _sizes(self, pending: _Pending, content: bytearray) -> int:
        """The size that survives: of the last sync, of now, or of any truncation or growth between."""
        grown = [(sector + 1) * SECTOR for sector in pending.versions if (sector + 1) * SECTOR > pending.size]
        return self.random.choice([pending.size, len(content), *pending.sizes, *grown])


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self._path: str = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._kept = bool(flags[0] & (apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_WAL))
        if self._kept:
            disk.opened(self._path)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.step()
        if self._kept:
            self._disk.write(self._path, data, offset)
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._disk.step()
        if self._kept:
            self._disk.truncate(self._path, newsize)
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        self._disk.step()
        if self._kept:
            self._disk.sync(self._path)


class PowerCutVFS(apsw.VFS):
    """Register under `name`, then open the store with this name as its VFS."""

    def __init__(self, name: str, disk: Disk) -> None:
        self._disk = disk
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _File(self._disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self._disk.step()
        self._disk.deleted(filename)
        super().xDelete(filename, syncdir)
