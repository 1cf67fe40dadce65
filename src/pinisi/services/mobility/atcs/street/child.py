"""A played street in a child process, from its layouts to what came of it."""

import asyncio
import sys
from pathlib import Path

import msgspec

from pinisi.services.mobility.atcs.street.playing import Played, Playing
from pinisi.services.mobility.twin.child import TwinFailed, ensure_sumo

PLAY = "pinisi.services.mobility.atcs.street.play"
LAID_WITHIN_S = 120.0


class StreetChild:
    """Begin with `start`, end with `finish` or `kill`; nothing is left running after either."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, playing: Playing) -> "StreetChild":
        """Returns when the layouts are in the folder.

        Raises:
            TwinMissing: without the extra `mobility`. TwinFailed: SUMO refuses the scenario.
        """
        ensure_sumo()
        pipe = asyncio.subprocess.PIPE
        words = (sys.executable, "-m", PLAY)
        process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, stderr=pipe, limit=1 << 24)
        child = cls(process)
        child._write(msgspec.json.encode(playing).decode())
        async with asyncio.timeout(LAID_WITHIN_S):
            await child._line("laid")
        return child

    def go(self) -> None:
        self._write("go")

    def cut(self, seconds: float) -> None:
        """All lines, for so many real seconds."""
        self._write(f"cut {seconds:g}")

    async def finish(self, stop: bool = True) -> Played:
        """Raises TwinFailed."""
        if stop:
            self._write("stop")
        played = msgspec.json.decode(await self._line(""), type=Played)
        await self._process.wait()
        return played

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")

    async def _line(self, wanted: str) -> bytes:
        """The next line that says this, or that is JSON; SUMO may say things of its own."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        while line := await self._process.stdout.readline():
            if line.strip() == wanted.encode() or (not wanted and line.startswith(b"{")):
                return line
        said = (await self._process.stderr.read()).decode(errors="replace").strip()
        raise TwinFailed(said[-600:] or "the street ended without a word")


def layouts(folder: Path) -> tuple[str, ...]:
    """The files of the junctions that a street has laid."""
    return tuple(sorted(str(path) for path in folder.glob("*.json") if not path.name.endswith("-junction.json")))
