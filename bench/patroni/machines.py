"""Three machines with etcd, Patroni and PostgreSQL each: namespaces of a network, one bridge between them.

Run in a network of its own (`unshare -n`). A machine can be killed with all that runs on it, started again, and cut off
without a word to anyone.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

HERE = Path(__file__).parent
OUTSIDE = "10.77.0.100"
"""Where the processes of Pinisi run, NATS, HAProxy and the clients."""
WAIT_SECONDS = 60.0


def run(*words: str | Path) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def wait_until(holds: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            raise SystemExit(f"waited for {what} in vain")
        time.sleep(0.1)


class Machine:
    """One of the three. `folder` stands for its `/var/lib`."""

    def __init__(self, number: int, folder: Path, settings: dict[str, str]) -> None:
        self.name, self.host = f"db{number}", f"10.77.0.{number}"
        self._line = f"line{number}"
        self._settings = settings
        self.folder = folder / self.name
        self.folder.mkdir()
        (self.folder / "etcd").mkdir()
        (self.folder / "run").mkdir()
        user = pwd.getpwnam("postgres")
        for each in (self.folder, *self.folder.iterdir()):
            os.chown(each, user.pw_uid, user.pw_gid)
        self._holder = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep 7200"], stdout=subprocess.PIPE)
        assert self._holder.stdout is not None
        self._holder.stdout.readline()
        self._net = Path(f"/proc/{self._holder.pid}/ns/net").stat().st_ino
        self._lay()
        self._write()

    def _lay(self) -> None:
        inside = ("nsenter", "-t", str(self._holder.pid), "-n")
        run("ip", "link", "add", self._line, "type", "veth", "peer", "name", "eth0", "netns", str(self._holder.pid))
        run("ip", "link", "set", self._line, "master", "city", "up")
        run(*inside, "ip", "link", "set", "lo", "up")
        run(*inside, "ip", "address", "add", f"{self.host}/24", "dev", "eth0")
        run(*inside, "ip", "link", "set", "eth0", "up")
        hardware = json.loads(run(*inside, "ip", "-j", "link", "show", "eth0"))[0]["address"]
        # As behind a router: that a machine is gone is not found out by asking for its hardware address.
        run("ip", "neighbour", "replace", self.host, "lladdr", hardware, "dev", "city", "nud", "permanent")
        self.inside = (*inside, "setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups")

    def _write(self) -> None:
        """The configuration files of the documentation, with this machine's name and address."""
        for name in ("etcd.conf", "patroni.yml"):
            lines = (HERE / name).read_text().splitlines()
            own = [
                line if line.lstrip().startswith(("initial-cluster:", "hosts:")) else self._own(line) for line in lines
            ]
            text = "\n".join(own)
            for old, new in self._settings.items():
                if name == "patroni.yml":
                    assert old in text, old
                    text = text.replace(old, new)
            (self.folder / name).write_text(text)

    def _own(self, line: str) -> str:
        line = line.replace("db1", self.name).replace("10.77.0.1:", f"{self.host}:")
        line = line.replace("/var/lib/etcd/pinisi", f"{self.folder}/etcd/data")
        line = line.replace("/var/lib/postgresql", str(self.folder))
        return line.replace("/var/run/postgresql", f"{self.folder}/run")

    def start(self) -> None:
        self._begin("etcd", "etcd", "--config-file", self.folder / "etcd.conf")
        self.start_patroni()

    def start_patroni(self) -> None:
        self._begin("patroni", "patroni", self.folder / "patroni.yml")

    def _begin(self, name: str, *words: str | Path) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            subprocess.Popen([*self.inside, *words], stdout=log, stderr=log, cwd=self.folder, start_new_session=True)

    def kill(self, *names: str) -> None:
        """kill -9: of what has one of these names, or of everything, as when the power goes."""
        for process in Path("/proc").iterdir():
            try:
                there = process.name.isdecimal() and (process / "ns/net").stat().st_ino == self._net
                if not there or int(process.name) == self._holder.pid:
                    continue
                name = (process / "comm").read_text().strip()
                if not names or name in names:
                    os.kill(int(process.name), signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue

    def cut(self) -> None:
        """Both ends stay up: what is sent is lost, and nobody is told."""
        run("ip", "link", "set", self._line, "nomaster")

    def mend(self) -> None:
        run("ip", "link", "set", self._line, "master", "city")

    def part(self, others: Sequence["Machine"], *, again: bool = False) -> None:
        """Hear nothing from the others, nor they from it, but from everybody else; `again`: they meet."""
        for other in others:
            how = ("del" if again else "add", "blackhole", f"{other.host}/32")
            run("nsenter", "-t", str(self._holder.pid), "-n", "ip", "route", *how)

    def sql(self, *statements: str, database: str = "postgres") -> str:
        """What its administrator says to its PostgreSQL."""
        words = [word for statement in statements for word in ("-c", statement)]
        return run(*self.inside, "psql", "-h", self.folder / "run", "-d", database, "-qtA", "-v", "ON_ERROR_STOP=1",
                   *words)  # fmt: skip

    def ctl(self, *words: str) -> str:
        return run(*self.inside, "patronictl", "-c", str(self.folder / "patroni.yml"), *words)

    def end(self) -> None:
        self.kill()
        self._holder.kill()
        self._holder.wait()


class Cluster:
    """The three. `settings`: what is replaced in their configuration."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o755, parents=True)
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "city", "type", "bridge")
        run("ip", "address", "add", f"{OUTSIDE}/24", "dev", "city")
        run("ip", "link", "set", "city", "up")
        self.machines = [Machine(number, folder, settings) for number in (1, 2, 3)]

    def start(self) -> None:
        for machine in self.machines:
            machine.start()
        wait_until(lambda: self.whole(3), "three members")

    def members(self, asked: Sequence[Machine] | None = None) -> list[dict[str, Any]]:
        """As whichever Patroni answers first says."""
        for machine in asked or self.machines:
            try:
                with urlopen(f"http://{machine.host}:8008/cluster", timeout=1) as answer:
                    return json.loads(answer.read())["members"]
            except HTTPError as error:
                error.close()
            except OSError:
                continue
        return []

    def whole(self, count: int) -> bool:
        """So many run, and tell the leader's story (a timeline): one that led before has been rewound by then."""
        told = [(each["state"], each.get("timeline")) for each in self.members()]
        leads = [each.get("timeline") for each in self.members() if each["role"] == "leader"]
        running = [timeline for state, timeline in told if state in ("running", "streaming")]
        return len(leads) == 1 and running.count(leads[0]) >= count

    def leader(self) -> Machine:
        name = next(each["name"] for each in self.members() if each["role"] == "leader")
        return next(machine for machine in self.machines if machine.name == name)

    def synchronous(self) -> list[str]:
        return [each["name"] for each in self.members() if each["role"] == "sync_standby"]

    def end(self) -> None:
        for machine in self.machines:
            machine.end()
