"""The past run again through the same function: what a reaction said then, and what came.

At each moment the function gets what was known by then (received by then; or, of a history that was imported later,
what had been observed by then), put together by the same `Fetcher` as in the house. Nothing is written.
"""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.runtime.known import Document, Inputs, related
from pinisi.runtime.lane import Waiting
from pinisi.runtime.past_sight import KnownBy, PastSight, PastSubject
from pinisi.runtime.reaction import WHOLE_CITY, Claim, Judgement, Past, Reaction, Wake
from pinisi.runtime.reaction_inputs import Fetched, Fetcher
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.record import Record
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import HOUR, SECOND, Instant
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.score import Compared, Errors, PlainRules, errors

MOST_ORIGINS = 20_000
MOST_SUBJECTS = 500
MOST_FAILURES = 20
_RUNS = 24
"""Runs that are made in one go, away from the event loop."""
_SUBJECTS = 20
"""Subjects whose past is laid out at once."""


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


class Score(Errors, frozen=True, kw_only=True, rename="camel"):
    """The errors of all claims so many seconds `ahead`, in the unit of the attribute."""

    attribute: str
    ahead: float


class Failure(msgspec.Struct, frozen=True):
    subject: str
    moment: Instant
    reason: str


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was said and what came. `silent`: runs that answered nothing; `pending`: claims of which nothing came.

    `promised` and `scores` are of reactions that say something of later values.
    """

    service: str
    reaction: str
    version: int
    subjects: int
    runs: int
    silent: int
    failed: int
    pending: int
    promised: float | None
    scores: tuple[Score, ...]
    failures: tuple[Failure, ...]


async def backtest(store: Store, tenant: str, table: TermTable, service: str, reaction: Reaction, plan: Plan) -> Report:
    """Run a reaction over the past of a tenant.

    Raises:
        CannotBacktest: it is too much, or no moment at all.
    """
    if not 0 < len(plan.origins) <= MOST_ORIGINS:
        raise CannotBacktest(f"{len(plan.origins)} moments: from 1 to {MOST_ORIGINS} can be run")
    subjects = await _subjects(store, tenant, table, reaction)
    again = _RunAgain(PastSight(store, tenant, table, plan.known_by), table, reaction, plan)
    for start in range(0, len(subjects), _SUBJECTS):
        await again.go_through(dict(list(subjects.items())[start : start + _SUBJECTS]))
    return again.tally.report(service, reaction, len(subjects))


async def _subjects(store: Store, tenant: str, table: TermTable, reaction: Reaction) -> dict[str, Entity | None]:
    """Whom it is about: every subject that there is, as at a beat of the clock."""
    found: dict[str, Entity | None] = {}
    for wake in reaction.wakes:
        if wake.subject == WHOLE_CITY:
            found[WHOLE_CITY] = None
            continue
        query = EntityQuery(types=TypeIs(table.expand_term(wake.type)))
        page = await store.find(tenant, query, EVERYTHING, limit=MOST_SUBJECTS)
        for id in dict.fromkeys(id for record in page.records for id in _about(wake, record, table)):
            subject = await store.entity(tenant, id, EVERYTHING)
            if subject is not None and len(found) < MOST_SUBJECTS:
                found[id] = subject.entity
    return found


def _about(wake: Wake, record: Record, table: TermTable) -> list[str]:
    return [record.id] if wake.subject is None else related(record.entity, table.expand_term(wake.subject))


class _RunAgain:
    """One reaction on its way through the past."""

    def __init__(self, sight: PastSight, table: TermTable, reaction: Reaction, plan: Plan) -> None:
        self.tally = _Tally()
        self._sight = sight
        self._fetcher = Fetcher(sight, table, reaction)
        self._reaction = reaction
        self._plan = plan
        pasts = [each for each in reaction.inputs if isinstance(each, Past)]
        self._begin = plan.since - round(max((each.hours for each in pasts), default=0.0) * HOUR)
        self._attributes = [name for each in pasts for name in each.attributes]
        self._came: dict[tuple[str, str], PlainRules] = {}

    async def go_through(self, subjects: Mapping[str, Entity | None]) -> None:
        """From its longest window before the first moment on; and what came after."""
        entities = [entity for entity in subjects.values() if entity is not None]
        self._came = {}
        await self._sight.lay_out(entities, self._begin, self._attributes)
        origins, together = list(self._plan.origins), max(1, _RUNS // len(subjects))
        for start in range(0, len(origins), together):
            fetched = [
                one for origin in origins[start : start + together] for one in await self._fetch(origin, list(subjects))
            ]
            answers = await asyncio.to_thread(_run_some, self._reaction, [one.inputs for one in fetched])
            for one, answer in zip(fetched, answers, strict=True):
                await self._take(one, answer)

    async def _fetch(self, origin: Instant, subjects: Sequence[str]) -> list[Fetched]:
        self._sight.at = origin
        beat = origin if self._reaction.every else 0
        fetched = await self._fetcher.fetch([Waiting(each, 0, origin, 0.0, 0.0, beat) for each in subjects])
        self.tally.not_there(len(subjects) - len(fetched))
        return fetched

    async def _take(self, one: Fetched, answer: "Exception | _Answer") -> None:
        if isinstance(answer, Exception):
            self.tally.fail(Failure(one.waiting.subject, one.inputs.now, f"{type(answer).__name__}: {answer}"[:300]))
            return
        self.tally.answered(said=bool(answer.documents if self._reaction.judgement is None else answer.claims))
        for claim in answer.claims:
            assert self._reaction.judgement is not None
            came = await self._truth(claim, self._reaction.judgement)
            self.tally.take(claim, _compared(claim, one.inputs.now, came, self._reaction.judgement))

    async def _truth(self, claim: Claim, judgement: Judgement) -> PlainRules:
        """What came of what was claimed, of a subject or of any other entity."""
        key = claim.entity, claim.attribute
        if key not in self._came:
            story = await self._sight.story(claim.entity, self._begin)
            self._came[key] = await asyncio.to_thread(_came, story, claim.attribute, judgement)
        return self._came[key]


class _Answer(msgspec.Struct, frozen=True):
    documents: Sequence[Document]
    claims: Sequence[Claim]


def _run_some(reaction: Reaction, inputs: Sequence[Inputs]) -> list[Exception | _Answer]:
    return [_run(reaction, each) for each in inputs]


def _run(reaction: Reaction, inputs: Inputs) -> Exception | _Answer:
    try:
        documents = reaction.react(inputs)
        judgement = reaction.judgement
        claims = [claim for each in documents for claim in judgement.claims(each)] if judgement is not None else []
        return _Answer(documents, claims)
    except Exception as error:
        return error


def _came(story: PastSubject, attribute: str, judgement: Judgement) -> PlainRules:
    return PlainRules(judgement.came(attribute, story.all(attribute)))


def _compared(claim: Claim, origin: Instant, came: PlainRules, judgement: Judgement) -> Compared | None:
    value = came.within(claim.at, round(judgement.step * SECOND))
    if value is None:
        return None
    return Compared(
        at=claim.at,
        ahead=claim.at - origin,
        value=claim.value,
        interval=claim.interval,
        came=value,
        plain=came.said(origin, claim.at),
    )


class _Tally:
    """What was said, beside what came."""

    def __init__(self) -> None:
        self._compared: dict[tuple[str, Instant], list[Compared]] = {}
        self._failures: list[Failure] = []
        self._runs = self._silent = self._failed = self._pending = 0

    def not_there(self, subjects: int) -> None:
        """Subjects of which nothing was known at a moment."""
        self._runs += subjects
        self._silent += subjects

    def fail(self, failure: Failure) -> None:
        self._runs += 1
        self._failed += 1
        if len(self._failures) < MOST_FAILURES:
            self._failures.append(failure)

    def answered(self, *, said: bool) -> None:
        self._runs += 1
        self._silent += not said

    def take(self, claim: Claim, compared: Compared | None) -> None:
        """One claim; None where nothing came of it."""
        if compared is None:
            self._pending += 1
        else:
            self._compared.setdefault((claim.attribute, compared.ahead), []).append(compared)

    def report(self, service: str, reaction: Reaction, subjects: int) -> Report:
        return Report(
            service=service,
            reaction=reaction.name,
            version=reaction.version,
            subjects=subjects,
            runs=self._runs,
            silent=self._silent,
            failed=self._failed,
            pending=self._pending,
            promised=None if reaction.judgement is None else reaction.judgement.promised,
            scores=tuple(_score(*key, self._compared[key]) for key in sorted(self._compared)),
            failures=tuple(self._failures),
        )


def _score(attribute: str, ahead: Instant, compared: Sequence[Compared]) -> Score:
    return Score(attribute=attribute, ahead=ahead / SECOND, **msgspec.structs.asdict(errors(compared)))
