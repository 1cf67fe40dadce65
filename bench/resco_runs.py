"""Finished runs of the RESCO maps, kept so that a long measurement can be done in pieces.

One line of JSON a run, under a key of the run and of the content of all code that decides its outcome: what was
measured with other code never counts. They are part of the repository (`bench/kept/resco.jsonl`), so that the next
measurement goes on where this one stopped; `PINISI_RESCO_KEPT` names another folder. `resco_kept.py` takes over the
lines of other files, and drops those of code that is gone.
"""

import hashlib
import os
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

import msgspec

from pinisi.services.mobility.engine.control.tuning import STANDARD, Tuning
from pinisi.services.mobility.twin.child import run_twin
from pinisi.services.mobility.twin.run import SUMO, Outcome, Run

ROOT = Path(__file__).parents[1]
FILE = ROOT / "bench" / "kept" / "resco.jsonl"
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
    line = Kept(key, Path(run.scenario).stem, run.controller, run.seed, rounded(run_twin(run)))
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as written:
        written.write(msgspec.json.encode(line) + b"\n")
    return line.outcome


def rounded(outcome: Outcome) -> Outcome:
    """To four digits behind the point: a run is the same in all that it is told to."""
    fields: dict[str, object] = msgspec.structs.asdict(outcome)
    return Outcome(**{name: round(each, 4) if isinstance(each, float) else each for name, each in fields.items()})  # pyright: ignore[reportArgumentType]


def gathered(files: Sequence[Path], asked: Collection[str]) -> list[Kept]:
    """The lines of several files that are still asked for, each once, in an order that does not depend on theirs."""
    lines = {each.key: each for file in files for each in lines_of(file) if each.key in asked}
    short = [msgspec.structs.replace(each, outcome=rounded(each.outcome)) for each in lines.values()]
    return sorted(short, key=lambda each: (each.scenario, each.controller, each.seed, each.key))


def write(lines: Sequence[Kept], file: Path = FILE) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in lines))


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
    folder = os.environ.get("PINISI_RESCO_KEPT")
    return Path(folder) / "runs.jsonl" if folder else FILE


def _known() -> dict[str, Outcome]:
    return {each.key: each.outcome for each in lines_of(_file())}


def lines_of(file: Path) -> list[Kept]:
    """A line that was cut short counts as not run."""
    found: list[Kept] = []
    for line in file.read_bytes().splitlines() if file.exists() else ():
        try:
            found.append(msgspec.json.decode(line, type=Kept))
        except msgspec.DecodeError:
            continue
    return found
