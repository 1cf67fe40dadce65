"""A subscription hears of what changes at a partner; both are killed in the middle, and nothing is lost."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from city_process import V1, CityProcess
from patience import PATIENCE

SHORT, LONG = 40, 3_000
"""Values that each of the entities goes through."""
ENTITIES = 3
_BACK = {"PINISI_CONTEXT_SOURCE_TIMEOUT_MS": "1000"}


class Listener:
    """Takes notifications and keeps, for each entity, the values in the order in which they were told."""

    def __init__(self) -> None:
        heard: dict[str, list[int]] = {}
        self.heard = heard

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body: Any = json.loads(self.rfile.read(int(self.headers["content-length"])))
                for entity in body["data"]:
                    heard.setdefault(entity["id"], []).append(entity["level"]["value"])
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/notify"

    def until(self, values: int) -> None:
        """Every entity's last value has been told."""
        end = time.monotonic() + PATIENCE
        while any(self.heard.get(gauge(number), [0])[-1] != values for number in range(ENTITIES)):
            told = {id: (len(said), said[-1]) for id, said in self.heard.items()}
            assert time.monotonic() < end, f"something of {values} was never told: {told}"
            time.sleep(0.05)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    threading.Thread(target=listener.server.serve_forever, daemon=True).start()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


@pytest.fixture
def cities(tmp_path: Path) -> Iterator[tuple[CityProcess, CityProcess]]:
    """A city that subscribes, and its partner."""
    ours, partner = (CityProcess(tmp_path / name, name, broker=True, **_BACK) for name in ("ours", "partner"))
    for city in (ours, partner):
        city.start()
    yield ours, partner
    for city in (ours, partner):
        city.stop()


def gauge(number: int) -> str:
    return f"urn:ngsi-ld:Gauge:{number}"


def subscribe(city: CityProcess, uri: str) -> None:
    body = {
        "id": "urn:ngsi-ld:Subscription:gauges", "type": "Subscription", "entities": [{"type": "Gauge"}],
        "notification": {"endpoint": {"uri": uri}},
    }  # fmt: skip
    assert city.call("POST", "/subscriptions", body).status_code == 201


def has_copy(city: CityProcess) -> None:
    end = time.monotonic() + PATIENCE
    while not city.call("GET", "/subscriptions").json():
        assert time.monotonic() < end, "the partner never got the copy"
        time.sleep(0.05)


def write(partner: CityProcess, values: int) -> None:
    """Change each gauge at the partner, one value after another; what is not answered is written again."""
    with httpx.Client(base_url=partner.address + V1, timeout=PATIENCE) as wire:
        for value in range(1, values + 1):
            for number in range(ENTITIES):
                _until_written(wire, number, value)


def _until_written(wire: httpx.Client, number: int, value: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            fragment = {"level": {"type": "Property", "value": value}}
            answer = wire.patch(f"/entities/{gauge(number)}/attrs", json=fragment)
            assert answer.status_code == 204, answer.text
            return
        except httpx.HTTPError:
            assert time.monotonic() < end, "the partner never came back"
            time.sleep(0.05)


def in_order(said: list[int], values: int) -> bool:
    """Each value was told, and none for the first time before an earlier one."""
    return list(dict.fromkeys(said)) == list(range(values + 1))


@pytest.mark.parametrize("values", [SHORT, pytest.param(LONG, marks=pytest.mark.long)])
def test_nothing_is_lost_when_either_side_is_killed(
    cities: tuple[CityProcess, CityProcess], listener: Listener, values: int
) -> None:
    """While the partner's entities change, first he is killed and comes back, then the subscriber's own house."""
    ours, partner = cities
    ours.register(partner.address, "Gauge")
    subscribe(ours, listener.url)
    has_copy(partner)
    for number in range(ENTITIES):
        assert partner.create(gauge(number), "Gauge", level=0).status_code == 201
    writer = threading.Thread(target=write, args=(partner, values), daemon=True)
    writer.start()
    for city in (partner, ours):
        time.sleep(0.1)
        city.kill()
        time.sleep(0.3)
        city.start()
    writer.join(PATIENCE * (1 if values == SHORT else 10))
    assert not writer.is_alive(), "the partner did not take all that was written"
    listener.until(values)
    for number in range(ENTITIES):
        said = listener.heard[gauge(number)]
        assert in_order(said, values), (len(said), said[:20])
    assert ours.call("GET", "/entities", type="Gauge", local="true").json() == []


@pytest.mark.long
def test_a_partner_that_was_away_gets_his_copy_when_he_is_back(
    cities: tuple[CityProcess, CityProcess], listener: Listener
) -> None:
    ours, partner = cities
    partner.kill()
    ours.register(partner.address, "Gauge")
    subscribe(ours, listener.url)
    time.sleep(0.3)
    ours.kill()
    ours.start()
    partner.start()
    has_copy(partner)
    for number in range(ENTITIES):
        assert partner.create(gauge(number), "Gauge", level=7).status_code == 201
    listener.until(7)
    partner.kill()
    assert ours.call("DELETE", "/subscriptions/urn:ngsi-ld:Subscription:gauges").status_code == 204
    partner.start()
    end = time.monotonic() + PATIENCE
    while partner.call("GET", "/subscriptions").json():
        assert time.monotonic() < end, "the copy outlived its subscription"
        time.sleep(0.05)
