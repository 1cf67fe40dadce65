"""Whatever JSON arrives, it is read or refused by name; never a crash, and what is kept can be stored and shown."""

from collections.abc import Callable
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pinisi.context import edits
from pinisi.context.contexts import Contexts
from pinisi.context.patch_payload import read_attribute_patch, read_entity_patch
from pinisi.context.payload import read_attribute, read_entity, read_fragment
from pinisi.context.problems import NgsiLdError
from pinisi.context.render import CONCISE, NORMALIZED, SIMPLIFIED, render_entity
from pinisi.context.term_table import CORE_TABLE
from pinisi.context.validate import NULL
from pinisi.store.change import Transform
from pinisi.vocabulary.entity import Instance, decode_entity, encode_entity

ID = "urn:x:1"
KEYS = st.sampled_from([
    "id", "type", "@type", "@id", "scope", "@context", "value", "object", "languageMap", "vocab", "json", "valueList",
    "objectList", "observedAt", "datasetId", "unitCode", "objectType", "expiresAt", "valueType", "a", "b", "location",
    "ngsildproof", "coordinates", "dataset", "@none", "en", "entityIdSealed", "", "my key",
])  # fmt: skip
WORDS = st.sampled_from([
    "Property", "Relationship", "GeoProperty", "LanguageProperty", "VocabProperty", "JsonProperty", "ListProperty",
    "ListRelationship", "Point", "Polygon", "urn:x:1", "urn:ngsi-ld:null", "2026-01-01T00:00:00Z", "text", "@none", "",
    "/a", "x:y",
])  # fmt: skip
ANY = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(-1e3, 1e3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(KEYS, ANY, max_size=5)
PRESENT = edits.create(
    read_entity(
        {
            "id": ID, "type": "T", "scope": "/a",
            "a": [{"value": {"a": 1}, "b": 2}, {"object": "urn:x:2", "datasetId": "urn:x:1"}],
            "b": {"languageMap": {"en": "x"}},
        },
        CORE_TABLE,
    )
)(None, 5).entity  # fmt: skip


def keeps_null(instance: Instance) -> bool:
    """Whether an NGSI-LD Null is kept as if it were a value, in an attribute or as a member of an object."""
    inside = any(keeps_null(one) for many in instance.attributes.values() for one in many)
    return inside or instance.value == NULL or has_null_member(instance.value)


def has_null_member(value: Any) -> bool:
    if isinstance(value, list):
        items: list[Any] = value
        return any(has_null_member(item) for item in items)
    if isinstance(value, dict):
        members: dict[str, Any] = value
        return any(member == NULL or has_null_member(member) for member in members.values())
    return False


def changes(document: Any) -> list[Callable[[], Transform]]:
    return [
        lambda: edits.upsert(read_entity(document, CORE_TABLE)),
        lambda: edits.upsert(
            read_entity({"id": ID, "type": "T", **document}, CORE_TABLE, simplified=True), update=True
        ),
        lambda: edits.append(ID, read_fragment(document, CORE_TABLE, nulls=False)),
        lambda: edits.update(ID, read_fragment(document, CORE_TABLE, nulls=True)),
        lambda: edits.merge(ID, read_entity_patch(document, CORE_TABLE)),
        lambda: edits.merge(ID, read_entity_patch(document, CORE_TABLE, simplified=True), language="id"),
        lambda: edits.partial_update(ID, *read_attribute_patch(document, "a", CORE_TABLE)),
        lambda: edits.partial_update(ID, *read_attribute_patch(document, "b", CORE_TABLE)),
        lambda: edits.replace_attribute(ID, *read_attribute(document, "a", CORE_TABLE)),
    ]


@settings(max_examples=400)
@given(DOCUMENTS)
@example({"value": {"type": []}})
def test_any_document_is_read_or_refused(document: dict[str, Any]) -> None:
    for change in changes(document):
        try:
            edit = change()(PRESENT, 9)
        except NgsiLdError as error:
            assert error.status in (400, 404)
            continue
        assert edit.entity is not None
        body = encode_entity(edit.entity)
        assert not any(keeps_null(one) for many in edit.entity.attributes.values() for one in many)
        assert decode_entity(body) == edit.entity
        for view in (NORMALIZED, CONCISE, SIMPLIFIED):
            assert render_entity(edit.entity, CORE_TABLE, view)


@settings(max_examples=200)
@given(ANY)
def test_any_context_is_read_or_refused(context: Any) -> None:
    try:
        table = Contexts().table(context)
    except NgsiLdError as error:
        assert error.status in (400, 504)
        return
    assert table.expand_term("value") == "https://uri.etsi.org/ngsi-ld/hasValue"
