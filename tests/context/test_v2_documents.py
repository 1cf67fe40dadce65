"""NGSI v2 and NGSI-LD: whatever arrives is read or refused by name; what is read comes back as it was."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.context.ngsi_v2.changes import Aim, append_strict, delete_attributes, replace, set_value, update, upsert
from pinisi.context.ngsi_v2.entities import View, read_entity, show_entity
from pinisi.context.ngsi_v2.expressions import parse_expression, parse_geo
from pinisi.context.ngsi_v2.names import NAME, entity_id, entity_uri, id_pattern, iri_of, name_of
from pinisi.context.ngsi_v2.operators import OPERATORS
from pinisi.context.ngsi_v2.registrations import PREFIX, payload_of
from pinisi.context.ngsi_v2.subscriptions import check_words, read_subscription
from pinisi.context.ngsi_v2.templates import body_for, headers_for, read_custom, target_for
from pinisi.context.ngsi_v2.type_patterns import with_type_patterns
from pinisi.context.ngsi_v2.written import NewEntity, Writing, read_new, read_writing
from pinisi.context.problems import NgsiLdError
from pinisi.context.registration_payload import read_registration
from pinisi.context.render import render_entity
from pinisi.context.targets import BadTarget
from pinisi.context.term_table import CORE_TABLE
from pinisi.context.validate import is_uri
from pinisi.store.match import compile_query
from pinisi.store.pattern import compile_pattern
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.entity import decode_entity, encode_entity

FIELD = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="&?/#"), min_size=1, max_size=20)
WORDS = st.sampled_from([
    "Text", "Number", "DateTime", "geo:point", "geo:box", "geo:polygon", "geo:json", "Relationship", "None", "odd-type",
    "LanguageProperty", "JsonProperty", "urn:ngsi-ld:null", "1,2", "2026-01-01", "2026-01-01T08:00:00+08:00", "", "x y",
])  # fmt: skip
KEYS = st.sampled_from([
    "id", "type", "value", "metadata", "location", "a", "b-c", "TimeInstant", "unitCode", "dateExpires", "coordinates",
    "dateModified", "observedAt", "scope", "@context", "@value", "@type", "object", "*", "",
    *sorted(OPERATORS), "$each", "$position",
])  # fmt: skip
ANY = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(-1e3, 1e3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
ATTRIBUTE = st.fixed_dictionaries(
    {"value": ANY}, optional={"type": WORDS, "metadata": st.dictionaries(KEYS, ANY, max_size=2)}
)
DOCUMENTS = st.one_of(
    st.dictionaries(KEYS, ANY, max_size=4),
    st.dictionaries(KEYS, ATTRIBUTE, max_size=3).map(lambda told: {**told, "id": "a", "type": "T"}),
)
PLAIN = st.recursive(
    st.one_of(
        st.text(max_size=8).filter(lambda text: text != "urn:ngsi-ld:null"), st.booleans(), st.integers(-(2**53), 2**53)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=8,
)


def is_free(name: str) -> bool:
    """Neither a member of an entity, nor what the broker writes, nor a place by definition."""
    taken = ("id", "type", "*", "geo:distance", "location", "observationSpace", "operationSpace")
    return name not in taken and not name.startswith("date")


@given(FIELD)
def test_names_and_ids_lead_there_and_back(text: str) -> None:
    uri, iri = entity_uri(text), iri_of(text, CORE_TABLE, "x")
    assert is_uri(uri)
    assert is_uri(iri)
    assert (entity_id(uri), name_of(iri, CORE_TABLE)) == (text, text)


@pytest.mark.parametrize("word", ["value", "object", "observedAt", "scope", "datasetId", "@type", "@id"])
def test_words_of_ngsi_ld_can_name_attributes_of_v2(word: str) -> None:
    assert iri_of(word, CORE_TABLE, "x").startswith(NAME)


@pytest.mark.parametrize(
    ("pattern", "id", "found"),
    [("^Room", "Room1", True), ("^oom", "Room1", False), ("1$", "Room1", True), ("^Room|^Car", "Car1", True),
     ("[^R]1", "Room1", True), (r"\^", "Room1", False), ("^urn:x", "urn:x:1", True), ("^Room1$", "Room1", True)],
)  # fmt: skip
def test_patterns_of_ids(pattern: str, id: str, found: bool) -> None:
    assert compile_pattern(id_pattern(pattern))(entity_uri(id)) is found


def new(document: Any, *, key_values: bool = True) -> NewEntity:
    return read_new(document, CORE_TABLE, key_values=key_values, scopes=[], override=False)


def writing(document: Any, *, key_values: bool = True) -> Writing:
    return read_writing(document, CORE_TABLE, key_values=key_values)


@given(st.dictionaries(FIELD.filter(is_free), PLAIN, max_size=4))
def test_values_come_back_as_they_were(attributes: dict[str, Any]) -> None:
    told = {"id": "a", "type": "T", **attributes}
    entity = new(told).entity(CORE_TABLE)
    kept = decode_entity(encode_entity(entity))
    assert show_entity(kept, CORE_TABLE, View("keyValues")) == told
    shown = show_entity(kept, CORE_TABLE)
    assert show_entity(read_entity(shown, CORE_TABLE), CORE_TABLE) == shown


@settings(max_examples=400)
@given(DOCUMENTS, st.booleans())
def test_any_document_is_read_or_refused(document: dict[str, Any], key_values: bool) -> None:
    there = {"id": "a", "type": "T", "a": 1, "b-c": "x", "scope": [1, {"a": 2}], "value": {"a": 1}}
    present = upsert(new(there), Aim(), CORE_TABLE)(None, 5).entity
    ways = [
        lambda: upsert(new(document, key_values=key_values), Aim(), CORE_TABLE),
        lambda: replace("urn:v2:a", writing(document, key_values=key_values), CORE_TABLE),
        lambda: update("urn:v2:a", writing(document, key_values=key_values), CORE_TABLE),
        lambda: append_strict("urn:v2:a", writing(document, key_values=key_values), CORE_TABLE),
        lambda: set_value("urn:v2:a", iri_of("b-c", CORE_TABLE, "b-c"), document, CORE_TABLE),
        lambda: delete_attributes("urn:v2:a", [iri_of(name, CORE_TABLE, name) for name in document], CORE_TABLE),
    ]  # fmt: skip
    for way in ways:
        try:
            entity = way()(present, 9).entity
        except NgsiLdError as error:
            assert error.status in (400, 404, 422)
            assert error.detail
            continue
        assert entity is not None
        kept = decode_entity(encode_entity(entity))
        assert kept == entity
        assert render_entity(kept, CORE_TABLE)
        shown = show_entity(kept, CORE_TABLE)
        assert show_entity(read_entity(shown, CORE_TABLE), CORE_TABLE) == shown


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=30), st.text("ab.;:=!<>~',19-()[]*", max_size=20)))
def test_any_expression_is_read_or_refused(text: str) -> None:
    entity = new({"id": "a", "type": "T", "a": 1, "b": "x"}).entity(CORE_TABLE)
    for kind in ("q", "mq"):
        try:
            found = parse_expression(text, kind, CORE_TABLE)
        except NgsiLdError as error:
            assert error.status in (400, 403)
            continue
        assert compile_query(EntityQuery(filter=found))(entity, None) in (True, False)


@given(st.text("near;maxDistance:1.coveredBy", max_size=30), st.sampled_from(["point", "line", "box", "polygon", "x"]),
       st.text("0123456789.,;- ", max_size=30))  # fmt: skip
def test_any_place_is_read_or_refused(georel: str, geometry: str, coords: str) -> None:
    for relation in (georel, "near;maxDistance:5", "coveredBy"):
        try:
            parse_geo(relation, geometry, coords)
        except NgsiLdError as error:
            assert error.status == 400


def members(always: dict[str, Any], *, optional: dict[str, Any] | None = None) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(always, optional=optional or {})


ENTITIES: st.SearchStrategy[Any] = st.lists(
    st.one_of(ANY, members({}, optional={"id": WORDS, "idPattern": WORDS, "type": WORDS, "typePattern": WORDS})),
    max_size=2,
)
AREAS = members(
    {},
    optional={
        "georel": st.sampled_from(["coveredBy", "near;maxDistance:1", "x"]) | ANY,
        "geometry": st.sampled_from(["box", "polygon", "point"]) | ANY,
        "coords": st.text("0123456789.,;- ", max_size=30) | st.just("1,2;3,4") | ANY,
    },
)
URLS = st.one_of(ANY, st.sampled_from(["http://127.0.0.1/", "mqtt://127.0.0.1", "http://[", "http://${a}/", "//"]))
REGISTRATIONS = members(
    {},
    optional={
        "dataProvided": st.one_of(
            ANY, members({}, optional={"entities": ENTITIES, "attrs": st.lists(WORDS) | ANY, "expression": AREAS | ANY})
        ),
        "provider": st.one_of(
            ANY,
            members({"http": members({"url": URLS})}, optional={"supportedForwardingMode": ANY}),
        ),
        "status": ANY,
        "expires": ANY,
        "description": ANY,
    },
)


@settings(max_examples=400)
@given(REGISTRATIONS)
def test_any_registration_is_read_or_refused(told: dict[str, Any]) -> None:
    uri = PREFIX + "0" * 24
    try:
        payload = payload_of(told, uri, None, CORE_TABLE)
        read = read_registration(payload | {"operations": ["queryEntity"]}, {}, "who", None)
    except NgsiLdError as error:
        assert error.status in (400, 422)
        assert error.detail
        return
    assert (read.id, read.endpoint) == (uri, payload["endpoint"])
    (part,) = with_type_patterns(read.information, told)
    assert all(one.may_be(["urn:v2:name:a"]) in (True, False) for one in part.entities)


ENDPOINTS = members(
    {"url": URLS},
    optional={
        "topic": WORDS | st.just("a/${b}"),
        "qos": ANY,
        "retain": ANY,
        "payload": ANY,
        "json": ANY,
        "ngsi": ANY,
        "method": ANY,
        "headers": ANY,
        "qs": ANY,
        "timeout": ANY,
        "user": ANY,
    },
)
SUBSCRIPTIONS = members(
    {
        "subject": members(
            {"entities": ENTITIES},
            optional={
                "condition": ANY
                | members({}, optional={"attrs": ANY, "alterationTypes": ANY, "notifyOnMetadataChange": ANY})
            },
        ),
        "notification": st.one_of(
            *(members({kind: ENDPOINTS}) for kind in ("http", "httpCustom", "mqtt", "mqttCustom"))
        ).flatmap(
            lambda endpoint: members(
                {},
                optional=dict.fromkeys(("attrs", "metadata", "covered", "maxFailsLimit", "attrsFormat"), ANY),
            ).map(lambda more: endpoint | more)
        ),
    },
    optional={"status": ANY, "throttling": ANY, "expires": ANY},
)


@settings(max_examples=400)
@given(SUBSCRIPTIONS)
def test_any_subscription_is_read_or_refused(told: dict[str, Any]) -> None:
    try:
        read = read_subscription(told, CORE_TABLE, "id", "who", None)
    except NgsiLdError as error:
        assert error.status in (400, 422)
        assert error.detail
        return
    assert read.notification.v2 is not None
    entity = new({"id": "a", "type": "odd-type", "a": 1}).entity(CORE_TABLE)
    assert read.predicate()(entity, None) in (True, False)
    try:
        check_words(told)
    except NgsiLdError as error:
        assert error.status == 400


TEMPLATES = st.text('${}abserviceid.:/ \r\n\0"é', max_size=20) | st.sampled_from(["${a}", "${nothing}", "x-${a}", ""])


@settings(max_examples=400)
@given(st.dictionaries(TEMPLATES, TEMPLATES, max_size=3), st.dictionaries(TEMPLATES, TEMPLATES, max_size=2), ANY)
def test_no_template_breaks_out_of_its_place(headers: dict[str, str], query: dict[str, str], value: Any) -> None:
    """Whatever an entity holds: one line a header, no name that is none, an address of the same host."""
    told = {"url": "http://127.0.0.1/${a}", "headers": headers, "qs": query, "payload": "${a}"}
    try:
        custom = read_custom(told, told["url"], "httpCustom")
    except NgsiLdError as error:
        assert error.status == 400
        return
    values = {"a": value, "b": "x\r\ny: z"}
    for name, text in headers_for(custom, values, [("Ngsiv2-AttrsFormat", "custom")]):
        assert not set("\r\n\0: ") & set(name)
        assert not set("\r\n\0") & set(text)
    assert isinstance(body_for(custom, values), bytes)
    try:
        target = target_for(custom, values)
    except BadTarget:
        return
    assert (target.host, target.port, target.tls) == ("127.0.0.1", 80, False)
    assert not set(" \r\n\0") & set(target.path)
