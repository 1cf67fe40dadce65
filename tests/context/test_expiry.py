"""Transient entities and attributes (NGSI-LD 4.22)."""

from pinisi.context.expiry import expire, next_expiry, unexpired
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import SECOND

ID = "urn:x:1"
SOON, LATER = "1970-01-01T00:00:10Z", "1970-01-01T00:00:20Z"


def entity(expires_at: str | None = None) -> Entity:
    transient = Instance("Property", 1, "urn:d:1", expires_at=SOON)
    attributes = {"a": [Instance("Property", 0), transient], "b": [transient], "c": [Instance("Property", 2)]}
    return Entity(ID, ["T"], attributes, expires_at=expires_at)


def test_before_its_time_everything_is_there() -> None:
    whole = entity(LATER)
    assert unexpired(whole, 9 * SECOND) is whole
    assert next_expiry(whole) == 10 * SECOND
    assert next_expiry(Entity(ID, ["T"])) is None
    assert expire(whole, 9 * SECOND).entity is whole


def test_expired_instances_vanish_and_the_others_stay_identical() -> None:
    whole = entity(LATER)
    left = expire(whole, 10 * SECOND).entity
    assert left is not None
    assert list(left.attributes) == ["a", "c"]
    assert left.attributes["a"] == [whole.attributes["a"][0]]
    assert left.attributes["c"] is whole.attributes["c"]
    assert (left.modified_at, whole.modified_at) == (10 * SECOND, 0)


def test_an_expired_entity_is_gone() -> None:
    assert unexpired(entity(SOON), 10 * SECOND) is None
    assert expire(entity(SOON), 10 * SECOND).entity is None
    assert expire(None, 10 * SECOND).entity is None
