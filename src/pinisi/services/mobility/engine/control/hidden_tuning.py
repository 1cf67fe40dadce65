"""The numbers by which lanes that nobody sees are inferred: the same for every junction of every city."""

import msgspec


class HiddenTuning(msgspec.Struct, frozen=True):
    """Physics and caution; none is fitted to a map.

    Attributes:
        assumed_per_s: arrivals a second and lane, before anything is known of the junction.
        assumed_most: the longest queue that is assumed.
        prior_s: so much time must be seen until what is learnt counts as much as what was assumed.
        memory_s: flows are taken to last for about so long.
        flow_spread: how far a flow may lie from what is usual, as the deviation of its logarithm.
        reaction_s: from green until the first of a queue is rolling.
        headway_s: between those who leave; longer than in the open, for lanes that share several directions.
        gap_per_s: how likely one who gives way finds a gap within a second.
        turn_across: the share that gives way, before turning shares are learnt.
        turning_prior: so many vehicles must be seen until turning shares that are learnt count as much as even ones.
        quick_crossing_s, crossing_s, longest_crossing_s: from the stop line to where an exit's camera counts.
        crossing_spread_s: within so many seconds somebody who has left is expected there.
        unexplained_per_s: vehicles that come into an exit from nowhere: missed elsewhere, or parked.
        least_likely, least_untold: places of a queue that are less likely do not count; the second where no exit tells.
        expected_s: those who come in so many seconds are expected.
    """

    assumed_per_s: float = 0.1
    assumed_most: int = 20
    prior_s: float = 180.0
    memory_s: float = 600.0
    flow_spread: float = 0.8
    reaction_s: float = 1.0
    headway_s: float = 2.3
    gap_per_s: float = 0.12
    turn_across: float = 0.2
    turning_prior: float = 10.0
    quick_crossing_s: float = 2.0
    crossing_s: float = 5.0
    longest_crossing_s: float = 12.0
    crossing_spread_s: float = 4.0
    unexplained_per_s: float = 0.03
    least_likely: float = 0.25
    least_untold: float = 0.5
    expected_s: float = 14.0


HIDDEN = HiddenTuning()
