"""Which messages stand, at hand for everyone who asks: read once from the store, then told of each release.

Only the desk of this process releases, so that the board is as new as the store; what has ended leaves it.
"""

import asyncio
from collections.abc import Sequence

from pinisi.incidents.cap.force import WARNING, ended_by, in_force
from pinisi.incidents.cap.model import Alert
from pinisi.incidents.cap.reader import read_cap
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant

MESSAGE_KIND = "warning-message"


class Board:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._standing: dict[str, list[Alert]] = {}
        self._releases = 0

    async def in_force(self, tenant: str, now: Instant) -> list[Alert]:
        """The newest first."""
        if tenant not in self._standing:
            await self._read(tenant, now)
        found = in_force(self._standing[tenant], now)
        self._standing[tenant] = found
        return found

    def released(self, tenant: str, alert: Alert) -> None:
        """A message went out: it stands, and what it replaces or cancels does not."""
        self._releases += 1
        if tenant in self._standing and alert.status == "Actual":
            ended = set(ended_by([alert]))
            kept = [each for each in self._standing[tenant] if (each.sender, each.identifier) not in ended]
            self._standing[tenant] = [*kept, alert] if alert.msg_type in WARNING else kept

    async def _read(self, tenant: str, now: Instant) -> None:
        """Again from the start where something was released meanwhile."""
        while True:
            before = self._releases
            bodies = [body for _, _, body in await self._store.documents(tenant, MESSAGE_KIND)]
            standing = await asyncio.to_thread(_standing_of, bodies, now)
            if before == self._releases:
                break
        self._standing[tenant] = standing


def _standing_of(bodies: Sequence[bytes], now: Instant) -> list[Alert]:
    return in_force([read_cap(body) for body in bodies], now)
