"""A new city is a folder that loads at once."""

from pathlib import Path

import pytest

from pinisi.city.entities import city_entities
from pinisi.city.errors import CityError
from pinisi.city.profile import load_profile
from pinisi.city.scaffold import new_city

CONSOLE = "urn:ngsi-ld:DataSource:console"
"""The card of what people type: every city has it."""


def test_a_new_city_loads_and_is_empty(tmp_path: Path) -> None:
    written = new_city(tmp_path / "palu", "palu", "Palu", time_zone="Asia/Makassar", bounds=(119.7, -1.0, 120.0, -0.7))
    again = load_profile(tmp_path / "palu")
    assert again == written
    assert again.city.view.bounds == (119.7, -1.0, 120.0, -0.7)
    assert [entity["id"] for entity in city_entities(again)] == [CONSOLE]
    assert "Palu" in (tmp_path / "palu" / "SOURCES.md").read_text()


@pytest.mark.parametrize("name", ['The "City"', "Kota\\Baru", "Ōsaka 大阪", "two\nlines", "bell\x07 delete\x7f"])
def test_any_name_survives_the_writing(tmp_path: Path, name: str) -> None:
    assert new_city(tmp_path / "x", "x", name).city.name == name


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CityError, match="is there already and not empty"):
        new_city(tmp_path, "x", "X")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("id", ["", "a b", "../up", "a/b"])
def test_an_id_is_letters_digits_and_hyphens(tmp_path: Path, id: str) -> None:
    with pytest.raises(CityError, match="is not made of letters"):
        new_city(tmp_path / "x", id, "X")


def test_the_examples_in_its_comments_load_when_uncommented(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    new_city(folder, "x", "X")
    for file in ("sources.toml", "registers.toml"):
        lines = (folder / file).read_text().splitlines()
        kept = [line.removeprefix("# ") for line in lines[1:] if line.startswith("# ")]
        (folder / file).write_text("\n".join(kept) + "\n")
    (folder / "registers" / "clinics.csv").write_text("code,name,lon,lat\n1,Clinic,119.8,-0.9\n")
    kinds = [entity["id"] for entity in city_entities(load_profile(folder))]
    assert kinds == ["urn:ngsi-ld:DataSource:health-register-2026", CONSOLE, "urn:ngsi-ld:HealthFacility:id-1"]
