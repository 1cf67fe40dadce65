"""Notes of use: never a reason to turn someone away."""

import contextlib

from pinisi.people.kept import PEOPLE
from pinisi.store.change import Change, Refused, StoreUnavailable
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import Principal


async def note_use(store: Store, change: Change, by: Principal) -> None:
    """Keep a note; if its document changed meanwhile or the disk is full, leave it."""
    with contextlib.suppress(Refused, StoreUnavailable):
        await store.apply(PEOPLE, [change], by)
