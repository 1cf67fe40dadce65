"""Answers in the terms of earlier versions (NGSI-LD 4.3.6.8)."""

import json
from typing import Any

import pytest

from pinisi.context.earlier_versions import amended, preferred_version


@pytest.mark.parametrize(
    ("prefer", "version"),
    [
        (None, None),
        ("respond-async", None),
        ("ngsi-ld=1.6", (1, 6)),
        ('NGSI-LD = "1.10"', (1, 10)),
        ("respond-async, ngsi-ld=1.3;q=0.1", (1, 3)),
        ("ngsi-ld=new", None),
        ("ngsi-ld=1", None),
    ],
)
def test_a_preference_is_read(prefer: str | None, version: tuple[int, int] | None) -> None:
    assert preferred_version(prefer) == version


def wrapped(attribute: dict[str, Any]) -> tuple[Any, Any]:
    """An entity with the attribute, and a list of one that has it inside of another attribute."""
    return {"id": "urn:x", "a": attribute}, [{"a": {"type": "Property", "value": 1, "b": [attribute]}}]


@pytest.mark.parametrize(
    ("attribute", "older"),
    [
        ({"type": "VocabProperty", "vocab": "red"}, {"type": "Property", "value": "red"}),
        ({"type": "JsonProperty", "json": {"a": 1}}, {"type": "Property", "value": {"a": 1}}),
        ({"type": "ListProperty", "valueList": [1]}, {"type": "Property", "value": [1]}),
        (
            {"type": "ListRelationship", "objectList": [{"object": "urn:a"}]},
            {"type": "Relationship", "object": ["urn:a"]},
        ),
    ],
)
def test_kinds_of_1_8_fall_back(attribute: dict[str, Any], older: dict[str, Any]) -> None:
    for place in (0, 1):
        body = amended(json.dumps(wrapped(attribute)[place]).encode(), (1, 7))
        assert body is not None
        assert json.loads(body) == wrapped(older)[place]
        assert amended(json.dumps(wrapped(attribute)[place]).encode(), (1, 8)) is None


def test_what_every_version_knows_is_left_alone() -> None:
    value = {"type": "VocabProperty", "vocab": "inside of a value"}
    body = json.dumps({"id": "urn:x", "type": "T", "a": {"type": "Property", "value": value}}).encode()
    assert amended(body, (1, 0)) is None
