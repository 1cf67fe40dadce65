"""Looking after a house while it runs: the real server, Makassar loaded, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.request import Request, urlopen

import apsw
import pytest

from loaded_city import MAKASSAR, lay_out
from patience import PATIENCE
from pinisi.runtime.occupancy import occupant

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


class House(NamedTuple):
    url: str
    folder: Path
    process: "subprocess.Popen[str]"

    def pinisi(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "pinisi", *words]
        return subprocess.run(
            command, cwd=self.folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def write(self, id: str) -> int:
        """Create an entity; the HTTP status."""
        entity = {"id": f"urn:ngsi-ld:Thing:{id}", "type": "Thing", "n": {"type": "Property", "value": 1}}
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.url}/ngsi-ld/v1/entities", json.dumps(entity).encode(), headers)
        with urlopen(request) as answer:
            return answer.status


def start(folder: Path) -> House:
    lay_out(folder / "data")
    command = [sys.executable, "-m", "pinisi", "run", str(MAKASSAR), "--port", "0"]
    process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return House(process.stdout.readline().strip(), folder, process)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = start(tmp_path)
    yield house
    house.process.kill()
    house.process.wait()


def things(data: Path) -> set[str]:
    connection = apsw.Connection(str(data / "tenants" / "makassar.sqlite"))
    try:
        return {row[0] for row in connection.execute("SELECT id FROM entity WHERE id LIKE 'urn:ngsi-ld:Thing:%'")}
    finally:
        connection.close()


def test_it_says_where_it_listens_and_who_it_is(house: House) -> None:
    assert house.url.startswith("http://127.0.0.1:")
    found = occupant(house.folder / "data")
    assert found is not None
    assert (found.pid, found.url) == (house.process.pid, house.url)


def test_the_doctor_asks_it_and_finds_its_databases_whole(house: House) -> None:
    port = house.url.rpartition(":")[2]
    done = house.pinisi("doctor", "--port", port)
    lines = {line[6:].split("  ")[0].strip(): line[:4] for line in done.stdout.splitlines()}
    assert (lines["port"], lines["server"], lines["database"]) == ("ok  ", "ok  ", "ok  ")


def test_a_backup_taken_while_people_write_is_restored_with_all_that_was_acknowledged_before(house: House) -> None:
    before = {f"before-{n}" for n in range(20)}
    for id in sorted(before):
        assert house.write(id) == 201
    stop = threading.Event()

    def keep_writing() -> None:
        number = 0
        while not stop.is_set():
            house.write(f"during-{number}")
            number += 1

    writer = threading.Thread(target=keep_writing)
    writer.start()
    done = house.pinisi("backup", "b")
    stop.set()
    writer.join()
    assert done.returncode == 0, done.stderr
    restored = house.pinisi("restore", "b", "--data", "again")
    assert restored.returncode == 0, restored.stderr
    kept = things(house.folder / "again")
    assert {f"urn:ngsi-ld:Thing:{id}" for id in before} <= kept
    during = sorted(int(id.rpartition("-")[2]) for id in kept if "during" in id)
    assert during == list(range(len(during)))


def test_a_restored_folder_opens_as_it_was(house: House) -> None:
    house.write("kept")
    assert house.pinisi("backup", "b").returncode == 0
    assert house.pinisi("restore", "b", "--data", "elsewhere/data").returncode == 0
    again = start(house.folder / "elsewhere")
    try:
        with urlopen(f"{again.url}/ngsi-ld/v1/entities/urn:ngsi-ld:Thing:kept") as answer:
            assert answer.status == 200
        with urlopen(f"{again.url}/pinisi/v1/now") as now, urlopen(f"{house.url}/pinisi/v1/now") as was:
            assert [tile["value"] for tile in json.load(now)["tiles"]] == [t["value"] for t in json.load(was)["tiles"]]
    finally:
        again.process.kill()
        again.process.wait()


def test_what_would_open_its_files_is_refused_while_it_runs(house: House) -> None:
    assert house.pinisi("backup", "b").returncode == 0
    for words in (["restore", "b", "--replace"], ["account", "list"], ["run", "--port", "0"]):
        done = house.pinisi(*words)
        assert (done.returncode, f"in use by process {house.process.pid}" in done.stderr) == (1, True), words


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_and_lets_go_of_the_folder(house: House, sign: signal.Signals) -> None:
    house.process.send_signal(sign)
    assert house.process.wait(timeout=PATIENCE) in (0, 130, -sign)
    assert occupant(house.folder / "data") is None
