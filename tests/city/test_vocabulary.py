"""The @context of Pinisi agrees with the kernel and with Smart Data Models; words exist for all of it."""

import json
from typing import Any

import pytest

from pinisi.city.context import context_bytes, iri, terms
from pinisi.city.facts import types_of
from pinisi.city.profile import Profile
from pinisi.city.words import attribute_label, catalogue, per_text, type_title, unit_text, value_text
from pinisi.vocabulary import terms as kernel

RELATIONSHIPS = {
    "partOf",
    "refArea",
    "refObserved",
    "provider",
    "owner",
    "subject",
    "raisedBy",
    "closedBy",
    "dataSource",
    "supersededBy",
    "operatedBy",
    "refRoadSegment",
    "refTwinNetwork",
    "refWhatIf",
}


def test_the_kernel_and_the_context_mean_the_same() -> None:
    own = {value for name, value in vars(kernel).items() if name.isupper() and str(value).startswith(kernel.PINISI)}
    own.discard(kernel.PINISI)
    assert {iri(value.removeprefix(kernel.PINISI)) for value in own} == own


def test_every_own_term_is_named_by_itself() -> None:
    assert {name: term for name, term in terms().items() if term.startswith(kernel.PINISI)} == {
        name: kernel.PINISI + name for name, term in terms().items() if term.startswith(kernel.PINISI)
    }


def test_relationships_are_typed_as_identifiers() -> None:
    context = json.loads(context_bytes())["@context"]
    typed = {name for name, meaning in context.items() if isinstance(meaning, dict) and meaning["@type"] == "@id"}
    assert typed == RELATIONSHIPS


def test_terms_of_smart_data_models_keep_their_iris() -> None:
    assert iri("PointOfInterest") == "https://smartdatamodels.org/dataModel.PointOfInterest/PointOfInterest"
    assert iri("category") == "https://smartdatamodels.org/dataModel.PointOfInterest/category"
    assert iri("address") == "https://smartdatamodels.org/address"


def test_a_term_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        iri("Unicorn")


def test_every_type_attribute_and_unit_of_makassar_has_words(makassar: Profile, entities: list[dict[str, Any]]) -> None:
    types = {types_of(entity)[0] for entity in entities}
    attributes = {name for entity in entities for name in entity} - {"id", "type"}
    units = {a["unitCode"] for e in entities for a in e.values() if isinstance(a, dict) and "unitCode" in a}
    units |= {indicator.unit for indicator in makassar.indicators if indicator.unit}
    words = catalogue()
    assert types <= set(words.types)
    assert attributes <= set(words.attributes)
    assert units <= set(words.units)


def test_every_code_word_of_makassar_has_a_meaning(entities: list[dict[str, Any]]) -> None:
    used = {
        (name, entity[name]["value"])
        for entity in entities
        for name in ("kind", "level", "state", "direction")
        if name in entity
    }
    assert sorted(pair for pair in used if value_text(*pair) is None) == []
    assert value_text("category", "Unit") is None


def test_what_has_no_words_shows_its_own_name() -> None:
    assert type_title("Unicorn").ja == "Unicorn"
    assert attribute_label("hornLength").id == "hornLength"
    assert unit_text("XYZ").en == "XYZ"
    assert per_text("TNE", "day").id == "t/hari"
