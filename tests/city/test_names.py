"""The search finds places by names as people write them."""

from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.city.facts import types_of, value_of
from pinisi.city.names import Names

Entities = list[dict[str, Any]]


@pytest.fixture(scope="module")
def names(entities: Entities) -> Names:
    index = Names()
    for entity in entities:
        if "name" in entity:
            index.put(entity["id"], str(value_of(entity, "name")), types_of(entity)[0])
    return index


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Panakukang", "Panakkukang"),
        ("panakkukang", "Panakkukang"),
        ("kasi kasi", "Kassi-Kassi"),
        ("kassikassi", "Kassi-Kassi"),
        ("puskesmas kasi-kasi", "Puskesmas Kassi-Kassi"),
        ("tamangpa", "Tamangapa"),
        ("tpa", "TPA Tamangapa"),
        ("bank sampah kembar", "Bank Sampah Unit Kembar"),
        ("kembar", "Bank Sampah Unit Kembar"),
        ("Suangga", "Suangga"),
        ("Suwangga", "Suangga"),
        ("Paccerakang", "Paccerakkang"),
        ("Pattingalloang", "Patingalloang"),
        ("Bitowo", "Bitowa"),
        ("Biring Kanaya", "Biringkanaya"),
        ("pabaeng baeng", "Pa'Baeng-Baeng"),
        ("mangala", "Manggala"),
        ("pukesmas batua", "Puskesmas Batua"),
        ("wahidin", "RSUP Dr. Wahidin Sudirohusodo"),
    ],
)
def test_a_misspelt_name_finds_the_place_first(names: Names, written: str, meant: str) -> None:
    assert names.find(written)[0].name == meant


def test_an_area_comes_before_what_is_named_after_it(names: Names) -> None:
    kinds = [hit.kind for hit in names.find("Tamalanrea", 20)]
    assert kinds[0] == "AdministrativeArea"
    assert "HealthFacility" in kinds


def test_beginnings_come_before_middles() -> None:
    index = Names()
    index.put("1", "Taman Macan", "GreenSpace")
    index.put("2", "Macan", "GreenSpace")
    index.put("3", "Macanda", "GreenSpace")
    assert [hit.id for hit in index.find("macan")] == ["2", "3", "1"]


@pytest.mark.parametrize("written", ["", "   ", "-", "qqqqzzzz", "\x00", "💧"])
def test_what_names_nothing_finds_nothing(names: Names, written: str) -> None:
    assert names.find(written) == []


def test_one_letter_finds_beginnings_of_words(names: Names) -> None:
    hits = names.find("b", 5)
    assert len(hits) == 5


def test_a_replaced_name_is_found_only_under_its_new_name() -> None:
    index = Names()
    index.put("1", "Antang", "AdministrativeArea")
    index.put("1", "Bitowa", "AdministrativeArea")
    assert index.find("Antang") == []
    assert [hit.name for hit in index.find("Bitowa")] == ["Bitowa"]
    assert len(index) == 1


def test_a_removed_name_leaves_nothing_behind() -> None:
    index = Names()
    index.put("1", "Antang", "AdministrativeArea")
    index.remove("1")
    index.remove("1")
    assert index.find("Antang") == []
    assert not index._by_gram


@settings(max_examples=60)
@given(st.lists(st.text(alphabet="abkmns '-", min_size=1, max_size=12), min_size=1, max_size=12, unique=True))
def test_every_name_with_a_letter_is_found_by_itself_with_full_score(written: list[str]) -> None:
    index = Names()
    for number, name in enumerate(written):
        index.put(str(number), name, "Thing")
    for number, name in enumerate(written):
        if any(letter.isalnum() for letter in name):
            best = [hit.id for hit in index.find(name, 50) if hit.score == 100]
            assert str(number) in best


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_no_query_breaks_the_search(names: Names, written: str) -> None:
    assert len(names.find(written, 8)) <= 8


def test_a_search_among_all_names_is_quick(names: Names) -> None:
    started = process_time()
    for written in ("Panakukang", "pemukiman 13", "bank sampah kembar", "tamangpa", "ba"):
        names.find(written)
    assert len(names) > 2000
    assert process_time() - started < 1
