"""A memory is bounded, and answers what it keeps."""

from hypothesis import given
from hypothesis import strategies as st

from pinisi.vocabulary.memory import Memory


@given(st.integers(1, 5), st.lists(st.integers(0, 9)))
def test_it_never_holds_more_and_never_says_what_was_not_said(most: int, keys: list[int]) -> None:
    memory = Memory[int, str](most)
    for key in keys:
        assert memory.remember(key, str(key)) == str(key)
        assert len(memory) <= most
        assert all(kept == str(one) for one, kept in memory.items())
        assert key in memory
