"""Where the next calls may come from: by the people of each area, as far as they are known, and it says how far."""

import pytest

from pinisi.console.atlas import AreaCard
from pinisi.console.demand import demand_of
from pinisi.incidents.units.wording import BY_PEOPLE, EACH_ALIKE, PEOPLE_SHARED


def area(code: str, parent: str | None) -> AreaCard:
    return AreaCard(f"urn:{code}", code, code, "kelurahan", parent, (119.4, -5.1), None)


CARDS = [area("city", None), area("a", "city"), area("b", "city"), area("a1", "a"), area("a2", "a"), area("b1", "b")]


def weights(people: dict[str, float]) -> dict[str, float]:
    demand, _ = demand_of(CARDS, people)
    return dict(zip(demand.names, demand.weights, strict=True))


def test_the_smallest_areas_weigh_their_people() -> None:
    people = {"a1": 30.0, "a2": 10.0, "b1": 60.0}
    assert weights(people) == people
    assert demand_of(CARDS, people)[1] is BY_PEOPLE


def test_what_is_left_of_the_area_around_is_divided_alike() -> None:
    people = {"a": 100.0, "a1": 70.0, "city": 1_000.0}
    assert weights(people) == {"a1": 70.0, "a2": 30.0, "b1": pytest.approx(900.0)}
    assert demand_of(CARDS, people)[1] is PEOPLE_SHARED


def test_a_city_of_one_number_and_a_city_of_none_weigh_alike_and_say_so() -> None:
    assert set(weights({"city": 300.0}).values()) == {100.0}
    assert set(weights({}).values()) == {1.0}
    assert (demand_of(CARDS, {"city": 300.0})[1], demand_of(CARDS, {})[1]) == (PEOPLE_SHARED, EACH_ALIKE)
