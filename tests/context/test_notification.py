"""What a notification holds: the format asked for, what is gone, what was before."""

from pathlib import Path
from typing import Any

import pytest
from notification_receiver import (
    ANI,
    CITY_CONTEXT,
    TENANT,
    House,
    Received,
    Receiver,
    number,
    open_house,
    open_receiver,
    vehicles,
)

from pinisi.context.notification import NotificationWriter
from pinisi.context.subscription_payload import read_subscription
from pinisi.store.debt import Debt
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


BUS = {
    "id": "urn:v:bus",
    "type": "Vehicle",
    "speed": number(42),
    "name": {"type": "LanguageProperty", "languageMap": {"id": "Bus kota", "en": "City bus"}},
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [119.4, -5.1]}},
    "parkedAt": {"type": "Relationship", "object": "urn:p:1"},
}


async def heard(house: House, receiver: Receiver, **members: Any) -> Received:
    """The notification of the bus being created."""
    await house.subscribe(vehicles(receiver.uri, **members))
    await house.create(BUS)
    return (await receiver.wait(1))[0]


async def test_it_is_normalized_json_with_its_context_in_a_link_header(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        id = await house.subscribe(vehicles(receiver.uri))
        await house.create(BUS)
        got = (await receiver.wait(1))[0]
        assert got.headers["content-type"] == "application/json"
        assert got.headers["link"].endswith('; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"')
        assert "ngsi-ld-core-context" in got.headers["link"]
        assert "ngsild-tenant" not in got.headers
        assert got.body["type"] == "Notification"
        assert got.body["subscriptionId"] == id
        assert got.body["id"].startswith("urn:ngsi-ld:Notification:")
        assert got.body["notifiedAt"].endswith("Z")
        assert got.data == [BUS]


@pytest.mark.parametrize(
    ("notification", "expected"),
    [
        ({"format": "keyValues", "attributes": ["speed"]}, {"id": "urn:v:bus", "type": "Vehicle", "speed": 42}),
        ({"format": "concise", "pick": ["id", "parkedAt"]}, {"id": "urn:v:bus", "parkedAt": {"object": "urn:p:1"}}),
        ({"format": "simplified", "pick": ["id", "speed"]}, {"id": "urn:v:bus", "speed": 42}),
        ({"format": "simplified", "omit": ["type", "name", "location", "parkedAt"]}, {"id": "urn:v:bus", "speed": 42}),
    ],
)  # fmt: skip
async def test_format_and_members_are_those_asked_for(
    tmp_path: Path, notification: dict[str, Any], expected: dict[str, Any]
) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        assert (await heard(house, receiver, notification=notification)).data == [expected]


async def test_as_json_ld_every_entity_carries_the_context_of_the_subscription(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.subscribe(
            {
                **vehicles(receiver.uri, endpoint={"accept": "application/ld+json"}),
                "@context": CITY_CONTEXT,
            }
        )
        await house.create({**BUS, "type": "https://city.example/Vehicle", "https://city.example/speed": number(3)})
        got = (await receiver.wait(1))[0]
        assert got.headers["content-type"] == "application/ld+json"
        assert "link" not in got.headers
        assert got.data[0]["@context"] == CITY_CONTEXT
        assert got.data[0]["type"] == "Vehicle"
        assert got.data[0]["speed"]["value"] == 3


async def test_json_ld_context_of_the_subscription_goes_before_the_one_it_was_written_in(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.subscribe(vehicles(receiver.uri, jsonldContext=CITY_CONTEXT))
        await house.create(BUS)
        got = (await receiver.wait(1))[0]
        assert got.headers["link"].startswith(f"<{CITY_CONTEXT}>")
        assert got.data[0]["type"] != "Vehicle"


async def test_as_geojson_the_data_is_a_feature_collection(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        got = await heard(house, receiver, endpoint={"accept": "application/geo+json"})
        assert got.data["type"] == "FeatureCollection"
        assert got.data["features"][0]["geometry"] == BUS["location"]["value"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("prefer", "in_body"), [(None, True), ("body=ld+json", True), ("respond-async", True), ("body=json", False)]
)
async def test_geojson_carries_its_context_unless_the_receiver_prefers_not(
    tmp_path: Path, prefer: str | None, in_body: bool
) -> None:
    """5.3.1, 6.3.8: in the FeatureCollection, else in the Link header."""
    info = [] if prefer is None else [{"key": "Prefer", "value": prefer}]
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        endpoint = {"accept": "application/geo+json", "receiverInfo": info}
        got = await heard(house, receiver, endpoint=endpoint)
        assert ("@context" in got.data, "link" in got.headers) == (in_body, not in_body)
        assert "@context" not in got.data["features"][0]  # type: ignore[index]


async def test_receiver_info_goes_as_headers(tmp_path: Path) -> None:
    info = [{"key": "X-City", "value": "Makassar"}, {"key": "Authorization", "value": "Bearer x"}]
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        got = await heard(house, receiver, endpoint={"receiverInfo": info})
        assert got.headers["x-city"] == "Makassar"
        assert got.headers["authorization"] == "Bearer x"


async def test_system_times_are_told_when_asked_for(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        got = await heard(house, receiver, notification={"sysAttrs": True})
        assert {"createdAt", "modifiedAt"} <= got.data[0].keys()
        assert {"createdAt", "modifiedAt"} <= got.data[0]["speed"].keys()


async def test_the_language_asked_for_is_chosen(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        got = await heard(house, receiver, lang="en")
        assert got.data[0]["name"] == {"type": "Property", "value": "City bus", "lang": "en"}


async def test_only_the_datasets_asked_for_are_shown(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.subscribe(vehicles(receiver.uri, datasetId=["urn:d:forecast"]))
        await house.create(
            {
                "id": "urn:v:1",
                "type": "Vehicle",
                "speed": [number(1), {**number(2), "datasetId": "urn:d:forecast"}],
            }
        )
        got = (await receiver.wait(1))[0]
        assert got.data[0]["speed"] == {**number(2), "datasetId": "urn:d:forecast"}


async def test_an_entity_that_is_deleted_is_told_by_its_id_type_and_moment(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.create(BUS)
        await house.subscribe(vehicles(receiver.uri, notificationTrigger=["entityDeleted"]))
        await house.delete("urn:v:bus")
        got = (await receiver.wait(1))[0]
        assert got.data[0].keys() == {"id", "type", "deletedAt"}
        assert (got.data[0]["id"], got.data[0]["type"]) == ("urn:v:bus", "Vehicle")


async def test_an_attribute_that_is_deleted_is_told_as_null(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.create(BUS)
        members = {"notificationTrigger": ["attributeDeleted"], "watchedAttributes": ["name", "speed"]}
        await house.subscribe(vehicles(receiver.uri, **members))
        await house.merge("urn:v:bus", name="urn:ngsi-ld:null", location="urn:ngsi-ld:null")
        await house.merge("urn:v:bus", parkedAt="urn:ngsi-ld:null")
        await house.delete("urn:v:bus")
        first, last = await receiver.wait(2)
        assert first.data[0]["name"] == {"type": "LanguageProperty", "languageMap": {"@none": "urn:ngsi-ld:null"}}
        assert first.data[0]["speed"] == number(42)
        assert "location" not in first.data[0]
        assert last.data[0]["speed"] == {"type": "Property", "value": "urn:ngsi-ld:null"}
        assert last.data[0].keys() == {"id", "type", "deletedAt", "speed"}


async def test_one_dataset_that_is_deleted_is_told_beside_the_one_that_stays(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        forecast = {**number(2), "datasetId": "urn:d:forecast"}
        await house.create({"id": "urn:v:1", "speed": [number(1), forecast]})
        await house.subscribe(
            vehicles(receiver.uri, notificationTrigger=["attributeDeleted"], notification={"sysAttrs": True})
        )
        await house.merge("urn:v:1", speed={**forecast, "value": "urn:ngsi-ld:null"})
        got = (await receiver.wait(1))[0]
        stays, gone = got.data[0]["speed"]
        assert stays["value"] == 1
        assert (gone["value"], gone["datasetId"]) == ("urn:ngsi-ld:null", "urn:d:forecast")
        assert "deletedAt" in gone
        assert "deletedAt" not in stays


async def test_an_attribute_of_which_no_dataset_is_left_is_told_once(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.create({"id": "urn:v:1", "speed": [number(1), {**number(2), "datasetId": "urn:d:forecast"}]})
        await house.subscribe(vehicles(receiver.uri, notificationTrigger=["attributeDeleted"]))
        await house.delete("urn:v:1")
        got = (await receiver.wait(1))[0]
        assert got.data[0]["speed"] == {"type": "Property", "value": "urn:ngsi-ld:null"}


@pytest.mark.parametrize("form", ["normalized", "concise"])
async def test_changes_are_shown_with_their_previous_values(tmp_path: Path, form: str) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.create(BUS)
        await house.subscribe(vehicles(receiver.uri, notification={"showChanges": True, "format": form}))
        await house.merge("urn:v:bus", speed=50, parkedAt={"object": "urn:p:2"})
        entity = (await receiver.wait(1))[0].data[0]
        kind = {"type": "Property"} if form == "normalized" else {}
        assert entity["speed"] == {**kind, "value": 50, "previousValue": 42}
        assert entity["parkedAt"]["previousObject"] == "urn:p:1"
        assert not any(name.startswith("previous") for name in entity["name"])


async def test_an_entity_that_is_created_has_no_previous_values(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        got = await heard(house, receiver, notification={"showChanges": True})
        assert got.data == [BUS]


async def test_of_an_entity_that_is_deleted_all_previous_values_are_shown(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.create(BUS)
        trigger = ["entityDeleted"]
        await house.subscribe(vehicles(receiver.uri, notificationTrigger=trigger, notification={"showChanges": True}))
        await house.delete("urn:v:bus")
        entity = (await receiver.wait(1))[0].data[0]
        assert entity["speed"] == {"type": "Property", "value": "urn:ngsi-ld:null", "previousValue": 42}
        assert entity["location"]["previousValue"] == BUS["location"]["value"]  # type: ignore[index]
        assert entity["name"]["previousLanguageMap"] == BUS["name"]["languageMap"]  # type: ignore[index]


async def test_another_tenant_is_named_in_a_header(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        payload = {**vehicles("http://127.0.0.1:1/"), "id": "urn:s:1"}
        subscription = read_subscription(payload, lambda name: name, ANI.id, None)
        await house.create(BUS)
        record = await house.store.entity(TENANT, "urn:v:bus", EVERYTHING)
        assert record is not None
        debt = Debt(subscription="urn:s:1", position=1, time=0, subject=record.id, attributes=(), body=record.body)
        writer = NotificationWriter(house.store, house.contexts, house.now, default_tenant=TENANT)
        delivery = await writer.write("surabaya", subscription, [debt], EVERYTHING)
        assert delivery is not None
        assert b"NGSILD-Tenant: surabaya\r\n" in delivery.headers
