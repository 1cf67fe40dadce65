"""Questions to the past and their answers: histories, hours, pictures of a moment, timelines."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from pinisi.store.log import Position
from pinisi.store.query import EntityQuery
from pinisi.store.record import Record
from pinisi.vocabulary.entity import Instance
from pinisi.vocabulary.instant import Instant


class PictureQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The state of entities at a past moment: values observed at `at` or before, the last of each.

    `known` hides all that was received after it: `known=at` is the picture as it was known then. Without it, it is the
    picture as known now, and what tells no time of its own (a name, a place) holds as far back as anything is known of
    its entity. `attributes` are those to read (None: all); others, but for the location, are left out.
    """

    entities: EntityQuery
    at: Instant
    known: Instant | None = None
    attributes: tuple[str, ...] | None = None
    limit: int = 1_000


class Picture(msgspec.Struct, frozen=True):
    """Entities as they were, in order of first creation, narrowed to what the reader may see.

    `condensed`: the moment lies beyond raw retention; where values have gone, the mean of their hour stands, with the
    sub-attribute `hourly` that says so.
    """

    records: Sequence[Record]
    position: Position
    condensed: bool = False


class TimelineQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Values in each of `buckets` equal parts of a time. `since` None: from the first that is known of."""

    since: Instant | None
    until: Instant
    buckets: int
    by: Literal["observed", "received"] = "observed"


class Timeline(msgspec.Struct, frozen=True):
    """Values by type in each part of a time. `read` of `entities` were counted, and stand for all of them.

    `begun` is when the log begins: nothing was known before.
    """

    since: Instant
    until: Instant
    counts: Sequence[Mapping[str, int]]
    read: int
    entities: int
    begun: Instant


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """History of chosen entities: by the time it was true (`observed`) or known (`received`).

    `since` is inclusive, `until` exclusive, in microseconds. `known` hides all that was received after it.
    `last` keeps the newest n of each attribute instance. `limit` bounds instances over all. With `each` it bounds each
    attribute instance by itself, and without `last` its oldest values are kept: for pages in the order of time.

    With `period` (microseconds) and `since`, an attribute instance that holds plain numbers only is told as statistics
    of periods of that length, counted from `since`, in `Story.hours`, in the place of its values: a month of a sensor
    is 720 rows, not 43,200. Where anything else is in it (text, deletions, what may end, several families), its values
    are told.
    """

    attributes: tuple[str, ...] | None = None
    by: Literal["observed", "received"] = "observed"
    since: Instant | None = None
    until: Instant | None = None
    known: Instant | None = None
    last: int | None = None
    limit: int = 10_000
    each: bool = False
    period: Instant | None = None


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One value in history: when it was true, when it was known, who wrote it; `instance` None: deleted then."""

    attribute: str
    dataset: str | None
    observed: Instant
    received: Instant
    position: Position
    principal: str
    instance: Instance | None


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of one hour of a number, kept for ever. `hour` is its first microsecond."""

    attribute: str
    dataset: str | None
    hour: Instant
    n: int
    total: float
    squares: float
    low: float
    high: float


class Story(msgspec.Struct, frozen=True):
    """History of one entity, of what the reader may see. `complete` is False when `limit` cut it.

    `types` are those of the newest moment that he sees; the times of the system and the scopes are the entity's own
    where he sees it now, else empty. `deleted_at`: when the entity was deleted; 0: it is there.
    """

    id: str
    types: tuple[str, ...]
    moments: Sequence[Moment]
    hours: Sequence[Hour] = ()
    complete: bool = True
    created_at: Instant = 0
    modified_at: Instant = 0
    scopes: Sequence[str] = ()
    deleted_at: Instant = 0
