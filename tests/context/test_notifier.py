"""Every change that is owed arrives: with faults, after crashes, in order."""

import asyncio
import shutil
import time
from pathlib import Path

import pytest
from notification_receiver import TENANT, open_house, open_receiver, vehicles

from patience import PATIENCE
from pinisi.context import notification_lane, notification_settler
from pinisi.context.notification_gate import Limits
from pinisi.vocabulary.instant import DAY

pytestmark = pytest.mark.anyio
COOLDOWN_SECONDS = 60
UNHURRIED = {"timeout": round(1_000 * PATIENCE)}
"""An endpoint that is given up no sooner than the test."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come soon."""
    monkeypatch.setattr(notification_lane, "BACK_OFF", (0.05, 0.1, 0.2))


async def test_every_change_arrives_once_and_in_order(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.subscribe(vehicles(receiver.uri))
        for speed in range(30):
            await house.speed("urn:v:1", speed)
        taken = await receiver.wait(30)
        await house.settled()
        assert [one.data[0]["speed"]["value"] for one in taken] == list(range(30))
        assert receiver.tries == 30
        assert len({one.body["id"] for one in taken}) == 30
        assert receiver.connections <= 4


async def test_changes_made_all_at_once_arrive_in_order_for_each_entity(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path, limits=Limits(page=16, at_hand=20)) as house:
        await house.subscribe(vehicles(receiver.uri))
        await house.subscribe(vehicles(receiver.uri))
        await asyncio.gather(*(house.speed(f"urn:v:{n % 7}", n) for n in range(210)))
        taken = await receiver.wait(420)
        await house.settled()
        assert receiver.tries == 420
        for subscription in {one.body["subscriptionId"] for one in taken}:
            for vehicle in range(7):
                speeds = [
                    one.data[0]["speed"]["value"]
                    for one in taken
                    if one.data[0]["id"] == f"urn:v:{vehicle}" and one.body["subscriptionId"] == subscription
                ]
                assert speeds == list(range(vehicle, 210, 7))


async def test_a_receiver_that_was_down_gets_all_afterwards(tmp_path: Path, impatient: None) -> None:
    async with open_receiver() as receiver, open_house(tmp_path, limits=Limits(at_hand=8, page=4)) as house:
        id = await house.subscribe(vehicles(receiver.uri))
        await receiver.stop()
        for speed in range(40):
            await house.speed("urn:v:1", speed)
        async with asyncio.timeout(PATIENCE):
            while (await house.subscription(id))["notification"].get("status") != "failed":  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert (await house.subscription(id))["notification"]["timesFailed"] >= 1
        await receiver.start()
        taken = await receiver.wait(40)
        assert [one.data[0]["speed"]["value"] for one in taken] == list(range(40))
        await house.settled()
        assert (await house.subscription(id))["notification"]["status"] == "ok"


async def test_a_slow_receiver_delays_no_other_and_no_write(tmp_path: Path) -> None:
    limits = Limits(connections=1, slow_after=0.05)
    async with open_receiver() as slow, open_receiver() as quick, open_house(tmp_path, limits=limits) as house:
        slow.delay = PATIENCE
        await house.subscribe(vehicles(slow.uri, endpoint=UNHURRIED))
        await house.subscribe(vehicles(quick.uri))
        for speed in range(20):
            await house.speed("urn:v:1", speed)
        await quick.wait(20)
        assert slow.tries == 1, "it has not answered yet"


async def test_what_was_owed_when_the_process_ended_is_sent_by_the_next_one(tmp_path: Path) -> None:
    async with open_receiver() as receiver:
        async with open_house(tmp_path, deliver=False) as house:
            await house.subscribe(vehicles(receiver.uri))
            for speed in range(5):
                await house.speed("urn:v:1", speed)
            assert len(await house.store.debts(TENANT)) == 5
        async with open_house(tmp_path) as house:
            taken = await receiver.wait(5)
            await house.settled()
        assert [one.data[0]["speed"]["value"] for one in taken] == list(range(5))
        async with open_house(tmp_path) as house:
            await house.speed("urn:v:1", 99)
            await receiver.wait(6)
        assert receiver.tries == 6


async def test_what_was_sent_but_not_settled_is_sent_again_after_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notification_settler, "GATHER_SECONDS", 60.0)
    left, found = tmp_path / "before", tmp_path / "after"
    async with open_receiver() as receiver:
        async with open_house(left) as house:
            await house.subscribe(vehicles(receiver.uri))
            for speed in range(5):
                await house.speed("urn:v:1", speed)
            first = list(await receiver.wait(5))
            shutil.copytree(left, found)
        async with open_house(found) as house:
            again = (await receiver.wait(10))[5:]
        assert [one.body["id"] for one in again] == [one.body["id"] for one in first]
        assert [one.data for one in again] == [one.data for one in first]


async def test_a_repetition_has_the_same_id(tmp_path: Path, impatient: None) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        seen: list[str] = []

        def first_fails(received: object) -> int:
            seen.append(received.body["id"])  # type: ignore[attr-defined]
            return 503 if len(seen) == 1 else 200

        receiver.status = first_fails  # type: ignore[assignment]
        await house.subscribe(vehicles(receiver.uri))
        await house.speed("urn:v:1", 1)
        await receiver.wait(1)
        assert len(seen) == 2
        assert len(set(seen)) == 1


async def test_a_notification_that_is_refused_for_its_content_holds_back_its_entity_only(
    tmp_path: Path, impatient: None
) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        receiver.status = lambda received: 422 if received.data[0]["id"] == "urn:v:bad" else 200
        await house.subscribe(vehicles(receiver.uri))
        await house.speed("urn:v:bad", 1)
        await house.speed("urn:v:good", 1)
        await house.speed("urn:v:good", 2)
        await receiver.wait(2)
        receiver.status = 200
        taken = await receiver.wait(3)
        assert [one.data[0]["id"] for one in taken] == ["urn:v:good", "urn:v:good", "urn:v:bad"]


async def test_what_cannot_be_delivered_for_a_day_becomes_a_dead_letter_that_can_be_sent_again(
    tmp_path: Path, impatient: None
) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        receiver.status = 500
        id = await house.subscribe(vehicles(receiver.uri))
        await house.speed("urn:v:1", 7)
        await receiver.wait_tries(2)
        assert await house.dead_letters() == []
        house.shift = DAY
        async with asyncio.timeout(PATIENCE):
            while not (letters := await house.dead_letters()):  # noqa: ASYNC110 - the store has no event for it
                await asyncio.sleep(0.02)
        assert letters[0]["subscription"] == id
        assert letters[0]["entity"] == "urn:v:1"
        assert letters[0]["reason"] == "HTTP 500"
        receiver.status = 200
        reply = await house.resend(id, letters[0]["position"])
        assert reply.status == 204
        taken = await receiver.wait(1)
        assert taken[0].data[0]["speed"]["value"] == 7
        await house.settled()
        assert await house.dead_letters() == []


async def test_letters_sent_again_go_out_though_many_later_ones_wait(tmp_path: Path, impatient: None) -> None:
    """They are older than what was left in the store for want of room, and are read from there; none goes twice."""
    async with open_receiver() as receiver, open_house(tmp_path, limits=Limits(at_hand=8, page=4)) as house:
        receiver.status = 500
        id = await house.subscribe(vehicles(receiver.uri))
        for vehicle in range(3):
            await house.speed(f"urn:v:dead{vehicle}", 7)
        await receiver.wait_tries(3)
        house.shift = DAY
        async with asyncio.timeout(PATIENCE):
            while len(letters := await house.dead_letters()) < 3:  # noqa: ASYNC110 - the store has no event for it
                await asyncio.sleep(0.02)
        house.shift = 0
        for speed in range(40):
            await house.speed("urn:v:1", speed)
        assert len(await house.dead_letters()) == 3
        for letter in letters:
            assert (await house.resend(id, letter["position"])).status == 204
        receiver.status = 200
        taken = await receiver.wait(43)
        told = [one.data[0]["speed"]["value"] for one in taken if one.data[0]["id"] == "urn:v:1"]
        assert told == list(range(40))
        assert {one.data[0]["id"] for one in taken} == {"urn:v:1", *(f"urn:v:dead{vehicle}" for vehicle in range(3))}
        await house.settled()


async def test_the_dead_letters_of_one_who_unsubscribes_are_put_away(tmp_path: Path, impatient: None) -> None:
    async with open_receiver() as receiver, open_house(tmp_path, limits=Limits(give_up=0)) as house:
        receiver.status = 500
        id = await house.subscribe(vehicles(receiver.uri))
        kept = await house.subscribe(vehicles(receiver.uri))
        await house.speed("urn:v:1", 7)
        await house.settled()
        assert {letter["subscription"] for letter in await house.dead_letters()} == {id, kept}
        await house.unsubscribe(id)
        letters = await house.dead_letters()
        assert [letter["subscription"] for letter in letters] == [kept]
        await house.forget(kept, letters[0]["position"])
        assert await house.dead_letters() == []


async def test_a_new_endpoint_is_tried_at_once_whatever_the_old_one_did(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        id = await house.subscribe(vehicles("http://127.0.0.1:1/", endpoint={"cooldown": 1_000 * COOLDOWN_SECONDS}))
        for speed in range(3):
            await house.speed("urn:v:1", speed)
        await asyncio.sleep(0.2)
        await house.update(id, {"notification": {"endpoint": {"uri": receiver.uri}}})
        taken = await receiver.wait(3, seconds=COOLDOWN_SECONDS / 2)
        assert [one.data[0]["speed"]["value"] for one in taken] == [0, 1, 2]


async def test_after_unsubscribing_nothing_more_arrives(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        id = await house.subscribe(vehicles(receiver.uri))
        await house.speed("urn:v:1", 1)
        await receiver.wait(1)
        assert (await house.unsubscribe(id)).status == 204
        await house.speed("urn:v:1", 2)
        await asyncio.sleep(0.1)
        assert receiver.tries == 1
        await house.settled()


async def test_what_was_owed_to_one_who_unsubscribed_is_dropped(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await receiver.stop()
        id = await house.subscribe(vehicles(receiver.uri))
        for speed in range(5):
            await house.speed("urn:v:1", speed)
        await asyncio.sleep(0.1)
        await house.unsubscribe(id)
        await house.settled()


async def test_a_paused_subscription_hears_nothing_and_goes_on_when_it_is_resumed(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        id = await house.subscribe(vehicles(receiver.uri, isActive=False))
        assert (await house.subscription(id))["status"] == "paused"
        await house.speed("urn:v:1", 1)
        await asyncio.sleep(0.1)
        assert (await house.update(id, {"isActive": True})).status == 204
        await house.speed("urn:v:1", 2)
        taken = await receiver.wait(1)
        assert taken[0].data[0]["speed"]["value"] == 2


async def test_throttling_delivers_the_last_state_of_each_entity_when_the_window_ends(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.subscribe(vehicles(receiver.uri, throttling=2))
        await house.speed("urn:v:1", 0)
        await receiver.wait(1)
        await asyncio.gather(*(house.speed(f"urn:v:{number}", speed) for speed in range(1, 20) for number in (1, 2)))
        taken = await receiver.wait(2)
        assert sorted((one["id"], one["speed"]["value"]) for one in taken[1].data) == [("urn:v:1", 19), ("urn:v:2", 19)]
        await house.settled()
        assert receiver.tries == 2


async def test_a_throttled_state_that_was_not_delivered_survives_a_crash(tmp_path: Path) -> None:
    async with open_receiver() as receiver:
        async with open_house(tmp_path) as house:
            await house.subscribe(vehicles(receiver.uri, throttling=1.0))
            await house.speed("urn:v:1", 0)
            await receiver.wait(1)
            await house.speed("urn:v:1", 1)
            await house.speed("urn:v:1", 2)
            await asyncio.sleep(0.1)
        async with open_house(tmp_path) as house:
            taken = await receiver.wait(2)
            await house.settled()
        assert [one["speed"]["value"] for one in taken[1].data] == [2]


async def test_the_state_of_deliveries_survives_a_clean_stop(tmp_path: Path) -> None:
    async with open_receiver() as receiver:
        async with open_house(tmp_path) as house:
            id = await house.subscribe(vehicles(receiver.uri))
            for speed in range(3):
                await house.speed("urn:v:1", speed)
            await receiver.wait(3)
        async with open_house(tmp_path) as house:
            notification = (await house.subscription(id))["notification"]
            assert notification["timesSent"] == 3
            assert notification["status"] == "ok"
            assert notification["lastSuccess"] == notification["lastNotification"]


async def test_by_the_clock_all_that_matches_is_told_and_changes_are_not(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        for number in (1, 2, 3):
            await house.speed(f"urn:v:{number}", number)
        id = await house.subscribe(vehicles(receiver.uri, timeInterval=0.3, q="speed>1"))
        await house.speed("urn:v:3", 3)
        first, second = (await receiver.wait(3))[:2]
        assert [one["id"] for one in first.data] == [one["id"] for one in second.data] == ["urn:v:2", "urn:v:3"]
        assert first.body["id"] != second.body["id"]
        assert await house.store.debts(TENANT) == []
        assert (await house.subscription(id))["notification"]["timesSent"] >= 2
        await house.unsubscribe(id)
        count = receiver.tries
        await asyncio.sleep(0.7)
        assert receiver.tries <= count + 1, "one was on its way"


async def test_a_receiver_that_does_not_answer_is_set_apart_for_all_its_subscriptions(tmp_path: Path) -> None:
    """Twelve subscriptions go to it, and there are four connections: the living must not wait behind them."""
    limits = Limits(connections=4, slow_connections=2, suspect_connections=2, slow_after=0.1)
    async with open_receiver() as dead, open_receiver() as living, open_house(tmp_path, limits=limits) as house:
        dead.delay = PATIENCE
        for _ in range(12):
            await house.subscribe(vehicles(dead.uri))
        await house.subscribe(vehicles(living.uri))
        await house.speed("urn:v:1", 0)
        await living.wait(1, seconds=PATIENCE / 4)
        for speed in range(1, 20):
            await house.speed("urn:v:1", speed)
        await living.wait(20, seconds=PATIENCE / 4)
        assert dead.tries <= 4 + 2 + 2


async def test_one_that_only_stumbled_does_not_wait_behind_the_dead(tmp_path: Path) -> None:
    """Forty deliveries to a dead receiver wait for a turn; the other was slow once, and is tried among the suspect."""
    limits = Limits(connections=8, slow_connections=4, suspect_connections=6, slow_after=0.2)
    async with open_receiver() as dead, open_receiver() as living, open_house(tmp_path, limits=limits) as house:
        dead.delay = PATIENCE
        living.delay = lambda received: 0.5 if received.data[0]["speed"]["value"] == 0 else 0.0
        for _ in range(40):
            await house.subscribe(vehicles(dead.uri, endpoint=UNHURRIED))
        await house.subscribe(vehicles(living.uri))
        for speed in range(10):
            await house.speed("urn:v:1", speed)
        await living.wait(10, seconds=PATIENCE / 2)


async def test_a_connection_that_was_closed_meanwhile_costs_no_failure(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        id = await house.subscribe(vehicles(receiver.uri))
        await house.speed("urn:v:1", 0)
        await receiver.wait(1)
        await receiver.stop()
        await receiver.start()
        await house.speed("urn:v:1", 1)
        await receiver.wait(2)
        await house.settled()
        told = (await house.subscription(id))["notification"]
        assert (told["status"], told["timesSent"], "timesFailed" in told) == ("ok", 2, False)


async def test_the_states_of_many_subscriptions_cost_few_lines_of_the_log(tmp_path: Path) -> None:
    """Each delivery changes a state; were each written at once, the log would grow by one line a notification."""
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        for _ in range(300):
            await house.subscribe(vehicles(receiver.uri))
        began = await house.store.position(TENANT)
        started = time.monotonic()
        for speed in range(4):
            await house.speed("urn:v:1", speed)
        await receiver.wait(1_200)
        await house.settled()
        lines = await house.store.position(TENANT) - began - 4
        seconds = time.monotonic() - started
        assert lines <= (seconds + 2) * notification_settler.STATES_A_SECOND
