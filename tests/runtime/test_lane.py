"""Which subjects wait for a reaction, and how far everything is answered."""

from hypothesis import given, settings
from hypothesis import strategies as some

from pinisi.runtime.lane import Lane, Waiting

STEPS = some.lists(
    some.tuples(some.sampled_from(["wake", "wake", "take", "done", "again"]), some.integers(0, 4)), max_size=60
)


def test_the_floor_stays_below_whoever_waits_runs_or_is_tried_again() -> None:
    lane = Lane()
    lane.wake("a", 5, 0, 0.0)
    lane.wake("b", 7, 0, 0.0)
    assert lane.floor(9) == 4
    first, second = lane.take(1.0, 2)
    assert (lane.floor(9), lane.floor(9, [first])) == (4, 6)
    lane.done(second, 1.0)
    lane.again(first, 1.0, 30.0)
    assert lane.floor(9) == 4
    lane.wake("a", 12, 0, 2.0)
    assert lane.floor(12) == 4
    (late,) = lane.take(40.0, 1)
    lane.done(late, 40.0)
    assert lane.floor(12) == 12


def test_a_later_wake_of_an_earlier_position_lowers_the_floor() -> None:
    lane = Lane()
    lane.wake("a", 9, 0, 0.0)
    lane.wake("a", 3, 0, 0.0)
    assert lane.floor(9) == 2


@settings(derandomize=True, deadline=None)
@given(STEPS)
def test_the_floor_is_the_earliest_position_that_is_not_answered(steps: list[tuple[str, int]]) -> None:
    lane = Lane()
    running: list[tuple[Waiting, int]] = []
    owed: dict[str, list[int]] = {}
    for position, (step, number) in enumerate(steps, start=1):
        now = position * 100.0
        if step == "wake":
            lane.wake(str(number), position, 0, now)
            owed.setdefault(str(number), []).append(position)
        elif step == "take":
            running += [(one, position) for one in lane.take(now, number)]
        elif running and step == "done":
            answered, taken = running.pop(0)
            lane.done(answered, now)
            owed[answered.subject] = [each for each in owed[answered.subject] if each > taken]
        elif running:
            lane.again(running.pop(0)[0], now, 1.0)
        assert lane.floor(position) == min([position, *[many[0] - 1 for many in owed.values() if many]])
