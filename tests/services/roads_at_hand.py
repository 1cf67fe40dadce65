"""The roads of a piece of Helsinki (2,650 ways), built and served as the house does, for tests that ask them."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from pinisi.services.mobility.routing.child import serving
from pinisi.services.mobility.routing.router import Router
from pinisi.services.mobility.routing.tile_build import build_graph

EXAMPLES = Path(__file__).parents[1] / "city" / "roads_examples"
HELSINKI = EXAMPLES / "helsinki_roads.osm.pbf"
HELSINKI_DIGEST = "663d7b9c8638eec0"
"""Of the graph of that file."""
JAKARTA = EXAMPLES / "jakarta_roads_cut.shp"
STATION, HARBOUR = (24.940, 60.170), (24.9528, 60.1642)
"""A street before the railway station, and one at the harbour."""
AT_SEA = (24.90, 60.10)


@contextmanager
def served(file: Path, folder: Path) -> Iterator[Router]:
    """A router of a file's roads, served by a loop in a thread of its own."""
    ready: Future[Router] = Future()
    over = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(file, folder, ready, over)))
    thread.start()
    try:
        yield ready.result(timeout=120)
    finally:
        over.set()
        thread.join()


async def _serve(file: Path, folder: Path, ready: "Future[Router]", over: threading.Event) -> None:
    try:
        async with serving(await build_graph(file, folder), folder) as router:
            ready.set_result(router)
            await asyncio.to_thread(over.wait)
    except BaseException as error:
        if not ready.done():
            ready.set_exception(error)
        raise


def programs_of_valhalla() -> list[int]:
    """Processes that a guardian of this process has started."""
    guardians = [process for process, parent in _parents() if parent == os.getpid()]
    return [process for process, parent in _parents() if parent in guardians]


def kill(process: int) -> None:
    """It may have ended by itself since it was found."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                yield int(entry.name), int(fields[1])
