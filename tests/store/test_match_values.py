"""What `q` matches, by NGSI-LD 4.9."""

from typing import Any

import pytest

from pinisi.store.match import compile_query
from pinisi.store.query import (
    AllOf,
    AnyOf,
    Compare,
    Date,
    DateTime,
    EntityQuery,
    Exists,
    Filter,
    Missing,
    Path,
    Range,
    TimeOfDay,
)
from pinisi.vocabulary.entity import (
    GEO,
    JSON,
    LANGUAGE,
    LIST,
    LIST_RELATIONSHIP,
    PROPERTY,
    RELATIONSHIP,
    VOCAB,
    Entity,
    Instance,
)
from pinisi.vocabulary.instant import parse_instant

NOON = parse_instant("2026-03-01T12:00:00Z")


def moment(text: str) -> DateTime:
    return DateTime(text, parse_instant(text))


def entity(*instances: Instance, **members: Any) -> Entity:
    return Entity("urn:x:1", ["T"], {"a": list(instances)} if instances else {}, **members)


def holds(filter: Filter, subject: Entity, visible: frozenset[str] | None = None) -> bool:
    return compile_query(EntityQuery(filter=filter))(subject, visible)


def compare(subject: Entity, operator: Any, *values: Any, path: Path | None = None) -> bool:
    return holds(Compare(path or Path("a"), operator, values), subject)


def value(value: Any, kind: str = PROPERTY) -> Entity:
    return entity(Instance(kind, value))


@pytest.mark.parametrize(
    ("target", "operator", "literals", "matches"),
    [
        (30, "==", (30,), True),
        (30, "==", (30.0,), True),
        (30, "==", ("30",), False),
        ("30", "==", (30,), False),
        (30, "!=", ("thirty",), True),
        (30, ">", (29.5,), True),
        (30, ">", (30,), False),
        (30, ">=", (30,), True),
        (30, "<", (31,), True),
        (30, "<=", (29,), False),
        ("550", ">", (100,), False),
        ("550", ">", ("200",), True),
        (True, "==", (True,), True),
        (True, "==", (1,), False),
        (1, "==", (True,), False),
        (True, ">", (0,), False),
        (False, "!=", (0,), True),
        ("red", "==", ("black", "red"), True),
        ("red", "!=", ("black", "red"), False),
        ("blue", "!=", ("black", "red"), True),
        (15, "==", (Range(10, 20),), True),
        (20, "==", (Range(10, 20),), True),
        (9, "==", (Range(10, 20), 9), True),
        (9, "!=", (Range(10, 20),), True),
        (10, "!=", (Range(10, 20),), False),
        ("m", "==", (Range("a", "z"),), True),
        (["blue", "red"], "==", ("red",), True),
        (["blue", "red"], "!=", ("red",), False),
        (["blue", "black"], "!=", ("red",), True),
        ([[1], [2, 3]], "==", (3,), True),
        ([1, 9], ">", (8,), True),
        ("Eiffel", "~=", ("^Ei",), True),
        ("Eiffel", "~=", ("ff",), True),
        ("Eiffel", "!~=", ("^Ei",), False),
        ("Pisa", "!~=", ("^Ei",), True),
        (5, "~=", ("5",), False),
        (5, "!~=", ("9",), False),
        (["x", "Pisa"], "~=", ("Pi",), True),
        (["x", "Pisa"], "!~=", ("Pi",), False),
        ({"city": "Berlin"}, "==", ("Berlin",), False),
        ({"city": "Berlin"}, "!=", ("Berlin",), True),
        ({"@type": "Distance", "@value": 5}, ">", (4,), True),
        (None, "!=", (1,), True),
        (None, "==", (0,), False),
    ],
)
def test_values_compare_within_their_type(target: Any, operator: str, literals: tuple[Any, ...], matches: bool) -> None:
    assert compare(value(target), operator, *literals) is matches


@pytest.mark.parametrize(
    ("target", "operator", "literal", "matches"),
    [
        ("2026-03-01T12:00:00Z", "==", moment("2026-03-01T12:00:00.000Z"), True),
        ("2026-03-01T12:00:00.5Z", ">", moment("2026-03-01T12:00:00Z"), True),
        ("2026-03-01T12:00:00,5Z", "<", moment("2026-03-01T12:00:01Z"), True),
        ({"@type": "DateTime", "@value": "2026-03-01T12:00:00Z"}, "<", moment("2027-01-01T00:00:00Z"), True),
        ("tomorrow", ">", moment("2026-03-01T12:00:00Z"), False),
        ("tomorrow", "!=", moment("2026-03-01T12:00:00Z"), True),
        ("2026-03-01", "==", moment("2026-03-01T00:00:00Z"), False),
        ("2026-03-01", "==", Date("2026-03-01"), True),
        ("2026-03-01T12:00:00Z", "==", Date("2026-03-01"), True),
        ("2026-03-01T12:00:00Z", ">", Date("2026-03-01"), False),
        ("2026-03-02T00:00:00Z", ">", Date("2026-03-01"), True),
        ("2026-03-15", "==", Range(Date("2026-03-01"), Date("2026-03-31")), True),
        ("08:30:00Z", "<", TimeOfDay("09:00:00Z", 9 * 3_600_000_000), True),
        ("08:30:00.25Z", "==", TimeOfDay("08:30:00,250Z", 30_600_250_000), True),
        ("25:30:00Z", ">", TimeOfDay("09:00:00Z", 9 * 3_600_000_000), False),
    ],
)
def test_moments_compare_in_time(target: Any, operator: str, literal: Any, matches: bool) -> None:
    assert compare(value(target), operator, literal) is matches


@pytest.mark.parametrize("kind", [RELATIONSHIP, LIST_RELATIONSHIP])
@pytest.mark.parametrize("target", ["urn:x:2", ["urn:x:9", "urn:x:2"], [{"object": "urn:x:2"}]])
def test_a_relationship_is_equal_or_unequal_and_nothing_else(kind: str, target: Any) -> None:
    subject = value(target, kind)
    assert compare(subject, "==", "urn:x:2")
    assert not compare(subject, "!=", "urn:x:2")
    assert compare(subject, "!=", "urn:x:3")
    assert not any(compare(subject, operator, "urn:a") for operator in (">", ">=", "<", "<=", "~=", "!~="))


def test_a_list_property_matches_by_any_element() -> None:
    assert compare(value([1, 2, 3], LIST), "==", 2)
    assert not compare(value([1, 2, 3], LIST), "!=", 2)


def test_a_vocab_word_matches_its_iri_and_the_word_only_when_asked_to_expand() -> None:
    subject = value("http://x/Male", VOCAB)
    assert compare(subject, "==", "http://x/Male")
    assert not compare(subject, "==", "Male")
    assert holds(Compare(Path("a"), "==", ("Male",), ("http://x/Male",)), subject)
    assert not holds(Compare(Path("a"), "!=", ("Male",), ("http://x/Male",)), subject)
    assert not holds(Compare(Path("a"), "==", ("Male",), ("http://x/Male",)), value("http://x/Male"))


def tag(name: str) -> Path:
    return Path("a", (), (f"x:{name}",), (name,))


ROUGE = value({"fr": "rouge", "en": ["red", "scarlet"], "zh-Hant": "紅"}, LANGUAGE)


@pytest.mark.parametrize(
    ("path", "operator", "word", "matches"),
    [
        (tag("en"), "==", "scarlet", True),
        (tag("en"), "==", "rouge", False),
        (tag("en"), "!=", "rouge", True),
        (tag("en"), "!=", "red", False),
        (tag("de"), "!=", "rot", False),
        (tag("ZH-hant"), "==", "紅", True),
        (Path("a", (), ("*",), ("*",)), "==", "rouge", True),
        (Path("a", (), ("*",), ("*",)), "!=", "red", False),
        (Path("a"), "==", "rouge", True),
        (Path("a"), "!=", "rouge", False),
        (Path("a"), "~=", "^scar", True),
    ],
)
def test_a_language_map_matches_by_tag_or_in_any_language(path: Path, operator: str, word: str, matches: bool) -> None:
    assert compare(ROUGE, operator, word, path=path) is matches


def test_brackets_reach_into_a_value() -> None:
    subject = value({"x:air": {"x:pm": 40, "list": [1, 2]}, "none": None})
    assert compare(subject, "==", 40, path=Path("a", (), ("x:air", "x:pm"), ("air", "pm")))
    assert compare(subject, "==", 2, path=Path("a", (), ("x:air", "x:list"), ("air", "list")))
    assert not compare(subject, "!=", 40, path=Path("a", (), ("x:air", "x:no"), ("air", "no")))
    assert holds(Exists(Path("a", (), ("x:none",), ("none",))), subject)
    assert not holds(Exists(Path("a", (), ("x:air", "x:pm", "x:q"), ("air", "pm", "q"))), subject)
    assert not holds(Exists(Path("a", (), ("length",), ("length",))), value([1]))


def test_brackets_find_the_keys_of_json_as_written() -> None:
    assert compare(value({"value": 1}, JSON), "==", 1, path=Path("a", (), ("x:value",), ("value",)))


def test_dots_go_through_sub_attributes() -> None:
    deep = Instance(PROPERTY, 1, attributes={"b": [Instance(PROPERTY, 2, attributes={"c": [Instance(PROPERTY, 3)]})]})
    assert compare(entity(deep), "==", 3, path=Path("a", ("b", "c")))
    assert holds(Exists(Path("a", ("b",))), entity(deep))
    assert not holds(Exists(Path("a", ("c",))), entity(deep))


def test_members_of_an_attribute_end_a_path() -> None:
    subject = entity(
        Instance(
            PROPERTY,
            1,
            dataset_id="urn:d:1",
            observed_at="2026-03-01T12:00:00.5Z",
            unit_code="CEL",
            object_type=["T", "U"],
            created_at=NOON,
        )
    )
    assert compare(subject, ">", moment("2026-03-01T12:00:00Z"), path=Path("a", ("observedAt",)))
    assert compare(subject, "==", "CEL", path=Path("a", ("unitCode",)))
    assert compare(subject, "==", "urn:d:1", path=Path("a", ("datasetId",)))
    assert compare(subject, "==", "U", path=Path("a", ("objectType",)))
    assert compare(subject, "==", moment("2026-03-01T12:00:00Z"), path=Path("a", ("createdAt",)))
    assert not holds(Exists(Path("a", ("modifiedAt",))), subject)


def test_members_of_the_entity_stand_for_an_attribute() -> None:
    subject = entity(modified_at=NOON)
    assert compare(subject, ">=", moment("2026-03-01T12:00:00Z"), path=Path("modifiedAt"))
    assert compare(subject, "==", Date("2026-03-01"), path=Path("modifiedAt"))
    assert not holds(Exists(Path("expiresAt")), subject)


def test_any_instance_may_match() -> None:
    subject = entity(Instance(PROPERTY, 1), Instance(PROPERTY, 2, dataset_id="urn:d:2"))
    assert compare(subject, "==", 2)
    assert compare(subject, "!=", 2)
    assert not compare(subject, ">", 2)


def test_what_is_not_there_matches_only_its_absence() -> None:
    for operator in ("==", "!=", ">", "~=", "!~="):
        assert not compare(entity(), operator, "x")
    assert not holds(Exists(Path("a")), entity())
    assert holds(Missing(Path("a")), entity())
    assert not holds(Missing(Path("a")), value(1))


def test_a_hidden_attribute_counts_as_absent() -> None:
    hidden, seen = frozenset({"b"}), frozenset({"a"})
    assert holds(Exists(Path("a")), value(1), seen)
    assert not holds(Exists(Path("a")), value(1), hidden)
    assert holds(Missing(Path("a")), value(1), hidden)
    assert not holds(Compare(Path("a"), "!=", (2,)), value(1), hidden)


def test_terms_join_by_and_and_or() -> None:
    one, two = Compare(Path("a"), "==", (1,)), Compare(Path("b"), "==", (2,))
    assert not holds(AllOf((one, two)), value(1))
    assert holds(AnyOf((one, two)), value(1))
    assert holds(AllOf((one, one, AnyOf((two, one)))), value(1))


def test_a_geometry_is_a_value_that_is_there() -> None:
    subject = value({"type": "Point", "coordinates": [1, 2]}, GEO)
    assert holds(Exists(Path("a")), subject)
    assert compare(subject, "!=", 1)
