"""The server's side of one job's process: starts it, hears its reports, says how it ended."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.text import Text, fill
from pinisi.runtime.computation import plain
from pinisi.runtime.job import Job, place_of
from pinisi.runtime.job_entity import End
from pinisi.runtime.job_wire import (
    DIED,
    OVER_MEMORY,
    OVER_TIME,
    BadReport,
    Broke,
    Made,
    Order,
    Step,
    framed,
    next_report,
)
from pinisi.settings import PREFIX

MODULE = "pinisi.runtime.job_child"
GRACE_SECONDS = 10.0
"""How long a guardian may take beyond the limit before the server ends it itself."""

Told = Callable[[float, str], None]


class Ending(msgspec.Struct, frozen=True):
    """How a computation ended, and its output when it is done. `trace` is for the log."""

    state: End
    output: Any = None
    reason: Text | None = None
    trace: str = ""


async def compute(job: Job[Any, Any], given: msgspec.Struct, told: Told) -> Ending:
    """Run a job in a process of its own until its end; cancelled, it ends the process and all that it has started."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=_environment(),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(job.seconds + GRACE_SECONDS):
            ending = await _hear(process, job, given, told)
            return _left(await process.wait(), ending, job)
    except TimeoutError:
        return _over_time(job)
    finally:
        await _end(process)


def _environment() -> dict[str, str]:
    """The server's own without its settings and secrets."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return own | {"PYTHONPATH": os.pathsep.join(_import_path())}


def _import_path() -> list[str]:
    """Where the server imports from; the worker works in a folder of its own."""
    return [str(Path(entry).absolute()) for entry in sys.path]


def _order(job: Job[Any, Any], given: msgspec.Struct) -> Order:
    return Order(
        run=place_of(job.run),
        input_type=place_of(job.run_on),
        output_type=place_of(job.output),
        input=msgspec.msgpack.encode(given),
        seconds=job.seconds,
        memory_mb=job.memory_mb,
        path=tuple(_import_path()),
    )


async def _hear(process: Process, job: Job[Any, Any], given: msgspec.Struct, told: Told) -> Ending | None:
    """What the worker says of its end; None: it went without a word."""
    assert process.stdin is not None and process.stdout is not None
    ending: Ending | None = None
    try:
        process.stdin.write(framed(_order(job, given)))
        await process.stdin.drain()
        while (report := await next_report(process.stdout)) is not None:
            if isinstance(report, Step):
                told(report.share, report.note)
            else:
                ending = await asyncio.to_thread(_heard, report, job)
    except BadReport as error:
        return Ending("failed", reason=plain(f"what it said cannot be read: {error}"))
    except (ConnectionError, BrokenPipeError):
        return ending
    return ending


def _heard(report: Made | Broke, job: Job[Any, Any]) -> Ending:
    if isinstance(report, Broke):
        state = "overMemory" if report.memory else "failed"
        return Ending(state, reason=_memory_reason(job) if report.memory else report.reason, trace=report.trace)
    try:
        return Ending("done", msgspec.msgpack.decode(report.output, type=job.output))
    except msgspec.ValidationError as error:
        return Ending("failed", reason=plain(f"its output is not what it declares: {error}"))


def _left(code: int, ending: Ending | None, job: Job[Any, Any]) -> Ending:
    """How the guardian left goes before what the worker said, but for a result that is there."""
    if ending is not None and ending.state == "done":
        return ending
    if code == OVER_TIME:
        return _over_time(job)
    if code == OVER_MEMORY:
        return Ending("overMemory", reason=_memory_reason(job))
    if ending is not None:
        return ending
    return Ending("failed", reason=_KILLED if code == DIED or code < 0 else _SILENT)


async def _end(process: Process) -> None:
    """Whatever is left of the process and its group."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is None:
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await process.wait()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _over_time(job: Job[Any, Any]) -> Ending:
    return Ending("overTime", reason=fill(_OVER_TIME, seconds=job.seconds))


def _memory_reason(job: Job[Any, Any]) -> Text:
    return fill(_OVER_MEMORY, memory=job.memory_mb)


_OVER_TIME = Text(
    "Lebih lama dari batasnya, {seconds} detik",
    "It took longer than its limit of {seconds} seconds",
    "制限時間の {seconds} 秒を超えた",
)
_OVER_MEMORY = Text(
    "Memakai memori lebih dari batasnya, {memory} MB",
    "It used more memory than its limit of {memory} MB",
    "メモリ上限の {memory} MB を超えた",
)
_KILLED = Text(
    "Prosesnya dihentikan dari luar (mungkin karena memori server habis)",
    "Its process was killed from outside (perhaps because the server ran out of memory)",
    "プロセスが外部から強制終了された（サーバーのメモリ不足の可能性）",
)
_SILENT = Text(
    "Prosesnya berakhir tanpa hasil",
    "Its process ended without a result",
    "プロセスが結果を出さずに終了した",
)
