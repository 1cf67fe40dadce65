"""Transient entities and attributes over HTTP: what has an `expiresAt` ends then (NGSI-LD 4.22)."""

import time

from broker_at_hand import Broker, prop, refused
from moments import before_the_end, soon, wait_until

from patience import PATIENCE

PAST = "2020-01-01T00:00:00Z"
FUTURE = "2100-01-01T00:00:00Z"
BUS = "urn:ngsi-ld:Bus:1"


def gone(broker: Broker) -> None:
    """Nothing is left of the bus, nor of its past."""
    broker.call("DELETE", f"/temporal/entities/{BUS}")


def test_an_entity_is_served_until_its_moment_and_its_id_is_free_then(broker: Broker) -> None:
    def served(end: str) -> None:
        broker.create(BUS, expiresAt=end, speed=prop(1))
        assert broker.entity(BUS)["speed"]["value"] == 1

    before_the_end(served)
    assert broker.get(f"/entities/{BUS}").status_code == 404
    assert broker.ids(type="Bus") == []
    assert broker.get("/types").json()["typeList"] == []
    broker.create(BUS)


def test_one_who_never_asks_hears_of_it_in_the_log(broker: Broker) -> None:
    end = soon(0.5)
    broker.create(BUS, expiresAt=end, speed=prop(1))
    told = {"timeproperty": "deletedAt", "timerel": "before", "timeAt": FUTURE}
    deadline = time.monotonic() + PATIENCE
    while "speed" not in (found := broker.get(f"/temporal/entities/{BUS}", **told).json()):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    assert found["speed"][0]["deletedAt"] >= end


def test_the_history_of_an_entity_outlives_it(broker: Broker) -> None:
    def changed(end: str) -> None:
        gone(broker)
        broker.create(BUS, expiresAt=end, speed=prop(1))
        assert broker.call("PATCH", f"/entities/{BUS}/attrs/speed", prop(2)).status_code == 204

    before_the_end(changed)
    assert broker.get(f"/entities/{BUS}").status_code == 404
    found = broker.get(f"/temporal/entities/{BUS}", options="temporalValues").json()
    assert [value for value, _ in found["speed"]["values"]] == [1, 2]


def test_the_history_of_an_attribute_ends_with_it(broker: Broker) -> None:
    def changed(end: str) -> None:
        gone(broker)
        broker.create(BUS, speed=prop(1, expiresAt=end), name=prop("x"))
        assert broker.call("PATCH", f"/entities/{BUS}/attrs/speed", prop(2)).status_code == 204

    before_the_end(changed)
    assert "speed" not in broker.entity(BUS)
    for told in ({}, {"timeproperty": "deletedAt", "timerel": "before", "timeAt": FUTURE}):
        assert "speed" not in broker.get(f"/temporal/entities/{BUS}", **told).json()
    assert broker.get(f"/temporal/entities/{BUS}", attrs="speed").status_code == 404
    assert "name" in broker.get(f"/temporal/entities/{BUS}").json()


def test_one_instance_ends_and_the_other_stays(broker: Broker) -> None:
    def both(end: str) -> None:
        gone(broker)
        broker.create(BUS, speed=[prop(10), prop(20, datasetId="urn:d:1", expiresAt=end)])
        assert len(broker.entity(BUS)["speed"]) == 2

    before_the_end(both)
    assert broker.entity(BUS)["speed"] == {"type": "Property", "value": 10}


def test_an_end_in_the_past_is_taken_and_comes_at_once(broker: Broker) -> None:
    broker.create(BUS, speed=prop(1))
    fragment = {"id": BUS, "type": "Bus", "expiresAt": PAST}
    assert broker.call("PATCH", f"/entities/{BUS}", fragment).status_code == 204
    assert broker.get(f"/entities/{BUS}").status_code == 404
    broker.create(BUS, expiresAt=PAST)
    assert broker.get(f"/entities/{BUS}").status_code == 404


def test_updates_keep_or_clear_the_end_as_they_keep_or_clear_other_members(broker: Broker) -> None:
    def updated(end: str) -> None:
        gone(broker)
        broker.create(BUS, speed=prop(1, expiresAt=end), name=prop(1, expiresAt=end), colour=prop(1, expiresAt=end))
        assert broker.call("PATCH", f"/entities/{BUS}/attrs", {"speed": prop(2)}).status_code == 204
        assert broker.call("PATCH", f"/entities/{BUS}/attrs/name", prop(2)).status_code == 204
        merged = {"id": BUS, "type": "Bus", "colour": prop(2)}
        assert broker.call("PATCH", f"/entities/{BUS}", merged).status_code == 204

    before_the_end(updated)
    assert broker.entity(BUS) == {"id": BUS, "type": "Bus", "speed": {"type": "Property", "value": 2}}


def test_a_replaced_entity_has_the_end_that_the_replacement_says(broker: Broker) -> None:
    def replaced(end: str) -> None:
        gone(broker)
        broker.create(BUS, expiresAt=end)
        assert broker.call("PUT", f"/entities/{BUS}", {"id": BUS, "type": "Bus", "speed": prop(1)}).status_code == 204

    before_the_end(replaced)
    assert broker.entity(BUS)["speed"]["value"] == 1


def test_the_null_takes_an_end_away(broker: Broker) -> None:
    fragment = {"id": BUS, "type": "Bus", "expiresAt": "urn:ngsi-ld:null", "speed": {"expiresAt": "urn:ngsi-ld:null"}}

    def taken(end: str) -> None:
        gone(broker)
        broker.create(BUS, expiresAt=end, speed=prop(1, expiresAt=end))
        answer = broker.call("PATCH", f"/entities/{BUS}", fragment)
        assert answer.status_code == 204, answer.text

    before_the_end(taken)
    assert broker.entity(BUS)["speed"]["value"] == 1


def test_batches_meet_what_has_ended_as_gone(broker: Broker) -> None:
    end = soon(0.5)
    entity = {"id": BUS, "type": "Bus", "expiresAt": end, "speed": prop(1)}
    assert broker.call("POST", "/entityOperations/create", [entity]).status_code == 201
    wait_until(end)
    again = {"id": BUS, "type": "Bus", "name": prop("x")}
    assert broker.call("POST", "/entityOperations/update", [again]).status_code == 207
    assert broker.call("POST", "/entityOperations/upsert", [again]).status_code == 201
    assert "speed" not in broker.entity(BUS)


def test_who_deletes_what_has_ended_finds_nothing(broker: Broker) -> None:
    broker.create(BUS, expiresAt=soon(0.01))
    time.sleep(0.02)
    refused(broker.call("DELETE", f"/entities/{BUS}"), 404, "ResourceNotFound")


def test_an_end_that_is_no_moment_is_refused(broker: Broker) -> None:
    for bad in ("not-a-date", "2026-13-45T00:00:00Z", 7):
        refused(broker.call("POST", "/entities", {"id": BUS, "type": "Bus", "expiresAt": bad}), 400, "BadRequestData",
                "expiresAt")  # fmt: skip
        speed = prop(1) | {"expiresAt": bad}
        answer = broker.call("POST", "/entities", {"id": BUS, "type": "Bus", "speed": speed})
        refused(answer, 400, "BadRequestData", "speed.expiresAt")


def test_the_end_is_shown_with_the_other_times_of_the_system(broker: Broker) -> None:
    broker.create(BUS, expiresAt=FUTURE, speed=prop(1, expiresAt=FUTURE, name=prop(2, expiresAt=FUTURE)))
    assert "expiresAt" not in broker.get(f"/entities/{BUS}").text
    shown = broker.entity(BUS, options="sysAttrs")
    assert shown["expiresAt"] == shown["speed"]["expiresAt"] == shown["speed"]["name"]["expiresAt"] == FUTURE
    assert broker.ids(type="Bus", q=f'expiresAt=="{FUTURE}"') == [BUS]
