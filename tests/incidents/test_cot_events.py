"""Events of Cursor-on-Target: read as phones write them, written as the standard has them, judged with reasons."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from pinisi.incidents.cot.event import UNKNOWN, Event, Line
from pinisi.incidents.cot.reader import MOST_BYTES, Credentials, read_event
from pinisi.incidents.cot.stream import Cutter
from pinisi.incidents.cot.verdict import judged
from pinisi.incidents.cot.writer import pong, taken_off, write_event
from pinisi.incidents.units.fix import LEAST_APART
from pinisi.runtime.source import Unreadable
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, SECOND, parse_instant

EXAMPLES = Path(__file__).parent / "cot_examples"
PHONE = (EXAMPLES / "phone.xml").read_bytes()
SCHEMA = etree.XMLSchema(etree.parse(EXAMPLES / "cot20.xsd"))
NOW = parse_instant("2026-11-26T02:10:06Z")
MAKASSAR = (119.36, -5.23, 119.55, -5.05)
HALL = (119.4128, -5.1343)
CASES = 500


def seen(**changes: object) -> Event:
    event = Event(
        uid="ANDROID-1",
        type="a-f-G-U-C",
        how="m-g",
        time=NOW,
        start=NOW,
        stale=NOW + 6 * MINUTE,
        longitude=HALL[0],
        latitude=HALL[1],
        error=9.0,
    )
    return replace(event, **changes)


def test_a_phone_is_read_without_the_name_that_stands_in_it() -> None:
    event = read_event(PHONE)
    assert (event.uid, event.point, event.error) == ("ANDROID-589520ccfcd20f01", (119.4134025, -5.1352441), 9.7)
    assert event.stale - event.time == 375 * SECOND
    assert "ANDI" not in repr(event) and "628111" not in repr(event)


@pytest.mark.parametrize(
    ("said", "instead", "reason"),
    [
        (b'uid="ANDROID-589520ccfcd20f01"', b"", "event/@uid"),
        (b'lat="-5.1352441"', b'lat="-95.1"', "event/point: is not on the Earth"),
        (b'lat="-5.1352441"', b'lat="NaN"', "point/@lat: is no number"),
        (b'time="2026-11-26T02:10:04.113Z"', b'time="2026-02-30T02:10:04Z"', "event/@time: does not exist"),
        (b'stale="2026-11-26T02:16:19.113Z"', b'stale="soon"', "event/@stale: is no time"),
        (b'version="2.0"', b'version="1.1"', "older than 2.0"),
        (b'type="a-f-G-U-C"', b'type="a f"', "event/@type"),
        (b"<point", b"<pint", "event/point: is missing"),
        (b"</event>", b"", "is no XML"),
    ],
)
def test_what_is_wrong_with_an_event_is_named(said: bytes, instead: bytes, reason: str) -> None:
    assert said in PHONE
    with pytest.raises(Unreadable, match=reason) as refused:
        read_event(PHONE.replace(said, instead, 1))
    assert "ANDI" not in str(refused.value)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'<!DOCTYPE event [<!ENTITY a "aa">]><event uid="&a;"/>', "entities"),
        (b'<!DOCTYPE event SYSTEM "file:///etc/passwd"><event/>', "document type"),
        (b"<event>" + b"<a>" * 100 + b"</a>" * 100 + b"</event>", "deeper"),
        (b"<event>" + b" " * MOST_BYTES + b"</event>", "larger than 64 KB"),
        (b"\xbf\x01\xbf\x12\x93", "protobuf"),
        (b"<kml/>", "no <event>"),
        (b"", "no XML"),
    ],
)
def test_what_could_harm_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_event(body)


def test_what_a_phone_says_of_itself_first_is_its_token_and_nothing_more() -> None:
    with pytest.raises(Credentials) as given:
        read_event(b'<auth><cot username="andi" password="pinisi_1_2" uid="ANDROID-1"/></auth>')
    assert given.value.secret == "pinisi_1_2" and "andi" not in str(given.value)


def test_what_we_write_keeps_the_schema_and_is_read_again_as_it_was() -> None:
    line = Line(((119.4, -5.1), (119.5, -5.1), (119.5, -5.2), (119.4, -5.1)), 0xFFD32F2F, 0x40D32F2F)
    written = [
        seen(callsign='Damkar "03" <&\x00>', remarks="prioritas 1 & <luka>", colour=0xFFD32F2F, opex="e"),
        seen(type="u-d-f", line=line, latitude=-1e-7),
        seen(stale=NOW + 9_000_000 * DAY),
        pong(NOW),
        taken_off("urn:x", "a-f-G", NOW),
    ]
    for event in written:
        body = write_event(event)
        SCHEMA.assertValid(etree.fromstring(body))
        again = read_event(body)
        assert (again.uid, again.type, again.opex) == (event.uid, event.type, event.opex)
        assert again.point == pytest.approx(event.point, abs=1e-7)


@settings(max_examples=50)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=40))
def test_a_stream_is_cut_into_its_documents_however_it_arrives(cuts: list[int]) -> None:
    stream = PHONE + write_event(seen()) + b"\n\n" + PHONE
    cutter, found, place = Cutter(), list[bytes](), 0
    for length in [*cuts, len(stream)]:
        found += cutter.feed(stream[place : place + length])
        place += length
    assert [read_event(each).uid[-1] for each in found] == ["1", "1", "1"]
    assert len(found) == 3 and found[0].split(b"?>")[-1].strip() == found[2].split(b"?>")[-1].strip()


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x02", b"<kml>" * 3, b"<event " + b"x" * 70_000])
def test_a_stream_of_something_else_is_ended(data: bytes) -> None:
    with pytest.raises(Unreadable):
        Cutter().feed(data)


@pytest.mark.parametrize(
    ("event", "last", "verdict"),
    [
        (seen(), 0, "taken"),
        (seen(time=NOW + MINUTE), 0, "taken"),
        (seen(type="b-t-f"), 0, "not-a-position"),
        (seen(longitude=0.0, latitude=0.0, error=UNKNOWN), 0, "no-fix"),
        (seen(error=UNKNOWN), 0, "taken"),
        (seen(error=4_000.0), 0, "inexact"),
        (seen(time=NOW + HOUR), 0, "future"),
        (seen(time=NOW - HOUR, stale=NOW - MINUTE), 0, "stale"),
        (seen(longitude=106.8, latitude=-6.2), 0, "out-of-city"),
        (seen(time=NOW - MINUTE), NOW, "older"),
        (seen(), NOW - LEAST_APART // 2, "too-soon"),
    ],
)
def test_each_position_has_a_verdict_of_its_own(event: Event, last: int, verdict: str) -> None:
    assert judged(event, MAKASSAR, NOW, last) == verdict


def test_whatever_arrives_is_an_event_or_a_reason() -> None:
    draw = random.Random(20_261_126)
    read = 0
    for _ in range(CASES):
        body = bytearray(PHONE)
        for _ in range(draw.randint(1, 6)):
            place = draw.randrange(len(body))
            body[place : place + draw.randint(0, 5)] = draw.randbytes(draw.randint(0, 5)) or b"<>"
        try:
            read_event(bytes(body))
            read += 1
        except (Unreadable, Credentials) as reason:
            assert str(reason)
    assert 0 < read < CASES / 10
