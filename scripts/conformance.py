"""Run a copy of the ETSI NGSI-LD test suite against a server that is started for it; a line a group, then the sum.

    python scripts/conformance.py FOLDER [--only TEXT] [--failures]

The suite is not part of this repository: clone it (docs/reference/conformance.md says which). Its Robot Framework is
that of a virtual environment `venv` inside of it or beside it, else one that is made for it (`robot.sh`). Where the
suite would start a Mosquitto by Docker, the one of this machine is started (`stand-ins/docker`). Each group gets a
server of its own with empty data, those of several brokers (IOP_TP) five; the contexts that the suite's files name are
served from the suite's own copies.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
CITY = "conformance"
CASES = "TP/NGSI-LD"
GROUPS = (
    "CommonBehaviours",
    "ContextInformation/Provision/Entities",
    "ContextInformation/Provision/EntityAttributes",
    "ContextInformation/Provision/BatchEntities",
    "ContextInformation/Provision/PurgeEntities",
    "ContextInformation/Provision/TransientEntities",
    "ContextInformation/Provision/TemporalEntity",
    "ContextInformation/Provision/TemporalEntityAttributes",
    "ContextInformation/Consumption/Entity",
    "ContextInformation/Consumption/Discovery",
    "ContextInformation/Consumption/TemporalEntity",
    "ContextInformation/EntityMap",
    "ContextInformation/Snapshot",
    "ContextInformation/Subscription",
    "ContextSource",
    "DistributedOperations",
    "jsonldContext",
)
TOGETHER = "IOP_TP/NGSI-LD/Interoperability"
"""Cases of several brokers: a group is a folder in it, and gets five servers that may ask each other."""

TOGETHER_MARK = "Interoperability/"
BROKERS = 5
OTHER_NAMES = {"ngsildTestSuiteV1.8-compound.jsonld": "ngsi-ld-test-suite-compound.jsonld"}
"""Contexts that the suite names by an address elsewhere, and which of its own files says the same."""

STAND_INS = (
    "https://fiware.github.io/NGSI-LD_TestSuite/ldContext/testContext.jsonld",
    "https://fiware.github.io/data-models/context.jsonld",
    "http://smartdatamodels.org/context.jsonld",
)
"""Contexts on the internet of which the suite has no copy: cases look at whether they are kept, not at their terms."""

_URL = re.compile(r"https?://[^\s\"'<>${}]+\.jsonld")


class Unready(Exception):
    """Something that the run needs is not there; the text says what to do."""


@dataclass(frozen=True)
class Suite:
    folder: Path
    robot: Path

    def groups(self, only: str) -> list[str]:
        found = [group for group in GROUPS if (self.folder / CASES / group).is_dir()]
        found += self._others(found)
        together = sorted(path.name for path in (self.folder / TOGETHER).glob("*") if path.is_dir())
        found += [TOGETHER_MARK + name for name in together]
        chosen = [group for group in found if only in group]
        if not chosen:
            raise Unready(f"no group of {self.folder} has {only!r} in its name; there are: {', '.join(found)}")
        return chosen

    def _others(self, known: list[str]) -> list[str]:
        """What has cases and lies in no group that is known here: whole folders where that is possible."""
        above = {str(parent) for group in known for parent in PurePath(group).parents}
        others = dict[str, None]()
        for file in sorted((self.folder / CASES).rglob("*.robot")):
            way = file.relative_to(self.folder / CASES)
            places = [str(place) for place in (*reversed(way.parents), way)]
            if way.name != "__init__.robot" and not any(place in known for place in places):
                others[next(place for place in places if place not in above)] = None
        return list(others)


@dataclass(frozen=True)
class Case:
    name: str
    passed: bool
    reason: str


def find_suite(folder: str, robot: str | None) -> Suite:
    if not folder:
        raise Unready("name the folder of the suite: make conformance SUITE=folder (docs/reference/conformance.md)")
    path = Path(folder).resolve()
    if not (path / CASES).is_dir():
        raise Unready(f"{path} holds no {CASES}: it is no copy of the ETSI NGSI-LD test suite")
    places = [path / "venv/bin/robot", path / ".venv/bin/robot", path.parent / "venv/bin/robot"]
    named = robot or os.environ.get("ROBOT") or next((str(place) for place in places if place.is_file()), None)
    program = shutil.which(named or "robot") or _robot_made_for(path)
    return Suite(path, Path(program).absolute())


def _robot_made_for(suite: Path) -> str:
    """Robot Framework in an environment of its own, by the suite's requirements."""
    made = subprocess.run([ROOT / "scripts/robot.sh", suite], stdout=subprocess.PIPE, text=True, check=False)
    if made.returncode:
        raise Unready(f"Robot Framework is missing, and could not be installed for {suite}. Name it with --robot.")
    return made.stdout.strip()


def lay_contexts(suite: Suite, folder: Path) -> None:
    """Write the folder of local contexts: every address in the suite's files that one of its own copies answers."""
    copies = {file.name: file for file in (suite.folder / "resources/jsonld-contexts").glob("*.jsonld")}
    folder.mkdir(parents=True)
    index: dict[str, str] = {}
    for url in _urls(suite.folder):
        last = url.rpartition("/")[2]
        name = OTHER_NAMES.get(last, last)
        if name in copies:
            index[url] = name
            shutil.copy(copies[name], folder / name)
        elif url in STAND_INS:
            index[url] = "stand-in.jsonld"
    (folder / "stand-in.jsonld").write_text(json.dumps({"@context": {}}), encoding="utf-8")
    (folder / "index.json").write_text(json.dumps(index, indent=1), encoding="utf-8")


def _urls(folder: Path) -> set[str]:
    found: set[str] = set()
    for part in ("TP", "IOP_TP", "data", "resources", "libraries"):
        for file in (folder / part).rglob("*"):
            if file.is_file() and file.suffix in (".json", ".jsonld", ".robot", ".resource", ".py"):
                found.update(_URL.findall(file.read_text(encoding="utf-8", errors="replace")))
    return found


@contextmanager
def served(suite: Suite, port: int, work: Path, alias: str = "", store: str = "") -> Generator[str]:
    """A server with an empty city; gives the address of its NGSI-LD interface.

    `alias`: what the server is called among others; the cases of several brokers know theirs by name.
    `store`: the address of its database; empty: SQLite files.
    """
    work.mkdir(parents=True, exist_ok=True)
    lay_contexts(suite, work / "data" / "contexts")
    settings = {
        "PINISI_NOTIFICATION_TARGETS": "loopback,private,*",
        "PINISI_CONTEXT_SOURCES": "loopback",
        "PINISI_CONTEXT_SOURCE_TARGETS": "loopback,private,*",
        "PINISI_CONTEXT_SOURCE_TIMEOUT_MS": "2000",
        "PINISI_CONTEXT_SOURCE_ALIAS": alias,
        "PINISI_TEMPORAL_PAGE": "30",
        "PINISI_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "pinisi", "broker", "--data", str(work / "data")]
    command += ["--store", store] if store else []
    path = os.pathsep.join(filter(None, (str(ROOT / "src"), os.environ.get("PYTHONPATH"))))
    with (work / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port)],
            env={**os.environ, "PYTHONPATH": path, **settings},
            stdout=log,
            stderr=log,
            cwd=work,
        )
        try:
            _wait(server, f"http://127.0.0.1:{port}/ngsi-ld/v1/types", work / "server.log")
            yield f"http://127.0.0.1:{port}/ngsi-ld/v1"
        finally:
            server.terminate()
            server.wait(20)


def refuse_taken_port(port: int) -> None:
    """Another server at the port would answer in the place of ours."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise Unready(f"port {port} is taken: stop the program that listens there, or choose another with --port")


def _wait(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise Unready(f"the server did not start:\n{log.read_text(errors='replace')}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise Unready("the server did not answer within a minute")


def database_server() -> Any:
    """A PostgreSQL of this run's own, as the tests have it."""
    sys.path.insert(0, str(ROOT / "tests"))
    from postgres_server import running_server  # pyright: ignore

    return running_server()  # pyright: ignore


def run_group(suite: Suite, group: str, port: int, keep: Path | None, server: Any = None) -> list[Case]:
    work = Path(tempfile.mkdtemp(prefix="pinisi-conformance-"))
    together = group.startswith(TOGETHER_MARK)
    output = (keep / group.replace("/", ".")) if keep else work / "out"
    try:
        with ExitStack() as stack:
            urls: list[str] = []
            for number in range(1, BROKERS + 1 if together else 2):
                refuse_taken_port(port + number - 1)
                alias = f"antares{number}" if together else ""
                store = "" if server is None else server.make(f"{group} {number}".replace("/", " ").lower())
                urls.append(stack.enter_context(served(suite, port + number - 1, work / f"b{number}", alias, store)))
            _robot(suite, group, urls, output, work)
        for log in work.glob("b*/server.log"):
            shutil.copy(log, output / f"{log.parent.name}.log")
        return list(read_cases(output / "output.xml"))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _robot(suite: Suite, group: str, urls: list[str], output: Path, work: Path) -> None:
    variables = {"url": urls[0], "temporal_api_url": urls[0]}
    variables |= {f"b{number}_url": url for number, url in enumerate(urls, start=1)}
    folder = f"{CASES}/{group}" if len(urls) == 1 else f"{TOGETHER}/{group.removeprefix(TOGETHER_MARK)}"
    for peer in ("notification_server", "context_source", "context_server", "mqtt_broker"):
        variables[f"{peer}_host"] = "127.0.0.1"
    words = [f"--variable={name}:{value}" for name, value in variables.items()]
    command = [str(suite.robot), *words, "--outputdir", str(output), "--console", "none", "--log", "NONE"]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join((str(ROOT / "scripts" / "stand-ins"), os.environ.get("PATH", os.defpath))),
        "SUITE_MOSQUITTO": str(suite.folder / "resources/mqttUtils/mosquitto"),
        "STAND_IN": str(work),
    }
    with (work / "robot.log").open("wb") as log:
        subprocess.run(
            [*command, "--report", "NONE", folder],
            cwd=suite.folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if not (output / "output.xml").is_file():
        raise Unready(f"Robot Framework could not run {group}:\n{(work / 'robot.log').read_text(errors='replace')}")


def read_cases(file: Path) -> Iterator[Case]:
    """The cases of an output.xml, without holding its megabytes in memory."""
    for _, element in ElementTree.iterparse(file):
        if element.tag == "test":
            status = element.find("status")
            passed = status is not None and status.get("status") == "PASS"
            reason = "" if status is None else (status.text or "").strip()
            yield Case(element.get("name", ""), passed, reason)
            element.clear()


def report(group: str, cases: list[Case], seconds: float, failures: bool) -> int:
    passed = sum(case.passed for case in cases)
    print(f"{group:55} {passed:5} of {len(cases):5}  {seconds:6.0f} s", flush=True)
    for case in cases if failures else ():
        if not case.passed:
            print(f"    {case.name}: {' '.join(case.reason.split())[:160]}", flush=True)
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the ETSI NGSI-LD test suite against Pinisi.")
    parser.add_argument("suite", nargs="?", default=os.environ.get("SUITE", ""), help="folder of the suite's clone")
    parser.add_argument("--robot", help="the program robot of the suite's virtual environment")
    parser.add_argument("--only", default="", help="run groups whose name holds this text")
    parser.add_argument("--iop", action="store_true", help="run the groups of several brokers only")
    parser.add_argument("--port", type=int, default=9090, help="some cases name 9090 themselves")
    parser.add_argument("--failures", action="store_true", help="list the cases that fail, with the reason")
    parser.add_argument("--keep", type=Path, help="keep Robot Framework's output in this folder")
    parser.add_argument(
        "--store", choices=["sqlite", "postgresql"], default="sqlite", help="postgresql: a server of the run's own"
    )
    told = parser.parse_args()
    try:
        suite = find_suite(told.suite, told.robot)
        passed = total = 0
        keep = told.keep.resolve() if told.keep else None
        with database_server() if told.store == "postgresql" else nullcontext() as server:
            for group in suite.groups(told.only or (TOGETHER_MARK if told.iop else "")):
                began = time.monotonic()
                cases = run_group(suite, group, told.port, keep, server)
                passed += report(group, cases, time.monotonic() - began, told.failures)
                total += len(cases)
    except Unready as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2
    print(f"conformance passed {passed} of {total}")
    return 0 if passed == total else 1


if __name__ == "__main__":
    raise SystemExit(main())
