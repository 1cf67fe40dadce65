"""What the store's own work (retention, seals) asks of a tenant, in whichever store it is kept."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from pinisi.store.chain import Chain
from pinisi.store.change import Applied, Change
from pinisi.store.log import Position, Sealing
from pinisi.store.sql_rows import Connection
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal

T = TypeVar("T")


class KeptTenant(Protocol):
    name: str
    trimmed: Position
    chain: Chain | None
    sealing: Sealing
    now: Callable[[], Instant]

    async def work(self, work: "Callable[[Connection], T]") -> T:
        """Run a short piece of work (at most 50 ms) in a transaction of its own, beside no other writer."""
        ...

    def apply(
        self,
        changes: Sequence[Change],
        principal: Principal,
        *,
        atomic: bool,
        key: str | None,
        cursor: tuple[str, Position] | None,
    ) -> Awaitable[Applied]: ...
