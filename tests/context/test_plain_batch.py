"""Entities of a batch that are as most are take a shorter way, to the same result."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.payload import read_entity
from pinisi.context.plain_batch import WholeEntities, read_plain_entity
from pinisi.context.problems import NgsiLdError
from pinisi.context.term_definitions import Term
from pinisi.context.term_table import CORE_TABLE, TermTable

OWN = TermTable({"speed": Term("urn:own:speed"), "fast": Term("urn:own:speed"), "own": Term("urn:own:", prefix=True)})
TABLES = st.sampled_from([CORE_TABLE, OWN])
NULL = "urn:ngsi-ld:null"
NAMES = st.sampled_from(
    ["speed", "fast", "own:level", "name", "location", "value", "type", "id", "@id", "@type", "scope", "createdAt",
     "ngsildproof", "@context", "observedAt", "no name", "", "expiresAt", "https://example.org/x"]
)  # fmt: skip
SCALARS = st.sampled_from(
    [1, -2.5, True, None, "text", "", NULL, 2**63, -(2**63), "urn:ngsi-ld:A:1", "no uri", [], [1], {}]
)
PLACES = st.sampled_from(
    [{"type": "Point", "coordinates": [119.4, -5.1]}, {"type": "Point", "coordinates": [500, 0]},
     {"type": "Point", "coordinates": [1, 2, 3]}, {"type": "Point"}, {"type": "Point", "coordinates": [True, 0]},
     {"type": "Point", "coordinates": [1, 2], "bbox": []}, {"type": "Polygon", "coordinates": []}]
)  # fmt: skip
MOMENTS = st.sampled_from(["2026-11-22T06:32:00Z", "2026-02-30T00:00:00Z", "yesterday", None, 5, NULL])
MEMBERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["Property", "Relationship", "GeoProperty", "Vocab", None])},
    optional={
        "value": SCALARS | PLACES, "object": SCALARS, "observedAt": MOMENTS, "unitCode": SCALARS,
        "datasetId": SCALARS, "createdAt": MOMENTS,
    },
)  # fmt: skip
TOLD = st.builds(lambda members, value: {**members, **value}, MEMBERS, st.just({}) | st.just({"value": 5}))
DOCUMENTS = st.builds(
    lambda naming, members: {**naming, **members},
    st.fixed_dictionaries({"id": SCALARS | st.just("urn:a:b"), "type": st.just("T") | SCALARS}) | st.just({}),
    st.dictionaries(NAMES, TOLD | SCALARS, max_size=4),
)
PLAIN = {
    "id": "urn:ngsi-ld:Sensor:1",
    "type": "Sensor",
    "speed": {"type": "Property", "value": 5, "observedAt": "2026-11-22T06:32:00Z", "unitCode": "KMH"},
    "own:level": {"type": "Property", "value": True},
    "refDistrict": {"type": "Relationship", "object": "urn:ngsi-ld:District:1"},
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [119, -5.1]}},
}


def outcome(read: Any) -> Any:
    try:
        return msgspec.to_builtins(read())
    except NgsiLdError as error:
        return type(error), str(error)


@given(st.lists(DOCUMENTS | st.just(PLAIN), min_size=1, max_size=3), TABLES)
def test_the_result_is_that_of_the_long_way(documents: list[dict[str, Any]], table: TermTable) -> None:
    entities = WholeEntities(msgspec.json.encode(documents))
    for place, document in enumerate(documents):
        long = outcome(lambda document=document: read_entity(document, table))
        assert outcome(lambda place=place: entities.read(place, table)) == long


@pytest.mark.parametrize("table", [CORE_TABLE, OWN])
def test_what_most_are_takes_the_short_way(table: TermTable) -> None:
    (document,) = WholeEntities(msgspec.json.encode([PLAIN])).documents
    assert document["speed"].__class__.__name__ == "PlainProperty"
    assert read_plain_entity(document, table) == read_entity(PLAIN, table)


def test_one_that_is_not_plain_is_read_the_long_way_and_the_others_still_are_read() -> None:
    odd = {**PLAIN, "observedAt": PLAIN["speed"]}
    entities = WholeEntities(msgspec.json.encode([PLAIN, odd, PLAIN]))
    assert outcome(lambda: entities.read(1, CORE_TABLE)) == outcome(lambda: read_entity(odd, CORE_TABLE))
    assert entities.read(2, CORE_TABLE) == read_entity(PLAIN, CORE_TABLE)


@pytest.mark.parametrize("body", [b"{}", b"[", b"", b'[{"id": NaN}]', b"\xff", b"[" * 5000])
def test_what_is_no_batch_is_told_as_it_was(body: bytes) -> None:
    def read() -> Any:
        return WholeEntities(body).documents

    if body == b"{}":
        assert read() == {}
    else:
        with pytest.raises(NgsiLdError):
            read()
