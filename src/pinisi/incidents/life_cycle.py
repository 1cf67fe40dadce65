"""The life of an incident: record and act in, new record out. Pure: no store, no clock, no rules of a city.

`FROM` is the table of docs/reference/incidents.md: which act fits which state. Alarms go by ISA-18.2; a condition that
ends brings an alarm to `returned`, taken or not, and only a person closes it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from pinisi.incidents.acts import (
    Absorb,
    Accept,
    Act,
    Answer,
    Arrive,
    Assign,
    BreakGlass,
    CallAgain,
    Close,
    Deed,
    Finish,
    Follow,
    Give,
    Hand,
    KeptApart,
    Merge,
    Note,
    Open,
    Part,
    Raise,
    Refuse,
    Reject,
    Release,
    Reopen,
    Resolve,
    Resume,
    Return,
    Review,
    Shelve,
    Suppress,
    Take,
    Task,
    Told,
    Triage,
    Unmerge,
    Unshelve,
    Verify,
    Withdraw,
    act_word,
)
from pinisi.incidents.record import Record
from pinisi.incidents.requirements import ActDoesNotFit, BadAct, check_needs
from pinisi.incidents.sending import after_sending
from pinisi.incidents.states import ALARM, LOUD, OPEN, STATES, UNDER_WAY, State

_BEFORE_RESOLVED: tuple[State, ...] = (*ALARM, *UNDER_WAY)
_AFTER_TRIAGE: tuple[State, ...] = ("triaged", "dispatched", "onScene")
_SENT: tuple[State, ...] = ("dispatched", "onScene")
OUTRIGHT: tuple[State, ...] = (*ALARM, "open", "triaged")
"""From these a prank or a call for information ends with one key."""

FROM: Mapping[type[Deed], tuple[State, ...]] = {
    Raise: ("closed",),
    Take: OPEN,
    Give: ("acknowledged", "returned", *UNDER_WAY, "resolved", "verified"),
    Note: STATES,
    Hand: OPEN,
    Return: OPEN,
    Resume: OPEN,
    Shelve: LOUD,
    Unshelve: ("shelved",),
    Suppress: (*LOUD, "suppressed"),
    Release: ("suppressed",),
    Open: ALARM,
    Triage: UNDER_WAY,
    Assign: _AFTER_TRIAGE,
    Withdraw: _SENT,
    Accept: _SENT,
    Refuse: _SENT,
    Arrive: _SENT,
    Finish: _SENT,
    Resolve: UNDER_WAY,
    Verify: ("resolved",),
    Reject: ("resolved",),
    BreakGlass: ("resolved",),
    Review: STATES,
    Answer: STATES,
    Close: (*OUTRIGHT, "resolved", "verified"),
    Reopen: ("resolved", "verified", "closed"),
    Merge: _BEFORE_RESOLVED,
    Unmerge: ("closed",),
    Absorb: _BEFORE_RESOLVED,
    Part: STATES,
    KeptApart: STATES,
    CallAgain: OPEN,
    Follow: STATES,
    Task: OPEN,
    Told: STATES,
}


def begun(act: Act, acts: int) -> Record:
    """The record of an incident just raised; `acts` counts the lines of its story."""
    deed = act.deed
    if not isinstance(deed, Raise):
        raise BadAct("act", "a story begins with raise")
    record = Record(
        state=deed.begins,
        raised_at=act.at,
        raised_by=act.name,
        since=act.at,
        acts=acts,
        rang_at=act.at,
        channel=deed.channel,
        category=deed.category,
        subcategory=deed.subcategory,
        caller=deed.caller,
        opened_at=0 if deed.begins in ALARM else act.at,
    )
    return _graver(record, deed.priority, deed.injured)


def after(record: Record, act: Act) -> Record:
    """The record after an act.

    Raises:
        ActDoesNotFit: it is impossible in the incident's state, or not for the one who acts.
        BadAct: it lacks something; names the field.
    """
    deed = act.deed
    check_needs(act)
    if isinstance(deed, Raise) or record.state not in FROM[type(deed)]:
        raise ActDoesNotFit(_why_not(record, deed))
    return _CONSEQUENCE[type(deed)](replace(record, acts=record.acts + 1), act, deed)


def fits(record: Record) -> list[str]:
    """The words of the acts that the state allows, whoever asks, in the table's order."""
    return [act_word_of(deed) for deed, states in FROM.items() if deed is not Raise and record.state in states]


def act_word_of(deed: type[Deed]) -> str:
    return act_word(deed())


def retold(start: Record, story: Iterable[Act]) -> list[Record]:
    """The record after each act of a story, oldest first; an incident that was closed may be raised anew.

    `start`: the record before the first act, of one that came from outside and was never raised here.
    """
    records = [start]
    for number, act in enumerate(story, start=1):
        records.append(begun(act, number) if isinstance(act.deed, Raise) else after(records[-1], act))
    return records[1:]


def _why_not(record: Record, deed: Deed) -> str:
    word, state = act_word(deed), record.state
    if isinstance(deed, Raise):
        return "it is there already"
    if state == "closed":
        return "the incident is closed: reopen it with a reason"
    if isinstance(deed, Triage) or (isinstance(deed, Resolve) and state in ALARM):
        return f"{word} does not fit an alarm: open it as an incident first" if state in ALARM else _rule(word, state)
    if isinstance(deed, Assign) and state in (*ALARM, "open"):
        return "triage it first: whom to send follows from what it is"
    if isinstance(deed, Close) and state in UNDER_WAY:
        return "resolve it first, saying what was done; a prank or a call for information ends outright"
    if isinstance(deed, Verify | Reject | BreakGlass):
        return "there is nothing to verify: it is not resolved"
    return _rule(word, state)


def _rule(word: str, state: State) -> str:
    return f"{word} does not fit an incident that is {state}"


def _become(record: Record, state: State, act: Act, **more: Any) -> Record:
    return replace(record, state=state, since=act.at, **more)


def _ringing(record: Record) -> State:
    """The state of an alarm that is neither shelved nor suppressed."""
    if record.over:
        return "returned"
    return "acknowledged" if record.owner or record.owner_name else "unacknowledged"


def _ring(record: Record, act: Act, **more: Any) -> Record:
    """It asks for people again; who owns it has acknowledged it already."""
    acknowledged = record.acknowledged_at if record.owner or record.owner_name else 0
    return _become(record, _ringing(record), act, rang_at=act.at, acknowledged_at=acknowledged, **more)


def _graver(record: Record, priority: int, injured: int) -> Record:
    gravest = min((each for each in (record.gravest, priority) if each), default=0)
    return replace(record, priority=priority, gravest=gravest, injured=injured, hurt=record.hurt or injured > 0)


def _owned(record: Record, act: Act) -> Record:
    """Owned by the one who acts, if nobody owns it yet."""
    return record if record.owner or record.owner_name else replace(record, owner=act.by, owner_name=act.name)


# alarms


def _take(record: Record, act: Act, _deed: Take) -> Record:
    if record.owner == act.by:
        raise ActDoesNotFit("you own this incident already")
    state = "acknowledged" if record.state == "unacknowledged" else record.state
    return _become(
        record, state, act, owner=act.by, owner_name=act.name, acknowledged_at=record.acknowledged_at or act.at
    )


def _give(record: Record, act: Act, _deed: Give) -> Record:
    if record.owner != act.by:
        raise ActDoesNotFit("only its owner gives it back; hand it on, or take it over")
    state = "unacknowledged" if record.state == "acknowledged" else record.state
    return _become(record, state, act, owner="", owner_name="", acknowledged_at=0 if state in ALARM else act.at)


def _hand(record: Record, act: Act, deed: Hand) -> Record:
    state = "acknowledged" if record.state == "unacknowledged" else record.state
    return _become(
        record,
        state,
        act,
        owner=deed.to,
        owner_name=deed.to_name or deed.to,
        acknowledged_at=record.acknowledged_at or act.at,
    )


def _return(record: Record, act: Act, _deed: Return) -> Record:
    if record.over:
        raise ActDoesNotFit("its condition has ended already")
    ended = replace(record, over=True)
    return _become(ended, "returned", act) if record.state in LOUD else ended


def _resume(record: Record, act: Act, _deed: Resume) -> Record:
    if not record.over:
        raise ActDoesNotFit("its condition has not ended")
    again = replace(record, over=False)
    return _ring(again, act) if record.state == "returned" else again


def _shelve(record: Record, act: Act, deed: Shelve) -> Record:
    return _become(record, "shelved", act, until=deed.until, reason=deed.reason)


def _unshelve(record: Record, act: Act, _deed: Unshelve) -> Record:
    return _ring(record, act, until=0, reason="")


def _suppress(record: Record, act: Act, deed: Suppress) -> Record:
    return _become(record, "suppressed", act, suppressed_by=deed.rule, group=deed.group, reason=deed.reason)


def _release(record: Record, act: Act, _deed: Release) -> Record:
    return _ring(record, act, suppressed_by="", group="", reason="")


def _open(record: Record, act: Act, _deed: Open) -> Record:
    opened = _owned(record, act)
    return _become(
        opened,
        "open",
        act,
        opened_at=act.at,
        acknowledged_at=record.acknowledged_at or act.at,
        until=0,
        suppressed_by="",
        reason="",
        group="",
    )


# incidents


def _triage(record: Record, act: Act, deed: Triage) -> Record:
    graver = _owned(_graver(record, deed.priority, deed.injured), act)
    state = "triaged" if record.state == "open" else record.state
    return replace(
        graver if state == record.state else _become(graver, state, act),
        category=deed.category or record.category,
        subcategory=deed.subcategory or ("" if deed.category else record.subcategory),
        lead=deed.lead or record.lead,
        triaged_at=record.triaged_at or act.at,
        acknowledged_at=record.acknowledged_at or act.at,
    )


def _sending(record: Record, act: Act, _deed: Deed) -> Record:
    return after_sending(record, act)


def _resolve(record: Record, act: Act, _deed: Resolve) -> Record:
    return _become(
        _owned(record, act),
        "resolved",
        act,
        resolved_at=act.at,
        resolved_by=act.by,
        resolved_name=act.name,
        asked=act.asked,
    )


def _verify(record: Record, act: Act, _deed: Verify) -> Record:
    _second_person(record, act)
    return _verified(record, act)


def _reject(record: Record, act: Act, deed: Reject) -> Record:
    _second_person(record, act)
    return _anew(record, act, deed.reason)


def _break_glass(record: Record, act: Act, deed: BreakGlass) -> Record:
    if not act.alone:
        raise ActDoesNotFit("somebody else is on duty who may verify it: ask him")
    return replace(_verified(record, act), glass=deed.reason, reviewed_at=0, reviewed_by="", upheld=False)


def _second_person(record: Record, act: Act) -> None:
    if act.by in (record.resolved_by, record.owner):
        raise ActDoesNotFit("a second person has to verify: you resolved it or own it")


def _verified(record: Record, act: Act) -> Record:
    return _become(record, "verified", act, verified_at=act.at, verified_by=act.by, verified_name=act.name)


def _review(record: Record, act: Act, deed: Review) -> Record:
    if not record.glass or record.reviewed_at:
        raise ActDoesNotFit("there is no broken glass to review")
    if act.by == record.verified_by:
        raise ActDoesNotFit("a second person has to review it: you broke the glass")
    return replace(record, reviewed_at=act.at, reviewed_by=act.name, upheld=deed.upheld)


def _answer(record: Record, act: Act, deed: Answer) -> Record:
    if not record.caller:
        raise ActDoesNotFit("nobody waits for an answer")
    return replace(record, answered_at=0 if deed.reason else act.at, unanswered=deed.reason)


def _close(record: Record, act: Act, deed: Close) -> Record:
    if deed.outcome in ("prank", "information"):
        return _close_outright(record, act, deed)
    if record.state in UNDER_WAY:
        raise ActDoesNotFit(_why_not(record, deed))
    if record.state == "resolved" and record.asked:
        raise ActDoesNotFit("a second person has to verify it first")
    if record.answer_is_owed:
        raise ActDoesNotFit("its caller was not answered: record the answer, or the reason why there is none")
    return _closed(record, act, deed)


def _close_outright(record: Record, act: Act, deed: Close) -> Record:
    if record.state not in OUTRIGHT:
        raise ActDoesNotFit("people were sent: resolve it, saying what was found")
    if record.hurt:
        raise ActDoesNotFit("somebody was reported injured: resolve it, saying what was found")
    return _closed(record, act, deed)


def _closed(record: Record, act: Act, deed: Close) -> Record:
    return _become(
        _owned(record, act),
        "closed",
        act,
        closed_at=act.at,
        closed_by=act.name,
        reason=deed.reason or deed.outcome,
        outcome=deed.outcome,
        until=0,
        suppressed_by="",
    )


def _reopen(record: Record, act: Act, deed: Reopen) -> Record:
    if record.outcome == "merged":
        raise ActDoesNotFit("it was merged into another incident: take it out of that one first")
    return _anew(record, act, deed.reason)


def _anew(record: Record, act: Act, reason: str) -> Record:
    """Open again: its clocks run anew, whoever was sent has gone, and a caller has to be answered once more."""
    return _become(
        record,
        "open",
        act,
        reason=reason,
        opened_at=act.at,
        triaged_at=0,
        dispatched_at=0,
        on_scene_at=0,
        resolved_at=0,
        resolved_by="",
        resolved_name="",
        asked="",
        verified_at=0,
        verified_by="",
        verified_name="",
        closed_at=0,
        closed_by="",
        outcome="",
        answered_at=0,
        unanswered="",
        sent=(),
    )


def _merge(record: Record, act: Act, deed: Merge) -> Record:
    return _become(
        _owned(record, act),
        "closed",
        act,
        before=record.state,
        group=deed.into,
        outcome="merged",
        closed_at=act.at,
        closed_by=act.name,
        reason="merged",
        until=0,
        suppressed_by="",
    )


def _unmerge(record: Record, act: Act, _deed: Unmerge) -> Record:
    if record.outcome != "merged" or record.before is None:
        raise ActDoesNotFit("it was not merged into another incident")
    alone = replace(record, before=None, group="", outcome="", closed_at=0, closed_by="", reason="", until=0)
    return _become(alone, _ringing(alone) if record.before in ALARM else record.before, act)


def _absorb(record: Record, act: Act, deed: Absorb) -> Record:
    owes = record.caller or deed.caller
    anew = deed.caller and not record.answer_is_owed
    gravest = min((each for each in (record.gravest, deed.gravest) if each), default=0)
    return replace(
        record,
        absorbed=(*record.absorbed, deed.of),
        caller=owes,
        answered_at=0 if anew else record.answered_at,
        unanswered="" if anew else record.unanswered,
        gravest=gravest,
        hurt=record.hurt or deed.hurt,
    )


def _call_again(record: Record, _act: Act, _deed: CallAgain) -> Record:
    return replace(record, caller=True, answered_at=0, unanswered="")


def _part(record: Record, _act: Act, deed: Part) -> Record:
    if deed.of not in record.absorbed:
        raise ActDoesNotFit("it does not hold that incident")
    return replace(record, absorbed=tuple(each for each in record.absorbed if each != deed.of))


def _line(record: Record, _act: Act, _deed: Deed) -> Record:
    return record


_CONSEQUENCE: Mapping[type[Deed], Callable[[Record, Act, Any], Record]] = {
    Take: _take,
    Give: _give,
    Note: _line,
    Follow: _line,
    Task: _line,
    Told: _line,
    Hand: _hand,
    Return: _return,
    Resume: _resume,
    Shelve: _shelve,
    Unshelve: _unshelve,
    Suppress: _suppress,
    Release: _release,
    Open: _open,
    Triage: _triage,
    Assign: _sending,
    Withdraw: _sending,
    Accept: _sending,
    Refuse: _sending,
    Arrive: _sending,
    Finish: _sending,
    Resolve: _resolve,
    Verify: _verify,
    Reject: _reject,
    BreakGlass: _break_glass,
    Review: _review,
    Answer: _answer,
    Close: _close,
    Reopen: _reopen,
    Merge: _merge,
    Unmerge: _unmerge,
    Absorb: _absorb,
    Part: _part,
    KeptApart: _line,
    CallAgain: _call_again,
}
