"""From citizen reports to neighbourhoods that are probably under water."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pinisi.services.flood.engine.evidence import NAMES, ROOM, Evidence, Listener
from pinisi.services.flood.engine.flooded import HOLDS, JAKARTA_2017, Picture
from pinisi.services.flood.engine.ground import Ground, Neighbourhood
from pinisi.services.flood.engine.judging import Said, called, learned, one_report, scored
from pinisi.services.flood.engine.model import Model, fitted
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, Instant, parse_instant

sys.path.insert(0, str(Path(__file__).parents[3] / "bench"))

import incidents
from load.flood_archive import FloodArchive, half

NOON = parse_instant("2026-11-25T04:00:00Z")
WEST, EAST = (119.405, -5.145), (119.415, -5.145)
KILOMETRE = 1 / 110.574


@pytest.fixture
def ground() -> Ground:
    """Two neighbourhoods side by side; the western one is known to flood."""
    return Ground(
        [
            Neighbourhood("west", shapely.box(119.40, -5.15, 119.41, -5.14), prone=True),
            Neighbourhood("east", shapely.box(119.41, -5.15, 119.42, -5.14)),
        ]
    )


def wave(listener: Listener, begin: Instant, reports: int = 10, lat: float = -6.0) -> None:
    """A city begins to report, far from the places of the tests: ten reports in ten minutes."""
    for number in range(reports):
        listener.report(119.4, lat, begin + number * MINUTE, prone=False)


def test_a_report_without_a_wave_is_not_sustained() -> None:
    listener = Listener()
    wave(listener, NOON, reports=8)
    assert listener.report(*WEST, NOON + 5 * HOUR, prone=True) == Evidence(0.0, 0.0, 1.0)


def test_a_report_counts_the_more_the_longer_the_city_has_been_reporting() -> None:
    listener = Listener()
    wave(listener, NOON)
    begin = NOON + 9 * MINUTE
    sustained = [
        listener.report(*WEST, begin + round(hours * HOUR), prone=False).sustained for hours in (1, 2.25, 3, 5)
    ]
    assert sustained == [0.0, 0.5, 1.0, 1.0]


def test_after_six_quiet_hours_a_new_wave_begins() -> None:
    listener = Listener()
    wave(listener, NOON)
    wave(listener, NOON + 7 * HOUR)
    assert listener.report(*WEST, NOON + 8 * HOUR, prone=False).sustained == 0.0
    assert listener.report(*WEST, NOON + 11 * HOUR, prone=False).sustained == 1.0


def test_earlier_reports_count_by_distance_and_for_twelve_hours() -> None:
    listener = Listener()
    lon, lat = WEST
    listener.report(lon, lat, NOON, prone=False)
    listener.report(lon, lat + KILOMETRE, NOON + MINUTE, prone=False)
    heard = listener.report(lon, lat, NOON + HOUR, prone=False)
    assert heard.around == pytest.approx(1 + math.exp(-0.5), rel=0.001)
    assert listener.report(lon, lat, NOON + 13 * HOUR + MINUTE, prone=False).around == 0.0


def test_nothing_that_comes_later_changes_what_was_said() -> None:
    """What a report says depends on those before it alone."""
    moments = [NOON + minute * 7 * MINUTE for minute in range(60)]

    def heard(count: int) -> list[Evidence]:
        listener = Listener()
        return [listener.report(*WEST, moment, prone=False) for moment in moments[:count]]

    assert heard(60)[:30] == heard(30)


def test_a_storm_of_reports_needs_no_more_room() -> None:
    listener = Listener()
    for number in range(ROOM + 50):
        heard = listener.report(*WEST, NOON + number, prone=False)
    assert heard.around == pytest.approx(ROOM - 1)


def test_a_judgement_says_what_each_piece_of_evidence_adds(ground: Ground) -> None:
    picture = Picture(ground)
    judgement = picture.report(*WEST, NOON)
    assert judgement is not None
    assert (judgement.neighbourhood, judgement.flooded) == ("west", False)
    assert set(judgement.parts) == set(NAMES)
    odds = JAKARTA_2017.constant + sum(judgement.parts.values())
    assert judgement.probability == pytest.approx(1 / (1 + math.exp(-odds)))
    dry = picture.report(*EAST, NOON)
    assert dry is not None
    assert dry.parts["prone"] == 0.0
    assert dry.probability < judgement.probability


def test_a_report_outside_of_all_neighbourhoods_is_heard_all_the_same(ground: Ground) -> None:
    picture = Picture(ground)
    assert picture.report(119.409, -5.151, NOON) is None
    judgement = picture.report(119.409, -5.1499, NOON)
    assert judgement is not None
    assert judgement.evidence.around > 0.9


def test_the_picture_shows_what_still_holds_the_most_probable_first(ground: Ground) -> None:
    picture = Picture(ground)
    picture.report(*EAST, NOON)
    picture.report(*WEST, NOON + HOUR)
    assert [each.neighbourhood for each in picture.now(NOON + HOUR)] == ["west", "east"]
    assert [each.neighbourhood for each in picture.now(NOON + HOUR + HOLDS)] == ["west"]
    assert picture.now(NOON + DAY) == []


def test_weights_are_learnt_and_those_without_support_stay_small() -> None:
    chance = np.random.default_rng(112)
    wet = chance.random(400) < 0.5
    evidence = [Evidence(float(one), float(number), 0.0) for one, number in zip(wet, chance.random(400), strict=True)]
    flooded = np.where(chance.random(400) < 0.1, ~wet, wet).astype(np.float64)
    model = fitted(evidence, flooded, np.ones(400), ridge=1.0)
    assert model.probability(Evidence(1.0, 0.5, 0.0)) == pytest.approx(0.9, abs=0.05)
    assert model.probability(Evidence(0.0, 0.5, 0.0)) == pytest.approx(0.1, abs=0.05)
    assert abs(model.weights[2]) < 1e-6


def test_nothing_is_learnt_where_all_is_flooded() -> None:
    with pytest.raises(ValueError, match="nothing to learn"):
        fitted([Evidence(1.0, 0.0, 0.0)] * 3, np.ones(3), np.ones(3))


def test_a_score_counts_neighbourhoods_once_and_their_leads() -> None:
    score = scored({1: NOON, 2: NOON, 3: NOON}, {1: NOON + 2 * HOUR, 2: NOON - HOUR, 4: NOON})
    assert (score.called, score.right, score.flooded, score.before, score.lead_h) == (3, 2, 3, 1, 0.5)
    assert (score.precision, score.recall, score.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert score.strict_f1 == pytest.approx(1 / 3)
    assert scored({}, {}).f1 == 0.0


numbers = st.floats(0, 1_000)


@given(
    st.lists(st.tuples(st.floats(0, 1), numbers, st.sampled_from([0.0, 1.0]), st.booleans()), min_size=2, max_size=30)
)
def test_whatever_is_learnt_gives_probabilities(drawn: list[tuple[float, float, float, bool]]) -> None:
    evidence = [Evidence(*each[:3]) for each in drawn]
    flooded = np.array([float(each[3]) for each in drawn])
    if 0 < flooded.sum() < flooded.size:
        model = fitted(evidence, flooded, np.ones(flooded.size))
        assert all(0 <= model.probability(each) <= 1 for each in evidence)


@pytest.fixture(scope="module")
def archive(shared_data: Path) -> FloodArchive:
    return FloodArchive(shared_data / "flood")


@pytest.fixture(scope="module")
def said(archive: FloodArchive) -> list[Said]:
    return archive.said()


def test_the_naive_rule_scores_on_the_archive_what_the_reference_page_says(
    archive: FloodArchive, said: list[Said]
) -> None:
    naive = scored(one_report(said), archive.flags)
    assert (len(archive.ground.neighbourhoods), naive.flooded, naive.called, naive.right) == (2_685, 292, 503, 218)
    assert naive.f1 == pytest.approx(0.55, abs=0.005)


def test_each_half_is_judged_by_what_was_learnt_on_the_other(archive: FloodArchive, said: list[Said]) -> None:
    score = scored(incidents.judged(archive, said), archive.flags)
    assert score.f1 == pytest.approx(0.64, abs=0.005)
    assert score.precision == pytest.approx(0.595, abs=0.005)
    assert score.lead_h >= 0.5
    villages = incidents.by_kelurahan(archive, incidents.judged(archive, said))
    assert villages.f1 == pytest.approx(0.84, abs=0.005)
    assert villages.precision >= 0.75
    west = half(archive.flags, archive.east, side=False)
    assert west.keys().isdisjoint(half(archive.flags, archive.east, side=True))


def test_the_model_of_the_house_is_what_the_whole_archive_teaches(archive: FloodArchive, said: list[Said]) -> None:
    model = learned(said, archive.flags, archive.folds, len(archive.flags))
    assert model.weights == pytest.approx(JAKARTA_2017.weights, rel=0.01)
    assert model.constant == pytest.approx(JAKARTA_2017.constant, rel=0.01)
    assert model.threshold == pytest.approx(JAKARTA_2017.threshold, abs=0.005)
    assert isinstance(model, Model)
    assert called(said, model).keys() == called(said, JAKARTA_2017).keys()
