"""A real Mosquitto on a port of its own, with files that survive its restart."""

import asyncio
import shutil
from pathlib import Path

from patience import PATIENCE
from ports import free_port

OPEN = "allow_anonymous true\nuser root"
"""Lets anybody in, and reads files of the folder that root has made."""
CONFIG = """\
listener {port} 127.0.0.1
{security}
persistence true
persistence_location {folder}/
max_queued_messages 0
max_inflight_messages 50
log_dest none
"""


def program() -> str:
    """Debian puts it where an ordinary user's path does not look; `make test` installs it (scripts/mosquitto.sh)."""
    return shutil.which("mosquitto") or "/usr/sbin/mosquitto"


class Mosquitto:
    def __init__(self, folder: Path, security: str = "allow_anonymous true") -> None:
        self.folder = folder
        self.port = free_port()
        self._security = security
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        config = self.folder / "mosquitto.conf"
        config.write_text(CONFIG.format(port=self.port, folder=self.folder, security=self._security))
        self._process = await asyncio.create_subprocess_exec(
            program(), "-c", str(config), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(PATIENCE):
            while not await self._is_open():  # noqa: ASYNC110 (another process opens it)
                await asyncio.sleep(0.02)

    async def _is_open(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    async def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()
            self._process = None
