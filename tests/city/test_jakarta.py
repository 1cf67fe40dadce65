"""The city of the flood of 2017: its own shapes.toml on cuts of the real files, and on the whole ones."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pyogrio
import pytest
import shapely
from shapely.geometry import shape

from jakarta_cut import JAKARTA, cut_city, cut_files
from pinisi.city.context import terms
from pinisi.city.entities import city_entities, city_roads
from pinisi.city.errors import CityError
from pinisi.city.profile import Profile, load_profile
from pinisi.city.roads.tiles import write_road_tiles
from pinisi.city.vector_tiles.archive import read_metadata
from pinisi.city.words import catalogue, value_text
from pinisi.runtime.made_files import BASEMAP, ROADS
from pinisi.runtime.map_making import make_maps


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return cut_files(tmp_path)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return cut_city(tmp_path)


@pytest.fixture
def profile(small: Path, files: Path) -> Profile:
    return load_profile(small, files)


def test_all_but_the_drawn_areas_is_read_at_once_for_who_asks_so(small: Path, files: Path, profile: Profile) -> None:
    quick = load_profile(small, files, drawn=False)
    assert quick.areas == ()
    assert (quick.city, quick.rules, quick.shapes) == (profile.city, profile.rules, profile.shapes)


def test_kelurahan_kecamatan_and_city_come_out_of_one_file_and_rw_lie_in_their_kelurahan(profile: Profile) -> None:
    assert Counter(area.level for area in profile.areas) == {"rw": 8, "kelurahan": 2, "kecamatan": 1, "city": 1}
    known = {area.code: area for area in profile.areas}
    kampung = known["31-kel-199"]
    assert (kampung.name, kampung.parent) == ("Kampung Melayu", "31-kec-Jatinegara")
    assert (known["31-kec-Jatinegara"].name, known["31-kec-Jatinegara"].parent) == ("Jatinegara", "31")
    whole, parts = (
        shapely.union_all([shape(area.geojson) for area in profile.areas if area.level == level])
        for level in ("city", "kelurahan")
    )
    assert whole.symmetric_difference(parts).area < 1e-10
    for area in profile.areas:
        if area.level == "rw":
            holder = shape(known[area.parent or ""].geojson)
            assert holder.intersection(shape(area.geojson)).area > 0.9 * shape(area.geojson).area


def test_a_neighbourhood_of_the_archive_is_named_by_the_rw_in_its_number(profile: Profile) -> None:
    areas = [entity for entity in city_entities(profile) if entity["type"] == "FloodArea"]
    assert [(area["id"], area["name"]["value"]) for area in areas] == [
        ("urn:ngsi-ld:FloodArea:jakarta-3172060008008000", "RW 08"),
        ("urn:ngsi-ld:FloodArea:jakarta-3172060008005000", "RW 05"),
    ]
    assert areas[0]["location"]["value"]["type"] == "Polygon"
    assert areas[0]["location"]["provider"]["object"] == "urn:ngsi-ld:DataSource:petabencana-2017"
    assert "floodState" not in areas[0]


def test_everything_has_words_terms_and_a_card(profile: Profile) -> None:
    entities = list(city_entities(profile))
    counts = Counter(entity["type"] for entity in entities if entity["type"] != "DataSource")
    assert counts == {"RoadSegment": 64, "AdministrativeArea": 12, "FloodArea": 2}
    cards = {entity["id"] for entity in entities if entity["type"] == "DataSource"}
    for entity in entities:
        names = set(entity) - {"id", "type"}
        assert names <= set(catalogue().attributes)
        assert names - {"location", "title"} <= set(terms())
        assert {entity[name]["provider"]["object"] for name in names if "provider" in entity[name]} <= cards
    used = {("level", area.level) for area in profile.areas}
    used |= {("roadClass", entity["roadClass"]["value"]) for entity in entities if "roadClass" in entity}
    assert sorted(pair for pair in used if value_text(*pair) is None) == []


def test_a_city_without_a_basemap_is_drawn_once_and_says_whose_lines_it_has(profile: Profile, tmp_path: Path) -> None:
    make_maps(profile, tmp_path, "jakarta", "one")
    made = [tmp_path / "tiles" / "jakarta" / name for name in (BASEMAP, ROADS)]
    assert [read_metadata(path)["attribution"] for path in made] == ["© OpenStreetMap contributors"] * 2
    assert {str(name) for name, _ in pyogrio.list_layers(made[0])} == {
        "kecamatan", "kecamatan_label", "kelurahan", "kelurahan_label", "rw", "rw_label",
    }  # fmt: skip
    stamps = [path.stat().st_mtime_ns for path in made]
    make_maps(profile, tmp_path, "jakarta", "one")
    assert [path.stat().st_mtime_ns for path in made] == stamps
    make_maps(profile, tmp_path, "jakarta", "two")
    assert all(now > before for now, before in zip([path.stat().st_mtime_ns for path in made], stamps, strict=True))


def test_roads_that_somebody_brought_are_not_drawn_over(profile: Profile, tmp_path: Path) -> None:
    folder = tmp_path / "tiles" / "jakarta"
    folder.mkdir(parents=True)
    write_road_tiles(list(city_roads(profile))[:5], folder / ROADS, name="brought", attribution="somebody")
    kept = (folder / ROADS).read_bytes()
    make_maps(profile, tmp_path, "jakarta", "one")
    assert (folder / ROADS).read_bytes() == kept


def test_missing_files_are_named_with_where_they_come_from_and_what_to_type(small: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CityError) as told:
        load_profile(small, tmp_path / "empty")
    words = str(told.value)
    assert "14 of 14 files that this city reads are not in" in words
    assert "inasafe_jakarta/kelurahan_jakarta.shp" in words
    assert "github.com/inasafe/inasafe_data" in words
    assert "pinisi run jakarta --data-from FOLDER" in words


def test_the_shipped_city_refuses_other_files_of_the_same_name(files: Path, tmp_path: Path) -> None:
    text = (JAKARTA / "city.toml").read_text(encoding="utf-8")
    for name in re.findall(r'name = "([\w/.-]+)", sha256', text):
        path = files / "flood" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("something else")
    with pytest.raises(CityError, match="is another file than the one that this city was written for"):
        load_profile(JAKARTA, files)


def rewrite(folder: Path, old: str, new: str) -> None:
    path = folder / "shapes.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{ID}", "{NOMOR}", r"row 1: '31-kel-\{NOMOR\}' cannot be filled: 'NOMOR'"),
        ("^Kecamatan (.+)$", "^Distrik (.+)$", "row 1, KEC_NAME_2: 'Kecamatan Jatinegara' has nothing of the form"),
        ("^Kecamatan (.+)$", "^Kecamatan .+$", r"areas\[1\]\.parts\.kecamatan\.pattern: has 0 groups instead of one"),
        ("^Kecamatan (.+)$", "^Kecamatan (.+$", "is no regular expression"),
        ('source = "petabencana-2017"', 'source = "nobody"', r"things\[0\]\.source: 'nobody' has no card"),
        ('parent = "31"', 'parent = "32"', "its parent '32' is not among the areas"),
        ('level = "rw"', 'level = "street"', "Invalid enum value 'street'"),
    ],
)
def test_a_mistake_in_the_shapes_is_told_with_its_place(
    small: Path, files: Path, old: str, new: str, told: str
) -> None:
    rewrite(small, old, new)
    with pytest.raises(CityError, match=told):
        load_profile(small, files)


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (
            lambda document: document["features"][1]["geometry"].update(coordinates=[[[500, 0], [1, 1], [2, 0]]]),
            "row 2",
        ),
        (lambda document: document["features"][0].pop("geometry"), "is no GeoJSON feature collection"),
        (lambda document: document["features"][0]["properties"].update(geom_id=7), "row 1, geom_id: '7' has nothing"),
    ],
)
def test_a_faulty_drawing_is_told_with_its_row(
    small: Path, files: Path, break_it: Callable[[Any], None], told: str
) -> None:
    path = files / "flood" / "petabencana_2017" / "floods" / "rw_polygons.geojson"
    document = json.loads(path.read_text())
    break_it(document)
    path.write_text(json.dumps(document))
    with pytest.raises(CityError, match=told):
        list(city_entities(load_profile(small, files)))


def test_the_whole_city_has_all_its_areas_and_the_ground_of_every_flooded_rw(shared_data: Path) -> None:
    profile = load_profile(JAKARTA, shared_data)
    assert Counter(area.level for area in profile.areas) == {
        "rw": 2685, "kelurahan": 261, "kecamatan": 42, "city": 1,
    }  # fmt: skip
    assert all(area.parent for area in profile.areas if area.level != "city")
    counts = Counter(entity["type"] for entity in city_entities(profile))
    assert (counts["FloodArea"], counts["RoadSegment"]) == (302, 18_573)


def ask(url: str) -> Any:
    with urlopen(url) as answer:
        return json.loads(answer.read())


def test_the_console_finds_the_drawn_map_the_ground_and_the_words_of_its_classes(
    small: Path, files: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "pinisi", "run", str(small), "--data-from", str(files), "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(JAKARTA.parents[1] / "src")}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            city = ask(f"{url}/pinisi/v1/city")
            assert (city["basemap"], city["roads"]) == ("/city/jakarta/basemap.pmtiles", "/city/jakarta/roads.pmtiles")
            assert (city["land"], city["credits"]) == (False, ["© OpenStreetMap contributors"])
            ground = next(layer for layer in city["layers"] if layer["id"] == "flood-areas")
            assert [each["text"]["en"] for each in ground["classes"]] == [
                "flooded, depth not known", "flooded 10–70 cm", "flooded 71–150 cm", "flooded over 150 cm",
            ]  # fmt: skip
            shapes = ask(f"{url}/pinisi/v1/layers/flood-areas/shapes")["features"]
            assert [each["geometry"]["type"] for each in shapes] == ["Polygon", "Polygon"]
            rows = ask(f"{url}/pinisi/v1/layers/flood-areas")["rows"]
            assert {each["properties"]["id"] for each in shapes} == {row[0] for row in rows}
            assert rows[0][2] == "Kampung Melayu, Jatinegara"
        finally:
            process.kill()
