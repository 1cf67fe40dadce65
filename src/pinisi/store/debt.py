"""Owed notifications: what a subscription must still hear of, and by whom that is found out."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec

from pinisi.store.log import Position
from pinisi.vocabulary.entity import Entity, decode_entity
from pinisi.vocabulary.instant import LAST_INSTANT, Instant


class Debt(msgspec.Struct, frozen=True, kw_only=True):
    """One owed notification: this subscription must hear of the change at `position`.

    `body` is the encoded state after that change (None: deleted then, or a document), `attributes` what it changed.
    """

    subscription: str
    position: Position
    time: Instant
    subject: str
    attributes: tuple[str, ...]
    body: bytes | None
    attempts: int = 0
    due: Instant = 0
    dead: bool = False
    reason: str = ""

    @property
    def entity(self) -> Entity | None:
        """The state after the change: the same object for all who hear of it at the same time; not to be changed."""
        return _lately_decoded(self.body) if self.body else None


_lately_decoded = lru_cache(maxsize=256)(decode_entity)
"""Debts that wait keep bytes, a tenth of the memory of an entity."""


class LetterQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which notifications of those given up: of these subscriptions (None: any), of changes made from `since` on and
    before `until`."""

    of: frozenset[str] | None = None
    since: Instant = 0
    until: Instant = LAST_INSTANT


class DebtSum(msgspec.Struct, frozen=True, kw_only=True):
    """All that one subscription is owed. `oldest`: when the first of the waiting changes was made; `next_try`: when the
    first of those that failed is due again; `reason`: why it failed. None, or empty: there is none.
    """

    subscription: str
    waiting: int = 0
    oldest: Instant | None = None
    tried: int = 0
    next_try: Instant | None = None
    reason: str = ""
    dead: int = 0


class Seen:
    """What the matcher of subscriptions sees of a change, before and after. What comes encoded is read when it is asked
    for: where nobody listens, nobody asks.
    """

    __slots__ = ("_after", "_before", "areas_after", "areas_before", "attributes", "id", "prompted", "told_anyway")

    def __init__(
        self,
        id: str,
        before: Entity | bytes | None,
        after: Entity | bytes | None,
        attributes: frozenset[str],
        areas_before: tuple[str, ...],
        areas_after: tuple[str, ...],
        told_anyway: bool = False,
        prompted: bytes = b"",
    ) -> None:
        self.id = id
        self._before = before
        self._after = after
        self.attributes = attributes
        self.areas_before = areas_before
        self.areas_after = areas_after
        self.told_anyway = told_anyway
        self.prompted = prompted

    @property
    def before(self) -> Entity | None:
        if isinstance(self._before, bytes):
            self._before = decode_entity(self._before)
        return self._before

    @property
    def after(self) -> Entity | None:
        if isinstance(self._after, bytes):
            self._after = decode_entity(self._after)
        return self._after


Owing = Callable[[str, Seen], Sequence[str]]
"""tenant, change -> ids of the subscriptions that must hear of it. Called inside the transaction."""
