"""Which groups conflict, and how long must lie between their greens."""

import msgspec


class Intergreen(msgspec.Struct, frozen=True, kw_only=True):
    """From the end of green of `clearing` to the beginning of green of `entering`, in seconds.

    It holds amber, all-red and red-amber (RiLSA 2015: Zwischenzeit; MKJI 1997: antar hijau).
    """

    clearing: str
    entering: str
    seconds: float


class ConflictMatrix(msgspec.Struct, frozen=True):
    """Two groups conflict if an intergreen lies between them. The conflict is mutual, the times are not.

    What drivers settle among themselves (a turn that gives way) is no conflict here.
    """

    intergreens: tuple[Intergreen, ...] = ()

    def table(self) -> dict[tuple[str, str], float]:
        """Seconds by (clearing, entering); of a pair that is given twice the longer."""
        seconds: dict[tuple[str, str], float] = {}
        for each in self.intergreens:
            pair = (each.clearing, each.entering)
            seconds[pair] = max(each.seconds, seconds.get(pair, 0.0))
        return seconds

    def conflicts(self) -> frozenset[tuple[str, str]]:
        """Both orders of each pair that conflicts, also where only one direction has a time."""
        return frozenset(pair for a, b in self.table() for pair in ((a, b), (b, a)))
