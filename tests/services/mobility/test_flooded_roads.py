"""Roads under water are closed by a written rule of depth, and opened when the water is gone: real roads of Jakarta."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from pinisi_table import pinisi_table
from roads_at_hand import JAKARTA
from shapely.geometry import shape

from pinisi.city.roads.road import Road
from pinisi.city.roads.road_file import read_roads
from pinisi.runtime.known import Document, Inputs, Known, known_from
from pinisi.services.mobility.engine.flooded_roads import DepthRule, Water, closed_to
from pinisi.services.mobility.flooded_road_reactions import react_flooded_roads
from pinisi.services.mobility.road_closure_reactions import react_closed_roads, react_closure
from pinisi.services.mobility.road_closures import holding, in_force
from pinisi.vocabulary.instant import DAY, HOUR, format_instant, parse_instant

TABLE = pinisi_table()
NOON = parse_instant("2017-02-21T05:00:00Z")
WEST, SOUTH, EAST, NORTH = 106.78, -6.26, 106.86, -6.16
RING = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
AREA = "urn:ngsi-ld:FloodArea:jakarta-1"


def known(type: str, id: str, **attributes: Any) -> Known:
    plain = {name: each if isinstance(each, dict) else prop(each) for name, each in attributes.items()}
    return known_from({"id": id, "type": type, **plain}, TABLE)


def prop(value: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, **more}


def area(state: Any = None, **attributes: Any) -> Known:
    place = {"type": "GeoProperty", "value": {"type": "Polygon", "coordinates": [RING]}}
    said = {} if state is None else {"floodState": reported(state)}
    return known("FloodArea", AREA, name="RW 05 Kemang", location=place, **said, **attributes)


def reported(value: Any) -> dict[str, Any]:
    return prop(value, observedAt=format_instant(NOON - HOUR), method=prop("reported"))


@pytest.fixture(scope="module")
def roads() -> Sequence[Known]:
    found = [each for each in read_roads(JAKARTA, "road", None) if isinstance(each, Road)]
    return [
        known(
            "RoadSegment",
            f"urn:ngsi-ld:RoadSegment:{road.key}",
            location={"type": "GeoProperty", "value": {"type": "LineString", "coordinates": road.line.tolist()}},
            **({"name": road.name} if road.name else {}),
            **({"structure": road.structure} if road.structure else {}),
        )
        for road in found
    ]


def answer(
    roads: Sequence[Known], subject: Known, before: Sequence[Document] = (), rule: Known | None = None
) -> list[Document]:
    others = {
        "RoadSegment": roads,
        "RoadClosure": [known_from(dict(each), TABLE) for each in before],
        "FloodedRoadRule": [] if rule is None else [rule],
    }
    return list(react_flooded_roads(Inputs(NOON, subject, others=others)))


def test_roads_of_a_flooded_neighbourhood_are_closed_where_they_lie_in_it(roads: Sequence[Known]) -> None:
    found = answer(roads, area(3))
    ground = shape({"type": "Polygon", "coordinates": [RING]}).buffer(1e-6)
    assert 3 < len(found) < len(roads)
    for each in found:
        assert ground.contains(shape(each["location"]["value"]))
        assert (each["closureCause"]["value"], each["closureState"]["value"]) == ("flood", "closed")
        assert each["refObserved"]["object"] == AREA
        assert each["refRoadSegment"]["object"].startswith("urn:ngsi-ld:RoadSegment:road-")
        assert each["validFrom"]["value"]["@value"] == format_instant(NOON - HOUR)
        assert (each["waterDepthLeast"]["value"], each["waterDepthMost"]["unitCode"]) == (71, "CMT")
        assert each["expiresAt"] == format_instant(NOON + DAY)


def test_a_closure_has_the_method_of_who_told_of_the_water(roads: Sequence[Known]) -> None:
    assert {each["location"]["method"]["value"] for each in answer(roads, area(3))} == {"reported"}
    modelled = prop(55, unitCode="CMT", observedAt=format_instant(NOON), method=prop("modelled"))
    assert {each["reason"]["method"]["value"] for each in answer(roads, area(floodDepth=modelled))} == {"modelled"}


@pytest.mark.parametrize("state", [0, 1, 7, 2.5, "deep", True])
def test_dry_ground_unknown_depth_and_nonsense_close_nothing(roads: Sequence[Known], state: Any) -> None:
    assert answer(roads, area(state)) == []


def test_a_measured_depth_counts_by_itself_and_the_newer_word_wins(roads: Sequence[Known]) -> None:
    shallow = prop(0.2, unitCode="MTR", observedAt=format_instant(NOON))
    found = answer(roads, area(3, floodDepth=shallow))
    assert {tuple(each["closedTo"]["value"]) for each in found} == {("motorcycle", "bicycle")}
    older = prop(0.2, unitCode="MTR", observedAt=format_instant(NOON - DAY))
    assert "car" in answer(roads, area(3, floodDepth=older))[0]["closedTo"]["value"]
    assert answer(roads, area(floodDepth=prop(0.2, unitCode="KGM"))) == []


def test_the_limits_are_those_that_the_docs_name() -> None:
    rule = DepthRule()
    assert closed_to(Water(10, 10), rule) == ()
    assert closed_to(Water(31, 31), rule) == ("motorcycle", "car", "bicycle")
    assert closed_to(Water(61, 61), rule) == ("motorcycle", "car", "bus", "truck", "bicycle", "pedestrian")
    assert closed_to(Water(10, 70), rule) == closed_to(Water(61, None), rule)
    least = DepthRule(taken="least")
    assert closed_to(Water(10, 70), least) == () and "car" in closed_to(Water(71, 150), least)


def test_the_citys_rule_takes_the_place_of_the_default_and_nonsense_in_it_does_not(roads: Sequence[Known]) -> None:
    rule = known("FloodedRoadRule", "urn:ngsi-ld:FloodedRoadRule:jakarta", carDepthLimit=80, truckDepthLimit=-5)
    found = answer(roads, area(2), rule=rule)
    assert {tuple(each["closedTo"]["value"]) for each in found} == {
        ("motorcycle", "bus", "truck", "bicycle", "pedestrian")
    }
    assert {each["closureRuleBasis"]["value"] for each in found} == {"city"}
    nonsense = known("FloodedRoadRule", "urn:ngsi-ld:FloodedRoadRule:jakarta", carDepthLimit="deep")
    assert answer(roads, area(2), rule=nonsense)[0]["closureRuleBasis"]["value"] == "default"


def test_bridges_stay_open(roads: Sequence[Known]) -> None:
    closed = {each["refRoadSegment"]["object"] for each in answer(roads, area(4))}
    spans = [
        known("RoadSegment", each.id, structure="bridge", location=prop_of_place(each)) if each.id in closed else each
        for each in roads
    ]
    assert answer(spans, area(4)) == []


def prop_of_place(road: Known) -> dict[str, Any]:
    return {"type": "GeoProperty", "value": road.value("location")}


def test_when_the_water_is_gone_the_closures_end_and_end_once(roads: Sequence[Known]) -> None:
    before = answer(roads, area(3))
    ended = answer(roads, area(0), before)
    assert {each["id"] for each in ended} == {each["id"] for each in before}
    assert all(each["closureState"]["value"] == "over" for each in ended)
    assert all(each["expiresAt"] == format_instant(NOON) for each in ended)
    assert not any(in_force(known_from(dict(each), TABLE), NOON) for each in ended)
    assert answer(roads, area(0), ended) == []


def test_deeper_water_closes_anew_and_ends_the_shallower_closure(roads: Sequence[Known]) -> None:
    before = answer(roads, area(2))
    after = answer(roads, area(3), before)
    over = {each["id"] for each in after if each["closureState"]["value"] == "over"}
    assert over == {each["id"] for each in before}
    assert len(after) == 2 * len(before)


def test_what_a_person_opened_stays_open_while_the_water_stays_as_deep(roads: Sequence[Known]) -> None:
    first, *others = answer(roads, area(3))
    opened = {**first, "reopenedAt": prop({"@type": "DateTime", "@value": format_instant(NOON)})}
    (marked,) = react_closure(Inputs(NOON, known_from(opened, TABLE)))
    assert marked["closureState"]["value"] == "reopened" and "expiresAt" not in marked
    again = answer(roads, area(3), [opened, *others])
    assert next(each for each in again if each["id"] == first["id"]).keys() == {"id", "type", "expiresAt"}
    assert not in_force(known_from(opened, TABLE), NOON)
    deeper = answer(roads, area(4), [opened, *others])
    assert any(each["id"].endswith("-deep") for each in deeper)


def test_a_closure_by_hand_takes_the_line_of_its_road_and_ends_when_somebody_lifts_it(roads: Sequence[Known]) -> None:
    road = next(each for each in roads if each.text("name"))
    relation = {"type": "Relationship", "object": road.id}
    closure = {"id": "urn:ngsi-ld:RoadClosure:x", "type": "RoadClosure", "refRoadSegment": relation}
    (made,) = react_closure(Inputs(NOON, known_from(closure, TABLE), named={"refRoadSegment": road}))
    assert made["location"]["value"] == road.value("location")
    assert (made["name"]["value"], made["closureState"]["value"]) == (road.text("name"), "closed")
    lifted = {**closure, **made, "reopenedAt": prop({"@type": "DateTime", "@value": format_instant(NOON)})}
    (ended,) = react_closure(Inputs(NOON, known_from(lifted, TABLE)))
    assert (ended["closureState"]["value"], ended["expiresAt"]) == ("over", format_instant(NOON))


def test_how_many_roads_are_closed_counts_a_road_once_and_only_what_holds_now(roads: Sequence[Known]) -> None:
    found = answer(roads, area(3))
    twin = {**found[0], "id": "urn:ngsi-ld:RoadClosure:by-hand", "closureCause": prop("tree")}
    later = {
        "id": "urn:ngsi-ld:RoadClosure:later",
        "type": "RoadClosure",
        "validFrom": prop({"@type": "DateTime", "@value": format_instant(NOON + HOUR)}),
    }
    closures = [known_from(dict(each), TABLE) for each in (*found, twin, later)]
    (city,) = react_closed_roads(Inputs(NOON, others={"RoadClosure": closures}))
    assert (city["closedRoads"]["value"], city["closedByFlood"]["value"]) == (len(found), len(found))
    assert len(holding(closures, NOON, "car")) == len(found) + 1


def test_a_shallow_flood_keeps_motorcycles_out_and_lets_lorries_pass(roads: Sequence[Known]) -> None:
    depth = prop(40, unitCode="CMT", observedAt=format_instant(NOON))
    closures = [known_from(dict(each), TABLE) for each in answer(roads, area(floodDepth=depth))]
    counts = [len(holding(closures, NOON, kind)) for kind in ("motorcycle", "car", "truck")]
    assert counts == [len(closures), len(closures), 0] and len(closures) > 3


def test_the_pieces_of_a_closed_road_are_no_longer_than_the_road(roads: Sequence[Known]) -> None:
    lengths = {each.id: metres(each.value("location")["coordinates"]) for each in roads}
    for each in answer(roads, area(4)):
        ground = each["location"]["value"]
        parts = [ground["coordinates"]] if ground["type"] == "LineString" else ground["coordinates"]
        assert sum(map(metres, parts)) <= lengths[each["refRoadSegment"]["object"]] + 1


def metres(line: Sequence[Sequence[float]]) -> float:
    return sum(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 * 111_195 for a, b in pairwise(line))
