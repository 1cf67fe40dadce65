"""NGSI-LD 4.19."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.query_error import QueryError
from pinisi.context.scope_query import parse_scope_query
from pinisi.store.query import AllOf, AnyOf, ScopeIs

MADRID, COMPANY = ScopeIs(("Madrid",)), ScopeIs(("CompanyA",))


@pytest.mark.parametrize(
    ("text", "selection"),
    [
        ("/Madrid", MADRID),
        ("Madrid", MADRID),
        ("/Madrid/Gardens/#", ScopeIs(("Madrid", "Gardens", "#"))),
        ("/Madrid/+/ParqueNorte", ScopeIs(("Madrid", "+", "ParqueNorte"))),
        ("/#", ScopeIs(("#",))),
        ("(/Madrid;/CompanyA)", AllOf((MADRID, COMPANY))),
        ("(/Madrid;/CompanyA)|/Madrid", AnyOf((AllOf((MADRID, COMPANY)), MADRID))),
        ("/Madrid,/CompanyA", AnyOf((MADRID, COMPANY))),
    ],
)
def test_scopes_are_selected_by_level_and_wildcard(text: str, selection: object) -> None:
    assert parse_scope_query(text) == selection


@pytest.mark.parametrize("text", ["", "/", "//a", "/a//b", "/a/", "/#/a", "/a b", "/a#", "/++", "(/a", "/a;"])
def test_a_wrong_scope_names_the_place(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_scope_query(text)
    assert caught.value.field == "scopeQ"
    assert caught.value.position is not None


@given(st.one_of(st.text(), st.text(alphabet="ab/+#,;|() ", max_size=40)))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(QueryError):
        parse_scope_query(text)
