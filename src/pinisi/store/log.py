"""Words of the log: one line a change in the order of their commit, the chain of links over them, and their seals."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from pinisi.vocabulary.instant import Instant

Position = int


Op = Literal["create", "update", "delete", "document", "audit"]


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log. `subject` is an entity id, or `kind/id` of a document, or the audit's subject.

    `types` are those after the change (of a deleted one: its last), `types_before` those before. `areas_before` and
    `areas_after` are area codes. Together they tell a follower with limited grants that an entity has left his view.
    `detail` is the entity's encoded state after the change, kept where notifications were owed, or the audit's detail.
    `owed` are the subscriptions that must hear of it: told to who listens in the process that wrote it, else empty.
    """

    position: Position
    time: Instant
    op: Op
    subject: str
    types: tuple[str, ...] = ()
    types_before: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    areas_before: tuple[str, ...] = ()
    areas_after: tuple[str, ...] = ()
    principal: str = ""
    detail: bytes | None = None
    owed: tuple[str, ...] = ()


class LogSlice(msgspec.Struct, frozen=True):
    """Entries after the asked position. `reset`: older ones are gone, begin with a new picture at `position`."""

    entries: Sequence[LogEntry]
    position: Position
    reset: bool = False


class ChainedLine(msgspec.Struct, frozen=True):
    """A line of the log as text, and its link: SHA-256 over the link before it and the text. See `store.chain`."""

    position: Position
    text: bytes
    link: bytes


class Seal(msgspec.Struct, frozen=True):
    """A signed checkpoint of the chain: at this time the line at `position` had this link.

    `key` names the key; it is empty, as the signature is, where there was none.
    """

    position: Position
    time: Instant
    link: bytes
    key: str
    signature: bytes


Sealing = Callable[[str, Position, bytes, Instant], tuple[str, bytes]]
"""tenant, position, link, time -> id of the key and signature. Called in the writing thread."""
