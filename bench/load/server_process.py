"""The server as a process of its own: started, measured, killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
_TICK = os.sysconf("SC_CLK_TCK")


class ServerFailed(RuntimeError):
    """The server ended, or did not get ready."""


class ServerProcess:
    """`python -m pinisi run` on a data folder and a free port; any command that prints a line when it is ready."""

    def __init__(self, data: Path, *, city: Path | None = None, command: list[str] | None = None) -> None:
        self.port = _free_port()
        self.command = command or [
            sys.executable, "-m", "pinisi", "run", str(city or ROOT / "cities" / "makassar"), "--data", str(data),
        ]  # fmt: skip
        self._log = data.with_name(data.name + ".log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start and wait until it is ready; answers the seconds that took."""
        began = time.perf_counter()
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        with self._log.open("ab") as log:
            words = [*self.command, "--port", str(self.port)]
            self._process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, env=environment)
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            self._process.wait()
            raise ServerFailed(f"the server did not start: {self._log.read_text()[-2000:]}")
        return time.perf_counter() - began

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def cpu_seconds(self) -> float:
        """User and system time of the process and its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def resident_mb(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE") / 1e6

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, as an operator does."""
        self._end(signal.SIGTERM)

    def _end(self, how: int) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
