"""The load and the pace of the room: what is counted, from when, and for whom."""

from pinisi.city.operations import Targets
from pinisi.incidents import acts
from pinisi.incidents.acts import Act, AnyDeed
from pinisi.incidents.record import Record
from pinisi.incidents.statistics import Lived, Pace, statistics_of
from pinisi.vocabulary.instant import HOUR, MINUTE

BEFORE = Record("unacknowledged", 0, "")
SHIFT = 8 * HOUR


def line(minute: float, deed: AnyDeed, by: str = "ani", asked: acts.Asked = "") -> Act:
    return Act(deed=deed, at=SHIFT + round(minute * MINUTE), by=by, name=by.title(), asked=asked)


ALARM = Lived(
    BEFORE,
    [
        line(0, acts.Raise(priority=1), "rule"),
        line(0.5, acts.Take()),
        line(3, acts.Open()),
        line(6, acts.Triage(priority=1)),
        line(30, acts.Resolve(note="out"), asked="priority"),
        line(50, acts.Verify(), "budi"),
        line(55, acts.Close(reason="out")),
    ],
)
LATE = Lived(BEFORE, [line(10, acts.Raise(priority=1), "rule"), line(14, acts.Take(), "budi")])
CALL = Lived(BEFORE, [line(20, acts.Raise(begins="open", priority=2), "cici"), line(22, acts.Close(outcome="prank"))])


def test_alarms_are_counted_by_the_hour_and_times_from_the_clocks() -> None:
    told = statistics_of([ALARM, LATE, CALL], Targets(), SHIFT, SHIFT + 2 * HOUR)
    assert (told.alarms, told.hours, told.alarms_per_hour) == (3, 2, 1.5)
    assert told.acknowledged == Pace(2, 135.0, 219.0, 1)
    assert told.triaged == Pace(1, 180.0, 180.0, 0)
    assert told.verified == Pace(1, 1200.0, 1200.0, 1)


def test_each_operator_has_what_he_did_himself() -> None:
    told = statistics_of([ALARM, LATE, CALL], Targets(), SHIFT, SHIFT + 2 * HOUR)
    assert [(each.name, each.taken, each.closed, each.verified) for each in told.operators] == [
        ("Ani", 1, 2, 0),
        ("Budi", 1, 0, 1),
    ]
    assert [each.acknowledged.median for each in told.operators] == [30.0, 240.0]


def test_what_was_done_before_or_after_does_not_count() -> None:
    told = statistics_of([ALARM, LATE], Targets(), SHIFT + 5 * MINUTE, SHIFT + 12 * MINUTE)
    assert (told.alarms, told.acknowledged.count, told.triaged.count) == (1, 0, 1)
    assert statistics_of([], Targets(), SHIFT, SHIFT + HOUR).acknowledged == Pace()


def test_an_alarm_that_rings_again_counts_again() -> None:
    story = [line(0, acts.Raise(), "rule"), line(5, acts.Return(), "rule"), line(9, acts.Resume(), "rule")]
    assert statistics_of([Lived(BEFORE, story)], Targets(), SHIFT, SHIFT + HOUR).alarms == 2
