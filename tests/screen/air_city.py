"""A copy of Makassar with air sensors over MQTT, a tile of their worst index, and days of what they say."""

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiomqtt
import httpx

from patience import PATIENCE

from .conftest import ROOT

LIVE = """\
[[sources]]
id = "air"
kind = "mqtt"
on = true
[sources.options]
title = {{ id = "Alat ukur udara", en = "Air sensors", ja = "大気センサー" }}
publisher = "Dinas Lingkungan Hidup"
mapping = "air"
every = 3600
broker = {{ host = "127.0.0.1", port = {port} }}
"""
MAPPING = """\
origin = "air/{station}"
[[mappings]]
entity = "urn:ngsi-ld:AirQualityObserved:{station}"
types = ["AirQualityObserved"]
observed = "at"
position = ["lon", "lat"]
attributes = [
  { name = "name", column = "name" },
  { name = "pm25", column = "pm25", kind = "number", unit = "GQ" },
]
"""
INDICATOR = """

[[indicators]]
id = "worst-air"
label = { id = "ISPU tertinggi", en = "Highest ISPU", ja = "最大の ISPU" }
kind = "max"
select = { type = "AirQualityIndex" }
attribute = "ispu"
"""
PLACES = {"balaikota": ("Balai Kota", 119.4095, -5.1345), "karebosi": ("Karebosi", 119.4105, -5.1375)}


def air_city(folder: Path, port: int) -> Path:
    """The city's folder; its sensors speak to the broker at that port."""
    city = folder / "makassar"
    shutil.copytree(ROOT / "cities" / "makassar", city, ignore=shutil.ignore_patterns("building", "build.py"))
    (city / "live.toml").write_text(LIVE.format(port=port))
    (city / "mappings").mkdir(exist_ok=True)
    (city / "mappings" / "air.toml").write_text(MAPPING)
    with (city / "indicators.toml").open("a") as indicators:
        indicators.write(INDICATOR)
    profile = (city / "city.toml").read_text()
    begin = profile.index("tiles = [") + len("tiles = [")
    (city / "city.toml").write_text(f'{profile[:begin]}"worst-air", {profile[begin:]}')
    return city


def told(station: str, at: datetime, pm25: float) -> tuple[str, str]:
    """A message as the sensor sends it: topic and payload."""
    name, lon, lat = PLACES[station]
    said: dict[str, Any] = {"at": at.strftime("%Y-%m-%dT%H:00:00Z"), "name": name, "pm25": pm25, "lon": lon, "lat": lat}
    return f"air/{station}", json.dumps(said)


def hours_until(end: datetime, values: list[float]) -> Iterator[tuple[datetime, float]]:
    """A value an hour, the last one at `end`."""
    for number, value in enumerate(values):
        yield end - timedelta(hours=len(values) - 1 - number), value


def this_hour() -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def publish(port: int, messages: Iterable[tuple[str, str]]) -> None:
    async def send() -> None:
        async with aiomqtt.Client("127.0.0.1", port) as client:
            for topic, payload in messages:
                await client.publish(topic, payload, qos=1)

    with ThreadPoolExecutor(1) as thread:  # the browser's driver keeps a loop in this one
        thread.submit(asyncio.run, send()).result()


def deliver(address: str, port: int, messages: Sequence[tuple[str, str]]) -> None:
    """Publish until the war room has them: it subscribes a moment after it has opened; repetitions change nothing."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        publish(port, messages)
        soon = time.monotonic() + 3
        while time.monotonic() < soon:
            (source,) = httpx.get(f"{address}/pinisi/v1/sources", timeout=30).json()["sources"]
            if source["messages"] >= len(messages):
                return
            time.sleep(0.1)
    raise AssertionError("the sensors are not heard")


@contextmanager
def mosquitto(folder: Path, port: int) -> Iterator[None]:
    """A real broker."""
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nlog_dest none\n")
    process = subprocess.Popen([program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait()
