"""What a source tells in a notification: read whole or refused by name, kept, and told again (NGSI-LD 5.8.6)."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.context.attribute_payload import DELETE
from pinisi.context.federation.relayed import Relayed, decode_relayed, encode_relayed, is_relayed, read_told
from pinisi.context.problems import NgsiLdError
from pinisi.context.term_table import CORE_TABLE
from pinisi.store.change import Refused
from pinisi.store.debt import Debt
from pinisi.vocabulary.entity import Instance
from pinisi.vocabulary.instant import parse_instant
from pinisi.vocabulary.terms import DEFAULT_CONTEXT

THEN = "2026-01-01T00:00:00Z"
SPEED, NAME = DEFAULT_CONTEXT + "speed", DEFAULT_CONTEXT + "name"


def read(document: Any) -> Relayed:
    return read_told(document, CORE_TABLE, "urn:r", "place")


def bus(**members: Any) -> dict[str, Any]:
    return {"id": "urn:b:1", "type": "Bus", **members}


def test_an_entity_is_read_with_the_times_of_its_source() -> None:
    speed = {"type": "Property", "value": 5, "createdAt": THEN, "modifiedAt": THEN}
    told = read(bus(speed=speed, createdAt=THEN, modifiedAt=THEN, scope="/a"))
    assert told.entity is not None
    assert (told.id, told.types, told.registration) == ("urn:b:1", (DEFAULT_CONTEXT + "Bus",), "urn:r")
    assert told.entity.scopes == ["/a"]
    assert told.entity.modified_at == told.entity.attributes[SPEED][0].modified_at == parse_instant(THEN)


def test_what_was_before_stands_beside_what_is() -> None:
    told = read(bus(speed={"type": "Property", "value": 5, "previousValue": 4}))
    assert told.entity is not None
    assert told.entity.attributes[SPEED] == [Instance("Property", 5)]
    previous = told.past[SPEED, None]
    assert (previous.instance, previous.gone, previous.known) == (Instance("Property", 4), False, True)


@pytest.mark.parametrize(
    ("member", "known"),
    [
        (DELETE, False),
        ({"type": "Property", "value": DELETE}, False),
        ({"type": "Property", "value": DELETE, "previousValue": "north"}, True),
        ({"type": "LanguageProperty", "languageMap": {"@none": DELETE}}, False),
        ({"type": "Relationship", "object": DELETE, "previousObject": "urn:d:1", "deletedAt": THEN}, True),
    ],
)
def test_a_deleted_attribute_is_gone_and_not_there(member: Any, known: bool) -> None:
    told = read(bus(speed={"type": "Property", "value": 5}, name=member))
    assert told.entity is not None
    assert set(told.entity.attributes) == {SPEED}
    assert (told.past[NAME, None].gone, told.past[NAME, None].known) == (True, known)


def test_one_dataset_that_goes_leaves_the_other() -> None:
    stays = {"type": "Property", "value": 1}
    goes = {"type": "Property", "value": DELETE, "datasetId": "urn:d"}
    told = read(bus(speed=[stays, goes]))
    assert told.entity is not None
    assert told.entity.attributes[SPEED] == [Instance("Property", 1)]
    assert told.past[SPEED, "urn:d"].gone


def test_a_deleted_entity_is_told_with_the_moment_of_its_end() -> None:
    told = read(bus(deletedAt=THEN))
    assert (told.entity, told.deleted_at) == (None, parse_instant(THEN))
    owed = Debt(subscription="s", position=7, time=9, subject="relayed/urn:b:1", attributes=(), body=None)
    assert is_relayed(owed)
    debt = told.debt(owed)
    assert (debt.subject, debt.entity, debt.time) == ("urn:b:1", None, parse_instant(THEN))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
MEMBERS = st.sampled_from(
    ["id", "type", "speed", "name", "scope", "deletedAt", "expiresAt", "createdAt", "value", "previousValue", "object"]
)
VALUES = JSON | st.sampled_from([DELETE, "Bus", "urn:b:1", THEN, "Property", "Relationship"])
OBJECTS = st.dictionaries(MEMBERS, VALUES | st.dictionaries(MEMBERS, VALUES, max_size=4), max_size=6)


@settings(max_examples=200, deadline=None)
@given(JSON | OBJECTS.map(lambda members: {"id": "urn:b:1", "type": "Bus", **members}))
def test_whatever_comes_is_read_or_refused_and_what_is_read_is_kept(document: Any) -> None:
    try:
        told = read(json.loads(json.dumps(document)))
    except (NgsiLdError, Refused, ValueError):
        return
    assert decode_relayed(encode_relayed(told)) == told
