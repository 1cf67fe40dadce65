"""Beside one program of Valhalla: ends it when the server is gone, its time is over, or it holds too much memory.

Started as a file of its own, `python guardian.py SECONDS MEGABYTES PROGRAM ARGUMENT...`, so that it imports nothing of
the house and stays small; 0 seconds: without end. The pipe at its standard input ends with the server, however that
ended. It leaves with the code of the program, or with one of those below.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

OVER_TIME, OVER_MEMORY, SERVER_GONE = 101, 102, 103
_LOOK_SECONDS = 0.1
_PR_SET_PDEATHSIG = 1


def main(words: list[str]) -> int:
    seconds, megabytes, command = float(words[0]), int(words[1]), words[2:]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_me)
    try:
        return _guard(child, time.monotonic() + seconds if seconds else None, megabytes << 20)
    finally:
        child.kill()
        child.wait()


def _guard(child: "subprocess.Popen[bytes]", until: float | None, most: int) -> int:
    while child.poll() is None:
        if select.select([0], [], [], _LOOK_SECONDS)[0] and not os.read(0, 4096):
            return SERVER_GONE
        if until is not None and time.monotonic() > until:
            return OVER_TIME
        if _resident(child.pid) > most:
            return OVER_MEMORY
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _resident(process: int) -> int:
    """Bytes of memory (Linux; elsewhere 0)."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _die_with_me() -> None:
    """The program ends with its guardian, even where that is killed: Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
