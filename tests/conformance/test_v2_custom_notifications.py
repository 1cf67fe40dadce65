"""`httpCustom` of NGSI v2: requests made of an entity by templates, with a real receiver of any method."""

from typing import Any

import pytest
from broker_at_hand import Broker
from receiver_at_hand import Receiver
from test_ngsi_v2 import Device, refused


@pytest.fixture
def device(broker: Broker) -> Device:
    return Device(broker)


def subscribe(device: Device, custom: dict[str, Any], **notification: Any) -> str:
    payload = {
        "subject": {"entities": [{"idPattern": ".*", "type": "Room"}]},
        "notification": {"httpCustom": custom, **notification},
    }
    answer = device.call("POST", "/subscriptions", payload)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


ROOM = {
    "id": "Room1", "type": "Room", "temperature": 23.5, "name": 'Ruang "A" & B', "tags": ["a", 1], "on": True,
}  # fmt: skip


def test_the_example_of_the_specification(device: Device, receiver: Receiver) -> None:
    custom = {
        "url": f"{receiver.origin}/entity/${{id}}",
        "headers": {"Content-Type": "text/plain", "X-Level": "t=${temperature}"},
        "method": "PUT",
        "qs": {"type": "${type}", "who": "${name}"},
        "payload": "The temperature is ${temperature} degrees, tags ${tags}, on ${on}, none ${humidity}.",
    }
    id = subscribe(device, custom)
    device.ok("POST", "/entities", ROOM, options="keyValues")

    letter = receiver.letter()
    assert letter.method == "PUT"
    assert letter.path == "/entity/Room1?type=Room&who=Ruang%20%22A%22%20%26%20B"
    assert letter.headers["content-type"] == "text/plain"
    assert letter.headers["x-level"] == "t=23.5"
    assert letter.headers["fiware-servicepath"] == "/"
    assert letter.body == 'The temperature is 23.5 degrees, tags ["a",1], on true, none null.'
    assert device.get(f"/subscriptions/{id}")["notification"]["httpCustom"] == custom


def test_a_payload_is_percent_decoded_and_plain_text(device: Device, receiver: Receiver) -> None:
    """Characters that v2 forbids in a subscription are written as %22 and so on."""
    subscribe(device, {"url": receiver.origin, "payload": "{ %22t%22: ${temperature} }"})
    device.ok("POST", "/entities", ROOM, options="keyValues")

    letter = receiver.letter()
    assert (letter.method, letter.body) == ("POST", '{ "t": 23.5 }')
    assert letter.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_body_of_json_keeps_the_kinds_of_the_values(device: Device, receiver: Receiver) -> None:
    told = {"t": "${temperature}", "text": "it is ${temperature}", "tags": ["${tags}", "${nothing}"], "${id}": 1}
    subscribe(device, {"url": receiver.origin, "json": told})
    device.ok("POST", "/entities", ROOM, options="keyValues")

    letter = receiver.letter()
    assert letter.body == '{"t":23.5,"text":"it is 23.5","tags":[["a",1],null],"${id}":1}'
    assert letter.headers["content-type"].startswith("application/json")


def test_without_a_body_of_its_own_it_is_the_usual_notification(device: Device, receiver: Receiver) -> None:
    id = subscribe(device, {"url": f"{receiver.origin}/${{type}}"}, attrs=["temperature"])
    device.ok("POST", "/entities", ROOM, options="keyValues")

    letter = receiver.letter()
    assert letter.path == "/Room"
    assert f'"subscriptionId":"{id}"' in letter.body
    assert '"value":23.5' in letter.body


def test_no_value_sets_a_header_of_its_own(device: Device, receiver: Receiver) -> None:
    subscribe(device, {"url": receiver.origin, "headers": {"X-Name": "${name}"}, "payload": "x"})
    device.ok("POST", "/entities", {"id": "R", "type": "Room", "name": "a\r\nX-Evil: 1"}, options="keyValues")

    letter = receiver.letter()
    assert letter.headers["x-name"] == "a  X-Evil: 1"
    assert "x-evil" not in letter.headers


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"url": "http://${id}.example/"}, "httpCustom.url"),
        ({"url": None}, "httpCustom.url"),
        ({"method": "TRACE"}, "httpCustom.method"),
        ({"method": []}, "httpCustom.method"),
        ({"headers": {"Host": "x"}}, "httpCustom.headers"),
        ({"headers": {"a b": "x"}}, "httpCustom.headers"),
        ({"headers": ["a"]}, "httpCustom.headers"),
        ({"qs": {"a": 1}}, "httpCustom.qs"),
        ({"payload": 1}, "httpCustom.payload"),
        ({"payload": "x", "json": {}}, "httpCustom.json"),
        ({"json": "x"}, "httpCustom.json"),
        ({"odd": 1}, "httpCustom.odd"),
        ({"timeout": -1}, "httpCustom.timeout"),
    ],
)
def test_bad_templates_name_what_is_wrong(device: Device, change: dict[str, Any], named: str) -> None:
    payload = {
        "subject": {"entities": [{"idPattern": ".*"}]},
        "notification": {"httpCustom": {"url": "http://127.0.0.1:1/", **change}},
    }
    refused(device.call("POST", "/subscriptions", payload), 400, "BadRequest", named)


def test_a_template_tells_of_one_entity(device: Device) -> None:
    payload = {
        "subject": {"entities": [{"idPattern": ".*"}]},
        "notification": {"httpCustom": {"url": "http://127.0.0.1:1/"}},
        "throttling": 5,
    }
    refused(device.call("POST", "/subscriptions", payload), 422, "Unprocessable", "throttling")


def test_names_of_headers_and_parameters_are_templates_too(device: Device, receiver: Receiver) -> None:
    headers = {"X-${name}": "no name of a header", "X-${on}": "a%3D${temperature}", "${on}": "x",
               "Ngsiv2-AttrsFormat": "mine", "Fiware-Service": ""}  # fmt: skip
    payload = "${service}${servicePath}"
    subscribe(device, {"url": receiver.origin, "headers": headers, "qs": {"${on}": "${nothing}"}, "payload": payload})
    device.ok("POST", "/entities", ROOM, options="keyValues")
    letter = receiver.letter()
    assert letter.path == "/?true=null"
    assert (letter.headers["x-true"], letter.headers["true"]) == ("a=23.5", "x")
    assert letter.headers["ngsiv2-attrsformat"] == "custom"
    assert "fiware-service" not in letter.headers
    assert letter.body == f"{device.broker.tenant}/"


def test_an_id_that_a_template_cannot_make_stays(device: Device, receiver: Receiver) -> None:
    subscribe(device, {"url": receiver.origin, "ngsi": {"id": "${nothing}", "type": "new:${nothing}"}})
    device.ok("POST", "/entities", ROOM, options="keyValues")
    told = receiver.next()[1]["data"][0]
    assert (told["id"], told["type"]) == ("Room1", "new:null")
