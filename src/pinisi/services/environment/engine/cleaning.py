"""An explained verdict on every value of a sensor: nothing is dropped, what is doubtful is named and left out.

The verdict on a value needs only the readings of the `SPAN` before its time, so a whole series (`judge_all`) and a
reaction that is woken by each new value (`judge`) say the same. What a later value tells of an earlier one (a jump that
stays, a run that was stuck from its start) is in `settled`: the verdict as known now, beside the one as known then.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Literal

import msgspec

from pinisi.services.environment.engine.quantity import Quantity
from pinisi.vocabulary.instant import HOUR, MINUTE, Instant

Reason = Literal["range", "zero", "duplicate", "contradiction", "stuck", "jump", "ahead", "late", "gap"]
"""Reason codes; their texts are `air-REASON` in the service's strings."""

NOTES: frozenset[Reason] = frozenset({"late", "gap"})
"""These tell how a value came; they do not make it doubtful."""

SPAN = 48 * HOUR
"""How far back a verdict looks from the time of its value."""
NEIGHBOURS = 6
"""A jump is judged against the median of so many good values before it."""
FEWEST_NEIGHBOURS = 3
TO_SIGMA = 1.4826
"""The median distance from the median, times this, is the standard deviation of a normal spread."""
FRESH = 6 * HOUR
"""Neighbours further apart than this say nothing of each other."""
STALE = 3 * HOUR
"""A value received so much later than it was measured is late."""
AHEAD = 5 * MINUTE
"""A value may be so much ahead of the clock that received it."""
FEWEST_EQUAL = 4
"""So many equal values at least make a stuck sensor, however far apart they are."""


class Reading(msgspec.Struct, frozen=True):
    """A value of a sensor: measured `at`, known since `received` (`at` where nobody noted it)."""

    at: Instant
    value: float
    received: Instant | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What is thought of one reading.

    Attributes:
        reasons: why it is doubtful or remarkable; empty: a plain good value.
        usual: the median of its neighbours, where there are any: what a jump is measured from.
        since: begin of the run of equal values it continues, where it does.
        missing: hours without a value just before it.
        confirms: time of the reading before, whose jump this one shows to be a real change.
    """

    at: Instant
    value: float
    reasons: tuple[Reason, ...] = ()
    usual: float | None = None
    since: Instant | None = None
    missing: int = 0
    confirms: Instant | None = None

    @property
    def used(self) -> bool:
        """Whether indices, alarms and forecasts may rest on it."""
        return not self.reasons or NOTES.issuperset(self.reasons)


def judge(quantity: Quantity, earlier: Sequence[Reading], newest: Reading) -> Verdict:
    """The verdict on a reading that has just come.

    Args:
        quantity: the rules.
        earlier: what came before it, in the order of coming; all readings of the `SPAN` before `newest.at` and later.
        newest: the reading to judge.
    """
    near = [reading for reading in earlier if reading.at >= newest.at - SPAN]
    same = [reading.value for reading in near if reading.at == newest.at]
    before = _good_before(quantity, near, newest.at)
    usual, limit = _neighbourhood(quantity, before, newest.at)
    far = usual is not None and abs(newest.value - usual) > limit
    confirms = _confirmed(quantity, before, newest) if far else None
    since = _run(before, newest)
    missing = _missing(near, newest.at)
    found: dict[Reason, bool] = {
        "range": not quantity.low <= newest.value <= quantity.high,
        "zero": quantity.zero_is_fault and newest.value == 0,
        "duplicate": newest.value in same,
        "contradiction": bool(same) and newest.value not in same,
        "stuck": since is not None and newest.at - since >= quantity.longest_equal * HOUR,
        "jump": far and confirms is None,
        "ahead": _ahead(newest),
        "late": _late(near, newest),
        "gap": missing > 0,
    }
    return Verdict(
        at=newest.at,
        value=newest.value,
        reasons=tuple(reason for reason, so in found.items() if so),
        usual=usual,
        since=since,
        missing=missing,
        confirms=confirms,
    )


def judge_all(quantity: Quantity, readings: Iterable[Reading]) -> list[Verdict]:
    """The verdicts on a series in the order of coming, each as it was when its value came."""
    known: list[tuple[Instant, int, Reading]] = []
    verdicts: list[Verdict] = []
    for number, reading in enumerate(readings):
        near = known[bisect_left(known, reading.at - SPAN, key=_time) :]
        came = [one for _, _, one in sorted(near, key=_number)]
        verdicts.append(judge(quantity, came, reading))
        insort(known, (reading.at, number, reading), key=_order)
    return verdicts


def settled(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts as known at the end: confirmed jumps are taken back, stuck runs reach back to their second value."""
    confirmed = {verdict.confirms for verdict in verdicts}
    stuck = _stuck_from_the_start(verdicts)
    return [_settle(verdict, verdict.at in confirmed, number in stuck) for number, verdict in enumerate(verdicts)]


def _settle(verdict: Verdict, confirmed: bool, stuck: bool) -> Verdict:
    reasons = [reason for reason in verdict.reasons if not (confirmed and reason == "jump")]
    if stuck and "stuck" not in reasons:
        reasons.append("stuck")
    return msgspec.structs.replace(verdict, reasons=tuple(reasons))


def _stuck_from_the_start(verdicts: Sequence[Verdict]) -> set[int]:
    """The places of all values of stuck runs but the first, which may have been true."""
    found: set[int] = set()
    value, since = 0.0, None
    for number in sorted(range(len(verdicts)), key=lambda place: verdicts[place].at, reverse=True):
        verdict = verdicts[number]
        if "stuck" in verdict.reasons:
            value, since = verdict.value, verdict.since
        if since is not None and verdict.value == value and verdict.at > since:
            found.add(number)
    return found


def _good_before(quantity: Quantity, near: Sequence[Reading], at: Instant) -> list[Reading]:
    """The first reading of each moment before `at`, in the order of time, without what cannot be."""
    firsts: dict[Instant, Reading] = {}
    for reading in near:
        if reading.at < at and not _ahead(reading):
            firsts.setdefault(reading.at, reading)
    return [firsts[moment] for moment in sorted(firsts) if _possible(quantity, firsts[moment].value)]


def _possible(quantity: Quantity, value: float) -> bool:
    return quantity.low <= value <= quantity.high and not (quantity.zero_is_fault and value == 0)


def _ahead(reading: Reading) -> bool:
    return reading.received is not None and reading.at > reading.received + AHEAD


def _late(near: Sequence[Reading], newest: Reading) -> bool:
    """Behind a later value that is already there, or long on its way."""
    overtaken = any(reading.at > newest.at and not _ahead(reading) for reading in near)
    return overtaken or (newest.received is not None and newest.received > newest.at + STALE)


def _missing(near: Sequence[Reading], at: Instant) -> int:
    """Whole hours without any value before `at`; 0 when the value before is older than the span, or there is none."""
    last = max((reading.at for reading in near if reading.at < at), default=None)
    return 0 if last is None else max(0, (at - last) // HOUR - 1)


def _neighbourhood(quantity: Quantity, before: Sequence[Reading], at: Instant) -> tuple[float | None, float]:
    """The median of the last good values, and how far from it a value may be."""
    values = [reading.value for reading in before[-NEIGHBOURS:] if reading.at >= at - FRESH]
    if len(values) < FEWEST_NEIGHBOURS:
        return None, quantity.jump
    usual = median(values)
    deviation = TO_SIGMA * median(abs(value - usual) for value in values)
    return usual, max(quantity.jump, quantity.spread * deviation)


def _confirmed(quantity: Quantity, before: Sequence[Reading], newest: Reading) -> Instant | None:
    """The time of the value before, when it jumped the same way and this one is beside it: the air has changed."""
    *earlier, last = before
    usual, limit = _neighbourhood(quantity, earlier, last.at)
    jumped = usual is not None and abs(last.value - usual) > limit
    beside = abs(last.value - newest.value) <= quantity.jump and last.at >= newest.at - FRESH
    return last.at if jumped and beside else None


def _run(before: Sequence[Reading], newest: Reading) -> Instant | None:
    """The begin of the run of equal values that the newest continues; None where it is none or too short to tell."""
    since, count, last = newest.at, 1, newest.at
    for reading in reversed(before):
        if reading.value != newest.value or last - reading.at > FRESH:
            break
        since, count, last = reading.at, count + 1, reading.at
    return since if count >= FEWEST_EQUAL else None


def _time(known: tuple[Instant, int, Reading]) -> Instant:
    return known[0]


def _number(known: tuple[Instant, int, Reading]) -> int:
    return known[1]


def _order(known: tuple[Instant, int, Reading]) -> tuple[Instant, int]:
    return known[0], known[1]
