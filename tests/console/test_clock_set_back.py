"""A clock that jumps back, under a whole house: order and moments stay, nothing that has ended begins again."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from house_at_hand import NGSI, OURS, Opened, open_house

from pinisi.people.accounts import Assignment
from pinisi.runtime.clock import LONGEST_HELD, WallClock
from pinisi.vocabulary.instant import HOUR, MINUTE, SECOND, format_instant

pytestmark = pytest.mark.anyio
ID = "urn:ngsi-ld:Gauge:clock"


class Wall:
    """The machine's clocks, moved by hand."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._wall, self._steady = time.time_ns, time.monotonic_ns
        self.set = self.passed = 0
        patch.setattr(time, "time_ns", lambda: self._wall() + 1000 * self.set)
        patch.setattr(time, "monotonic_ns", lambda: self._steady() + 1000 * self.passed)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    return Wall(monkeypatch)


@pytest.fixture
async def opened(tmp_path: Path, wall: Wall) -> AsyncIterator[Opened]:
    async with open_house(tmp_path / "data") as made:
        yield made


def test_time_stands_still_and_goes_on_when_the_wall_has_caught_up(wall: Wall) -> None:
    clock = WallClock()
    before = clock.now()
    wall.set = -10 * MINUTE
    assert clock.now() == clock.now() >= before
    wall.set = -SECOND
    still = clock.now()
    wall.set = SECOND
    assert clock.now() > still


def test_a_wall_that_stays_behind_is_believed_after_an_hour(wall: Wall) -> None:
    clock = WallClock()
    before = clock.now()
    wall.set = -24 * HOUR
    assert clock.now() >= before
    wall.passed = LONGEST_HELD - MINUTE
    assert clock.now() >= before
    wall.passed = LONGEST_HELD
    assert clock.now() < before - 23 * HOUR
    first = clock.now()
    wall.set += SECOND
    assert clock.now() > first, "and then it goes on"


async def test_moments_and_order_never_run_backwards(opened: Opened, wall: Wall) -> None:
    async with opened.client() as client:
        seen: list[tuple[str, str]] = []
        for number, jump in enumerate((0, -30 * MINUTE, -45 * MINUTE, 0, -HOUR)):
            wall.set = jump
            body = [{"id": ID, "type": "Gauge", "level": {"type": "Property", "value": number}}]
            answer = await client.post(NGSI + "/entityOperations/upsert", json=body)
            assert answer.status_code in (201, 204)
            told = (await client.get(f"{NGSI}/entities/{ID}", params={"options": "sysAttrs"})).json()
            assert told["level"]["value"] == number, "the newest write is what is read"
            seen.append((told["modifiedAt"], told["level"]["modifiedAt"]))
        assert seen == sorted(seen)
        lines = (await client.get(OURS + "/audit", params={"subject": ID})).json()["lines"]
        times = [line["time"] for line in lines]
        assert len(lines) == 5 and times == sorted(times, reverse=True)


async def test_a_token_and_a_transient_entity_that_have_ended_stay_ended(opened: Opened, wall: Wall) -> None:
    await opened.account("admin", Assignment(role="administrator"))
    cookie = await opened.account("tono", Assignment(role="technician"))
    async with opened.client(cookie=cookie) as client:
        wish = {"label": "pump", "permissions": ["context.read"], "days": 0.02}
        made = await client.post(OURS + "/tokens", json=wish)
        assert made.status_code == 201, made.text
        ends = format_instant(opened.house.now() + 10 * MINUTE)
        entity = {"id": ID, "type": "Gauge", "expiresAt": ends, "level": {"type": "Property", "value": 1}}
        assert (await client.post(NGSI + "/entities", json=entity)).status_code == 201
        assert (await client.get(f"{NGSI}/entities/{ID}")).status_code == 200
        async with opened.client(authorization=f"Bearer {made.json()['token']}") as pump:
            assert (await pump.get(NGSI + "/types")).status_code == 200
            for jump in (40 * MINUTE, 0):
                wall.set = jump
                assert (await pump.get(NGSI + "/types")).status_code == 401
                assert (await client.get(f"{NGSI}/entities/{ID}")).status_code == 404
