"""The numbers of adaptive control: the same for every junction of every city."""

import msgspec


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
        blocked_headway_s: what a blocked lane is taken to serve all the same.
        settling_s: what one vehicle alone takes beyond its arrival; keeps the rate of the very first moment finite.
        wait_weight: how much heavier a vehicle counts for each second that it has waited.
        taken, crawling_mps: an exit lane so full and so slow takes nobody in: its links count as closed.
        horizon_s: how far ahead vehicles are counted.
        assumed_per_s: arrivals a second on a lane whose detector is dead, before anything is known of the junction.
        assumed_most: the longest queue that is assumed there.
        prior_s: so much time must be seen until what is learnt counts as much as what was assumed.
        crossing_s: from the stop line to where an exit's camera counts.
        flow_s, silent_s, silent_per_s: a hidden lane is empty when after so long in green fewer come out of it.
        expected_s: those who come in so many seconds are expected on a hidden lane.
    """

    minimum_green_s: float = 5.0
    maximum_red_s: float = 100.0
    headway_s: float = 1.9
    yielding_headway_s: float = 2.5
    startup_s: float = 1.5
    blocked_s: float = 12.0
    freed_s: float = 4.0
    in_vain_s: float = 20.0
    blocked_headway_s: float = 6.0
    settling_s: float = 1.0
    wait_weight: float = 0.02
    taken: float = 0.8
    crawling_mps: float = 2.0
    horizon_s: float = 60.0
    assumed_per_s: float = 0.1
    assumed_most: float = 15.0
    prior_s: float = 180.0
    crossing_s: float = 3.0
    flow_s: float = 4.0
    silent_s: float = 7.0
    silent_per_s: float = 0.15
    expected_s: float = 10.0
    worth_a_stage: float = 0.75


STANDARD = Tuning()
