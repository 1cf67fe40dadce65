"""URIs, names, moments, scopes, geometries."""

from typing import Any

import pytest

from pinisi.context.geometry import check_geometry, check_simple, is_geometry
from pinisi.context.problems import BadRequestData
from pinisi.context.validate import check_moment, check_scopes, is_name, is_uri
from pinisi.vocabulary.entity import GEO, Entity, Instance
from pinisi.vocabulary.terms import LOCATION


@pytest.mark.parametrize(
    "text",
    ["urn:ngsi-ld:Vehicle:1", "https://city.example/a?b=c#d", "mailto:a@b.example", "urn:ngsi-ld:Ciudad:París",
     "urn:x:シティ", "a:b", "urn:x:%20"],
)  # fmt: skip
def test_uris_and_iris_identify(text: str) -> None:
    assert is_uri(text)


@pytest.mark.parametrize(
    "text",
    ["", "Vehicle", "urn:", ":x", "1urn:x", "urn:a b", "urn:a<b", 'urn:"a"', "urn:a\nb", "ürn:x",
     *(f"urn:ngsi-ld:A{chr(code)}B" for code in (
         0x202E, 0x200B, 0xFEFF, 0x2028, 0x00A0, 0x3C, 0xFE0F, 0xE0100, 0xFDD0, 0xFFFE, 0x115F, 0x3164, 0xFFA0, 0x2800,
     ))],
)  # fmt: skip
def test_what_nobody_can_read_back_is_no_uri(text: str) -> None:
    assert not is_uri(text)


@pytest.mark.parametrize(
    ("text", "valid"),
    [("speed", True), ("výška_1", True), ("Škola", True), ("ex:speed", True), ("速度", True), ("my attr", False),
     ("9Vehicle", False), ("_a", False), ("a-b", False), ("", False), ("ex:9", False), ("a.b", False)],
)  # fmt: skip
def test_names_are_letters_digits_and_underscores(text: str, valid: bool) -> None:
    assert is_name(text) is valid


@pytest.mark.parametrize(
    "text",
    ["2026-08-10T12:00:00Z", "2026-08-10T12:00:00.123Z", "2026-08-10T12:00:00,5Z", "2024-02-29T23:59:59.123456789Z"],
)
def test_moments_in_utc_are_kept_as_written(text: str) -> None:
    assert check_moment(text, "x.observedAt") == text


@pytest.mark.parametrize(
    "value",
    ["0000-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-08-10T12:00:00+02:00", "2026-08-10", "2026-08-10T25:00:00Z",
     "2026-08-10T12:00:00", "12:00:00Z", "now", 5, None, {"value": 1}, "2026-13-01T00:00:00Z", "٢٠٢٦-08-10T12:00:00Z"],
)  # fmt: skip
def test_moments_that_do_not_exist_are_refused_by_name(value: Any) -> None:
    with pytest.raises(BadRequestData, match=r"^speed\.observedAt: "):
        check_moment(value, "speed.observedAt")


@pytest.mark.parametrize("value", ["/Madrid/Gardens/ParqueNorte", "CompanyA", ["/a", "/b/c_1"], "/東京/区"])
def test_scopes_are_paths_of_names(value: Any) -> None:
    assert check_scopes(value) == (value if isinstance(value, list) else [value])


@pytest.mark.parametrize("value", ["9bad", "/a//b", "a-b", "urn:ngsi-ld:null", ["/ok", "9bad"], [], "", 5, "/", "/a/"])
def test_other_scopes_are_refused(value: Any) -> None:
    with pytest.raises(BadRequestData, match=r"^scope: "):
        check_scopes(value)


SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [119.4, -5.1]},
        {"type": "Point", "coordinates": [180, 90, 12.5]},
        {"type": "MultiPoint", "coordinates": [[0, 0], [1, 1]]},
        {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        {"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": [SQUARE]},
        {"type": "Polygon", "coordinates": [SQUARE, [[0.2, 0.2], [0.4, 0.2], [0.4, 0.4], [0.2, 0.2]]]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [[[5, 5], [6, 5], [6, 6], [5, 5]]]]},
    ],
)
def test_geometries_of_geojson_are_values(geometry: dict[str, Any]) -> None:
    assert is_geometry(geometry)
    assert check_geometry(geometry, "location.value") is geometry


@pytest.mark.parametrize(
    ("geometry", "told"),
    [
        ({"type": "Point", "coordinates": [119.4, 95]}, r"location.value.coordinates[1]: latitude 95"),
        ({"type": "Point", "coordinates": [-181, 0]}, r"location.value.coordinates[0]: longitude -181"),
        ({"type": "Point", "coordinates": [1]}, "no position"),
        ({"type": "Point", "coordinates": [[1, 2]]}, "no position"),
        ({"type": "Point", "coordinates": ["1", "2"]}, "not a number"),
        ({"type": "Point", "coordinates": [True, 2]}, "not a number"),
        ({"type": "Point"}, "no position"),
        ({"type": "LineString", "coordinates": [[0, 0]]}, "at least 2"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}, "not closed"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 0]]]}, "at least 4"),
        ({"type": "Polygon", "coordinates": []}, "list of rings"),
        ({"type": "GeometryCollection", "geometries": []}, "'GeometryCollection' is none of"),
        ({"type": ["Point"], "coordinates": [1, 2]}, "is none of"),
        ("POINT (1 2)", "no GeoJSON geometry"),
        (None, "no GeoJSON geometry"),
    ],
)
def test_what_is_wrong_with_a_geometry_is_said_with_its_place(geometry: Any, told: str) -> None:
    with pytest.raises(BadRequestData) as refused:
        check_geometry(geometry, "location.value")
    assert told in refused.value.detail


@pytest.mark.parametrize(
    ("geometry", "told"),
    [
        ({"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}, "Self-intersection[1 1]"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}, "not simple"),
    ],
)
def test_a_polygon_that_crosses_itself_is_a_value_that_no_source_may_bring(geometry: Any, told: str) -> None:
    assert check_geometry(geometry, "location.value") is geometry
    entity = Entity("urn:x:1", ["urn:t"], {LOCATION: [Instance(GEO, geometry)]})
    with pytest.raises(BadRequestData) as refused:
        check_simple(entity)
    assert refused.value.detail.startswith("location: ")
    assert told in refused.value.detail
