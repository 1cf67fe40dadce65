"""Runs pure functions in a thread of their own, each under a time limit.

A function that is over its limit is interrupted: Python raises `OverLimit` in it at its next step. One that is caught
in a call which never comes back to Python cannot be interrupted; its thread is given up, and a new one is begun.
"""

import asyncio
import contextlib
import ctypes
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from time import perf_counter
from typing import Any

LOOK_SECONDS = 0.05
GRACE_SECONDS = 2.0


class OverLimit(BaseException):
    """It took longer than it may."""


class Stuck(Exception):
    """It could not be interrupted."""


class Failed:
    """What a function raised, in place of what it should have answered."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Shift:
    """Some functions that are run one after another."""

    def __init__(self, works: Sequence[Callable[[], Any]], done: Callable[[], object]) -> None:
        self.works = works
        self.results: list[Any] = []
        self.began = 0.0
        self.done = done
        self.given_up = False


class TimeLimited:
    """One thread. `name` is shown where threads are listed."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._shifts: SimpleQueue[_Shift | None] = SimpleQueue()
        self._guard = threading.Lock()
        self._thread = self._begin()

    def _begin(self) -> threading.Thread:
        thread = threading.Thread(target=_work, args=(self._shifts, self._guard), name=self._name, daemon=True)
        thread.start()
        return thread

    async def run(self, works: Sequence[Callable[[], Any]], limit: float) -> list[Any]:
        """The answers, in order; `Failed` stands where one raised, or took longer than `limit` seconds.

        After one that could not be interrupted the rest is run in a new thread.
        """
        results: list[Any] = []
        while len(results) < len(works):
            results += await self._run(works[len(results) :], limit)
        return results

    async def _run(self, works: Sequence[Callable[[], Any]], limit: float) -> list[Any]:
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        shift = _Shift(works, lambda: loop.call_soon_threadsafe(ended.set))
        self._shifts.put(shift)
        told = -1
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await ended.wait()
            except TimeoutError:
                pass
            else:
                return shift.results
            with self._guard:
                at, took = len(shift.results), perf_counter() - shift.began if shift.began else 0.0
                if took > limit and at != told and at < len(works):
                    self._interrupt()
                    told = at
            if took > limit + GRACE_SECONDS and at == told:
                return self._give_up(shift, at)

    def _interrupt(self) -> None:
        thread = self._thread.ident
        assert thread is not None
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(OverLimit))

    def _give_up(self, shift: _Shift, at: int) -> list[Any]:
        """Leave the thread to what it is caught in."""
        shift.given_up = True
        self._shifts = SimpleQueue()
        self._guard = threading.Lock()
        self._thread = self._begin()
        return [*shift.results[:at], Failed(Stuck("it does not come back and cannot be interrupted"))]

    def close(self) -> None:
        self._shifts.put(None)


def _work(shifts: "SimpleQueue[_Shift | None]", guard: threading.Lock) -> None:
    while (shift := shifts.get()) is not None:
        for work in shift.works:
            if shift.given_up:
                return
            _do(shift, work, guard)
        if shift.given_up:
            return
        with contextlib.suppress(RuntimeError):  # the loop that asked is closed
            shift.done()


def _do(shift: _Shift, work: Callable[[], Any], guard: threading.Lock) -> None:
    """One function. The watcher interrupts only under the guard, and only while `began` tells of this function.

    An interruption that comes at the very end meets the last step here (Python raises it where a function begins): it
    is taken for that of this function, never of the next.
    """
    try:
        with guard:
            shift.began = perf_counter()
        try:
            result = work()
        except BaseException as error:
            result = Failed(error)
        with guard:
            shift.began = 0.0
        _breathe()
    except OverLimit as late:
        shift.began = 0.0
        result = Failed(late)
    shift.results.append(result)


def _breathe() -> None:
    """A step of Python at which an interruption is raised."""
