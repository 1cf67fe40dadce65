"""A subscriber hears nothing of a change that he may not see: not what it was, and not that there was one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, Opened
from notification_receiver import Receiver, open_receiver

from patience import PATIENCE
from pinisi.people.accounts import Assignment
from pinisi.vocabulary.terms import DEFAULT_CONTEXT

pytestmark = pytest.mark.anyio
SEEN = frozenset({DEFAULT_CONTEXT + "height"})
ALL = ["attributeCreated", "attributeUpdated", "attributeDeleted", "entityCreated", "entityUpdated", "entityDeleted"]
NEAR = {"georel": "near;maxDistance==9000000", "geometry": "Point", "coordinates": [1, 1]}
TREE = {"entities": [{"type": "Tree"}]}
WISHES: dict[str, dict[str, Any]] = {
    "trees": TREE,
    "every trigger": {**TREE, "notificationTrigger": ALL},
    "what is hidden": {**TREE, "watchedAttributes": ["price"]},
    "all that is hidden": {"watchedAttributes": ["price"], "notificationTrigger": ALL},
    "a filter on what is hidden": {**TREE, "q": "price>5"},
    "a filter that what is hidden denies": {**TREE, "q": "price!=1;height>0"},
    "either": {**TREE, "q": "price>5|height>0"},
    "where it is": {
        **TREE,
        "geoQ": {
            "georel": "near;maxDistance==9000000",
            "geometry": "Point",
            "coordinates": [1, 1],
            "geoproperty": "spot",
        },
    },
    "what it keeps": {**TREE, "q": "keeps{gold}>0"},
}
V2_SUBJECTS: dict[str, dict[str, Any]] = {
    "trees in v2": {},
    "any update in v2": {
        "condition": {"attrs": ["price"], "alterationTypes": ["entityUpdate", "entityChange", "entityDelete"]}
    },
    "a filter in v2": {"condition": {"expression": {"q": "price>5"}}},
}


def value(content: Any) -> dict[str, Any]:
    return {"type": "Property", "value": content}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as made:
        yield made


async def subscribe(client: httpx.AsyncClient, receiver: Receiver) -> None:
    for name, wish in WISHES.items():
        shown = {"showChanges": True, "sysAttrs": True} if "trigger" in name else {}
        endpoint = {"uri": f"{receiver.uri}?{name.replace(' ', '-')}"}
        body = {"type": "Subscription", **wish, "notification": {"endpoint": endpoint, **shown}}
        made = await client.post(f"{NGSI}/subscriptions", json=body)
        assert made.status_code == 201, made.text
    for name, subject in V2_SUBJECTS.items():
        subject = {"entities": [{"idPattern": ".*", "type": "Tree"}], **subject}
        http = {"url": f"{receiver.uri}?{name.replace(' ', '-')}"}
        metadata = ["previousValue", "actionType", "*"]
        body = {"subject": subject, "notification": {"http": http, "metadata": metadata}}
        made = await client.post("/v2/subscriptions", json=body)
        assert made.status_code == 201, made.text


async def test_what_is_hidden_from_a_subscriber_wakes_nothing(fresh: Opened, receiver: Receiver) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    limits = Assignment(role="partner", types=frozenset({DEFAULT_CONTEXT + "Tree"}), attributes=SEEN)
    cookie = await fresh.account("gowa", limits)
    async with fresh.client(cookie=cookie) as gowa, fresh.client(cookie=await fresh.cookie("ani")) as ani:

        async def change(method: str, path: str, body: Any = None) -> None:
            answer = await ani.request(method, f"{NGSI}/entities{path}", json=body)
            assert answer.is_success, answer.text

        tree = {"id": "urn:tree:1", "type": "Tree", "height": value(1), "price": value(1)}
        await change("POST", "", tree)
        await subscribe(gowa, receiver)
        for price in (2, 50, 3):
            await change("PATCH", "/urn:tree:1/attrs", {"price": value(price)})
        spot = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 1]}}
        keeps = {"type": "Relationship", "object": "urn:vault:1", "objectType": "Vault"}
        await change("POST", "/urn:tree:1/attrs", {"spot": spot, "keeps": keeps})
        await change("POST", "", {"id": "urn:vault:1", "type": "Vault", "gold": value(9), "price": value(9)})
        await change("DELETE", "/urn:tree:1/attrs/price")
        await change("POST", "/urn:tree:1/attrs", {"price": value(70)})
        await change("DELETE", "/urn:vault:1")
        await change("PATCH", "/urn:tree:1/attrs", {"height": value(2)})
        async with asyncio.timeout(PATIENCE):
            while len(receiver.taken) < 4:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
    heard = sorted(letter.path.partition("?")[2] for letter in receiver.taken)
    assert heard == ["either", "every-trigger", "trees", "trees-in-v2"], heard
    for letter in receiver.taken:
        told = str(letter.body)
        assert "height" in told and not any(word in told for word in ("price", "spot", "keeps", "gold", "vault")), told
