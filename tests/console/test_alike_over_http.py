"""Calls that are probably one incident: suggested by place, time and kind; a person confirms or refuses, once."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from house_at_hand import OURS, copy_data, open_house

pytestmark = pytest.mark.anyio
INCIDENTS = f"{OURS}/incidents"
HALL = (119.4128, -5.1343)


async def raised(client: httpx.AsyncClient, east_m: float, category: str = "flood", channel: str = "call") -> str:
    body = {"title": "x", "category": category, "channel": channel, "location": [HALL[0] + east_m / 110_900, HALL[1]]}
    answer = await client.post(INCIDENTS, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def suggested(client: httpx.AsyncClient) -> list[tuple[str, str]]:
    told = (await client.get(f"{INCIDENTS}/alike")).json()["suggestions"]
    assert all(set(each["why"]) == {"id", "en", "ja"} for each in told)
    return [(each["incident"], each["into"]) for each in told]


async def said(client: httpx.AsyncClient, path: str, status: int, **words: Any) -> None:
    answer = await client.post(f"{INCIDENTS}/{path}", json=words)
    assert answer.status_code == status, answer.text


async def test_calls_are_suggested_as_one_and_what_a_person_decided_holds_over_a_restart(
    template: Path, tmp_path: Path
) -> None:
    data = copy_data(template, tmp_path / "data")
    async with open_house(data) as opened, opened.client() as client:
        first = await raised(client, 0)
        near = await raised(client, 200)
        report = await raised(client, 300, channel="citizen-report")
        await raised(client, 250, category="fire")
        await raised(client, 3_000)
        assert await suggested(client) == [(near, first), (report, first)]
        await said(client, f"{near}/merge", 200, into=first)
        await said(client, f"{report}/apart", 204, of=first)
        await said(client, f"{report}/apart", 204, of=first)
        for one, other in ((report, first), (first, report)):
            story = (await client.get(f"{INCIDENTS}/{one}")).json()["acts"]
            assert [act["of"] for act in story if act["act"] == "keep-apart"] == [other]
        await said(client, f"{report}/apart", 400, of=report)
        await said(client, f"{report}/apart", 404, of="urn:ngsi-ld:Incident:none")
        assert await suggested(client) == []
    async with open_house(data) as opened, opened.client() as client:
        assert await suggested(client) == []
        last = await raised(client, 320)
        assert await suggested(client) == [(last, report)]
