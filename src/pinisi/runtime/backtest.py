"""The past run again through the same function: what a reaction said then, and what came.

At each moment the function gets what was known by then (received by then; or, of a history that was imported later,
what had been observed by then). Nothing is written.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Literal

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.runtime.known import Document, Inputs, Known, Said, said_of
from pinisi.runtime.reaction import WHOLE_CITY, Claim, Judgement, Past, Reaction
from pinisi.store.protocol import HistoryQuery, Moment, Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.entity import Attributes, Entity
from pinisi.vocabulary.instant import HOUR, SECOND, Instant
from pinisi.vocabulary.principal import EVERYTHING

KnownBy = Literal["received", "observed"]
MOST_ORIGINS = 20_000
MOST_SUBJECTS = 500
MOST_FAILURES = 20
_TOGETHER = 24
"""Origins that are run in one go, away from the event loop."""
_EVERY_VALUE = 1_000_000


class CannotBacktest(ValueError):
    """What was asked for cannot be run over the past; says why."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """From which moments: each `every` seconds from `since` on, before `until`."""

    since: Instant
    until: Instant
    every: float = 3_600.0
    known_by: KnownBy = "received"

    @property
    def origins(self) -> range:
        return range(self.since, self.until, max(1, round(self.every * SECOND)))


class Score(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Of all claims so many seconds `ahead`: mean absolute errors in the unit of the attribute.

    `persistence`: had the last value been said again; `hour_of_day`: had the mean of all values of that hour known by
    then been said. `held`: the share of values within the interval; None where there are none.
    """

    attribute: str
    ahead: float
    count: int
    error: float
    persistence: float | None
    hour_of_day: float | None
    held: float | None
    width: float | None


class Failure(msgspec.Struct, frozen=True):
    subject: str
    moment: Instant
    reason: str


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was said and what came. `silent`: runs that answered nothing; `pending`: claims of which nothing came."""

    service: str
    reaction: str
    version: int
    subjects: int
    runs: int
    silent: int
    failed: int
    pending: int
    promised: float
    scores: tuple[Score, ...]
    failures: tuple[Failure, ...]


class _Compared(msgspec.Struct, frozen=True):
    claim: Claim
    ahead: Instant
    came: float
    persistence: float | None
    hour_of_day: float | None


class _Subject:
    """What is known of one subject, laid out for going through it moment by moment."""

    def __init__(self, entity: Entity, moments: Sequence[Moment], table: TermTable, known_by: KnownBy) -> None:
        self.entity = entity
        self._table = table
        self._by_received = known_by == "received"
        by_attribute: dict[str, list[Moment]] = {}
        for moment in moments:
            if moment.instance is not None and moment.dataset is None:
                by_attribute.setdefault(moment.attribute, []).append(moment)
        order = _coming if self._by_received else _coming_true
        self._moments = {name: sorted(each, key=order) for name, each in by_attribute.items()}
        self._said = {name: [_said(moment, table) for moment in each] for name, each in self._moments.items()}
        self._known_at = {name: [self._since(moment) for moment in each] for name, each in self._moments.items()}
        self._newest = {name: list(accumulate(each, _newer)) for name, each in self._moments.items()}

    def _since(self, moment: Moment) -> Instant:
        return moment.received if self._by_received else moment.observed

    def said(self, attribute: str, since: Instant, until: Instant) -> list[Said]:
        """Values true in that time and known at its end, in the order of coming."""
        iri = self._table.expand_term(attribute)
        many, known_at = self._said.get(iri, []), self._known_at.get(iri, [])
        known = many[: bisect_right(known_at, until)]
        begin = next((place for place, each in enumerate(known) if each.observed >= since), len(known))
        return [each for each in known[begin:] if since <= each.observed <= until]

    def all(self, attribute: str) -> Sequence[Said]:
        return self._said.get(self._table.expand_term(attribute), [])

    def then(self, at: Instant) -> Known:
        """The entity as it was known at a moment; what never changed, as it is."""
        attributes: Attributes = dict(self.entity.attributes)
        for name, newest in self._newest.items():
            known = bisect_right(self._known_at[name], at)
            instance = newest[known - 1].instance if known else None
            if instance is not None:
                attributes[name] = [instance]
        return Known(msgspec.structs.replace(self.entity, attributes=attributes), self._table)


def _coming(moment: Moment) -> tuple[Instant, int]:
    return moment.received, moment.position


def _coming_true(moment: Moment) -> tuple[Instant, int]:
    return moment.observed, moment.position


def _newer(one: Moment, other: Moment) -> Moment:
    return max(one, other, key=_coming_true)


def _said(moment: Moment, table: TermTable) -> Said:
    assert moment.instance is not None
    return said_of(moment.instance, table, observed=moment.observed, received=moment.received, position=moment.position)


async def backtest(store: Store, tenant: str, table: TermTable, service: str, reaction: Reaction, plan: Plan) -> Report:
    """Run a reaction over the past of a tenant.

    Raises:
        CannotBacktest: it says nothing of later values, needs more than the past of its subject, or it is too much.
    """
    judgement = _judgement(service, reaction, plan)
    subjects = [each for wake in reaction.wakes for each in await _subjects(store, tenant, table, wake.type)]
    entities = list({entity.id: entity for entity in subjects}.values())[:MOST_SUBJECTS]
    tally = _Tally(judgement)
    for entity in entities:
        subject = await _subject(store, tenant, table, reaction, plan, entity)
        await _go_through(reaction, subject, plan, tally)
    return tally.report(service, reaction, len(entities))


def _judgement(service: str, reaction: Reaction, plan: Plan) -> Judgement:
    name = f"{service}.{reaction.name}"
    if reaction.judgement is None:
        raise CannotBacktest(f"{name} says nothing of later values: there is nothing to compare")
    if not all(isinstance(each, Past) for each in reaction.inputs):
        raise CannotBacktest(f"{name} needs other entities: only the past of its subject can be run again so far")
    if any(wake.subject == WHOLE_CITY for wake in reaction.wakes):
        raise CannotBacktest(f"{name} is about the whole city: that cannot be run again so far")
    if not 0 < len(plan.origins) <= MOST_ORIGINS:
        raise CannotBacktest(f"{len(plan.origins)} moments: from 1 to {MOST_ORIGINS} can be run")
    return reaction.judgement


async def _subjects(store: Store, tenant: str, table: TermTable, type: str) -> list[Entity]:
    query = EntityQuery(types=TypeIs(table.expand_term(type)))
    page = await store.find(tenant, query, EVERYTHING, limit=MOST_SUBJECTS)
    return [record.entity for record in page.records]


async def _subject(
    store: Store, tenant: str, table: TermTable, reaction: Reaction, plan: Plan, entity: Entity
) -> _Subject:
    """Its past, from the longest window before the first moment on; and what came after."""
    hours = max((each.hours for each in reaction.inputs if isinstance(each, Past)), default=0.0)
    since = plan.since - round(hours * HOUR)
    query = HistoryQuery(since=since, limit=_EVERY_VALUE, each=True)
    stories = await store.stories(tenant, [entity.id], query, EVERYTHING)
    moments = [moment for story in stories for moment in story.moments]
    return _Subject(entity, moments, table, plan.known_by)


async def _go_through(reaction: Reaction, subject: _Subject, plan: Plan, tally: "_Tally") -> None:
    origins = list(plan.origins)
    truths = {name: tally.judgement.came(name, subject.all(name)) for name in _attributes(reaction)}
    tally.begin(truths)
    for start in range(0, len(origins), _TOGETHER):
        some = origins[start : start + _TOGETHER]
        await asyncio.to_thread(_run_some, reaction, subject, some, tally)


def _attributes(reaction: Reaction) -> list[str]:
    return [name for each in reaction.inputs if isinstance(each, Past) for name in each.attributes]


def _run_some(reaction: Reaction, subject: _Subject, origins: Sequence[Instant], tally: "_Tally") -> None:
    for origin in origins:
        inputs = _inputs(reaction, subject, origin)
        try:
            documents = reaction.react(inputs)
        except Exception as error:
            tally.fail(Failure(subject.entity.id, origin, f"{type(error).__name__}: {error}"[:300]))
        else:
            tally.take(origin, documents)


def _inputs(reaction: Reaction, subject: _Subject, at: Instant) -> Inputs:
    past: dict[str, Sequence[Said]] = {}
    for window in reaction.inputs:
        if isinstance(window, Past):
            for name in window.attributes:
                past[name] = subject.said(name, at - round(window.hours * HOUR), at)[-window.most :]
    return Inputs(at, subject.then(at), past=past, beat=bool(reaction.every))


class _Truth:
    """What came, by moment, with the sums that the plain rules need."""

    def __init__(self, came: Mapping[Instant, float]) -> None:
        self._moments = sorted(came)
        self._values = [came[moment] for moment in self._moments]
        self._hours: dict[int, list[Instant]] = {}
        self._sums: dict[int, list[float]] = {}
        for moment, value in zip(self._moments, self._values, strict=True):
            hour = moment // HOUR % 24
            sums = self._sums.setdefault(hour, [])
            self._hours.setdefault(hour, []).append(moment)
            sums.append((sums[-1] if sums else 0.0) + value)

    def within(self, at: Instant, step: Instant) -> float | None:
        """The first value of a step of time."""
        place = bisect_left(self._moments, at)
        there = place < len(self._moments) and self._moments[place] < at + step
        return self._values[place] if there else None

    def last(self, known: Instant) -> float | None:
        """The last value up to a moment."""
        place = bisect_right(self._moments, known)
        return self._values[place - 1] if place else None

    def of_hour(self, at: Instant, known: Instant) -> float | None:
        """The mean of what was known of the same hour of the day (UTC)."""
        hour = at // HOUR % 24
        count = bisect_right(self._hours.get(hour, []), known)
        return self._sums[hour][count - 1] / count if count else None


class _Tally:
    """What was said, beside what came."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement
        self._compared: list[_Compared] = []
        self._truths: dict[str, _Truth] = {}
        self._failures: list[Failure] = []
        self._runs = self._silent = self._failed = self._pending = 0

    def begin(self, truths: Mapping[str, Mapping[Instant, float]]) -> None:
        """What came of the next subject, by attribute and moment."""
        self._truths = {name: _Truth(came) for name, came in truths.items()}

    def fail(self, failure: Failure) -> None:
        self._runs += 1
        self._failed += 1
        if len(self._failures) < MOST_FAILURES:
            self._failures.append(failure)

    def take(self, origin: Instant, documents: Sequence[Document]) -> None:
        self._runs += 1
        claims = [claim for document in documents for claim in self.judgement.claims(document)]
        self._silent += not claims
        for claim in claims:
            compared = self._compare(origin, claim)
            if compared is None:
                self._pending += 1
            else:
                self._compared.append(compared)

    def _compare(self, origin: Instant, claim: Claim) -> _Compared | None:
        truth = self._truths.get(claim.attribute)
        came = None if truth is None else truth.within(claim.at, round(self.judgement.step * SECOND))
        if truth is None or came is None:
            return None
        return _Compared(claim, claim.at - origin, came, truth.last(origin), truth.of_hour(claim.at, origin))

    def report(self, service: str, reaction: Reaction, subjects: int) -> Report:
        groups: dict[tuple[str, Instant], list[_Compared]] = {}
        for one in self._compared:
            groups.setdefault((one.claim.attribute, one.ahead), []).append(one)
        return Report(
            service=service,
            reaction=reaction.name,
            version=reaction.version,
            subjects=subjects,
            runs=self._runs,
            silent=self._silent,
            failed=self._failed,
            pending=self._pending,
            promised=self.judgement.promised,
            scores=tuple(_score(*key, groups[key]) for key in sorted(groups)),
            failures=tuple(self._failures),
        )


def _score(attribute: str, ahead: Instant, compared: Sequence[_Compared]) -> Score:
    held = [one.claim.interval[0] <= one.came <= one.claim.interval[1] for one in compared if one.claim.interval]
    widths = [one.claim.interval[1] - one.claim.interval[0] for one in compared if one.claim.interval]
    return Score(
        attribute=attribute,
        ahead=ahead / SECOND,
        count=len(compared),
        error=_mean([abs(one.claim.value - one.came) for one in compared]) or 0.0,
        persistence=_mean([abs(one.persistence - one.came) for one in compared if one.persistence is not None]),
        hour_of_day=_mean([abs(one.hour_of_day - one.came) for one in compared if one.hour_of_day is not None]),
        held=_mean([float(one) for one in held]),
        width=_mean(widths),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
