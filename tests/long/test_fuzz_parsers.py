"""Every parser under text and documents that nobody meant: an answer or a refusal that names what is wrong, at once."""

import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinisi.city.context import context_bytes
from pinisi.city.period import days_in
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_query import posted_query, query_of
from pinisi.console.ngsi_ld_request import accepted, linked_context, paging
from pinisi.console.refusals import refusal_of
from pinisi.context.contexts import Contexts
from pinisi.context.duration import NotADuration, parse_duration
from pinisi.context.geo_query import parse_geo_query
from pinisi.context.id_pattern import parse_id_pattern
from pinisi.context.json_body import read_json
from pinisi.context.language_filter import parse_languages
from pinisi.context.link_header import read_link
from pinisi.context.patch_payload import read_entity_patch
from pinisi.context.payload import read_entity
from pinisi.context.pick import parse_pick
from pinisi.context.q_language import parse_q
from pinisi.context.scope_query import parse_scope_query
from pinisi.context.subscription_payload import read_subscription
from pinisi.context.temporal_payload import read_temporal_entity
from pinisi.context.temporal_query import parse_temporal_query
from pinisi.context.type_selection import parse_type_selection
from pinisi.incidents.cot.reader import Credentials, read_event
from pinisi.incidents.cot.stream import Cutter
from pinisi.people.fixed import DEMO
from pinisi.people.sessions import cookie_in
from pinisi.people.tokens import read_token
from pinisi.runtime.source import Unreadable
from pinisi.vocabulary.instant import parse_instant

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
CASES = int(os.environ.get("FUZZ_CASES", "100")) * 4
HANG_SECONDS = 2
CONTEXTS = Contexts({"urn:pinisi:context": json.loads(context_bytes())}, lambda _url: None)
TABLE = CONTEXTS.table("urn:pinisi:context")


def expand(name: str) -> str:
    return TABLE.expand_term(name)


def words(*tokens: str) -> st.SearchStrategy[str]:
    """Text made of what a language is made of, and of anything else."""
    piece = st.one_of(st.sampled_from(tokens), st.text(max_size=4), st.integers().map(str))
    return st.one_of(st.text(max_size=40), st.lists(piece, max_size=25).map("".join))


Q = words(
    "a", "b.c", "a[x.y]", "(", ")", ";", "|", "==", "!=", ">=", "~=", "!~=", "..", ",", '"x"', '"', "~", "\\", "[a|b]*"
)
MOMENTS = words("2026", "-", "02", "30", "T", "00", ":", "Z", ".5", "+08:00", "0000-01-01T00:00:00Z")
GEO = words(
    "[", "]", ",", "119.4", "-5.1", "95", "1e999", "NaN", "null", "near", ";", "maxDistance", "==", "1000", "Point"
)
PATTERN = words("(", ")", "a", "+", "*", "{1,1000}", "[", "]", "\\", "^", "$", ".*", "|", "(?", "\\p{")
CONTEXT_WORDS = words("<", ">", ";", "rel", "=", '"', "http://www.w3.org/ns/json-ld#context", ",", "urn:x")

NAME_WORDS = [
    "id",
    "type",
    "value",
    "object",
    "name",
    "location",
    "observedAt",
    "unitCode",
    "datasetId",
    "@context",
    "languageMap",
    "vocab",
    "json",
    "valueList",
    "objectList",
    "scope",
    "speed",
    "coordinates",
    "entities",
    "notification",
    "endpoint",
    "uri",
    "q",
    "geoQ",
    "attrs",
    "watchedAttributes",
    "throttling",
    "timeInterval",
    "expiresAt",
    "notificationTrigger",
    "idPattern",
    "isActive",
    "accept",
    "format",
    "attributes",
    "@id",
    "@type",
    "@value",
    "@vocab",
    "@container",
]
VALUE_WORDS = [
    "Property",
    "Relationship",
    "GeoProperty",
    "LanguageProperty",
    "VocabProperty",
    "JsonProperty",
    "ListProperty",
    "ListRelationship",
    "urn:ngsi-ld:X:1",
    "urn:ngsi-ld:null",
    "Point",
    "Polygon",
    "2026-01-01T00:00:00Z",
    "Subscription",
    "Query",
    "WasteBank",
    "@none",
    "/a/b",
    "P1D",
    "http://127.0.0.1:1/",
    "near;maxDistance==1",
]
PARAMETERS = [
    "type",
    "q",
    "id",
    "idPattern",
    "attrs",
    "georel",
    "geometry",
    "coordinates",
    "geoproperty",
    "scopeQ",
    "expandValues",
    "limit",
    "offset",
    "count",
    "options",
    "timerel",
    "timeAt",
    "endTimeAt",
    "lastN",
]
NAMES = st.sampled_from(NAME_WORDS)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(VALUE_WORDS),
)
DOCUMENTS = st.recursive(
    VALUES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(NAMES, st.text(max_size=5)), inner, max_size=6)
    ),
    max_leaves=25,
)
ENTITIES = st.dictionaries(st.one_of(NAMES, st.text(max_size=5)), DOCUMENTS, max_size=5).map(
    lambda more: {"id": "urn:ngsi-ld:X:1", "type": "X", **more}
)
SUBSCRIPTIONS = st.dictionaries(NAMES, DOCUMENTS, max_size=6).map(
    lambda more: {"id": "urn:s:1", "type": "Subscription", "entities": [{"type": "X"}],
                  "notification": {"endpoint": {"uri": "http://127.0.0.1:1/"}}, **more}
)  # fmt: skip
TOLD = st.dictionaries(st.sampled_from(PARAMETERS), st.one_of(Q, GEO, PATTERN, MOMENTS), max_size=6)


def call(query: bytes) -> Call:
    return Call("GET", "/", principal=DEMO, tenant="x", query_string=query)


PARSERS: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], Any]]] = {
    "json body": (st.one_of(st.binary(max_size=60), DOCUMENTS.map(lambda d: json.dumps(d).encode())), read_json),
    "entity": (st.one_of(ENTITIES, DOCUMENTS), lambda document: read_entity(document, TABLE)),
    "entity, simplified": (ENTITIES, lambda document: read_entity(document, TABLE, simplified=True)),
    "merge patch": (st.one_of(ENTITIES, DOCUMENTS), lambda document: read_entity_patch(document, TABLE)),
    "temporal entity": (st.one_of(ENTITIES, DOCUMENTS), lambda document: read_temporal_entity(document, TABLE)),
    "subscription": (SUBSCRIPTIONS, lambda payload: read_subscription(payload, expand, "x", None)),
    "posted query": (DOCUMENTS, lambda document: posted_query({**document, "type": "Query"}
                     if isinstance(document, dict) else document, TABLE)),
    "@context": (DOCUMENTS, CONTEXTS.table),
    "query of a GET": (TOLD, lambda told: query_of(told, TABLE)),
    "q": (Q, lambda text: parse_q(text, expand)),
    "type": (words("A", "(", ")", "|", ";", ",", "*"), lambda text: parse_type_selection(text, expand)),
    "geo query": (st.tuples(GEO, GEO, GEO, GEO), lambda parts: parse_geo_query(*parts, expand)),
    "idPattern": (PATTERN, parse_id_pattern),
    "scopeQ": (words("/", "a", "+", "#", ";", ",", "|", "(", ")"), parse_scope_query),
    "temporal query": (TOLD, parse_temporal_query),
    "duration": (words("P", "T", "1", "Y", "M", "D", "H", "S", ".", "-"), parse_duration),
    "pick": (words("a", ",", "{", "}", "id", "type", "|"), lambda text: parse_pick(text, TABLE)),
    "lang": (words("id", "*", ",", ";q=", "0.5", "en-GB"), parse_languages),
    "Link": (CONTEXT_WORDS, read_link),
    "Link of a request": (CONTEXT_WORDS, lambda text: linked_context(text.encode("utf-8", "replace"))),
    "Accept": (words("application/json", ",", ";q=", "1", "*/*", "application/geo+json"),
               lambda text: accepted(text.encode("utf-8", "replace"), True)),
    "moment": (MOMENTS, parse_instant),
    "query string": (st.binary(max_size=80), lambda raw: call(raw).query),
    "paging": (st.binary(max_size=20), lambda raw: paging(call(b"limit=" + raw + b"&count=true&offset=" + raw))),
    "cookie": (st.binary(max_size=60), cookie_in),
    "token": (words("pinisi_", "_", "-", "."), read_token),
}  # fmt: skip


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_answers_or_says_what_is_wrong(name: str, cases: dict[str, int]) -> None:
    inputs, parse = PARSERS[name]

    @settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(given=inputs)
    def run(given: Any) -> None:
        start = time.monotonic()
        try:
            parse(given)
        except NotADuration:
            pass
        except Exception as error:
            reply = refusal_of(error)
            if reply.status >= 500 and reply.status != 504:
                raise
        assert time.monotonic() - start < HANG_SECONDS
        cases["parsers"] = cases.get("parsers", 0) + 1

    run()


COT = words(
    "<event", "<auth>", ' version="2.0"', ' uid="a"', ' type="a-f-G"', ' how="m-g"', ' time="2026-11-26T02:10:04Z"',
    ' stale="', '"', ">", "/>", "</event>", "<point", ' lat="-5.1"', ' lon="1e999"', "<!DOCTYPE a [", "&a;", "<detail>",
)  # fmt: skip


@settings(max_examples=CASES, deadline=None, database=None)
@given(text=COT, cuts=st.lists(st.integers(1, 30), max_size=5))
def test_a_stream_of_a_field_phone_is_events_or_a_reason(text: str, cuts: list[int]) -> None:
    body, cutter, place = text.encode("utf-8", "replace"), Cutter(), 0
    try:
        for length in [*cuts, len(body)]:
            for document in cutter.feed(body[place : place + length]):
                read_event(document)
            place += length
        read_event(body)
    except (Unreadable, Credentials) as reason:
        assert str(reason)


@settings(max_examples=CASES, deadline=None, database=None)
@given(text=words("2026", "-", "2025-S1", "Q3", "W12", "..", "/"))
def test_a_period_is_days_or_a_value_error(text: str) -> None:
    try:
        assert days_in(text) > 0
    except ValueError:
        return
