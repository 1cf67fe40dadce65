"""Junctions, groups, plans and detectors as entities: declared, named in three languages, with units."""

from pathlib import Path

from crossing import CROSSING, EAST, PLAN, WALK

from pinisi.city.context import terms
from pinisi.city.entities import city_entities
from pinisi.city.facts import Entity, Origin, value_of
from pinisi.city.profile import load_profile
from pinisi.services.mobility import SERVICE
from pinisi.services.mobility.engine.signals.demand import all_red
from pinisi.services.mobility.models.signals import (
    TrafficDetector,
    detector_entity,
    group_entity,
    junction_entity,
    plan_entity,
    shown_entities,
)
from pinisi.testing.written import nameless, undeclared, without_unit

ORIGIN = Origin(source="dishub", observed_at="2026-11-26T00:00:00Z", period="2026")
MAKASSAR = Path(__file__).parents[3] / "cities" / "makassar"
POINT = {"type": "Point", "coordinates": [119.42, -5.14]}
CAMERA = TrafficDetector(id="c1", group="east", kind="camera", reach=60)


def all_kinds() -> list[Entity]:
    return [
        junction_entity(CROSSING, ORIGIN, POINT),
        *(group_entity("crossing", group, ORIGIN) for group in CROSSING.groups),
        plan_entity("crossing", PLAN, ORIGIN),
        detector_entity("crossing", CAMERA, ORIGIN),
        *shown_entities(CROSSING, all_red(CROSSING, 0.0), ORIGIN),
        *makassars_junctions(),
    ]


def makassars_junctions() -> list[Entity]:
    return [each for each in city_entities(load_profile(MAKASSAR)) if each["type"] == "Junction"]


def test_every_type_and_attribute_is_declared_named_and_has_its_unit() -> None:
    documents = all_kinds()
    assert undeclared("pinisi.services.mobility", SERVICE.types, documents) == []
    assert nameless(SERVICE.types, SERVICE.words, documents) == []
    assert without_unit({"cameraCount"}, documents) == []
    written = {name for document in documents for name in document} - {"id", "type", "location", "name"}
    assert written <= terms().keys()


def test_a_group_says_its_times_in_seconds_and_what_it_shows() -> None:
    walk = group_entity("crossing", WALK, ORIGIN)
    assert value_of(walk, "pedestrianClearance") == 9
    assert walk["pedestrianClearance"]["unitCode"] == "SEC"
    assert value_of(walk, "refJunction") == "urn:ngsi-ld:Junction:crossing"
    assert "maximumRed" not in group_entity("crossing", type(EAST)(id="bus", minimum_green=5), ORIGIN)
    assert value_of(shown_entities(CROSSING, all_red(CROSSING, 0.0), ORIGIN)[3], "signalAspect") == "red"


def test_a_junction_that_nobody_has_measured_has_no_place() -> None:
    assert "location" not in junction_entity(CROSSING, ORIGIN)


def test_makassar_names_the_junctions_that_were_published_and_invents_nothing() -> None:
    known = makassars_junctions()
    assert [value_of(each, "name") for each in known if "cameraCount" in each] == [
        "Veteran - Landak",
        "G. Bawakaraeng - G. Latimojong",
        "Veteran - Kerung-Kerung",
        "Veteran - G. Bawakaraeng",
    ]
    assert len(known) == 8
    assert not any("location" in each for each in known)
    assert {value_of(each, "cameraCount") for each in known if "cameraCount" in each} == {5}
