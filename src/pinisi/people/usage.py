"""Notes of use: coarse, and never a reason to turn someone away."""

import contextlib

from pinisi.people.kept import PEOPLE
from pinisi.store.protocol import DocumentChange, Refused, Store, StoreUnavailable
from pinisi.vocabulary.principal import Principal


async def note_use(store: Store, change: DocumentChange, by: Principal) -> None:
    """Keep a time of last use; if the document changed meanwhile or the disk is full, leave it."""
    with contextlib.suppress(Refused, StoreUnavailable):
        await store.apply(PEOPLE, [change], by)
