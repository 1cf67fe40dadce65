"""A power cut at any write loses nothing that was acknowledged, damages nothing, and leaves all parts in agreement."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench" / "load"))

from power_cut import cut_often

pytestmark = pytest.mark.anyio


async def test_nothing_acknowledged_is_lost_in_fifty_power_cuts(tmp_path: Path) -> None:
    findings = await cut_often(tmp_path, 50, seed=1)
    assert findings.sound, findings
    assert (findings.cuts, findings.damaged) == (50, 0)
    assert findings.acknowledged > 500


async def test_a_disk_that_does_not_sync_is_found_out(tmp_path: Path) -> None:
    findings = await cut_often(tmp_path, 20, seed=1, lying=True)
    assert findings.lost_writes + findings.damaged > 0


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_nothing_acknowledged_is_lost_in_a_thousand_power_cuts(tmp_path: Path) -> None:
    findings = await cut_often(tmp_path, 1_000, seed=10_000)
    assert findings.sound, findings
