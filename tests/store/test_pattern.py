import pytest

from pinisi.store.pattern import MAX_PATTERN, PatternError, compile_pattern


def test_a_pattern_is_found_anywhere_unless_it_is_anchored() -> None:
    assert compile_pattern("b+")("abbc")
    assert not compile_pattern("^b+$")("abbc")
    assert compile_pattern("")("")
    assert compile_pattern("(?i)MAKASSAR|é")("Kota makassar")


def test_a_pattern_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(PatternError):
        compile_pattern("\ud800")


@pytest.mark.parametrize("pattern", ["(", "a**", r"(a)\1", "(?<=a)b", "a{1001}", "x" * (MAX_PATTERN + 1)])
def test_a_refusal_says_why(pattern: str) -> None:
    with pytest.raises(PatternError) as caught:
        compile_pattern(pattern)
    assert "pattern" in str(caught.value) or "regular expression" in str(caught.value)
    assert "b'" not in str(caught.value)
