"""In real SUMO, whoever decides: what crosses is never lit together, green and amber last as long as they must."""

import json
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import built_crossing
import pytest

from pinisi.services.mobility.twin.foes import foes
from pinisi.services.mobility.twin.program import Phase, Rules, stages, wiring

HERE = Path(__file__).parent
MAPS = HERE.parents[2] / ".venv" / "signal-maps"
SMALL = ("cologne1", "cologne3", "ingolstadt1")
LARGE = ("cologne8", "ingolstadt7", "ingolstadt21", "grid4x4", "arterial4x4")
LIT = "Ggy"


def watched(scenario: Path, seconds: int, seed: int) -> Any:
    words = [sys.executable, HERE / "hostile_lamps.py", scenario, str(seconds), str(seed)]
    done = subprocess.run(words, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def scenarios(names: tuple[str, ...], folder: Path) -> list[Path]:
    """The maps, or a built crossing where they cannot be had."""
    files = [MAPS / name / f"{name}.sumocfg" for name in names]
    return files if all(file.exists() for file in files) else [built_crossing.build(folder)]


def examined(scenario: Path, seconds: int) -> None:
    seen = watched(scenario, seconds, 3)
    assert seen["refused"] > 0
    assert seen["collisions"] == 0
    assert any(junction["crossing"] for junction in seen["junctions"])
    for junction in seen["junctions"]:
        states = junction["states"]
        assert len(set(states)) > 1
        for a, b in junction["crossing"]:
            assert not any(state[a] in LIT and state[b] in LIT for state in states), (junction["name"], a, b)
        for head in range(len(states[0])):
            spells = [(lamp, len([*same])) for lamp, same in groupby(state[head].lower() for state in states)]
            for lamp, seconds_shown in spells[1:-1]:
                assert lamp != "g" or seconds_shown >= 5, (junction["name"], head)
                assert lamp != "y" or seconds_shown >= 3, (junction["name"], head)


def test_hostile_controllers_never_light_what_crosses_together(tmp_path: Path) -> None:
    for scenario in scenarios(SMALL, tmp_path):
        examined(scenario, 240)


@pytest.mark.long
def test_hostile_controllers_never_light_what_crosses_together_on_the_large_maps(tmp_path: Path) -> None:
    for scenario in scenarios(LARGE, tmp_path):
        examined(scenario, 900)


PROGRAM = [
    Phase("GGrr", 30),
    Phase("yyrr", 4),
    Phase("rrrr", 2),
    Phase("rrGs", 20),
    Phase("rryr", 3),
    Phase("rrrr", 1),
]
CROSSING = frozenset({(0, 2), (2, 0), (1, 2), (2, 1)})


def test_intergreens_are_those_of_the_program() -> None:
    wired = wiring("x", PROGRAM, CROSSING, Rules())
    assert [group.amber for group in wired.junction.groups] == [4, 3]
    assert wired.junction.matrix.table() == {("g0", "g1"): 6, ("g1", "g0"): 4}
    assert wired.junction.all_red == 1
    assert wired.group_of == (0, 0, 1, None)
    assert wired.red == ("r", "r", "r", "s")


def test_a_short_phase_that_only_clears_is_no_stage() -> None:
    phases = [Phase("GG", 30), Phase("Gy", 3), Phase("Gr", 2), Phase("GG", 20)]
    assert [each.state for each in stages(phases)] == ["GG"]


def test_a_program_without_green_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="signal x"):
        wiring("x", [Phase("rr", 10)], frozenset(), Rules())


def test_links_that_meet_are_read_from_the_net(tmp_path: Path) -> None:
    built_crossing.build(tmp_path)
    pairs = foes(tmp_path / "x.net.xml")["c"]
    assert all((b, a) in pairs and a != b for a, b in pairs)
    assert len(pairs) > 20
