"""Growth beyond the bounds of an entity is refused; what lies beyond from before may stay, shrink and go."""

import pytest

from pinisi.store.bounds import BeyondBounds, check_bounds
from pinisi.vocabulary.bounds import LARGEST, LEAST_BYTES, MOST_INSTANCES, MOST_TYPES, count_instances
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance, encode_entity, encode_instance


def bus(count: int, **members: list[str]) -> Entity:
    inner = {"b": [Instance(PROPERTY, 1)]}
    attributes = {f"a{n}": [Instance(PROPERTY, n, attributes=inner)] for n in range(count // 2)}
    return Entity("urn:bus:1", members.get("types", ["Bus"]), attributes, members.get("scopes", []))


def check(old: Entity | None, new: Entity) -> None:
    check_bounds(old, new, encode_entity(new), 0 if old is None else len(encode_entity(old)))


def test_attributes_of_attributes_are_counted() -> None:
    assert count_instances(bus(10).attributes) == 10
    check(None, bus(MOST_INSTANCES))
    with pytest.raises(BeyondBounds, match="attributes: the entity would have 5,002"):
        check(None, bus(MOST_INSTANCES + 2))


def test_what_lies_beyond_already_may_not_grow_but_change_and_shrink() -> None:
    before = bus(MOST_INSTANCES + 10)
    check(before, bus(MOST_INSTANCES + 10))
    check(before, bus(MOST_INSTANCES + 4))
    with pytest.raises(BeyondBounds):
        check(before, bus(MOST_INSTANCES + 12))


def test_types_and_bytes_are_bounded() -> None:
    with pytest.raises(BeyondBounds, match="type: the entity would have 101 types"):
        check(None, bus(2, types=[f"T{n}" for n in range(MOST_TYPES + 1)]))
    large = Entity("urn:bus:1", ["Bus"], {"a": [Instance(PROPERTY, "x" * LARGEST)]})
    with pytest.raises(BeyondBounds, match="entity: the entity would have 16,777"):
        check(bus(2), large)
    check(large, large)


def test_no_instance_is_kept_in_fewer_bytes() -> None:
    """The count of instances is left out where the bytes tell that they are few."""
    assert len(encode_instance(Instance(PROPERTY, 1))) >= LEAST_BYTES
