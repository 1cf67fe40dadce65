"""A feed of either kind, over a store that is open."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Callable

from stores_at_hand import AnyStore

from patience import PATIENCE as PATIENCE_SECONDS
from pinisi.feed.address import read_feed_address
from pinisi.feed.ending import end
from pinisi.feed.in_process import InProcessFeed
from pinisi.feed.log_feed import PATIENCE
from pinisi.feed.nats_feed import NatsFeed

AnyFeed = InProcessFeed | NatsFeed
FEEDS = ("in process", "nats")
_streams = itertools.count()


class FeedPlace:
    """Where a feed of one kind can be opened; each time as of a city that has never been before."""

    def __init__(self, kind: str, servers: Callable[[], str]) -> None:
        self.kind = kind
        self._servers = servers

    @contextlib.asynccontextmanager
    async def open(self, store: AnyStore, *, patience: int = PATIENCE) -> AsyncGenerator[AnyFeed]:
        if self.kind == "in process":
            feed: AnyFeed = InProcessFeed(store, patience=patience)
        else:
            feed = NatsFeed(store, read_feed_address(f"{self._servers()}/s{next(_streams)}"), patience=patience)
        store.listen(feed.heard)
        await feed.open()
        relay = asyncio.create_task(feed.relay())
        try:
            await asyncio.wait_for(feed.listening(), PATIENCE_SECONDS)
            yield feed
        finally:
            await end([relay])
            await feed.close()
