"""The one process that answers for a graph: started, watched, started again when it ends, ended with its holder."""

import asyncio
import shutil
import socket
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from pinisi.services.mobility.routing.graph_pieces import load
from pinisi.services.mobility.routing.guardian import OVER_MEMORY
from pinisi.services.mobility.routing.live_file import LiveFile
from pinisi.services.mobility.routing.programs import Process, RoutingFailed, ended, guarded
from pinisi.services.mobility.routing.router import Router
from pinisi.services.mobility.routing.tile_build import Graph, pieces_of, tiles_of
from pinisi.services.mobility.routing.valhalla_settings import write_settings

MEGABYTES = 1_024
CACHE_MB = 256
START_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 30.0
_SOUND_SECONDS = 60.0
"""One that ran so long is started again at once."""

Trouble = Callable[[str], Awaitable[None]]


@asynccontextmanager
async def serving(
    graph: Graph, folder: Path, *, megabytes: int = MEGABYTES, threads: int = 1, trouble: Trouble | None = None
) -> AsyncGenerator[Router]:
    """A router that answers from now on; the process behind it is started again whenever it ends.

    Args:
        folder: the one that the graph was built below.
        trouble: told why it does not answer now, and with an empty text when it does again.

    Raises:
        RoutingFailed: it does not begin to answer. `NotInstalled`: see there.
    """
    sockets = Path(tempfile.mkdtemp(prefix="pinisi-roads-"))
    child: _Child | None = None
    watch: asyncio.Task[None] | None = None
    try:
        child = await asyncio.to_thread(_Child, graph, folder, sockets, megabytes, threads)
        await child.start()
        watch = asyncio.create_task(child.watch(trouble or _silent))
        yield child.router
    finally:
        if watch is not None:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
        if child is not None:
            await child.end()
        shutil.rmtree(sockets, ignore_errors=True)


async def _silent(_reason: str) -> None:
    """Nobody listens."""


class _Child:
    def __init__(self, graph: Graph, folder: Path, sockets: Path, megabytes: int, threads: int) -> None:
        self._settings = sockets / "settings.json"
        self._megabytes, self._threads = megabytes, threads
        port = _free_port()
        tiles = tiles_of(folder.absolute(), graph)
        live = sockets / "traffic.tar"
        self.router = Router(graph, port, LiveFile(load(pieces_of(folder.absolute(), graph)), live))
        write_settings(self._settings, tiles, cache_mb=CACHE_MB, port=port, sockets=sockets, live=live)
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it and wait until it answers."""
        command = guarded("valhalla_service", str(self._settings), str(self._threads), megabytes=self._megabytes)
        nothing = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=nothing, stderr=nothing, cwd=self._settings.parent
        )
        self._process = process
        async with _within(START_SECONDS):
            while not await asyncio.to_thread(self.router.ready):
                if process.returncode is not None:
                    raise RoutingFailed(_left(process.returncode))
                await asyncio.sleep(_LOOK_SECONDS)

    async def watch(self, trouble: Trouble) -> None:
        """Start it again whenever it ends, with longer and longer pauses while it does not stay."""
        pause = _FIRST_PAUSE
        while self._process is not None:
            began = asyncio.get_running_loop().time()
            code = await self._process.wait()
            if asyncio.get_running_loop().time() - began > _SOUND_SECONDS:
                pause = _FIRST_PAUSE
            await trouble(_left(code))
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)
            try:
                await self.start()
            except RoutingFailed as error:
                await trouble(str(error))
            else:
                await trouble("")

    async def end(self) -> None:
        if self._process is not None:
            await ended(self._process)


@asynccontextmanager
async def _within(seconds: float) -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise RoutingFailed(f"valhalla_service does not answer within {seconds:g} seconds") from None


def _left(code: int) -> str:
    if code == OVER_MEMORY:
        return "valhalla_service used more memory than its limit, and is started again"
    return f"valhalla_service ended with {code}, and is started again"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
