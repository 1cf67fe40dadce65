"""Which unit to send: the one that costs the city least, which is not always the nearest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.city.ellipsoid import distance_m
from pinisi.incidents.units.recommendation import Demand, recommend
from pinisi.incidents.units.travel import StraightLine
from pinisi.incidents.units.unit import LonLat, Unit, UnitState
from pinisi.vocabulary.instant import SECOND

NOW = 1_700_000_000 * SECOND
WAY = StraightLine()
PLACES: tuple[LonLat, ...] = ((119.40, -5.14), (119.42, -5.14), (119.50, -5.10))
CITY = Demand(names=("Losari", "Tamamaung", "Biringkanaya"), places=PLACES, weights=(1, 1, 1))


def unit(id: str, base: LonLat, *capabilities: str, state: UnitState = "free", **more: object) -> Unit:
    can = frozenset(capabilities or ("fire-engine",))
    return Unit(id=id, name=id, agency="damkar", capabilities=can, state=state, base=base, **more)  # type: ignore[arg-type]


def test_the_nearest_goes_where_no_cover_is_at_stake() -> None:
    units = [unit("a", (119.40, -5.14)), unit("b", (119.50, -5.10))]
    told = recommend(units, {"fire-engine": 1}, (119.41, -5.14), Demand(), WAY, NOW)
    assert [candidate.unit for candidate in told.candidates] == ["a", "b"]
    assert [candidate.unit for candidate in told.chosen] == ["a"]


def test_a_near_unit_stays_where_it_is_the_only_one_for_a_far_quarter() -> None:
    lonely = unit("lonely", (119.485, -5.105))
    pair = [unit("pair-1", (119.42, -5.14)), unit("pair-2", (119.425, -5.142))]
    half_way = (119.456, -5.121)
    busy = Demand(names=CITY.names, places=PLACES, weights=(1, 1, 8), calls_a_day=400)
    told = recommend([lonely, *pair], {"fire-engine": 1}, half_way, busy, WAY, NOW)
    nearest = min(told.candidates, key=lambda candidate: candidate.travel)
    assert nearest.unit == "lonely"
    assert told.chosen[0].unit.startswith("pair")
    assert nearest.uncovered is not None
    assert nearest.uncovered[0] == "Biringkanaya"


def test_units_that_are_busy_or_off_are_not_sent_and_those_on_their_way_back_say_so() -> None:
    units = [
        unit("busy", (119.41, -5.14), state="onScene"),
        unit("off", (119.41, -5.14), state="off"),
        unit("back", (119.41, -5.14), state="returning", position=(119.42, -5.14), seen_at=NOW - 90 * SECOND),
    ]
    (only,) = recommend(units, {}, (119.41, -5.14), CITY, WAY, NOW).candidates
    assert (only.unit, only.stretched, only.position_age) == ("back", True, 90.0)


def test_a_position_of_long_ago_is_not_trusted() -> None:
    near, base = (119.41, -5.14), (119.50, -5.10)
    seen = [unit("old", base, position=near, seen_at=NOW - 601 * SECOND), unit("new", base, position=near, seen_at=NOW)]
    new, old = recommend(seen, {}, near, Demand(), WAY, NOW).candidates
    assert [(each.unit, each.stale) for each in (new, old)] == [("new", False), ("old", True)]
    assert old.travel == pytest.approx(WAY.seconds([base], [near])[0, 0])


def test_several_units_are_sent_until_all_that_is_needed_is_there_and_what_is_missing_is_said() -> None:
    units = [
        unit("engine-1", (119.40, -5.14), "fire-engine"),
        unit("engine-2", (119.42, -5.14), "fire-engine"),
        unit("engine-3", (119.50, -5.10), "fire-engine"),
        unit("rescue", (119.41, -5.14), "rescue", "ambulance"),
    ]
    told = recommend(units, {"fire-engine": 2, "ambulance": 1, "ladder": 1}, (119.41, -5.14), Demand(), WAY, NOW)
    assert {candidate.unit for candidate in told.chosen} == {"engine-1", "engine-2", "rescue"}
    assert told.missing == ("ladder",)


def test_nobody_free_is_said_so() -> None:
    told = recommend([unit("a", (119.4, -5.1), state="off")], {"ladder": 1}, (119.4, -5.1), CITY, WAY, NOW)
    assert (told.chosen, told.candidates, told.missing) == ((), (), ("ladder",))


def test_the_last_unit_leaves_its_city_waiting_until_it_is_back() -> None:
    (only,) = recommend([unit("a", PLACES[0])], {}, PLACES[0], CITY, WAY, NOW, away_s=3_600).candidates
    assert only.uncovered is not None
    assert only.uncovered[1] == pytest.approx(3_600)


def test_a_straight_line_is_measured_on_the_sphere() -> None:
    way = StraightLine(detour=1.5, speed_kmh=36, turn_out_s=0)
    metres = distance_m(PLACES[0], PLACES[2])
    assert way.seconds([PLACES[0]], [PLACES[2]])[0, 0] == pytest.approx(metres * 1.5 / 10)


POINTS = st.tuples(st.floats(119.3, 119.6), st.floats(-5.25, -5.0))


@given(bases=st.lists(POINTS, min_size=1, max_size=6), places=st.lists(POINTS, min_size=1, max_size=6), at=POINTS)
def test_what_a_unit_leaves_uncovered_is_what_its_removal_costs(
    bases: list[LonLat], places: list[LonLat], at: LonLat
) -> None:
    units = [unit(f"u{n}", base) for n, base in enumerate(bases)]
    demand = Demand(names=tuple(map(str, range(len(places)))), places=tuple(places), weights=(1.0,) * len(places))
    told = recommend(units, {"fire-engine": 1}, at, demand, WAY, NOW, away_s=1_800)
    for candidate in told.candidates:
        with_it = WAY.seconds(bases, places).min(axis=0)
        left = [base for n, base in enumerate(bases) if f"u{n}" != candidate.unit]
        without = np.minimum(WAY.seconds(left, places).min(axis=0) if left else np.inf, with_it + 1_800)
        expected = demand.calls_a_day * 1_800 / 86_400 * float((without - with_it).mean())
        assert candidate.cover_loss == pytest.approx(expected, abs=0.1)


@given(bases=st.lists(POINTS, min_size=1, max_size=12), at=POINTS)
def test_the_same_picture_gives_the_same_answer_in_whatever_order_it_is_told(bases: list[LonLat], at: LonLat) -> None:
    units = [unit(f"u{n}", base) for n, base in enumerate(bases)]
    one = recommend(units, {"fire-engine": 2}, at, CITY, WAY, NOW)
    assert one == recommend(units[::-1], {"fire-engine": 2}, at, CITY, WAY, NOW)
