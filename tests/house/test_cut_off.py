"""A process on a machine of its own is cut off from NATS alone, from PostgreSQL alone: no side hears a word of it.

What was acknowledged is kept and told, once, in order; whoever cannot be served is told why, in time.
"""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import nats
import pytest

from apart import Machine, another_machine
from nats_server import running_nats
from patience import PATIENCE
from pinisi.feed.lines import read_message
from postgres_server import running_server

ROOT = Path(__file__).parents[2]
TO_POSTGRES, TO_NATS, TO_RECEIVER = range(3)
HELD_SECONDS = 20.0
NUMBERS = "/ngsi-ld/v1/entities"


class Broker:
    """`pinisi broker` here (None) or on another machine; started again when it ends by itself, as a service is."""

    def __init__(self, folder: Path, machine: Machine | None, store: str, feed: str, receiver: str) -> None:
        self._machine = machine
        self._log = folder.with_suffix(".log")
        self._command = [
            *(machine.inside if machine else ()), sys.executable, "-m", "pinisi", "broker", "--port", "0",
            "--data", str(folder), "--store", store, "--feed", feed,
        ]  # fmt: skip
        self._environment = {
            **os.environ, "PYTHONPATH": str(ROOT / "src"), "PINISI_NOTIFICATION_TARGETS": f"loopback,{receiver}/32",
        }  # fmt: skip
        self.begin()

    def begin(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http://"), self.said

    @property
    def said(self) -> str:
        return self._log.read_text()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and document; 0 where nothing is answered."""
        if self._machine is None:
            return _ask(self.address + path, method, body)
        return self._machine.threads.submit(_ask, self.address + path, method, body).result()

    def begin_again(self) -> None:
        """As a service manager does with one that lost the duty to run the city's own work, and ended."""
        if self.ended:
            self.begin()

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def _ask(url: str, method: str, body: Any) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urlopen(request, timeout=PATIENCE) as answer:
            told = answer.read()
            return answer.status, json.loads(told) if told else None
    except HTTPError as error:
        told = error.read()
        return error.code, json.loads(told) if told else None
    except OSError:
        return 0, None


class Receiver:
    """Of each entity the numbers that were told, in their order."""

    def __init__(self, host: str) -> None:
        heard = self.heard = dict[str, list[int]]()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                for entity in json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]:
                    heard.setdefault(entity["id"], []).append(entity["n"]["value"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer((host, 0), Handler)
        self.url = f"http://{host}:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Writer:
    """Raises a number of its own by one process, for as long as it is asked to."""

    def __init__(self, broker: Broker, name: str) -> None:
        self.id = f"urn:ngsi-ld:Number:{name}"
        self.kept: list[int] = []
        self.refused: list[str] = []
        self.longest = 0.0
        """Seconds that an answer took."""
        self._broker = broker
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)
        assert broker.ask("POST", NUMBERS, {"id": self.id, "type": "Number", "n": _number(0)})[0] == 201
        self._thread.start()

    def _run(self) -> None:
        for n in itertools.count(1):
            if self._stopped.is_set():
                return
            began = time.monotonic()
            status, told = self._broker.ask("PATCH", f"{NUMBERS}/{self.id}/attrs", {"n": _number(n)})
            self.longest = max(self.longest, time.monotonic() - began)
            if status == 204:
                self.kept.append(n)
            else:
                self.refused.append(f"{status} {told}")
            time.sleep(0.02)

    def end(self) -> None:
        self._stopped.set()
        self._thread.join()

    def more(self, count: int = 5) -> None:
        upto = len(self.kept) + count
        _wait_until(lambda: len(self.kept) >= upto)


def _number(n: int) -> dict[str, Any]:
    return {"type": "Property", "value": n}


def _wait_until(holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


class World:
    """Two brokers, here and on another machine; a number is written by each, and one receiver hears of both."""

    def __init__(self, machine: Machine, here: Broker, there: Broker, receiver: Receiver, nats: str) -> None:
        self.machine, self.here, self.there, self.receiver, self.nats = machine, here, there, receiver, nats
        told = {"endpoint": {"uri": receiver.url}}
        asked = {"type": "Subscription", "entities": [{"type": "Number"}], "notification": told}
        assert here.ask("POST", "/ngsi-ld/v1/subscriptions", asked)[0] == 201
        self.writers = (Writer(here, "here"), Writer(there, "there"))
        for writer in self.writers:
            writer.more()

    @property
    def writer_there(self) -> Writer:
        return self.writers[1]

    def reckon(self, *, doubtful: bool) -> None:
        """Nothing is lost, nothing is told out of order; where nobody lost an answer, nothing is told twice."""
        for writer in self.writers:
            writer.end()
        for writer, broker in itertools.product(self.writers, (self.here, self.there)):
            status, found = broker.ask("GET", f"{NUMBERS}/{writer.id}")
            assert status == 200, found
            assert found["n"]["value"] >= writer.kept[-1]
            assert doubtful or found["n"]["value"] == writer.kept[-1]
        for writer in self.writers:
            heard = self.receiver.heard.setdefault(writer.id, [])
            _wait_until(lambda heard=heard, writer=writer: set(heard) >= {0, *writer.kept})
            firsts = list(dict.fromkeys(heard))
            assert firsts == sorted(firsts)
            assert doubtful or heard == [0, *writer.kept]


@contextmanager
def _world(folder: Path, first: str) -> Iterator[World]:
    """`first`: which of them begins, and so has the duties: to deliver what is owed, to relay the log to NATS."""
    with ExitStack() as stack:
        machine = stack.enter_context(another_machine(3))
        at = machine.here[TO_POSTGRES]
        stack.enter_context(running_server("fsync=off", f"listen_addresses={at}", network="10.0.0.0/8"))
        (server,) = stack.enter_context(running_nats(host=machine.here[TO_NATS]))
        store = f"postgresql://pinisi@{at}/postgres"
        receiver = Receiver(machine.here[TO_RECEIVER])
        stack.callback(receiver.close)
        brokers: dict[str, Broker] = {}
        for name in (first, *{"here", "there"} - {first}):
            where = machine if name == "there" else None
            brokers[name] = Broker(folder / name, where, store, server.address, machine.here[TO_RECEIVER])
            stack.callback(brokers[name].end)
            time.sleep(1)
        world = World(machine, brokers["here"], brokers["there"], receiver, server.address)
        try:
            yield world
        finally:
            for writer in world.writers:
                writer.end()


def _streamed(address: str) -> list[int]:
    """Positions of all lines of the tenant that is written most, as they follow one another in the stream."""

    async def read() -> list[int]:
        client = await nats.connect(address)
        try:
            jetstream = client.jetstream()
            state = (await jetstream.stream_info("pinisi")).state
            told: dict[str, list[int]] = {}
            for number in range(state.first_seq, state.last_seq + 1):
                message = await jetstream.get_msg("pinisi", number)
                lines = read_message(message.data or b"").lines or ()
                told.setdefault(message.subject or "", []).extend(line.position for line in lines)
            return max(told.values(), key=len)
        finally:
            await client.close()

    return asyncio.run(read())


@pytest.mark.parametrize("first", ["there", pytest.param("here", marks=pytest.mark.long)])
def test_a_process_without_nats_goes_on_and_another_relays(tmp_path: Path, first: str) -> None:
    with _world(tmp_path, first) as world:
        world.machine.cut(TO_NATS)
        _wait_until(lambda: "NATS was lost" in world.there.said)
        before = _streamed(world.nats)[-1]
        for writer in world.writers:
            writer.more(20)
        _wait_until(lambda: _streamed(world.nats)[-1] > before + 20)
        world.machine.mend(TO_NATS)
        for writer in world.writers:
            writer.more(20)
            assert not writer.refused
        world.reckon(doubtful=False)
        positions = _streamed(world.nats)
        assert positions == list(range(positions[0], positions[-1] + 1)), "each once, in order"


def _says_why(refusal: str) -> bool:
    return refusal.startswith("503 ") and ("PostgreSQL" in refusal or "this process ended" in refusal)


@pytest.mark.long
@pytest.mark.parametrize("first", ["there", "here"])
def test_a_process_without_postgresql_says_so_and_holds_nobody_up(tmp_path: Path, first: str) -> None:
    with _world(tmp_path, first) as world:
        here, there = world.writers
        world.machine.cut(TO_POSTGRES)
        _wait_until(lambda: len(there.refused) >= 3)
        _wait_until(lambda: all(map(_says_why, there.refused)) or world.there.ended)
        assert _says_why(there.refused[0]), there.refused
        assert first == "there" or not world.there.ended, "who had no duty goes on"
        kept = here.kept[-1] + 10
        _wait_until(lambda: world.receiver.heard[here.id][-1] >= kept)
        assert not here.refused
        assert here.longest < HELD_SECONDS, "a machine that is gone holds no lock for longer"
        world.machine.mend(TO_POSTGRES)
        world.there.begin_again()
        there.more(20)
        world.reckon(doubtful=True)
