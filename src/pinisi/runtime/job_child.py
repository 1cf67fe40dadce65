"""The process of a job: `python -m pinisi.runtime.job_child`, started by the server and by nobody else.

Two processes: a guardian, which waits, watches the limits and the pipe from the server, and the worker, which computes.
When the server is gone, by whatever way, the pipe ends and the guardian ends the worker and all that it has started.
"""

import ctypes
import importlib
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from typing import Any

import msgspec

from pinisi.runtime.computation import JobFailed, plain
from pinisi.runtime.job_wire import (
    DIED,
    ENDED,
    OVER_MEMORY,
    OVER_TIME,
    Broke,
    Made,
    Order,
    Place,
    Step,
    read_order,
    send,
)
from pinisi.runtime.processes import members, resident

LOOK_SECONDS = 0.1
MEMORY_LOOKS = 2
"""Looks between two measurements of memory."""
SAY_SECONDS = 0.1
HARD_FACTOR, HARD_MORE = 2, 512 << 20
"""What the worker may reserve beyond what it may use: libraries reserve more than they touch."""
_PR_SET_PDEATHSIG = 1
LONGEST_TRACE = 8_000


def main() -> int:
    order = read_order(sys.stdin.buffer)
    folder = tempfile.mkdtemp(prefix="pinisi-job-")
    guardian = os.getpid()
    worker = os.fork()
    if worker == 0:
        _work(order, folder, guardian)
    try:
        return _guard(worker, order)
    finally:
        _end_others()
        shutil.rmtree(folder, ignore_errors=True)


# the guardian


def _guard(worker: int, order: Order) -> int:
    """Wait for the worker's end, its limits, or the server's end; answers how to leave."""
    until, looks = time.monotonic() + order.seconds, 0
    while True:
        if select.select([0], [], [], LOOK_SECONDS)[0] and not os.read(0, 4096):
            return DIED
        ended, status = os.waitpid(worker, os.WNOHANG)
        if ended:
            return ENDED if os.WIFEXITED(status) else DIED
        if time.monotonic() > until:
            return OVER_TIME
        looks += 1
        if looks % MEMORY_LOOKS == 0 and resident(members(os.getpgrp()) - {os.getpid()}) > order.memory_mb << 20:
            return OVER_MEMORY


def _end_others() -> None:
    """End everything of this group but oneself; what begins meanwhile is ended in the next round."""
    while others := members(os.getpgrp()) - {os.getpid()}:
        for process in others:
            try:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
            except (ProcessLookupError, ChildProcessError):
                continue
        time.sleep(0.001)


# the worker


def _work(order: Order, folder: str, guardian: int) -> None:
    """Compute and report; ends the process."""
    out = os.dup(1)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.chdir(folder)
    _bind_to(guardian)
    _limit(order.memory_mb << 20)
    sys.path[:] = order.path
    try:
        send(out, _computed(order, out))
    except BaseException as error:
        send(out, _broke(error))
    os._exit(0)


def _bind_to(guardian: int) -> None:
    """Die with the guardian: Linux only; elsewhere it ends when its limit is over."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != guardian:
        os._exit(1)


def _limit(memory: int) -> None:
    most = HARD_FACTOR * memory + HARD_MORE
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def _computed(order: Order, out: int) -> Made | Broke:
    try:
        run, shape, wanted = (_import(place) for place in (order.run, order.input_type, order.output_type))
    except Exception as error:
        return Broke(plain(f"it cannot be imported: {type(error).__name__}: {error}"), _trace(error))
    output = run(msgspec.msgpack.decode(order.input, type=shape), _Steps(out))
    if not isinstance(output, wanted):
        return Broke(plain(f"its output is {type(output).__name__} instead of {order.output_type[1]}"))
    return Made(msgspec.msgpack.encode(output))


def _import(place: Place) -> Any:
    module, name = place
    return getattr(importlib.import_module(module), name)


class _Steps:
    """A `Progress` that tells the server, seldom enough."""

    def __init__(self, out: int) -> None:
        self._out = out
        self._told = 0.0
        self._one = threading.Lock()

    def __call__(self, share: float, note: str = "") -> None:
        with self._one:
            now = time.monotonic()
            if now - self._told >= SAY_SECONDS:
                self._told = now
                send(self._out, Step(min(1.0, max(0.0, float(share))), str(note)[:200]))


def _broke(error: BaseException) -> Broke:
    if isinstance(error, JobFailed):
        return Broke(error.text)
    if isinstance(error, MemoryError):
        return Broke(plain("it asked for more memory than it may have"), _trace(error), memory=True)
    return Broke(plain(f"{type(error).__name__}: {error}"[:500]), _trace(error))


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-LONGEST_TRACE:]


if __name__ == "__main__":
    sys.exit(main())
