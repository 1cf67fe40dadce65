"""Signals on the eight RESCO maps: fixed time, max-wave, max-pressure and Pinisi's control, in the same run.

`PINISI_RESCO_MAPS` and `PINISI_RESCO_SEEDS` choose (`cologne1,cologne3`, `1-3`; `all` maps, seeds `1-10` are the whole
measurement: hours). A figure's name chooses too: `make bench ONLY=mobility.resco.cologne1.` runs that map alone.
`scripts/signal-maps.sh` brings the maps; `PINISI_RESCO_FOLDER` names another folder of them. `PINISI_RESCO_RUNS` is how
many simulations run side by side (2).
"""

import os
import statistics
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec.structs import replace

from figure import figure
from pinisi.services.mobility.twin.child import TwinMissing, ensure_sumo, run_twin
from pinisi.services.mobility.twin.program import Rules
from pinisi.services.mobility.twin.run import EMISSION_MODEL, SUMO, Detectors, Outcome, Run

FIGURES = ("mobility.resco.",)
MAPS = ("cologne1", "cologne3", "cologne8", "ingolstadt1", "ingolstadt7", "ingolstadt21", "grid4x4", "arterial4x4")
QUICK = "cologne1,cologne3,ingolstadt1"
FIXED = "FIXED"
RULES = (FIXED, "MAXWAVE", "MAXPRESSURE")
GOALS_S = dict(zip(MAPS, (18, 18.5, 16.5, 11.5, 25, 55, 31, 600), strict=True))
WITHOUT_DETECTORS = 0.3
RESCO_STEP_S, RESCO_RULES = 10, Rules(amber_s=3.0, maximum_red_s=None)
RESCO_OTHERS = {"arterial4x4": (5, Rules(minimum_green_s=3.0, amber_s=2.0, maximum_red_s=None))}
ACYCLIC, CYCLIC, DEAD = "ACYCLIC", "CYCLIC", "DEAD30"
MODES = (ACYCLIC, CYCLIC)

Outcomes = dict[str, list[Outcome]]


def main() -> int:
    try:
        ensure_sumo()
    except TwinMissing as missing:
        sys.exit(str(missing))
    seeds = chosen_seeds(os.environ.get("PINISI_RESCO_SEEDS", "1-3"))
    measured = {name: measure(name, seeds) for name in chosen_maps()}
    for name, outcomes in measured.items():
        told(name, outcomes, seeds)
    if os.environ.get("PINISI_BENCH_ONLY", "") in ("", "mobility.", "mobility.resco."):
        together(list(measured.values()), seeds)
    return 0


def chosen_maps() -> list[str]:
    """The maps that the asked figure names, else those of the environment."""
    only = os.environ.get("PINISI_BENCH_ONLY", "")
    named = [name for name in MAPS if only.startswith(f"mobility.resco.{name}.")]
    words = os.environ.get("PINISI_RESCO_MAPS", QUICK)
    return named or list(MAPS if words == "all" else words.split(","))


def chosen_seeds(words: str) -> list[int]:
    first, _, last = words.partition("-")
    return list(range(int(first), int(last or first) + 1))


def scenario(name: str) -> Path:
    folder = Path(os.environ.get("PINISI_RESCO_FOLDER") or Path(__file__).parents[1] / ".venv" / "signal-maps")
    file = folder / name / f"{name}.sumocfg"
    if not file.exists():
        sys.exit(f"no map {name} in {folder}: run scripts/signal-maps.sh (pip download --no-deps sumo-rl==1.4.5)")
    return file


def measure(name: str, seeds: Sequence[int]) -> Outcomes:
    """Every controller with every seed, so many simulations at a time as asked for."""
    step_s, rules = RESCO_OTHERS.get(name, (RESCO_STEP_S, RESCO_RULES))
    whole = Run(str(scenario(name)), FIXED, emissions=True)
    kinds = {rule: replace(whole, controller=rule, step_s=step_s, rules=rules) for rule in RULES}
    kinds |= {mode: replace(whole, controller=mode) for mode in MODES}
    kinds[DEAD] = replace(whole, controller=ACYCLIC, detectors=Detectors(dead=WITHOUT_DETECTORS))
    runs = [(kind, replace(run, seed=seed)) for kind, run in kinds.items() for seed in seeds]
    with ThreadPoolExecutor(int(os.environ.get("PINISI_RESCO_RUNS", "2"))) as side_by_side:
        done = list(side_by_side.map(lambda each: run_twin(each[1]), runs))
    outcomes: Outcomes = {}
    for (kind, _), outcome in zip(runs, done, strict=True):
        outcomes.setdefault(kind, []).append(outcome)
    return outcomes


def told(name: str, outcomes: Outcomes, seeds: Sequence[int]) -> None:
    """The figures of one map."""
    ours, fixed = outcomes[ACYCLIC], outcomes[FIXED]
    begins = f"mobility.resco.{name}."
    note = f"SUMO {SUMO}, no teleport, seeds {seeds[0]}-{seeds[-1]}, {ours[0].due} due vehicles, range 200 m"
    goal = f"goal {GOALS_S[name]:g}; in the same run: " + ", ".join(
        f"{rule} {delay(outcomes[rule]):.1f}" for rule in (*RULES, *MODES[1:])
    )
    figure(f"{begins}mean_delay_s", delay(ours), "s", goal, note)
    figure(f"{begins}worst_delay_s", worst(ours), "s", f"FIXED {worst(fixed):.1f}", note)
    for rule in (*RULES, *MODES[1:], DEAD):
        figure(f"{begins}{rule.lower()}_s", delay(outcomes[rule]), "s", f"worst seed {worst(outcomes[rule]):.1f}", note)
    figure(
        f"{begins}max_wait_s",
        max(each.longest_wait_s for each in ours),
        "s",
        "goal 180",
        note + "; standing, in one go",
    )
    figure(f"{begins}gridlocks", gridlocks(ours), "runs", f"FIXED {gridlocks(fixed)}", note)
    figure(f"{begins}co2_ratio", co2(ours) / co2(fixed), "ratio", "goal 0.80", f"{note}; {EMISSION_MODEL}; simulated")
    figure(
        f"{begins}decision_p95_ms",
        max(each.decision_ms for each in ours),
        "ms",
        "goal 100",
        "all junctions of a second",
    )


def together(measured: Sequence[Outcomes], seeds: Sequence[int]) -> None:
    """The figures over all maps of this run."""
    note = f"{len(measured)} maps, seeds {seeds[0]}-{seeds[-1]}"
    runs = sum(len(each[ACYCLIC]) for each in measured)
    figure("mobility.resco.gridlocks", sum(gridlocks(each[ACYCLIC]) for each in measured), "runs", f"of {runs}", note)
    cyclic = statistics.fmean(delay(each[CYCLIC]) / delay(each[ACYCLIC]) for each in measured)
    figure("mobility.resco.cyclic_ratio", cyclic, "ratio", "goal 1.15", f"{note}; mean over maps")
    kept = statistics.fmean(gain(each[DEAD], each[FIXED]) / gain(each[ACYCLIC], each[FIXED]) for each in measured)
    figure("mobility.resco.dead30_gain_kept", kept, "ratio", "goal 0.90", f"{note}; mean over maps")


def delay(outcomes: Iterable[Outcome]) -> float:
    return statistics.fmean(each.delay_s for each in outcomes)


def worst(outcomes: Iterable[Outcome]) -> float:
    return max(each.delay_s for each in outcomes)


def gridlocks(outcomes: Iterable[Outcome]) -> int:
    return sum(each.gridlock for each in outcomes)


def co2(outcomes: Iterable[Outcome]) -> float:
    return statistics.fmean(each.co2_g_km or 0.0 for each in outcomes)


def gain(ours: Iterable[Outcome], fixed: Iterable[Outcome]) -> float:
    """Seconds of delay saved against the stored plan."""
    return delay(fixed) - delay(ours)


if __name__ == "__main__":
    sys.exit(main())
