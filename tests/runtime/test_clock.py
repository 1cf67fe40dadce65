"""A replay's clock runs faster than the wall, can be paused and set forward, and never runs backwards."""

from pinisi.runtime.clock import ReplayClock, WallClock
from pinisi.vocabulary.instant import HOUR, MINUTE, SECOND

BEGIN = 1_487_631_600_000_000
UNTIL = BEGIN + 24 * HOUR


class Wall(WallClock):
    """A wall whose clock the test moves."""

    def __init__(self) -> None:
        self.time = 5_000_000

    def now(self) -> int:
        return self.time


def test_it_stands_still_until_it_runs() -> None:
    wall = Wall()
    clock = ReplayClock(BEGIN, UNTIL, 60, wall)
    wall.time += 10 * SECOND
    assert (clock.now(), clock.mode) == (BEGIN, "paused")


def test_a_minute_passes_in_a_second_at_sixty_times_the_speed() -> None:
    wall = Wall()
    clock = ReplayClock(BEGIN, UNTIL, 60, wall)
    clock.run()
    wall.time += SECOND
    assert (clock.now(), clock.mode) == (BEGIN + MINUTE, "replayed")


def test_a_pause_keeps_the_time_and_running_on_continues_from_it() -> None:
    wall = Wall()
    clock = ReplayClock(BEGIN, UNTIL, 60, wall)
    clock.run()
    wall.time += SECOND
    clock.pause()
    wall.time += HOUR
    assert clock.now() == BEGIN + MINUTE
    clock.run()
    wall.time += SECOND
    assert clock.now() == BEGIN + 2 * MINUTE


def test_another_speed_counts_from_now_on() -> None:
    wall = Wall()
    clock = ReplayClock(BEGIN, UNTIL, 60, wall)
    clock.run()
    wall.time += SECOND
    clock.set_speed(3600)
    wall.time += SECOND
    assert clock.now() == BEGIN + MINUTE + HOUR


def test_it_is_put_forward_but_never_back() -> None:
    wall = Wall()
    clock = ReplayClock(BEGIN, UNTIL, 1, wall)
    clock.put_forward(BEGIN + 5 * HOUR)
    clock.put_forward(BEGIN + HOUR)
    assert clock.now() == BEGIN + 5 * HOUR


def test_it_stops_at_its_end() -> None:
    wall = Wall()
    clock = ReplayClock(BEGIN, UNTIL, 3600, wall)
    clock.run()
    wall.time += HOUR
    assert (clock.now(), clock.mode) == (UNTIL, "paused")


def test_it_does_not_pass_what_has_to_be_written_and_catches_up_afterwards() -> None:
    wall = Wall()
    clock = ReplayClock(BEGIN, UNTIL, 60, wall)
    clock.run()
    clock.hold(BEGIN + MINUTE)
    wall.time += 2 * SECOND
    assert clock.now() == BEGIN + MINUTE
    clock.hold(None)
    assert clock.now() == BEGIN + 2 * MINUTE


def test_a_day_that_falls_far_behind_lasts_longer_instead_of_jumping() -> None:
    wall = Wall()
    clock = ReplayClock(BEGIN, UNTIL, 60, wall)
    clock.run()
    clock.hold(BEGIN + MINUTE)
    wall.time += HOUR
    clock.hold(None)
    assert clock.now() == BEGIN + MINUTE


def test_a_hold_in_the_past_does_not_turn_it_back() -> None:
    wall = Wall()
    clock = ReplayClock(BEGIN, UNTIL, 60, wall)
    clock.put_forward(BEGIN + HOUR)
    clock.hold(BEGIN)
    assert clock.now() == BEGIN + HOUR
