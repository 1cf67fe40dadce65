"""What the control room asks of the controllers in the street, whatever protocol they speak.

Hearing: a line tells what happens on it as the events of `rsmp.events`, with statuses in the words of RSMP's list of
traffic lights (S0001 letters, S0014 plan, S0205 to S0207 counts): these are the house's words for a controller, and an
adapter of another protocol translates into them. Ordering: the orders below. Which of both a protocol has is
`Abilities`; an order that it does not have is refused in words, never swallowed.
"""

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

import msgspec

from pinisi.services.mobility.rsmp.events import Event

ProtocolName = Literal["rsmp", "ntcip"]
Hear = Callable[[str, Event], None]
"""The site's id, and what happened."""


class ChoosePlan(msgspec.Struct, frozen=True):
    """A stored plan; None: what the controller's own time tables say."""

    number: int | None


class Flash(msgspec.Struct, frozen=True):
    """All groups flash for so many minutes."""

    minutes: int


class EndFlash(msgspec.Struct, frozen=True):
    """Back from flashing, before its minutes are over."""


class Wish(msgspec.Struct, frozen=True):
    """The groups are ours, and these are wished green. Told anew each second: a controller waits no longer for more."""

    green: frozenset[str]


class GiveBack(msgspec.Struct, frozen=True):
    """The groups are the controller's own again."""


class Retime(msgspec.Struct, frozen=True):
    """Another cycle for a stored plan, and by how many seconds each stage ends later, by its number from 1."""

    plan: int
    cycle: int
    later: Mapping[int, int]


class Offset(msgspec.Struct, frozen=True):
    """Where the cycle of a stored plan begins: `seconds` after the common zero of the clocks."""

    plan: int
    seconds: int


class Priority(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle comes (RSMP SXL 1.2.1, M0022): `arrives` seconds from now at the stop line of `group`.

    `stage` is where the request stands: it begins, something changes, or the vehicle has passed.
    """

    request: str
    stage: Literal["new", "update", "cancel"]
    group: str
    level: int
    arrives: int
    vehicle: Literal["ambulance", "bus"]


Order = ChoosePlan | Flash | EndFlash | Wish | GiveBack | Retime | Offset | Priority


class Abilities(msgspec.Struct, frozen=True, kw_only=True):
    """Of a protocol as we speak it: what is heard, what can be ordered, and what a layout may allow (`allows`)."""

    heard: frozenset[str]
    orders: frozenset[type]
    allows: frozenset[str]


class OrderRefused(RuntimeError):
    """The controller would not, confirmed another thing, or its protocol has no such order."""


class LineDown(RuntimeError):
    """The controller is not connected, or went away before it answered."""


class StreetLine(Protocol):
    """The line to one controller."""

    @property
    def protocol(self) -> ProtocolName: ...

    async def run(self) -> None:
        """As long as the room runs: connect, hear, connect anew. Ends at once where the other side connects to us."""
        ...

    async def give(self, order: Order) -> None:
        """Raises OrderRefused, LineDown, TimeoutError of the caller's `asyncio.timeout`."""
        ...


EVERYWHERE = frozenset({ChoosePlan, Flash, EndFlash})
ABILITIES: Mapping[ProtocolName, Abilities] = {
    "rsmp": Abilities(
        heard=frozenset({"groups", "plan", "mode", "alarms", "counts", "speeds", "clock", "priority"}),
        orders=EVERYWHERE | {Wish, GiveBack, Retime, Offset, Priority},
        allows=frozenset({"plans", "bands", "groups"}),
    ),
    "ntcip": Abilities(
        heard=frozenset({"groups", "plan", "mode", "alarms", "counts"}),
        orders=EVERYWHERE | {Wish, GiveBack},
        allows=frozenset({"plans", "groups"}),
    ),
}
"""By protocol. NTCIP 1202 can change timings and offsets only by writing the controller's data base (a transaction of
NTCIP 1201, `dbCreateTransaction`), which is not done here; priority is another standard (NTCIP 1211)."""
