"""What a number rests upon is told as the same choice that computed it, value by value."""

from typing import Any

import pytest

from pinisi.city.computing import Inputs, compute
from pinisi.city.counted import Counted, counted
from pinisi.city.facts import Selection
from pinisi.city.formula import Formula
from pinisi.city.profile import Profile
from pinisi.vocabulary.instant import parse_instant

NOW = parse_instant("2026-11-22T06:32:00Z")
CITY = "urn:ngsi-ld:AdministrativeArea:id-73.71"
WELLS = Selection(type="Well")
Row = dict[str, Any]


def well(number: int, level: float | None = None, unit: str = "MTR", **words: str) -> Row:
    entity: Row = {
        "id": f"urn:ngsi-ld:Well:{number}",
        "type": "Well",
        "name": {"type": "Property", "value": f"W{number}"},
    }
    if level is not None:
        entity["level"] = {
            "type": "Property",
            "value": level,
            "unitCode": unit,
            "observedAt": f"2026-11-22T0{number}:00:00Z",
        }
    return entity | {name: {"type": "Property", "value": word} for name, word in words.items()}


def told(formula: Formula, *entities: Row, **inputs: Any) -> list[tuple[int, str]]:
    """Number of the well and attribute of each value that was counted."""
    found = counted(formula, Inputs(entities=entities, **inputs), NOW)
    return [(int(each.entity.rpartition(":")[2]), each.attribute) for each in found]


def test_for_every_indicator_of_makassar_what_is_told_is_what_was_computed_with(
    makassar: Profile, entities: list[Row]
) -> None:
    inputs = Inputs(entities=entities, area=CITY)
    by_id = {entity["id"]: entity for entity in reversed(entities)}
    for indicator in makassar.indicators:
        found = counted(indicator, inputs, NOW)
        part = compute(indicator, inputs, NOW)
        kinds = {indicator.kind, *(part.kind for part in indicator.parts)}
        assert len(set(found)) == len(found)
        if "count" in kinds:
            assert len(found) == part.n, indicator.id
        else:
            values = [by_id[each.entity][each.attribute] for each in found]
            assert sorted(map(repr, values)) == sorted(map(repr, part.inputs)), indicator.id


def test_of_a_sum_and_the_greatest_the_greatest_come_first_whatever_their_units() -> None:
    rows = well(1, 2), well(2, 900, "CMT"), well(3), well(4, 1)
    for kind, order in (("sum", [2, 1, 4]), ("max", [2, 1, 4]), ("min", [4, 1, 2]), ("mean", [1, 2, 4])):
        formula = Formula(kind=kind, select=WELLS, attribute="level")  # pyright: ignore[reportArgumentType]
        assert told(formula, *rows) == [(number, "level") for number in order]


def test_units_that_cannot_be_compared_leave_the_order_as_it_is() -> None:
    formula = Formula(kind="max", select=WELLS, attribute="level")
    assert told(formula, well(1, 1), well(2, 5, "KGM")) == [(1, "level"), (2, "level")]


def test_what_is_counted_is_told_by_what_it_was_chosen_for() -> None:
    rows = well(1, kind="dug"), well(2, kind="drilled"), well(3, kind="dug")
    assert told(Formula(kind="count", select=WELLS), *rows) == [(1, "name"), (2, "name"), (3, "name")]
    dug = Formula(kind="count", select=Selection(type="Well", where={"kind": "dug"}))
    assert told(dug, *rows) == [(1, "kind"), (3, "kind")]


def test_a_share_tells_those_that_hold_it_and_those_that_do_not_but_not_the_unknown() -> None:
    share = Formula(kind="share", select=WELLS, having={"state": "dry"})
    assert told(share, well(1, state="dry"), well(2, state="full"), well(3)) == [(1, "state"), (2, "state")]


def test_too_old_figures_and_other_areas_are_not_told() -> None:
    young = Formula(kind="mean", select=WELLS, attribute="level", last_hours=3)
    assert told(young, well(1, 1), well(4, 1), well(6, 1)) == [(4, "level"), (6, "level")]
    lies_in = {"urn:ngsi-ld:Well:6": ("73.71.01",)}
    assert told(young, well(4, 1), well(6, 1), lies_in=lies_in, code="73.71.01") == [(6, "level")]


@pytest.mark.parametrize(("per", "whole"), [("head", "population"), ("km2", "area")])
def test_what_is_divided_by_the_people_or_the_ground_rests_upon_them_too(per: Any, whole: str) -> None:
    city = {"id": CITY, "type": "AdministrativeArea", whole: {"type": "Property", "value": 5, "unitCode": "KMK"}}
    found = counted(
        Formula(kind="sum", select=WELLS, attribute="level", per=per), Inputs(entities=[well(1, 1), city], area=CITY)
    )
    assert found == (Counted("urn:ngsi-ld:Well:1", "level"), Counted(CITY, whole))


def test_a_ratio_rests_upon_both_of_its_parts_each_value_once() -> None:
    highest = Formula(kind="max", select=WELLS, attribute="level")
    mean = Formula(kind="mean", select=WELLS, attribute="level")
    ratio = Formula(kind="ratio", of=highest, over=mean)
    assert told(ratio, well(1, 1), well(2, 3)) == [(2, "level"), (1, "level")]
