"""Entities as the store keeps them: small when simple, and the same when read back."""

from hypothesis import given
from hypothesis import strategies as st

from pinisi.vocabulary.entity import (
    VALUE_MEMBER,
    Entity,
    Instance,
    decode_entity,
    decode_instance,
    encode_entity,
    encode_instance,
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=6
)
plain = st.builds(
    Instance,
    kind=st.sampled_from(sorted(VALUE_MEMBER)),
    value=values,
    dataset_id=st.none() | text,
    observed_at=st.none() | text,
    unit_code=st.none() | text,
    created_at=st.integers(0, 2**60),
    modified_at=st.integers(0, 2**60),
)
nested = st.builds(
    Instance,
    kind=st.just("Property"),
    value=values,
    attributes=st.dictionaries(text, st.lists(plain, max_size=2), max_size=2),
)
entities = st.builds(
    Entity,
    id=text,
    types=st.lists(text, max_size=3),
    attributes=st.dictionaries(text, st.lists(plain | nested, min_size=1, max_size=2), max_size=3),
    scopes=st.lists(text, max_size=2),
    expires_at=st.none() | text,
    created_at=st.integers(0, 2**60),
    modified_at=st.integers(0, 2**60),
)


@given(entities)
def test_an_entity_is_read_back_as_it_was(entity: Entity) -> None:
    assert decode_entity(encode_entity(entity)) == entity


@given(plain | nested)
def test_an_instance_is_read_back_as_it_was(instance: Instance) -> None:
    assert decode_instance(encode_instance(instance)) == instance


def test_what_is_not_said_takes_no_room() -> None:
    assert encode_instance(Instance("Property", 1)) == b'{"t":"Property","v":1}'
