"""Makassar and a partner city share chosen types; the partner is killed in the middle of reads and writes."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from city_process import CityProcess, timed
from patience import PATIENCE

TIMEOUT = 1.0
"""Seconds that Makassar waits for a source; with room for a loaded machine an answer is due within four times that."""
IN_TIME = 4 * TIMEOUT + 2
WRITES = ["createEntity", "deleteEntity", "retrieveEntity", "queryEntity"]


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityProcess]:
    city = CityProcess(tmp_path_factory.mktemp("gowa"), "gowa")
    city.start()
    yield city
    city.stop()


@pytest.fixture(scope="module")
def makassar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityProcess]:
    folder: Path = tmp_path_factory.mktemp("makassar")
    city = CityProcess(folder, None, PINISI_CONTEXT_SOURCE_TIMEOUT_MS=str(int(TIMEOUT * 1000)))
    city.start()
    yield city
    city.stop()


def until_whole(makassar: CityProcess, type: str, expected: set[str]) -> None:
    """The partner is back, and Makassar has found out."""
    end = time.monotonic() + PATIENCE
    while makassar.ids(type) != (expected, ""):
        assert time.monotonic() < end, f"it never became whole again: {makassar.ids(type)}"
        time.sleep(0.1)


def test_a_partner_that_dies_costs_its_own_data_for_as_long_as_it_is_away(
    makassar: CityProcess, partner: CityProcess
) -> None:
    ours = {f"urn:ngsi-ld:Shelter:makassar-{number}" for number in range(3)}
    theirs = {f"urn:ngsi-ld:Shelter:gowa-{number}" for number in range(3)}
    for id in ours:
        assert makassar.create(id, "Shelter", places=10).status_code == 201
    for id in theirs:
        assert partner.create(id, "Shelter", places=20).status_code == 201
    assert partner.create("urn:ngsi-ld:Budget:gowa", "Budget", rupiah=1).status_code == 201
    shared = makassar.register(partner.address, "Shelter", operations=["retrieveOps"])
    handed = makassar.register(partner.address, "ReliefTruck", mode="redirect", operations=WRITES)

    assert makassar.ids("Shelter") == (ours | theirs, "")
    assert makassar.ids("Budget") == (set(), "")
    assert makassar.call("GET", "/entities/urn:ngsi-ld:Shelter:gowa-1").json()["places"]["value"] == 20
    assert makassar.call("GET", "/entities/urn:ngsi-ld:Shelter:gowa-1", local="true").status_code == 404

    kept: set[str] = set()
    slowest = 0.0
    over = threading.Event()
    faults: list[str] = []

    def read() -> None:
        nonlocal slowest
        while not over.is_set():
            (found, warning), seconds = timed(lambda: makassar.ids("Shelter"))
            slowest = max(slowest, seconds)
            if not (found == ours | theirs or (found == ours and shared in warning)):
                faults.append(f"{found ^ (ours | theirs)} missing without a word: {warning!r}")

    def write() -> None:
        nonlocal slowest
        number = 0
        while not over.is_set():
            id = f"urn:ngsi-ld:ReliefTruck:{number}"
            answer, seconds = timed(lambda id=id: makassar.create(id, "ReliefTruck", load=1))
            slowest = max(slowest, seconds)
            if answer.status_code == 201:
                kept.add(id)
            elif answer.status_code not in (502, 504):
                faults.append(f"a write ended in {answer.status_code}: {answer.text}")
            number += 1
            time.sleep(0.005)

    threads = [threading.Thread(target=work) for work in (read, write)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    partner.kill()
    time.sleep(2)
    found, warning = makassar.ids("Shelter")
    assert (found, shared in warning) == (ours, True)
    missing = makassar.call("GET", "/entities/urn:ngsi-ld:Shelter:gowa-1")
    assert missing.status_code == 404
    assert shared in missing.headers["ngsild-warning"]
    assert makassar.create("urn:ngsi-ld:Pump:new", "Pump", running=True).status_code == 201
    state = makassar.call("GET", f"/csourceRegistrations/{shared}", options="sysAttrs").json()
    assert state["timesFailed"] > 0
    partner.start()
    time.sleep(2)
    over.set()
    for thread in threads:
        thread.join(PATIENCE)

    assert not faults, faults[:3]
    assert slowest < IN_TIME
    until_whole(makassar, "Shelter", ours | theirs)
    there, _ = partner.ids("ReliefTruck", local="true")
    assert kept, "no write was acknowledged at all"
    assert kept <= there, "what was acknowledged is not there"
    assert makassar.ids("ReliefTruck", local="true") == (set(), "")
    assert handed


def test_a_partner_that_hangs_is_left_after_its_time_and_then_left_alone(
    makassar: CityProcess, partner: CityProcess, silent_port: int
) -> None:
    id = makassar.register(f"http://127.0.0.1:{silent_port}", "Bridge", management={"timeout": 300, "cooldown": 2000})
    assert makassar.create("urn:ngsi-ld:Bridge:1", "Bridge", open=True).status_code == 201
    (found, warning), first = timed(lambda: makassar.ids("Bridge"))
    assert (found, id in warning) == ({"urn:ngsi-ld:Bridge:1"}, True)
    (found, warning), second = timed(lambda: makassar.ids("Bridge"))
    assert (found, id in warning) == ({"urn:ngsi-ld:Bridge:1"}, True)
    assert first >= 0.3
    assert second < first
