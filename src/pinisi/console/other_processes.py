"""What this process knows by heart, kept as other processes on the same store leave it.

The store tells what they wrote before anything is written here: so a subscription that was acknowledged there hears of
the next change that is written here.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pinisi.context import registration, snapshot, subscription
from pinisi.context.federation import copies
from pinisi.context.notifier import DEAD_LETTERS
from pinisi.people.kept import PEOPLE
from pinisi.store.log import LogEntry

if TYPE_CHECKING:
    from pinisi.console.house import House

_OF_SUBSCRIPTIONS = frozenset((subscription.KIND, subscription.FOLLOWING, subscription.STATUS, subscription.STATE_KIND))


class OtherProcesses:
    """Hears of their lines; `learn` is for the store's `learn`."""

    def __init__(self, house: "House") -> None:
        self._house = house

    async def learn(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        house = self._house
        documents = dict.fromkeys(entry.subject for entry in entries if entry.op == "document")
        if tenant == PEOPLE:
            if documents:
                await house.people.open()
            return
        if any(entry.op == "audit" and entry.subject == DEAD_LETTERS for entry in entries):
            house.notifier.owed_anew(tenant)
        house.context_storage.heard(tenant, entries)
        for subject in documents:
            kind, _, id = subject.partition("/")
            if kind in _OF_SUBSCRIPTIONS:
                await house.subscriptions.learn(house.store, tenant, kind, id)
            elif kind == snapshot.KIND:
                gone = await house.snapshot_places.learn(house.store, tenant, id)
                if gone is not None:
                    house.snapshot_places.drop(gone)
                    house.subscriptions.forget(gone)
                    await house.notifier.forget(gone)
            elif kind == registration.KIND:
                await house.registrations.learn(tenant, id)
            elif kind == copies.KIND:
                await house.copies.learn(tenant, id)
