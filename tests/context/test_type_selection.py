"""NGSI-LD 4.17."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.query_error import QueryError, TooComplexQuery
from pinisi.context.type_selection import parse_type_selection
from pinisi.store.query import AllOf, AnyOf, TypeIs


def read(text: str) -> object:
    return parse_type_selection(text, lambda name: name if "/" in name else f"x:{name}")


A, B, C = TypeIs("x:A"), TypeIs("x:B"), TypeIs("x:C")


@pytest.mark.parametrize(
    ("text", "selection"),
    [
        ("A", A),
        ("A,B", AnyOf((A, B))),
        ("A|B,C", AnyOf((A, B, C))),
        ("(A;B)", AllOf((A, B))),
        ("(A;B),C", AnyOf((AllOf((A, B)), C))),
        ("A;B|C", AnyOf((AllOf((A, B)), C))),
        ("(A|B);C", AllOf((AnyOf((A, B)), C))),
        ("https://w.org/v#A,B", AnyOf((TypeIs("https://w.org/v#A"), B))),
        ("sch:A", TypeIs("x:sch:A")),
        ("*", None),
    ],
)
def test_types_are_selected_by_or_and_and_groups(text: str, selection: object) -> None:
    assert read(text) == selection


@pytest.mark.parametrize("text", ["", ",", "A,", "(A", "A)", "A;;B", "A B", "1A", "A<", "()", "A,*"])
def test_a_wrong_selection_names_the_place(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        read(text)
    assert caught.value.field == "type"
    assert caught.value.position is not None


def test_groups_in_groups_have_a_limit() -> None:
    with pytest.raises(TooComplexQuery):
        read("(" * 17 + "A" + ")" * 17)


@given(st.one_of(st.text(), st.text(alphabet="AB:,;|()/* ", max_size=40)))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(QueryError):
        read(text)
