"""What a run of the twin is asked for, and what comes of it."""

import msgspec

from pinisi.services.mobility.twin.program import Rules

SUMO = "1.28.0"
EMISSION_MODEL = "HBEFA4 (SUMO default PC_petrol_Euro-4)"


class Detectors(msgspec.Struct, frozen=True):
    """How well the twin's detectors see.

    Attributes:
        range_m: how far from the stop line, along the road.
        exit_m: how far into the exits.
        missed: share of the vehicles that is never seen.
        dead: share of the lanes, approaches and exits, without a working detector, drawn by the seed.
    """

    range_m: float = 200.0
    exit_m: float = 60.0
    missed: float = 0.0
    dead: float = 0.0


class Run(msgspec.Struct, frozen=True):
    """One simulation.

    Attributes:
        scenario: a SUMO configuration file (`.sumocfg`).
        controller: FIXED keeps the network's own program; the others are of `engine.control`.
        step_s: of RESCO's rules; Pinisi's controllers decide every second.
        rules: of the safety layer, which all but FIXED go through.
        motorcycles: share of the vehicles that is put on two wheels, lanes shared side by side (sublane model).
        seconds: stop earlier than the configuration says.
    """

    scenario: str
    controller: str
    seed: int = 1
    step_s: int = 10
    motorcycles: float = 0.0
    seconds: float | None = None
    rules: Rules = Rules()
    detectors: Detectors = Detectors()
    emissions: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What was measured.

    Attributes:
        delay_s: mean of time loss and departure delay of every due vehicle, those never inserted too.
        longest_wait_s: the longest that one vehicle stood in one go, looked at every five seconds.
        gridlock: a vehicle stood for ten minutes or longer in one go.
        co2_g_km: CO2 a vehicle-kilometre of completed trips; None where emissions were not asked for.
        decision_ms: 95th percentile of the processor's time for one second's decisions of all junctions.
    """

    due: int
    completed: int
    never_inserted: int
    delay_s: float
    duration_s: float
    waiting_s: float
    longest_wait_s: float
    gridlock: bool
    co2_g_km: float | None
    decision_ms: float
    stages_changed: int
