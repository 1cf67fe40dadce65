"""kill -9 under write load: no acknowledged write and no owed notification is lost, and no file is damaged."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench" / "load"))

from crash import Toll, crash_often

pytestmark = pytest.mark.anyio


def check(toll: Toll, rounds: int) -> None:
    """No toll, after at least so many kills."""
    assert (toll.lost_writes, toll.lost_notifications, toll.out_of_order, toll.damaged) == (0, 0, 0, 0)
    assert toll.rounds >= rounds
    assert toll.notifications >= toll.writes > 10 * rounds


async def test_ten_kills_lose_nothing(tmp_path: Path) -> None:
    check(await crash_often(tmp_path, 10, seed=1, load_seconds=0.3), 10)


@pytest.mark.long
@pytest.mark.timeout(1_800)
async def test_two_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    """On a busy machine as many as twelve minutes hold."""
    check(await crash_often(tmp_path, 200, seed=2, load_seconds=0.2, within=720), 50)
