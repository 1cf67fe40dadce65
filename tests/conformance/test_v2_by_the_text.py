"""NGSI v2 by the sections of Orion's specification ("FIWARE-NGSI v2 (release 2.1)"), as its clients rely on them."""

from typing import Any

import pytest
from broker_at_hand import Broker
from test_ngsi_v2 import Device, refused

HALL: dict[str, Any] = {
    "id": "Hall",
    "type": "Room",
    "a": {"value": 1},
    "b": {"value": 2},
    "place": {"type": "geo:json", "value": {"type": "Point", "coordinates": [119.41, -5.14]}},
}


@pytest.fixture
def device(broker: Broker) -> Device:
    made = Device(broker)
    made.ok("POST", "/entities", HALL)
    return made


@pytest.mark.parametrize(
    ("method", "path", "body", "media"),
    [
        ("POST", "/entities/Hall/attrs", {"c": {"value": 5}}, "application/json"),
        ("PATCH", "/entities/Hall/attrs", {"a": {"value": 5}}, "application/json"),
        ("PUT", "/entities/Hall/attrs", {"a": {"value": 5}}, "application/json"),
        ("PUT", "/entities/Hall/attrs/a", {"value": 5}, "application/json"),
        ("PUT", "/entities/Hall/attrs/a/value", "5", "text/plain"),
        ("POST", "/op/update", {"actionType": "update", "entities": [{"id": "Hall", "a": {"value": 5}}]},
         "application/json"),
    ],
)  # fmt: skip
def test_every_update_takes_flow_control_beside_its_other_options(
    device: Device, method: str, path: str, body: Any, media: str
) -> None:
    device.ok(method, path, body, media=media, options="flowControl,forcedUpdate")


def test_reading_one_attribute_takes_skip_forwarding(device: Device) -> None:
    assert device.get("/entities/Hall/attrs/a", options="skipForwarding")["value"] == 1
    told = device.call(
        "GET", "/entities/Hall/attrs/a/value", options="skipForwarding", headers={"Accept": "text/plain"}
    )
    assert told.text == "1"
    refused(device.call("GET", "/entities/Hall/attrs/a", options="keyValue"), 400, "BadRequest", "options")


def test_dates_may_stand_in_options_as_old_clients_write_them(device: Device) -> None:
    told = device.get("/entities/Hall", options="dateCreated,dateModified,keyValues")
    assert told.keys() == HALL.keys() | {"dateCreated", "dateModified"}
    (told,) = device.get("/entities", options="dateModified,count", attrs="a")
    assert told.keys() == {"id", "type", "a", "dateModified"}


@pytest.mark.parametrize("order", ["a,a", "!a,!a", "a,!a", "a,b,a", "a,b,!a"])
def test_nothing_is_ordered_twice_by_the_same(device: Device, order: str) -> None:
    refused(device.call("GET", "/entities", orderBy=order), 400, "BadRequest", "orderBy")


@pytest.mark.parametrize("form", ["Feature", "FeatureCollection"])
def test_a_feature_is_taken_and_its_geometry_told(device: Device, form: str) -> None:
    geometry = {"type": "Point", "coordinates": [119.5, -5.2]}
    feature: dict[str, Any] = {"type": "Feature", "properties": {"name": "x"}, "geometry": geometry}
    value = feature if form == "Feature" else {"type": form, "features": [feature]}
    device.ok("PUT", "/entities/Hall/attrs/place", {"type": "geo:json", "value": value})
    assert device.get("/entities/Hall/attrs/place")["value"] == geometry
    many = {"type": "FeatureCollection", "features": [feature, feature]}
    answer = device.call("PUT", "/entities/Hall/attrs/place", {"type": "geo:json", "value": many})
    refused(answer, 400, "BadRequest", "place.value.features")


@pytest.mark.parametrize("path", ["/entities", "/entities/Hall", "/types", "/subscriptions", "/registrations"])
def test_who_accepts_no_json_is_told_so(device: Device, path: str) -> None:
    refused(device.call("GET", path, headers={"Accept": "text/html"}), 406, "NotAcceptable", "application/json")
    for accept in ("application/*;q=0.8", "text/html, */*", "application/json; charset=utf-8"):
        assert device.call("GET", path, headers={"Accept": accept}).status_code == 200


def test_attributes_that_do_not_exist_are_told_and_the_others_updated(device: Device) -> None:
    """Update Existing Entity Attributes: none of them, some of them."""
    none = device.call("PATCH", "/entities/Hall/attrs", {"x": {"value": 1}, "y": {"value": 1}})
    refused(none, 422, "Unprocessable", "do not exist: Hall - [ x, y ]")
    some = device.call("PATCH", "/entities/Hall/attrs", {"a": {"value": 7}, "y": {"value": 1}})
    refused(some, 422, "PartialUpdate", "do not exist: Hall - [ y ]")
    told = device.get("/entities/Hall", options="keyValues")
    assert (told["a"], "y" in told) == (7, False)
    refused(device.call("PATCH", "/entities/No/attrs", {"a": {"value": 7}}), 404, "NotFound", "No does not exist")


def test_attributes_that_exist_are_told_and_the_others_appended(device: Device) -> None:
    """Update or Append Entity Attributes with `options=append`: all of them, some of them."""
    exist = "one or more of the attributes in the request already exist: Hall - "
    answer = device.call("POST", "/entities/Hall/attrs", {"a": {"value": 7}, "b": {"value": 7}}, options="append")
    refused(answer, 422, "Unprocessable", exist + "[ a, b ]")
    answer = device.call("POST", "/entities/Hall/attrs", {"a": {"value": 7}, "new": {"value": 7}}, options="append")
    refused(answer, 422, "PartialUpdate", exist + "[ a ]")
    told = device.get("/entities/Hall", options="keyValues")
    assert (told["a"], told["new"]) == (1, 7)


@pytest.mark.parametrize(
    ("action", "entities", "status", "error", "after"),
    [
        ("update", [{"id": "No", "a": {"value": 7}}], 404, "NotFound", [1, 2]),
        ("update", [{"id": "Hall", "x": {"value": 7}}, {"id": "No", "a": {"value": 7}}], 422, "Unprocessable", [1, 2]),
        ("update", [{"id": "Hall", "a": {"value": 7}}, {"id": "No", "a": {"value": 7}}], 422, "PartialUpdate", [7, 2]),
        ("update", [{"id": "Hall", "a": {"value": 7}, "x": {"value": 7}}], 422, "PartialUpdate", [7, 2]),
        ("delete", [{"id": "Hall", "x": {}}], 422, "Unprocessable", [1, 2]),
        ("delete", [{"id": "Hall", "x": {}, "b": {}}], 422, "PartialUpdate", [1, None]),
        ("appendStrict", [{"id": "Hall", "a": {"value": 7}}], 422, "Unprocessable", [1, 2]),
        ("appendStrict", [{"id": "Hall", "a": {"value": 7}, "c": {"value": 7}}], 422, "PartialUpdate", [1, 2]),
    ],
)
def test_a_batch_says_whether_anything_of_it_was_done(
    device: Device, action: str, entities: list[Any], status: int, error: str, after: list[Any]
) -> None:
    """Update: what it answers where entities or attributes are missing, or are there already."""
    refused(device.call("POST", "/op/update", {"actionType": action, "entities": entities}), status, error)
    told = device.get("/entities/Hall", options="keyValues")
    assert [told.get("a"), told.get("b")] == after


@pytest.mark.parametrize(
    ("condition", "custom", "named"),
    [
        ({"jexlExpression": "a>1"}, {}, "subject.condition.jexlExpression: JEXL"),
        ({}, {"payload": "${a|toFixed(2)}"}, "notification.httpCustom.payload: 'a|toFixed(2)' is an expression"),
        ({}, {"payload": "%24%7Ba + 1%7D"}, "notification.httpCustom.payload"),
        ({}, {"json": {"list": ["${a ? 1 : 2}"]}}, "notification.httpCustom.json.list[0]"),
        ({}, {"ngsi": {"c": {"value": "${a*2}"}}}, "notification.httpCustom.ngsi.c.value"),
        ({}, {"headers": {"${a|lowercase}": "x"}}, "notification.httpCustom.headers"),
        ({}, {"qs": {"x": "${now()}"}}, "notification.httpCustom.qs.x"),
    ],
)
def test_expressions_of_jexl_are_refused_by_name(
    device: Device, condition: dict[str, Any], custom: dict[str, Any], named: str
) -> None:
    """Told as null they would be found out when something is on fire."""
    url = {"url": "http://127.0.0.1:9/"}
    subscription = {
        "subject": {"entities": [{"idPattern": ".*"}], "condition": {"attrs": ["a"]} | condition},
        "notification": {"httpCustom": url | custom} if custom else {"http": url},
    }
    refused(device.call("POST", "/subscriptions", subscription), 422, "Unprocessable", named)
