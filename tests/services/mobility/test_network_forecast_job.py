"""The job that forecasts all roads together: real speeds of eight detectors in, the next hour with its error out."""

import pytest
from speeds_at_hand import eight_roads

from pinisi.runtime.computation import JobFailed
from pinisi.services.mobility.models.traffic import NETWORK_FORECAST_DATA
from pinisi.services.mobility.network_forecast.computing import compute
from pinisi.services.mobility.network_forecast.job import NETWORK_FORECAST_JOB, entities
from pinisi.services.mobility.network_forecast.request import (
    DetectorPast,
    NetworkForecastAnswer,
    NetworkForecastRequest,
    NetworkPast,
)
from pinisi.vocabulary.instant import HOUR, MINUTE, format_instant, parse_instant

STEP = 5 * MINUTE
FIRST = parse_instant("2012-03-01T08:00:00Z")
ROWS = 1_300


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


@pytest.fixture(scope="module")
def answer() -> NetworkForecastAnswer:
    return compute(past(silent=12), lambda _share, _note: None)


def test_each_road_that_speaks_has_its_next_hour_from_the_last_step_on(answer: NetworkForecastAnswer) -> None:
    assert len(answer.detectors) == 7 and answer.silent == 1
    assert answer.origin == FIRST + (ROWS - 1) * STEP
    for road in answer.detectors:
        assert [step.at for step in road.ahead] == [format_instant(answer.origin + by * STEP) for by in range(1, 13)]
        assert all(0 <= step.low <= step.value <= step.high < 150 for step in road.ahead)


def test_its_error_is_measured_on_what_was_held_back_beside_the_last_speed_again(answer: NetworkForecastAnswer) -> None:
    assert set(answer.errors) == {"15", "30", "60"}
    assert 0 < answer.errors["15"] < answer.errors["60"] < 10
    assert answer.errors["60"] < 1.15 * answer.last_speed["60"]
    assert 70 < answer.held <= 100 and answer.compared > 1_000
    assert all(road.error_60 is not None and road.last_60 is not None for road in answer.detectors)


def test_it_becomes_forecasts_of_a_dataset_of_their_own_and_one_entity_that_tells_the_error(
    answer: NetworkForecastAnswer,
) -> None:
    city, first, *_ = entities(NetworkForecastRequest(), answer, 0)
    assert (city["id"], city["forecastRoads"]["value"]) == ("urn:ngsi-ld:NetworkForecast:all", 7)
    assert city["errorAt60"]["value"] == answer.errors["60"] and city["errorAt60"]["unitCode"] == "KMH"
    assert first["id"] == "urn:ngsi-ld:TrafficForecast:la-1"
    assert first["speedAhead"]["datasetId"] == NETWORK_FORECAST_DATA and len(first["speedAhead"]["json"]) == 12
    assert NETWORK_FORECAST_JOB.method == "forecast"


@pytest.mark.parametrize("given", [past(rows=700), NetworkPast(now=0, ahead_of_utc=0, detectors=())])
def test_too_short_a_past_and_no_detector_are_told_in_words(given: NetworkPast) -> None:
    with pytest.raises(JobFailed) as failed:
        compute(given, lambda _share, _note: None)
    assert "Too little" in str(failed.value)
