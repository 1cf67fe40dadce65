"""Which events are probably one."""

import pytest
from happenings_at_hand import LAT, LON, METRE, NOON, at, grouped, real_events
from hypothesis import given
from hypothesis import strategies as st

from pinisi.incidents.grouping.cells import Grid
from pinisi.incidents.grouping.grouping import Grouping, Joined
from pinisi.incidents.grouping.happening import BadHappening, Happening
from pinisi.incidents.grouping.rules import default_rules
from pinisi.store.geodesy import distance_from
from pinisi.vocabulary.instant import DAY, MINUTE, SECOND


def test_two_reports_of_one_water_are_one_group_that_says_why() -> None:
    first, second = grouped(at("a"), at("b", north_m=250, minutes=90))
    assert (first.group, first.why) == ("a", "first")
    assert (second.group, second.why, second.nearest) == ("a", "near", "a")
    assert second.distance_m == pytest.approx(250, rel=0.01)
    assert second.gap_s == 90 * 60
    assert second.score == pytest.approx(0.75 * 0.75, rel=0.01)


def test_the_best_fit_is_joined() -> None:
    third = grouped(at("far"), at("near", north_m=600), at("new", north_m=450, minutes=1))[2]
    assert (third.group, third.nearest) == ("near", "near")


def test_what_is_apart_in_place_time_or_kind_is_not_one() -> None:
    beside, fire, later = at("b", north_m=600), at("c", kind="fire"), at("d", minutes=181)
    assert [joined.why for joined in grouped(at("a"), beside, fire, later)] == ["first"] * 4


def test_a_gauge_and_a_citizen_speak_of_the_same_water() -> None:
    assert grouped(at("gauge", kind="water-level"), at("citizen", north_m=100))[1].group == "gauge"


def test_kinds_that_no_rule_names_stand_alone_and_stay_near() -> None:
    events = [
        at("a", kind="swarm"),
        at("b", 100, 5, kind="swarm"),
        at("c", 100, 5, kind="ufo"),
        at("d", 400, 5, "swarm"),
    ]
    assert [joined.group for joined in grouped(*events)] == ["a", "a", "c", "d"]


def test_two_patients_in_one_street_stay_two() -> None:
    assert grouped(at("a", kind="health"), at("b", 80, 2, kind="health"))[1].group == "b"


def test_a_chain_of_neighbours_does_not_become_one_group() -> None:
    chain = grouped(*(at(str(step), north_m=400 * step, minutes=step) for step in range(12)))
    assert [joined.group for joined in chain] == ["0"] * 4 + ["4"] * 4 + ["8"] * 4
    assert (chain[4].why, chain[4].nearest) == ("too-wide", "3")


def test_a_group_ends_when_it_lasts_too_long() -> None:
    steps = grouped(*(at(str(step), minutes=170 * step) for step in range(10)))
    assert [joined.group for joined in steps] == ["0"] * 9 + ["9"]
    assert steps[9].why == "too-long"


def test_alarms_of_one_pump_are_one_group_wherever_it_is() -> None:
    grouping = Grouping(default_rules())
    pump = [Happening(id=id, kind="water-level", at=NOON, subject="urn:pump:7") for id in "ab"]
    other = Happening(id="c", kind="water-level", at=NOON, subject="urn:pump:8")
    joined = [grouping.add(event, NOON) for event in (*pump, other)]
    assert [(each.group, each.why) for each in joined] == [("a", "no-place"), ("a", "same-subject"), ("c", "no-place")]


def test_an_event_that_comes_twice_has_one_answer() -> None:
    first, second, again = grouped(at("a"), at("b"), at("a"))
    assert again is first
    assert second.group == "a"


def test_an_event_told_late_joins_by_the_time_at_which_it_happened() -> None:
    grouping = Grouping(default_rules())
    grouping.add(at("a", minutes=200), NOON + 200 * MINUTE)
    on_paper = grouping.add(at("paper", minutes=60), NOON + 210 * MINUTE)
    assert (on_paper.group, on_paper.gap_s) == ("a", 140 * 60)


def test_a_time_to_come_counts_as_now() -> None:
    grouping = Grouping(default_rules())
    grouping.add(at("clock-fault", minutes=60 * 24 * 365), NOON)
    assert grouping.add(at("b", minutes=1), NOON + MINUTE).group == "clock-fault"


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (Happening(id="", kind="flood", at=NOON), "id"),
        (Happening(id="a", kind="", at=NOON), "kind"),
        (Happening(id="a", kind="flood", at=NOON, lon=1.0), "lat"),
        (Happening(id="a", kind="flood", at=NOON, lon=float("nan"), lat=0.0), "lon"),
        (Happening(id="a", kind="flood", at=NOON, lon=0.0, lat=91.0), "lat"),
    ],
)
def test_an_event_that_cannot_be_names_its_field(event: Happening, field: str) -> None:
    with pytest.raises(BadHappening) as told:
        Grouping(default_rules()).add(event, NOON)
    assert told.value.field == field


def test_a_person_parts_what_is_not_the_same() -> None:
    grouping = Grouping(default_rules())
    for event in (at("a"), at("b", 100), at("c", 200)):
        grouping.add(event, NOON)
    assert grouping.part("b", NOON) == Joined("b", "b", "by-hand")
    assert [grouping.group_of(id) for id in "abc"] == ["a", "b", "a"]
    assert grouping.part("a", NOON).group == "a apart"


def test_a_person_makes_two_groups_one() -> None:
    grouping = Grouping(default_rules())
    for event in (at("a"), at("b", 700), at("c", 800)):
        grouping.add(event, NOON)
    moved = grouping.merge("b", "a", NOON)
    assert [(each.event, each.group, each.why) for each in moved] == [("b", "a", "by-hand"), ("c", "a", "by-hand")]
    assert grouping.add(at("d", 1_200), NOON).group == "a"
    assert grouping.merge("a", "a", NOON) == []


def test_nothing_joins_a_closed_group() -> None:
    grouping = Grouping(default_rules())
    grouping.add(at("a"), NOON)
    grouping.close("a")
    assert grouping.add(at("b"), NOON).why == "first"


def test_what_is_long_quiet_is_let_go() -> None:
    grouping = Grouping(default_rules())
    grouping.add(at("a"), NOON)
    grouping.add(at("b", 5_000), NOON + DAY)
    assert grouping.group_of("a") is None
    assert grouping.group_of("b") == "b"


def test_real_reports_of_a_flooded_quarter_become_few_groups() -> None:
    events = real_events()
    joined = grouped(*events)
    assert len(events) == 45
    assert len({each.group for each in joined}) == 16
    assert {each.event for each in joined} == {event.id for event in events}
    assert grouped(*events) == joined


places = st.tuples(st.floats(-3_000, 3_000), st.floats(0, 600), st.sampled_from(["flood", "fire", "health", "swarm"]))


@given(st.lists(places, max_size=40))
def test_every_event_is_in_one_group_and_no_group_breaks_its_rule(drawn: list[tuple[float, float, str]]) -> None:
    events = [at(str(number), *each) for number, each in enumerate(sorted(drawn, key=lambda each: each[1]))]
    by_id = {event.id: event for event in events}
    rules = default_rules()
    for joined in grouped(*events):
        event, first = by_id[joined.event], by_id[joined.group]
        family = rules.family_of(event.kind)
        assert first.kind in family.kinds
        assert event.lon is not None and event.lat is not None and first.lon is not None and first.lat is not None
        assert distance_from(event.lon, event.lat)(first.lon, first.lat) <= family.widest_m
        assert event.at - first.at <= family.longest
        assert joined.distance_m <= family.near_m
        assert joined.gap_s * SECOND <= family.quiet
        assert joined.score >= 0.25


@given(
    st.floats(-180, 180),
    st.floats(-85, 85),
    st.floats(-1, 1),
    st.floats(-1, 1),
    st.sampled_from([50.0, 500.0, 30_000.0]),
)
def test_the_grid_finds_all_that_is_nearer_than_its_side(
    lon: float, lat: float, east: float, north: float, side: float
) -> None:
    grid = Grid(side)
    there = min(90.0, max(-90.0, lat + north * side / 110_574))
    beside = (lon + east * 360 * side / 3_000_000 + 180) % 360 - 180
    if distance_from(lon, lat)(beside, there) <= side:
        assert grid.cell(beside, there) in set(grid.around(lon, lat))
    assert len(set(grid.around(lon, lat))) <= 9


def test_the_work_for_an_event_does_not_grow_with_the_flood() -> None:
    """Ten thousand reports of one square kilometre: a cell remembers eight groups of them."""
    grouping = Grouping(default_rules())
    compared: list[int] = []
    for number in range(10_000):
        moment = NOON + number * SECOND
        event = Happening(id=str(number), kind="health", at=moment, lon=LON, lat=LAT + (number * 37 % 1_000) * METRE)
        grouping.add(event, moment)
        compared.append(grouping.looked_at)
    assert max(compared) <= 9 * 8
