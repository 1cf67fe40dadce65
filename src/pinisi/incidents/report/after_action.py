"""What happened in an incident, put together from what was kept: who did what and when, decisions with their reasons,
times against the city's targets, the procedure, and what is missing. Pure; names the people of the room, no caller.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

import msgspec

from pinisi.city.operations import Operations
from pinisi.city.text import Text
from pinisi.incidents.acts import Act, act_word
from pinisi.incidents.clocks import Clock, clocks_of
from pinisi.incidents.incident import DETAIL, EXERCISE, SEVERITY, TITLE, word_of
from pinisi.incidents.procedures.playbook import Playbook, Step
from pinisi.incidents.procedures.run import Run
from pinisi.incidents.queue import Case
from pinisi.incidents.record import Record, Sent
from pinisi.incidents.states import INCIDENT_STATES
from pinisi.vocabulary.instant import SECOND, Instant

Kept = Literal["kept", "missed", "running", "overdue"]
Lacking = Literal[
    "not-closed",
    "no-place",
    "no-category",
    "no-priority",
    "nobody-sent",
    "nobody-arrived",
    "no-words-of-resolution",
    "not-verified",
    "glass-unreviewed",
    "caller-unanswered",
    "no-procedure",
    "steps-open",
    "steps-skipped",
    "no-reason",
    "entered-late",
]
DECISIONS = frozenset(
    {
        "shelve",
        "suppress",
        "open",
        "triage",
        "assign",
        "withdraw",
        "refuse",
        "resolve",
        "verify",
        "reject",
        "break-glass",
        "review",
        "close",
        "reopen",
        "merge",
        "unmerge",
    }
)
REASONED = DECISIONS - {"open", "triage", "assign", "verify", "merge"}
"""Decisions that ask for a reason (docs/reference/incidents.md)."""
_DECIDED_IN_PROCEDURE = frozenset({"answer", "skip", "cancel", "pause"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Line(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One act. `at`: when it was truly done; `entered_at`: when it was entered, where that was later.

    `way`, `became` and `said` speak of somebody outside who was told, `did`, `procedure`, `step` and `answer` of a
    procedure; `words` are a note, or the reason that was given.
    """

    at: datetime
    by: str
    act: str
    entered_at: datetime | None = None
    agency: Text | None = None
    unit: str = ""
    role: str = ""
    lead: Text | None = None
    to: str = ""
    until: datetime | None = None
    priority: int = 0
    category: Text | None = None
    subcategory: Text | None = None
    injured: int = 0
    channel: str = ""
    asked: str = ""
    outcome: str = ""
    rule: str = ""
    task: str = ""
    done: bool = False
    alone: bool = False
    way: str = ""
    became: str = ""
    said: str = ""
    did: str = ""
    procedure: Text | None = None
    step: Text | None = None
    answer: Text | None = None
    reason: str = ""
    note: str = ""

    @property
    def words(self) -> str:
        return self.reason or self.note

    @property
    def decides(self) -> bool:
        return self.act in DECISIONS or self.did in _DECIDED_IN_PROCEDURE

    @property
    def lacks_reason(self) -> bool:
        return self.act in REASONED and not self.words and self.outcome not in ("prank", "information")


class Target(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A clock against the city's target. Seconds; `difference` below 0: so long before its time."""

    clock: str
    since: datetime
    due: datetime
    met_at: datetime | None
    allowed: int
    took: int
    difference: int
    kept: Kept
    agency: Text | None = None
    unit: str = ""


class Called(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An agency or a unit that was asked to come."""

    agency: Text
    unit: str
    role: str
    state: str
    sent_at: datetime | None
    accepted_at: datetime | None
    arrived_at: datetime | None
    reason: str = ""


class StepDone(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A step of a procedure and what became of it."""

    text: Text
    owner: str
    state: str
    ended: datetime | None = None
    by: str = ""
    answer: Text | None = None
    words: str = ""


class Procedure(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    title: Text
    version: int
    drill: bool
    state: str
    started: datetime
    by: str
    ended: datetime | None = None
    reason: str = ""
    steps: tuple[StepDone, ...] = ()


class Missing(msgspec.Struct, frozen=True):
    """What a reader should know is not there. `number`: how many of them."""

    what: Lacking
    number: int = 0


class AfterAction(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The report. `position` is the commit that it rests upon: the same position tells the same story."""

    id: str
    title: Mapping[str, str]
    detail: Mapping[str, str] | None
    exercise: bool
    severity: str
    state: str
    priority: int
    category: Text | None
    subcategory: Text | None
    channel: str
    injured: int
    area: str | None
    location: tuple[float, float] | None
    raised_at: datetime
    raised_by: str
    owner: str
    lead: Text | None
    outcome: str
    acknowledged_at: datetime | None
    dispatched_at: datetime | None
    on_scene_at: datetime | None
    resolved_at: datetime | None
    resolved_by: str
    verified_at: datetime | None
    verified_by: str
    closed_at: datetime | None
    closed_by: str
    lines: tuple[Line, ...]
    targets: tuple[Target, ...]
    called: tuple[Called, ...]
    procedures: tuple[Procedure, ...]
    missing: tuple[Missing, ...]
    made_at: datetime
    position: int

    @property
    def decisions(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.decides)


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is made of. `area`: the name of where it lies; `runs` with the text that each was started with;
    `units`: the names of units by their ids."""

    case: Case
    story: Sequence[Act]
    operations: Operations
    runs: Sequence[tuple[Run, Playbook]] = ()
    area: str | None = None
    location: tuple[float, float] | None = None
    exercise: bool = False
    units: Mapping[str, str] = {}

    def unit(self, id: str) -> str:
        """Its name; of one that has left the roster, the last part of its id."""
        return self.units.get(id) or id.rpartition(":")[2]


def after_action(of: Sources, now: Instant) -> AfterAction:
    """The report as things stand at `now`."""
    entity, record = of.case.entity, of.case.record
    told = [_line(act, of) for act in of.story[: record.acts]]
    lines = tuple(sorted(told, key=lambda line: line.at))
    procedures = tuple(_procedure(run, playbook) for run, playbook in of.runs)
    return AfterAction(
        id=entity.id,
        title=_words(word_of(entity, TITLE)) or {},
        detail=_words(word_of(entity, DETAIL)),
        exercise=of.exercise or word_of(entity, EXERCISE) is True,
        severity=word_of(entity, SEVERITY) or "information",
        state=record.state,
        priority=record.priority,
        category=_category(of.operations, record.category),
        subcategory=_subcategory(of.operations, record.category, record.subcategory),
        channel=record.channel,
        injured=record.injured,
        area=of.area,
        location=of.location,
        raised_at=moment(record.raised_at),
        raised_by=lines[0].by if lines else record.raised_by,
        owner=record.owner_name or record.owner,
        lead=_agency(of.operations, record.lead),
        outcome=record.outcome,
        acknowledged_at=_moment(record.acknowledged_at),
        dispatched_at=_moment(record.dispatched_at),
        on_scene_at=_moment(record.on_scene_at),
        resolved_at=_moment(record.resolved_at),
        resolved_by=record.resolved_name,
        verified_at=_moment(record.verified_at),
        verified_by=record.verified_name,
        closed_at=_moment(record.closed_at),
        closed_by=record.closed_by,
        lines=lines,
        targets=tuple(_target(clock, of, now) for clock in clocks_of(record, of.operations.targets)),
        called=tuple(_called(sent, of) for sent in record.sent),
        procedures=procedures,
        missing=tuple(_missing(record, lines, procedures, of.location)),
        made_at=moment(now),
        position=of.case.position,
    )


def moment(at: Instant) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


def _moment(at: Instant) -> datetime | None:
    return moment(at) if at else None


def _line(act: Act, of: Sources) -> Line:
    """An act with its codes in words. What only some deeds have is looked up by its name."""
    deed, operations = act.deed, of.operations

    def has(name: str, otherwise: Any = "") -> Any:
        return getattr(deed, name, otherwise)

    return Line(
        at=moment(act.at),
        entered_at=_moment(act.entered_at),
        by=act.name or act.by,
        act=act_word(deed),
        agency=_agency(operations, has("agency")),
        unit=of.unit(has("unit")),
        role=has("role"),
        lead=_agency(operations, has("lead")),
        to=has("to_name") or has("to"),
        until=_moment(has("until", 0)),
        priority=has("priority", 0),
        category=_category(operations, has("category")),
        subcategory=_subcategory(operations, has("category"), has("subcategory")),
        injured=has("injured", 0),
        channel=has("channel"),
        asked=act.asked,
        outcome=has("outcome"),
        rule=has("rule"),
        task=has("task"),
        done=has("done", False),
        alone=act.alone,
        way=has("way"),
        became=has("became"),
        said=has("said"),
        did=has("did"),
        procedure=_text(has("title", None)),
        step=_text(has("what", None)),
        answer=_text(has("answer", None)),
        reason=has("reason"),
        note=deed.note,
    )


def _target(clock: Clock, of: Sources, now: Instant) -> Target:
    end = clock.met_at or now
    late = clock.late(now)
    kept: Kept = ("overdue" if late else "running") if clock.runs else ("missed" if late else "kept")
    return Target(
        clock=clock.name,
        since=moment(clock.since),
        due=moment(clock.due),
        met_at=_moment(clock.met_at),
        allowed=(clock.due - clock.since) // SECOND,
        took=(end - clock.since) // SECOND,
        difference=(end - clock.due) // SECOND,
        kept=kept,
        agency=_agency(of.operations, clock.agency),
        unit=of.unit(clock.unit),
    )


def _called(sent: Sent, of: Sources) -> Called:
    return Called(
        agency=_agency(of.operations, sent.agency) or same(sent.agency),
        unit=of.unit(sent.unit),
        role=sent.role,
        state=sent.state,
        sent_at=_moment(sent.sent_at),
        accepted_at=_moment(sent.accepted_at),
        arrived_at=_moment(sent.arrived_at),
        reason=sent.reason,
    )


def _procedure(run: Run, playbook: Playbook) -> Procedure:
    return Procedure(
        title=playbook.title,
        version=run.version,
        drill=run.drill,
        state=run.state,
        started=moment(run.started),
        by=run.name,
        ended=_moment(run.ended),
        reason=run.reason,
        steps=tuple(_step(run, step) for step in playbook.steps),
    )


def _step(run: Run, step: Step) -> StepDone:
    progress = run.progress(step.id)
    answers = step.decision.answers if step.decision else ()
    chosen = next((answer.text for answer in answers if answer.id == progress.answer), None)
    return StepDone(
        text=step.text,
        owner=step.owner,
        state=progress.state,
        ended=_moment(progress.ended),
        by=progress.name,
        answer=chosen,
        words=progress.words,
    )


def _missing(
    record: Record, lines: Sequence[Line], procedures: Sequence[Procedure], location: object
) -> Sequence[Missing]:
    """In the order in which a reader asks."""
    incident = record.state in INCIDENT_STATES and not record.outcome
    steps = [step.state for procedure in procedures for step in procedure.steps]
    numbers: Mapping[Lacking, int] = {
        "not-closed": record.state != "closed",
        "no-place": location is None,
        "no-category": incident and not record.category,
        "no-priority": incident and not record.priority,
        "nobody-sent": incident and not record.sent,
        "nobody-arrived": bool(incident and record.active and not record.on_scene_at),
        "no-words-of-resolution": any(line.act == "resolve" and not line.words for line in lines),
        "not-verified": bool(record.asked and record.resolved_at and not record.verified_at),
        "glass-unreviewed": bool(record.glass and not record.reviewed_at),
        "caller-unanswered": record.answer_is_owed,
        "no-procedure": incident and not procedures,
        "steps-open": steps.count("open") + steps.count("waiting"),
        "steps-skipped": steps.count("skipped"),
        "no-reason": sum(line.lacks_reason for line in lines if line.act != "resolve"),
        "entered-late": sum(line.entered_at is not None for line in lines),
    }
    return [Missing(what, int(number)) for what, number in numbers.items() if number]


def same(words: str) -> Text:
    """What nobody has translated: a name, or what somebody typed."""
    return Text(words, words, words)


def _agency(operations: Operations, code: str) -> Text | None:
    known = operations.agency(code)
    return known.name if known else same(code) if code else None


def _category(operations: Operations, code: str) -> Text | None:
    known = operations.category(code)
    return known.name if known else same(code) if code else None


def _subcategory(operations: Operations, category: str, code: str) -> Text | None:
    known = operations.category(category)
    named = next((each.name for each in known.subcategories if each.code == code), None) if known else None
    return named or (same(code) if code else None)


def _words(said: Any) -> Mapping[str, str] | None:
    """Words in every language, also of an incident that came from outside with words in none."""
    if isinstance(said, str):
        return dict.fromkeys(("id", "en", "ja"), said)
    return cast("Mapping[str, str]", said) if isinstance(said, dict) else None


def _text(said: Any) -> Text | None:
    """The words of a procedure, as its line in the story keeps them."""
    return msgspec.convert(said, Text) if said and isinstance(said, dict) else None
