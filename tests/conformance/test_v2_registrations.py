"""Registrations of NGSI v2, and what is forwarded to the providers that they name: as IoT agents need it."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from broker_at_hand import Broker
from provider_at_hand import Provider
from test_ngsi_v2 import OURS, Device, refused

from patience import PATIENCE

LAMP: dict[str, Any] = {"id": "Lamp1", "type": "Lamp", "power": {"value": 40}, "switch_status": {"value": "UNKNOWN"}}


@pytest.fixture
def device(broker: Broker) -> Device:
    return Device(broker)


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


def registration(provider: Provider, *attrs: str, **members: Any) -> dict[str, Any]:
    provided: dict[str, Any] = {"entities": [{"id": "Lamp1", "type": "Lamp"}]}
    if attrs:
        provided["attrs"] = list(attrs)
    return {"dataProvided": provided, "provider": {"http": {"url": provider.url}}} | members


def register(device: Device, document: dict[str, Any], headers: dict[str, str] | None = None) -> str:
    answer = device.call("POST", "/registrations", document, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


def test_a_registration_is_kept_listed_changed_and_deleted(device: Device, provider: Provider) -> None:
    written = registration(provider, "switch", description="lamps of the harbour", expires="2099-01-01T00:00:00Z")
    id = register(device, written)
    shown = device.get(f"/registrations/{id}")
    assert len(id) == 24
    assert shown["provider"] == {
        "http": {"url": provider.url}, "supportedForwardingMode": "all", "legacyForwarding": False,
    }  # fmt: skip
    assert shown["dataProvided"] == written["dataProvided"]
    assert (shown["status"], shown["expires"]) == ("active", "2099-01-01T00:00:00Z")
    assert "forwardingInformation" not in shown
    listed = device.call("GET", "/registrations", options="count")
    assert (listed.headers["fiware-total-count"], listed.json()) == ("1", [shown])
    device.ok("PATCH", f"/registrations/{id}", {"status": "inactive", "description": ""})
    changed = device.get(f"/registrations/{id}")
    assert (changed["status"], "description" in changed) == ("inactive", False)
    device.ok("DELETE", f"/registrations/{id}")
    refused(device.call("GET", f"/registrations/{id}"), 404, "NotFound")
    refused(device.call("GET", "/registrations/5"), 404, "NotFound")


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"dataProvided": {"entities": []}}, 400, "dataProvided.entities"),
        ({"dataProvided": {"entities": [{"type": "Lamp"}]}}, 400, "dataProvided.entities[0]"),
        ({"dataProvided": {"entities": [{"idPattern": "("}]}}, 400, "dataProvided.entities[0].idPattern"),
        ({"dataProvided": {"entities": [{"id": "a", "typePattern": "("}]}}, 400, "entities[0].typePattern"),
        ({"dataProvided": {"entities": [{"id": "a", "type": "T", "typePattern": "T"}]}}, 400, "typePattern"),
        ({"dataProvided": {"entities": [{"id": "a"}], "expression": {"q": "t>1"}}}, 422, "dataProvided.expression.q"),
        (
            {
                "dataProvided": {
                    "entities": [{"id": "a"}],
                    "expression": {"georel": "near;maxDistance:5", "geometry": "point", "coords": "1,2"},
                }
            },
            422,
            "dataProvided.expression.georel",
        ),
        ({"provider": {"http": {"url": "ftp://x"}}}, 400, "provider.http.url"),
        ({"provider": {}}, 400, "provider.http"),
        (
            {"provider": {"http": {"url": "http://x"}, "supportedForwardingMode": "most"}},
            400,
            "supportedForwardingMode",
        ),
        ({"provider": {"http": {"url": "http://x"}, "legacyForwarding": True}}, 422, "legacyForwarding"),
        ({"expires": "2001-01-01T00:00:00Z"}, 400, "expires"),
        ({"status": "asleep"}, 400, "status"),
        ({"id": "mine"}, 400, "id"),
        ({"colour": "red"}, 400, "colour"),
    ],
)
def test_what_cannot_be_registered_is_refused_by_name(
    device: Device, provider: Provider, change: dict[str, Any], status: int, named: str
) -> None:
    error = "BadRequest" if status == 400 else "Unprocessable"
    refused(device.call("POST", "/registrations", registration(provider) | change), status, error, named)


def test_a_command_goes_to_the_provider_and_its_state_comes_back(device: Device, provider: Provider) -> None:
    device.ok("POST", "/entities", LAMP)
    id = register(device, registration(provider, "switch"), {"Fiware-ServicePath": "/openiot"})

    def obey(document: Any) -> tuple[int, Any]:
        device.ok("PATCH", "/entities/Lamp1/attrs", {"switch_status": {"value": "PENDING", "type": "commandStatus"}})
        return 204, None

    provider.does = obey
    device.ok("PATCH", "/entities/Lamp1/attrs", {"switch": {"type": "command", "value": "on"}, "power": {"value": 41}})
    asked = provider.next()
    assert asked.path == "/agent/op/update"
    assert asked.headers["fiware-service"] == device.broker.tenant
    assert asked.headers["fiware-servicepath"] == "/openiot"
    assert asked.document == {
        "actionType": "update",
        "entities": [
            {"id": "Lamp1", "type": "Lamp", "switch": {"type": "command", "value": "on", "metadata": {}}},
        ],
    }
    lamp = device.get("/entities/Lamp1", options="keyValues")
    assert (lamp["power"], lamp["switch_status"], "switch" in lamp) == (41, "PENDING", False)
    told = device.get(f"/registrations/{id}")
    assert told["status"] == "active"
    assert told["forwardingInformation"].keys() >= {"timesSent", "lastForwarding", "lastSuccess"}


@pytest.mark.parametrize("way", ["put", "value", "batch", "ngsi-ld", "ngsi-ld attribute", "ngsi-ld merge"])
def test_every_way_to_update_reaches_the_provider(device: Device, provider: Provider, way: str) -> None:
    device.ok("POST", "/entities", LAMP)
    register(device, registration(provider, "switch"))
    entity, content = "/entities/urn:v2:Lamp1", {"switch": {"type": "Property", "value": "on"}}
    broker = device.broker
    if way == "put":
        device.ok("PUT", "/entities/Lamp1/attrs/switch", {"value": "on"})
    elif way == "value":
        device.ok("PUT", "/entities/Lamp1/attrs/switch/value", '"on"', media="text/plain")
    elif way == "batch":
        update = {"actionType": "update", "entities": [{"id": "Lamp1", "type": "Lamp", "switch": {"value": "on"}}]}
        device.ok("POST", "/op/update", update)
    elif way == "ngsi-ld":
        assert broker.call("PATCH", f"{entity}/attrs", content, link=False).status_code == 204
    elif way == "ngsi-ld attribute":
        assert broker.call("PATCH", f"{entity}/attrs/switch", {"value": "on"}, link=False).status_code == 204
    else:
        assert broker.call("PATCH", entity, content, link=False).status_code == 204
    (sent,) = provider.next().document["entities"]
    assert sent == {"id": "Lamp1", "type": "Lamp", "switch": {"type": "Text", "value": "on", "metadata": {}}}
    assert "switch" not in device.get("/entities/Lamp1", options="keyValues,skipForwarding")


def test_what_is_measured_on_demand_is_asked_when_it_is_read(device: Device, provider: Provider) -> None:
    device.ok("POST", "/entities", LAMP)
    register(device, registration(provider, "temperature"))
    measured = {"id": "Lamp1", "type": "Lamp", "temperature": {"type": "Number", "value": 31.5}}
    provider.knows = lambda document: (200, [measured])
    assert device.get("/entities/Lamp1", options="keyValues") == {
        "id": "Lamp1", "type": "Lamp", "power": 40, "switch_status": "UNKNOWN", "temperature": 31.5,
    }  # fmt: skip
    asked = provider.next()
    assert asked.path.startswith("/agent/op/query")
    assert asked.document == {"entities": [{"id": "Lamp1", "type": "Lamp"}], "attrs": ["temperature"]}
    assert device.get("/entities/Lamp1/attrs/temperature")["value"] == 31.5
    assert (
        device.call("GET", "/entities/Lamp1/attrs/temperature/value", headers={"Accept": "text/plain"}).text == "31.5"
    )
    assert [one.get("temperature") for one in device.get("/entities", type="Lamp", options="keyValues")] == [31.5]
    assert [one["power"] for one in device.get("/entities", q="power==40", options="keyValues")] == [40]
    posted = device.call("POST", "/op/query", {"entities": [{"id": "Lamp1"}], "attrs": ["temperature"]}).json()
    assert posted[0]["temperature"]["value"] == 31.5
    headers = {"NGSILD-Tenant": device.broker.tenant, "Link": OURS}
    seen = device.broker.wire.get("/ngsi-ld/v1/entities/urn:v2:Lamp1", headers=headers).json()
    assert seen["temperature"]["value"] == 31.5
    asked_before = provider.asked.qsize()
    assert device.get("/entities/Lamp1/attrs", attrs="power").keys() == {"power"}
    assert device.get("/entities/Lamp1", options="skipForwarding").keys() == LAMP.keys()
    assert provider.asked.qsize() == asked_before


def test_an_entity_that_only_a_provider_knows_is_found_there(device: Device, provider: Provider) -> None:
    register(device, {
        "dataProvided": {"entities": [{"idPattern": "^Bus", "type": "Bus"}]},
        "provider": {"http": {"url": provider.url}},
    })  # fmt: skip
    provider.knows = lambda document: (200, [{"id": "Bus7", "type": "Bus", "speed": {"type": "Number", "value": 30}}])
    assert device.get("/entities/Bus7", options="keyValues") == {"id": "Bus7", "type": "Bus", "speed": 30}
    assert device.ids(type="Bus") == ["Bus7"]
    assert provider.next().document == {"entities": [{"id": "Bus7", "type": "Bus"}]}
    assert provider.next().document == {"entities": [{"idPattern": "^Bus", "type": "Bus"}]}


def test_a_provider_that_fails_is_told_of_and_left_out(device: Device, provider: Provider) -> None:
    device.ok("POST", "/entities", LAMP)
    id = register(device, registration(provider, "temperature", "switch"))
    provider.knows = lambda document: (500, None)
    answer = device.call("GET", "/entities/Lamp1")
    assert (answer.status_code, answer.json().keys()) == (200, LAMP.keys())
    assert "299" in answer.headers["ngsild-warning"]
    assert device.get(f"/registrations/{id}")["status"] == "failed"
    provider.does = lambda document: (404, {"error": "NotFound", "description": "no such lamp"})
    refused(device.call("PATCH", "/entities/Lamp1/attrs", {"switch": {"value": 1}}), 404, "NotFound", "no such lamp")
    provider.does = lambda document: (500, {"error": "InternalServerError", "description": "the lamp is broken"})
    answer = device.call("PATCH", "/entities/Lamp1/attrs", {"switch": {"value": 1}})
    refused(answer, 500, "InternalServerError", "the lamp is broken")
    device.ok("PATCH", f"/registrations/{id}", {"provider": {"http": {"url": "http://127.0.0.1:9"}}})
    refused(device.call("PATCH", "/entities/Lamp1/attrs", {"switch": {"value": 1}}), 504, "GatewayTimeout")


def test_what_is_neither_here_nor_registered_is_told_and_the_rest_is_done(device: Device, provider: Provider) -> None:
    device.ok("POST", "/entities", LAMP)
    register(device, registration(provider, "switch"))
    update = {"switch": {"value": 1}, "power": {"value": 7}, "colour": {"value": "red"}}
    refused(device.call("PATCH", "/entities/Lamp1/attrs", update), 422, "PartialUpdate", "Lamp1 - [ colour ]")
    assert provider.next().document["entities"][0].keys() == {"id", "type", "switch"}
    assert device.get("/entities/Lamp1", options="keyValues,skipForwarding")["power"] == 7
    update.pop("power")
    refused(device.call("PATCH", "/entities/Lamp1/attrs", update), 422, "PartialUpdate", "colour")
    entities = [{"id": "Lamp1", "type": "Lamp", **update}]
    batch = device.call("POST", "/op/update", {"actionType": "update", "entities": entities})
    refused(batch, 422, "PartialUpdate", "colour")


@pytest.mark.parametrize(("mode", "asks", "tells"), [("none", 0, 0), ("query", 1, 0), ("update", 0, 1)])
def test_a_provider_is_only_used_as_it_may_be(
    device: Device, provider: Provider, mode: str, asks: int, tells: int
) -> None:
    device.ok("POST", "/entities", LAMP)
    document = registration(provider, "switch")
    register(device, document | {"provider": document["provider"] | {"supportedForwardingMode": mode}})
    device.get("/entities/Lamp1")
    assert provider.asked.qsize() == asks
    device.call("PATCH", "/entities/Lamp1/attrs", {"switch": {"value": 1}})
    assert provider.asked.qsize() == asks + tells


def test_a_registration_is_one_of_ngsi_ld_too(device: Device, provider: Provider) -> None:
    id = register(device, registration(provider, "switch"))
    uri = f"urn:ngsi-ld:ContextSourceRegistration:{id}"
    headers = {"NGSILD-Tenant": device.broker.tenant}
    place = f"/ngsi-ld/v1/csourceRegistrations/{uri}"
    shown = device.broker.wire.get(place, headers=headers).json()
    assert (shown["endpoint"], shown["mode"]) == (provider.url, "redirect")
    assert shown["information"] == [
        {"entities": [{"id": "urn:v2:Lamp1", "type": "Lamp"}], "attributeNames": ["switch"]}
    ]
    changed = device.broker.wire.patch(place, headers=headers, json={"description": "no"})
    assert changed.status_code == 422, changed.text
    assert device.broker.wire.delete(place, headers=headers).status_code == 204
    assert device.get("/registrations") == []


def lamps(device: Device, url: str, number: int) -> list[str]:
    """Lamps that are here, each with a registration of its own, as an agent makes them."""
    ids = [f"Lamp{n:03}" for n in range(number)]
    entities = [{"id": id, "type": "Lamp", "power": {"value": 40}} for id in ids]
    device.ok("POST", "/op/update", {"actionType": "append", "entities": entities})
    for id in ids:
        provided = {"entities": [{"id": id, "type": "Lamp"}], "attrs": ["lux"]}
        register(device, {"dataProvided": provided, "provider": {"http": {"url": url}}})
    return ids


@pytest.mark.parametrize("language", ["v2", "ngsi-ld"])
def test_a_page_of_devices_is_one_question_to_their_agent(device: Device, provider: Provider, language: str) -> None:
    ids = lamps(device, provider.url, 30)

    def measure(document: Any) -> tuple[int, Any]:
        asked = [one["id"] for one in document["entities"]]
        assert all(one["type"] == "Lamp" for one in document["entities"])
        foreign = {"id": "Lamp999", "type": "Lamp", "lux": {"type": "Number", "value": 1}}
        return 200, [*({"id": id, "type": "Lamp", "lux": {"type": "Number", "value": 7}} for id in asked), foreign]

    provider.knows = measure
    if language == "v2":
        answer = device.call("GET", "/entities", type="Lamp", limit=25, offset=2, options="keyValues")
        told = {entity["id"]: entity.get("lux") for entity in answer.json()}
        assert told == dict.fromkeys(ids[2:27], 7)
    else:
        query = {"type": "Lamp", "limit": 25, "options": "keyValues"}
        answer = device.broker.call("GET", "/entities", headers={"Link": OURS}, **query)
        assert [entity["lux"] for entity in answer.json()] == [7] * 25
    asked = provider.next()
    assert (asked.path.partition("?")[0], asked.document["attrs"]) == ("/agent/op/query", ["lux"])
    assert len(asked.document["entities"]) == 25
    assert provider.asked.empty()
    assert "ngsild-warning" not in answer.headers


def lit_lamps(device: Device, provider: Provider, number: int) -> list[dict[str, Any]]:
    """An update of lamps, each of which its agent has registered; all of them are here."""
    told = [{"id": f"Lamp{n}", "type": "Lamp", "power": {"value": 1}} for n in range(number)]
    device.ok("POST", "/op/update", {"actionType": "append", "entities": told})
    for n in range(number):
        provided = {"entities": [{"id": f"Lamp{n}", "type": "Lamp"}], "attrs": ["switch"]}
        register(device, {"dataProvided": provided, "provider": {"http": {"url": provider.url}}})
    return [{"id": f"Lamp{n}", "type": "Lamp", "switch": {"value": n}, "power": {"value": 2}} for n in range(number)]


def test_a_command_to_many_devices_is_one_request_to_their_agent(device: Device, provider: Provider) -> None:
    entities = lit_lamps(device, provider, 120)
    device.ok("POST", "/op/update", {"actionType": "update", "entities": entities})
    sent = [provider.next().document for _ in range(2)]
    assert provider.asked.empty()
    assert sorted(len(document["entities"]) for document in sent) == [20, 100]
    assert {document["actionType"] for document in sent} == {"update"}
    told = [entity for document in sent for entity in document["entities"]]
    assert all(one["type"] == "Lamp" and one["id"] == f"Lamp{one['switch']['value']}" for one in told)
    assert len({one["id"] for one in told}) == 120
    powers = device.get("/entities", type="Lamp", options="keyValues,skipForwarding", limit=200)
    assert [one["power"] for one in powers] == [2] * 120


def test_an_agent_that_refuses_a_command_to_many_is_told_of_for_each(device: Device, provider: Provider) -> None:
    entities = lit_lamps(device, provider, 3)
    provider.does = lambda document: (404, {"error": "NotFound", "description": "Lamp1 is unplugged"})
    other = {"id": "Lamp0", "type": "Lamp", "power": {"value": 9}}
    answer = device.call("POST", "/op/update", {"actionType": "update", "entities": [*entities[1:], other]})
    refused(answer, 422, "PartialUpdate", "sent 2 entities together): Lamp1 is unplugged")
    powers = device.get("/entities", type="Lamp", options="keyValues,skipForwarding")
    assert {one["id"]: one["power"] for one in powers} == {"Lamp0": 9, "Lamp1": 1, "Lamp2": 1}


def test_agents_that_do_not_answer_are_waited_for_once_and_hold_back_no_other(
    device: Device, provider: Provider
) -> None:
    """Forty silent ones before one that lives; each is waited for a second."""
    provider.knows = lambda document: (200, [{"id": "Lamp1", "type": "Lamp", "lux": {"type": "Number", "value": 7}}])
    device.ok("POST", "/entities", {"id": "Lamp1", "type": "Lamp", "power": {"value": 40}})
    with socket.create_server(("127.0.0.1", 0), backlog=200) as silent:
        urls = [f"http://127.0.0.1:{silent.getsockname()[1]}/agent{n}" for n in range(40)]
        for n, url in enumerate([*urls, provider.url]):
            provided = {"entities": [{"id": "Lamp1", "type": "Lamp"}], "attrs": ["lux" if n == 40 else f"lux{n}"]}
            register(device, {"dataProvided": provided, "provider": {"http": {"url": url}}})
        began = time.monotonic()
        answer = device.call("GET", "/entities", type="Lamp", options="keyValues")
        took = time.monotonic() - began
    assert answer.json() == [{"id": "Lamp1", "type": "Lamp", "power": 40, "lux": 7}]
    assert answer.headers["ngsild-warning"].count("no answer in time") > 1
    assert 0.9 < took < PATIENCE / 2, "one after another would be forty seconds"


def test_a_provider_of_types_by_a_pattern_is_asked_of_those_alone(device: Device, provider: Provider) -> None:
    provider.knows = lambda document: (200, [{"id": "x", "type": "LampPost", "lux": {"value": 7}},
                                             {"id": "y", "type": "Car", "lux": {"value": 8}}])  # fmt: skip
    told = {"entities": [{"idPattern": ".*", "typePattern": "^Lamp"}], "attrs": ["lux"]}
    id = register(device, {"dataProvided": told, "provider": {"http": {"url": provider.url}}})
    assert device.get(f"/registrations/{id}")["dataProvided"] == told
    assert device.ids(type="LampPost") == ["x"]
    assert provider.next().document["attrs"] == ["lux"]
    assert device.ids(type="Car") == []
    assert provider.asked.empty()


def test_a_provider_of_an_area_is_not_asked_of_another(device: Device, provider: Provider) -> None:
    area = {"georel": "coveredBy", "geometry": "box", "coords": "-5.2,119.3;-5.0,119.5"}
    device.ok(
        "POST", "/entities", {"id": "x", "type": "Lamp", "location": {"type": "geo:point", "value": "-5.1,119.4"}}
    )
    told = {"entities": [{"idPattern": ".*", "type": "Lamp"}], "attrs": ["lux"], "expression": area}
    id = register(device, {"dataProvided": told, "provider": {"http": {"url": provider.url}}})
    assert device.get(f"/registrations/{id}")["dataProvided"]["expression"] == area
    far = {"type": "Lamp", "georel": "coveredBy", "geometry": "box", "coords": "40,-4;41,-3"}
    assert device.ids(**far) == []
    assert provider.asked.empty()
    assert device.ids(**{**far, "coords": "-6,119;-5,120"}) == ["x"]
    assert provider.next().document["entities"] == [{"id": "x", "type": "Lamp"}]


def test_a_list_of_registrations_is_narrowed_by_the_service_path(device: Device, provider: Provider) -> None:
    id = register(device, registration(provider, "switch"), {"Fiware-ServicePath": "/a"})
    register(device, registration(provider, "lux"))
    listed = device.call("GET", "/registrations", headers={"Fiware-ServicePath": "/a"}).json()
    assert [one["id"] for one in listed] == [id]
    assert device.call("GET", "/registrations", headers={"Fiware-ServicePath": "/a/#"}).json() == []
    assert len(device.get("/registrations")) == 2
