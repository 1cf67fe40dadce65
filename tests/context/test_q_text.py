"""A filter said again means what it meant (NGSI-LD 4.9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.contexts import Contexts
from pinisi.context.q_language import QueryError, parse_q
from pinisi.context.q_text import LONGEST, Unsayable, q_text
from pinisi.context.term_table import TermTable
from pinisi.store.query import AnyOf, Compare, Path

TABLE: TermTable = Contexts().table({"speed": "https://x.example/speed", "owner": "https://x.example/owner"})
_SCRAPS = st.sampled_from(
    ["speed", "owner", "unknown", "modifiedAt", ".observedAt", "[a.b]", "==", "!=", ">", "<=", "12", "-0.5", '"t;x"',
     "true", "2026-01-01T00:00:00Z", "2026-01-01", "10:00:00Z", "..", ",", ";", "|", "(", ")", '"urn:x:1"']
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "speed>5",
        "speed.observedAt>=2026-01-01T00:00:00Z",
        'owner=="urn:x:1","urn:x:2"',
        "speed[a.b]==true;owner",
        'speed==1..5|(owner;speed!="a;b")',
        "modifiedAt<2026-01-01",
        "speed==1e+100",
    ],
)
def test_what_was_read_is_said_and_read_alike(text: str) -> None:
    filter = parse_q(text, TABLE.expand_term)
    assert parse_q(q_text(filter, TABLE), TABLE.expand_term) == filter


@given(st.lists(_SCRAPS, max_size=12).map("".join))
def test_any_filter_that_can_be_said_is_read_alike(text: str) -> None:
    try:
        filter = parse_q(text, TABLE.expand_term)
        said = q_text(filter, TABLE)
    except (QueryError, Unsayable):
        return
    assert parse_q(said, TABLE.expand_term) == filter


@pytest.mark.parametrize("text", ["!speed", 'speed~="a.*"', "https://y.example/z>5", "owner{speed}==1"])
def test_what_the_grammar_has_no_word_for_is_not_said(text: str) -> None:
    with pytest.raises(Unsayable):
        q_text(parse_q(text, TABLE.expand_term, links=1), TABLE)


def test_what_is_too_long_or_empty_is_not_said() -> None:
    path = Path("https://x.example/owner")
    for filter in (AnyOf(()), Compare(path, "==", tuple(f"urn:x:{n}" for n in range(LONGEST)))):
        with pytest.raises(Unsayable):
            q_text(filter, TABLE)
