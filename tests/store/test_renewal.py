"""New values in the place of those that are there take a way of their own; it becomes the same rows as the long way."""

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from things_at_hand import point

from pinisi.context.edits import UpdateResult, append, of_type, update
from pinisi.context.payload import Fragment
from pinisi.store.change import EntityChange, Outcome, Renewal, Transform
from pinisi.store.debt import Seen
from pinisi.store.draft import Draft
from pinisi.store.interning import Families
from pinisi.store.lapse import next_end
from pinisi.store.ledger import Ledger
from pinisi.store.query import AllOf, AnyOf, TypeIs, TypeSelection
from pinisi.store.record import Record
from pinisi.vocabulary.entity import PROPERTY, RELATIONSHIP, Entity, Instance, encode_entity
from pinisi.vocabulary.principal import SYSTEM, Grant, Grants, Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, LOCATION, SCOPE
from two_ways import ledger, locator_with_an_area, told, written

NOW, THEN = 1_795_738_320_000_000, 1_795_000_000_000_000
HOT = "urn:attribute:hot"
WORDS = ("urn:attribute:one", "urn:attribute:two", HOT)
KNOWN = (SYSTEM.id, *WORDS, LOCATION, SCOPE)
VALUES = st.integers() | st.floats(allow_nan=False) | st.text('ä"\n x', max_size=3) | st.booleans() | st.just([1, 2])
MOMENTS = st.sampled_from(
    [None, "2026-11-22T06:32:00Z", "2026-11-22T06:32:00.000001Z", "1969-12-31T23:59:59Z", "never"]
)
KINDS = st.sampled_from([PROPERTY, PROPERTY, PROPERTY, RELATIONSHIP])
SUB = st.sampled_from([{}, {}, {"urn:sub": [Instance(PROPERTY, 1)]}])
OLD = st.builds(
    Instance, KINDS, VALUES, st.sampled_from([None, None, "urn:dataset:1"]), MOMENTS,
    unit_code=st.sampled_from([None, "CEL"]), expires_at=st.sampled_from([None, None, None, "2027-01-01T00:00:00Z"]),
    created_at=st.sampled_from([0, THEN]), modified_at=st.just(THEN), attributes=SUB,
)  # fmt: skip
NEW = st.builds(
    Instance, KINDS, VALUES, st.sampled_from([None, None, "urn:dataset:1"]), MOMENTS,
    unit_code=st.sampled_from([None, "MTR"]), expires_at=st.sampled_from([None, None, None, "2027-01-01T00:00:00Z"]),
    attributes=SUB,
)  # fmt: skip
AGAIN = st.sampled_from([*WORDS[:1] * 8, *WORDS[1:2]])
PLAIN = st.builds(Instance, st.just(PROPERTY), VALUES, unit_code=st.sampled_from([None, "MTR"]))
A, B = TypeIs("urn:type:a"), TypeIs("urn:type:b")
SELECTIONS = st.sampled_from([None, None, None, A, B, AnyOf((A, B)), AllOf((A, B)), TypeIs(ADMINISTRATIVE_AREA)])
MANY = st.lists(OLD, min_size=1, max_size=2, unique_by=lambda instance: instance.dataset_id)
TYPES = st.sampled_from([["urn:type:a"], ["urn:type:a"], ["urn:type:a", ADMINISTRATIVE_AREA]])
PEOPLE = st.sampled_from(
    [
        SYSTEM,
        Principal(id="p", name="P", kind="token", grants=Grants((Grant(types=frozenset({"urn:type:a"}), write=True),))),
    ]
)


@st.composite
def entities(draw: st.DrawFn) -> Entity:
    attributes = draw(st.dictionaries(st.sampled_from(WORDS), MANY, min_size=1, max_size=3))
    if draw(st.booleans()):
        attributes[LOCATION] = [point(1.5, 1.5)]
    return Entity("urn:a", draw(TYPES), attributes, draw(st.sampled_from([[], ["/Makassar"]])), None, THEN, THEN)


@given(
    entities(), st.dictionaries(st.sampled_from((*WORDS, LOCATION)), NEW, min_size=1, max_size=3), PEOPLE,
    st.sampled_from([(), ("urn:subscription",)]), st.sampled_from([update, append]), SELECTIONS,
)  # fmt: skip
def test_it_becomes_the_same_rows(
    entity: Entity, fresh: dict[str, Instance], principal: Principal, owed: tuple[str, ...],
    edit: Callable[[str, Fragment], Transform], types: TypeSelection | None,
) -> None:  # fmt: skip
    families = Families()
    locator = locator_with_an_area()
    family = families.of(tuple(entity.types), locator.areas_of(entity))
    before = Record(7, entity.id, 3, family, encode_entity(entity))
    heard: list[Seen] = []
    one, other = Draft(10, 8), Draft(10, 8)
    short, long = (ledger(heard, owed, (HOT,), known=KNOWN, before=before) for _ in range(2))
    copies = {name: msgspec.structs.replace(instance) for name, instance in fresh.items()}
    transform = edit(entity.id, Fragment(attributes={name: [instance] for name, instance in fresh.items()}))
    if types is not None:
        transform = of_type(types, transform)
    renewal = Renewal(copies, UpdateResult(tuple(fresh)), types)
    second = outcome(long, other, EntityChange(entity.id, transform), principal)
    first = outcome(short, one, EntityChange(entity.id, transform, renewal=renewal), principal)
    if not isinstance(first, Outcome) or not isinstance(second, Outcome):
        assert first == second
        assert one.empty
        return
    assert written(one, first) == written(other, second)
    assert [told(seen) for seen in heard[: len(heard) // 2]] == [told(seen) for seen in heard[len(heard) // 2 :]]
    assert short.names.number == long.names.number
    assert all(next_end(record.entity) is None for record in one.records.values() if record.lasts)


@given(entities(), st.lists(st.tuples(AGAIN, PLAIN | PLAIN | PLAIN | PLAIN | NEW), min_size=4, max_size=9))
def test_one_value_after_another_becomes_the_same_rows(entity: Entity, values: list[tuple[str, Instance]]) -> None:
    families, locator = Families(), locator_with_an_area()
    entity.attributes[WORDS[0]] = [Instance(PROPERTY, 0, created_at=THEN, modified_at=THEN)]
    before = Record(7, entity.id, 3, families.of(tuple(entity.types), locator.areas_of(entity)), encode_entity(entity))
    one, other = Draft(10, 8), Draft(10, 8)
    short, long = (ledger([], (), (HOT,), known=KNOWN, before=before) for _ in range(2))
    for step, (name, value) in enumerate(values):
        transform = update(entity.id, Fragment(attributes={name: [value]}))
        renewal = Renewal({name: msgspec.structs.replace(value)}, UpdateResult((name,)))
        second = outcome(long, other, EntityChange(entity.id, transform), SYSTEM, NOW + step)
        first = outcome(short, one, EntityChange(entity.id, transform, renewal=renewal), SYSTEM, NOW + step)
        if not isinstance(first, Outcome) or not isinstance(second, Outcome):
            assert first == second
            return
        assert written(one, first) == written(other, second)


def outcome(by: Ledger, draft: Draft, change: EntityChange, principal: Principal, now: int = NOW) -> Outcome | str:
    try:
        return by.make(draft, change, principal, now)
    except Exception as error:
        return repr(error)


def test_a_new_value_of_a_sensor_needs_no_entity() -> None:
    entity = Entity("urn:a", ["urn:type:a"], {name: [Instance(PROPERTY, 1)] for name in WORDS}, created_at=THEN)
    before = Record(7, entity.id, 3, Families().of(("urn:type:a",), ()), encode_entity(entity))
    draft = Draft(10, 8)
    renewal = Renewal({HOT: Instance(PROPERTY, 2)}, "told")
    done = ledger([], (), (HOT,), known=KNOWN, before=before).make(
        draft, EntityChange("urn:a", never, renewal=renewal), SYSTEM, NOW
    )
    assert done == Outcome(11, True, "told")
    assert draft.records["urn:a"].entity.attributes[HOT][0].value == 2
    assert draft.hot == {(4, 1.0, 7): False, (4, 2.0, 7): True}
    assert draft.records["urn:a"].lasts


def never(present: Entity | None, now: int) -> Any:
    raise AssertionError("no entity is to be read")
