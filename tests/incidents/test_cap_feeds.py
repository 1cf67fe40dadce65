"""Feeds of the messages in force, feeds of others, and announcements over MQTT."""

import base64
import hashlib
import json

import msgspec
import pytest
import shapely
from cap_city import LATER, NOW, SENDER, envelope, warned
from cap_files import message
from lxml import etree

from pinisi.incidents.cap.compose import compose
from pinisi.incidents.cap.feed_reader import read_feed
from pinisi.incidents.cap.feeds import Entry, Feed, atom, info_in, rss
from pinisi.incidents.cap.force import in_force
from pinisi.incidents.cap.model import Alert
from pinisi.incidents.cap.notification import MOST_INLINE, notification, topic_of
from pinisi.incidents.cap.reader import read_cap
from pinisi.incidents.cap.writer import write_cap
from pinisi.runtime.source import Unreadable

MINUTE = 60_000_000
ALERT = compose(warned(), SENDER, envelope())
FEED = Feed("Peringatan Makassar", "id", "BPBD Kota Makassar", "https://m.example.org/feed", "https://m.example.org/")
NAMES = {"a": "http://www.w3.org/2005/Atom", "cap": "urn:oasis:names:tc:emergency:cap:1.2"}


def entry(alert: Alert) -> Entry:
    return Entry(alert, f"https://m.example.org/{alert.identifier}.xml?a=1&b=2", "https://m.example.org/#1")


def later(kind: str, minutes: int, about: Alert, **changes: object) -> Alert:
    told = envelope(
        identifier=f"{kind}{minutes}",
        sent=NOW + minutes * MINUTE,
        msg_type=kind,
        references=(about.as_reference,),
        **changes,
    )
    return compose(warned(), SENDER, told)


def test_a_message_is_in_force_from_its_sending_to_its_end() -> None:
    assert in_force([ALERT], NOW) == [ALERT]
    assert in_force([ALERT], LATER) == []


def test_an_update_takes_the_place_of_what_it_replaces_and_a_cancel_leaves_nothing() -> None:
    update = later("Update", 5, ALERT)
    assert in_force([ALERT, update], NOW) == [update]
    assert in_force([update, ALERT], NOW) == [update]
    assert in_force([ALERT, update, later("Cancel", 9, update)], NOW) == []


def test_an_exercise_neither_warns_nor_ends_a_warning() -> None:
    drill = later("Cancel", 5, ALERT, status="Exercise", note="latihan")
    assert in_force([ALERT, drill], NOW) == [ALERT]
    assert in_force([msgspec.structs.replace(ALERT, status="Exercise")], NOW) == []


def test_a_message_of_another_sender_ends_nothing_of_ours() -> None:
    stranger = msgspec.structs.replace(later("Cancel", 5, ALERT), sender="x", references=())
    assert in_force([ALERT, stranger], NOW) == [ALERT]


def test_the_atom_feed_leads_to_each_message_with_the_fields_to_choose_by() -> None:
    root = etree.fromstring(atom(FEED, [entry(ALERT)], NOW))
    assert root.findtext("a:updated", None, NAMES) == "2026-02-16T15:50:00Z"
    (one,) = root.findall("a:entry", NAMES)
    assert one.findtext("a:title", None, NAMES) == "Banjir di Manggala"
    links = {link.get("type"): link.get("href") for link in one.findall("a:link", NAMES)}
    assert links["application/cap+xml"] == entry(ALERT).cap
    assert one.findtext("cap:severity", None, NAMES) == "Severe"
    assert one.findtext("cap:areaDesc", None, NAMES) == "Manggala"
    for needed in ("id", "title", "updated", "author"):
        assert root.find(f"a:{needed}", NAMES) is not None and one.find(f"a:{needed}", NAMES) is not None


def test_a_feed_is_in_one_language() -> None:
    japanese = msgspec.structs.replace(FEED, language="ja")
    assert "マンガラ地区で洪水" in atom(japanese, [entry(ALERT)], NOW).decode()
    assert (
        "<title>Flood in Manggala</title>"
        in rss(msgspec.structs.replace(FEED, language="en"), [entry(ALERT)], NOW).decode()
    )
    assert info_in(ALERT, "fr").language == "id"


def test_the_rss_feed_has_what_rss_2_0_demands() -> None:
    channel = etree.fromstring(rss(FEED, [entry(ALERT)], NOW)).find("channel")
    assert channel is not None
    assert all(channel.findtext(name) for name in ("title", "link", "description", "lastBuildDate"))
    item = channel.find("item")
    assert item is not None
    assert item.findtext("pubDate") == "Mon, 16 Feb 2026 15:50:00 +0000"
    assert (item.find("guid").get("isPermaLink"), item.findtext("guid")) == ("false", ALERT.identifier)


def test_a_feed_with_nothing_in_force_says_so_as_of_now() -> None:
    root = etree.fromstring(atom(FEED, [], NOW))
    assert root.findall("a:entry", NAMES) == [] and root.findtext("a:updated", None, NAMES) == "2026-02-16T15:50:00Z"


@pytest.mark.parametrize("write", [atom, rss])
def test_our_own_feeds_are_read_back(write: object) -> None:
    assert callable(write)
    (named,) = read_feed(write(FEED, [entry(ALERT)], NOW))
    assert (named.address, named.title) == (entry(ALERT).cap, "Banjir di Manggala")


def test_feeds_of_others_are_read() -> None:
    bmkg = read_feed(message("bmkg/bmkg_rss_active.xml"))
    assert bmkg[0].id == "2.49.0.1.360.0.2026.02.16.16.36.004"
    assert bmkg[0].address == "https://www.bmkg.go.id/alerts/nowcast/id/CBT20260216004_alert.xml"
    assert bmkg[0].changed == "Mon, 16 Feb 2026 22:50:00 +0700"
    usgs = read_feed(message("feeds/earthquake_index.atom"))
    assert [each.address for each in usgs] == ["http://earthquake.usgs.gov/earthquakes/catalogs/cap/us2010apcd"]
    nws = read_feed(message("feeds/weather_index.atom"))
    assert len(nws) == 2 and all("wwacapget.php" in each.address for each in nws)
    assert len(read_feed(message("feeds/ny_index.rss"))) == 2
    assert read_feed(message("feeds/no_entries.atom")) == []


def test_what_is_no_feed_is_refused() -> None:
    with pytest.raises(Unreadable, match="<alert> is no feed"):
        read_feed(message("bmkg/bmkg_cap_banten.xml"))


def test_an_announcement_is_a_notification_of_wis_2() -> None:
    body = write_cap(ALERT)
    told = json.loads(notification(ALERT, body, "https://m.example.org/1.xml", NOW))
    assert told["conformsTo"] == ["http://wis.wmo.int/spec/wnm/1/conf/core"]
    assert (told["type"], told["geometry"]["type"]) == ("Feature", "Polygon")
    assert told["properties"]["end_datetime"] == "2026-02-16T21:00:00Z"
    assert base64.b64decode(told["properties"]["integrity"]["value"]) == hashlib.sha512(body).digest()
    assert told["links"][0] == {
        "rel": "canonical",
        "type": "application/cap+xml",
        "href": "https://m.example.org/1.xml",
        "length": len(body),
    }
    assert json.loads(notification(ALERT, body, "https://m.example.org/1.xml", NOW))["id"] == told["id"]
    assert topic_of("makassar") == "origin/a/wis2/makassar/data/core/weather/advisories-warnings"


def test_a_short_message_stands_in_its_announcement_and_a_long_one_does_not() -> None:
    short = read_cap(message("bmkg/bmkg_cap_jateng.xml"))
    told = json.loads(notification(short, write_cap(short), "https://a/b", NOW))["properties"]
    assert read_cap(base64.b64decode(told["content"]["value"])) == short
    body = write_cap(ALERT)
    assert len(body) > MOST_INLINE
    assert "content" not in json.loads(notification(ALERT, body, "https://a/b", NOW))["properties"]


def test_several_outlines_are_announced_by_the_box_around_them() -> None:
    banten = read_cap(message("bmkg/bmkg_cap_banten.xml"))
    geometry = json.loads(notification(banten, write_cap(banten), "https://a/b", NOW))["geometry"]
    box = shapely.geometry.shape(geometry)
    assert all(box.covers(shapely.Polygon(ring)) for ring in banten.infos[0].areas[0].polygons)
