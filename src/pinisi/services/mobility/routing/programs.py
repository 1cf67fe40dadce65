"""The programs of Valhalla, which the extra `mobility` installs, run as programs of their own.

Valhalla and its wheel are MIT. The wheel bundles libraries under other terms beside its programs (librttopo and poppler
are GPL), so nothing of it is ever imported into Pinisi: it is started, and asked over a loopback port.
"""

import asyncio
import importlib.util
import sys
from contextlib import suppress
from pathlib import Path
from typing import Literal

Program = Literal["valhalla_build_tiles", "valhalla_service"]
Process = asyncio.subprocess.Process
_GRACE_SECONDS = 3.0
GUARDIAN = Path(__file__).with_name("guardian.py")


class NotInstalled(Exception):
    """The programs are not there."""

    def __init__(self) -> None:
        super().__init__("routes are found with Valhalla: install pinisi[mobility]")


class RoutingFailed(Exception):
    """A program of Valhalla did not do what it was asked; the text says why, for the technician."""


def program(name: Program) -> Path:
    """Raises `NotInstalled`. Looks for the package without importing it."""
    found = importlib.util.find_spec("valhalla")
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        path = Path(place) / "bin" / name
        if path.is_file():
            return path
    raise NotInstalled


def guarded(name: Program, *words: str, seconds: float = 0, megabytes: int) -> list[str]:
    """The command that runs a program under its guardian. Raises `NotInstalled`."""
    return [sys.executable, "-I", str(GUARDIAN), f"{seconds:g}", str(megabytes), str(program(name)), *words]


async def ended(process: Process) -> None:
    """End a guarded program: its guardian sees the pipe end, and is killed where it does not."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                await process.wait()
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
