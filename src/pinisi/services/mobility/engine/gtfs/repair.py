"""The whole repair, step by step, and the account of it: each kind of fault before and after, and what was done."""

import msgspec

from pinisi.services.mobility.engine.gtfs.checking import check_feed
from pinisi.services.mobility.engine.gtfs.mend import REPAIRED, Assumptions, Mend, Step
from pinisi.services.mobility.engine.gtfs.mend_cells import mend_cells
from pinisi.services.mobility.engine.gtfs.mend_references import mend_references
from pinisi.services.mobility.engine.gtfs.mend_repeated_rows import mend_repeated_rows
from pinisi.services.mobility.engine.gtfs.mend_repeated_trips import mend_repeated_shapes, mend_repeated_trips
from pinisi.services.mobility.engine.gtfs.mend_rows import mend_order, mend_rows
from pinisi.services.mobility.engine.gtfs.mend_ties import mend_ties
from pinisi.services.mobility.engine.gtfs.mend_times import mend_times
from pinisi.services.mobility.engine.gtfs.notice import Notice, counted, notice
from pinisi.services.mobility.engine.gtfs.reasons import BY_READING, LEFT, LEFT_OTHER, WITH_OTHERS
from pinisi.services.mobility.engine.gtfs.table import Feed

_MOST_ROUNDS = 4
"""Rows that are left out can leave others without what they point at."""


class Kind(msgspec.Struct, frozen=True):
    """One kind of fault: how many there were, how many are left, what was done, and why what is left was left."""

    code: str
    severity: str
    before: int
    after: int
    done: tuple[Mend, ...]
    left: str


class Repair(msgspec.Struct, frozen=True):
    feed: Feed
    kinds: tuple[Kind, ...]
    assumed: Assumptions

    def errors(self, *, after: bool) -> int:
        return sum(kind.after if after else kind.before for kind in self.kinds if kind.severity == "error")


def repair(feed: Feed, read: list[Notice], assumed: Assumptions, today: str) -> Repair:
    """`read`: what reading found. `today` (YYYYMMDD) as in `check_feed`."""
    before = [*read, *check_feed(feed, today)]
    mends = [Mend(each.code, each.file, REPAIRED, 1, BY_READING[each.code]) for each in read if each.code in BY_READING]
    first: tuple[Step, ...] = (mend_cells, mend_repeated_trips, mend_repeated_shapes, mend_repeated_rows)
    for step in first:
        feed, done = step(feed)
        mends.extend(done)
    again: tuple[Step, ...] = (mend_references, mend_ties, mend_rows, mend_order)
    for _ in range(_MOST_ROUNDS):
        news: list[Mend] = []
        for step in again:
            feed, done = step(feed)
            news.extend(done)
        mends.extend(news)
        if not news:
            break
    feed, done = mend_times(feed, assumed)
    mends.extend(done)
    kept = [each for each in read if each.code not in BY_READING]
    return Repair(feed, _kinds(before, [*kept, *check_feed(feed, today)], _merged(mends)), assumed)


def _merged(mends: list[Mend]) -> list[Mend]:
    """Mends of the same kind as one."""
    together: dict[tuple[str, str, str, str], Mend] = {}
    for mend in mends:
        key = (mend.code, mend.file, mend.act, mend.how)
        known = together.get(key)
        count = mend.count + (known.count if known else 0)
        example = known.example if known else mend.example
        together[key] = Mend(mend.code, mend.file, mend.act, count, mend.how, example)
    return list(together.values())


def _kinds(before: list[Notice], after: list[Notice], mends: list[Mend]) -> tuple[Kind, ...]:
    first, last = counted(before), counted(after)
    codes = sorted({*first, *last, *(mend.code for mend in mends)})
    return tuple(
        Kind(
            code=code,
            severity=notice(code, "").severity,
            before=first[code],
            after=last[code],
            done=_done(code, [each for each in before if each.code == code], last[code], mends),
            left=LEFT.get(code, LEFT_OTHER) if last[code] else "",
        )
        for code in codes
    )


def _done(code: str, before: list[Notice], after: int, mends: list[Mend]) -> tuple[Mend, ...]:
    """What was done about a kind of fault; one that went with others says so."""
    done = tuple(mend for mend in mends if mend.code == code)
    if done or after or not before:
        return done
    return (Mend(code, before[0].file, REPAIRED, len(before), WITH_OTHERS, before[0].value),)
