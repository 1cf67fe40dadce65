"""One run, in a process of its own: `python -m pinisi.services.mobility.twin.simulation FILE` (see `twin.child`)."""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from pinisi.services.mobility.twin.controllers import controlled
from pinisi.services.mobility.twin.motorcycles import arguments
from pinisi.services.mobility.twin.run import Outcome, Run
from pinisi.services.mobility.twin.trips import trips

GRIDLOCK_S = 600
LOOK_S = 5


def simulate(run: Run) -> Outcome:
    """Run SUMO in this process; a process can do this once."""
    import libsumo  # pyright: ignore[reportMissingTypeStubs]

    sumo: Any = libsumo
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "trips.xml"
        riding = arguments(Path(run.scenario), run.motorcycles, run.seed, Path(folder))
        sumo.start([*_command(run, written), *riding])
        longest, changes, spent = _drive(sumo, run)
        sumo.close()
        return _outcome(written, longest, changes, spent, run.emissions)


def _command(run: Run, written: Path) -> list[str]:
    words = ["sumo", "-c", run.scenario, "--seed", str(run.seed), "--time-to-teleport", "-1", "--no-step-log"]
    words += ["--no-warnings", "--duration-log.disable", "--tripinfo-output", str(written)]
    words += ["--tripinfo-output.write-unfinished", "--tripinfo-output.write-undeparted"]
    return [*words, "--device.emissions.probability", "1"] if run.emissions else words


def _drive(sumo: Any, run: Run) -> tuple[float, int, list[float]]:
    """Step to the end; the longest wait (s), the changes of stage and the time (s) of each second's decisions."""
    begin, end = sumo.simulation.getTime(), sumo.simulation.getEndTime()
    end = min(end, begin + run.seconds) if run.seconds is not None else end
    heads, cameras = controlled(sumo, run)
    longest, spent = 0.0, list[float]()
    while (now := sumo.simulation.getTime()) < end:
        if heads:
            seen = cameras.look(now)
            started = time.process_time()
            for each in heads:
                each.second(seen)
            spent.append(time.process_time() - started)
        sumo.simulationStep()
        if now % LOOK_S == 0:
            longest = max(longest, _longest_wait(sumo))
    return longest, sum(each.changes for each in heads), spent


def _longest_wait(sumo: Any) -> float:
    """Of the vehicles that stand now, how long (s) the one that stands longest has."""
    waits: list[float] = [sumo.vehicle.getWaitingTime(name) for name in sumo.vehicle.getIDList()]
    return max(waits, default=0.0)


def _outcome(written: Path, longest: float, changes: int, spent: list[float], emissions: bool) -> Outcome:
    due = list(trips(written))
    entered = [trip for trip in due if trip.entered]
    arrived = [trip for trip in due if trip.arrived]
    km = sum(trip.length_m for trip in arrived) / 1000
    return Outcome(
        due=len(due),
        completed=len(arrived),
        never_inserted=len(due) - len(entered),
        delay_s=sum(trip.lost_s + trip.departure_delay_s for trip in due) / max(len(due), 1),
        duration_s=sum(trip.duration_s for trip in entered) / max(len(entered), 1),
        waiting_s=sum(trip.waiting_s for trip in entered) / max(len(entered), 1),
        longest_wait_s=longest,
        gridlock=longest >= GRIDLOCK_S,
        co2_g_km=sum(trip.co2_mg for trip in arrived) / 1000 / km if emissions and km else None,
        decision_ms=1000 * sorted(spent)[int(len(spent) * 0.95)] if spent else 0.0,
        stages_changed=changes,
    )


if __name__ == "__main__":
    answer = Path(sys.argv[1])
    answer.write_bytes(msgspec.json.encode(simulate(msgspec.json.decode(sys.stdin.buffer.read(), type=Run))))
    sys.stdout.flush()
    os._exit(0)
