"""Common behaviour over HTTP (NGSI-LD 6.3): media types, @context, parameters, paging, tenants, versions."""

import json
import re
import socket
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
from broker_at_hand import CONTEXT, CONTEXT_DOCUMENT, JSON, JSON_LD, LINK, V1, Broker, prop, refused
from registrar_at_hand import Registrar
from source_at_hand import Source

from patience import PATIENCE
from pinisi.context.registration_operations import GROUPS, OPERATIONS

BUS = {"id": "urn:b:1", "type": "Bus", "speed": prop(5)}
GEO = "application/geo+json"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON_LD, JSON_LD),
        (GEO, GEO),
        (f"{JSON_LD}, {JSON}", JSON),
        (f"{GEO}, {JSON_LD}", JSON_LD),
        (f"{JSON};q=0.1, {JSON_LD};q=0.9", JSON_LD),
        (f"{JSON};q=0, */*", JSON_LD),
        (f"text/html, {JSON_LD}", JSON_LD),
        (f"{JSON};q=none", JSON),
    ],
)
def test_of_equally_wanted_media_types_the_first_of_the_standard_is_served(
    broker: Broker, accept: str, media: str
) -> None:
    """6.3.4."""
    broker.create("urn:b:1")
    answer = broker.get("/entities/urn:b:1", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, media)


@pytest.mark.parametrize("accept", ["text/turtle", f"{JSON};q=0", "application/xml, text/*"])
def test_a_media_type_that_cannot_be_served_is_not_acceptable(broker: Broker, accept: str) -> None:
    broker.create("urn:b:1")
    assert broker.get("/entities/urn:b:1", headers={"Accept": accept}).status_code == 406


def test_geojson_is_served_for_entities_only(broker: Broker) -> None:
    broker.create("urn:b:1")
    assert broker.get("/types", headers={"Accept": GEO}).status_code == 406


@pytest.mark.parametrize("media", ["text/plain", "application/xml"])
def test_a_body_of_another_media_type_is_not_supported(broker: Broker, media: str) -> None:
    """6.3.4: just the status, without a body."""
    answer = broker.call("POST", "/entities", BUS, headers={"Content-Type": media})
    assert (answer.status_code, answer.content) == (415, b"")
    assert answer.headers["accept"] == f"{JSON}, {JSON_LD}"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/entities", None),
        ("/entities/urn:b:1", None),
        ("/temporal/entities/urn:b:1", None),
        ("/temporal/entities?type=Bus&timerel=after&timeAt=2020-01-01T00:00:00Z", None),
        ("/entityOperations/query", {"type": "Query", "entities": [{"type": "Bus"}]}),
    ],
)
def test_times_of_the_system_are_asked_for_by_option_or_by_name(broker: Broker, path: str, body: object) -> None:
    """6.3.11: `options=sysAttrs` or `sysAttrs=true`."""
    broker.create("urn:b:1", speed=prop(5))
    method = "POST" if body else "GET"
    path, _, asked = path.partition("?")
    query = (
        dict(pair.split("=") for pair in asked.split("&")) if asked else {"type": "Bus"} if path == "/entities" else {}
    )
    by_option = broker.call(method, path, body, options="sysAttrs", **query)
    by_name = broker.call(method, path, body, sysAttrs="true", **query)
    without = broker.call(method, path, body, sysAttrs="false", **query)

    assert by_option.status_code == 200, by_option.text
    assert by_name.json() == by_option.json()
    assert "modifiedAt" in by_name.text
    assert "modifiedAt" not in without.text
    refused(broker.call(method, path, body, sysAttrs="maybe", **query), 400, "BadRequestData", "sysAttrs")


def test_a_body_without_a_media_type_is_no_good_request(broker: Broker) -> None:
    """6.3.4: a precondition that is not met is InvalidRequest."""
    refused(broker.call("POST", "/entities", BUS, headers={"Content-Type": ""}), 400, "InvalidRequest", "Content-Type")


def test_a_merge_patch_is_a_body_of_patch_only(broker: Broker) -> None:
    """6.3.4."""
    broker.create("urn:b:1", speed=prop(1))
    merge = "application/merge-patch+json"
    assert broker.call("PATCH", "/entities/urn:b:1", {"speed": prop(2)}, media=merge).status_code == 204
    assert broker.call("POST", "/entities", BUS, media=merge).status_code == 415


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_without_its_length_is_a_bare_411(broker: Broker, method: str) -> None:
    """6.3.4, also for a tenant that is not there."""
    path = V1 + ("/entities" if method == "POST" else "/entities/urn:b:1")
    content = iter([json.dumps(BUS).encode()])
    headers = {"Content-Type": JSON, "NGSILD-Tenant": broker.tenant}
    answer = broker.wire.request(method, path, content=content, headers=headers)
    assert (answer.status_code, answer.content) == (411, b"")


def test_a_method_that_is_not_there_is_answered_with_those_that_are(wire: httpx.Client) -> None:
    answer = wire.put(V1 + "/types")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_the_context_of_a_link_header_explains_body_and_answer(broker: Broker) -> None:
    """6.3.5."""
    broker.create("urn:b:1", speed=prop(5))
    answer = broker.get("/entities/urn:b:1")
    assert answer.headers["link"] == LINK
    assert "speed" in answer.json()
    plain = broker.get("/entities/urn:b:1", link=False)
    assert "ngsi-ld-core-context" in plain.headers["link"]
    assert plain.json()["type"] == "https://terms.example/Bus"


def test_the_context_of_a_json_ld_body_stands_in_it(broker: Broker) -> None:
    assert broker.call("POST", "/entities", {**BUS, "@context": CONTEXT}, media=JSON_LD).status_code == 201
    answer = broker.get("/entities/urn:b:1", headers={"Accept": JSON_LD})
    assert answer.json()["@context"] == CONTEXT
    assert "link" not in answer.headers


def test_an_inline_context_explains_a_body(broker: Broker) -> None:
    body = {**BUS, "@context": [CONTEXT_DOCUMENT["@context"], {"speed": "https://other.example/speed"}]}
    assert broker.call("POST", "/entities", body, media=JSON_LD).status_code == 201
    assert "https://other.example/speed" in broker.entity("urn:b:1")


@pytest.mark.parametrize(
    ("body", "media", "headers"),
    [
        (BUS, JSON_LD, {}),
        ({**BUS, "@context": CONTEXT}, JSON, {}),
        ({**BUS, "@context": CONTEXT}, JSON_LD, {"Link": LINK}),
        (BUS, JSON, {"Link": f"{LINK}, {LINK.replace('test', 'other')}"}),
    ],
    ids=["JSON-LD without", "JSON with", "JSON-LD with and a link", "two links"],
)
def test_a_context_in_the_wrong_place_is_bad_request_data(
    broker: Broker, body: dict[str, object], media: str, headers: dict[str, str]
) -> None:
    refused(broker.call("POST", "/entities", body, media=media, headers=headers), 400, "BadRequestData")


@pytest.mark.parametrize("url", ["https://nowhere.example/c.jsonld", "http://127.0.0.1:9/c", "file:///etc/passwd"])
def test_a_context_without_a_local_copy_is_not_available(broker: Broker, url: str) -> None:
    """5.5.6: nothing is fetched, so nothing hangs."""
    answer = broker.call("POST", "/entities", {**BUS, "@context": [url]}, media=JSON_LD)
    refused(answer, 504, "LdContextNotAvailable", url)


def test_core_terms_cannot_be_given_another_meaning(broker: Broker) -> None:
    """4.4."""
    body = {**BUS, "@context": {"type": "https://evil.example/t", "Property": "https://evil.example/P"}}
    answer = broker.call("POST", "/entities", body, media=JSON_LD)
    assert answer.status_code in (201, 400)
    if answer.status_code == 201:
        assert broker.get("/entities/urn:b:1", link=False).json() == BUS


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/entities?type=Bus&colour=red"),
        ("GET", "/types?colour=red"),
        ("GET", "/attributes/speed?colour=red"),
        ("GET", "/temporal/entities?type=Bus&timerel=before&timeAt=2030-01-01T00:00:00Z&colour=red"),
        ("GET", "/subscriptions?colour=red"),
        ("POST", "/entities?colour=red"),
        ("DELETE", "/entities/urn:b:1?colour=red"),
    ],
)
def test_a_parameter_that_an_operation_does_not_know_is_an_invalid_request(
    broker: Broker, method: str, path: str
) -> None:
    """6.3.20."""
    broker.create("urn:b:0", speed=prop(1))
    body = BUS if method == "POST" else None
    refused(broker.call(method, path, body), 400, "InvalidRequest", "colour")


@pytest.mark.parametrize("option", ["options=loud", "format=loud", "options=keyValues,loud"])
def test_a_representation_that_is_not_known_is_an_invalid_request(broker: Broker, option: str) -> None:
    broker.create("urn:b:1")
    refused(broker.get(f"/entities/urn:b:1?{option}"), 400, "InvalidRequest", "loud")


def test_pages_are_linked_forwards_and_backwards_and_counted(broker: Broker) -> None:
    """6.3.10, 6.3.13."""
    for number in range(3):
        broker.create(f"urn:b:{number}")
    answer = broker.get("/entities", type="Bus", limit=1, offset=1, count="true")
    assert [entity["id"] for entity in answer.json()] == ["urn:b:1"]
    assert answer.headers["ngsild-results-count"] == "3"
    links = answer.headers["link"]
    page = f"<{V1}/entities?count=true&limit=1&offset="
    assert f'{page}0&type=Bus>;rel="prev";type="{JSON}"' in links
    assert f'{page}2&type=Bus>;rel="next";type="{JSON}"' in links
    assert 'rel="next"' not in broker.get("/entities", type="Bus", limit=2, offset=1).headers["link"]


def test_a_page_of_none_counts(broker: Broker) -> None:
    broker.create("urn:b:1")
    answer = broker.get("/entities", type="Bus", limit=0, count="true")
    assert (answer.json(), answer.headers["ngsild-results-count"]) == ([], "1")
    refused(broker.get("/entities", type="Bus", limit=0), 400, "BadRequestData", "limit")
    refused(broker.get("/entities", type="Bus", limit=-1), 400, "BadRequestData", "limit")
    refused(broker.get("/entities", type="Bus", limit=1001), 403, "TooManyResults", "limit")


def test_what_is_in_one_tenant_is_not_in_another(broker: Broker, wire: httpx.Client) -> None:
    """4.14, 6.3.14."""
    broker.create("urn:b:1")
    other = Broker(wire, broker.tenant + "b")
    other.create("urn:b:2")
    assert other.get("/entities/urn:b:1").status_code == 404
    assert wire.get(f"{V1}/entities/urn:b:1").status_code == 404
    assert broker.ids(type="Bus") == ["urn:b:1"]


def test_a_tenant_begins_with_a_creation_and_answers_name_it(broker: Broker) -> None:
    """5.5.10."""
    asked = (broker.get("/entities", type="Bus"), broker.get("/types"), broker.call("DELETE", "/entities/urn:b:1"))
    for answer in asked:
        refused(answer, 404, "NonexistentTenant")
        assert answer.headers["ngsild-tenant"] == broker.tenant
    answer = broker.call("POST", "/entities", BUS)
    assert (answer.status_code, answer.headers["ngsild-tenant"]) == (201, broker.tenant)
    assert broker.get("/entities", type="Bus").headers["ngsild-tenant"] == broker.tenant


def test_the_source_says_who_it_is_by_tenant(broker: Broker) -> None:
    """5.15.1, 5.2.40."""
    mine, default = broker.get("/info/sourceIdentity").json(), broker.wire.get(V1 + "/info/sourceIdentity").json()
    assert mine["type"] == "ContextSourceIdentity"
    assert mine["contextSourceAlias"] != default["contextSourceAlias"]
    assert mine["contextSourceUptime"].startswith("PT")
    assert mine["contextSourceTimeAt"].endswith("Z")
    assert broker.get("/info/sourceIdentity").json()["contextSourceAlias"] == mine["contextSourceAlias"]


def test_the_broker_tells_which_standard_it_keeps_and_every_operation_with_its_clause(broker: Broker) -> None:
    """The table of operations of docs/reference/clauses.md, from the running broker; in any tenant."""
    told = broker.get("/info/conformance").json()
    assert (told["specification"], told["specificationVersion"]) == ("ETSI GS CIM 009", "1.9.1")
    assert told["coreContext"].endswith("core-context-v1.9.jsonld")
    page = (Path(__file__).parents[2] / "docs/reference/clauses.md").read_text(encoding="utf-8")
    table = page.partition("## Operations")[2].partition("\n## ")[0]
    expected = set[str]()
    for row in table.splitlines():
        cells = row.split(" | ")
        if row.startswith("| 5.") and "`" in row:
            expected |= set(re.findall(r"5\.\d+\.\d+", cells[0]))
    assert {each["clause"] for each in told["operations"]} == expected
    assert {each["name"] for each in told["operations"] if "name" in each} == OPERATIONS
    assert told["operationGroups"] == sorted(GROUPS)
    for each in told["operations"]:
        path = re.sub(r"\{\w+\}", "urn:x:none", each["path"]).removeprefix("/ngsi-ld/v1")
        assert each["method"] in broker.call("OPTIONS", path).headers["allow"]


@pytest.mark.parametrize("prefer", ["ngsi-ld=1.5", 'NGSI-LD="1.5"', "respond-async, ngsi-ld=1.5;q=0.3"])
def test_an_earlier_version_is_spoken_to_who_prefers_it(broker: Broker, prefer: str) -> None:
    """4.3.6.8: kinds that came later fall back, and the status says that the answer was changed."""
    broker.create("urn:b:1", colour={"type": "VocabProperty", "vocab": "red"}, speed=prop(1))
    answer = broker.get("/entities/urn:b:1", headers={"Prefer": prefer})
    assert (answer.status_code, answer.headers["preference-applied"]) == (203, "ngsi-ld=1.5")
    assert answer.json()["colour"] == prop("red")
    newest = broker.get("/entities/urn:b:1", headers={"Prefer": "ngsi-ld=1.9"})
    assert (newest.status_code, newest.headers["preference-applied"]) == (200, "ngsi-ld=1.9")
    assert newest.json()["colour"]["type"] == "VocabProperty"


def test_geojson_carries_its_context_unless_the_reader_prefers_not(broker: Broker) -> None:
    """6.3.6."""
    broker.create("urn:b:1")
    feature = broker.get("/entities/urn:b:1", headers={"Accept": GEO}).json()
    assert (feature["type"], feature["id"], feature["@context"]) == ("Feature", "urn:b:1", CONTEXT)
    bare = broker.get("/entities/urn:b:1", headers={"Accept": GEO, "Prefer": "body=json"})
    assert "@context" not in bare.json()
    assert bare.headers["link"] == LINK


def test_options_names_what_an_address_does_and_nothing_else(broker: Broker) -> None:
    """6.4, 6.5: entities are made, asked for and purged all together, and replaced and merged one by one."""
    for path in ("/entities", "/entities/"):
        answer = broker.call("OPTIONS", path)
        assert (answer.status_code, answer.headers["allow"]) == (204, "DELETE, GET, POST")
    one = broker.call("OPTIONS", "/entities/urn:ngsi-ld:Bus:1")
    assert one.headers["allow"] == "DELETE, GET, PATCH, PUT"


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("/entities/urn:b:1", "application/json, application/ld+json, application/merge-patch+json"),
        ("/subscriptions/urn:s:1", "application/json, application/ld+json"),
        ("/entities", None),
    ],
)
def test_options_names_the_media_types_of_a_patch(broker: Broker, path: str, media: str | None) -> None:
    """RFC 5789, 3.1; 6.3.4."""
    assert broker.call("OPTIONS", path).headers.get("accept-patch") == media


def test_headers_are_written_as_the_standards_write_them(broker: Broker) -> None:
    """Their names mean the same in any case (RFC 9110, 5.1), but there are readers who look for them by the letter."""
    broker.create("urn:b:1")
    made = broker.call("POST", "/entities", {"id": "urn:b:2", "type": "Bus"})
    page = broker.get("/entities", type="Bus", limit="1", count="true", entityMap="true")
    refused = broker.call("PUT", "/entities", {})
    told = {name.decode() for answer in (made, page, refused) for name, _ in answer.headers.raw}
    wanted = {"Location", "Link", "Content-Type", "Content-Length", "NGSILD-Results-Count", "NGSILD-EntityMap"}
    assert wanted | {"NGSILD-Tenant", "X-Content-Type-Options"} <= told
    assert not {name for name in told if name.islower()}


def test_a_way_told_in_several_lines_is_one_way(broker: Broker, source: Source) -> None:
    """RFC 9110, 5.3 and 7.6.3; by it loops are found (6.3.18)."""
    Registrar(broker, source.origin)()
    source.answers("GET", "/entities", 200, [])
    lines = [("Via", "1.1 first"), ("Via", "1.1 second"), ("NGSILD-Tenant", broker.tenant), ("Link", LINK)]
    assert broker.wire.get(V1 + "/entities?type=Bus", headers=lines).status_code == 200
    assert source.asked[0].headers["via"].startswith("1.1 first, 1.1 second, ")


def test_every_answer_says_when_it_was_given(broker: Broker) -> None:
    """RFC 9110, 6.6.1."""
    refused = broker.call("PUT", "/entities", {})
    for answer in (broker.get("/types"), refused, broker.call("OPTIONS", "/entities")):
        said = parsedate_to_datetime(answer.headers["date"])
        assert abs((datetime.now(UTC) - said).total_seconds()) < 60


def test_a_request_for_nobody_is_a_bad_one(server: str) -> None:
    """RFC 9112, 3.2: a request of HTTP/1.1 without a Host."""
    host, _, port = server.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), PATIENCE) as wire:
        wire.sendall(f"GET {V1}/types HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
        assert wire.makefile("rb").readline() == b"HTTP/1.1 400 Bad Request\r\n"
