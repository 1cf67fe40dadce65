"""Storing, managing and serving @contexts (NGSI-LD 5.13, 6.29, 6.30)."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from broker_at_hand import CONTEXT, JSON, JSON_LD, Broker, prop, refused

CONTEXTS = "/jsonldContexts"
TERMS = {"@context": {"Tram": "https://rail.example/Tram", "load": "https://rail.example/load"}}
RELATION = "http://www.w3.org/ns/json-ld#context"


def host(broker: Broker, document: Any = TERMS) -> str:
    """Host an @context; gives its local id."""
    answer = broker.call("POST", CONTEXTS, document, link=False)
    assert answer.status_code == 201, answer.text
    assert answer.content == b""
    place = answer.headers["location"]
    assert place.startswith("/ngsi-ld/v1/jsonldContexts/")
    return place.rpartition("/")[2]


def details(broker: Broker, id: str) -> dict[str, Any]:
    answer = broker.get(f"{CONTEXTS}/{quote(id, safe='')}", details="true", link=False)
    assert answer.status_code == 200, answer.text
    return answer.json()


def address(broker: Broker, id: str) -> str:
    return str(broker.wire.base_url).rstrip("/") + f"/ngsi-ld/v1/jsonldContexts/{id}"


def link(url: str) -> dict[str, str]:
    return {"Link": f'<{url}>; rel="{RELATION}"; type="application/ld+json"'}


def test_what_was_added_is_served_as_it_was_and_nothing_beside_it(broker: Broker) -> None:
    id = host(broker, TERMS | {"note": "left aside"})
    plain = broker.get(f"{CONTEXTS}/{id}", link=False)
    assert plain.json() == TERMS
    assert plain.headers["content-type"] == JSON
    asked = broker.get(f"{CONTEXTS}/{id}", link=False, headers={"Accept": JSON_LD})
    assert asked.headers["content-type"] == JSON_LD
    assert asked.json() == TERMS


def test_details_tell_of_a_hosted_context(broker: Broker) -> None:
    id = host(broker)
    told = details(broker, id)
    assert told["localId"] == id
    assert told["URL"] == address(broker, id)
    assert told["kind"] == "Hosted"
    assert told["createdAt"].endswith("Z")
    assert told["numberOfHits"] == 0
    assert "expiresAt" not in told


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"Tram": "https://rail.example/Tram"}, "InvalidRequest"),
        ([TERMS], "InvalidRequest"),
        (b"{", "InvalidRequest"),
        (b"", "InvalidRequest"),
        ({"@context": 42}, "BadRequestData"),
        ({"@context": True}, "BadRequestData"),
        ({"@context": ["https://nowhere.invalid/c.jsonld", 7]}, "BadRequestData"),
        ({"@context": {"a": "b:x", "b": "a:y"}}, "BadRequestData"),
        ({"@context": {"a": {"@id": 5}}}, "BadRequestData"),
        ({"@context": {"a": "https://x.example/" + "a" * 1_000_000}}, "BadRequestData"),
    ],
)
def test_what_is_no_context_is_not_hosted(broker: Broker, body: Any, error: str) -> None:
    answer = broker.call("POST", CONTEXTS, body, link=False)
    refused(answer, 400, error)
    assert "location" not in answer.headers


def test_a_context_may_name_what_cannot_be_had_now(broker: Broker) -> None:
    id = host(broker, {"@context": ["https://nowhere.invalid/c.jsonld", TERMS["@context"]]})
    answer = broker.call("POST", "/entities", {"id": "urn:x:1", "type": "Tram"}, headers=link(address(broker, id)))
    refused(answer, 504, "LdContextNotAvailable", "context_sources")


def test_another_media_type_is_refused(broker: Broker) -> None:
    assert broker.call("POST", CONTEXTS, b"<a/>", media="text/xml", link=False).status_code == 415


def test_a_hosted_context_explains_requests_by_link_and_by_body(broker: Broker) -> None:
    id = host(broker)
    url = address(broker, id)
    sent = {"id": "urn:tram:1", "type": "Tram", "load": prop(40)}
    assert broker.call("POST", "/entities", sent, headers=link(url)).status_code == 201
    body = {"id": "urn:tram:2", "type": "Tram", "load": prop(60), "@context": [url]}
    assert broker.call("POST", "/entities", body, media=JSON_LD).status_code == 201
    found = broker.get("/entities", type="Tram", headers=link(url))
    assert [each["load"]["value"] for each in found.json()] == [40, 60]
    assert found.headers["link"].startswith(f"<{url}>")
    plain = broker.get("/entities/urn:tram:1", link=False).json()
    assert plain["type"] == "https://rail.example/Tram"
    told = details(broker, id)
    assert told["numberOfHits"] == 3
    assert told["lastUsage"] >= told["createdAt"]


def test_a_link_may_be_relative_to_this_server(broker: Broker) -> None:
    """RFC 8288, 3.1."""
    id = host(broker)
    relative = link(f"/ngsi-ld/v1/jsonldContexts/{id}")
    sent = {"id": "urn:tram:1", "type": "Tram", "load": prop(40)}
    assert broker.call("POST", "/entities", sent, headers=relative).status_code == 201
    shown = broker.get("/entities/urn:tram:1", headers={**relative, "Accept": JSON_LD}).json()
    assert shown["type"] == "Tram"
    assert shown["@context"] == address(broker, id)


def test_an_unknown_id_at_this_server_is_not_asked_for_over_http(broker: Broker) -> None:
    url = address(broker, "urn:ngsi-ld:Context:none")
    answer = broker.call("POST", "/entities", {"id": "urn:x:1", "type": "Tram"}, headers=link(url))
    refused(answer, 504, "LdContextNotAvailable", "at this server")


def test_a_context_that_names_itself_ends(broker: Broker) -> None:
    id = host(broker)
    loop = host(broker, {"@context": [address(broker, id), TERMS["@context"]]})
    sent = {"id": "urn:tram:1", "type": "Tram"}
    assert broker.call("POST", "/entities", sent, headers=link(address(broker, loop))).status_code == 201


def test_a_list_tells_addresses_or_details_by_kind(broker: Broker) -> None:
    first, second = host(broker), host(broker)
    hosted = broker.get(CONTEXTS, link=False, kind="Hosted").json()
    assert hosted == [address(broker, first), address(broker, second)]
    told = broker.get(CONTEXTS, link=False, kind="Hosted", details="true").json()
    assert [each["localId"] for each in told] == [first, second]
    everything = broker.get(CONTEXTS, link=False).json()
    assert set(hosted) < set(everything)
    assert "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld" in everything
    assert broker.get(CONTEXTS, link=False, kind="ImplicitlyCreated").json() == []


@pytest.mark.parametrize("query", [{"kind": "other"}, {"details": "perhaps"}, {"kind": "hosted"}])
def test_a_wrong_filter_is_refused(broker: Broker, query: dict[str, str]) -> None:
    refused(broker.get(CONTEXTS, link=False, **query), 400, "BadRequestData", next(iter(query)))


def test_an_unknown_context_is_not_found(broker: Broker) -> None:
    host(broker)
    for name in ("none", "urn:ngsi-ld:Context:none", "https://nowhere.invalid/c.jsonld"):
        path = f"{CONTEXTS}/{quote(name, safe='')}"
        refused(broker.get(path, link=False), 404, "ResourceNotFound")
        refused(broker.get(path, link=False, details="true"), 404, "ResourceNotFound")
        refused(broker.call("DELETE", path, link=False), 404, "ResourceNotFound")


def test_a_deleted_context_is_gone_for_requests_too(broker: Broker) -> None:
    id = host(broker)
    sent = {"id": "urn:tram:1", "type": "Tram"}
    assert broker.call("POST", "/entities", sent, headers=link(address(broker, id))).status_code == 201
    assert broker.call("DELETE", f"{CONTEXTS}/{id}", link=False).status_code == 204
    refused(broker.get(f"{CONTEXTS}/{id}", link=False), 404, "ResourceNotFound")
    refused(broker.get("/entities/urn:tram:1", headers=link(address(broker, id))), 504, "LdContextNotAvailable")
    assert broker.get("/entities/urn:tram:1", link=False).json()["type"] == "https://rail.example/Tram"


def test_only_a_cached_context_is_reloaded(broker: Broker) -> None:
    id = host(broker)
    refused(broker.call("DELETE", f"{CONTEXTS}/{id}", link=False, reload="true"), 400, "BadRequestData", "Hosted")
    refused(broker.call("DELETE", f"{CONTEXTS}/{id}", link=False, reload="xxx"), 400, "BadRequestData", "reload")
    assert broker.get(f"{CONTEXTS}/{id}", link=False).status_code == 200


def test_another_tenant_sees_no_hosted_context(broker: Broker) -> None:
    """NGSI-LD 5.5.10: an operation applies to its tenant alone."""
    id = host(broker)
    other = Broker(broker.wire, broker.tenant + "b")
    other.create("urn:bus:1")
    refused(other.get(f"{CONTEXTS}/{id}", link=False), 404, "ResourceNotFound")
    refused(other.call("DELETE", f"{CONTEXTS}/{id}", link=False), 404, "ResourceNotFound")
    assert other.get(CONTEXTS, link=False, kind="Hosted").json() == []
    answer = other.call("POST", "/entities", {"id": "urn:x:1", "type": "Tram"}, headers=link(address(broker, id)))
    refused(answer, 504, "LdContextNotAvailable")
    sent = {"id": "urn:tram:1", "type": "Tram"}
    assert broker.call("POST", "/entities", sent, headers=link(address(broker, id))).status_code == 201
    refused(other.get("/entities", type="Tram", headers=link(address(broker, id))), 504, "LdContextNotAvailable")


def test_what_was_named_is_cached_and_not_served(broker: Broker) -> None:
    broker.create("urn:bus:1")
    told = details(broker, CONTEXT)
    assert told["kind"] == "Cached"
    assert told["URL"] == CONTEXT
    assert details(broker, told["localId"])["URL"] == CONTEXT
    refused(broker.get(f"{CONTEXTS}/{told['localId']}", link=False), 422, "OperationNotSupported")
    assert CONTEXT in broker.get(CONTEXTS, link=False, kind="Cached").json()


def test_a_cached_context_is_reloaded_and_forgotten_until_it_is_named_again(broker: Broker) -> None:
    broker.create("urn:bus:1")
    path = f"{CONTEXTS}/{quote(CONTEXT, safe='')}"
    before = details(broker, CONTEXT)["createdAt"]
    assert broker.call("DELETE", path, link=False, reload="true").status_code == 204
    assert details(broker, CONTEXT)["createdAt"] > before
    assert broker.call("DELETE", path, link=False).status_code == 204
    refused(broker.get(path, link=False, details="true"), 404, "ResourceNotFound")
    broker.create("urn:bus:2")
    assert details(broker, CONTEXT)["numberOfHits"] == 1


def test_the_core_is_there_and_cannot_be_deleted(broker: Broker) -> None:
    broker.create("urn:bus:1")
    core = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"
    assert details(broker, core)["kind"] == "Cached"
    path = f"{CONTEXTS}/{quote(core, safe='')}"
    refused(broker.call("DELETE", path, link=False), 400, "BadRequestData", "core")
    assert broker.call("DELETE", path, link=False, reload="true").status_code == 204
    assert broker.get(path, link=False, details="true").status_code == 200


def subscription(broker: Broker, context: Any, accept: str = JSON) -> dict[str, Any]:
    endpoint = {"uri": "http://127.0.0.1:9/none", "accept": accept}
    body = {
        "id": f"urn:sub:{broker.tenant}",
        "type": "Subscription",
        "entities": [{"type": "Tram"}],
        "notification": {"endpoint": endpoint},
        "@context": context,
    }
    answer = broker.call("POST", "/subscriptions", body, media=JSON_LD)
    assert answer.status_code == 201, answer.text
    return broker.get(f"/subscriptions/{body['id']}", link=False).json()


def test_a_subscription_whose_context_has_no_address_is_given_one(broker: Broker) -> None:
    context = [CONTEXT, TERMS["@context"]]
    kept = subscription(broker, context)
    id = kept["jsonldContext"].rpartition("/")[2]
    told = details(broker, id)
    assert told["kind"] == "ImplicitlyCreated"
    assert told["URL"] == kept["jsonldContext"]
    assert broker.get(f"{CONTEXTS}/{id}", link=False).json() == {"@context": context}
    refused(broker.call("DELETE", f"{CONTEXTS}/{id}", link=False, reload="true"), 400, "BadRequestData")
    sent = {"id": "urn:tram:1", "type": "Tram", "speed": prop(1)}
    assert broker.call("POST", "/entities", sent, headers=link(kept["jsonldContext"])).status_code == 201
    assert broker.call("DELETE", f"{CONTEXTS}/{id}", link=False).status_code == 204


CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"


@pytest.mark.parametrize(
    ("context", "accept", "named"),
    [
        (CONTEXT, JSON, CONTEXT),
        ([CONTEXT], JSON, CONTEXT),
        ([CONTEXT, CORE], JSON, CONTEXT),
        (CORE, JSON, CORE),
        ([CONTEXT, TERMS["@context"]], JSON_LD, None),
    ],
)
def test_a_subscription_whose_context_can_be_named_creates_none(
    broker: Broker, context: Any, accept: str, named: str | None
) -> None:
    """5.8.1.4: `jsonldContext` is the @context of the subscription where none was given."""
    assert subscription(broker, context, accept).get("jsonldContext") == named
    assert broker.get(CONTEXTS, link=False, kind="ImplicitlyCreated").json() == []


def test_the_same_content_is_created_implicitly_once(broker: Broker) -> None:
    context = [CONTEXT, TERMS["@context"]]
    first = subscription(broker, context)["jsonldContext"]
    assert broker.call("DELETE", f"/subscriptions/urn:sub:{broker.tenant}", link=False).status_code == 204
    assert subscription(broker, context)["jsonldContext"] == first
    assert len(broker.get(CONTEXTS, link=False, kind="ImplicitlyCreated").json()) == 1


def test_a_batch_tells_of_each_context_that_cannot_be_had(broker: Broker) -> None:
    id = host(broker)
    good = {"id": "urn:tram:1", "type": "Tram", "@context": address(broker, id)}
    bad = {"id": "urn:tram:2", "type": "Tram", "@context": "https://nowhere.invalid/c.jsonld"}
    answer = broker.call("POST", "/entityOperations/create", [good, bad], media=JSON_LD)
    assert answer.status_code == 207, answer.text
    told = answer.json()
    assert told["success"] == ["urn:tram:1"]
    assert json.dumps(told["errors"]).count("LdContextNotAvailable") == 1
