"""Documents as devices, data models and client libraries write them: taken, and given back as they came."""

from typing import Any

import pytest
from broker_at_hand import DEFAULT, JSON_LD, Broker, X, point, prop, refused

CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"


def test_a_typed_value_comes_back_with_the_words_in_which_it_was_written(broker: Broker) -> None:
    """4.5.2: the value of a date in the Smart Data Models is a JSON-LD typed value."""
    moment = {"@type": "DateTime", "@value": "2026-11-22T06:32:00Z"}
    id = broker.create("urn:ngsi-ld:AirQualityObserved:1", "AirQualityObserved", dateObserved=prop(moment))

    assert broker.entity(id)["dateObserved"] == prop(moment)
    assert broker.entity(id, format="simplified")["dateObserved"] == moment
    assert broker.ids(type="AirQualityObserved", q="dateObserved>2026-11-22T06:00:00Z") == [id]


def test_an_object_in_a_value_keeps_its_plain_type(broker: Broker) -> None:
    address = {"type": "PostalAddress", "addressLocality": "Makassar"}
    id = broker.create("urn:ngsi-ld:Building:1", "Building", address=prop(address))

    assert broker.entity(id)["address"] == prop(address)


@pytest.mark.parametrize("value", [{"street": "A", "@context": "https://c.example/x.jsonld"}, [{"@context": {}}]])
def test_no_context_stands_inside_a_value(broker: Broker, value: Any) -> None:
    """4.5.1, 5.5.7."""
    body = {"id": "urn:ngsi-ld:Building:2", "type": "Building", "address": prop(value)}

    refused(broker.call("POST", "/entities", body), 400, "BadRequestData", "@context")


@pytest.mark.parametrize(
    "id", ["https://city.example/bus/1", "http://a.b.c/entity/E1", "https://city.example", "urn:ngsi-ld/entities/E1"]
)
def test_an_id_with_slashes_is_found_encoded_or_not(broker: Broker, id: str) -> None:
    """Clients write the URI of an entity into the path as it is."""
    broker.create(id, speed=prop(1), name=prop("x"))

    assert broker.entity(id)["speed"] == prop(1)
    assert broker.call("PATCH", f"/entities/{id}/attrs", {"speed": prop(2)}).status_code == 204
    assert broker.call("PATCH", f"/entities/{id}/attrs/speed", {"value": 3}).status_code == 204
    assert broker.entity(id.replace("/", "%2F"))["speed"] == prop(3)
    assert broker.call("DELETE", f"/entities/{id}/attrs/name").status_code == 204
    assert broker.call("DELETE", f"/entities/{id}").status_code == 204
    refused(broker.get(f"/entities/{id}"), 404, "ResourceNotFound", id)


def test_an_attribute_is_named_by_its_iri_encoded_or_not(broker: Broker) -> None:
    id = broker.create("urn:ngsi-ld:Bus:1", speed=prop(1), name=prop("x"))

    assert broker.call("PATCH", f"/entities/{id}/attrs/{X}speed", {"value": 3}).status_code == 204
    assert broker.call("DELETE", f"/entities/{id}/attrs/{X}name".replace("//", "%2F%2F")).status_code == 204
    assert broker.entity(id) == {"id": id, "type": "Bus", "speed": prop(3)}


def test_subscriptions_and_registrations_name_themselves_as_in_json_ld(broker: Broker) -> None:
    """Annex B: `id` and `type` stand for `@id` and `@type`."""
    to = {"endpoint": {"uri": "http://127.0.0.1:9/notify"}}
    one = {
        "@id": "urn:ngsi-ld:Subscription:at",
        "@type": "Subscription",
        "entities": [{"@type": "Bus"}],
        "notification": to,
    }
    source = {
        "@id": "urn:ngsi-ld:ContextSourceRegistration:at",
        "@type": "ContextSourceRegistration",
        "information": [{"entities": [{"@id": "urn:ngsi-ld:Bus:77", "@type": "Bus"}]}],
        "endpoint": "http://127.0.0.1:9",
    }

    assert broker.call("POST", "/subscriptions", one).status_code == 201
    kept = broker.get(f"/subscriptions/{one['@id']}").json()
    assert (kept["type"], kept["entities"]) == ("Subscription", [{"type": "Bus"}])
    assert broker.call("POST", "/csourceRegistrations", source).status_code == 201
    found = broker.get(f"/csourceRegistrations/{source['@id']}").json()
    assert found["information"][0]["entities"] == [{"id": "urn:ngsi-ld:Bus:77", "type": "Bus"}]
    for path in (f"/subscriptions/{one['@id']}", f"/csourceRegistrations/{source['@id']}"):
        assert broker.call("DELETE", path).status_code == 204


def test_a_registration_in_the_words_of_the_first_versions_is_taken(broker: Broker) -> None:
    """5.2.10: `propertyNames` and `relationshipNames` were `properties` and `relationships` in V1.1 and V1.2."""
    source = {
        "id": "urn:ngsi-ld:ContextSourceRegistration:old",
        "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": "Bus"}], "properties": ["speed"], "relationships": ["parkedAt"]}],
        "endpoint": "http://127.0.0.1:9",
    }

    assert broker.call("POST", "/csourceRegistrations", source).status_code == 201
    found = broker.get(f"/csourceRegistrations/{source['id']}").json()["information"][0]
    assert (found["propertyNames"], found["relationshipNames"]) == (["speed"], ["parkedAt"])
    assert broker.call("DELETE", f"/csourceRegistrations/{source['id']}").status_code == 204


def test_the_core_context_is_known_by_its_address_without_tls(broker: Broker) -> None:
    body = {"id": "urn:ngsi-ld:Bus:1", "type": "Bus", "@context": [CORE.replace("https:", "http:")]}

    assert broker.call("POST", "/entities", body, media=JSON_LD).status_code == 201


def test_the_address_of_what_was_made_can_be_asked(broker: Broker) -> None:
    id = "https://city.example/bus/7"
    made = broker.call("POST", "/entities", {"id": id, "type": "Bus"})

    assert broker.wire.get(made.headers["location"], headers={"NGSILD-Tenant": broker.tenant}).json()["id"] == id


def test_ids_and_types_may_be_named_as_in_json_ld(broker: Broker) -> None:
    """`@id` and `@type` are what `id` and `type` mean, in single requests and in batches."""
    one = {"@id": "urn:ngsi-ld:Bus:1", "@type": "Bus", "speed": prop(1), "@context": CORE}

    assert broker.call("POST", "/entities", one, media=JSON_LD).status_code == 201
    merged = [{"@id": "urn:ngsi-ld:Bus:1", "@type": "Bus", "speed": prop(2)}]
    assert broker.call("POST", "/entityOperations/merge", merged, link=False).status_code == 204
    told = broker.call("GET", "/entities/urn:ngsi-ld:Bus:1", link=False).json()
    assert (told["id"], told["type"], told["speed"]["value"]) == ("urn:ngsi-ld:Bus:1", "Bus", 2)


@pytest.mark.parametrize("twice", [{"@id": "urn:ngsi-ld:Bus:2"}, {"@type": "Car"}])
def test_no_entity_has_two_ids_or_two_types_under_both_names(broker: Broker, twice: dict[str, str]) -> None:
    body = {"id": "urn:ngsi-ld:Bus:1", "type": "Bus", **twice}

    refused(broker.call("POST", "/entities", body), 400, "BadRequestData", "twice")


def test_an_error_of_a_batch_names_the_entity_however_its_id_is_said(broker: Broker) -> None:
    """5.2.17."""
    wrong = [{"@id": "urn:ngsi-ld:Bus:1", "@type": 7}, {"@id": "urn:ngsi-ld:Bus:2"}]
    told = broker.call("POST", "/entityOperations/create", wrong, link=False).json()

    assert [error["entityId"] for error in told["errors"]] == ["urn:ngsi-ld:Bus:1", "urn:ngsi-ld:Bus:2"]


def test_names_of_all_languages_are_names(broker: Broker) -> None:
    """4.6.2 lets a name have any letter."""
    body = {"id": "urn:ngsi-ld:Straße:1", "type": "Straße", "Länge": prop(7), "名前": prop("通り")}

    assert broker.call("POST", "/entities", body, link=False).status_code == 201
    assert broker.call("GET", "/entities", link=False, type="Straße", q="Länge>5;名前==通り").json() == [body]


def test_a_feature_may_be_asked_of_an_entity_in_the_simplified_form(broker: Broker) -> None:
    id = broker.create("urn:ngsi-ld:Bus:9", location=point(119.4, -5.1), speed=prop(7))
    feature = broker.get(f"/entities/{id}", headers={"Accept": "application/geo+json"}, format="simplified").json()

    assert feature["geometry"] == {"type": "Point", "coordinates": [119.4, -5.1]}
    assert feature["properties"]["speed"] == 7
    assert feature["properties"]["type"] == "Bus"
    assert not [name for name in feature["properties"] if name.startswith(DEFAULT)]
