"""Orders of a reader's own (NGSI-LD 4.23)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.ordering import parse_ordering
from pinisi.context.payload import read_entity
from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import CORE_TABLE
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import WHOLE, Projection

HIDDEN = Projection(frozenset())
VALUES = st.one_of(st.none(), st.integers(-5, 5), st.floats(-5, 5), st.booleans(), st.text(max_size=3))


def entity(number: int, value: Any) -> Entity:
    members = {} if value is None else {"a": {"type": "Property", "value": value}}
    return read_entity({"id": f"urn:e:{number}", "type": "E", **members}, CORE_TABLE)


def order(entities: list[Entity], *terms: str, seen: Projection = WHOLE, collation: str | None = None) -> list[int]:
    return parse_ordering(terms, CORE_TABLE, collation, None).sorted([(one, seen) for one in entities])


def test_kinds_of_values_rank_one_after_another_and_absence_last() -> None:
    """4.23.2."""
    typed = [
        {"@type": kind, "@value": text}
        for kind, text in (("DateTime", "2020-01-01T00:00:00Z"), ("Date", "2020-01-01"), ("Time", "12:00:00Z"))
    ]
    mixed = [entity(n, value) for n, value in enumerate([None, *typed, True, [1], {"x": 1}, "a", 5])]
    assert order(mixed, "a") == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert order(mixed, "a;desc") == [1, 2, 3, 4, 5, 6, 7, 8, 0]


def test_a_collation_ranks_letters_before_accents_before_case() -> None:
    words = [entity(n, word) for n, word in enumerate(["b", "á", "A", "a"])]
    assert order(words, "a") == [2, 3, 0, 1]
    assert order(words, "a", collation="und") == [3, 2, 1, 0]


def test_what_a_reader_may_not_see_does_not_order() -> None:
    assert order([entity(0, 2), entity(1, 1)], "a", seen=HIDDEN) == [0, 1]


@given(st.lists(VALUES, max_size=8))
def test_an_order_is_a_permutation_that_keeps_equals_in_place(values: list[Any]) -> None:
    entities = [entity(number, value) for number, value in enumerate(values)]
    places = order(entities, "a")
    assert sorted(places) == list(range(len(values)))
    assert order([entity(number, 1) for number in range(len(values))], "a;desc") == list(range(len(values)))
    assert order([entities[place] for place in places], "a") == list(range(len(values)))


@pytest.mark.parametrize("term", ["", ";asc", "a;up", "a..b", "a[", "[b]", "a[b];dist-asc"])
def test_a_term_that_is_no_member_with_a_direction_is_refused(term: str) -> None:
    with pytest.raises(BadRequestData):
        parse_ordering([term], CORE_TABLE, None, None)
