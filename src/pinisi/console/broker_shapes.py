"""What the broker's section of the console is told, as types: the OpenAPI document is drawn from them.

Times are RFC 3339 in UTC, or null: never. Names of types and attributes are as their writers wrote them.
"""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.terms import DEFAULT_CONTEXT


class Told(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An answer."""


class Wish(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A request; a member that is not known is an error."""


class Overview(Told, frozen=True):
    """What whoever runs the broker must not miss. `failing`: subscriptions whose last notification was not taken."""

    position: int
    subscriptions: int
    failing: int
    paused: int
    waiting: int
    dead: int
    sources: int | None
    silent_sources: int | None


class Asks(Told, frozen=True):
    """What a subscription asks for, taken apart so that it can be said in any language. Empty: not narrowed.

    `every` and `throttling` in seconds; `area` is a geo-query as written (`georel`, `geometry`, `coordinates`).
    """

    types: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    q: str | None = None
    area: dict[str, Any] | None = None
    scopes: str | None = None
    csf: str | None = None
    attributes: tuple[str, ...] = ()
    every: float | None = None
    throttling: float | None = None


class CopyTold(Told, frozen=True):
    """A copy of a subscription at another context source, which notifies us by it (NGSI-LD 5.8.1.4).

    `state`: the source has it (`held`), is to take it or a change of it (`waiting`), or is to forget it (`ending`).
    `failures` in a row, and why the last one was.
    """

    source: str
    endpoint: str
    state: Literal["held", "waiting", "ending"]
    since: str | None
    failures: int
    reason: str


class SubscriptionTold(Told, frozen=True):
    """One subscription and how its deliveries fare.

    `key` names it in dead letters; `self` is where it is changed and deleted. `reason`: of the last failure.
    """

    id: str
    key: str
    self: str
    kind: Literal["entities", "registrations"]
    language: Literal["ngsi-ld", "ngsi-v2"]
    description: str | None
    owner: str
    owner_name: str
    mine: bool
    endpoint: str
    receiver: str
    accept: str
    asks: Asks
    status: Literal["active", "paused", "expired"]
    failing: bool
    reason: str
    times_sent: int
    times_failed: int
    last_notification: str | None
    last_success: str | None
    last_failure: str | None
    created_at: str
    expires_at: str | None
    waiting: int
    oldest: str | None
    next_try: str | None
    dead: int
    copies: tuple[CopyTold, ...] = ()


class SubscriptionPage(Told, frozen=True):
    """`count`: of all that fit, on whatever page."""

    position: int
    count: int
    subscriptions: tuple[SubscriptionTold, ...]


class ReceiverTold(Told, frozen=True):
    """One receiver: scheme, host and port of endpoints. `tries`: waiting notifications that were tried in vain."""

    receiver: str
    subscriptions: int
    paused: int
    failing: int
    waiting: int
    oldest: str | None
    tried: int
    next_try: str | None
    reason: str
    last_success: str | None
    last_failure: str | None
    dead: int


class ReceiverList(Told, frozen=True):
    position: int
    receivers: tuple[ReceiverTold, ...]


class TrialTold(Told, frozen=True):
    """What the receiver said to a trial. `status` 0: nothing; `entities`: how many stood in it."""

    taken: bool
    status: int
    reason: str
    milliseconds: int
    entities: int


class LetterTold(Told, frozen=True):
    """A notification that was given up: of which change, for whom, why. `receiver` null: the subscription is gone.

    `attributes`: what changed, for readers who see all; others find in the payload what they may see.
    """

    subscription: str
    position: int
    entity: str
    changed_at: str
    attributes: tuple[str, ...]
    deleted: bool
    attempts: int
    reason: str
    receiver: str | None


class LetterPage(Told, frozen=True):
    """Oldest first. `next`: the `after` of the page behind this one, or null."""

    letters: tuple[LetterTold, ...]
    next: int | None


class LetterOpened(Told, frozen=True):
    """A dead letter with what would be sent; `payload` null: its owner may see nothing of it any more, or is gone."""

    letter: LetterTold
    payload: Any


class LetterName(Wish, frozen=True):
    subscription: str
    position: int


class LetterAct(Wish, frozen=True):
    """Replay or discard these `letters`, or (without them) all that fit `subscription`, `receiver`, `since`, `until`.

    A discard says why.
    """

    act: Literal["replay", "discard"]
    letters: tuple[LetterName, ...] | None = None
    subscription: str | None = None
    receiver: str | None = None
    since: str | None = None
    until: str | None = None
    reason: str = ""


class LettersDone(Told, frozen=True):
    done: int


class Holding(Told, frozen=True):
    """A part of what a source may hold. Empty: not narrowed."""

    types: tuple[str, ...]
    ids: tuple[str, ...]
    patterns: tuple[str, ...]
    attributes: tuple[str, ...]


class Timing(Told, frozen=True):
    """Of the last answers (at most 64) since this server started, in milliseconds."""

    answers: int
    last: int
    median: int
    slowest: int


class SourceTold(Told, frozen=True):
    """Another context source, and how requests to it fare.

    `breaker`: `closed`, it is asked; `open`, it is left alone until `again_in` seconds are over; `trying`, it failed
    and is asked once to see. `fault` and `reason` are those of the last failure since this server started.
    `owner_may`: whether who registered it could register it today: it stays where he could not, until somebody ends it.
    """

    id: str
    name: str | None
    endpoint: str
    owner: str
    owner_name: str
    owner_may: bool
    language: Literal["ngsi-ld", "ngsi-v2"]
    mode: str
    operations: tuple[str, ...]
    holds: tuple[Holding, ...]
    tenant: str | None
    local_only: bool
    expires_at: str | None
    times_sent: int
    times_failed: int
    last_success: str | None
    last_failure: str | None
    failing: bool
    breaker: Literal["closed", "open", "trying"]
    again_in: float
    fault: str
    reason: str
    timing: Timing | None
    may_change: bool


class PartnerTold(Told, frozen=True):
    """Somebody of another city, and what he may have of ours. Null: not limited."""

    account: str
    name: str
    disabled: bool
    types: tuple[str, ...] | None
    areas: tuple[str, ...] | None
    attributes: tuple[str, ...] | None
    writes: bool
    tokens: int
    used_at: str | None
    subscriptions: int


class SourceList(Told, frozen=True):
    """`partners` null: the reader does not run the house, and is not told with whom it shares."""

    position: int
    sources: tuple[SourceTold, ...]
    partners: tuple[PartnerTold, ...] | None


class ContextTold(Told, frozen=True):
    """A stored @context. `size` in bytes; `hits` and `last_used` since this server started."""

    id: str
    url: str
    kind: Literal["Hosted", "Cached", "ImplicitlyCreated"]
    source: str
    size: int
    created_at: str
    expires_at: str | None
    hits: int
    last_used: str | None
    owner_name: str
    may_delete: bool
    may_reload: bool


class ContextList(Told, frozen=True):
    position: int
    contexts: tuple[ContextTold, ...]


class TypeTold(Told, frozen=True):
    type: str
    name: str
    entities: int
    attributes: tuple[str, ...]


class TypeList(Told, frozen=True):
    position: int
    entities: int
    types: tuple[TypeTold, ...]


def moment(at: Instant | None) -> str | None:
    return format_instant(at) if at else None


def short_names(table: TermTable) -> Callable[[str], str]:
    """IRI -> the name that people use; those of no @context by their own word alone."""

    def short(iri: str) -> str:
        return iri.removeprefix(DEFAULT_CONTEXT) if iri.startswith(DEFAULT_CONTEXT) else table.compact_iri(iri)

    return short
