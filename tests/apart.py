"""Another machine, as far as the network tells: a namespace with a line to each server that can be cut without a word.

Packets of a line that is cut go nowhere: neither side is told, as when a switch dies. Only root can make one.
"""

import contextlib
import ctypes
import itertools
import os
import subprocess
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

_CLONE_NEWNET = 0x40000000
_numbers = itertools.count()


class Machine:
    """`here` and `there` are the two ends of each line; `inside` begins a command that runs there."""

    def __init__(self, holder: int, lines: int) -> None:
        self._holder = holder
        self._names = [f"pi{os.getpid()}x{next(_numbers)}"[-13:] for _ in range(lines)]
        net = f"10.{200 + os.getpid() % 50}.{os.getpid() // 50 % 250}"
        self.here = [f"{net}.{4 * n + 1}" for n in range(lines)]
        self.there = [f"{net}.{4 * n + 2}" for n in range(lines)]
        self.inside = ["nsenter", "-t", str(holder), "-n"]
        self.threads = ThreadPoolExecutor(8, initializer=self._enter)
        """Whatever runs in them speaks from there."""

    def lay(self) -> None:
        _run(*self.inside, "ip", "link", "set", "lo", "up")
        for name, here, there in zip(self._names, self.here, self.there, strict=True):
            _run(
                "ip", "link", "add", f"{name}a", "type", "veth", "peer", "name", f"{name}b", "netns", str(self._holder)
            )
            _run("ip", "address", "add", f"{here}/30", "dev", f"{name}a")
            _run("ip", "link", "set", f"{name}a", "up")
            _run(*self.inside, "ip", "address", "add", f"{there}/30", "dev", f"{name}b")
            _run(*self.inside, "ip", "link", "set", f"{name}b", "up")

    def cut(self, line: int) -> None:
        """The end there stays up: what is sent is lost, and nobody is told."""
        _run("ip", "link", "set", f"{self._names[line]}a", "down")
        _run(*self.inside, "ip", "route", "replace", f"{self.here[line]}/32", "dev", f"{self._names[line]}b")

    def mend(self, line: int) -> None:
        _run("ip", "link", "set", f"{self._names[line]}a", "up")

    def _enter(self) -> None:
        with Path(f"/proc/{self._holder}/ns/net").open("rb") as name:
            if ctypes.CDLL(None, use_errno=True).setns(name.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "the namespace cannot be entered")


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


@contextlib.contextmanager
def another_machine(lines: int) -> Generator[Machine]:
    """Skips the test where a namespace cannot be made."""
    if os.geteuid() != 0:
        pytest.skip("a network of its own can only be made by root")
    with subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep 3600"], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            if not holder.stdout.readline():
                pytest.skip("a network of its own cannot be made here")
            machine = Machine(holder.pid, lines)
            try:
                machine.lay()
            except (OSError, subprocess.CalledProcessError) as error:
                pytest.skip(f"lines to a network of its own cannot be laid here: {error}")
            yield machine
            machine.threads.shutdown()
        finally:
            holder.kill()
