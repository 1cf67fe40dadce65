"""Calls of a flood become an estimate by kelurahan: on the map, with what it rests on, and an alarm for the room."""

import asyncio
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, Opened

from patience import PATIENCE
from pinisi.vocabulary.instant import MINUTE, format_instant

pytestmark = pytest.mark.anyio
CALLS = f"{OURS}/calls"


async def called(client: httpx.AsyncClient, place: str, minutes_ago: int, now: int) -> str:
    """A call that was written on paper so long ago, entered now."""
    at = format_instant(now - minutes_ago * MINUTE)
    begun = await client.post(CALLS, json={"channel": "paper", "rangAt": at, "answeredAt": at})
    assert begun.status_code == 201, begun.text
    said = {"kind": "emergency", "category": "flood", "place": place}
    saved = await client.post(f"{CALLS}/{begun.json()['key']}/saved", json=said)
    assert saved.status_code == 201, saved.text
    return str(saved.json()["incident"])


async def estimate(client: httpx.AsyncClient, reports: int) -> dict[str, Any]:
    """The one that rests on so many reports, once there is one."""
    query = {"type": "FloodEstimate", "q": f"reportCount=={reports}", "options": "keyValues"}
    async with asyncio.timeout(PATIENCE):
        while True:
            found = (await client.get(f"{NGSI}/entities", params=query, headers={"link": PINISI_CONTEXT})).json()
            if found:
                return found[0]
            await asyncio.sleep(0.05)


async def alarm(client: httpx.AsyncClient) -> dict[str, Any]:
    """What a rule of the city has raised, once it has."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told = (await client.get(f"{OURS}/incidents", params={"state": "all", "channel": "rule"})).json()
            if told["incidents"]:
                return told["incidents"][0]
            await asyncio.sleep(0.05)


async def test_calls_of_a_flood_become_an_estimate_on_the_map_and_an_alarm(
    fresh: Opened, demo: httpx.AsyncClient
) -> None:
    found = (await demo.get(f"{OURS}/search", params={"q": "manggala"})).json()["results"]
    elsewhere = (await demo.get(f"{OURS}/search", params={"q": "panaikang"})).json()["results"][0]["id"]
    manggala = next(each["id"] for each in found if each["id"].count(".") == 3)
    now = fresh.house.now()
    for number in range(12):
        await called(demo, elsewhere, 230 - 2 * number, now)
    first = await called(demo, manggala, 20, now)
    second = await called(demo, manggala, 5, now)
    made = await estimate(demo, 2)
    assert made["floodJudgement"] == "probably"
    assert "2 reports" in str(made["estimatedFrom"])
    assert set(made["reports"]) == {first, second}
    assert (made["measuredPrecision"], made["measuredRecall"]) == (81, 86)
    layer = (await demo.get(f"{OURS}/layers/flooded")).json()
    assert made["id"] in {row[0] for row in layer["rows"]}
    why = (await demo.get(f"{OURS}/entities/{made['id']}/lineage", params={"attribute": "floodChance"})).text
    assert "flooded" in why
    assert first in why
    raised = await alarm(demo)
    assert (raised["category"], raised["exercise"]) == ("flood", False)
    assert "probably under water" in raised["title"]["en"]
