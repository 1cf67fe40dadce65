"""The twin runs real SUMO in child processes; what controllers save is measured over every due vehicle."""

import sys
from pathlib import Path

import built_crossing
import pytest
from msgspec.structs import replace

from pinisi.services.mobility.twin.child import TwinFailed, TwinMissing, ensure_sumo, run_twin
from pinisi.services.mobility.twin.run import Detectors, Outcome, Run

COLOGNE = Path(__file__).parents[3] / ".venv" / "signal-maps" / "cologne1" / "cologne1.sumocfg"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Ten minutes of Cologne's junction, or of a built crossing where the map cannot be had."""
    scenario = COLOGNE if COLOGNE.exists() else built_crossing.build(tmp_path_factory.mktemp("crossing"))
    return Run(str(scenario), "ACYCLIC", seconds=600)


@pytest.fixture(scope="module")
def adaptive(asked: Run) -> Outcome:
    return run_twin(asked)


def test_adaptive_control_saves_delay_against_the_stored_plan(asked: Run, adaptive: Outcome) -> None:
    stored = run_twin(replace(asked, controller="FIXED"))
    assert stored.stages_changed == 0
    assert adaptive.stages_changed > 10
    assert adaptive.delay_s < 0.8 * stored.delay_s
    assert not adaptive.gridlock


def test_every_due_vehicle_is_counted_whoever_controls(asked: Run, adaptive: Outcome) -> None:
    greedy = run_twin(replace(asked, controller="MAXWAVE"))
    assert greedy.due == adaptive.due > 100
    assert adaptive.completed <= adaptive.due - adaptive.never_inserted


def test_the_same_seed_gives_the_same_run(asked: Run, adaptive: Outcome) -> None:
    assert replace(run_twin(asked), decision_ms=0) == replace(adaptive, decision_ms=0)


def test_with_every_detector_dead_nobody_is_forgotten(asked: Run) -> None:
    blind = run_twin(replace(asked, detectors=Detectors(dead=1.0)))
    assert blind.longest_wait_s <= 180
    assert blind.completed > 0.5 * blind.due


def test_emissions_name_grams_a_kilometre(asked: Run) -> None:
    measured = run_twin(replace(asked, seconds=300, emissions=True))
    assert measured.co2_g_km is not None
    assert 100 < measured.co2_g_km < 1000


def test_a_scenario_that_is_not_there_is_a_clear_failure(asked: Run) -> None:
    with pytest.raises(TwinFailed, match=r"nowhere\.sumocfg"):
        run_twin(replace(asked, scenario="nowhere.sumocfg"))


def test_without_the_extra_the_twin_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libsumo", None)
    with pytest.raises(TwinMissing, match=r"pinisi\[mobility\]"):
        ensure_sumo()
