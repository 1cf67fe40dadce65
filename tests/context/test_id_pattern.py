import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.id_pattern import parse_id_pattern
from pinisi.context.query_error import QueryError


def test_a_pattern_is_given_back() -> None:
    assert parse_id_pattern("^urn:ngsi-ld:Waste.*7$") == "^urn:ngsi-ld:Waste.*7$"


@pytest.mark.parametrize("pattern", ["(", "(?=a)", r"(a)\1", "a{1001}", "((a{100}){100}){100}", "a" * 2000, "\ud800"])
def test_what_re2_does_not_know_is_refused_at_once(pattern: str) -> None:
    started = time.process_time()
    with pytest.raises(QueryError) as caught:
        parse_id_pattern(pattern)
    assert caught.value.field == "idPattern"
    assert time.process_time() - started < 1


@given(st.text(alphabet="ab()[]{}*+?|\\^$.,19-", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(QueryError):
        parse_id_pattern(text)
