"""A small town with recordings of two buses and of the air, cut from real files; and what tests ask of its replays."""

import asyncio
import contextlib
import csv
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from house_at_hand import OURS, Opened, open_house

from patience import PATIENCE
from pinisi.store.history import HistoryQuery, Moment
from pinisi.vocabulary.instant import Instant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING

EXAMPLES = Path(__file__).parent / "replay_examples"
TOWN, DATA = EXAMPLES / "town", EXAMPLES / "data"
HOME = "ujung"
BUSES, AIR = "replay-buses", "replay-air"
FILES = ("bus_4716.csv", "bus_4720.csv")
CODE = "urn:pinisi:term:code"


@dataclass
class Played:
    """A house of the small town, and a client of it."""

    opened: Opened
    client: httpx.AsyncClient

    async def start(self, recording: str = "buses", **wish: Any) -> dict[str, Any]:
        answer = await self.client.post(f"{OURS}/replays", json={"recording": recording, **wish})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def act(self, id: str, act: str, **members: Any) -> dict[str, Any]:
        answer = await self.client.post(f"{OURS}/replays/{id}", json={"act": act, **members})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def look(self, id: str) -> dict[str, Any]:
        return (await self.client.get(f"{OURS}/replays/{id}")).json()

    async def until(self, id: str, *states: str, within: float = PATIENCE) -> dict[str, Any]:
        """The replay once it is in one of these states."""
        return await self.when(id, lambda found: found["state"] in states, within)

    async def when(self, id: str, holds: Callable[[dict[str, Any]], bool], within: float = PATIENCE) -> dict[str, Any]:
        """The replay once something holds of it."""
        async with asyncio.timeout(within):
            while not holds(found := await self.look(id)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return found

    async def incidents(self, tenant: str) -> dict[str, Any]:
        """The queue of a tenant once there is something in it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = (await self.client.get(f"{OURS}/incidents", params={"tenant": tenant})).json()
                if found["count"]:
                    return found
                await asyncio.sleep(0.02)

    async def arrived(self, tenant: str) -> list[tuple[Instant, Instant, str]]:
        """(received, observed, code) of every position that arrived, in the order of the log."""
        ids = [f"urn:ngsi-ld:Vehicle:{number}" for number in (4716, 4720)]
        moments = [moment for each in await self.stories(tenant, *ids) for moment in each]
        return [
            (moment.received, moment.observed, moment.instance.value)
            for moment in sorted(moments, key=lambda moment: moment.position)
            if moment.attribute == CODE and moment.instance is not None
        ]

    async def stories(self, tenant: str, *ids: str) -> list[list[Moment]]:
        stories = await self.opened.house.store.stories(tenant, ids, HistoryQuery(), EVERYTHING)
        return [list(story.moments) for story in stories]


@contextlib.asynccontextmanager
async def played(data: Path, **settings: Any) -> AsyncIterator[Played]:
    async with open_house(data, TOWN, data_from=DATA, **settings) as opened, opened.client() as client:
        yield Played(opened, client)


def bus_rows() -> list[tuple[Instant, str]]:
    """(moment, code) of every row of both files, in the order of the day; at one moment the first bus goes first."""
    rows: list[tuple[Instant, int, str]] = []
    for order, name in enumerate(FILES):
        with (DATA / name).open() as file:
            for row in csv.DictReader(file):
                rows.append((parse_instant(row["timestamp"].replace(" ", "T") + "Z"), order, row["id"]))
    return [(at, code) for at, _, code in sorted(rows, key=lambda row: row[:2])]
