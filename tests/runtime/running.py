"""A Pinisi as a person starts it: a process of its own, told where to keep its data."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from loaded_city import MAKASSAR, lay_out
from patience import PATIENCE

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HOME": os.environ.get("HOME", "/")}


def command(data: Path, city: Path = MAKASSAR) -> list[str]:
    return [sys.executable, "-m", "pinisi", "run", str(city), "--port", "0", "--data", str(data)]


def start_in_vain(data: Path, city: Path = MAKASSAR) -> "subprocess.CompletedProcess[str]":
    """Start what cannot open; it ends by itself."""
    return subprocess.run(
        command(data, city), env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@dataclass
class Running:
    process: "subprocess.Popen[str]"
    address: str

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def resident(self) -> int:
        """Resident memory in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    def stop(self, within: float = PATIENCE) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)


@contextlib.contextmanager
def running(
    data: Path,
    city: Path = MAKASSAR,
    log: Path | None = None,
    packages: Path | None = None,
    more: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Start it and wait until it says where it is; kill it in the end if it still runs.

    `packages`: a folder of further packages, as if they were installed. `more`: further environment variables.
    """
    lay_out(data, city)
    installed = {} if packages is None else {"PYTHONPATH": f"{ROOT / 'src'}:{packages}"}
    environment = ENVIRONMENT | installed | dict(more or {})
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context(log.open("w")) if log is not None else subprocess.DEVNULL
        process = subprocess.Popen(
            command(data, city), env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), address
            yield Running(process, address)
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
