"""Update operators of NGSI v2, its metadata that stay, and updates that are told though they change nothing."""

import asyncio
from typing import Any

import httpx
import pytest
from broker_at_hand import Broker
from receiver_at_hand import Receiver
from test_ngsi_v2 import Device, refused
from test_v2_subscriptions import subscribe, subscription


@pytest.fixture
def device(broker: Broker) -> Device:
    return Device(broker)


@pytest.fixture
def room(device: Device) -> Device:
    told = {"id": "r1", "type": "Room", "n": 5, "text": "m", "list": [1, 2, 3, 2], "object": {"X": 1, "Y": 2}}
    device.ok("POST", "/entities", told, options="keyValues")
    device.ok("POST", "/entities/r1/attrs", {"day": {"type": "DateTime", "value": "2026-11-27T00:00:00Z"}})
    return device


def value_of(device: Device, name: str) -> Any:
    return device.get("/entities/r1", options="keyValues").get(name)


@pytest.mark.parametrize(
    ("name", "operation", "after"),
    [
        ("n", {"$inc": 3}, 8),
        ("n", {"$inc": -0.5}, 4.5),
        ("n", {"$mul": 2}, 10),
        ("n", {"$min": 4}, 4),
        ("n", {"$min": 40}, 5),
        ("n", {"$max": 40}, 40),
        ("n", {"$max": 4}, 5),
        ("n", {"$max": "a text is more than any number"}, "a text is more than any number"),
        ("text", {"$min": "a"}, "a"),
        ("text", {"$max": "a"}, "m"),
        ("list", {"$push": 3}, [1, 2, 3, 2, 3]),
        ("list", {"$push": [4, 5]}, [1, 2, 3, 2, [4, 5]]),
        ("list", {"$push": {"$each": [4, 5]}}, [1, 2, 3, 2, 4, 5]),
        ("list", {"$push": {"$each": [-1, 0], "$position": 0}}, [-1, 0, 1, 2, 3, 2]),
        ("list", {"$push": {"$each": [9], "$position": -1}}, [1, 2, 3, 9, 2]),
        ("list", {"$addToSet": 3}, [1, 2, 3, 2]),
        ("list", {"$addToSet": 1.0}, [1, 2, 3, 2]),
        ("list", {"$addToSet": True}, [1, 2, 3, 2, True]),
        ("list", {"$addToSet": {"$each": [3, 4, 4]}}, [1, 2, 3, 2, 4]),
        ("list", {"$pull": 2}, [1, 3]),
        ("list", {"$pullAll": [2, 3]}, [1]),
        ("object", {"$set": {"Y": 20, "Z": 30}}, {"X": 1, "Y": 20, "Z": 30}),
        ("object", {"$set": {"a.b": 1}}, {"X": 1, "Y": 2, "a.b": 1}),
        ("object", {"$set": {}}, {"X": 1, "Y": 2}),
        ("object", {"$set": "foo"}, "foo"),
        ("object", {"$unset": {"X": None, "W": 1}}, {"Y": 2}),
        ("object", {"$unset": 5}, {"X": 1, "Y": 2}),
        ("object", {"$set": {"Y": 20, "Z": 30}, "$unset": {"X": 1}}, {"Y": 20, "Z": 30}),
        ("text", {"$unset": {"X": 1}}, "m"),
    ],
)
def test_a_value_becomes_what_the_operator_makes_of_it(room: Device, name: str, operation: Any, after: Any) -> None:
    room.ok("PATCH", "/entities/r1/attrs", {name: operation}, options="keyValues")
    assert value_of(room, name) == after


@pytest.mark.parametrize(
    ("operation", "after"), [({"$min": "2025-01-01"}, "2025-01-01T00:00:00.000Z"), ({"$max": "2025-01-01"}, None)]
)
def test_dates_are_compared_as_dates(room: Device, operation: Any, after: str | None) -> None:
    before = value_of(room, "day")
    room.ok("PUT", "/entities/r1/attrs/day", {"type": "DateTime", "value": operation})
    shown = room.get("/entities/r1/attrs/day")
    assert (shown["type"], shown["value"]) == ("DateTime", after or before)


def test_every_way_to_write_takes_operators(room: Device) -> None:
    number = {"type": "Number", "value": {"$inc": 1}}
    room.ok("POST", "/entities/r1/attrs", {"n": number})
    room.ok("PATCH", "/entities/r1/attrs", {"n": number})
    room.ok("PUT", "/entities/r1/attrs/n", number)
    room.ok("PUT", "/entities/r1/attrs/n/value", {"$inc": 1})
    for action in "append", "update":
        room.ok("POST", "/op/update", {"actionType": action, "entities": [{"id": "r1", "n": number}]})
    room.ok("POST", "/entities", {"id": "r1", "type": "Room", "n": number}, options="upsert")
    assert room.get("/entities/r1/attrs/n") == {"type": "Number", "value": 12, "metadata": {}}


def test_where_nothing_is_operators_begin_with_nothing(device: Device) -> None:
    begun = {"a": {"$inc": 4}, "b": {"$mul": 1000}, "c": {"$min": 2}, "d": {"$max": 10}, "e": {"$set": {"X": 1}},
             "f": {"$push": 4}, "g": {"$addToSet": 4}, "h": {"$pull": 2}, "i": {"$pullAll": [2]},
             "j": {"$unset": {"X": 1}}}  # fmt: skip
    made = {"a": 4, "b": 0, "c": 0, "d": 10, "e": {"X": 1}, "f": [4], "g": [4], "j": None}
    dated = {"type": "DateTime", "value": {"$min": "2025-04-15"}}
    device.ok("POST", "/entities", {"id": "r1", "type": "Room", **begun}, options="keyValues")
    device.ok("POST", "/entities/r1/attrs", {"t": dated})
    shown = device.get("/entities/r1", options="keyValues")
    assert shown == {"id": "r1", "type": "Room", "t": "1970-01-01T00:00:00.000Z"} | {
        name: value for name, value in made.items() if value is not None
    }
    device.ok("PUT", "/entities/r1/attrs", {"a": {"$inc": 1}}, options="keyValues")
    assert device.get("/entities/r1", options="keyValues") == {"id": "r1", "type": "Room", "a": 1}


@pytest.mark.parametrize(
    ("operation", "status", "named"),
    [
        ({"n": {"$inc": "foo"}}, 400, "n.value.$inc"),
        ({"n": {"$inc": True}}, 400, "n.value.$inc"),
        ({"n": {"$inc": 1, "$mul": 2}}, 400, "n.value"),
        ({"n": {"$inc": 1, "x": 2}}, 400, "n.value"),
        ({"object": {"$set": {"X": 1}, "$unset": {"X": 1}}}, 400, "object.value"),
        ({"list": {"$pullAll": 2}}, 400, "list.value.$pullAll"),
        ({"list": {"$pull": {"$gte": 2}}}, 400, "list.value.$pull"),
        ({"list": {"$push": {"$each": 2}}}, 400, "list.value.$push.$each"),
        ({"list": {"$push": {"$each": [2], "$slice": 1}}}, 400, "list.value.$push.$slice"),
        ({"list": {"$push": {"$each": [2], "$position": "x"}}}, 400, "list.value.$push.$position"),
        ({"n": {"$max": [1]}}, 400, "n.value.$max"),
        ({"text": {"$inc": 1}}, 422, "text.value"),
        ({"n": {"$push": 1}}, 422, "n.value"),
        ({"n": {"$pull": 1}}, 422, "n.value"),
        ({"text": {"$set": {"X": 1}}}, 422, "text.value"),
        ({"list": {"$max": 1}}, 422, "list.value"),
        ({"n": {"$mul": 1e308}}, 422, "n.value"),
        ({"n": {"$mul": 10**19}}, 422, "n.value"),
        ({"other": {"$inc": 1}}, 422, "other"),
    ],
)  # fmt: skip
def test_what_an_operator_cannot_do_is_refused_and_nothing_is_written(
    room: Device, operation: Any, status: int, named: str
) -> None:
    before = room.get("/entities/r1")
    answer = room.call("PATCH", "/entities/r1/attrs", operation, options="keyValues")
    refused(answer, status, "BadRequest" if status == 400 else "Unprocessable", named)
    assert room.get("/entities/r1") == before


def test_no_increment_is_lost_between_many(room: Device) -> None:
    broker = room.broker

    async def all_at_once() -> None:
        async with httpx.AsyncClient(base_url=str(broker.wire.base_url)) as client:
            body = {"n": {"type": "Number", "value": {"$inc": 1}}}
            answers = await asyncio.gather(*(
                client.patch("/v2/entities/r1/attrs", json=body, headers={"Fiware-Service": broker.tenant})
                for _ in range(50)
            ))  # fmt: skip
            assert {answer.status_code for answer in answers} == {204}

    asyncio.run(all_at_once())
    assert value_of(room, "n") == 55


WITH_METADATA = {"value": 20, "type": "Number", "metadata": {"unitCode": {"value": "CEL", "type": "Text"},
                 "avg": {"value": 25.4, "type": "Number"},
                 "TimeInstant": {"value": "2026-11-27T00:00:00Z", "type": "DateTime"}}}  # fmt: skip


def metadata_of(device: Device) -> dict[str, Any]:
    return {name: one["value"] for name, one in device.get("/entities/r1/attrs/t")["metadata"].items()}


@pytest.mark.parametrize("way", ["post", "patch", "put", "update", "append", "upsert"])
def test_metadata_stay_unless_they_are_written_anew(room: Device, way: str) -> None:
    room.ok("POST", "/entities/r1/attrs", {"t": WITH_METADATA})
    new = {"value": 21, "type": "Number", "metadata": {"avg": {"value": 25.6}, "accuracy": {"value": 98.7}}}

    def write(attribute: dict[str, Any], **query: Any) -> None:
        entity = {"id": "r1", "type": "Room", "t": attribute}
        if way == "put":
            room.ok("PUT", "/entities/r1/attrs/t", attribute, **query)
        elif way in ("post", "patch"):
            room.ok(way.upper(), "/entities/r1/attrs", {"t": attribute}, **query)
        elif way == "upsert":
            room.ok("POST", "/entities", entity, options="upsert")
        else:
            room.ok("POST", "/op/update", {"actionType": way, "entities": [entity]}, **query)

    write(new)
    assert metadata_of(room) == {"unitCode": "CEL", "avg": 25.6, "accuracy": 98.7}
    if way != "upsert":
        write(new, options="overrideMetadata")
        assert metadata_of(room) == {"avg": 25.6, "accuracy": 98.7}
        write({"value": 22}, options="overrideMetadata")
        assert metadata_of(room) == {}
        write(new)
    write({"value": 23, "metadata": {}})
    assert metadata_of(room) == {}
    assert room.get("/entities/r1/attrs/t")["value"] == 23


def test_a_replaced_entity_keeps_no_metadata(room: Device) -> None:
    room.ok("POST", "/entities/r1/attrs", {"t": WITH_METADATA})
    room.ok("PUT", "/entities/r1/attrs", {"t": {"value": 1}})
    assert metadata_of(room) == {}


def test_the_older_word_for_dates_stays(room: Device) -> None:
    room.ok("POST", "/entities/r1/attrs", {"when": {"type": "ISO8601", "value": "2026-11-27T08:00:00+08:00"}})
    assert room.get("/entities/r1/attrs/when") == {
        "type": "ISO8601", "value": "2026-11-27T00:00:00.000Z", "metadata": {},
    }  # fmt: skip
    assert room.ids(q="when<2026-11-28") == ["r1"]


@pytest.mark.parametrize("way", ["post", "patch", "put", "put all", "value", "batch"])
def test_an_update_that_changes_nothing_is_told_if_it_is_forced(room: Device, receiver: Receiver, way: str) -> None:
    condition = {"attrs": ["n"], "alterationTypes": ["entityChange"]}
    subscribe(room, subscription(receiver, notification={"attrs": ["n"]}, condition=condition))
    same = {"value": 5, "type": "Number"}

    def write(**query: Any) -> None:
        if way == "batch":
            room.ok("POST", "/op/update", {"actionType": "update", "entities": [{"id": "r1", "n": same}]}, **query)
        elif way == "put":
            room.ok("PUT", "/entities/r1/attrs/n", same, **query)
        elif way == "value":
            answer = room.call("PUT", "/entities/r1/attrs/n/value", "5", media="text/plain", **query)
            assert answer.status_code == 204, answer.text
        else:
            method = {"post": "POST", "patch": "PATCH", "put all": "PUT"}[way]
            room.ok(method, "/entities/r1/attrs", {"n": same}, **query)

    write()
    receiver.nothing()
    write(options="forcedUpdate")
    assert receiver.next()[1]["data"][0]["n"]["value"] == 5
