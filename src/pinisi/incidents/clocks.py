"""The clocks of an incident: what has to be done by when, by the city's written targets. Pure.

A clock runs from a moment of the record; the incident's due time is that of the clock that ends first of those that
run. Where no priority was set yet the usual one counts.
"""

from typing import Literal

import msgspec

from pinisi.city.operations import USUAL_PRIORITY, Targets
from pinisi.incidents.record import GONE, Record, Sent
from pinisi.incidents.states import ALARM, QUIET
from pinisi.vocabulary.instant import SECOND, Instant

ClockName = Literal["acknowledge", "triage", "dispatch", "arrive", "resolve", "verify", "answer", "accept"]


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One clock. `met_at` 0: it still runs. `agency` and `unit` where it is that of one who was sent."""

    name: ClockName
    since: Instant
    due: Instant
    met_at: Instant = 0
    agency: str = ""
    unit: str = ""

    @property
    def runs(self) -> bool:
        return not self.met_at

    def late(self, now: Instant) -> bool:
        """Whether it was, or by now would be, met after its time."""
        return (self.met_at or now) > self.due


def clocks_of(record: Record, targets: Targets) -> list[Clock]:
    """The clocks that run or have run since it last began, in the order in which they are to be met."""
    if record.state in QUIET or record.outcome:
        return []
    number = (record.priority or USUAL_PRIORITY) - 1
    found: list[Clock] = []

    def clock(name: ClockName, since: Instant, met_at: Instant, sent: Sent | None = None) -> None:
        if since:
            due = since + getattr(targets, name)[number] * SECOND
            agency, unit = (sent.agency, sent.unit) if sent else ("", "")
            found.append(Clock(name=name, since=since, due=due, met_at=met_at, agency=agency, unit=unit))

    over = record.closed_at
    if record.opened_at == 0 or record.acknowledged_at:
        clock("acknowledge", record.rang_at or record.raised_at, _first(record.acknowledged_at, over))
    if record.state not in ALARM and record.opened_at:
        ended = _first(record.resolved_at, over)
        clock("triage", record.opened_at, _first(record.triaged_at, ended))
        clock("dispatch", record.triaged_at, _first(record.dispatched_at, ended))
        clock("arrive", record.dispatched_at, _first(record.on_scene_at, ended))
        clock("resolve", record.opened_at, ended)
        if record.asked:
            clock("verify", record.resolved_at, _first(record.verified_at, over))
        for sent in record.active:
            clock("accept", sent.sent_at, _first(sent.accepted_at, ended), sent)
    if record.caller and not record.unanswered:
        clock("answer", record.raised_at, _first(record.answered_at, over))
    return found


def own_clocks(record: Record, sent: Sent, targets: Targets) -> tuple[Clock, Clock]:
    """When one that was sent is to answer and to be there, counted from when it was asked: each agency has its own
    time, also one that was called an hour after the first."""
    number = (record.priority or USUAL_PRIORITY) - 1
    left = sent.at if sent.state in (*GONE, "finished") else 0
    ended = _first(record.resolved_at, record.closed_at, left)

    def clock(name: Literal["accept", "arrive"], met_at: Instant) -> Clock:
        due = sent.sent_at + getattr(targets, name)[number] * SECOND
        met = _first(met_at, ended)
        return Clock(name=name, since=sent.sent_at, due=due, met_at=met, agency=sent.agency, unit=sent.unit)

    return clock("accept", sent.accepted_at), clock("arrive", sent.arrived_at)


def due_at(record: Record, targets: Targets) -> Instant:
    """When the next clock ends; 0 where none runs."""
    return min((clock.due for clock in clocks_of(record, targets) if clock.runs), default=0)


def _first(*moments: Instant) -> Instant:
    """The earliest of the moments that have come; 0 where none has."""
    return min((moment for moment in moments if moment), default=0)
