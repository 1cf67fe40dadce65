"""Finished runs of the RESCO maps, kept so that a long measurement can be done in pieces.

One line of JSON a run, under a key of the run and of the content of all code that decides its outcome: what was
measured with other code never counts. `PINISI_RESCO_KEPT` names the folder, `.venv/resco-runs` otherwise.
"""

import hashlib
import os
from functools import cache
from pathlib import Path

import msgspec

from pinisi.services.mobility.engine.control.tuning import STANDARD, Tuning
from pinisi.services.mobility.twin.child import run_twin
from pinisi.services.mobility.twin.run import SUMO, Outcome, Run

ROOT = Path(__file__).parents[1]
SERVICE = ROOT / "src" / "pinisi" / "services" / "mobility"
SAFETY = ("safety", "safety_demand", "safety_force", "safety_watch", "service_time")
LAYER = ("aspect", "demand", "group", "interstage", "junction", "matrix", *SAFETY)
DRIVEN = ("twin/simulation", "twin/trips", "twin/motorcycles")
SHOWN = ("twin/heads", "twin/program", "twin/foes", "twin/network", "twin/lane_sight")
RULES = (*DRIVEN, *SHOWN, *(f"engine/signals/{name}" for name in LAYER), "engine/control/greedy")
DECIDED = ("acyclic", "approaches", "box", "forecast_arrivals", "junction", "served_rate", "short_lanes")
SEEN = ("twin/detectors", "twin/boxes", "twin/box_heads", "twin/controllers")
OURS = (*RULES, *SEEN, *(f"engine/control/{name}" for name in DECIDED))
CYCLIC = (*OURS, "engine/control/cyclic")
CODE = {"FIXED": DRIVEN, "MAXWAVE": RULES, "MAXPRESSURE": RULES, "ACYCLIC": OURS, "CYCLIC": CYCLIC}
GUESSED = ("assumed_per_s", "assumed_most", "prior_s", "flow_s", "silent_s", "silent_per_s", "expected_s", "hidden")
OF_DARK_LANES = {"crossing_s", *GUESSED}


class Kept(msgspec.Struct, frozen=True):
    """One finished run."""

    key: str
    scenario: str
    controller: str
    seed: int
    outcome: Outcome


def run_or_kept(run: Run) -> Outcome:
    """What was kept of the same run of the same code, else the run itself, kept at once."""
    key = key_of(run)
    if key in (known := _known()):
        return known[key]
    outcome = run_twin(run)
    line = Kept(key, Path(run.scenario).stem, run.controller, run.seed, outcome)
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as written:
        written.write(msgspec.json.encode(line) + b"\n")
    return outcome


def is_kept(run: Run) -> bool:
    return key_of(run) in _known()


def key_of(run: Run) -> str:
    """Of everything asked that counts, the scenario's own files, SUMO and the code."""
    asked = msgspec.json.encode(_what_counts(run)) + _content(Path(run.scenario).parent).encode()
    code = code_of(run.controller, dark=run.detectors.dead > 0)
    return hashlib.sha256(asked + code.encode() + SUMO.encode()).hexdigest()[:24]


def _what_counts(run: Run) -> tuple[object, ...]:
    """Of a fixed plan neither rules nor detectors; of RESCO's rules only how far the detectors see."""
    whole = (run.controller, run.seed, run.motorcycles, run.seconds, run.emissions)
    if run.controller == "FIXED":
        return whole
    if run.controller.startswith("MAX"):
        return (*whole, run.step_s, run.rules, run.detectors.range_m)
    return (*whole, run.step_s, run.rules, run.detectors, _numbers(STANDARD))


def _numbers(tuning: Tuning) -> dict[str, object]:
    numbers: dict[str, object] = msgspec.structs.asdict(tuning)
    return {name: numbers[name] for name in sorted(numbers.keys() - OF_DARK_LANES)}


@cache
def code_of(controller: str, *, dark: bool = False) -> str:
    """What decides a run: of a fixed plan how it is driven; of RESCO's rules they, the layer and what they see.

    Of our controllers the decision; what infers dark lanes only where a lane is dark.
    """
    named = [SERVICE / f"{name}.py" for name in CODE[controller]]
    inferring = sorted((SERVICE / "engine" / "control").glob("*.py")) if dark else []
    return _digest([*named, *inferring])


@cache
def _content(folder: Path) -> str:
    return _digest(sorted(file for file in folder.iterdir() if file.is_file()))


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _file() -> Path:
    return Path(os.environ.get("PINISI_RESCO_KEPT") or ROOT / ".venv" / "resco-runs") / "runs.jsonl"


def _known() -> dict[str, Outcome]:
    """A line that was cut short counts as not run."""
    if not _file().exists():
        return {}
    known: dict[str, Outcome] = {}
    for line in _file().read_bytes().splitlines():
        try:
            kept = msgspec.json.decode(line, type=Kept)
        except msgspec.DecodeError:
            continue
        known[kept.key] = kept.outcome
    return known
