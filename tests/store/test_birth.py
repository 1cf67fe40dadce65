"""A new entity takes a way of its own into the draft; it becomes the same rows as by the way of every change."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from things_at_hand import point

from pinisi.store.birth import born
from pinisi.store.change import Edit, EntityChange, Forbidden
from pinisi.store.debt import Seen
from pinisi.store.draft import Draft
from pinisi.vocabulary.entity import PROPERTY, RELATIONSHIP, Entity, Instance
from pinisi.vocabulary.principal import SYSTEM, Grant, Grants, Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, LOCATION, SCOPE
from two_ways import ledger, told, written

NOW = 1_795_738_320_000_000
TYPES = st.lists(
    st.sampled_from(["urn:type:a", "urn:type:b", ADMINISTRATIVE_AREA]), min_size=1, max_size=2, unique=True
)
VALUES = st.integers() | st.floats(allow_nan=False) | st.text("ä\n x", max_size=3) | st.booleans() | st.just([1, 2])
MOMENTS = st.sampled_from([None, "2026-11-22T06:32:00Z", "1969-12-31T23:59:59Z", "no moment"])
DATASETS = st.sampled_from([None, "urn:dataset:1", "urn:dataset:2"])
INSTANCES = st.builds(
    Instance, st.sampled_from([PROPERTY, RELATIONSHIP]), VALUES, DATASETS, MOMENTS,
    expires_at=st.sampled_from([None, None, "2027-01-01T00:00:00Z"]),
)  # fmt: skip
MANY = st.lists(INSTANCES, min_size=1, max_size=3, unique_by=lambda instance: instance.dataset_id)
PLACES = st.sampled_from([point(1.5, 1.5), point(40.0, 40.0), Instance(PROPERTY, "nowhere")])
HOT = "urn:attribute:hot"
WORDS = ("urn:attribute:one", "urn:attribute:two", HOT)
KNOWN = (SYSTEM.id, *WORDS, LOCATION, SCOPE, "urn:dataset:1", "urn:dataset:2")


@st.composite
def entities(draw: st.DrawFn) -> Entity:
    attributes = draw(st.dictionaries(st.sampled_from(WORDS), MANY, max_size=3))
    if draw(st.booleans()):
        place = msgspec.structs.replace(draw(PLACES), dataset_id=draw(DATASETS), observed_at=draw(MOMENTS))
        attributes[LOCATION] = [place]
    scopes = draw(st.sampled_from([[], ["/Makassar"]]))
    return Entity(
        "urn:new", draw(TYPES), attributes, scopes, draw(st.sampled_from([None, "2027-01-01T00:00:00Z"])), 1, 2
    )


@given(entities(), st.sampled_from([(), ("urn:subscription",)]))
def test_it_becomes_the_same_rows(entity: Entity, owed: tuple[str, ...]) -> None:
    heard: list[Seen] = []
    short, long = (ledger(heard, owed, (HOT,), known=KNOWN) for _ in range(2))
    edit = Edit(entity, result="told")
    one, other = Draft(10, 5), Draft(10, 5)
    first = written(one, born(short, one, entity.id, entity, edit, SYSTEM, True, NOW))
    second = written(other, long._edited(other, entity.id, None, None, edit, SYSTEM, NOW))
    assert first == second
    assert told(heard[0]) == told(heard[1])
    assert short.names.number == long.names.number
    assert short.locator.known == long.locator.known


def test_it_is_refused_where_no_grant_reaches() -> None:
    limited = Principal(
        id="p", name="P", kind="token", grants=Grants((Grant(types=frozenset({"urn:other"}), write=True),))
    )
    draft = Draft(0, 1)
    entity = Entity("urn:new", ["urn:type:a"], {"urn:attribute:one": [Instance(PROPERTY, 1)]})
    with pytest.raises(Forbidden):
        ledger([], ("urn:subscription",), (HOT,), known=KNOWN).make(
            draft, EntityChange("urn:new", lambda old, now: Edit(entity)), limited, NOW
        )
    assert draft.empty
    assert not draft.records
