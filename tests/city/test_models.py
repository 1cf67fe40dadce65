"""Models say what can be typed; whatever is typed is either sound or told by field."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.city.context import terms
from pinisi.city.entry import Typed, attributes_of, faults_of
from pinisi.city.errors import CityError
from pinisi.city.facts import Origin
from pinisi.city.models import Field, all_models, own_models, read_models
from pinisi.city.words import catalogue, value_text

ORIGIN = Origin("console", "2026-01-01T00:00:00Z", "")


def test_every_type_field_unit_and_choice_of_our_models_has_words() -> None:
    words = catalogue()
    for model in own_models():
        assert model.type in words.types and model.type in terms()
        for field in model.fields:
            assert field.name in words.attributes, field.name
            assert {unit for unit in (field.unit, *field.units) if unit} <= set(words.units)
            assert all(value_text(field.name, choice) for choice in field.choices), field.name


def test_a_city_adds_types_and_fields(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_text(
        '[[models]]\ntype = "Well"\nfields = [{ name = "depth", kind = "number", unit = "MTR" }]\n'
        '[[models]]\ntype = "Landfill"\nfields = [{ name = "height", kind = "number" }]\n'
    )
    models = all_models(read_models(path))
    assert [field.name for field in models["Well"].fields] == ["depth"]
    assert [field.name for field in models["Landfill"].fields] == ["name", "wasteReceived", "wasteManaged", "height"]
    assert models["Landfill"].placed
    assert read_models(tmp_path / "nothing.toml") == ()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('[[models]]\ntype = "Well"\nfields = [{ name = "x", kind = "guess" }]', "models[0].fields[0].kind"),
        ('[[models]]\ntype = "Well"\nfields = [{ name = "x", kind = "choice" }]', "models[0].fields[0].choices"),
        ('[[models]]\ntype = "Well"', "models[0].fields"),
    ],
)
def test_a_broken_model_is_named(tmp_path: Path, text: str, field: str) -> None:
    path = tmp_path / "models.toml"
    path.write_text(text)
    with pytest.raises(CityError) as raised:
        read_models(path)
    assert raised.value.field == field


FIELDS = {
    "name": Field(name="name", required=True),
    "depth": Field(name="depth", kind="number", unit="MTR", units=("MTR", "CMT"), min=0, max=500),
    "year": Field(name="year", kind="year"),
    "kind": Field(name="kind", kind="choice", choices=("open", "closed")),
    "about": Field(name="about", kind="words"),
}
anything = st.one_of(st.none(), st.text(max_size=8), st.floats(), st.integers(), st.sampled_from(("open", "x")))


@given(st.lists(st.tuples(st.sampled_from((*FIELDS, "other")), anything, st.sampled_from((None, "MTR", "KGM")))))
def test_what_has_no_fault_becomes_attributes_and_nothing_else_does(rows: list[tuple[str, Any, str | None]]) -> None:
    typed = [Typed(name, value, unit) for name, value, unit in rows]
    faults = faults_of(FIELDS, typed, new=False)
    assert all(fault.reason.id and fault.reason.en and fault.reason.ja for fault in faults)
    if faults:
        return
    made = attributes_of(FIELDS, typed, ORIGIN, "seen")
    assert set(made) == {each.attribute for each in typed}
    for name, attribute in made.items():
        assert attribute["method"]["value"] == "reported"
        assert attribute["note"]["value"] == "seen"
        assert "period" not in attribute
        assert attribute["type"] == ("LanguageProperty" if name == "about" else "Property")


def test_a_choice_is_one_of_its_words_and_a_year_is_whole() -> None:
    typed = [Typed("kind", "ajar"), Typed("year", 2030.5), Typed("depth", 501, "KGM")]
    assert {fault.field: fault.reason.en for fault in faults_of(FIELDS, typed, new=True)} == {
        "kind": "must be one of: open, closed",
        "year": "must be a year from 1900 to 2200",
        "depth": "at most 500",
        "name": "must be filled in",
    }
