"""What readers of the live stream have not been told yet: bounded, whatever the city does."""

import asyncio

import msgspec

from pinisi.store.log import LogSlice, Position
from pinisi.vocabulary.terms import INCIDENT

MOST_ENTITIES = 20_000
MOST_ACTS = 500


class Touched(msgspec.Struct):
    """What happened to one entity: the types that it has or had, and the attributes that changed."""

    types: set[str]
    attributes: set[str]


class News(msgspec.Struct, frozen=True):
    """What is to be told now, up to a position. `incidents`: id -> how many acts."""

    position: Position
    reset: bool
    changed: dict[str, Touched]
    incidents: dict[str, int]


class Pending:
    """Filled by the follower of the log, emptied by the stream."""

    def __init__(self, position: Position, *, reset: bool = False) -> None:
        self.told = position
        self._hurry = asyncio.Event()
        self._heard = position
        self._stir = asyncio.Event()
        self._changed: dict[str, Touched] = {}
        self._incidents: dict[str, int] = {}
        self._acts = 0
        self._reset = reset
        if reset:
            self.wake()

    @property
    def settled(self) -> Position:
        """The newest position with nothing untold before it."""
        return self.told if self._reset or self._changed or self._incidents else self._heard

    def note(self, piece: LogSlice, *, incidents: bool) -> None:
        """Take in a slice of the log; `incidents`: the reader may hear of them."""
        self._heard = piece.position
        self._reset |= piece.reset
        acts = self._acts
        for entry in piece.entries:
            if entry.op in ("document", "audit"):
                continue
            if INCIDENT in entry.types and entry.op != "delete" and incidents:
                self._incidents[entry.subject] = self._incidents.get(entry.subject, 0) + 1
                self._acts += 1
            else:
                self._touch(entry.subject, {*entry.types, *entry.types_before}, entry.attributes)
        if len(self._changed) > MOST_ENTITIES or self._acts > MOST_ACTS:
            self._reset = True
        if self._reset:
            self._forget()
        if self._reset or self._changed or self._incidents:
            self._stir.set()
            if self._reset or self._acts > acts:
                self._hurry.set()

    async def stirred(self, seconds: float | None) -> bool:
        """Wait for something to tell; whether it came in that time."""
        try:
            async with asyncio.timeout(seconds):  # `wait_for` of Python 3.11 may lose a cancellation
                await self._stir.wait()
        except TimeoutError:
            return False
        return True

    async def rest(self, seconds: float) -> None:
        """Let changes gather, unless there is a hurry."""
        try:
            async with asyncio.timeout(seconds):  # `wait_for` of Python 3.11 may lose a cancellation
                await self._hurry.wait()
        except TimeoutError:
            return

    def wake(self) -> None:
        """End every wait now."""
        self._stir.set()
        self._hurry.set()

    def take(self) -> News:
        """What is to be told; afterwards nothing is pending."""
        news = News(self._heard, self._reset, self._changed, self._incidents)
        self.told = self._heard
        self._changed, self._incidents, self._acts, self._reset = {}, {}, 0, False
        self._stir.clear()
        self._hurry.clear()
        return news

    def _touch(self, id: str, types: set[str], attributes: tuple[str, ...]) -> None:
        touched = self._changed.get(id)
        if touched is None:
            self._changed[id] = Touched(types, set(attributes))
        else:
            touched.types |= types
            touched.attributes.update(attributes)

    def _forget(self) -> None:
        self._changed, self._incidents, self._acts = {}, {}, 0
