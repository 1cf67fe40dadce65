"""The written rules of grouping, the city's own and the default ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.incidents.grouping.rules import LANGUAGES, BadRules, city_rules, default_rules

OWN = b"""
[[families]]
name = "flood"
kinds = ["flood"]
near_m = 200.0
quiet_min = 60.0
widest_m = 800.0
longest_h = 12.0
spread_m = 1000.0
reason = { id = "a", en = "b", ja = "c" }
"""


def test_every_default_says_why_in_three_languages() -> None:
    rules = default_rules()
    assert rules.other is not None and rules.load is not None
    assert rules.load.operators == 3
    for family in (*rules.families, rules.other):
        assert set(family.reason) == set(LANGUAGES)
        assert all(len(text) > 20 for text in family.reason.values())


def test_a_city_decides_otherwise_for_one_family_and_keeps_the_rest() -> None:
    rules = city_rules(OWN + b"\n[load]\noperators = 5\n", "grouping.toml")
    assert rules.family_of("flood").near_m == 200
    assert rules.family_of("fire") == default_rules().family_of("fire")
    assert rules.load is not None
    assert (rules.load.operators, rules.load.minutes) == (5, 10)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ((b"near_m = 200.0", b"near_m = 0"), "family 'flood': near_m"),
        ((b"near_m = 200.0", b'near_m = "wide"'), "near_m"),
        ((b"near_m = 200.0", b"near_m = 900.0"), "widest_m is less than near_m"),
        ((b"near_m = 200.0", b"near_m = nan"), "near_m"),
        ((b'kinds = ["flood"]', b'kinds = ["fire"]'), "'fire' belongs to"),
        ((b', ja = "c"', b""), "reason lacks ja"),
        ((b"quiet_min", b"quiet"), "quiet"),
        ((b"[[families]]", b"[[families]"), "grouping.toml"),
        ((b"spread_m = 1000.0", b"spread_m = 1000.0\ngrows_by = 1.0"), "grows_by above 1"),
        ((b"[[families]]", b"[load]\nminutes = nan\n[[families]]"), "above 0 and up to a day"),
        ((b"[[families]]", b"[load]\noperators = 0\n[[families]]"), "needs 1 to 200 operators"),
    ],
)
def test_a_rule_that_cannot_be_names_file_family_and_reason(change: tuple[bytes, bytes], told: str) -> None:
    with pytest.raises(BadRules, match=told) as refused:
        city_rules(OWN.replace(*change), "grouping.toml")
    assert str(refused.value).startswith("grouping.toml: ")


@given(st.binary(max_size=60), st.integers(0, len(OWN)))
def test_no_file_breaks_the_reader(noise: bytes, place: int) -> None:
    try:
        city_rules(OWN[:place] + noise + OWN[place:], "grouping.toml")
    except BadRules as refused:
        assert str(refused).startswith("grouping.toml: ")
