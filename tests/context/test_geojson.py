"""Entities as GeoJSON (NGSI-LD 4.5.16, 4.5.17)."""

import json
from typing import Any

from pinisi.context.geojson import join_features, render_feature
from pinisi.context.payload import read_entity
from pinisi.context.pick import parse_pick
from pinisi.context.render import NORMALIZED, SIMPLIFIED, View
from pinisi.context.term_table import CORE_TABLE
from pinisi.vocabulary.principal import WHOLE, Projection
from pinisi.vocabulary.terms import LOCATION, OBSERVATION_SPACE

D = "https://uri.etsi.org/ngsi-ld/default-context/"
GPS = {"type": "Point", "coordinates": [9, 9]}
HERE = {"type": "Point", "coordinates": [1, 2]}
ENTITY = read_entity(
    {
        "id": "urn:x:1",
        "type": "Vehicle",
        "location": [{"value": GPS, "datasetId": "urn:d:gps"}, {"value": HERE}],
        "observationSpace": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        "speed": 5,
    },
    CORE_TABLE,
)


def feature(view: View = NORMALIZED, seen: Projection = WHOLE, **options: Any) -> dict[str, Any]:
    return json.loads(render_feature(ENTITY, CORE_TABLE, view, seen, **options))


def test_the_geometry_is_that_of_the_default_instance() -> None:
    shown = feature()
    assert (shown["id"], shown["type"], shown["geometry"]) == ("urn:x:1", "Feature", HERE)
    assert shown["properties"]["type"] == "Vehicle"
    assert shown["properties"]["speed"] == {"type": "Property", "value": 5}
    assert "id" not in shown["properties"]


def test_a_dataset_chooses_the_geometry() -> None:
    assert feature(View(datasets=frozenset(("urn:d:gps",))))["geometry"] == GPS
    assert feature(View(datasets=frozenset(("urn:d:none",))))["geometry"] is None


def test_another_geo_property_may_give_the_geometry_and_what_is_none_gives_null() -> None:
    assert feature(geometry_property=OBSERVATION_SPACE)["geometry"]["type"] == "LineString"
    assert feature(geometry_property=D + "speed")["geometry"] is None
    assert feature(geometry_property=D + "absent")["geometry"] is None


def test_the_simplified_form_has_plain_values() -> None:
    properties = feature(SIMPLIFIED)["properties"]
    assert properties["speed"] == 5
    assert properties["location"] == {"dataset": {"@none": HERE, "urn:d:gps": GPS}}


def test_a_geometry_that_the_reader_may_not_see_is_null() -> None:
    shown = feature(seen=Projection(frozenset((D + "speed",))))
    assert shown["geometry"] is None
    assert LOCATION not in shown["properties"]


def test_picked_members_are_the_properties() -> None:
    assert feature(View(pick=parse_pick("speed", CORE_TABLE))) == {
        "type": "Feature", "geometry": HERE, "properties": {"speed": {"type": "Property", "value": 5}},
    }  # fmt: skip


def test_many_features_are_a_collection() -> None:
    assert json.loads(join_features([])) == {"type": "FeatureCollection", "features": []}
    shown = json.loads(join_features([render_feature(ENTITY, CORE_TABLE)] * 2))
    assert [one["type"] for one in shown["features"]] == ["Feature", "Feature"]
