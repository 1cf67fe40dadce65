"""What a repair did, and on what it rests where the feed itself is silent."""

from collections.abc import Callable

import msgspec

from pinisi.services.mobility.engine.gtfs.table import Feed

REPAIRED, ASSUMED, REMOVED = "repaired", "assumed", "removed"


class Assumptions(msgspec.Struct, frozen=True):
    """What is taken where a feed tells no times.

    `speed`: kilometres an hour of the whole trip, halts included. `start`: seconds of the day at which a trip without
    any time begins. `headway`: seconds from one such trip to the next, written to frequencies.txt until `until`; 0: the
    trip is written once.
    """

    speed: float = 18.0
    start: int = 5 * 3600
    headway: int = 0
    until: int = 22 * 3600


class Mend(msgspec.Struct, frozen=True):
    """`count` faults of a kind in a file, what became of them (`act`), and how; `example` is one of them."""

    code: str
    file: str
    act: str
    count: int
    how: str
    example: str = ""


Mended = tuple[Feed, list[Mend]]
Step = Callable[[Feed], Mended]
