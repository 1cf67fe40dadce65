"""Plain entities of a batch are laid down in the words of the request; it becomes the same rows as by an `Entity`."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.edits import upsert
from pinisi.context.newborns import Newborns
from pinisi.context.plain_batch import WholeEntities
from pinisi.context.problems import NgsiLdError
from pinisi.context.term_definitions import Term
from pinisi.context.term_table import CORE_TABLE, TermTable
from pinisi.store.change import EntityChange, Forbidden
from pinisi.store.debt import Seen
from pinisi.store.draft import Draft
from pinisi.store.newborn import Newborn
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import SYSTEM, Grant, Grants, Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, LOCATION
from two_ways import ledger, told, written

NOW = 1_795_738_320_000_000
OWN = TermTable(
    {"speed": Term("urn:own:speed"), "odd": Term("urn:own:50%b"), "own": Term("urn:own:", prefix=True),
     "Area": Term(ADMINISTRATIVE_AREA)}
)  # fmt: skip
TEXTS = st.sampled_from(
    ["", "text", 'quote "', "back \\ slash", '{"type":"Property","value":', ',"observedAt":"x', "}\n",
     "\u2028 ä 市 \U0001f6a2", "\x01", "urn:ngsi-ld:null", '\\"},"unitCode":"']
)  # fmt: skip
NUMBERS = (
    st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([1e300, -0.0])
)
MOMENTS = st.sampled_from(
    ["2026-11-22T06:32:00Z", "2026-11-22T06:32:00.123456Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "no moment"]
)
PROPERTIES = st.fixed_dictionaries(
    {"type": st.just("Property"), "value": NUMBERS | TEXTS | st.booleans()},
    optional={"observedAt": MOMENTS, "unitCode": st.sampled_from(["CEL", 'a "b"', "urn:ngsi-ld:null"])},
)
RELATIONSHIPS = st.fixed_dictionaries(
    {"type": st.just("Relationship"), "object": st.sampled_from(["urn:a:b", "urn:ä:市", "no uri"])},
    optional={"observedAt": MOMENTS},
)
PLACES = st.fixed_dictionaries(
    {"type": st.just("GeoProperty"),
     "value": st.sampled_from(
        [{"type": "Point", "coordinates": [1.5, 1.5]}, {"coordinates": [40, 40.0], "type": "Point"},
         {"type": "Point", "coordinates": [500, 0]}, {"type": "LineString", "coordinates": [[1, 1], [2, 2]]}])},
    optional={"observedAt": MOMENTS},
)  # fmt: skip
DOCUMENTS = st.builds(
    lambda id, type, members, place: {"id": id, "type": type, **members, **place},
    st.sampled_from(["urn:new:1", "urn:new:ä", "no uri", "urn:ngsi-ld:null"]),
    st.sampled_from(["T", "own:T", "Area", ""]),
    st.dictionaries(
        st.sampled_from(["speed", "odd", "own:x", "name", "type2", "value"]), PROPERTIES | RELATIONSHIPS | PLACES,
        max_size=4,
    ),
    st.just({}) | st.fixed_dictionaries({"location": PLACES | PROPERTIES}),
)  # fmt: skip


def never(present: Entity | None, now: int) -> Any:
    raise AssertionError("no entity is to be made")


def read(documents: list[dict[str, Any]], place: int, table: TermTable) -> tuple[Newborn | None, Entity | None]:
    """In the words of the request, and as an entity; of what is refused there is neither."""
    entities = WholeEntities(msgspec.json.encode(documents))
    found = None if entities.plain is None else Newborns(entities.plain).read(place, table)
    try:
        entity = entities.read(place, table)
    except NgsiLdError:
        entity = None
    if found is not None:
        assert entity is not None
        assert found[0] == entity.id
    return (None if found is None else found[1]), entity


@given(
    st.lists(DOCUMENTS, min_size=1, max_size=3), st.sampled_from([CORE_TABLE, OWN]),
    st.sampled_from([(), ("urn:subscription",)]), st.sampled_from([(), ("urn:own:speed", LOCATION)]),
)  # fmt: skip
def test_it_becomes_the_same_rows(
    documents: list[dict[str, Any]], table: TermTable, owed: tuple[str, ...], hot: tuple[str, ...]
) -> None:
    for place in range(len(documents)):
        newborn, entity = read(documents, place, table)
        if newborn is None or entity is None:
            continue
        heard: list[Seen] = []
        one, other = Draft(10, 5), Draft(10, 5)
        short, long = ledger(heard, owed, hot), ledger(heard, owed, hot)
        first = short.make(one, EntityChange(entity.id, never, newborn=newborn), SYSTEM, NOW)
        second = long.make(other, EntityChange(entity.id, upsert(entity)), SYSTEM, NOW)
        assert written(one, first) == written(other, second)
        assert told(heard[0]) == told(heard[1])
        assert short.names.number == long.names.number


PLAIN = {
    "id": "urn:ngsi-ld:Sensor:1",
    "type": "Sensor",
    "speed": {"type": "Property", "value": 'a "}\n', "observedAt": "2026-11-22T06:32:00Z", "unitCode": "KMH"},
    "refDistrict": {"type": "Relationship", "object": "urn:ngsi-ld:District:1"},
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [119, -5.1]}},
}


def test_what_most_are_takes_the_short_way() -> None:
    newborn, _ = read([PLAIN, PLAIN], 1, CORE_TABLE)
    assert newborn is not None


@pytest.mark.parametrize(
    "odd",
    [
        {"location": {"type": "Property", "value": 5}},
        {"type": ["Sensor", "Other"]},
        {"speed": {"type": "Property", "value": "urn:ngsi-ld:null"}},
        {"scope": "/Makassar"},
        {"speed": {"type": "Property", "value": 5, "observedAt": "yesterday"}},
    ],
)
def test_what_is_not_so_plain_is_looked_at_more_closely(odd: dict[str, Any]) -> None:
    newborn, _ = read([PLAIN, {**PLAIN, **odd}], 1, CORE_TABLE)
    assert newborn is None


def test_one_that_is_there_already_is_changed_by_its_transform() -> None:
    newborn, entity = read([PLAIN], 0, CORE_TABLE)
    assert entity is not None
    draft, one = Draft(0, 1), ledger([], ())
    one.make(draft, EntityChange(entity.id, never, newborn=newborn), SYSTEM, NOW)
    with pytest.raises(AssertionError, match="no entity is to be made"):
        one.make(draft, EntityChange(entity.id, never, newborn=newborn), SYSTEM, NOW)


def test_it_is_refused_where_no_grant_reaches() -> None:
    limited = Principal(
        id="p", name="P", kind="token", grants=Grants((Grant(types=frozenset({"urn:other"}), write=True),))
    )
    newborn, entity = read([PLAIN], 0, CORE_TABLE)
    assert entity is not None
    draft = Draft(0, 1)
    with pytest.raises(Forbidden):
        ledger([], ()).make(draft, EntityChange(entity.id, never, newborn=newborn), limited, NOW)
    assert draft.empty
    assert not draft.records
