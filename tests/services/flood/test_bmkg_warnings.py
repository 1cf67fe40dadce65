"""BMKG's warnings as they came on 16 February 2026: a feed that names CAP messages, and what becomes of them."""

import re
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import shapely
from pinisi_table import pinisi_table

sys.path.insert(0, str(Path(__file__).parents[2] / "incidents"))

from cap_keys import certificate, key_pem, pem

from pinisi.city.profile import Profile, load_profile
from pinisi.context.payload import read_entity
from pinisi.incidents.cap.alert_entities import alerts_of
from pinisi.incidents.cap.reader import read_cap
from pinisi.incidents.cap.sign import SigningKey, sign_cap
from pinisi.runtime.intake import Intake
from pinisi.runtime.source import Message, Unreadable
from pinisi.services.flood.bmkg_warnings import Options, make, reader, touching, warned_of
from pinisi.store.history import HistoryQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import parse_instant
from pinisi.vocabulary.principal import EVERYTHING

BMKG = Path(__file__).parents[1] / "bmkg"
BANTEN = (BMKG / "bmkg_cap_banten.xml").read_bytes()
CENTRAL_JAVA = (BMKG / "bmkg_cap_jateng.xml").read_bytes()
FEED = (BMKG / "bmkg_rss_active.xml").read_bytes()
MAKASSAR = Path(__file__).parents[3] / "cities" / "makassar"


@pytest.fixture(scope="module")
def makassar() -> Profile:
    return load_profile(MAKASSAR)


def message(body: bytes) -> Message:
    return Message(body=body, origin="https://www.bmkg.go.id/x", received=parse_instant("2026-02-16T16:30:00Z"))


def only(body: bytes) -> dict[str, Any]:
    (entity,) = alerts_of(read_cap(body))
    return entity


def test_the_feed_names_one_message_for_each_province_in_the_version_of_its_publication() -> None:
    all_of_them = warned_of("")(message(FEED))
    assert len(all_of_them) == 3
    (banten,) = warned_of("banten")(message(FEED))
    assert banten.address == "https://www.bmkg.go.id/alerts/nowcast/id/CBT20260216004_alert.xml"
    assert banten.version == "Mon, 16 Feb 2026 22:50:00 +0700"
    assert warned_of("Sulawesi Selatan")(message(FEED)) == []


def test_a_message_becomes_an_alert_with_its_words_times_and_areas() -> None:
    alert = only(BANTEN)
    assert alert["id"] == "urn:ngsi-ld:Alert:2.49.0.1.360.0.2026.02.16.16.36.004"
    assert alert["name"]["languageMap"] == {"id": "Hujan Lebat disertai Petir di Banten"}
    assert (alert["severity"]["value"], alert["urgency"]["value"]) == ("medium", "immediate")
    assert alert["validFrom"]["value"]["@value"] == "2026-02-16T16:00:00Z"
    assert alert["validTo"]["value"]["@value"] == alert["expiresAt"] == "2026-02-16T19:00:00Z"
    assert alert["severity"]["observedAt"] == "2026-02-16T15:50:00Z"
    assert alert["eventCode"]["value"] == "OET-194"


@pytest.mark.parametrize(
    ("outline", "type"),
    [
        (b"-6,109 -7,110 -6,110 -7,109 -6,109", "MultiPolygon"),
        (b"-6,109 -7,110 -6,110 -6,109", "Polygon"),
        (b"-6,109 -7,110 -6,109 -6,109", None),
    ],
)
def test_an_outline_that_crosses_itself_is_mended_and_the_warning_stays(outline: bytes, type: str | None) -> None:
    polygons = re.sub(rb"<polygon>[^<]*</polygon>", b"<polygon>" + outline + b"</polygon>", CENTRAL_JAVA, count=1)
    alert = only(re.sub(rb"(</polygon>)\s*<polygon>[^<]*</polygon>", rb"\1", polygons))
    place = alert.get("location")
    assert (place and place["value"]["type"]) == type
    assert place is None or shapely.geometry.shape(place["value"]).is_valid


def test_several_polygons_stay_several_and_lie_where_they_are_meant() -> None:
    geometry = only(BANTEN)["location"]["value"]
    assert (geometry["type"], len(geometry["coordinates"])) == ("MultiPolygon", 2)
    west, south, east, north = shapely.geometry.shape(geometry).bounds
    assert 105 < west < east < 107 and -7 < south < north < -5
    assert only(CENTRAL_JAVA)["location"]["value"]["type"] == "Polygon"


def signed_alert(name: str) -> bytes:
    """A message of the province, signed with a key of that name."""
    cap = msgspec.structs.replace(read_cap(BANTEN), identifier="ID.SUL.1")
    return sign_cap(cap, SigningKey(key_pem(name), pem(certificate(name))))


def test_what_its_signature_is_worth_stands_in_the_alert(makassar: Profile, tmp_path: Path) -> None:
    body, folder = signed_alert("a"), msgspec.structs.replace(makassar, folder=tmp_path)
    (tmp_path / "believed.pem").write_bytes(pem(certificate("a")))
    strangers, friends = (make(Options(everywhere=True, trusted=name), folder).read for name in ("", "believed.pem"))
    assert [each["signatureVerdict"]["value"] for each in friends(message(BANTEN)).entities] == ["unsigned"]
    assert [each["signatureVerdict"]["value"] for each in strangers(message(body)).entities] == ["untrusted"]
    (valid,) = friends(message(body)).entities
    assert (valid["signatureVerdict"]["value"], valid["signedBy"]["value"]) == ("valid", "a")
    assert valid["alertStatus"]["value"] == "active"


def test_what_was_altered_on_its_way_is_in_force_nowhere_and_ends_nothing(makassar: Profile) -> None:
    read = make(Options(everywhere=True), makassar).read
    altered = signed_alert("a").replace(b"Hujan Lebat", b"Hujan Biasa")
    (rejected,) = read(message(altered)).entities
    assert (rejected["signatureVerdict"]["value"], rejected["alertStatus"]["value"]) == ("tampered", "rejected")
    cancel = altered.replace(b"<msgType>Alert", b"<msgType>Cancel").replace(
        b"<info>", b"<references>x@y,ID.SUL.0,2026-02-16T22:50:00+07:00</references><info>", 1
    )
    assert [each["id"] for each in read(message(cancel)).entities] == []


def test_a_list_of_certificates_that_is_none_is_named_when_the_source_is_made(makassar: Profile) -> None:
    for name, said in (("none.pem", "cannot be read"), ("city.toml", "certificates")):
        with pytest.raises(ValueError, match=said):
            make(Options(trusted=name), makassar)


def test_only_what_touches_the_city_is_kept(makassar: Profile) -> None:
    here = CENTRAL_JAVA.replace(
        b"-6.89,109.67 -6.88,109.68 -6.87,109.69 -6.89,109.67", b"-5.1,119.4 -5.1,119.5 -5.2,119.5 -5.1,119.4"
    )
    read = make(Options(), makassar).read
    assert read(message(CENTRAL_JAVA)).entities == []
    assert [entity["type"] for entity in read(message(here)).entities] == ["Alert"]
    beside = here.replace(
        b"-5.1,119.4 -5.1,119.5 -5.2,119.5 -5.1,119.4", b"-5.1,119.6 -5.1,119.7 -5.2,119.6 -5.1,119.6"
    )
    city = shapely.box(119.3, -5.3, 119.58, -5.0)
    assert not touching(city, 0)(read_cap(beside))
    assert touching(city, 5)(read_cap(beside))


def changed(kind: str, sent: str, identifier: str) -> bytes:
    """The Banten message as an update or a cancel of itself."""
    reference = b"cuaca.ekstrem@bmkg.go.id,2.49.0.1.360.0.2026.02.16.16.36.004,2026-02-16T22:50:00+07:00"
    body = BANTEN.replace(b"<msgType>Alert", b"<msgType>" + kind.encode())
    body = body.replace(b"<sent>2026-02-16T22:50:00+07:00", b"<sent>" + sent.encode())
    body = body.replace(b"16.36.004</identifier>", identifier.encode() + b"</identifier>")
    return body.replace(b"<scope>Public</scope>", b"<scope>Public</scope><references>" + reference + b"</references>")


UPDATE = changed("Update", "2026-02-16T23:30:00+07:00", "16.36.005")
CANCEL = changed("Cancel", "2026-02-17T00:10:00+07:00", "16.36.006")


def test_an_update_makes_a_new_alert_and_says_of_the_old_one_what_replaced_it() -> None:
    new, old = alerts_of(read_cap(UPDATE))
    assert old["id"] == only(BANTEN)["id"]
    assert old["alertStatus"]["value"] == "updated"
    assert old["supersededBy"]["object"] == new["id"]


def test_a_cancel_makes_no_alert() -> None:
    (old,) = alerts_of(read_cap(CANCEL))
    assert (old["id"], old["alertStatus"]["value"]) == (only(BANTEN)["id"], "cancelled")


@pytest.mark.anyio
@pytest.mark.parametrize("order", [(BANTEN, CANCEL), (CANCEL, BANTEN)])
async def test_a_cancelled_alert_stays_cancelled_in_whatever_order_the_messages_come(
    tmp_path: Path, makassar: Profile, order: tuple[bytes, ...]
) -> None:
    table = pinisi_table()
    async with SqliteStore(tmp_path, lambda: parse_instant("2026-02-16T17:30:00Z")) as store:
        intake = Intake(store, "city", table, make(Options(everywhere=True), makassar))
        for body in order:
            await intake.take([message(body)])
        record = await store.entity("city", only(BANTEN)["id"], EVERYTHING)
        assert record is not None
        status = table.expand_term("alertStatus")
        assert record.entity.attributes[status][0].value == "cancelled"
        (story,) = await store.stories("city", [record.id], HistoryQuery(attributes=(status,)), EVERYTHING)
    told = [moment.instance.value for moment in story.moments if moment.instance]
    assert told == ["active", "cancelled"]


def test_infos_in_two_languages_are_one_alert_in_two_languages() -> None:
    info = BANTEN[BANTEN.index(b"  <info>") : BANTEN.index(b"</alert>")]
    english = info.replace(b"<language>id", b"<language>en-US").replace(b"Hujan Lebat dan Petir", b"Heavy rain")
    alert = only(BANTEN.replace(b"</alert>", english + b"</alert>"))
    assert alert["event"]["languageMap"] == {"id": "Hujan Lebat dan Petir", "en-us": "Heavy rain"}


@pytest.mark.parametrize("language", [b"1e999", b"id_ID", b"x", "bahasa\u0661".encode()])
def test_words_in_no_language_that_there_is_are_kept_without_one(language: bytes) -> None:
    alert = only(BANTEN.replace(b"<language>id", b"<language>" + language))
    assert alert["name"]["languageMap"] == {"@none": "Hujan Lebat disertai Petir di Banten"}
    assert read_entity(dict(alert), pinisi_table()).attributes


def test_infos_of_two_dangers_are_two_alerts() -> None:
    info = BANTEN[BANTEN.index(b"  <info>") : BANTEN.index(b"</alert>")]
    second = info.replace(b"<severity>Moderate", b"<severity>Severe")
    alerts = list(alerts_of(read_cap(BANTEN.replace(b"</alert>", second + b"</alert>"))))
    assert [alert["severity"]["value"] for alert in alerts] == ["medium", "high"]
    assert alerts[1]["id"] == alerts[0]["id"] + ":2"


def test_a_circle_is_drawn_as_a_ring_of_its_radius() -> None:
    body = CENTRAL_JAVA.replace(
        b"<polygon>-6.89,109.67 -6.88,109.68 -6.87,109.69 -6.89,109.67</polygon>", b"<circle>-5.14,119.42 10</circle>"
    )
    ring = shapely.geometry.shape(only(body)["location"]["value"])
    west, south, east, north = ring.bounds
    assert ring.is_valid and ring.centroid.distance(shapely.Point(119.42, -5.14)) < 0.001
    assert abs((north - south) * 111.2 - 20) < 0.1 and abs((east - west) * 111.2 - 20) < 0.3


def test_an_outline_left_open_is_closed_and_the_warning_stays() -> None:
    open_ = BANTEN.replace(b"-5.993,105.981 -5.981,105.994<", b"-5.993,105.981<")
    ring = only(open_)["location"]["value"]["coordinates"][0][0]
    assert ring[0] == ring[-1] == [105.994, -5.981]


def test_an_exercise_is_no_alert_in_force() -> None:
    assert only(BANTEN.replace(b"<status>Actual", b"<status>Exercise"))["alertStatus"]["value"] == "exercise"


BAD = [
    (
        BANTEN.replace(b"urn:oasis:names:tc:emergency:cap:1.2", b"http://www.incident.com/cap/1.0"),
        "no alert of CAP 1.2",
    ),
    (BANTEN.replace(b"<severity>Moderate", b"<severity>Bad"), "/alert/info[1]/severity: 'Bad' is none of Extreme"),
    (BANTEN.replace(b"<sent>2026-02-16T22:50:00+07:00", b"<sent>yesterday"), "sent: 'yesterday' is no time"),
    (
        BANTEN.replace(b"22:50:00+07:00</sent>", b"22:50:00</sent>"),
        "/alert/sent: '2026-02-16T22:50:00' is no time with an offset",
    ),
    (
        BANTEN.replace(b"-6.021,105.999", b"-96.021,105.999"),
        "/alert/info[1]/area[1]/polygon[1]: '-96.021,105.999' is out of range",
    ),
    (
        BANTEN.replace(b"-6.559,106.416 -6.569,106.424", b"-6.559;106.416"),
        "polygon[2]: '-6.559;106.416' is no latitude",
    ),
    (BANTEN.replace(b"<identifier>", b"<identifier>a b"), "identifier: 'a b2.49"),
    (BANTEN.replace(b"<event>Hujan Lebat dan Petir</event>", b""), "/alert/info[1]/event: is missing or empty"),
    (BANTEN[:900], "is no XML: line"),
    (b"", "is no XML"),
    (BANTEN.replace(b'<?xml version="1.0" ?>', b'<?xml version="1.0" encoding="utf-7"?>'), "is no XML"),
    (BANTEN.decode().replace("Hujan", "Huján").encode("latin-1"), "is no XML: line"),
    (b'<!DOCTYPE a [<!ENTITY x "y">]><alert>&x;</alert>', "declares a document type"),
    (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><alert/>', "declares a document type"),
    (b"<a>" * 100_000, "is deeper than"),
    (b"<html><body>Log in</body></html>", "neither a feed nor a CAP alert"),
]


@pytest.mark.parametrize(("body", "said"), BAD, ids=[said for _, said in BAD])
def test_what_is_wrong_with_a_message_is_said_with_the_element(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        reader(lambda _: True)(message(body))
    assert said in str(caught.value)
