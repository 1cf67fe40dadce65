"""Minutes of mixed load: readers, writers, streams that come and go, incidents; memory stays bounded, nothing fails."""

import asyncio
import os
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from running import Running, running

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600), pytest.mark.anyio]
SECONDS = float(os.environ.get("SOAK_SECONDS", "180"))
GROWTH = 48 << 20
"""Bytes by which resident memory may grow after the first third: caches are full by then."""
ENTITIES = 3_000
NGSI, OURS = "/ngsi-ld/v1", "/pinisi/v1"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def sensor(number: int) -> dict[str, Any]:
    place = [119.40 + number % 100 / 1000, -5.18 + number // 100 / 1000]
    return {
        "id": f"urn:ngsi-ld:WasteBank:soak-{number}",
        "type": "WasteBank",
        "name": {"type": "Property", "value": f"Bank {number}"},
        "stock": {"type": "Property", "value": random.random() * 100, "unitCode": "KGM"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": place}},
    }


class Load:
    """What the city does all at once; counts the answers by status."""

    def __init__(self, address: str) -> None:
        self.client = httpx.AsyncClient(base_url=address, timeout=10, limits=httpx.Limits(max_connections=60))
        self.end = time.monotonic() + SECONDS
        self.answers: Counter[int] = Counter()
        self.events: Counter[str] = Counter()

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.end

    async def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        answer = await self.client.request(method, path, **how)
        self.answers[answer.status_code] += 1
        assert answer.status_code < 500, answer.text
        return answer

    async def write(self) -> None:
        while self.goes_on:
            batch = [sensor(random.randrange(ENTITIES)) for _ in range(20)]
            await self.ask("POST", f"{NGSI}/entityOperations/upsert", params={"options": "update"}, json=batch)
            await self.ask("DELETE", f"{NGSI}/entities/{batch[0]['id']}")

    async def read(self) -> None:
        queries = [f"{NGSI}/entities?type=WasteBank&limit=20&offset={n}" for n in range(0, 200, 20)]
        queries += [f"{NGSI}/entities?type=WasteBank&q=stock>{n}&limit=20" for n in range(0, 100, 7)]
        queries += [f"{OURS}/{name}" for name in ("now", "areas", "layers/waste-banks", "search?q=bank+12", "city")]
        while self.goes_on:
            await self.ask("GET", random.choice(queries))
            await self.ask("GET", f"{NGSI}/entities/urn:ngsi-ld:WasteBank:soak-{random.randrange(ENTITIES)}")

    async def operate(self) -> None:
        while self.goes_on:
            made = (await self.ask("POST", f"{OURS}/incidents", json={"title": "Banjir", "severity": "danger"})).json()
            for act in ({"act": "take"}, {"act": "note", "note": "x"}, {"act": "close", "outcome": "prank"}):
                await self.ask("POST", f"{OURS}/incidents/{made['id']}/acts", json=act)
            await asyncio.sleep(0.2)

    async def listen(self) -> None:
        while self.goes_on:
            until = min(time.monotonic() + random.uniform(0.5, 15), self.end)
            async with self.client.stream("GET", f"{OURS}/stream") as stream:
                async for line in stream.aiter_lines():
                    if line.startswith("event: "):
                        self.events[line.removeprefix("event: ")] += 1
                    if time.monotonic() > until:
                        break


async def watch(server: Running, load: Load, seen: list[int]) -> None:
    while load.goes_on:
        await asyncio.sleep(1)
        seen.append(server.resident())


async def test_memory_stays_bounded_under_mixed_load(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with running(tmp_path / "data", log=log) as server:
        load = Load(server.address)
        seen: list[int] = []
        work = [load.write(), load.read(), load.read(), load.operate(), *(load.listen() for _ in range(20))]
        await asyncio.gather(*work, watch(server, load, seen))
        await load.client.aclose()
        third = len(seen) // 3
        grown = max(seen[-third:]) - max(seen[:third])
        print(f"\n{sum(load.answers.values())} answers {dict(load.answers)}, {sum(load.events.values())} events")
        print(f"resident {seen[0] >> 20} MB at first, {max(seen) >> 20} MB at most, {grown / (1 << 20):.1f} MB grown")
        assert grown < GROWTH
        assert {status for status in load.answers if status >= 400} <= {404}, (
            "what was taken away is not there, no more"
        )
        assert load.answers[404] < load.answers.total() / 2
        assert load.events["changes"] > 0
        assert load.events["incidents"] > 0
        assert server.stop() in (0, -15)
    assert "level=error" not in log.read_text()
