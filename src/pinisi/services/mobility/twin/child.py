"""Starts a run in a child process: libsumo keeps one simulation a process, and a crash of it must not be ours."""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import msgspec

from pinisi.services.mobility.twin.run import SUMO, Outcome, Run

SIMULATION = "pinisi.services.mobility.twin.simulation"


class TwinMissing(RuntimeError):
    """SUMO is not installed here."""


class TwinFailed(RuntimeError):
    """The simulation ended without an outcome; carries what it said."""


def ensure_sumo() -> None:
    """Raises `TwinMissing` with the way to get it."""
    if not _installed():
        raise TwinMissing(f"The twin needs SUMO {SUMO}: pip install 'pinisi[mobility]'")


def run_twin(run: Run, timeout_s: float = 3600) -> Outcome:
    """Simulate in a child process and wait for it.

    Raises:
        TwinMissing: without the extra `mobility`.
        TwinFailed: when SUMO refuses the scenario or ends without an outcome.
    """
    ensure_sumo()
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "outcome.json"
        words = [sys.executable, "-m", SIMULATION, str(answer)]
        done = subprocess.run(
            words, input=msgspec.json.encode(run), capture_output=True, check=False, timeout=timeout_s
        )
        if not answer.exists():
            said = done.stderr.decode(errors="replace").strip()[-600:]
            raise TwinFailed(f"{run.scenario}, {run.controller}, seed {run.seed}: {said or 'no outcome'}")
        return msgspec.json.decode(answer.read_bytes(), type=Outcome)


def _installed() -> bool:
    try:
        return find_spec("libsumo") is not None
    except ValueError:
        return False
