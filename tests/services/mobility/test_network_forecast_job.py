"""The job that forecasts all roads together: real speeds of eight detectors in, the next hour with its error out."""

import msgspec
import numpy as np
import pytest
from speeds_at_hand import eight_roads

from pinisi.runtime.computation import JobFailed
from pinisi.services.mobility.models.traffic import NETWORK_FORECAST_DATA
from pinisi.services.mobility.network_forecast.computing import compute
from pinisi.services.mobility.network_forecast.job import NETWORK_FORECAST_JOB, entities
from pinisi.services.mobility.network_forecast.learnt import Frame, frame_of
from pinisi.services.mobility.network_forecast.request import (
    DetectorPast,
    NetworkForecastAnswer,
    NetworkForecastRequest,
    NetworkPast,
    Step,
)
from pinisi.services.mobility.network_forecast.track_record import TrackRecord, judged, missed, record_of
from pinisi.vocabulary.instant import HOUR, MINUTE, Instant, format_instant, parse_instant

STEP = 5 * MINUTE
FIRST = parse_instant("2012-03-01T08:00:00Z")
ROWS = 1_300


def quietly(share: float, note: str = "") -> None:
    assert 0 <= share <= 1, note


def past(rows: int = ROWS, silent: int = 0) -> NetworkPast:
    """Eight detectors beside each other; the first one has been silent for so many steps."""
    values = eight_roads().values[:rows]
    detectors: list[DetectorPast] = []
    for column in range(8):
        kept = rows - (silent if column == 0 else 0)
        steps = tuple(FIRST // STEP + row for row in range(kept))
        speeds = tuple(float(each) for each in values[:kept, column])
        id, place = f"urn:ngsi-ld:TrafficFlowObserved:la-{column}", (-118.3 + 0.005 * column, 34.1)
        detectors.append(DetectorPast(id=id, place=place, steps=steps, speeds=speeds))
    return NetworkPast(now=FIRST + rows * STEP, ahead_of_utc=-8 * HOUR, detectors=tuple(detectors))


def lately(
    whole: NetworkPast, now: Instant, before: NetworkForecastAnswer, told: bytes = b"", learnt: bytes = b""
) -> NetworkPast:
    """What the job is given where it need not learn: the last hours alone."""
    last = now // STEP - 31
    detectors = tuple(
        msgspec.structs.replace(
            each,
            steps=tuple(step for step in each.steps if step > last),
            speeds=tuple(speed for step, speed in zip(each.steps, each.speeds, strict=True) if step > last),
        )
        for each in whole.detectors
    )
    kept = learnt or before.learnt
    return msgspec.structs.replace(whole, now=now, detectors=detectors, learnt=kept, told=told or before.told)


@pytest.fixture(scope="module")
def answer() -> NetworkForecastAnswer:
    return compute(past(silent=12), quietly)


def test_each_road_that_speaks_has_its_next_hour_from_the_last_step_on(answer: NetworkForecastAnswer) -> None:
    assert len(answer.detectors) == 7 and answer.silent == 1
    assert answer.origin == FIRST + (ROWS - 1) * STEP
    for road in answer.detectors:
        assert [step.at for step in road.ahead] == [format_instant(answer.origin + by * STEP) for by in range(1, 13)]
        assert all(0 <= step.low <= step.value <= step.high < 150 for step in road.ahead)


def test_its_error_is_measured_on_what_was_held_back_beside_the_last_speed_again(answer: NetworkForecastAnswer) -> None:
    missed = answer.missed
    assert set(missed.errors) == {"15", "30", "60"} and missed.basis == "held-back"
    assert 0 < missed.errors["15"] < missed.errors["60"] < 10
    assert missed.errors["60"] < 1.15 * missed.last_speed["60"]
    assert 70 < missed.held <= 100 and missed.compared > 1_000
    assert all(road.error_60 is not None and road.last_60 is not None for road in answer.detectors)


def test_it_becomes_forecasts_of_a_dataset_of_their_own_and_one_entity_that_tells_the_error(
    answer: NetworkForecastAnswer,
) -> None:
    city, first, *_ = entities(NetworkForecastRequest(), answer, 0)
    assert (city["id"], city["forecastRoads"]["value"]) == ("urn:ngsi-ld:NetworkForecast:all", 7)
    assert city["errorAt60"]["value"] == answer.missed.errors["60"] and city["errorAt60"]["unitCode"] == "KMH"
    assert first["id"] == "urn:ngsi-ld:TrafficForecast:la-1"
    assert first["speedAhead"]["datasetId"] == NETWORK_FORECAST_DATA and len(first["speedAhead"]["json"]) == 12
    assert city["errorAt60"]["method"]["value"] == first["errorAt60"]["method"]["value"] == "modelled"
    assert NETWORK_FORECAST_JOB.method == "forecast"


def test_what_was_learnt_tells_the_same_hour_again_and_the_next_ones_without_learning(
    answer: NetworkForecastAnswer,
) -> None:
    whole = past(silent=12)
    again = compute(lately(whole, whole.now, answer), quietly)
    assert not again.learnt and again.hours == answer.hours
    assert [road.id for road in again.detectors] == [road.id for road in answer.detectors]
    for road, before in zip(again.detectors, answer.detectors, strict=True):
        assert [step.value for step in road.ahead] == pytest.approx([step.value for step in before.ahead], abs=0.02)


def test_what_was_told_is_compared_with_what_came_and_soon_is_the_error_that_is_told(
    answer: NetworkForecastAnswer,
) -> None:
    """A day and a half of quarters of an hour, by what was learnt before; the error by hand from the same numbers."""
    values = eight_roads().values
    said: dict[int, dict[str, tuple[Step, ...]]] = {}
    kept, hours = answer, [ROWS + 3 * turn for turn in range(1, 140)]
    frame = msgspec.msgpack.decode(answer.learnt, type=Frame)
    for rows in hours:
        learnt = msgspec.msgpack.encode(msgspec.structs.replace(frame, until=FIRST + (rows - 1) * STEP))
        whole = past(rows)
        told = compute(lately(whole, whole.now, answer, kept.told, learnt), quietly)
        said[rows - 1] = {road.id: road.ahead for road in told.detectors}
        kept = told
    assert kept.missed.basis == "as-told" and kept.missed.days == 2
    over = hours[-1] - 1
    missed = [
        abs(steps[11].value - float(values[origin + 12, int(id.rpartition("-")[2])]))
        for origin, roads in {ROWS - 1: {road.id: road.ahead for road in answer.detectors}, **said}.items()
        for id, steps in roads.items()
        if origin + 12 <= over and id == "urn:ngsi-ld:TrafficFlowObserved:la-3"
    ]
    road = next(each for each in kept.detectors if each.id.endswith("la-3"))
    assert road.error_60 == pytest.approx(sum(missed) / len(missed), abs=0.02)
    assert 0 < kept.missed.errors["60"] < 1.3 * kept.missed.last_speed["60"] and 50 < kept.missed.held <= 100


def test_an_hour_that_was_not_heard_is_not_compared_and_old_days_are_forgotten(answer: NetworkForecastAnswer) -> None:
    record = record_of(answer.told)
    columns = {each.id: place for place, each in enumerate(answer.detectors)}
    silent = np.full((30, 8), np.nan, np.float32)
    origin = answer.origin // STEP
    asleep = judged(record, columns, silent, origin + 100, origin + 130)
    assert (asleep.tellings, asleep.days) == ((), ())
    heard = judged(record, columns, silent + 1, origin - 10, origin + 14)
    assert heard.compared == 1 and missed(heard) is None
    level = judged(record, columns, np.full((30, 8), 60.0, np.float32), origin - 10, origin + 14)
    assert missed(level) is not None
    assert judged(level, columns, silent, origin + 3_000, origin + 3_030).days == ()


@pytest.mark.parametrize("kept", [b"", b"\x00", b"nonsense", b"\x93\x01\x02"])
def test_what_cannot_be_read_of_before_is_learnt_anew_or_begun_anew(kept: bytes) -> None:
    assert frame_of(kept, FIRST) is None and record_of(kept) == TrackRecord()


def test_what_was_learnt_serves_for_six_hours(answer: NetworkForecastAnswer) -> None:
    until = msgspec.msgpack.decode(answer.learnt, type=Frame).until
    assert frame_of(answer.learnt, until) is not None and frame_of(answer.learnt, until + 6 * HOUR - 1) is not None
    assert frame_of(answer.learnt, until + 6 * HOUR) is None and frame_of(answer.learnt, until - 1) is None


@pytest.mark.parametrize("given", [past(rows=700), NetworkPast(now=0, ahead_of_utc=0, detectors=())])
def test_too_short_a_past_and_no_detector_are_told_in_words(given: NetworkPast) -> None:
    with pytest.raises(JobFailed) as failed:
        compute(given, quietly)
    assert "Too little" in str(failed.value)
