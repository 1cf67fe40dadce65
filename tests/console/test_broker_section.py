"""The broker's section of the console over HTTP: subscriptions, deliveries, dead letters, sources, contexts, types."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from house_at_hand import JSON, NGSI, OURS, Opened, open_house
from notification_receiver import Receiver

from patience import PATIENCE
from pinisi.context import notification_lane
from pinisi.context.notification_gate import Limits
from pinisi.people.account_register import AccountChange
from pinisi.people.accounts import Assignment
from pinisi.vocabulary.principal import SYSTEM

pytestmark = pytest.mark.anyio
BROKER, LETTERS = OURS + "/broker", OURS + "/dead-letters"
GAUGE = "https://pinisi.example/Gauge"


@pytest.fixture
async def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Opened]:
    """A house that loses patience at once: what is not taken five times in a moment is a dead letter."""
    monkeypatch.setattr(notification_lane, "BACK_OFF", (0.01,))
    async with open_house(tmp_path / "data") as made:
        await made.house.notifier.stop()
        made.house.notifier._limits = Limits(give_up=0)  # pyright: ignore[reportPrivateUsage]
        await made.house.notifier.start()
        yield made


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    await made.start()
    yield made
    await made.stop()


def wish(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {
        "type": "Subscription",
        "entities": [{"type": GAUGE}],
        "notification": {"endpoint": {"uri": receiver.origin + "/heard?key=secret"}},
        **more,
    }


async def subscribe(client: httpx.AsyncClient, body: dict[str, Any]) -> str:
    made = await client.post(NGSI + "/subscriptions", json=body)
    assert made.status_code == 201, made.text
    return made.headers["location"].rpartition("/")[2]


async def level(client: httpx.AsyncClient, number: int, value: float) -> None:
    body = [{"id": f"urn:ngsi-ld:Gauge:{number}", "type": GAUGE, "level": {"type": "Property", "value": value}}]
    answer = await client.post(NGSI + "/entityOperations/upsert", json=body)
    assert answer.status_code in (201, 204), answer.text


async def dead(client: httpx.AsyncClient, count: int, **query: Any) -> list[dict[str, Any]]:
    """Until there are so many dead letters."""
    async with asyncio.timeout(PATIENCE):
        while True:
            page = (await client.get(LETTERS, params=query)).json()
            if len(page["letters"]) == count:
                return page["letters"]
            await asyncio.sleep(0.02)


async def trail(client: httpx.AsyncClient, act: str) -> list[dict[str, Any]]:
    return (await client.get(OURS + "/audit", params={"act": act})).json()["lines"]


async def test_a_dead_letter_appears_and_is_replayed_once_its_receiver_lives(
    opened: Opened, receiver: Receiver
) -> None:
    async with opened.client() as client:
        await receiver.stop()
        id = await subscribe(client, wish(receiver))
        await level(client, 1, 2.5)
        (letter,) = await dead(client, 1)
        assert (letter["subscription"], letter["receiver"]) == (id, receiver.origin)
        assert letter["reason"].startswith("no connection")
        assert letter["entity"] == "urn:ngsi-ld:Gauge:1"
        told = (await client.get(BROKER)).json()
        assert (told["dead"], told["failing"]) == (1, 1)
        (one,) = (await client.get(BROKER + "/receivers")).json()["receivers"]
        assert (one["receiver"], one["dead"], one["failing"]) == (receiver.origin, 1, 1)
        assert one["lastFailure"] and one["reason"]
        path = f"{LETTERS}/{quote(id, safe='')}/{letter['position']}"
        opened_letter = (await client.get(path)).json()
        assert opened_letter["payload"]["data"][0]["id"] == letter["entity"]
        await receiver.start()
        assert (await client.post(LETTERS, json={"act": "replay", "receiver": receiver.origin})).json() == {"done": 1}
        await receiver.wait(1)
        assert receiver.taken[0].data == opened_letter["payload"]["data"]
        assert await dead(client, 0) == []
        (line,) = await trail(client, "dead-letters-replayed")
        assert line["detail"]["count"] == 1 and line["detail"]["subscriptions"] == [id]


async def test_letters_are_chosen_by_subscription_receiver_and_time_and_put_away_with_a_reason(
    opened: Opened, receiver: Receiver
) -> None:
    async with opened.client() as client:
        await receiver.stop()
        first, second = await subscribe(client, wish(receiver)), await subscribe(client, wish(receiver))
        for number in range(3):
            await level(client, number, 1)
        letters = await dead(client, 6)
        assert len(await dead(client, 3, subscription=first)) == 3
        assert len(await dead(client, 6, receiver=receiver.origin)) == 6
        assert await dead(client, 0, receiver="http://127.0.0.1:1") == []
        between = {"since": letters[2]["changedAt"], "until": letters[4]["changedAt"]}
        assert {one["position"] for one in await dead(client, 2, **between)} == {letters[2]["position"]}
        page = (await client.get(LETTERS, params={"limit": 2})).json()
        assert [one["position"] for one in page["letters"]] == [letters[0]["position"]] * 2
        rest = (await client.get(LETTERS, params={"limit": 100, "after": page["next"]})).json()
        assert len(rest["letters"]) == 4 and rest["next"] is None
        body = {"act": "discard", "subscription": second}
        refused = await client.post(LETTERS, json=body)
        assert refused.status_code == 400 and "reason" in refused.json()["detail"]
        answer = await client.post(LETTERS, json=body | {"reason": "the old pump is sold"})
        assert answer.json() == {"done": 3}
        (line,) = await trail(client, "dead-letters-discarded")
        assert line["detail"]["reason"] == "the old pump is sold"
        named = [{"subscription": first, "position": letters[0]["position"]}]
        named.append({"subscription": first, "position": 999_999})
        answer = await client.post(LETTERS, json={"act": "discard", "letters": named, "reason": "tested"})
        assert answer.json() == {"done": 1}
        assert {one["subscription"] for one in await dead(client, 2)} == {first}
        both = {"act": "replay", "letters": named, "receiver": receiver.origin}
        assert (await client.post(LETTERS, json=both)).status_code == 400
        assert (await client.get(LETTERS, params={"since": "yesterday"})).status_code == 400


async def test_a_subscription_is_told_in_parts_that_can_be_said_in_any_language(
    opened: Opened, receiver: Receiver
) -> None:
    async with opened.client() as client:
        asked = wish(receiver, description="Water", watchedAttributes=["level"], q="level>2", throttling=5)
        near = {"georel": "near;maxDistance==500", "geometry": "Point", "coordinates": [119.4, -5.1]}
        id = await subscribe(client, asked | {"geoQ": near})
        v2 = {"subject": {"entities": [{"idPattern": ".*", "type": "Gauge"}], "condition": {"attrs": ["level"]}},
              "notification": {"http": {"url": receiver.origin}}}  # fmt: skip
        assert (await client.post("/v2/subscriptions", json=v2)).status_code == 201
        page = (await client.get(BROKER + "/subscriptions")).json()
        one, other = page["subscriptions"]
        assert page["count"] == 2
        assert (one["id"], one["description"], one["language"]) == (id, "Water", "ngsi-ld")
        assert one["endpoint"] == receiver.origin + "/heard", "what stands behind ? may be a key"
        asks = one["asks"]
        assert (asks["types"], asks["watched"], asks["q"], asks["throttling"]) == ([GAUGE], ["level"], "level>2", 5)
        assert asks["area"]["georel"] == "near;maxDistance==500"
        assert (other["language"], other["asks"]["types"], other["asks"]["watched"]) == (
            "ngsi-v2",
            ["Gauge"],
            ["level"],
        )
        assert (await client.patch(one["self"], json={"isActive": False})).status_code == 204
        assert (await client.patch(other["self"], json={"status": "inactive"})).status_code == 204
        paused = (await client.get(BROKER + "/subscriptions", params={"state": "paused"})).json()
        assert [each["status"] for each in paused["subscriptions"]] == ["paused", "paused"]
        assert (await client.get(BROKER + "/subscriptions", params={"state": "ailing"})).json()["count"] == 0
        assert (await client.get(BROKER + "/subscriptions", params={"q": id[-8:]})).json()["count"] == 1
        assert (await client.get(BROKER + "/subscriptions", params={"state": "new"})).status_code == 400


async def test_a_provider_of_ngsi_v2_is_told_among_the_sources(opened: Opened) -> None:
    document = {
        "description": "lamps of the harbour",
        "dataProvided": {"entities": [{"id": "Lamp1", "type": "Lamp"}], "attrs": ["switch"]},
        "provider": {"http": {"url": "http://127.0.0.1:9/agent"}},
    }
    async with opened.client() as client:
        assert (await client.post("/v2/registrations", json=document)).status_code == 201
        (source,) = (await client.get(BROKER + "/sources")).json()["sources"]
        assert (source["language"], source["mode"], source["name"]) == ("ngsi-v2", "redirect", "lamps of the harbour")
        assert (source["endpoint"], source["mayChange"]) == ("http://127.0.0.1:9/agent", True)
        assert source["holds"] == [
            {"types": ["Lamp"], "ids": ["urn:v2:Lamp1"], "patterns": [], "attributes": ["switch"]}
        ]
        path = f"/ngsi-ld/v1/csourceRegistrations/{source['id']}"
        assert (await client.delete(path)).status_code == 204
        assert (await client.get(BROKER + "/sources")).json()["sources"] == []


async def test_a_trial_says_what_the_receiver_answered(opened: Opened, receiver: Receiver) -> None:
    async with opened.client() as client:
        id = await subscribe(client, wish(receiver))
        path = f"{BROKER}/subscriptions/{quote(id, safe='')}/trial"
        answer = (await client.post(path)).json()
        assert (answer["taken"], answer["status"], answer["entities"]) == (True, 200, 0)
        trial = receiver.taken[0]
        assert (trial.headers["pinisi-trial"], trial.data) == ("true", [])
        await level(client, 7, 3)
        await receiver.wait(2)
        answer = (await client.post(path)).json()
        assert (answer["taken"], answer["entities"]) == (True, 1)
        assert receiver.taken[2].data[0]["id"] == "urn:ngsi-ld:Gauge:7"
        await receiver.stop()
        answer = (await client.post(path)).json()
        assert not answer["taken"] and answer["reason"].startswith("no connection")
        lines = await trail(client, "subscription-tested")
        assert [line["detail"]["status"] for line in lines] == [0, 200, 200]


async def test_who_made_a_subscription_sees_it_and_its_letters_and_others_do_not(
    opened: Opened, receiver: Receiver
) -> None:
    async with opened.client():
        await opened.account("admin", Assignment(role="administrator"))
        cookies = {name: await opened.account(name, Assignment(role="department")) for name in ("ani", "budi")}
    await receiver.stop()
    async with opened.client(cookie=cookies["ani"]) as ani, opened.client(cookie=cookies["budi"]) as budi:
        id = await subscribe(ani, wish(receiver))
        await level(ani, 1, 1)
        (letter,) = await dead(ani, 1)
        path = f"{LETTERS}/{quote(id, safe='')}/{letter['position']}"
        narrow = await opened.account("citra", Assignment(role="partner", types=frozenset({GAUGE})))
        async with opened.client(cookie=narrow) as citra:
            assert (await citra.get(LETTERS)).json()["letters"] == []
            assert (await citra.get(path)).status_code == 404
            assert (await citra.post(LETTERS, json={"act": "replay"})).json() == {"done": 0}
            assert (await citra.get(BROKER)).json()["dead"] == 0
            assert (await citra.get(BROKER + "/subscriptions")).json()["count"] == 0
            assert (await citra.post(f"{BROKER}/subscriptions/{quote(id, safe='')}/trial")).status_code == 404
        viewer = await opened.account("dewi", Assignment(role="viewer"))
        async with opened.client(cookie=viewer) as dewi:
            assert (await dewi.get(BROKER)).status_code == 403
        assert (await budi.get(BROKER + "/receivers")).status_code == 200
        assert (await ani.get(path)).status_code == 200


async def test_sources_tell_how_requests_fare_and_with_whom_the_city_shares(opened: Opened) -> None:
    registration = {
        "type": "ContextSourceRegistration",
        "registrationName": "Gowa",
        "information": [{"entities": [{"type": GAUGE}]}],
        "endpoint": "http://127.0.0.1:9/api?token=x",
        "management": {"cooldown": 60_000},
    }
    async with opened.client() as client:
        assert (await client.post(NGSI + "/csourceRegistrations", json=registration)).status_code == 201
        await client.get(NGSI + "/entities", params={"type": GAUGE})
        (one,) = (await client.get(BROKER + "/sources")).json()["sources"]
        assert (one["name"], one["mode"], one["endpoint"]) == ("Gowa", "inclusive", "http://127.0.0.1:9/api")
        assert one["operations"] == ["federationOps"]
        assert (one["failing"], one["timesFailed"], one["fault"]) == (True, 1, "unreachable")
        assert one["breaker"] == "open" and 0 < one["againIn"] <= 60
        assert one["holds"][0]["types"] == [GAUGE] and one["timing"] is None
        told = (await client.get(BROKER)).json()
        assert (told["sources"], told["silentSources"]) == (1, 1)
        await opened.account("admin", Assignment(role="administrator"))
        partner = await opened.account("gowa", Assignment(role="partner", types=frozenset({GAUGE})))
        technician = await opened.account("tono", Assignment(role="technician"))
    async with opened.client(cookie=technician) as tono, opened.client(cookie=partner) as gowa:
        (shared,) = (await tono.get(BROKER + "/sources")).json()["partners"]
        assert (shared["account"], shared["types"], shared["areas"], shared["writes"]) == ("gowa", [GAUGE], None, False)
        assert (await gowa.get(BROKER + "/sources")).json()["partners"] is None


async def test_a_registration_stays_when_its_writer_may_no_longer_and_the_operator_is_told(opened: Opened) -> None:
    body = {
        "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": GAUGE}]}],
        "endpoint": "http://127.0.0.1:9/api",
    }

    async def told(client: httpx.AsyncClient) -> tuple[bool, bool]:
        """Whether its writer may register it today; whether it is still asked."""
        answer = await client.get(NGSI + "/entities", params={"type": GAUGE})
        (one,) = (await client.get(BROKER + "/sources")).json()["sources"]
        return one["ownerMay"], "ngsild-warning" in answer.headers

    async with opened.client():
        admin = await opened.account("admin", Assignment(role="administrator"))
        tono = await opened.account("tono", Assignment(role="technician"))
    async with opened.client(cookie=tono) as writer, opened.client(cookie=admin) as client:
        assert (await writer.post(NGSI + "/csourceRegistrations", json=body)).status_code == 201
        assert await told(client) == (True, True)
        accounts, now = opened.house.people.accounts, opened.house.now
        narrow = Assignment(role="technician", types=frozenset({"https://pinisi.example/Other"}))
        for change, may in (
            (AccountChange(assignments=(Assignment(role="viewer"),)), False),
            (AccountChange(assignments=(narrow,)), False),
            (AccountChange(assignments=(Assignment(role="technician"),)), True),
            (AccountChange(disabled=True), False),
        ):
            await accounts.change("tono", change, SYSTEM, now())
            assert await told(client) == (may, True), change


async def test_contexts_and_types_are_told_with_their_size_and_use(opened: Opened) -> None:
    async with opened.client() as client:
        made = await client.post(NGSI + "/jsonldContexts", json={"@context": {"level": "https://x.example/level"}})
        assert made.status_code == 201
        (one,) = (await client.get(BROKER + "/contexts")).json()["contexts"]
        assert (one["kind"], one["source"], one["mayDelete"], one["mayReload"]) == ("Hosted", "client", True, False)
        assert one["size"] == len('{"@context":{"level":"https://x.example/level"}}')
        await level(client, 1, 1)
        told = (await client.get(BROKER + "/types")).json()
        found = {each["type"]: each for each in told["types"]}
        assert found[GAUGE]["entities"] == 1 and found[GAUGE]["attributes"] == ["level"]
        before = told["entities"]
        both = {"id": "urn:ngsi-ld:Gauge:both", "type": [GAUGE, "https://pinisi.example/Pump"]}
        assert (await client.post(NGSI + "/entities", json=both)).status_code == 201
        told = (await client.get(BROKER + "/types")).json()
        assert {each["type"]: each["entities"] for each in told["types"]}[GAUGE] == 2
        assert told["entities"] == before + 1, "an entity of two types is one"


async def test_a_wish_that_cannot_be_understood_names_its_field(opened: Opened) -> None:
    async with opened.client() as client:
        for body, field in (
            ({"act": "burn"}, "act"),
            ({"act": "replay", "recevier": "x"}, "recevier"),
            ({"act": "replay", "letters": [{"subscription": "x"}]}, "position"),
            ({"act": "replay", "since": "soon"}, "since"),
        ):
            answer = await client.post(LETTERS, json=body, headers=JSON)
            assert answer.status_code == 400 and field in answer.json()["detail"], answer.text
        assert (await client.get(f"{LETTERS}/x/none")).status_code == 400
        assert (await client.get(f"{LETTERS}/x/12")).status_code == 404
