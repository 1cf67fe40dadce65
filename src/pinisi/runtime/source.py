"""What a source is: a way in for messages, and a pure function that turns one message into entities.

A service writes the function; the kernel runs the way in (`pinisi.runtime.transports`), writes what was read, keeps
what could not be read, and tells everybody how the source is doing. docs/how-to/write-a-source.md is the authors' page.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar, runtime_checkable

import msgspec

from pinisi.city.profile import Profile
from pinisi.city.text import Text
from pinisi.runtime.about import NOBODY_KNOWS, About
from pinisi.runtime.known import Known
from pinisi.vocabulary.instant import Instant, format_instant

Method = Literal["measured", "reported", "modelled", "forecast", "simulated", "replayed"]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What arrived, as it arrived.

    `origin` is where from: an address, a topic, a file's name. `media` has no parameters and is lower case; empty where
    the sender named none. `received` is the tenant's time. `place` is where the transport goes on from after this
    message, over a restart: it is written together with what the message says. `kept` is true of what a broker kept
    from before (MQTT "retain"): that it comes now says nothing of when it was true.
    """

    body: bytes
    origin: str
    received: Instant
    media: str = ""
    place: bytes | None = None
    kept: bool = False


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """A row that cannot be taken: which one, which field, why, and the row as it came.

    `key` names the row, so that it is kept once and leaves the quarantine when it comes right: `row_key` of its entity
    (and its moment) where the row says them, else its place in the message. `about` is what it speaks of: only who sees
    that may see the row.
    """

    key: str
    reason: Text
    row: str = ""
    field: str = ""
    raw: str = ""
    about: About = NOBODY_KNOWS


def row_key(entity: str, moment: Instant | None = None) -> str:
    """What names a row of which the entity is known; `moment` is when it was true, where the row itself says so."""
    return entity if moment is None else f"{entity} {format_instant(moment)}"


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one message says: entities in normalized NGSI-LD with short names, and the rows that cannot be taken.

    Each value carries its `observedAt` and, where it has one, its `unitCode`; `method` and `provider` are added where
    the reading is silent. Several entities may be the same one at several moments.

    `sound` are the keys of rows that could be read, for a reader whose rejects have other keys than those of `row_key`.
    """

    entities: Sequence[Mapping[str, Any]] = ()
    rejects: Sequence[Reject] = ()
    sound: Sequence[str] = ()


class Unreadable(ValueError):
    """The whole message is not what the source delivers; the text says what is wrong with it, and where."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one entity of a message: how many of its values were new, late, or known already."""

    id: str
    new: int = 0
    late: int = 0
    repeated: int = 0


class Taken(msgspec.Struct, frozen=True):
    """What became of messages: values that were new, late or known already; each entity in its order; bad rows.

    `whole` is false when a message could not be read at all. `each` has the same for every message, where it was
    several.
    """

    new: int = 0
    late: int = 0
    repeated: int = 0
    rejected: int = 0
    entities: int = 0
    outcomes: tuple[Outcome, ...] = ()
    rejects: tuple[Reject, ...] = ()
    whole: bool = True
    each: tuple["Taken", ...] = ()


class Line(Protocol):
    """What a transport has of the house."""

    @property
    def id(self) -> str:
        """The source's id."""
        ...

    @property
    def folder(self) -> Path:
        """The data folder: where relative paths begin."""
        ...

    def secret(self, name: str) -> str:
        """A password or key by its name; never to be shown or kept.

        Raises:
            TransportFailed: there is none of that name; the text says where to put it.
        """
        ...

    def now(self) -> Instant:
        """The tenant's time."""
        ...

    async def kept(self) -> bytes | None:
        """The `place` of the last message that was taken: where to go on from over a restart."""
        ...

    async def written(self, place: bytes) -> None:
        """Wait until the message with that `place` is on disk: for a transport whose messages must not run ahead."""
        ...

    async def alive(self) -> None:
        """The other side answered, though with nothing new: the source is not silent."""
        ...

    async def near(self, type: str, place: Mapping[str, Any], metres: float, most: int = 100) -> Sequence[Known]:
        """Entities within so many metres of a place (GeoJSON), of a type that the source declares that it `reads`."""
        ...

    async def saying(self, type: str, attribute: str, value: str, most: int = 20) -> Sequence[Known]:
        """Entities of such a type whose attribute has this value."""
        ...

    async def trouble(self, reason: str) -> None:
        """It does not work now, and the transport itself tries again; an empty reason: all works again."""
        ...


class Transport(Protocol):
    """A way in. Ends only when cancelled; an exception is a failure that is shown, and tried again with back-off."""

    def messages(self, line: Line) -> AsyncIterator[Message]: ...


@runtime_checkable
class Acknowledging(Protocol):
    """A transport that must be told what became of each message: to acknowledge it, or to put a file away."""

    async def taken(self, line: Line, message: Message, taken: Taken) -> None: ...


class TransportFailed(Exception):
    """The way in does not work now; the text says why, for the technician."""


Read = Callable[[Message], Reading]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Who says it, under which terms: the card that every value leads to."""

    publisher: str
    licence: str
    licence_note: str = ""
    url: str = ""
    note: Text


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A source, ready to run.

    `every` is its own period in seconds: it is late after two of them without a message, and silent after five.
    `blinds` says in the operator's words what he cannot see while it is silent, and what to do instead. `reads` are the
    types of entities that its transport may look at (`Line.near`, `Line.saying`), by short name.
    """

    id: str
    title: Text
    card: Card
    transport: Transport
    read: Read
    every: float
    method: Method = "measured"
    blinds: Text | None = None
    reads: tuple[str, ...] = ()


Options = TypeVar("Options", bound=msgspec.Struct)


class SourceKind(msgspec.Struct, Generic[Options], frozen=True, kw_only=True):
    """A kind of source that a service offers: a city's `live.toml` says whether and how it is used.

    `make` builds the source from the options (read from TOML into `options`) and the city's profile; it raises
    `ValueError` with the field's name for options that do not fit. `outside`: it asks another host, so it is off until
    somebody switches it on. `writes`: the entity types that its sources write, by short name, where they are known;
    so a layer of that type is blind without it even where it shows nothing.
    """

    name: str
    title: Text
    options: type[Options]
    make: Callable[[Options, Profile], Source]
    outside: bool = True
    writes: tuple[str, ...] = ()
