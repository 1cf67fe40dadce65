"""What the city itself has received can be lived through again, in the order in which it was received."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT
from replay_at_hand import HOME, Played, played

from pinisi.people.accounts import Assignment
from pinisi.store.history import Moment
from pinisi.vocabulary.instant import format_instant

pytestmark = pytest.mark.anyio
PAST = "replay-history"
WELL = "urn:ngsi-ld:Well:1"
LEVEL = "urn:pinisi:term:level"


async def measure(at: Played, level: float, second: int) -> None:
    value = {"type": "Property", "value": level, "observedAt": f"2026-11-20T06:00:{second:02}Z"}
    well = [{"id": WELL, "type": "Well", "level": value}]
    headers = {"link": PINISI_CONTEXT, "content-type": "application/json"}
    answer = await at.client.post(
        f"{NGSI}/entityOperations/upsert", params={"options": "update"}, json=well, headers=headers
    )
    assert answer.status_code in (201, 204)


async def levels(at: Played, tenant: str) -> list[tuple[int, int, Any]]:
    (story,) = await at.stories(tenant, WELL)
    told: list[Moment] = [moment for moment in story if moment.attribute == LEVEL]
    return [(moment.received, moment.observed, moment.instance.value) for moment in told if moment.instance]


async def test_a_span_of_the_citys_own_past_is_received_again(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await measure(at, 1.0, 1)
        since = at.opened.house.now()
        for second in range(2, 8):
            await measure(at, float(second), second)
        until = at.opened.house.now()
        await measure(at, 99.0, 30)
        span = {"since": format_instant(since), "until": format_instant(until), "types": ["Well"]}
        await at.start("history", span=span, paused=True, **{"from": format_instant(until)})
        done = await at.until(PAST, "paused")
        here, there = await levels(at, HOME), await levels(at, PAST)
    assert done["events"]["arrived"] == 7
    assert there == [(since, *here[0][1:]), *here[1:-1]]


async def test_the_citys_own_past_goes_on_after_a_restart_and_needs_its_span(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        since = at.opened.house.now()
        await measure(at, 1.0, 1)
        await asyncio.sleep(0.01)
        span = {"since": format_instant(since), "until": format_instant(at.opened.house.now())}
        await at.start("history", span=span, paused=True)
        await at.until(PAST, "paused")
        missing = await at.client.post(f"{OURS}/replays", json={"recording": "history"})
        future = {**span, "until": "2999-01-01T00:00:00Z"}
        ahead = await at.client.post(f"{OURS}/replays", json={"recording": "history", "span": future})
    async with played(tmp_path / "data") as at:
        await at.until(PAST, "paused")
        await at.act(PAST, "seek", at=span["until"])
        await at.until(PAST, "paused")
        assert [value for _, _, value in await levels(at, PAST)] == [1.0]
    assert (missing.status_code, ahead.status_code) == (400, 400)


async def test_who_sees_a_part_of_the_city_may_not_replay_its_past(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.opened.account("boss", Assignment(role="administrator"))
        ani = await at.opened.account("ani", Assignment(role="operator", areas=frozenset({"00"})))
        span = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
        async with at.opened.client(cookie=ani) as client:
            refused = await client.post(f"{OURS}/replays", json={"recording": "history", "span": span})
    assert refused.status_code == 403
