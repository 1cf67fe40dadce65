"""Feeds of the messages in force: Atom (RFC 4287) and RSS 2.0, each entry leading to its CAP message.

What stands in an entry follows the guide of OASIS for CAP feeds (cap-feeds-v1.0): a headline in one language, the
identifier as id, the time of sending, and the fields of CAP by which receivers choose.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

import msgspec

from pinisi.incidents.cap.model import Alert, Info
from pinisi.incidents.cap.moments import instant_of
from pinisi.incidents.cap.versions import SPACE
from pinisi.incidents.cap.writer import xml_text
from pinisi.vocabulary.instant import Instant, format_instant

MEDIA_CAP = "application/cap+xml"
MEDIA_ATOM = "application/atom+xml"
MEDIA_RSS = "application/rss+xml"


class Entry(msgspec.Struct, frozen=True):
    """A message, where its signed bytes are, and where people read it."""

    alert: Alert
    cap: str
    page: str


class Feed(msgspec.Struct, frozen=True):
    """Titles in the feed's language. `address` is where the feed itself is, `page` where people read."""

    title: str
    language: str
    author: str
    address: str
    page: str


def atom(feed: Feed, entries: Sequence[Entry], now: Instant) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="{SPACE}" xml:lang="{_attribute(feed.language)}">',
        f"  <id>{xml_text(feed.address)}</id>",
        f"  <title>{xml_text(feed.title)}</title>",
        f"  <updated>{format_instant(_newest(entries, now))}</updated>",
        f"  <author><name>{xml_text(feed.author)}</name></author>",
        f'  <link rel="self" type="{MEDIA_ATOM}" href="{_attribute(feed.address)}"/>',
        f'  <link rel="alternate" type="text/html" href="{_attribute(feed.page)}"/>',
        *(line for entry in entries for line in _atom_entry(entry, feed)),
        "</feed>",
        "",
    ]
    return "\n".join(lines).encode()


def _atom_entry(entry: Entry, feed: Feed) -> Iterator[str]:
    alert, info = entry.alert, info_in(entry.alert, feed.language)
    yield "  <entry>"
    yield f"    <id>{xml_text(entry.cap)}</id>"
    yield f"    <title>{xml_text(headline(info))}</title>"
    yield f"    <updated>{_utc(alert.sent)}</updated>"
    yield f"    <author><name>{xml_text(info.sender_name or alert.sender)}</name></author>"
    yield f'    <link rel="alternate" type="{MEDIA_CAP}" href="{_attribute(entry.cap)}"/>'
    yield f'    <link rel="related" type="text/html" href="{_attribute(entry.page)}"/>'
    yield f"    <summary>{xml_text(info.description)}</summary>"
    for category in info.categories:
        yield f'    <category term="{_attribute(category)}"/>'
    for name, value in _fields(alert, info):
        yield f"    <cap:{name}>{xml_text(value)}</cap:{name}>"
    yield "  </entry>"


def rss(feed: Feed, entries: Sequence[Entry], now: Instant) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:cap="{SPACE}">',
        "  <channel>",
        f"    <title>{xml_text(feed.title)}</title>",
        f"    <link>{xml_text(feed.page)}</link>",
        f"    <description>{xml_text(feed.title)}</description>",
        f"    <language>{xml_text(feed.language)}</language>",
        f"    <lastBuildDate>{_rfc_822(_newest(entries, now))}</lastBuildDate>",
        f'    <atom:link rel="self" type="{MEDIA_RSS}" href="{_attribute(feed.address)}"/>',
        *(line for entry in entries for line in _rss_item(entry, feed)),
        "  </channel>",
        "</rss>",
        "",
    ]
    return "\n".join(lines).encode()


def _rss_item(entry: Entry, feed: Feed) -> Iterator[str]:
    alert, info = entry.alert, info_in(entry.alert, feed.language)
    yield "    <item>"
    yield f"      <title>{xml_text(headline(info))}</title>"
    yield f"      <link>{xml_text(entry.cap)}</link>"
    yield f"      <description>{xml_text(info.description)}</description>"
    for category in info.categories:
        yield f"      <category>{xml_text(category)}</category>"
    yield f'      <guid isPermaLink="false">{xml_text(alert.identifier)}</guid>'
    yield f"      <pubDate>{_rfc_822(instant_of(alert.sent) or 0)}</pubDate>"
    for name, value in _fields(alert, info):
        yield f"      <cap:{name}>{xml_text(value)}</cap:{name}>"
    yield "    </item>"


def info_in(alert: Alert, language: str) -> Info:
    """The block in that language, else the first.

    Raises:
        ValueError: the message has no block.
    """
    if not alert.infos:
        raise ValueError(f"{alert.identifier} says nothing")
    wanted = language.partition("-")[0].lower()
    return next((each for each in alert.infos if each.language.partition("-")[0].lower() == wanted), alert.infos[0])


def headline(info: Info) -> str:
    return info.headline or info.event


def _fields(alert: Alert, info: Info) -> Iterator[tuple[str, str]]:
    yield "identifier", alert.identifier
    yield "msgType", alert.msg_type
    yield "event", info.event
    yield "urgency", info.urgency
    yield "severity", info.severity
    yield "certainty", info.certainty
    for name, value in (("onset", info.onset), ("expires", info.expires)):
        if value:
            yield name, value
    yield "areaDesc", "; ".join(area.description for area in info.areas)


def _newest(entries: Sequence[Entry], now: Instant) -> Instant:
    """A feed without entries is as new as the question: it says that nothing is in force now."""
    return max((instant_of(entry.alert.sent) or 0 for entry in entries), default=now)


def _utc(text: str) -> str:
    return format_instant(instant_of(text) or 0)


def _rfc_822(moment: Instant) -> str:
    return format_datetime(datetime.fromtimestamp(moment / 1_000_000, UTC))


def _attribute(text: str) -> str:
    return xml_text(text).replace('"', "&quot;").replace("\n", " ")
