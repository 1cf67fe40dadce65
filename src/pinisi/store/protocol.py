"""The protocol of every store: one log a tenant, two times, reads under grants.

All methods are async and hand out no connection and no transaction. SQLite is the first store; the protocol asks
nothing that PostgreSQL could not do: `tests/contract` is the suite that any store must pass.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pinisi.store.change import Applied, Change
from pinisi.store.debt import Debt, DebtSum, LetterQuery
from pinisi.store.history import HistoryQuery, Picture, PictureQuery, Story, Timeline, TimelineQuery
from pinisi.store.log import ChainedLine, LogSlice, Position, Seal
from pinisi.store.query import EntityQuery
from pinisi.store.record import AttributeUse, Page, Record, Showing, Shown
from pinisi.store.record_tables import ReadyStatement, RecordBook, RecordValue, Values
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grants, Principal


class Store(Protocol):
    """Where it is kept. `tenant` is created by the first write to it."""

    async def apply(
        self,
        tenant: str,
        changes: Sequence[Change],
        principal: Principal,
        *,
        atomic: bool = True,
        key: str | None = None,
        cursor: tuple[str, Position] | None = None,
    ) -> Applied:
        """Commit state, history, log, owed notifications and the cursor together; answer when it is on disk.

        Args:
            atomic: one refusal refuses all (raised); otherwise each change stands alone (in its `Outcome`).
            key: a repeated key does nothing and answers `repeated`.
            cursor: name and position of a durable cursor that moves with these changes.

        Raises:
            Refused: the first refusal, when `atomic`.
            StoreUnavailable: nothing was kept.
        """
        ...

    async def entity(self, tenant: str, id: str, grants: Grants) -> Record | None:
        """The entity, if it exists and the reader may know of it."""
        ...

    async def find(
        self,
        tenant: str,
        query: EntityQuery,
        grants: Grants,
        *,
        limit: int,
        offset: int = 0,
        count: bool = False,
        heat: bool = True,
    ) -> Page:
        """Entities in order of first creation. `heat` False: an anonymous reader's question builds no index."""
        ...

    async def shown(
        self,
        tenant: str,
        query: EntityQuery,
        grants: Grants,
        showing: Showing,
        *,
        limit: int,
        offset: int = 0,
        count: bool = False,
        heat: bool = True,
    ) -> Shown:
        """What `find` finds, as bytes: those that are at hand of the very same versions are not made again."""
        ...

    async def areas_at(self, tenant: str, positions: Sequence[tuple[float, float]]) -> Sequence[tuple[str, ...]]:
        """Codes of the areas at each longitude and latitude, smallest first: what grants by area rest upon."""
        ...

    async def type_counts(self, tenant: str, grants: Grants) -> Mapping[str, int]: ...
    async def attribute_uses(self, tenant: str, grants: Grants) -> Sequence[AttributeUse]:
        """Which attributes are in use, of what the reader may see."""
        ...

    async def stories(
        self, tenant: str, ids: Sequence[str], query: HistoryQuery, grants: Grants
    ) -> Sequence[Story]: ...

    async def gone(
        self, tenant: str, query: EntityQuery, grants: Grants, *, since: Instant, limit: int, offset: int = 0
    ) -> Sequence[str]:
        """Ids of deleted entities with a past, in the order of their first creation: of the types, ids and id pattern
        asked for, and deleted at `since` or later. Who could see them when they were deleted finds them."""
        ...

    async def picture(self, tenant: str, query: PictureQuery, grants: Grants) -> Picture:
        """The state of entities at a past moment, as a reader with these grants would have seen it then."""
        ...

    async def timeline(self, tenant: str, query: TimelineQuery, grants: Grants) -> Timeline:
        """How much changed when, of what the reader may see; of a large city estimated from a part."""
        ...

    async def end_what_is_due(self, tenant: str) -> None:
        """Take away what has ended by its `expiresAt` until now, by the tenant's clock (NGSI-LD 4.22, `store.lapse`).

        No other method shows what has ended, and no change meets it: this is for those who wait to hear of it.
        """
        ...

    async def log(self, tenant: str, after: Position, limit: int) -> LogSlice: ...
    async def position(self, tenant: str) -> Position: ...
    async def cursor(self, tenant: str, name: str) -> Position | None: ...
    async def document(self, tenant: str, kind: str, id: str) -> tuple[Position, bytes] | None: ...
    async def documents(self, tenant: str, kind: str) -> Sequence[tuple[str, Position, bytes]]: ...
    async def debts(self, tenant: str, *, dead: bool = False, after: Position = 0, limit: int = 1000) -> Sequence[Debt]:
        """Owed notifications in order of position, beginning after one; `dead` lists those given up."""
        ...

    async def letters(
        self, tenant: str, query: LetterQuery, *, after: Position = 0, limit: int = 1000
    ) -> Sequence[Debt]:
        """Owed notifications that were given up and fit, in order of position, beginning after one."""
        ...

    async def debt_sums(self, tenant: str) -> Sequence[DebtSum]:
        """What each subscription that is owed anything is owed, in the order of their names."""
        ...

    async def origins(self, tenant: str, positions: Sequence[Position]) -> Mapping[Position, bytes]:
        """Where the values that were written at these positions come from, of those that are kept."""
        ...

    async def reacted(self, tenant: str, reaction: str) -> Mapping[str, bytes]:
        """Subject -> versions of the inputs that the reaction has answered last."""
        ...

    async def prepare_records(self, tenant: str, book: RecordBook) -> Mapping[str, ReadyStatement]:
        """Bring a service's tables to its newest version, all steps or none; answer its statements by name.

        Raises:
            BadRecords: they cannot be kept as they are declared.
        """
        ...

    async def records(
        self, tenant: str, statement: ReadyStatement, values: Values, principal: Principal
    ) -> Sequence[Mapping[str, RecordValue]]:
        """Rows of a service's own tables. A reading of personal columns is in the audit trail before it is answered.

        Raises:
            Forbidden: his permissions or grants do not reach them.
            Refused: a parameter is missing or unknown; names it.
        """
        ...

    async def wipe(self, tenant: str) -> None:
        """Let nothing that was erased be left in the file or beside it."""
        ...

    async def seal(self, tenant: str) -> Seal | None:
        """Sign the head of the chain, unless it is signed; None where a tenant keeps no chain or it has no line."""
        ...

    async def seals(self, tenant: str, after: Position = 0) -> Sequence[Seal]:
        """Signed checkpoints at positions beyond one, in their order."""
        ...

    async def chain_begin(self, tenant: str) -> tuple[Position, bytes] | None:
        """The position after which the chain begins that is kept, and the link there; None: it keeps none."""
        ...

    async def chain(self, tenant: str, after: Position, limit: int) -> Sequence[ChainedLine]:
        """Lines of the log after a position, as the chain covers them."""
        ...

    async def tenants(self) -> Sequence[str]: ...
