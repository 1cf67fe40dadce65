"""Services bring layers as data; a city that uses their sources shows them, and has the last word."""

import re
import shutil
import tomllib
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from pinisi.city.errors import CityError
from pinisi.city.profile import HUES, MOST_CLASSES, Layer, load_profile
from pinisi.city.words import attribute_label, catalogue, value_text
from pinisi.runtime.kinds import KINDS
from pinisi.runtime.live_file import make_sources, read_live
from pinisi.runtime.manifest import Service
from pinisi.runtime.services import Registry, discover
from pinisi.runtime.view import Page
from pinisi.runtime.views import with_views

CITIES = Path(__file__).parents[2] / "cities"
REGISTRY = discover()
LAYERS = [(service, layer) for service in REGISTRY.services for layer in service.layers]


def shown(folder: Path, registry: Registry = REGISTRY) -> dict[str, Layer]:
    profile = with_views(load_profile(folder), registry, KINDS)
    return {layer.id: layer for layer in profile.city.layers}


@pytest.fixture
def city(tmp_path: Path) -> Path:
    shutil.copytree(CITIES / "makassar", tmp_path / "city", ignore=shutil.ignore_patterns("building", "build.py"))
    return tmp_path / "city"


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_makassar_shows_what_its_services_bring_and_its_units_behind_its_own_layers() -> None:
    own = [layer.id for layer in load_profile(CITIES / "makassar").city.layers]
    assert [*shown(CITIES / "makassar")] == [
        *own,
        "forecasts",
        "warnings",
        "earthquakes",
        "flooded",
        "junctions",
        "units",
    ]
    assert shown(CITIES / "makassar")["warnings"].service == "flood"


def test_a_city_that_uses_no_source_of_a_service_shows_nothing_of_it() -> None:
    assert [*shown(CITIES / "liverpool")] == [layer.id for layer in load_profile(CITIES / "liverpool").city.layers]


def test_only_what_the_sources_of_the_city_write_is_shown(city: Path) -> None:
    (city / "live.toml").write_text('[[sources]]\nid = "quakes"\nkind = "flood.bmkg-earthquakes"\n')
    found = shown(city)
    assert "earthquakes" in found and "warnings" not in found and "forecasts" not in found


def test_the_citys_own_layer_takes_the_place_of_a_services_and_another_is_left_out(city: Path) -> None:
    change(city / "city.toml", "languages =", 'without = ["forecasts"]\nlanguages =')
    with (city / "city.toml").open("a", encoding="utf-8") as toml:
        toml.write(
            '[[layers]]\nid = "earthquakes"\ntype = "Earthquake"\nshape = "circle"\nhue = 9\n'
            'title = { id = "Gempa", en = "Quakes", ja = "地震" }\n'
        )
    found = shown(city)
    assert "forecasts" not in found and "warnings" in found
    assert (found["earthquakes"].hue, found["earthquakes"].title.en) == (9, "Quakes")


def test_of_two_services_with_one_layer_the_first_by_name_shows_it(city: Path) -> None:
    flood = REGISTRY.service("flood")
    assert flood is not None
    other = next(each for each in REGISTRY.found if each.name == "flood")
    copied = msgspec.structs.replace(other, name="z", service=msgspec.structs.replace(flood, name="z"))
    assert shown(city, Registry([*REGISTRY.found, copied]))["warnings"].service == "flood"


def test_a_live_file_that_cannot_be_read_is_told_with_its_field(city: Path) -> None:
    (city / "live.toml").write_text('[[sources]]\nid = "a b"\nkind = "push"\n')
    with pytest.raises(CityError, match=r"sources\[0\].id"):
        shown(city)


@pytest.mark.parametrize(("service", "layer"), LAYERS, ids=[layer.id for _, layer in LAYERS])
def test_a_layer_of_a_service_can_be_drawn_and_read_in_three_languages(service: Service, layer: Layer) -> None:
    assert layer.type in service.types
    made = {writes.type for reaction in service.reactions for writes in reaction.writes}
    made |= {type for job in service.jobs for type in job.writes}
    assert layer.type in made | {type for kind in service.sources for type in kind.writes}
    assert 0 <= layer.hue < HUES and len(layer.classes) <= MOST_CLASSES
    names = [column.key for column in layer.columns] + list(layer.where)
    named = catalogue().attributes.keys() | service.words.attributes.keys()
    assert named.issuperset(names)
    assert all(column.label == attribute_label(column.key) for column in layer.columns)
    assert all(value_text(layer.columns[0].key, value) for value in layer.classes)
    assert all(value_text(name, value) for name, value in layer.where.items())


@pytest.mark.parametrize("service", REGISTRY.services, ids=[service.name for service in REGISTRY.services])
def test_the_quality_scale_says_that_a_service_has_a_view_exactly_when_it_has(service: Service) -> None:
    told = tomllib.loads((files(f"pinisi.services.{service.name}") / "quality.toml").read_text(encoding="utf-8"))
    assert ("done" in told["rules"]["view"]) is bool(service.views)
    assert {type for kind in service.sources for type in kind.writes} <= set(service.types)


def test_the_commented_examples_of_makassar_are_sources_that_can_be_made(city: Path) -> None:
    live = city / "live.toml"
    lines = live.read_text(encoding="utf-8").splitlines()
    begin = lines.index("# [[sources]]")
    plain = [line.removeprefix("# ") for line in lines[begin:] if line.startswith("# [") or " = " in line]
    live.write_text("\n".join(lines[:begin] + plain), encoding="utf-8")
    made = make_sources(read_live(city), REGISTRY, KINDS, load_profile(city))
    assert {each.id: each.failure for each in made[-2:]} == {"gauges": None, "gauge-files": None}


def test_the_console_has_every_component_that_services_name_and_no_other() -> None:
    text = (CITIES.parent / "frontend" / "src" / "views" / "components.ts").read_text(encoding="utf-8")
    known = re.findall(r'^  "([a-z0-9-]+)": \(\) => import\(', text, re.MULTILINE)
    named = {view.component for service in REGISTRY.services for view in service.views if isinstance(view, Page)}
    assert sorted(known) == sorted(named)
