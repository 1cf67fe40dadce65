"""A replay calls nobody: what its subscriptions would send is held and counted, unless this machine alone is asked."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from house_at_hand import OURS, PINISI_CONTEXT
from replay_at_hand import BUSES, Played, played

from patience import PATIENCE
from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio


class Listening:
    """A receiver on this machine that counts what reaches it."""

    def __init__(self) -> None:
        self.posts = 0
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                await reader.readexactly(length)
                self.posts += 1
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Listening]:
    listening = Listening()
    server = await asyncio.start_server(listening.answer, "127.0.0.1", 0)
    listening.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listening


async def subscribe(at: Played, tenant: str, receiver: Listening) -> None:
    wanted: dict[str, Any] = {
        "type": "Subscription",
        "entities": [{"type": "Vehicle"}],
        "notification": {"endpoint": {"uri": f"http://127.0.0.1:{receiver.port}/", "accept": "application/json"}},
    }
    answer = await at.client.post(
        "/ngsi-ld/v1/subscriptions", json=wanted, headers={"NGSILD-Tenant": tenant, "link": PINISI_CONTEXT}
    )
    assert answer.status_code == 201, answer.text


async def test_a_replay_never_notifies_anybody(tmp_path: Path, receiver: Listening) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(paused=True)
        await at.until(BUSES, "paused")
        await subscribe(at, BUSES, receiver)
        await at.act(BUSES, "speed", speed=1_000_000)
        await at.act(BUSES, "run")
        done = await at.until(BUSES, "finished")
    assert done["notifications"] == {"reach": "held", "held": done["events"]["arrived"]}
    assert receiver.posts == 0


async def test_what_is_held_is_not_sent_after_a_restart_either(tmp_path: Path, receiver: Listening) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(paused=True)
        await at.until(BUSES, "paused")
        await subscribe(at, BUSES, receiver)
        await at.act(BUSES, "seek", at="2026-01-26T16:20:00Z")
        held = (await at.until(BUSES, "paused"))["notifications"]["held"]
    async with played(tmp_path / "data") as at:
        again = await at.until(BUSES, "paused")
        await asyncio.sleep(0.2)
    assert (again["notifications"]["held"], receiver.posts) == (held, 0)
    assert held > 0


async def test_subscriptions_of_a_replay_stay_when_it_goes_back(tmp_path: Path, receiver: Listening) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(paused=True, **{"from": "2026-01-26T16:20:00Z"})
        await at.until(BUSES, "paused")
        await subscribe(at, BUSES, receiver)
        await at.act(BUSES, "seek", at="2026-01-26T16:10:00Z")
        back = await at.until(BUSES, "paused")
    assert back["notifications"]["held"] == back["events"]["arrived"] > 0


async def test_this_machine_alone_is_notified_where_the_operator_says_so(tmp_path: Path, receiver: Listening) -> None:
    async with played(tmp_path / "data", notification_targets=("*", "private", "loopback")) as at:
        await at.start(paused=True, notify="loopback")
        await at.until(BUSES, "paused")
        await subscribe(at, BUSES, receiver)
        await at.act(BUSES, "seek", at="2026-01-26T16:50:00Z")
        done = await at.until(BUSES, "paused")
        async with asyncio.timeout(PATIENCE):
            while receiver.posts < done["events"]["arrived"]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def test_who_only_looks_may_not_start_a_replay(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.opened.account("boss", Assignment(role="administrator"))
        viewer = await at.opened.account("tamu", Assignment(role="viewer"))
        operator = await at.opened.account("ani", Assignment(role="operator"))
        async with at.opened.client(cookie=viewer) as client:
            refused = await client.post(f"{OURS}/replays", json={"recording": "buses"})
            seen = await client.get(f"{OURS}/recordings")
        async with at.opened.client(cookie=operator) as client:
            started = await client.post(f"{OURS}/replays", json={"recording": "buses"})
            folder = await client.post(f"{OURS}/replays", json={"recording": "buses", "name": "b", "folder": "/etc"})
    assert (refused.status_code, seen.status_code, started.status_code, folder.status_code) == (403, 200, 201, 403)
