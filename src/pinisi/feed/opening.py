"""Which feed a house has: one inside of its process, or NATS JetStream that several processes share."""

from typing import TYPE_CHECKING

from pinisi.feed.address import BadFeedAddress, read_feed_address
from pinisi.feed.in_process import InProcessFeed
from pinisi.store.protocol import Store

if TYPE_CHECKING:
    from pinisi.feed.nats_feed import NatsFeed

    AnyFeed = InProcessFeed | NatsFeed


def open_feed(address: str, store: Store) -> "AnyFeed":
    """The feed at an address; without one, that of this process. `heard` must be among the store's listeners.

    Raises:
        BadFeedAddress: the address is of no feed that is known, or its package is missing.
    """
    if not address:
        return InProcessFeed(store)
    where = read_feed_address(address)
    try:
        from pinisi.feed.nats_feed import NatsFeed
    except ImportError as error:
        raise BadFeedAddress("feed: NATS needs the extra: pip install 'pinisi[nats]'") from error
    return NatsFeed(store, where)
