"""Limits: what a stranger may cost is bounded, each bound is answered clearly, and docs/reference/limits.md is true."""

import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from broker_at_hand import JSON_LD, V1, Broker, prop, refused, relation

from patience import PATIENCE
from pinisi.console import (
    federated_gathering,
    federated_links,
    http,
    http_connection,
    http_patience,
    ngsi_ld_batch,
    ngsi_ld_consumption,
    ngsi_ld_request,
    ngsi_ld_temporal,
)
from pinisi.context import (
    aggregation,
    attribute_payload,
    context_fetch,
    context_storage,
    context_walk,
    geo_query,
    json_body,
    linked_entities,
    linked_filter,
    linked_walk,
    ordering,
    payload_size,
    q_language,
    q_text,
    selection,
    subscription_payload,
    validate,
)
from pinisi.context.federation import client, kept_answers
from pinisi.settings import Settings
from pinisi.store import pattern
from pinisi.vocabulary import bounds

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "limits.md").read_text(encoding="utf-8")
ROWS = {cells[1].strip(): cells[2] for line in PAGE.splitlines() if len(cells := line.split("|")) == 5}
MEGABYTE = 1_000_000


def row(start: str) -> str:
    """The limits that the page tells of."""
    (found,) = [limit for name, limit in ROWS.items() if name.startswith(start)]
    return found


@pytest.mark.parametrize(
    ("start", "figures"),
    [
        ("connections open at once", [Settings().connections]),
        ("address and headers", [http_connection.HEAD_MOST >> 10]),
        ("time for the head", [round(Settings().request_seconds)]),
        ("time for a body", [round(http_patience.SLOWEST)]),
        ("a reply that its reader", [round(http_patience.REPLY_SECONDS)]),
        ("body of a request", [Settings().body_limit_mb]),
        ("bodies of all requests", [Settings().bodies_mb]),
        ("JSON in a body", [json_body.DEEPEST]),
        ("an id, any other URI", [validate.LONGEST]),
        ("attributes of attributes", [attribute_payload.DEEPEST]),
        ("attributes of one entity", [bounds.MOST_INSTANCES]),
        ("instances of one attribute", [bounds.MOST_OF_ONE]),
        ("types of one entity", [bounds.MOST_TYPES, bounds.MOST_SCOPES]),
        ("one entity as it is kept", [bounds.LARGEST >> 20]),
        ("members of objects", [payload_size.MOST_MEMBERS]),
        ("values of the past", [payload_size.MOST_MOMENTS]),
        ("parameters of a request", [http.MOST_PARAMETERS]),
        ("entities in one batch", [ngsi_ld_batch.MOST]),
        ("`limit` of a page", [ngsi_ld_request.LIMIT_MOST]),
        ("`q`", [q_language.MAX_LENGTH, q_language.MAX_TERMS, q_language.MAX_DEPTH]),
        ("`type`, `scopeQ`", [selection.MAX_LENGTH, selection.MAX_DEPTH]),
        ("positions", [geo_query.MAX_POSITIONS]),
        ("regular expressions (", [pattern.MAX_PATTERN]),
        ("keys of `orderBy`", [ordering.MOST_KEYS, ngsi_ld_consumption.ORDERED_MOST]),
        ("linked entities", [linked_walk.LINKED_MOST]),
        (
            "requests to sources",
            [federated_links.IDS_AT_ONCE, federated_links.REQUESTS_MOST, round(federated_links.SECONDS_MOST)],
        ),
        ("entities that fulfil", [linked_filter.LINKED_MOST]),
        ("a filter that is said", [q_text.LONGEST]),
        ("what one answer looks at", [federated_gathering.MOST]),
        ("one answer of a source", [client.LARGEST >> 20]),
        (
            "answers of sources in memory",
            [
                kept_answers.ANSWERS_MOST,
                kept_answers.BYTES_MOST >> 20,
                kept_answers.BYTES_MOST // kept_answers.LARGEST_SHARE >> 20,
            ],
        ),
        ("entities in `containedBy`", [linked_entities.ABOVE_MOST]),
        ("`joinLevel`", [linked_entities.DEEPEST]),
        ("values of history", [Settings().temporal_page]),
        ("entities whose history", [ngsi_ld_temporal.SCAN_MOST]),
        ("periods", [aggregation.MOST_PERIODS]),
        ("@context: deep", [context_walk.DEEPEST, context_walk.MOST_DOCUMENTS, context_walk.MOST_TERMS]),
        ("@context: hosted", [context_storage.MOST_HOSTED, context_storage.LARGEST_HOSTED // MEGABYTE]),
        (
            "@context: fetched",
            [context_fetch.LARGEST // MEGABYTE, round(context_fetch.FETCH_SECONDS), context_fetch.MOST_REDIRECTS],
        ),
        ("entity selectors", [subscription_payload.MOST_SELECTORS, subscription_payload.MOST_NAMES]),
    ],
)
def test_the_page_tells_the_figures_of_the_code(start: str, figures: list[int]) -> None:
    text = row(start)
    for figure in figures:
        assert f"{figure:,}" in text, start


QUERIES: list[tuple[dict[str, str], int, str]] = [
    ({"q": "a" * 8_193}, 403, "TooComplexQuery"),
    ({"q": ";".join(["a==1"] * 300)}, 403, "TooComplexQuery"),
    ({"q": "(" * 33 + "a" + ")" * 33}, 403, "TooComplexQuery"),
    ({"type": "A" * 8_193}, 403, "TooComplexQuery"),
    ({"type": "(" * 17 + "A" + ")" * 17}, 403, "TooComplexQuery"),
    ({"type": "Bus", "q": 'a~="' + "x" * 1_025 + '"'}, 400, "BadRequestData"),
    ({"type": "Bus", "idPattern": "x" * 1_025}, 400, "BadRequestData"),
    ({"type": "Bus", "idPattern": "(a)\\1"}, 400, "BadRequestData"),
    ({"type": "Bus", "idPattern": "(?=a)"}, 400, "BadRequestData"),
    ({"type": "Bus", "idPattern": "((a{100}){100}){100}"}, 400, "BadRequestData"),
    ({"type": "Bus", "limit": "1001"}, 403, "TooManyResults"),
    ({"type": "Bus", "orderBy": ",".join(f"a{n}" for n in range(17))}, 400, "BadRequestData"),
    ({f"p{n}": "1" for n in range(101)}, 400, "BadRequestData"),
]


@pytest.mark.parametrize(("query", "status", "error"), QUERIES)
def test_a_query_that_asks_too_much_is_refused(broker: Broker, query: dict[str, str], status: int, error: str) -> None:
    broker.create("urn:bus:1")
    refused(broker.get("/entities", **query), status, error)


def test_linked_entities_are_followed_ten_deep_at_most(broker: Broker) -> None:
    broker.create("urn:bus:0")
    for n in range(1, 13):
        broker.create(f"urn:bus:{n}", parkedAt=relation(f"urn:bus:{n - 1}"))
    shown, depth = broker.entity("urn:bus:12", join="inline", joinLevel="99"), 0
    while "entity" in shown.get("parkedAt", {}):
        shown, depth = shown["parkedAt"]["entity"], depth + 1
    assert depth == 10


def test_a_geo_query_of_too_many_positions_is_refused(broker: Broker) -> None:
    broker.create("urn:bus:1")
    line = [[n / 1000, 0] for n in range(10_001)]
    geo = {"georel": "intersects", "geometry": "LineString", "coordinates": line}
    body = {"type": "Query", "entities": [{"type": "Bus"}], "geoQ": geo}
    refused(broker.call("POST", "/entityOperations/query", body), 403, "TooComplexQuery")


@pytest.mark.parametrize("evil", ["(a+)+$", "(a|aa)+$", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_evil_patterns_take_time_in_proportion_to_the_text(broker: Broker, evil: str) -> None:
    """Each of these keeps a backtracking engine busy for years on such a text (RE2 reads it once)."""
    broker.create("urn:bus:" + "a" * 2_000 + "!", name=prop("a" * 50_000 + "!"))
    began = time.process_time()
    assert broker.get("/entities", type="Bus", idPattern=evil).status_code == 200
    assert broker.get("/entities", type="Bus", q=f'name~="{evil}"').status_code == 200
    assert time.process_time() - began < PATIENCE


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def attributes_of_attributes(depth: int) -> dict[str, Any]:
    attribute = prop(1)
    for _ in range(depth):
        attribute = prop(1, speed=attribute)
    return attribute


@pytest.mark.parametrize("member", [{"speed": prop(nested(101))}, {"speed": attributes_of_attributes(11)}])
def test_a_deep_body_is_refused(broker: Broker, member: dict[str, Any]) -> None:
    refused(broker.call("POST", "/entities", {"id": "urn:x:1", "type": "Bus", **member}), 400, "BadRequestData")


def test_a_body_of_a_million_brackets_is_refused(broker: Broker) -> None:
    body = b'{"id":"urn:x:1","type":"Bus","speed":' + b"[" * MEGABYTE + b"]" * MEGABYTE + b"}"
    assert broker.call("POST", "/entities", body).status_code == 400


def test_a_large_body_is_refused_before_it_is_read(server: str, broker: Broker) -> None:
    """The length alone decides: nothing of the body needs to be sent."""
    place = urlsplit(server)
    with socket.create_connection((place.hostname, place.port), PATIENCE) as connection:
        head = f"POST {V1}/entities HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {17 << 20}\r\n\r\n".encode())
        connection.settimeout(PATIENCE)
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_body_without_a_length_is_refused(broker: Broker) -> None:
    def parts() -> Any:
        yield b'{"id": "urn:x:1", "type": "Bus"}'

    answer = broker.wire.post(f"{V1}/entities", content=parts(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 411


def test_a_batch_of_too_many_is_refused(broker: Broker) -> None:
    broker.create("urn:bus:1")
    ids = [f"urn:x:{n}" for n in range(10_001)]
    refused(broker.call("POST", "/entityOperations/delete", ids), 400, "BadRequestData", "10000")


def test_a_context_of_too_much_is_refused(broker: Broker) -> None:
    terms = {f"t{n}": f"https://x.example/{n}" for n in range(50_001)}
    deep: Any = {}
    for _ in range(10):
        deep = [deep]
    for context in (terms, deep, [{"a": "https://x.example/a"}, 5]):
        body = {"id": "urn:x:1", "type": "Bus", "@context": context}
        refused(broker.call("POST", "/entities", body, media=JSON_LD), 400, "BadRequestData")


def test_a_long_link_header_is_refused(broker: Broker) -> None:
    broker.create("urn:bus:1")
    link = f'<https://x.example/{"a" * 8_000}>; rel="http://www.w3.org/ns/json-ld#context"'
    answer = broker.get("/entities", type="Bus", headers={"Link": link})
    refused(answer, 400, "InvalidRequest")


def test_a_subscription_of_too_many_selectors_is_refused(broker: Broker) -> None:
    endpoint = {"uri": "http://127.0.0.1:9/none"}
    body = {"type": "Subscription", "notification": {"endpoint": endpoint}}
    selectors = {"entities": [{"type": "Bus"}] * 101}
    names = {"entities": [{"type": "Bus"}], "watchedAttributes": [f"a{n}" for n in range(501)]}
    for asked in (selectors, names):
        refused(broker.call("POST", "/subscriptions", body | asked), 400, "BadRequestData")


def test_others_are_answered_while_one_asks_much(server: str, broker: Broker) -> None:
    """A wide query does not hold the server: it gives way to others (and ends after ten seconds)."""
    batch = [{"id": f"urn:bus:{n}", "type": "Bus", "name": prop("x" * 200 + str(n))} for n in range(3_000)]
    assert broker.call("POST", "/entityOperations/create", batch).status_code == 201
    assert broker.get("/entities", type="Bus", q='name~="(x+x+)+y"', limit="1").json() == []
    with httpx.Client(base_url=server, timeout=PATIENCE) as other:
        assert other.get(f"{V1}/info/sourceIdentity").status_code == 200


LONG = "a" * 5_000


@pytest.mark.parametrize(
    "more",
    [
        {"id": f"urn:{LONG}"},
        {"type": LONG},
        {"type": f"https://x.example/{LONG}"},
        {LONG: prop(1)},
        {"speed": {**prop(1), LONG: prop(1)}},
        {"parkedAt": relation(f"urn:{LONG}")},
        {"speed": {**prop(1), "datasetId": f"urn:{LONG}"}},
    ],
    ids=["id", "type", "IRI", "attribute", "attribute of an attribute", "object", "datasetId"],
)
def test_what_no_address_can_hold_is_refused(broker: Broker, more: dict[str, Any]) -> None:
    answer = broker.call("POST", "/entities", {"id": "urn:long:1", "type": "Bus", **more})
    refused(answer, 400, "BadRequestData")
    assert len(answer.content) < 1_000
    device = {"id": f"urn:{LONG}", "type": "Bus"}
    headers = {"Content-Type": "application/json", "Fiware-Service": broker.tenant}
    assert broker.wire.post("/v2/entities", json=device, headers=headers).status_code == 400


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x"])
def test_a_compressed_body_is_not_unpacked(broker: Broker, coding: str) -> None:
    body = {"id": "urn:packed:1", "type": "Bus"}
    answer = broker.call("POST", "/entities", body, headers={"Content-Encoding": coding})
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")
    assert broker.get("/entities/urn:packed:1").status_code == 404
    assert broker.call("POST", "/entities", body, headers={"Content-Encoding": "identity"}).status_code == 201
