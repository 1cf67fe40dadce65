"""The room of notices of one tenant: who listens, who carries, and the desk before them."""

import asyncio
from collections.abc import Collection, Mapping

from pinisi.context.targets import Targets
from pinisi.feed.protocol import Feed
from pinisi.incidents.cap.notification import notification, topic_of
from pinisi.incidents.cap.reader import read_cap
from pinisi.incidents.desk import Desk
from pinisi.incidents.notices.contact import Channel
from pinisi.incidents.notices.courier import Courier
from pinisi.incidents.notices.desk import NoticeDesk
from pinisi.incidents.notices.links import PATH, link_key, token_of
from pinisi.incidents.notices.listening import Listener
from pinisi.incidents.notices.outbox import Outbox
from pinisi.incidents.notices.sending import Outgoing, Sender
from pinisi.incidents.notices.teller import Teller
from pinisi.incidents.notices.where import Where
from pinisi.incidents.procedures.followed import Kept
from pinisi.incidents.warnings.desk import WarningDesk
from pinisi.runtime.records import RecordRoom
from pinisi.store.protocol import Store

WARNINGS_PATH = "/pinisi/v1/public/warnings"


class NoticeRoom:
    """`address` is that of this house as the world knows it, empty where nobody has said it."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        runs: Kept,
        warnings: WarningDesk,
        records: RecordRoom,
        where: Where,
        ways: Mapping[Channel, Sender],
        key: bytes,
        *,
        address: str = "",
        services: Collection[str] = (),
        targets: Targets | None = None,
    ) -> None:
        self._where, self._warnings, self._key, self._address = where, warnings, key, address.rstrip("/")
        outbox = Outbox(records)
        self.courier = Courier(store, desk, outbox, ways, where, self.link_of, self._announcement)
        listener = Listener(store, desk.queue, runs, where)
        owing, announces = self.courier.owing, "mqtt" in ways
        self.teller = Teller(store, desk, outbox, listener, where, announces=announces, owing=owing)
        self.desk = NoticeDesk(store, desk, outbox, self.teller, where, owing, services, targets)

    async def work(self, feed: Feed) -> None:
        """For ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.teller.follow(feed))
            group.create_task(self.teller.watch_clocks())
            group.create_task(self.courier.carry())

    def link_of(self, message: str) -> str:
        if not self._address:
            return ""
        return f"{self._address}{PATH}/{token_of(self._key, self._where.tenant, message)}"

    @property
    def key(self) -> bytes:
        """What the links of this tenant are made with."""
        return self._key

    async def _announcement(self, identifier: str) -> Outgoing:
        """A released warning as GeoJSON (WIS 2.0), with the address of its signed bytes."""
        body = await self._warnings.message(self._where.tenant, identifier)
        place = f"{self._address}{WARNINGS_PATH}/{identifier}"
        told = notification(await asyncio.to_thread(read_cap, body), body, place, self._where.now())
        return Outgoing(
            id=identifier,
            channel="mqtt",
            name="",
            address=topic_of(self._where.tenant),
            secret="",
            language="id",
            subject="",
            text="",
            parts=(),
            exercise=False,
            raw=told,
        )


async def open_notices(
    store: Store,
    desk: Desk,
    runs: Kept,
    warnings: WarningDesk,
    records: RecordRoom,
    where: Where,
    ways: Mapping[Channel, Sender],
    *,
    address: str = "",
    services: Collection[str] = (),
    targets: Targets | None = None,
) -> NoticeRoom:
    key = await link_key(store, where.tenant)
    return NoticeRoom(
        store, desk, runs, warnings, records, where, ways, key, address=address, services=services, targets=targets
    )
