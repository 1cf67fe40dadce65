"""NGSI-LD 4.9, by the examples of the clause and around its edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.q_language import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TERMS,
    QueryError,
    TooComplexQuery,
    attributes_of,
    parse_q,
)
from pinisi.store.query import AllOf, AnyOf, Compare, Date, DateTime, Exists, Linked, Missing, Path, Range, TimeOfDay


def expand(name: str) -> str:
    return name if "//" in name or name.startswith("urn:") else f"x:{name}"


def read(text: str, expand_values: tuple[str, ...] = ()) -> object:
    return parse_q(text, expand, expand_values)


def compare(name: str, operator: str, *values: object) -> Compare:
    return Compare(Path(f"x:{name}"), operator, values)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("text", "filter"),
    [
        ("temperature", Exists(Path("x:temperature"))),
        ("!temperature", Missing(Path("x:temperature"))),
        ("temperature==20", compare("temperature", "==", 20)),
        ("temperature>=-2.5e1", compare("temperature", ">=", -25.0)),
        ('brandName!="Mercedes"', compare("brandName", "!=", "Mercedes")),
        ('a=="say \\"hi\\" \\u00e9"', compare("a", "==", 'say "hi" é')),
        ('a==";|)(,.."', compare("a", "==", ";|)(,..")),
        ("a==true", compare("a", "==", True)),
        ("a!=false", compare("a", "!=", False)),
        ("a==1,2,3", compare("a", "==", 1, 2, 3)),
        ('a=="black","red"', compare("a", "==", "black", "red")),
        ("a==10..20", compare("a", "==", Range(10, 20))),
        ("a!=1.5..2,7", compare("a", "!=", Range(1.5, 2), 7)),
        ("isParked==urn:ngsi-ld:P:1", compare("isParked", "==", "urn:ngsi-ld:P:1")),
        ("a==http://example.org/../x?y=1", compare("a", "==", "http://example.org/../x?y=1")),
        ("gender==Male", compare("gender", "==", "Male")),
        ('name~="^(Ei|Pi).*;"', compare("name", "~=", "^(Ei|Pi).*;")),
        ("name!~=^(Ei|[|;)]|x)", compare("name", "!~=", "^(Ei|[|;)]|x)")),
        (r'name~="^\d+\\.\"$"', compare("name", "~=", r'^\d+\."$')),
        ("a > 5", compare("a", ">", 5)),
        ("sch:name==1", compare("sch:name", "==", 1)),
        ("https://w.org/v1.2/name==1", Compare(Path("https://w.org/v1.2/name"), "==", (1,))),
    ],
)
def test_a_term_is_a_path_an_operator_and_values(text: str, filter: object) -> None:
    assert read(text) == filter


def test_moments_are_read_as_moments_quoted_or_not() -> None:
    moment = DateTime("1970-01-01T00:00:01.5Z", 1_500_000)
    assert read("a>1970-01-01T00:00:01.5Z") == compare("a", ">", moment)
    assert read('a>"1970-01-01T00:00:01.5Z"') == compare("a", ">", moment)
    comma = DateTime("1970-01-01T00:00:01,5Z", 1_500_000)
    assert read("a==1970-01-01T00:00:01,5Z,3") == compare("a", "==", comma, 3)
    assert read("a==1970-01-01") == compare("a", "==", Date("1970-01-01"))
    assert read("a<00:01:00Z") == compare("a", "<", TimeOfDay("00:01:00Z", 60_000_000))
    days = Range(Date("2026-01-01"), Date("2026-01-31"))
    assert read("a==2026-01-01..2026-01-31") == compare("a", "==", days)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.b.c", Path("x:a", ("x:b", "x:c"))),
        ("temperature.observedAt", Path("x:temperature", ("observedAt",))),
        ("a.unitCode", Path("x:a", ("unitCode",))),
        ("a.observedAt.b", Path("x:a", ("x:observedAt", "x:b"))),
        ("modifiedAt", Path("modifiedAt")),
        ("address[city]", Path("x:address", (), ("x:city",), ("city",))),
        ("sensor.raw[air.PM10]", Path("x:sensor", ("x:raw",), ("x:air", "x:PM10"), ("air", "PM10"))),
        ("color[*]", Path("x:color", (), ("*",), ("*",))),
        ("color[@none]", Path("x:color", (), ("@none",), ("@none",))),
        ("label[zh-Hant-TW]", Path("x:label", (), ("x:zh-Hant-TW",), ("zh-Hant-TW",))),
        ("température", Path("x:température")),
    ],
)
def test_a_path_goes_through_sub_attributes_then_into_the_value(text: str, path: Path) -> None:
    assert read(text) == Exists(path)


def test_and_takes_precedence_over_or_and_groups_over_both() -> None:
    a, b, c = (Exists(Path(f"x:{name}")) for name in "abc")
    assert read("a|b;c") == AnyOf((a, AllOf((b, c))))
    assert read("(a|b);c") == AllOf((AnyOf((a, b)), c))
    assert read("((a|b);c)") == AllOf((AnyOf((a, b)), c))
    assert read("(a)") == a


def test_words_are_expanded_only_for_the_attributes_of_expand_values() -> None:
    assert read("a==Male,3,urn:x:y", ("a",)) == Compare(
        Path("x:a"), "==", ("Male", 3, "urn:x:y"), ("x:Male", "urn:x:y")
    )
    assert read("a==Male", ("b",)) == compare("a", "==", "Male")


def test_the_attributes_of_a_filter_are_known_without_the_system_ones() -> None:
    assert attributes_of(parse_q("a>1;(b.c|!d[e]);modifiedAt>2020-01-01", expand)) == {"x:a", "x:b", "x:d"}
    assert not attributes_of(parse_q("modifiedAt>2020-01-01", expand))


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [
        ("", 0, "name"),
        ("a==", 3, "value"),
        ("a=1", 1, "out of place"),
        ("a==1;", 5, "name"),
        ("(a==1", 5, "parenthesis"),
        ("a==1)", 4, "out of place"),
        ('a=="x', 3, "no end"),
        ('a=="\\x"', 3, "JSON string"),
        ("a==1..", 6, "value"),
        ("a==1..true", 4, "range"),
        ('a==1.."z"', 4, "range"),
        ("a>4..5", 3, "one value"),
        ("a<=1,2", 4, "one value"),
        ("a>true", 2, "no order"),
        ("a==1e999", 3, "too large"),
        ("a==007", 3, "double quotes"),
        ("a==2026-02-30", 3, "exist"),
        ("a==0000-01-01T00:00:00Z", 3, "exist"),
        ("a~=", 3, "missing"),
        ('a~="("', 3, "regular expression"),
        ('a~="(?=x)"', 3, "regular expression"),
        ('a~="(a)\\\\1"', 3, "regular expression"),
        ("a[", 2, "key"),
        ("a[b", 3, "bracket"),
        ("a[b][c]", 4, "out of place"),
        ("a.", 2, "name"),
        ("1a==1", 0, "name"),
        ("!a==1", 2, "out of place"),
        ("owner{name}==1", 5, "join"),
        ("owner{Device:name}", 5, "join"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(text: str, position: int, word: str) -> None:
    with pytest.raises(QueryError) as caught:
        read(text)
    assert (caught.value.field, caught.value.position) == ("q", position)
    assert word in caught.value.reason
    assert f"character {position + 1}" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "a" * (MAX_LENGTH + 1),
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        "|".join("a" for _ in range(MAX_TERMS + 1)),
        "a==" + ",".join("1" for _ in range(MAX_TERMS)),
    ],
)
def test_a_query_beyond_the_limits_is_too_complex(text: str) -> None:
    with pytest.raises(TooComplexQuery):
        read(text)


def test_the_deepest_query_that_is_read_is_read() -> None:
    assert read("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) == Exists(Path("x:a"))


_SIGNS = 'a b == != ~= !~= > <= ; | ( ) [ ] { } , .. . ! " 1 - 2026-01-01 T00:00:00Z urn: :// true \\ * % é (? {9}'
_SCRAPS = st.sampled_from([*_SIGNS.split(), " ", "\x00"])


@given(st.one_of(st.text(), st.lists(_SCRAPS, max_size=30).map("".join)))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        read(text, ("a",))
    except QueryError as error:
        assert error.position is not None
        assert 0 <= error.position <= len(text)


def test_a_brace_leads_to_linked_entities() -> None:
    found = parse_q("sensor{Device,Probe:part{serial.maker[city]}}==4", lambda name: f"x:{name}", links=2)
    inner = Compare(Path("x:serial", ("x:maker",), ("x:city",), ("city",)), "==", (4,))
    assert found == Linked("x:sensor", ("x:Device", "x:Probe"), Linked("x:part", (), inner))
    assert parse_q("a{b}", str, links=1) == Linked("a", (), Exists(Path("b")))
    assert attributes_of(found) == {"x:sensor"}


@pytest.mark.parametrize(
    ("text", "links"),
    [("a{b}==1", 0), ("a{b{c}}==1", 1), ("a{b==1", 1), ("a{}==1", 1), ("a.b{c}==1", 1), ("a{b}}==1", 1), ("!a{b}", 1),
     ("a{T:}==1", 1), ("a{:b}==1", 1), ("a[b]{c}==1", 1)],
)  # fmt: skip
def test_what_leads_nowhere_or_too_far_is_refused(text: str, links: int) -> None:
    with pytest.raises(QueryError):
        parse_q(text, str, links=links)


@given(
    st.from_regex(r"[a-zA-Z][\w-]{0,8}", fullmatch=True)
    | st.sampled_from(["modifiedAt", "a:b", "urn:x", "ä", "a.b", " a"]),
    st.sampled_from(["==", "!=", ">=", "<=", ">", "<", "~=", "=", " == "]),
    st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,3})?(e[0-9])?", fullmatch=True)
    | st.sampled_from(["-0", "1.", ".5", "007", "true", "1..2", "1,2", "\u0665"]),
)
def test_one_comparison_with_a_number_is_read_as_within_parentheses(name: str, operator: str, value: str) -> None:
    """The short way and the parser agree."""

    def outcome(text: str) -> object:
        try:
            found = read(text)
        except QueryError:
            return "refused"
        return found, repr(found)

    assert outcome(name + operator + value) == outcome(f"({name}{operator}{value})")
