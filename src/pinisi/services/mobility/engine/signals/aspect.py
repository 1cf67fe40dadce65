"""What a signal group shows."""

from enum import StrEnum


class Aspect(StrEnum):
    """The lamps of a group, as people in the street see them.

    In S0001 of RSMP SXL 1.2.1 one character says the aspect and why: `a` to `b` are DARK, `c` to `e` FLASHING, `g`, `h`
    and `A` to `G` RED, `0` RED_AMBER, `1` to `9` GREEN, `N` and `O` AMBER, `P` RED. FLASHING is flashing amber (S0011):
    nobody is stopped and nobody is protected, the rule of the road holds.
    """

    RED = "red"
    RED_AMBER = "redAmber"
    AMBER = "amber"
    GREEN = "green"
    DARK = "dark"
    FLASHING = "flashing"
