"""Subscriptions over HTTP: made, listed, changed, deleted; whose they are, and where they may point."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from notification_receiver import ANI, CITY_CONTEXT, open_house, vehicles

from pinisi.console.subscription_endpoints import create_subscription, query_subscriptions, retrieve_subscription
from pinisi.context.problems import AlreadyExists, BadRequestData, LdContextNotAvailable, ResourceNotFound
from pinisi.vocabulary.principal import Grant, Grants, Principal

pytestmark = pytest.mark.anyio

URI = "http://127.0.0.1:9/notify"
NOTIFICATION = {"endpoint": {"uri": URI}}
BUDI = Principal(id="budi", name="Budi", kind="person", grants=Grants((Grant(),)))
LINK = {b"link": f'<{CITY_CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'.encode()}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_what_was_written_is_read_back_with_its_status(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        payload = {**vehicles(URI, q="speed>50", watchedAttributes=["speed"]), "id": "urn:s:1"}
        assert await house.subscribe(payload) == "urn:s:1"
        document = await house.subscription("urn:s:1")
        assert document.pop("status") == "active"
        assert document.pop("notificationTrigger") == ["attributeCreated", "attributeUpdated"]
        assert document.pop("jsonldContext").endswith("core-context-v1.9.jsonld"), "5.8.1.4: the one it was written in"
        assert document == payload


async def test_an_id_is_made_where_none_is_given(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        id = await house.subscribe(vehicles(URI))
        assert id.startswith("urn:ngsi-ld:Subscription:")
        assert (await house.subscription(id))["id"] == id


async def test_the_same_id_twice_is_a_conflict(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.subscribe({**vehicles(URI), "id": "urn:s:1"})
        with pytest.raises(AlreadyExists):
            await house.call(create_subscription, {**vehicles(URI), "id": "urn:s:1"})


async def test_names_are_answered_in_the_readers_own_context(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        payload = vehicles(
            URI, watchedAttributes=["speed"], q='speed>50;name=="speed"', notification={"attributes": ["speed"]}
        )
        id = await house.subscribe({**payload, "@context": CITY_CONTEXT})
        same = msgspec.json.decode((await house.call(retrieve_subscription, id=id, headers=LINK)).body)
        assert same["watchedAttributes"] == ["speed"]
        assert same["entities"] == [{"type": "Vehicle"}]
        other = await house.subscription(id)
        assert other["watchedAttributes"] == ["https://city.example/speed"]
        assert other["entities"] == [{"type": "https://city.example/Vehicle"}]
        assert other["q"] == 'https://city.example/speed>50;name=="speed"'
        assert other["notification"]["attributes"] == ["https://city.example/speed"]


async def test_a_list_has_pages_a_count_and_links(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for number in range(3):
            await house.subscribe({**vehicles(URI), "id": f"urn:s:{number}"})
        reply = await house.listed(b"limit=1&offset=1&count=true")
        assert [one["id"] for one in msgspec.json.decode(reply.body)] == ["urn:s:1"]
        headers = [value.decode() for name, value in reply.headers]
        assert "3" in headers
        page = "</ngsi-ld/v1/subscriptions?count=true&limit=1&offset="
        assert page + '0>;rel="prev";type="application/json"' in headers
        assert page + '2>;rel="next";type="application/json"' in headers


async def test_a_fragment_changes_what_it_names_and_null_takes_away(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        id = await house.subscribe(vehicles(URI, q="speed>50", description="fast ones"))
        await house.update(id, {"q": None, "notification": {**NOTIFICATION, "format": "keyValues"}, "isActive": False})
        document = await house.subscription(id)
        assert "q" not in document
        assert document["description"] == "fast ones"
        assert document["notification"] == {"endpoint": {"uri": URI}, "format": "keyValues"}
        assert document["status"] == "paused"


@pytest.mark.parametrize(
    ("fragment", "field"),
    [
        ({"notification": {"endpoint": None}}, "notification.endpoint"),
        ({"notification": {"format": "keyValues"}}, "notification.endpoint"),
        ({"notification": None}, "notification"),
        ({"entities": None}, "entities"),
        ({"id": "urn:s:other"}, "id"),
        ({"expiresAt": "2000-01-01T00:00:00Z"}, "expiresAt"),
        ({"type": "Entity"}, "type"),
        ({"throttling": -1}, "throttling"),
        ({"notification": {"endpoint": {"uri": "http://169.254.169.254/"}}}, "notification.endpoint.uri"),
    ],
)
async def test_a_fragment_that_breaks_a_rule_changes_nothing(
    tmp_path: Path, fragment: dict[str, Any], field: str
) -> None:
    async with open_house(tmp_path) as house:
        id = await house.subscribe(vehicles(URI))
        before = await house.subscription(id)
        with pytest.raises(BadRequestData) as caught:
            await house.update(id, fragment)
        assert caught.value.field == field
        assert await house.subscription(id) == before


async def test_names_in_a_fragment_mean_what_its_own_context_says(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        id = await house.subscribe({**vehicles(URI, watchedAttributes=["speed"]), "@context": CITY_CONTEXT})
        await house.update(id, {"watchedAttributes": ["speed"]})
        entry = house.subscriptions.get("makassar", id)
        assert entry is not None
        assert entry.subscription.watched == {"https://uri.etsi.org/ngsi-ld/default-context/speed"}
        selector = entry.subscription.selectors[0]
        assert selector.types is not None
        assert selector.types.iri == "https://city.example/Vehicle"  # type: ignore[union-attr]


async def test_a_subscription_is_there_after_a_restart_even_when_its_context_is_not(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        payload = vehicles(URI, watchedAttributes=["speed"], q="speed>5")
        id = await house.subscribe({**payload, "@context": CITY_CONTEXT})
    async with open_house(tmp_path, documents={}) as house:
        entry = house.subscriptions.get("makassar", id)
        assert entry is not None
        assert entry.subscription.watched == {"https://city.example/speed"}
        assert (await house.subscription(id))["watchedAttributes"] == ["https://city.example/speed"]


async def test_one_sees_and_changes_only_ones_own_unless_one_may_change_everything(tmp_path: Path) -> None:
    grants = {"ani": ANI.grants, "budi": BUDI.grants}
    async with open_house(tmp_path, grants=grants) as house:
        anis = await house.subscribe(vehicles(URI), by=ANI)
        budis = await house.subscribe(vehicles(URI), by=BUDI)
        assert (await house.subscription(budis, by=ANI))["id"] == budis
        for act in (
            house.subscription(anis, by=BUDI),
            house.update(anis, {"isActive": False}, by=BUDI),
            house.unsubscribe(anis, by=BUDI),
        ):
            with pytest.raises(ResourceNotFound):
                await act
        listed = msgspec.json.decode((await house.call(query_subscriptions, by=BUDI)).body)
        assert [one["id"] for one in listed] == [budis]


async def test_one_that_is_not_there_is_not_found_and_a_bad_id_is_bad(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        with pytest.raises(ResourceNotFound):
            await house.subscription("urn:s:none")
        with pytest.raises(BadRequestData):
            await house.subscription("none")


@pytest.mark.parametrize(
    "uri",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://10.0.0.5/",
        "http://192.0.2.5/",
        "http://0.0.0.0:9090/",
        "file:///etc/passwd",
    ],
)
async def test_a_target_that_is_not_allowed_is_refused_with_the_member_named(tmp_path: Path, uri: str) -> None:
    async with open_house(tmp_path) as house:
        with pytest.raises(BadRequestData) as caught:
            await house.subscribe(vehicles(uri))
        assert caught.value.field == "notification.endpoint.uri"
        assert msgspec.json.decode((await house.listed()).body) == []


async def test_without_a_list_not_even_loopback_is_allowed(tmp_path: Path) -> None:
    async with open_house(tmp_path, targets=()) as house:
        with pytest.raises(BadRequestData):
            await house.subscribe(vehicles(URI))


async def test_a_context_that_is_not_there_is_told(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        with pytest.raises(LdContextNotAvailable):
            await house.subscribe(vehicles(URI, jsonldContext="https://nowhere.example/c.jsonld"))
