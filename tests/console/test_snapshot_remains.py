"""Snapshots that were being prepared when the process ended (NGSI-LD 5.16.1.4, 5.16.6)."""

import msgspec
import pytest
from house_at_hand import Opened

from pinisi.console.http import Call
from pinisi.console.snapshot_remains import give_up_unfinished
from pinisi.console.snapshots import KIND, keep
from pinisi.context.snapshot import decode_snapshot, new_snapshot, read_snapshot
from pinisi.context.snapshot_notice import notice_key
from pinisi.people.fixed import DEMO

pytestmark = pytest.mark.anyio
RECEIVER = "http://127.0.0.1:9/nobody"


async def test_a_preparation_that_was_cut_off_has_failed_and_its_maker_is_told(fresh: Opened) -> None:
    house = fresh.house
    call = Call("POST", "", principal=DEMO, tenant=house.default_tenant)
    query = {"type": "Query", "entities": [{"type": "Bus"}]}
    wish = read_snapshot({"type": "Snapshot", "snapshotQueries": [query], "endpoint": RECEIVER})
    made = new_snapshot(wish, DEMO.id, DEMO.grants, house.now())
    await keep(house, call, made, new=True)
    assert not [debt for debt in await house.store.debts(call.tenant) if debt.subscription == notice_key(made)]
    await give_up_unfinished(house)
    found = await house.store.document(call.tenant, KIND, made.id)
    assert found is not None
    assert decode_snapshot(found[1]).status == "failure"
    [owed] = [debt for debt in await house.store.debts(call.tenant) if debt.subscription == notice_key(made)]
    [line] = (await house.store.log(call.tenant, owed.position - 1, 1)).entries
    assert msgspec.json.decode(line.detail or b"")["snapshotStatus"] == "failure"
