"""Linked entities in notifications (NGSI-LD 4.5.23, 4.9, 5.2.14.1), and the younger members of a subscription."""
# pyright: basic

from pathlib import Path
from typing import Any

import pytest
from notification_receiver import House, number, open_house, open_receiver, vehicles

from pinisi.console.subscription_endpoints import create_subscription
from pinisi.context.problems import BadRequestData
from pinisi.vocabulary.principal import Grant, Grants
from pinisi.vocabulary.terms import DEFAULT_CONTEXT

pytestmark = pytest.mark.anyio
VEHICLES = Grants((Grant(types=frozenset({DEFAULT_CONTEXT + "Vehicle"})),))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def link(target: str) -> dict[str, Any]:
    return {"type": "Relationship", "object": target}


async def _parked(house: House, level: float = 3) -> None:
    await house.create({"id": "urn:g:1", "type": "Garage", "name": {"type": "Property", "value": "Utara"}})
    await house.merge("urn:g:1", level=number(level), street=link("urn:r:1"))
    await house.create({"id": "urn:r:1", "type": "Street", "name": {"type": "Property", "value": "Jalan"}})


async def test_inline_the_linked_entity_stands_in_its_relationship(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await _parked(house)
        await house.subscribe(vehicles(receiver.uri, notification={"join": "inline"}))
        await house.create({"id": "urn:v:1", "isParked": link("urn:g:1")})
        (received,) = await receiver.wait(1)
        (vehicle,) = received.data
        garage = vehicle["isParked"]["entity"]
        assert (garage["id"], garage["name"]["value"]) == ("urn:g:1", "Utara")
        assert "entity" not in garage["street"], "joinLevel is 1 where it is not given"


async def test_flat_the_linked_entities_follow_as_far_as_the_level_says(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await _parked(house)
        await house.subscribe(vehicles(receiver.uri, notification={"join": "flat", "joinLevel": 2}))
        await house.create({"id": "urn:v:1", "isParked": link("urn:g:1")})
        (received,) = await receiver.wait(1)
        assert [entity["id"] for entity in received.data] == ["urn:v:1", "urn:g:1", "urn:r:1"]


async def test_braces_choose_what_is_shown_behind_a_relationship(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await _parked(house)
        chosen = {"join": "inline", "pick": ["id", "type", "isParked{id,type,name}"], "format": "keyValues"}
        await house.subscribe(vehicles(receiver.uri, notification=chosen))
        await house.create({"id": "urn:v:1", "isParked": link("urn:g:1"), "speed": number(1)})
        (received,) = await receiver.wait(1)
        garage = {"id": "urn:g:1", "type": "Garage", "name": "Utara"}
        assert received.data == [{"id": "urn:v:1", "type": "Vehicle", "isParked": garage}]


async def test_changes_and_linked_entities_are_shown_together(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await _parked(house)
        await house.create({"id": "urn:v:1", "isParked": link("urn:g:1"), "speed": number(1)})
        await house.subscribe(vehicles(receiver.uri, notification={"join": "inline", "showChanges": True}))
        await house.merge("urn:v:1", speed=number(2))
        (received,) = await receiver.wait(1)
        (vehicle,) = received.data
        assert (vehicle["speed"]["value"], vehicle["speed"]["previousValue"]) == (2, 1)
        assert vehicle["isParked"]["entity"]["name"]["value"] == "Utara"


async def test_a_filter_on_linked_entities_is_proved_when_the_notification_is_written(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await _parked(house, level=3)
        await house.create({"id": "urn:g:2", "type": "Garage", "level": number(9)})
        await house.subscribe(vehicles(receiver.uri, q="isParked{level}>5"))
        await house.create({"id": "urn:v:1", "isParked": link("urn:g:1")})
        await house.create({"id": "urn:v:2", "isParked": link("urn:g:2")})
        await house.create({"id": "urn:v:3", "speed": number(1)})
        await house.settled()
        assert [one.data[0]["id"] for one in receiver.taken] == ["urn:v:2"]


async def test_only_linked_entities_that_the_owner_may_see_are_shown(tmp_path: Path) -> None:
    async with (
        open_receiver() as receiver,
        open_house(tmp_path, grants={"ani": VEHICLES}) as house,
    ):
        await _parked(house)
        await house.subscribe(vehicles(receiver.uri, notification={"join": "flat"}))
        await house.create({"id": "urn:v:1", "isParked": link("urn:g:1")})
        (received,) = await receiver.wait(1)
        assert [entity["id"] for entity in received.data] == ["urn:v:1"]


async def test_what_was_chosen_in_braces_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        chosen = {"join": "inline", "joinLevel": 1, "pick": ["id", "isParked{name}"]}
        id = await house.subscribe(vehicles(receiver.uri, notification=chosen))
        told = (await house.subscription(id))["notification"]
        assert {name: told[name] for name in chosen} == chosen


@pytest.mark.parametrize(
    ("notification", "field"),
    [
        ({"join": "deep"}, "notification.join"),
        ({"join": 1}, "notification.join"),
        ({"join": "flat", "joinLevel": 0}, "notification.joinLevel"),
        ({"join": "flat", "joinLevel": "1"}, "notification.joinLevel"),
        ({"join": "flat", "joinLevel": True}, "notification.joinLevel"),
        ({"pick": ["isParked{name}"]}, "notification.pick"),
        ({"join": "flat", "pick": ["isParked{street{name}}"]}, "notification.pick"),
        ({"join": "flat", "pick": ["isParked{name"]}, "notification.pick"),
        ({"join": "flat", "endpoint": {"accept": "application/geo+json"}}, "notification.join"),
    ],
)
async def test_what_cannot_be_joined_is_told_with_its_member(
    tmp_path: Path, notification: dict[str, Any], field: str
) -> None:
    async with open_house(tmp_path) as house:
        with pytest.raises(BadRequestData) as caught:
            payload = vehicles(
                "http://127.0.0.1:1/", endpoint=notification.pop("endpoint", {}), notification=notification
            )
            await house.call(create_subscription, payload)
        assert caught.value.field == field


async def test_one_who_knows_an_earlier_version_is_told_in_its_terms(tmp_path: Path) -> None:
    """NGSI-LD 4.3.6.8: before 1.8 there was no JsonProperty."""
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.subscribe(vehicles(receiver.uri, ngsildConformance="1.6"))
        await house.create({"id": "urn:v:1", "plan": {"type": "JsonProperty", "json": {"a": 1}}})
        (received,) = await receiver.wait(1)
        assert received.data[0]["plan"] == {"type": "Property", "value": {"a": 1}}


async def test_of_what_is_here_alone_neither_entities_nor_attributes_must_be_named(tmp_path: Path) -> None:
    """NGSI-LD 5.2.12: with localOnly."""
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        payload = {"type": "Subscription", "localOnly": True, "notification": {"endpoint": {"uri": receiver.uri}}}
        await house.subscribe(payload)
        await house.speed("urn:v:1", 1)
        assert (await receiver.wait(1))[0].data[0]["id"] == "urn:v:1"


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"ngsildConformance": "new"}, "ngsildConformance"),
        ({"splitEntities": "yes"}, "splitEntities"),
        ({"expandValues": 3}, "expandValues"),
        ({"jsonKeys": []}, "jsonKeys"),
    ],
)
async def test_younger_members_are_read_and_their_rules_are_told(
    tmp_path: Path, members: dict[str, Any], field: str
) -> None:
    async with open_house(tmp_path) as house:
        with pytest.raises(BadRequestData) as caught:
            await house.call(create_subscription, vehicles("http://127.0.0.1:1/", **members))
        assert caught.value.field == field
