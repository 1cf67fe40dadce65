"""Feeds of others read: RSS 2.0 and Atom, as the addresses of the CAP messages that they name."""

from collections.abc import Iterator

import msgspec

from pinisi.incidents.cap.feeds import MEDIA_CAP
from pinisi.runtime.source import Unreadable
from pinisi.runtime.xml_tree import Element, read_xml

_CAP_MEDIA = (MEDIA_CAP, "application/common-alerting-protocol+xml")


class Named(msgspec.Struct, frozen=True):
    """A message that a feed names. `changed` is when, as the feed writes it: another text means another version."""

    address: str
    title: str
    id: str
    changed: str


def read_feed(body: bytes) -> list[Named]:
    """What the feed names, in its order; entries without an address are left out.

    Raises:
        Unreadable: it is no feed.
    """
    root = read_xml(body)
    if root.name == "rss":
        found = [_item(item) for item in root.all("channel", "item")]
    elif root.name == "feed":
        found = [_entry(entry) for entry in root.all("entry")]
    else:
        raise Unreadable(f"<{root.name}> is no feed: neither RSS nor Atom")
    return [named for named in found if named.address]


def _item(item: Element) -> Named:
    return Named(item.said("link"), item.said("title"), item.said("guid"), item.said("pubDate"))


def _entry(entry: Element) -> Named:
    links = [link.attributes for link in entry.all("link")]
    return Named(_cap_address(links), entry.said("title"), entry.said("id"), entry.said("updated"))


def _cap_address(links: list[dict[str, str]]) -> str:
    """The link to the CAP message; else, of feeds that do not say, the first of the entry itself."""
    return next(_of_media(links), next((link.get("href", "") for link in links if _is_own(link)), ""))


def _of_media(links: list[dict[str, str]]) -> Iterator[str]:
    return (link["href"] for link in links if link.get("type") in _CAP_MEDIA and link.get("href"))


def _is_own(link: dict[str, str]) -> bool:
    return link.get("rel", "alternate") == "alternate" and "html" not in link.get("type", "")
