"""The verdict on every value of a sensor."""

from collections import Counter
from pathlib import Path

import pytest
from air_at_hand import SURABAYA, surabaya
from hypothesis import given
from hypothesis import strategies as st

from pinisi.services.environment.engine.cleaning import NOTES, SPAN, Reading, Verdict, judge, judge_all, settled
from pinisi.services.environment.engine.quantity import QUANTITIES
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, Instant, parse_instant

AQI = QUANTITIES["airQualityIndex"]
START = parse_instant("2026-03-01T00:00:00Z")


def hours(*values: float) -> list[Reading]:
    return [Reading(START + number * HOUR, value) for number, value in enumerate(values)]


def last(readings: list[Reading]) -> Verdict:
    return judge_all(AQI, readings)[-1]


def reasons_at(verdicts: list[Verdict], stamp: str) -> list[tuple[str, ...]]:
    return [verdict.reasons for verdict in verdicts if verdict.at == parse_instant(stamp)]


def test_a_plain_value_has_no_reasons_and_is_used() -> None:
    verdict = last(hours(60, 62, 61, 65))
    assert verdict.reasons == () and verdict.used


@pytest.mark.parametrize(("value", "reason"), [(-5, "range"), (1200, "range"), (float("nan"), "range"), (0, "zero")])
def test_what_cannot_be_is_left_out(value: float, reason: str) -> None:
    verdict = last([Reading(START, value)])
    assert verdict.reasons == (reason,) and not verdict.used


def test_a_zero_is_no_fault_where_there_can_be_none() -> None:
    assert judge(QUANTITIES["temperature"], (), Reading(START, 0)).used


def test_a_stamp_told_twice_is_a_duplicate_and_a_contradiction_when_the_values_differ() -> None:
    readings = [*hours(60, 62), Reading(START + HOUR, 62), Reading(START + HOUR, 75)]
    assert [verdict.reasons for verdict in judge_all(AQI, readings)] == [(), (), ("duplicate",), ("contradiction",)]


def test_missing_hours_are_told_and_the_value_is_used() -> None:
    verdict = last([*hours(60, 62), Reading(START + 5 * HOUR, 64)])
    assert (verdict.reasons, verdict.missing, verdict.used) == (("gap",), 3, True)


def test_a_sensor_that_does_not_move_is_stuck_and_is_so_from_its_second_value_once_known() -> None:
    verdicts = judge_all(AQI, hours(50, *[91] * 8, 70))
    assert [verdict.used for verdict in verdicts] == [True] * 7 + [False] * 2 + [True]
    assert verdicts[7].since == START + HOUR
    assert [verdict.used for verdict in settled(verdicts)] == [True] * 2 + [False] * 7 + [True]


def test_equal_values_a_minute_apart_are_no_stuck_sensor() -> None:
    readings = [Reading(START + number * MINUTE, 91) for number in range(60)]
    assert all(verdict.used for verdict in judge_all(AQI, readings))


def test_one_wild_value_is_a_jump_and_the_next_good_one_is_not() -> None:
    verdicts = judge_all(AQI, hours(60, 62, 61, 65, 63, 190, 64))
    assert [verdict.reasons for verdict in verdicts[5:]] == [("jump",), ()]
    assert verdicts[5].usual == 62
    assert [verdict.used for verdict in settled(verdicts)] == [True] * 5 + [False, True]


def test_a_change_that_stays_is_confirmed_by_the_next_value_and_taken_back() -> None:
    verdicts = judge_all(AQI, hours(60, 62, 61, 65, 63, 190, 185, 180, 188))
    assert [verdict.reasons for verdict in verdicts[5:]] == [("jump",), (), (), ()]
    assert verdicts[6].confirms == verdicts[5].at
    assert all(verdict.used for verdict in settled(verdicts))


def test_after_a_long_silence_there_is_nothing_to_jump_from() -> None:
    assert last([*hours(60, 62, 61), Reading(START + DAY, 190)]).reasons == ("gap",)


def test_a_value_that_was_overtaken_is_late_but_used_for_its_own_hour() -> None:
    verdict = last([*hours(60, 62, 61), Reading(START + HOUR // 2, 63)])
    assert verdict.reasons == ("late",) and verdict.used
    slow = judge(AQI, (), Reading(START, 60, received=START + 4 * HOUR))
    assert slow.reasons == ("late",)


def test_a_value_from_the_future_is_left_out_and_makes_nobody_late() -> None:
    readings = [Reading(START, 60, START), Reading(START + DAY, 61, START), Reading(START + HOUR, 62, START + HOUR)]
    assert [verdict.reasons for verdict in judge_all(AQI, readings)] == [(), ("ahead", "gap"), ()]


def test_faulty_neighbours_do_not_make_a_good_value_a_jump() -> None:
    assert last(hours(60, 62, 0, 0, 61, 0, 0, 63)).used


values = st.one_of(
    st.integers(50, 56).map(float), st.floats(-10, 1300), st.sampled_from([0.0, 91.0, 91.0, float("nan")])
)


@st.composite
def series(draw: st.DrawFn) -> list[Reading]:
    """Mostly hourly, with runs, doubles, late values, gaps of days and stamps far ahead."""
    steps = st.sampled_from([HOUR] * 8 + [0, HOUR // 3, -2 * HOUR, 7 * HOUR, 3 * DAY, -3 * DAY])
    delays = st.sampled_from([None, 0, MINUTE, 4 * HOUR, -2 * DAY])
    at: Instant = START
    readings: list[Reading] = []
    for value, step, delay in draw(st.lists(st.tuples(values, steps, delays), max_size=40)):
        at += step
        readings.append(Reading(at, value, None if delay is None else at + delay))
    return readings


def same(one: Verdict, other: Verdict) -> bool:
    """Equal, also where the value is no number."""
    return repr(one) == repr(other)


@given(series())
def test_one_by_one_or_all_at_once_the_verdicts_are_the_same(readings: list[Reading]) -> None:
    for number, verdict in enumerate(judge_all(AQI, readings)):
        newest = readings[number]
        assert same(verdict, judge(AQI, readings[:number], newest))
        window = [reading for reading in readings[:number] if reading.at >= newest.at - SPAN]
        assert same(verdict, judge(AQI, window, newest))


@given(series())
def test_nothing_is_dropped_and_only_what_is_excused_is_used(readings: list[Reading]) -> None:
    verdicts = settled(judge_all(AQI, readings))
    assert [(repr(one.value), one.at) for one in verdicts] == [(repr(one.value), one.at) for one in readings]
    assert all(verdict.used == (set(verdict.reasons) <= NOTES) for verdict in verdicts)
    assert all(AQI.low < verdict.value <= AQI.high for verdict in verdicts if verdict.used)


def test_the_faults_of_the_cut_of_surabaya_are_found() -> None:
    verdicts = judge_all(AQI, surabaya())
    found = Counter(reason for verdict in verdicts for reason in verdict.reasons)
    assert found == {"gap": 32, "stuck": 23, "jump": 13, "duplicate": 11, "zero": 8, "contradiction": 2}
    assert reasons_at(verdicts, "2025-04-11T03:00:00Z") == [(), ("duplicate",), ("duplicate",)]
    assert reasons_at(verdicts, "2025-04-11T17:00:00Z") == [("zero", "jump")]
    assert reasons_at(verdicts, "2025-05-02T04:00:00Z") == [(), ("contradiction",)]


def test_the_faults_of_the_whole_series_of_surabaya_are_found(shared_data: Path) -> None:
    verdicts = judge_all(AQI, surabaya(shared_data / "airquality" / SURABAYA))
    assert len(verdicts) == 7636
    found = Counter(reason for verdict in verdicts for reason in verdict.reasons)
    assert (found["duplicate"] + found["contradiction"], found["zero"], found["gap"]) == (36, 12, 474)
    assert sum(not verdict.used for verdict in settled(verdicts)) == 141
