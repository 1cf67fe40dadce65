"""The load and the pace of the room over a span of time, from what the incidents' stories say. Pure.

EEMUA 191 calls one alarm an operator in ten minutes bearable. A time counts from the moment at which its clock begins.
"""

from collections.abc import Callable, Iterable, Sequence
from statistics import quantiles

import msgspec

from pinisi.city.operations import Targets
from pinisi.incidents.acts import Absorb, Act, BreakGlass, Close, Raise, Resume, Take, Verify
from pinisi.incidents.clocks import ClockName, clocks_of
from pinisi.incidents.life_cycle import retold
from pinisi.incidents.record import Record
from pinisi.vocabulary.instant import HOUR, SECOND, Instant


class Lived(msgspec.Struct, frozen=True):
    """An incident's story. `start` is its record before the first act."""

    start: Record
    story: Sequence[Act]


class Pace(msgspec.Struct, frozen=True, rename="camel"):
    """How long something took, in seconds; None where it never was. `in_time`: how many met their target."""

    count: int = 0
    median: float | None = None
    p90: float | None = None
    in_time: int = 0


class Operator(msgspec.Struct, frozen=True):
    """What one person did. A token counts for the person behind it."""

    name: str
    taken: int
    closed: int
    verified: int
    acknowledged: Pace


class Statistics(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Of the span from `since` to `until`; `alarms`: how often an incident began to ask for people."""

    alarms: int
    hours: float
    alarms_per_hour: float
    acknowledged: Pace
    triaged: Pace
    verified: Pace
    operators: tuple[Operator, ...]


class _Met(msgspec.Struct, frozen=True):
    """One clock that was met: by whom, how long it took, whether in time."""

    name: ClockName
    by: str
    who: str
    seconds: float
    in_time: bool


def statistics_of(lives: Iterable[Lived], targets: Targets, since: Instant, until: Instant) -> Statistics:
    """What happened from `since` up to and without `until`."""
    acts, met = 0, list[_Met]()
    done: list[Act] = []
    for life in lives:
        before = life.start
        for act, after in zip(life.story, retold(life.start, life.story), strict=True):
            if since <= act.at < until:
                acts += isinstance(act.deed, Raise | Resume)
                done.append(act)
                met += _met(before, after, act, targets)
            before = after
    hours = (until - since) / HOUR
    return Statistics(
        alarms=acts,
        hours=hours,
        alarms_per_hour=acts / hours if hours else 0.0,
        acknowledged=_pace(met, lambda each: each.name == "acknowledge"),
        triaged=_pace(met, lambda each: each.name == "triage"),
        verified=_pace(met, lambda each: each.name == "verify"),
        operators=tuple(_operators(done, met)),
    )


def _met(before: Record, after: Record, act: Act, targets: Targets) -> list[_Met]:
    """The clocks that this act has met."""
    if isinstance(act.deed, Raise | Close | Absorb):
        return []
    running = {clock.name for clock in clocks_of(before, targets) if clock.runs and not clock.agency}
    return [
        _Met(clock.name, act.by, act.name, max(0, clock.met_at - clock.since) / SECOND, clock.met_at <= clock.due)
        for clock in clocks_of(after, targets)
        if clock.name in running and not clock.runs and not clock.agency
    ]


def _pace(met: Iterable[_Met], counts: Callable[[_Met], bool]) -> Pace:
    chosen = [each for each in met if counts(each)]
    if not chosen:
        return Pace()
    times = sorted(each.seconds for each in chosen)
    cuts = quantiles(times, n=10, method="inclusive") if len(times) > 1 else [times[0]] * 9
    return Pace(len(times), round(cuts[4], 1), round(cuts[8], 1), sum(each.in_time for each in chosen))


def _operators(done: Sequence[Act], met: Sequence[_Met]) -> list[Operator]:
    people = {act.by: act.name for act in done if isinstance(act.deed, Take | Close | Verify | BreakGlass)}
    return sorted((_operator(by, name, done, met) for by, name in people.items()), key=lambda each: each.name)


def _operator(by: str, name: str, done: Sequence[Act], met: Sequence[_Met]) -> Operator:
    own = [act.deed for act in done if act.by == by]
    return Operator(
        name=name,
        taken=sum(isinstance(deed, Take) for deed in own),
        closed=sum(isinstance(deed, Close) for deed in own),
        verified=sum(isinstance(deed, Verify) for deed in own),
        acknowledged=_pace(met, lambda each: each.by == by and each.name == "acknowledge"),
    )
