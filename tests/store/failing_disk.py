"""A disk that can be told to fail: full, read-only, or broken, for writes only; and well again."""

from typing import Any

import apsw


class FailingDisk(apsw.VFS):
    """Register under a name of its own; set `fault` to what writes and syncs shall raise, after `left` more of them;
    `failed` counts those that did."""

    def __init__(self, name: str) -> None:
        self.fault: type[apsw.Error] | None = None
        self.left = 0
        self.failed = 0
        self.name = name
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _File(self, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def _fail(self) -> None:
        if self._disk.fault is None:
            return
        self._disk.left -= 1
        if self._disk.left < 0:
            self._disk.failed += 1
            raise self._disk.fault("the disk was told to fail")

    def xWrite(self, data: bytes, offset: int) -> None:
        self._fail()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._fail()
        super().xSync(flags)
