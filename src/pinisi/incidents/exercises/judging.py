"""How a room does in an exercise: what was expected against what was done, and how long it took. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from pinisi.incidents.exercises.script import Expectation, Inject, ReadingIn, RingIn, Script, SilenceIn
from pinisi.incidents.record import Record
from pinisi.vocabulary.instant import SECOND, Instant

State = Literal["met", "late", "wrong", "waiting", "missed"]
"""`waiting`: there is still time. `missed`: its time is over, or the exercise, and it was not done."""
CASE_TIMES: Mapping[str, Callable[[Record], Instant]] = {
    "acknowledged": lambda record: record.acknowledged_at or record.opened_at or record.closed_at,
    "triaged": lambda record: record.triaged_at,
    "dispatched": lambda record: record.dispatched_at,
    "on-scene": lambda record: record.on_scene_at,
    "resolved": lambda record: record.resolved_at,
    "verified": lambda record: record.verified_at,
    "caller-answered": lambda record: record.answered_at,
    "closed": lambda record: record.closed_at,
}


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a call, as far as it names nobody. Moments are 0 where it has not come so far."""

    answered_at: Instant = 0
    saved_at: Instant = 0
    agent: str = ""
    kind: str = ""
    category: str = ""
    place: str = ""
    incident: str = ""


class Worked(msgspec.Struct, frozen=True, kw_only=True):
    """The incident that came of an inject; of one that was merged or belongs to another, that other."""

    id: str
    record: Record
    procedures: Mapping[str, Instant] = {}
    """Procedure -> when it was started."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What happened until `now`, by the ids of injects. `over`: when the exercise was ended; 0: it still runs."""

    now: Instant
    over: Instant = 0
    given: Mapping[str, Instant] = {}
    calls: Mapping[str, Rung] = {}
    cases: Mapping[str, Worked] = {}


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation. `took`: seconds from the inject; `got`: what there was instead of what was wanted."""

    expectation: Expectation
    state: State
    took: int | None = None
    got: str = ""


class JudgedInject(msgspec.Struct, frozen=True, kw_only=True):
    """`noticed`: seconds until somebody answered the call or took the alarm. `given_at` 0: not yet."""

    inject: Inject
    given_at: Instant = 0
    noticed: int | None = None
    by: str = ""
    incident: str = ""
    results: tuple[Judged, ...] = ()


class Score(msgspec.Struct, frozen=True):
    """How many expectations of what was injected are in which state."""

    met: int = 0
    late: int = 0
    wrong: int = 0
    missed: int = 0
    waiting: int = 0

    @property
    def judged(self) -> int:
        return self.met + self.late + self.wrong + self.missed


def judge(script: Script, seen: Seen) -> tuple[JudgedInject, ...]:
    return tuple(_judge_inject(inject, seen) for inject in script.injects)


def score_of(judged: Sequence[JudgedInject]) -> Score:
    states = [result.state for each in judged for result in each.results]
    return Score(*(states.count(state) for state in ("met", "late", "wrong", "missed", "waiting")))


def _judge_inject(inject: Inject, seen: Seen) -> JudgedInject:
    given = seen.given.get(inject.id, 0)
    if not given:
        return JudgedInject(inject=inject)
    call, case = seen.calls.get(inject.id), seen.cases.get(inject.id)
    noticed = _noticed(inject, call, case)
    return JudgedInject(
        inject=inject,
        given_at=given,
        noticed=(noticed - given) // SECOND if noticed else None,
        by=_by(call, case),
        incident=case.id if case else "",
        results=tuple(_judge(each, inject, given, seen) for each in inject.expected),
    )


def _noticed(inject: Inject, call: Rung | None, case: Worked | None) -> Instant:
    if isinstance(inject.happening, RingIn):
        return call.answered_at if call else 0
    alarm = isinstance(inject.happening, ReadingIn | SilenceIn)
    return CASE_TIMES["acknowledged"](case.record) if alarm and case else 0


def _by(call: Rung | None, case: Worked | None) -> str:
    if call is not None and call.agent:
        return call.agent
    return case.record.owner_name or case.record.owner if case else ""


def _judge(expectation: Expectation, inject: Inject, given: Instant, seen: Seen) -> Judged:
    at, got = _done(expectation, inject, seen)
    until = given + expectation.within * SECOND if expectation.within else 0
    if not at:
        gone = bool(seen.over) or bool(until and seen.now > until)
        return Judged(expectation=expectation, state="missed" if gone else "waiting")
    took = (at - given) // SECOND
    wrong = bool(expectation.wanted) and got != expectation.wanted
    state: State = "wrong" if wrong else "late" if until and at > until else "met"
    return Judged(expectation=expectation, state=state, took=took, got=got)


def _done(expectation: Expectation, inject: Inject, seen: Seen) -> tuple[Instant, str]:
    """When it was done, and what there was; 0: not yet."""
    call, case = seen.calls.get(inject.id), seen.cases.get(inject.id)
    match expectation.what:
        case "answered":
            return (call.answered_at, "") if call else (0, "")
        case "kind" | "category" | "place":
            return _called(expectation.what, call, case)
        case "joins":
            return _joined(expectation.wanted, call, case, seen)
        case "procedure":
            return _procedure(expectation.wanted, case)
        case "dispatched" if case and expectation.wanted:
            sent = [each.sent_at for each in case.record.sent if each.agency == expectation.wanted]
            return (min(sent), expectation.wanted) if sent else (0, "")
        case what:
            return (CASE_TIMES[what](case.record), "") if case else (0, "")


def _called(what: str, call: Rung | None, case: Worked | None) -> tuple[Instant, str]:
    """What the call taker wrote down; the category as it was corrected later, if it was."""
    if call is None or not call.saved_at:
        return 0, ""
    if what == "kind":
        return call.saved_at, call.kind
    if what == "place":
        return call.saved_at, call.place
    record = case.record if case else None
    corrected = f"{record.category}/{record.subcategory}".rstrip("/") if record and record.triaged_at else ""
    return call.saved_at, corrected or call.category


def _joined(wanted: str, call: Rung | None, case: Worked | None, seen: Seen) -> tuple[Instant, str]:
    if call is None or not call.saved_at:
        return 0, ""
    other = seen.cases.get(wanted)
    return call.saved_at, wanted if case and other and case.id == other.id else "–"


def _procedure(wanted: str, case: Worked | None) -> tuple[Instant, str]:
    """The procedure that is wanted, else the first that was started."""
    if case is None or not case.procedures:
        return 0, ""
    if wanted in case.procedures:
        return case.procedures[wanted], wanted
    first = min(case.procedures, key=lambda id: case.procedures[id])
    return case.procedures[first], first
