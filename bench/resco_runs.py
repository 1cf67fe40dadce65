"""Finished runs of the RESCO maps, kept so that a long measurement can be done in pieces.

One line of JSON a run, under a key of the run and of the content of all code that decides its outcome: what was
measured with other code never counts. `PINISI_RESCO_KEPT` names the folder, `.venv/resco-runs` otherwise.
"""

import hashlib
import os
from functools import cache
from pathlib import Path

import msgspec

from pinisi.services.mobility.twin.child import run_twin
from pinisi.services.mobility.twin.run import SUMO, Outcome, Run

ROOT = Path(__file__).parents[1]
SERVICE = ROOT / "src" / "pinisi" / "services" / "mobility"
TWIN = ("detectors", "foes", "heads", "motorcycles", "network", "program", "run", "simulation", "trips")
RULES = ("greedy", "junction")


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
    """Of everything asked, the scenario's own files, SUMO and the code."""
    asked = msgspec.json.encode(msgspec.structs.replace(run, scenario=_content(Path(run.scenario).parent)))
    return hashlib.sha256(asked + code_of(run.controller).encode() + SUMO.encode()).hexdigest()[:24]


@cache
def code_of(controller: str) -> str:
    """The twin and the safety layer; of the controllers the rules alone where a rule is asked."""
    control = sorted((SERVICE / "engine" / "control").glob("*.py"))
    if not controller.endswith("CYCLIC"):
        control = [file for file in control if file.stem in RULES]
    layer = sorted((SERVICE / "engine" / "signals").glob("*.py"))
    return _digest([*control, *layer, *(SERVICE / "twin" / f"{name}.py" for name in TWIN)])


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
