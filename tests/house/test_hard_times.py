"""A broker in hard times, a process on a real disk: full, read-only, damaged. Said in plain words, and over again."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import httpx
import pytest

from patience import PATIENCE

SOURCES = Path(__file__).parents[2] / "src"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCES), "PINISI_LOG_LEVEL": "error"}
ENTITIES = "/ngsi-ld/v1/entities"
KB = 1024


def pinisi(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pinisi", *words],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


class Broker:
    """A broker on a data folder; `limits` are set in its process before it begins."""

    def __init__(self, data: Path, limits: Callable[[], None] | None = None) -> None:
        self.data = data
        command = [sys.executable, "-m", "pinisi", "broker", "--data", str(data), "--port", "0"]
        self.process = subprocess.Popen(
            command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=limits
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.client = httpx.Client(base_url=self.address or "http://nowhere", timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.end(signal.SIGTERM)

    def end(self, by: signal.Signals) -> str:
        """End it; what it said on standard error."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        return self.process.communicate(timeout=PATIENCE)[1]

    def write(self, number: int, size: int = 100) -> httpx.Response:
        text = {"type": "Property", "value": "x" * size}
        body = {"id": f"urn:ngsi-ld:Gauge:{number}", "type": "Gauge", "text": text}
        return self.client.post(ENTITIES, json=body)

    def ids(self) -> set[int]:
        answer = self.client.get(ENTITIES, params={"type": "Gauge", "limit": 1000, "pick": "id"})
        assert answer.status_code == 200, answer.text
        return {int(entity["id"].rpartition(":")[2]) for entity in answer.json()}

    def write_until_refused(self, size: int) -> tuple[set[int], httpx.Response]:
        """Which writes were acknowledged, and the first that was not."""
        kept: set[int] = set()
        for number in range(2_000):
            answer = self.write(number, size)
            if answer.status_code != 201:
                return kept, answer
            kept.add(number)
        raise AssertionError("the disk was never full")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 12 MB; only root may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)]
    made = subprocess.run(mount, check=False, capture_output=True)
    if made.returncode:
        pytest.skip("a small disk can only be made by root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_said_reading_goes_on_and_with_room_all_is_well(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(6 << 20))
    data = small_disk / "data"
    with Broker(data) as broker:
        kept, refused = broker.write_until_refused(60 * KB)
        assert refused.status_code == 503
        assert "the disk is full" in refused.json()["detail"]
        assert broker.ids() == kept
        assert broker.write(5_000, 60 * KB).status_code == 503
        filler.unlink()
        assert broker.write(5_001).status_code == 201, "with room it writes again, without a restart"
        broker.end(signal.SIGKILL)
    with Broker(data) as broker:
        assert broker.ids() == kept | {5_001}
        assert broker.write(5_002).status_code == 201
    assert "damaged" not in pinisi("doctor", "--data", str(data)).stdout


def test_a_file_that_may_not_grow_is_said_and_loses_nothing(tmp_path: Path) -> None:
    """The same for who is not root: the system lets no file of the process grow beyond 3 MB."""
    most = 3 << 20

    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    with Broker(tmp_path / "data", limits) as broker:
        kept, refused = broker.write_until_refused(60 * KB)
        assert refused.status_code == 503 and "the disk" in refused.json()["detail"]
        assert broker.ids() == kept
        resource.prlimit(broker.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert broker.write(5_001).status_code == 201
        broker.end(signal.SIGKILL)
    with Broker(tmp_path / "data") as broker:
        assert broker.ids() == kept | {5_001}


@pytest.mark.long
def test_a_read_only_disk_is_said_at_the_start_and_nothing_is_changed(small_disk: Path) -> None:
    data = small_disk / "data"
    with Broker(data) as broker:
        assert broker.write(1).status_code == 201
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    before = (data / "tenants").stat().st_mtime_ns
    with Broker(data) as broker:
        said = broker.end(signal.SIGTERM)
        assert broker.process.returncode != 0
        assert "read-only" in said.lower() and "Traceback" not in said, said
    assert (data / "tenants").stat().st_mtime_ns == before
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    with Broker(data) as broker:
        assert broker.ids() == {1} and broker.write(2).status_code == 201


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with 300 gauges, cleanly closed; and its backup beside it."""
    folder = tmp_path_factory.mktemp("written")
    with Broker(folder / "data") as broker:
        batch = [
            {"id": f"urn:ngsi-ld:Gauge:{n}", "type": "Gauge", "text": {"type": "Property", "value": str(n) * 300}}
            for n in range(300)
        ]
        assert broker.client.post("/ngsi-ld/v1/entityOperations/create", json=batch).status_code == 201
    kept = pinisi("backup", str(folder / "kept.backup"), "--data", str(folder / "data"))
    assert kept.returncode == 0, kept.stderr
    return folder


def tear(file: Path, part: slice) -> None:
    """Other bytes where a page was half written, or a disk forgot."""
    content = bytearray(file.read_bytes())
    content[part] = os.urandom(len(content[part]))
    file.write_bytes(content)


def test_a_torn_page_is_found_said_and_the_backup_brings_all_back(written: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(written / "data", data)
    shutil.copytree(written / "data.keys", tmp_path / "data.keys")
    (file,) = (each for each in (data / "tenants").glob("*.sqlite") if not each.name.startswith("_"))
    tear(file, slice(file.stat().st_size // 3, file.stat().st_size))
    told: list[str] = []
    with Broker(data) as broker:
        if broker.address:
            answer = broker.client.get(ENTITIES, params={"type": "Gauge", "limit": 1000})
            assert answer.status_code == 503, "what is damaged is never answered as if it were whole"
            told.append(answer.json()["detail"])
        told.append(broker.end(signal.SIGTERM))
    assert "damaged" in told[0] and "pinisi doctor" in told[0] and "backup" in told[0], told
    assert "Traceback" not in told[-1]
    examined = pinisi("doctor", "--data", str(data))
    assert examined.returncode != 0 and "damaged" in examined.stdout and "pinisi restore" in examined.stdout
    restored = pinisi("restore", str(written / "kept.backup"), "--data", str(data), "--replace")
    assert restored.returncode == 0, restored.stderr
    with Broker(data) as broker:
        assert broker.ids() == set(range(300)) and broker.write(301).status_code == 201


@pytest.mark.long
def test_a_torn_write_ahead_log_leaves_a_whole_moment_before_it(tmp_path: Path) -> None:
    """What lies behind the damage is lost, but never half of a change, nor anything before it."""
    data = tmp_path / "data"
    with Broker(data) as broker:
        for number in range(40):
            assert broker.write(number, 2 * KB).status_code == 201
        broker.end(signal.SIGKILL)
    (log,) = (each for each in (data / "tenants").glob("*.sqlite-wal") if not each.name.startswith("_"))
    size = log.stat().st_size
    tear(log, slice(size // 2, size // 2 + 512))
    with Broker(data) as broker:
        found = broker.ids()
        assert found == set(range(len(found))) and 0 < len(found) < 40
        assert broker.write(100).status_code == 201
    examined = pinisi("doctor", "--data", str(data))
    assert "damaged" not in examined.stdout


@pytest.mark.long
def test_bytes_that_are_no_database_are_said_at_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Broker(data) as broker:
        assert broker.write(1).status_code == 201
    for file in (data / "tenants").glob("*.sqlite"):
        tear(file, slice(0, 100))
    with Broker(data) as broker:
        said = broker.end(signal.SIGTERM)
        assert broker.process.returncode != 0
        assert "damaged: run `pinisi doctor`, then restore a backup" in said and "Traceback" not in said
