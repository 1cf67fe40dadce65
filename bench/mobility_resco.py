"""Signals on the eight RESCO maps: fixed time, max-wave, max-pressure and Pinisi's control, in the same run.

`PINISI_RESCO_MAPS` and `PINISI_RESCO_SEEDS` choose (`cologne1,cologne3`, `1-3`; `all` maps, seeds `1-10` are the whole
measurement: hours). A figure's name chooses too: `make bench ONLY=mobility.resco.cologne1.` runs that map alone.
`scripts/signal-maps.sh` brings the maps; `PINISI_RESCO_FOLDER` names another folder of them. `PINISI_RESCO_RUNS` is how
many simulations run side by side (1). Finished runs are kept (`resco_runs.py`): the measurement can be stopped and
gone on with; `PINISI_RESCO_MINUTES` ends it after so long. Figures tell the seeds of which every run of a map is there.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec.structs import replace

from figure import figure
from pinisi.services.mobility.twin.child import TwinMissing, ensure_sumo
from pinisi.services.mobility.twin.motorcycles import EMISSION_CLASS
from pinisi.services.mobility.twin.program import Rules
from pinisi.services.mobility.twin.run import EMISSION_MODEL, SUMO, Detectors, Outcome, Run
from resco_runs import is_kept, run_or_kept

FIGURES = ("mobility.resco.",)
MAPS = ("cologne1", "cologne3", "cologne8", "ingolstadt1", "ingolstadt7", "ingolstadt21", "grid4x4", "arterial4x4")
QUICK = "cologne1,cologne3,ingolstadt1"
FIXED = "FIXED"
RULES = (FIXED, "MAXWAVE", "MAXPRESSURE")
GOALS_S: dict[str, float] = dict(zip(MAPS, (18, 18.5, 16.5, 11.5, 25, 55, 31, 600), strict=True))
WITHOUT_DETECTORS = 0.3
RESCO_STEP_S, RESCO_RULES = 10, Rules(minimum_green_s=5.0, amber_s=3.0)
RESCO_OTHERS = {"arterial4x4": (5, Rules(minimum_green_s=3.0, amber_s=2.0))}
ACYCLIC, CYCLIC, DEAD, OWN_AMBER = "ACYCLIC", "CYCLIC", "DEAD30", "OWN_AMBER"
MODES = (ACYCLIC, CYCLIC)
COMPARED = (*RULES, ACYCLIC)
OTHER_AMBER = ("cologne1", "ingolstadt21", "arterial4x4")
MOTORCYCLES, MOTORCYCLE_MAPS = 0.72, ("cologne1", "ingolstadt1")

Outcomes = dict[str, list[Outcome]]
Asked = dict[str, Run]


def main() -> int:
    try:
        ensure_sumo()
    except TwinMissing as missing:
        sys.exit(str(missing))
    seeds, maps = chosen_seeds(os.environ.get("PINISI_RESCO_SEEDS", "1-3")), chosen_maps()
    work([run for kinds in chosen_kinds() for name in maps for seed in seeds for run in of_kinds(name, seed, kinds)])
    measured: dict[str, tuple[Outcomes, list[int]]] = {}
    for name in maps:
        whole = [seed for seed in seeds if all(is_kept(asked(name, seed)[kind]) for kind in COMPARED)]
        if whole:
            measured[name] = (gathered(name, whole), whole)
            told(name, *measured[name])
    if measured and os.environ.get("PINISI_BENCH_ONLY", "") in ("", "mobility.", "mobility.resco."):
        together(measured)
    return 0


def work(runs: Sequence[Run]) -> None:
    """What is not kept yet, so many at a time as asked for, until the time is over."""
    minutes = os.environ.get("PINISI_RESCO_MINUTES")
    end = time.monotonic() + 60 * float(minutes) if minutes else float("inf")
    left = [run for run in runs if not is_kept(run)]

    def in_time(run: Run) -> None:
        if time.monotonic() < end:
            run_or_kept(run)

    with ThreadPoolExecutor(int(os.environ.get("PINISI_RESCO_RUNS", "1"))) as side_by_side:
        list(side_by_side.map(in_time, left))


def asked(name: str, seed: int) -> Asked:
    """Every run of one map and seed; all but FIXED under RESCO's minimum green and amber, ours with a maximum red."""
    step_s, rules = RESCO_OTHERS.get(name, (RESCO_STEP_S, RESCO_RULES))
    whole = Run(str(scenario(name)), FIXED, seed=seed, emissions=True)
    greedy = replace(whole, step_s=step_s, rules=replace(rules, maximum_red_s=None))
    ours = replace(whole, controller=ACYCLIC, rules=rules)
    kinds = {FIXED: whole} | {rule: replace(greedy, controller=rule) for rule in RULES[1:]}
    kinds |= {mode: replace(ours, controller=mode) for mode in MODES}
    kinds[DEAD] = replace(ours, detectors=Detectors(dead=WITHOUT_DETECTORS))
    if name in OTHER_AMBER:
        kinds[OWN_AMBER] = replace(ours, rules=Rules())
    if name in MOTORCYCLE_MAPS:
        riding = {kind: replace(kinds[kind], motorcycles=MOTORCYCLES) for kind in (*RULES, *MODES)}
        kinds |= {on_two_wheels(kind): run for kind, run in riding.items()}
    return kinds


def of_kinds(name: str, seed: int, kinds: Sequence[str]) -> list[Run]:
    return [run for kind, run in asked(name, seed).items() if not kinds or kind in kinds]


def on_two_wheels(kind: str) -> str:
    return f"MOTORCYCLES_{kind}"


def gathered(name: str, seeds: Sequence[int]) -> Outcomes:
    outcomes: Outcomes = {}
    for seed in seeds:
        for kind, run in asked(name, seed).items():
            outcomes.setdefault(kind, []).append(run_or_kept(run))
    return outcomes


def chosen_maps() -> list[str]:
    """The maps that the asked figure names, else those of the environment."""
    only = os.environ.get("PINISI_BENCH_ONLY", "")
    named = [name for name in MAPS if only.startswith(f"mobility.resco.{name}.")]
    words = os.environ.get("PINISI_RESCO_MAPS", QUICK)
    return named or list(MAPS if words == "all" else words.split(","))


def chosen_kinds() -> list[tuple[str, ...]]:
    """Groups of kinds in the order in which they are to be run; one group of all when none is named."""
    words = os.environ.get("PINISI_RESCO_KINDS", "")
    return [tuple(group.split("+")) for group in words.split(",")] if words else [()]


def chosen_seeds(words: str) -> list[int]:
    first, _, last = words.partition("-")
    return list(range(int(first), int(last or first) + 1))


def scenario(name: str) -> Path:
    folder = Path(os.environ.get("PINISI_RESCO_FOLDER") or Path(__file__).parents[1] / ".venv" / "signal-maps")
    file = folder / name / f"{name}.sumocfg"
    if not file.exists():
        sys.exit(f"no map {name} in {folder}: run scripts/signal-maps.sh (pip download --no-deps sumo-rl==1.4.5)")
    return file


def told(name: str, outcomes: Outcomes, seeds: Sequence[int]) -> None:
    """The figures of one map."""
    ours, fixed = outcomes[ACYCLIC], outcomes[FIXED]
    begins = f"mobility.resco.{name}."
    note = f"SUMO {SUMO}, no teleport, {said(seeds)}, {ours[0].due} due vehicles, range 200 m, behind the safety layer"
    goal = f"goal {GOALS_S[name]:g}; in the same run: " + ", ".join(
        f"{rule} {delay(outcomes[rule]):.1f}" for rule in (*RULES, *MODES[1:])
    )
    figure(f"{begins}mean_delay_s", delay(ours), "s", goal, note)
    figure(f"{begins}worst_delay_s", worst(ours), "s", f"FIXED {worst(fixed):.1f}", note)
    others = [kind for kind in outcomes if kind != ACYCLIC]
    for kind in others:
        figure(f"{begins}{kind.lower()}_s", delay(outcomes[kind]), "s", f"worst seed {worst(outcomes[kind]):.1f}", note)
    kept = gain(outcomes[DEAD], fixed) / gain(ours, fixed)
    figure(f"{begins}dead30_gain_kept", kept, "ratio", "goal 0.90", note)
    figure(f"{begins}cyclic_ratio", delay(outcomes[CYCLIC]) / delay(ours), "ratio", "goal 1.15", note)
    standing = note + "; standing, in one go"
    figure(f"{begins}max_wait_s", longest(ours), "s", f"goal 180; FIXED {longest(fixed):.0f}", standing)
    figure(f"{begins}gridlocks", gridlocks(ours), "runs", f"FIXED {gridlocks(fixed)}", note)
    figure(f"{begins}never_inserted", statistics.fmean(each.never_inserted for each in ours), "vehicles", note=note)
    figure(f"{begins}co2_ratio", co2(ours) / co2(fixed), "ratio", "goal 0.80", f"{note}; {EMISSION_MODEL}; simulated")
    slowest = max(each.decision_ms for each in ours)
    figure(f"{begins}decision_p95_ms", slowest, "ms", "goal 100", "all junctions of a second, safety layer included")
    if name in MOTORCYCLE_MAPS:
        two_wheels(begins, outcomes, note)


def two_wheels(begins: str, outcomes: Outcomes, note: str) -> None:
    """Whether the order of the controllers by delay is the same with most vehicles on two wheels."""
    kinds = (*RULES, *MODES)
    cars = sorted(kinds, key=lambda kind: delay(outcomes[kind]))
    riders = sorted(kinds, key=lambda kind: delay(outcomes[on_two_wheels(kind)]))
    reference = f"cars: {' < '.join(cars)}; {MOTORCYCLES:.0%} motorcycles: {' < '.join(riders)}"
    note = f"{note}; sublane 0.8 m, {EMISSION_CLASS}"
    figure(f"{begins}same_ranking", int(cars == riders), "1 is yes", reference, note)


def together(measured: dict[str, tuple[Outcomes, list[int]]]) -> None:
    """The figures over all maps of this run."""
    maps = [outcomes for outcomes, _ in measured.values()]
    note = ", ".join(f"{name} {said(seeds)}" for name, (_, seeds) in measured.items())
    runs = sum(len(each[ACYCLIC]) for each in maps)
    figure("mobility.resco.gridlocks", sum(gridlocks(each[ACYCLIC]) for each in maps), "runs", f"of {runs}", note)
    dead = sum(gridlocks(each[DEAD]) for each in maps)
    figure("mobility.resco.dead30_gridlocks", dead, "runs", f"of {runs}", note)
    figure("mobility.resco.cyclic_gridlocks", sum(gridlocks(each[CYCLIC]) for each in maps), "runs", f"of {runs}", note)
    cyclic = statistics.fmean(delay(each[CYCLIC]) / delay(each[ACYCLIC]) for each in maps)
    figure("mobility.resco.cyclic_ratio", cyclic, "ratio", "goal 1.15", f"{note}; mean over maps")
    kept = statistics.fmean(gain(each[DEAD], each[FIXED]) / gain(each[ACYCLIC], each[FIXED]) for each in maps)
    figure("mobility.resco.dead30_gain_kept", kept, "ratio", "goal 0.90", f"{note}; mean over maps")


def said(seeds: Sequence[int]) -> str:
    whole = list(seeds) == list(range(seeds[0], seeds[-1] + 1))
    return f"seeds {seeds[0]}-{seeds[-1]}" if whole else "seeds " + " ".join(map(str, seeds))


def longest(outcomes: Iterable[Outcome]) -> float:
    return max(each.longest_wait_s for each in outcomes)


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
