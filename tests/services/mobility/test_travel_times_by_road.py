"""Times between units and open incidents, as a pure function of what the context says, on real roads."""

from collections.abc import Iterator
from typing import Any

import pytest
from pinisi_table import pinisi_table
from roads_at_hand import AT_SEA, HARBOUR, HELSINKI, STATION, served

from pinisi.runtime.known import Document, Inputs, Known, known_from
from pinisi.services.mobility.models.roads import NO_WAY
from pinisi.services.mobility.road_closures import in_force
from pinisi.services.mobility.road_reactions import react_times
from pinisi.services.mobility.routing.answers import LonLat
from pinisi.services.mobility.routing.closures import NotUsable, closed_by
from pinisi.services.mobility.routing.router import Router
from pinisi.services.mobility.routing.running import offered, router_of
from pinisi.vocabulary.instant import HOUR, MINUTE, Instant, format_instant, parse_instant

TABLE = pinisi_table()
NOON = parse_instant("2026-11-26T05:00:00Z")
ON_THE_WAY = (24.951059, 60.169185)
"""On the street that leads from the station to the harbour."""


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:
    with served(HELSINKI, tmp_path_factory.mktemp("graphs")) as router, offered(router):
        yield router


def point(place: LonLat, at: Instant | None = None) -> dict[str, Any]:
    said: dict[str, Any] = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": list(place)}}
    return said if at is None else said | {"observedAt": format_instant(at)}


def known(type: str, id: str, **attributes: Any) -> Known:
    plain = {
        name: each if isinstance(each, dict) else {"type": "Property", "value": each}
        for name, each in attributes.items()
    }
    return known_from({"id": f"urn:ngsi-ld:{type}:{id}", "type": type, **plain}, TABLE)


def unit(id: str, base: LonLat, state: str = "free", seen: tuple[LonLat, Instant] | None = None) -> Known:
    return known("Unit", id, base=point(base), location=point(*(seen or (base,))), unitState=state)


def closure(ground: dict[str, Any], **attributes: Any) -> Known:
    return known("RoadClosure", "tree", location={"type": "GeoProperty", "value": ground}, **attributes)


def times(roads: Router, *units: Known, closures: tuple[Known, ...] = (), incident: LonLat = HARBOUR) -> Document:
    others = {
        "RoadGraph": [known("RoadGraph", "helsinki", graphDigest=roads.graph.digest)],
        "Unit": units,
        "Incident": [known("Incident", "fire", location=point(incident), state="open")],
        "RoadClosure": closures,
    }
    (document,) = react_times(Inputs(NOON, others=others))
    return document


def seconds(document: Document, start: LonLat, end: LonLat) -> float:
    zones = [tuple(zone) for zone in document["zones"]["value"]]
    flat = document["travelSeconds"]["value"]
    return flat[zones.index(start) * len(zones) + zones.index(end)]


def test_times_between_units_and_incidents_are_those_of_the_routes_at_the_moment_of_the_change(roads: Router) -> None:
    document = times(roads, unit("a", STATION))
    assert document["zones"]["value"] == [list(STATION), list(HARBOUR)]
    assert document["zones"]["observedAt"] == format_instant(NOON)
    assert seconds(document, STATION, HARBOUR) == pytest.approx(roads.route(STATION, HARBOUR).seconds, abs=1.5)
    assert seconds(document, HARBOUR, STATION) == pytest.approx(roads.route(HARBOUR, STATION).seconds, abs=1.5)
    assert (document["travelSeconds"]["unitCode"], document["closureCount"]["value"]) == ("SEC", 0)


def test_a_closed_road_makes_the_way_longer_while_it_is_closed_and_no_longer(roads: Router) -> None:
    free = seconds(times(roads, unit("a", STATION)), STATION, HARBOUR)
    ground = {"type": "Point", "coordinates": list(ON_THE_WAY)}

    def then(**when: str) -> float:
        return seconds(times(roads, unit("a", STATION), closures=(closure(ground, **when),)), STATION, HARBOUR)

    assert then() > free + 30
    assert then(validFrom=format_instant(NOON - HOUR), validTo=format_instant(NOON + HOUR)) > free + 30
    assert then(validFrom=format_instant(NOON + MINUTE)) == free
    assert then(validTo=format_instant(NOON)) == free
    assert then(validTo="when the water is gone") > free + 30


def test_a_unit_that_was_seen_lately_is_counted_from_there_and_from_its_base_else(roads: Router) -> None:
    elsewhere = (24.945, 60.165)
    lately = times(roads, unit("a", STATION, "enRoute", (elsewhere, NOON - MINUTE)))
    assert lately["zones"]["value"] == [list(STATION), list(elsewhere), list(HARBOUR)]
    long_ago = times(roads, unit("a", STATION, "enRoute", (elsewhere, NOON - HOUR)))
    assert long_ago["zones"]["value"] == [list(STATION), list(HARBOUR)]
    off = times(roads, unit("a", STATION), unit("b", elsewhere, "off"))
    assert list(elsewhere) not in off["zones"]["value"]


def test_who_has_no_road_near_is_named_and_the_others_are_counted(roads: Router) -> None:
    document = times(roads, unit("a", STATION), unit("boat", AT_SEA))
    assert document["leftOutIds"]["json"] == [{"id": "urn:ngsi-ld:Unit:boat"}]
    assert list(AT_SEA) not in document["zones"]["value"]


def test_what_no_road_reaches_any_more_is_a_day_away(roads: Router) -> None:
    lon, lat = HARBOUR
    ring = [[lon + x, lat + y] for x, y in ((-3e-3, -2e-3), (3e-3, -2e-3), (3e-3, 2e-3), (-3e-3, 2e-3), (-3e-3, -2e-3))]
    document = times(roads, unit("a", STATION), closures=(closure({"type": "Polygon", "coordinates": [ring]}),))
    assert seconds(document, STATION, HARBOUR) == NO_WAY
    assert document["closureCount"]["value"] == 1


@pytest.mark.parametrize(
    "ground",
    [
        {
            "type": "Polygon",
            "coordinates": [[[24.94, 60.16], [24.95, 60.17], [24.95, 60.16], [24.94, 60.17], [24.94, 60.16]]],
        },
        {"type": "Polygon", "coordinates": [[[20.0, 60.0], [30.0, 60.0], [30.0, 61.0], [20.0, 60.0]]]},
        {"type": "LineString", "coordinates": [[24.94, 60.16], [24.94, 60.16]]},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "Point", "coordinates": [200.0, 60.0]},
        {"type": "Point", "coordinates": ["x", None]},
        {"type": "Sea"},
        {},
    ],
)
def test_ground_that_cannot_be_closed_is_refused(ground: dict[str, Any]) -> None:
    with pytest.raises(NotUsable):
        closed_by(ground)


def test_a_closure_that_cannot_be_used_is_named_and_stops_nothing(roads: Router) -> None:
    region = [[20.0, 60.0], [30.0, 60.0], [30.0, 61.0], [20.0, 60.0]]
    document = times(roads, unit("a", STATION), closures=(closure({"type": "Polygon", "coordinates": [region]}),))
    assert document["leftOutIds"]["json"] == [{"id": "urn:ngsi-ld:RoadClosure:tree"}]
    assert document["closureCount"]["value"] == 0


def test_a_line_is_closed_piece_by_piece_and_an_area_by_its_outline() -> None:
    line = closed_by({"type": "LineString", "coordinates": [[1.0, 1.0], [1.0, 1.2], [1.2, 1.2]]})
    assert line.places == (pytest.approx((1.0, 1.1)), pytest.approx((1.1, 1.2)))
    square = [[1.0, 1.0], [1.1, 1.0], [1.1, 1.1], [1.0, 1.0]]
    area = closed_by({"type": "Polygon", "coordinates": [square]})
    assert area.areas == (tuple(map(tuple, square)),)


def test_without_a_graph_that_is_served_here_nothing_is_said(roads: Router) -> None:
    others = {"RoadGraph": [known("RoadGraph", "other", graphDigest="0" * 16)], "Unit": [unit("a", STATION)]}
    assert react_times(Inputs(NOON, others=others)) == []
    assert react_times(Inputs(NOON, others={})) == []
    assert router_of(None) is None and router_of(roads.graph.digest) is roads


def test_a_closure_is_in_force_between_its_moments() -> None:
    lasting = closure({"type": "Point", "coordinates": [1, 1]}, validTo=format_instant(NOON))
    assert in_force(lasting, NOON - 1) and not in_force(lasting, NOON)
