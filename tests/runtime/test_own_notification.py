"""What this city told by a subscription of its own does not come in again by a source: it would go round for ever."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from well_source import NOW, WELL, Fed, pinisi_table, well_source

from pinisi.context.subscription import KIND
from pinisi.runtime.intake import Intake, Taken
from pinisi.runtime.source import Message, Reading, Source
from pinisi.store.change import DocumentChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
TABLE = pinisi_table()
OURS = "urn:ngsi-ld:Subscription:ours"
VALUE = {"id": WELL, "type": "Well", "waterLevel": {"type": "Property", "value": 1.5}}
V2 = {"subscriptionId": OURS, "data": [VALUE]}
HTTP = {"id": "urn:ngsi-ld:Notification:1", "type": "Notification", "notifiedAt": "2026-11-25T05:00:00Z", **V2}
MQTT = {"metadata": {"Content-Type": "application/json"}, "body": HTTP}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path, lambda: NOW) as opened:
        await opened.apply("city", (DocumentChange(KIND, OURS, b"{}"),), SYSTEM)
        yield opened


def read(message: Message) -> Reading:
    """The entities of a notification, as a mapping with `rows` would find them."""
    told: Any = msgspec.json.decode(message.body)
    return Reading(entities=tuple(told.get("body", told)["data"]))


async def take(store: SqliteStore, document: dict[str, Any], tenant: str = "city") -> Taken:
    source: Source = msgspec.structs.replace(well_source(Fed()), read=read)
    message = Message(body=msgspec.json.encode(document), origin="city/wells", received=NOW)
    return await Intake(store, tenant, TABLE, source).take([message])


@pytest.mark.parametrize("document", [HTTP, MQTT, V2], ids=["HTTP", "MQTT", "NGSI v2"])
async def test_a_notification_of_our_own_subscription_is_put_into_the_quarantine(
    store: SqliteStore, document: dict[str, Any]
) -> None:
    taken = await take(store, document)
    assert (taken.new, taken.rejected) == (0, 1)
    for words in (taken.rejects[0].reason.id, taken.rejects[0].reason.en, taken.rejects[0].reason.ja):
        assert OURS in words
    assert await store.entity("city", WELL, EVERYTHING) is None


async def test_a_notification_of_another_broker_is_taken(store: SqliteStore) -> None:
    theirs = {"metadata": {}, "body": {**HTTP, "subscriptionId": "urn:ngsi-ld:Subscription:theirs"}}
    assert (await take(store, theirs)).new == 1


async def test_a_subscription_of_another_tenant_goes_no_round(store: SqliteStore) -> None:
    assert (await take(store, MQTT, "drill")).new == 1
