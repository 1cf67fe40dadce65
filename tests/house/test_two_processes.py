"""Two real processes on one PostgreSQL: each sees at once what the other was told is kept; neither is needed."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from nats_server import running_nats
from patience import PATIENCE
from pinisi.city.scaffold import new_city
from postgres_server import Server, running_server

API = "/ngsi-ld/v1"
ROOT = Path(__file__).parents[2]
HARBOUR = ROOT / "tests" / "runtime" / "harbour"
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{HARBOUR}", "PINISI_LOG_LEVEL": "warning"}


class Process:
    """One Pinisi; it can be started again, at another port."""

    def __init__(self, folder: Path, name: str, store: str, feed: str = "") -> None:
        self._command = [sys.executable, "-m", "pinisi", "run", str(folder / "city"), "--port", "0", "--store", store]
        self._command += ["--data", str(folder / name), *(("--feed", feed) if feed else ())]
        self._folder = folder
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command, cwd=self._folder, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.house = self.process.stdout.readline().strip()

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(PATIENCE)

    def open(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, prefix: str = API
    ) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
        return urlopen(Request(self.house + prefix + path, data, headers, method=method), timeout=PATIENCE)

    def ask(self, method: str, path: str, body: Any = None, prefix: str = API) -> Any:
        """What it answers; the status where there is no body."""
        with self.open(method, path, body, prefix=prefix) as answer:
            content = answer.read()
            return json.loads(content) if content else answer.status


class Receiver:
    """Takes notifications: of each entity the values of `n`, in the order in which they came."""

    def __init__(self) -> None:
        self.heard: dict[str, list[int]] = {}
        self.registrations: list[tuple[str, str]] = []
        """Why each was told of, and its id."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for entity in body["data"]:
                    if "triggerReason" in body:
                        receiver.registrations.append((body["triggerReason"], entity["id"]))
                    else:
                        receiver.heard.setdefault(entity["id"], []).append(entity["n"]["value"])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()


@pytest.fixture(scope="module")
def server() -> Generator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture
def receiver() -> Generator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def nats() -> Generator[str]:
    with running_nats() as (server,):
        yield server.address


@pytest.fixture(scope="module", params=["by NATS", pytest.param("by the store alone", marks=pytest.mark.long)])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, server: Server, nats: str
) -> Generator[tuple[Process, Process]]:
    folder = tmp_path_factory.mktemp("twin")
    new_city(folder / "city", "twin", "Twin")
    feed = nats if request.param == "by NATS" else ""
    store = server.make(f"twin {request.param}")
    one, other = Process(folder, "one", store, feed), Process(folder, "other", store, feed)
    yield one, other
    for process in (one, other):
        process.process.kill()
        process.process.wait()


@pytest.fixture
def two(pair: tuple[Process, Process]) -> Generator[tuple[Process, Process]]:
    """Both running, with none of the entities and subscriptions of the tests before."""
    yield pair
    for process in pair:
        if process.process.poll() is not None:
            process.start()
    for subscription in pair[0].ask("GET", "/subscriptions"):
        pair[0].ask("DELETE", f"/subscriptions/{subscription['id']}")
    for entity in pair[0].ask("GET", "/entities?type=Thing&limit=1000"):
        pair[0].ask("DELETE", f"/entities/{entity['id']}")


def thing(name: str, n: int) -> dict[str, Any]:
    return {"id": f"urn:ngsi-ld:Thing:{name}", "type": "Thing", "n": {"type": "Property", "value": n}}


def subscribe(process: Process, receiver: Receiver) -> None:
    endpoint = {"uri": receiver.url, "accept": "application/json"}
    asked = {"type": "Subscription", "entities": [{"type": "Thing"}], "notification": {"endpoint": endpoint}}
    assert process.ask("POST", "/subscriptions", asked) == 201


def wait_until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_what_one_was_told_is_kept_is_seen_by_the_other_at_once(two: tuple[Process, Process]) -> None:
    one, other = two
    one.ask("POST", "/entities", thing("a", 0))
    for n in range(1, 40):
        writer, reader = (one, other) if n % 2 else (other, one)
        writer.ask("PATCH", "/entities/urn:ngsi-ld:Thing:a/attrs", {"n": {"type": "Property", "value": n}})
        assert reader.ask("GET", "/entities/urn:ngsi-ld:Thing:a")["n"]["value"] == n
        writer.ask("POST", "/entities", thing(f"b{n}", n))
        assert len(reader.ask("GET", f"/entities?type=Thing&q=n=={n}")) == 2
        assert writer.ask("GET", "/entities?type=Thing&limit=1000")[-1]["n"]["value"] == n


def test_a_change_that_expects_what_the_other_has_changed_is_refused_by_either(two: tuple[Process, Process]) -> None:
    """A create is a change that expects that there is nothing."""
    one, other = two
    with ThreadPoolExecutor(8) as pool:
        works = [pool.submit(_status, process, thing(f"c{n}", n)) for n in range(20) for process in two]
        answers = [work.result() for work in works]
    assert sorted(answers) == [201] * 20 + [409] * 20
    for process in (one, other):
        assert len(process.ask("GET", "/entities?type=Thing&limit=1000")) == 20


def _status(process: Process, entity: Any) -> int:
    try:
        return process.ask("POST", "/entities", entity)
    except HTTPError as error:
        return error.code


def _there(process: Process, path: str) -> bool:
    try:
        process.ask("GET", path)
    except HTTPError as error:
        assert error.code == 404
        return False
    return True


def _subscription(id: str, receiver: Receiver) -> dict[str, Any]:
    told = {"endpoint": {"uri": receiver.url}}
    return {"id": id, "type": "Subscription", "entities": [{"type": "Far"}], "notification": told}


def _registration(id: str, receiver: Receiver) -> dict[str, Any]:
    about = [{"entities": [{"type": "Far"}]}]
    return {"id": id, "type": "ContextSourceRegistration", "information": about, "endpoint": receiver.url}


@pytest.mark.parametrize("kind", ["subscriptions", "csourceRegistrations", "csourceSubscriptions"])
def test_what_one_knows_by_heart_the_other_is_told_before_he_is_asked(
    two: tuple[Process, Process], receiver: Receiver, kind: str
) -> None:
    """Subscriptions and registrations: made, changed and taken away by one, asked of the other at once."""
    for n in range(12):
        here, there = two if n % 2 else two[::-1]
        id = f"urn:ngsi-ld:Known:{kind}:{n}"
        document = _registration(id, receiver) if kind == "csourceRegistrations" else _subscription(id, receiver)
        here.ask("POST", "/entities", thing(f"{kind}{n}", n))
        here.ask("POST", f"/{kind}", document)
        assert _there(there, f"/{kind}/{id}")
        there.ask("PATCH", f"/{kind}/{id}", {"description": f"changed {n}"})
        assert here.ask("GET", f"/{kind}/{id}")["description"] == f"changed {n}"
        here.ask("DELETE", f"/{kind}/{id}")
        assert not _there(there, f"/{kind}/{id}")


def test_who_follows_registrations_by_one_hears_of_those_that_the_other_takes(
    two: tuple[Process, Process], receiver: Receiver
) -> None:
    for n, (here, there) in enumerate((two, two[::-1])):
        followed, id = f"urn:ngsi-ld:Following:{n}", f"urn:ngsi-ld:ContextSourceRegistration:f{n}"
        here.ask("POST", "/csourceSubscriptions", _subscription(followed, receiver))
        there.ask("POST", "/csourceRegistrations", _registration(id, receiver))
        there.ask("DELETE", f"/csourceRegistrations/{id}")
        wait_until(lambda: len(receiver.registrations) >= 2)
        assert receiver.registrations == [("newlyMatching", id), ("noLongerMatching", id)]
        receiver.registrations.clear()
        there.ask("DELETE", f"/csourceSubscriptions/{followed}")


def test_a_registration_that_one_was_told_is_kept_is_asked_by_the_other(
    two: tuple[Process, Process], receiver: Receiver
) -> None:
    """Its source does not answer as one does: the reader is warned of it (NGSI-LD 6.3.17)."""
    for n in range(10):
        here, there = two if n % 2 else two[::-1]
        id = f"urn:ngsi-ld:ContextSourceRegistration:{n}"
        here.ask("POST", "/entities", thing(f"r{n}", n))
        here.ask("POST", "/csourceRegistrations", _registration(id, receiver))
        with there.open("GET", "/entities?type=Far") as answer:
            assert answer.headers["NGSILD-Warning"], n
        here.ask("DELETE", f"/csourceRegistrations/{id}")


@pytest.mark.parametrize("modes", [("exclusive", "exclusive"), ("exclusive", "redirect")])
def test_of_two_that_register_the_same_for_themselves_at_one_moment_one_is_refused(
    two: tuple[Process, Process], receiver: Receiver, modes: tuple[str, str]
) -> None:
    """NGSI-LD 4.3.6.3, 5.9.2.4: whichever is later meets the other, whatever process keeps it."""
    with ThreadPoolExecutor(2) as pool:
        for n in range(25):
            entity = {"id": f"urn:ngsi-ld:Alone:{modes[1]}:{n}", "type": "Alone"}
            about = {"entities": [entity], "propertyNames": ["n"]}
            documents = [
                {**_registration(f"{entity['id']}:{k}", receiver), "mode": mode, "information": [about]}
                for k, mode in enumerate(modes)
            ]
            asked = [pool.submit(_registered, *pair) for pair in zip(two, documents, strict=True)]
            answers = [each.result() for each in asked]
            assert sorted(answers) == [201, 409], n
            two[n % 2].ask("DELETE", f"/csourceRegistrations/{documents[answers.index(201)]['id']}")


def _registered(process: Process, document: dict[str, Any]) -> int:
    try:
        return process.ask("POST", "/csourceRegistrations", document)
    except HTTPError as error:
        return error.code


def test_a_subscription_made_here_hears_of_the_next_change_made_there(
    two: tuple[Process, Process], receiver: Receiver
) -> None:
    one, other = two
    for made_at, written_at in ((one, other), (other, one)):
        receiver.heard.clear()
        subscribe(made_at, receiver)
        name = f"d{made_at is one}"
        written_at.ask("POST", "/entities", thing(name, 1))
        wait_until(lambda id=f"urn:ngsi-ld:Thing:{name}": 1 in receiver.heard.get(id, ()))


def test_an_at_context_that_one_hosts_is_known_to_the_other_until_it_is_deleted(two: tuple[Process, Process]) -> None:
    one, other = two
    hosted = one.open("POST", "/jsonldContexts", {"@context": {"Thing": "https://twin.example/Thing"}})
    path = hosted.headers["Location"]
    link = {"Link": f'<{other.house}{path}>; rel="http://www.w3.org/ns/json-ld#context"'}
    assert other.open("POST", "/entities", thing("g", 1), link).status == 201
    assert one.ask("GET", "/entities/urn:ngsi-ld:Thing:g")["type"] == "https://twin.example/Thing"
    assert one.ask("DELETE", path.removeprefix("/ngsi-ld/v1")) == 204
    wait_until(lambda: _refused(other, thing("h", 1), link))
    one.ask("DELETE", "/entities/urn:ngsi-ld:Thing:g")


def _refused(process: Process, entity: Any, headers: dict[str, str]) -> bool:
    try:
        process.open("POST", "/entities", entity, headers)
    except HTTPError as error:
        return error.code == 504
    process.ask("DELETE", f"/entities/{entity['id']}")
    return False


def test_the_live_stream_of_one_tells_what_the_other_wrote(two: tuple[Process, Process]) -> None:
    one, other = two
    with other.open("GET", "/pinisi/v1/stream", prefix="") as stream:
        assert b"hello" in b"".join(stream.readline() for _ in range(3))
        one.ask("POST", "/entities", thing("i", 1))
        wait_until(lambda: b"urn:ngsi-ld:Thing:i" in stream.readline())


def test_either_answers_for_what_only_one_runs(two: tuple[Process, Process]) -> None:
    """Services run in the process that has the duty; who is killed with it leaves it to the other."""
    wait_until(lambda: all(_running(process) for process in two))
    assert [_running(process) for process in two] == [_running(two[0])] * 2
    for victim, left in (two, two[::-1]):
        victim.end(signal.SIGKILL)
        wait_until(lambda left=left: bool(_running(left)))
        victim.start()
        wait_until(lambda victim=victim: bool(_running(victim)))


def _running(process: Process) -> list[str]:
    """Names of the services that run, as this process tells."""
    try:
        told = process.ask("GET", "/pinisi/v1/services", prefix="")
    except HTTPError as error:
        assert error.code == 503
        return []
    return sorted(each["name"] for each in told["services"] if each["state"] == "running")


def test_a_job_that_either_is_asked_for_runs_once(two: tuple[Process, Process], tmp_path: Path) -> None:
    """One of them has the duty to run jobs; both show what became of each."""
    wait_until(lambda: all("harbour" in _running(process) for process in two))
    jobs = [_asked_for(process, tmp_path / str(n)) for n, process in enumerate(two)]
    for process in two:
        wait_until(lambda process=process: all(_state(process, job) == "done" for job in jobs))
        assert sorted(each["id"] for each in _jobs(process) if each["job"] == "noting") == sorted(jobs)
    for n, _ in enumerate(two):
        assert len((tmp_path / str(n)).read_text().splitlines()) == 1, "a line for each run"


def _jobs(process: Process) -> list[dict[str, Any]]:
    return process.ask("GET", "/pinisi/v1/jobs", prefix="")["jobs"]


def _asked_for(process: Process, file: Path) -> str:
    asked = {"service": "harbour", "job": "noting", "input": {"file": str(file)}}
    with process.open("POST", "/pinisi/v1/jobs", asked, {"Origin": process.house}, prefix="") as answer:
        return json.loads(answer.read())["id"]


def _state(process: Process, job: str) -> str:
    return process.ask("GET", f"/pinisi/v1/jobs/{job}", prefix="")["state"]


@pytest.mark.parametrize("killed", [0, 1])
def test_a_killed_process_takes_nothing_with_it(two: tuple[Process, Process], receiver: Receiver, killed: int) -> None:
    """Whichever is killed: of the two, one delivers for both. What it owed is delivered by the other, in order."""
    subscribe(two[0], receiver)
    writer, victim = two[1 - killed], two[killed]
    names = [f"e{n}" for n in range(4)]
    for name in names:
        victim.ask("POST", "/entities", thing(name, 0))
    kept = dict.fromkeys(names, 0)
    for n in range(1, 60):
        if n == 20:
            victim.end(signal.SIGKILL)
        for name in names:
            at = victim if n < 20 and n % 2 else writer
            at.ask("PATCH", f"/entities/urn:ngsi-ld:Thing:{name}/attrs", {"n": {"type": "Property", "value": n}})
            kept[name] = n
    for name, n in kept.items():
        assert writer.ask("GET", f"/entities/urn:ngsi-ld:Thing:{name}")["n"]["value"] == n
    ids = [f"urn:ngsi-ld:Thing:{name}" for name in names]
    wait_until(lambda: all(set(receiver.heard.get(id, ())) >= set(range(60)) for id in ids))
    for id in ids:
        firsts = list(dict.fromkeys(receiver.heard[id]))
        assert firsts == list(range(60)), "in the order of the changes, each at least once"


def test_a_rolling_restart_loses_no_write_and_no_notification(two: tuple[Process, Process], receiver: Receiver) -> None:
    subscribe(two[0], receiver)
    kept: list[int] = []
    stop = threading.Event()

    def write() -> None:
        for n in itertools.count():
            if stop.is_set():
                return
            for process in itertools.islice(itertools.cycle(two), n % 2, n % 2 + 40):
                try:
                    status = _status(process, thing(f"f{n}", n))
                except (URLError, OSError):
                    time.sleep(0.05)
                    continue
                if status in (201, 409):
                    kept.append(n)
                    break
            time.sleep(0.01)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        for process in two:
            time.sleep(0.5)
            process.end(signal.SIGTERM)
            process.start()
        time.sleep(0.5)
        stop.set()
        writing.result()
    found = two[0].ask("GET", "/entities?type=Thing&limit=1000&options=keyValues")
    assert {entity["n"] for entity in found} >= set(kept)
    assert len(kept) > 20
    wait_until(lambda: {values[0] for values in receiver.heard.values()} >= set(kept))
