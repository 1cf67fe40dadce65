"""The programs of SUMO, which the extra `mobility` installs, run as programs of their own under a guardian.

Nothing of SUMO is imported for them: the wheel is looked up, and its programs are started.
"""

import asyncio
import importlib.util
import os
import sys
from pathlib import Path
from typing import Literal

import msgspec

from pinisi.services.mobility.routing.guardian import OVER_MEMORY, OVER_TIME, SERVER_GONE
from pinisi.services.mobility.routing.programs import GUARDIAN, ended
from pinisi.services.mobility.twin.child import TwinFailed, TwinMissing
from pinisi.services.mobility.twin.run import SUMO

Program = Literal["netconvert", "sumo"]
_LAST_LINES = 3
_LONGEST_SAID = 400
_QUIET = (b"Warning: ", b"pj_obj_create", b"Loading", b"Simulation ")


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one program: seconds, and megabytes of resident memory."""

    seconds: float = 1_800
    megabytes: int = 2_048


def sumo_home() -> Path:
    """Raises `TwinMissing`. Looks for the package without importing it."""
    found = importlib.util.find_spec("sumo")
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        if (Path(place) / "bin" / "sumo").is_file():
            return Path(place)
    raise TwinMissing(f"The twin needs SUMO {SUMO}: pip install 'pinisi[mobility]'")


def guarded(name: Program, words: list[str], limits: Limits) -> list[str]:
    """The command that runs a program under its guardian. Raises `TwinMissing`."""
    program = str(sumo_home() / "bin" / name)
    return [sys.executable, "-I", str(GUARDIAN), f"{limits.seconds:g}", str(limits.megabytes), program, *words]


def environment() -> dict[str, str]:
    """Where the programs find their own data (schemas, types of roads, emission models)."""
    return os.environ | {"SUMO_HOME": str(sumo_home())}


async def run_program(name: Program, words: list[str], folder: Path, limits: Limits) -> None:
    """Run one to its end, in a folder; it ends with this task.

    Raises:
        TwinMissing: it is not installed. TwinFailed: it did not do what it was asked; says why.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *guarded(name, words, limits),
        stdin=pipe,
        stdout=pipe,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env=environment(),
    )
    assert process.stdout is not None
    lines: list[bytes] = []
    try:
        async for line in process.stdout:
            if not line.startswith(_QUIET):
                lines = [*lines[-_LAST_LINES:], line.strip()]
        code = await process.wait()
    finally:
        await ended(process)
    if code:
        raise TwinFailed(why(name, code, lines, limits))


def why(name: Program, code: int, lines: list[bytes], limits: Limits) -> str:
    """Why a guarded program ended with this code."""
    reasons = {
        OVER_TIME: f"{name} took longer than its limit of {limits.seconds:g} seconds",
        OVER_MEMORY: f"{name} used more memory than its limit of {limits.megabytes} MB",
        SERVER_GONE: f"{name} was ended with the server",
    }
    said = b" / ".join(line for line in lines if line and not line.startswith(b"Quitting"))
    return reasons.get(code) or f"{name} ended with {code}: {said.decode(errors='replace')[-_LONGEST_SAID:]}"
