"""What a process that ended leaves of snapshots: preparations, and ends still to be told (NGSI-LD 5.16.1.4, 5.16.6)."""

import asyncio
from contextlib import suppress

import msgspec
import pytest
from house_at_hand import Opened

from patience import PATIENCE
from pinisi.console.http import Call
from pinisi.console.snapshot_ends import keep_ends
from pinisi.console.snapshot_remains import give_up_unfinished
from pinisi.console.snapshots import KIND, keep
from pinisi.context.snapshot import Snapshot, decode_snapshot, new_snapshot, read_snapshot
from pinisi.context.snapshot_notice import notice_key
from pinisi.people.fixed import DEMO
from pinisi.store.change import DocumentChange
from pinisi.store.debt import Debt
from pinisi.vocabulary.instant import SECOND

pytestmark = pytest.mark.anyio
RECEIVER = "http://127.0.0.1:9/nobody"


async def owed(opened: Opened, made: Snapshot) -> list[Debt]:
    house = opened.house
    return [debt for debt in await house.store.debts(house.default_tenant) if debt.subscription == notice_key(made)]


async def test_an_end_that_came_while_no_process_ran_is_told_by_the_next_one_once(fresh: Opened) -> None:
    house = fresh.house
    call = Call("POST", "", principal=DEMO, tenant=house.default_tenant)
    query = {"type": "Query", "entities": [{"type": "Bus"}]}
    wish = read_snapshot({"type": "Snapshot", "snapshotQueries": [query], "endpoint": RECEIVER})
    made = new_snapshot(wish, DEMO.id, DEMO.grants, house.now() - 7200 * SECOND)
    document = DocumentChange(KIND, made.id, msgspec.json.encode(made))
    await house.store.apply(call.tenant, [document], DEMO)
    await house.snapshot_places.load(house.store)
    both = [asyncio.create_task(keep_ends(house)) for _ in range(2)]
    for _ in range(round(PATIENCE * 100)):
        if await house.store.document(call.tenant, KIND, made.id) is None:
            break
        await asyncio.sleep(0.01)
    for task in both:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert len(await owed(fresh, made)) == 1
    assert house.snapshot_places.of(made.tenant) is None


async def test_a_preparation_that_was_cut_off_has_failed_and_its_maker_is_told(fresh: Opened) -> None:
    house = fresh.house
    call = Call("POST", "", principal=DEMO, tenant=house.default_tenant)
    query = {"type": "Query", "entities": [{"type": "Bus"}]}
    wish = read_snapshot({"type": "Snapshot", "snapshotQueries": [query], "endpoint": RECEIVER})
    made = new_snapshot(wish, DEMO.id, DEMO.grants, house.now())
    await keep(house, call, made, expected=0)
    assert not [debt for debt in await house.store.debts(call.tenant) if debt.subscription == notice_key(made)]
    await give_up_unfinished(house)
    found = await house.store.document(call.tenant, KIND, made.id)
    assert found is not None
    assert decode_snapshot(found[1]).status == "failure"
    [owed] = [debt for debt in await house.store.debts(call.tenant) if debt.subscription == notice_key(made)]
    [line] = (await house.store.log(call.tenant, owed.position - 1, 1)).entries
    assert msgspec.json.decode(line.detail or b"")["snapshotStatus"] == "failure"
