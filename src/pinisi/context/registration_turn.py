"""Of all processes on one store, one at a time registers a source that holds data alone (exclusive, redirect).

What such a registration may not meet is looked for before it is kept. Two processes that look at one moment would each
find nothing. So whoever keeps one moves a document with it, and expects it where it stood before he looked: the second
is refused, and looks again.
"""

from pinisi.context.registration import Registration
from pinisi.store.change import DocumentChange
from pinisi.store.log import Position
from pinisi.store.protocol import Store

KIND = "registration-turn"
_ALONE = "alone"


async def turn_of(store: Store, tenant: str) -> Position:
    """Where it stands. All that was registered until then is known in this process afterwards."""
    found = await store.document(tenant, KIND, _ALONE)
    await store.position(tenant)
    return 0 if found is None else found[0]


def taken(turn: Position, registration: Registration) -> DocumentChange:
    """The turn after this one, to be kept with the registration. `VersionConflict`: somebody else has taken it."""
    return DocumentChange(KIND, _ALONE, registration.id.encode(), expected=turn)
