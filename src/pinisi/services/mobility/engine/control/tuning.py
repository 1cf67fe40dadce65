"""The numbers of adaptive control: the same for every junction of every city."""

import msgspec

from pinisi.services.mobility.engine.control.hidden_tuning import HIDDEN, HiddenTuning


class Tuning(msgspec.Struct, frozen=True):
    """Physics and policy; none is fitted to a map.

    Attributes:
        minimum_green_s: no stage is shorter.
        maximum_red_s: a head with somebody waiting is served at the latest after so long.
        headway_s: between vehicles that leave a queue on one lane (1,900 an hour).
        yielding_headway_s: the same for those that give way to others.
        startup_s: until the first of a queue crosses the line.
        blocked_s: in green for so long and the first still stands: it waits for a gap and blocks its lane.
        freed_s: with priority for so long and the first still stands: it wants to go elsewhere, where it is red.
        in_vain_s: a lane whose first still stands has green in vain: its stage does not count for it for so long.
        unmoved_s: and so has one whose nearest vehicle, however far off, has stood for so long of green.
        short_m: a lane from a junction close by that is shorter is kept free (`short_lanes.py`).
        full_waits_s: who stands in one that is full counts as if he had waited so much longer.
        room_m: a vehicle and its gap; an exit with less room left, and crawling, is closed.
        blocked_headway_s: what a blocked lane is taken to serve all the same.
        settling_s: what one vehicle alone takes beyond its arrival; keeps the rate of the very first moment finite.
        wait_weight: how much heavier a vehicle counts for each second that it has waited.
        taken, crawling_mps: an exit lane so full and so slow takes nobody in: its links count as closed.
        clearing_s: a stage waits no longer than this, its amber included, for those who are still in the junction.
        horizon_s: how far ahead vehicles are counted.
        hidden: how lanes are inferred whose detectors are dead.
    """

    minimum_green_s: float = 5.0
    maximum_red_s: float = 100.0
    headway_s: float = 1.9
    yielding_headway_s: float = 2.5
    startup_s: float = 1.5
    blocked_s: float = 12.0
    freed_s: float = 4.0
    in_vain_s: float = 20.0
    unmoved_s: float = 15.0
    short_m: float = 30.0
    full_waits_s: float = 200.0
    room_m: float = 7.5
    blocked_headway_s: float = 6.0
    settling_s: float = 1.0
    wait_weight: float = 0.02
    taken: float = 0.8
    crawling_mps: float = 2.0
    clearing_s: float = 12.0
    horizon_s: float = 60.0
    worth_a_stage: float = 0.75
    hidden: HiddenTuning = HIDDEN


STANDARD = Tuning()
