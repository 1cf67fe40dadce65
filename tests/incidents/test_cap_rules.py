"""Each rule of `rules.toml`, broken once: it is found, where it is broken, and said in three languages."""

import base64
import hashlib
import re

import pytest
from cap_files import message

from pinisi.incidents.cap.findings import MOST_FINDINGS, Finding, rules
from pinisi.incidents.cap.judge import MOST_BYTES, judge

BANTEN = message("bmkg/bmkg_cap_banten.xml")
AREA = b"<areaDesc>Banten</areaDesc>"
INFO = BANTEN[BANTEN.index(b"  <info>") : BANTEN.index(b"</alert>")]
ENGLISH = re.sub(
    rb"<(event|headline|description)>[^<]*<", lambda found: b"<" + found[1] + b">In English<", INFO
).replace(b"<language>id", b"<language>en")
OWN = b"cuaca.ekstrem@bmkg.go.id,2.49.0.1.360.0.2026.02.16.16.36.004,2026-02-16T22:50:00+07:00"
URI = b"<uri>http://a/b</uri>"
DIGEST = hashlib.sha1(b"map", usedforsecurity=False).hexdigest().encode()


def with_(*edits: tuple[bytes, bytes]) -> bytes:
    body = BANTEN
    for old, new in edits:
        assert old in body
        body = body.replace(old, new, 1)
    return body


def after(place: bytes, more: bytes) -> bytes:
    return with_((place, place + more))


def before_area(more: bytes) -> bytes:
    return with_((b"    <area>", more + b"    <area>"))


def resource(inside: bytes, mime: bytes = b"image/png", words: bytes = b"a map") -> bytes:
    head = b"<resourceDesc>" + words + b"</resourceDesc><mimeType>" + mime + b"</mimeType>"
    return b"<resource>" + head + inside + b"</resource>"


def outline(text: bytes) -> bytes:
    return re.sub(rb"<polygon>[^<]*</polygon>", b"<polygon>" + text + b"</polygon>", BANTEN, count=1)


def circle(text: bytes) -> bytes:
    return after(b"</polygon>\n      <polygon>", b"").replace(b"    </area>", b"<circle>" + text + b"</circle></area>")


def heights(text: bytes) -> bytes:
    return BANTEN.replace(b"    </area>", text + b"</area>")


def two(second: bytes) -> bytes:
    return BANTEN.replace(b"</alert>", second + b"</alert>")


BROKEN: dict[str, tuple[bytes, str]] = {
    "xml.broken": (BANTEN[:900], "/"),
    "xml.doctype": (with_((b"<alert", b'<!DOCTYPE alert [<!ENTITY a "b">]>\n<alert')), "/"),
    "xml.large": (b"<a>" * 100_000, "/"),
    "xml.other": (message("bmkg/bmkg_rss_active.xml"), "/rss"),
    "version.old": (with_((b"cap:1.2", b"cap:1.1")), "/alert"),
    "schema.unknown": (after(b"</scope>", b"<password>x</password>"), "/alert/password"),
    "schema.order": (
        with_((b"<scope>Public</scope>", b""), (b"<status>", b"<scope>Public</scope><status>")),
        "/alert/",
    ),
    "schema.repeated": (after(b"</scope>", b"<scope>Public</scope>"), "/alert/scope[2]"),
    "schema.missing": (with_((b"<category>Met</category>", b"")), "/alert/info[1]"),
    "schema.attribute": (with_((b"<scope>", b'<scope lang="id">')), "/alert/scope"),
    "schema.text": (after(b"</scope>", b"and"), "/alert"),
    "schema.children": (with_((b"<event>Hujan", b"<event><b>x</b>Hujan")), "/alert/info[1]/event"),
    "schema.choice": (with_((b"<severity>Moderate", b"<severity>Sedang")), "/alert/info[1]/severity"),
    "schema.padded": (with_((b"<severity>Moderate", b"<severity> Moderate")), "/alert/info[1]/severity"),
    "schema.time": (with_((b"22:50:00+07:00</sent>", b"15:50:00Z</sent>")), "/alert/sent"),
    "schema.date-time": (with_((b"cap:1.2", b"cap:1.1"), (b"-16T22:50:00", b"-31T22:50:00")), "/alert/sent"),
    "schema.language": (with_((b"<language>id", b"<language>bahasa_id")), "/alert/info[1]/language"),
    "schema.integer": (
        before_area(resource(b"<size>1 kB</size><uri>http://a/b</uri>")),
        "/alert/info[1]/resource[1]/size",
    ),
    "schema.decimal": (heights(b"<altitude>1,000</altitude>"), "/alert/info[1]/area[1]/altitude"),
    "schema.uri": (with_((b"<web>https://", b"<web>1%://")), "/alert/info[1]/web"),
    "word.empty": (with_((b"<sender>cuaca.ekstrem@bmkg.go.id", b"<sender>")), "/alert/sender"),
    "word.characters": (with_((b"<identifier>", b"<identifier>a, b")), "/alert/identifier"),
    "references.needed": (with_((b"<msgType>Alert", b"<msgType>Cancel")), "/alert"),
    "references.empty": (after(b"</scope>", b"<references/>"), "/alert/references"),
    "references.triple": (after(b"</scope>", b"<references>a,b,c</references>"), "/alert/references"),
    "references.itself": (after(b"</scope>", b"<references>" + OWN + b"</references>"), "/alert/references"),
    "references.later": (
        after(b"</scope>", b"<references>a,b,2027-01-01T00:00:00-00:00</references>"),
        "/alert/references",
    ),
    "scope.restriction-needed": (with_((b"<scope>Public", b"<scope>Restricted")), "/alert"),
    "scope.restriction-unused": (after(b"</scope>", b"<restriction>staff</restriction>"), "/alert/restriction"),
    "scope.addresses-needed": (with_((b"<scope>Public", b"<scope>Private")), "/alert"),
    "scope.quotes": (
        with_((b"<scope>Public</scope>", b'<scope>Private</scope><addresses>a "b c</addresses>')),
        "/alert/addresses",
    ),
    "note.expected": (with_((b"<status>Actual", b"<status>Exercise")), "/alert"),
    "status.draft": (with_((b"<status>Actual", b"<status>Draft")), "/alert/status"),
    "info.none": (BANTEN.replace(INFO, b""), "/alert"),
    "time.utc": (with_((b"22:50:00+07:00</sent>", b"15:50:00+00:00</sent>")), "/alert/sent"),
    "event.empty": (with_((b"<event>Hujan Lebat dan Petir", b"<event>")), "/alert/info[1]/event"),
    "headline.long": (with_((b"<headline>", b"<headline>" + b"Hujan " * 30)), "/alert/info[1]/headline"),
    "description.none": (re.sub(rb"<description>.*</description>", b"", BANTEN, flags=re.DOTALL), "/alert/info[1]"),
    "expires.none": (with_((b"<expires>2026-02-17T02:00:00+07:00</expires>", b"")), "/alert/info[1]"),
    "expires.at-once": (
        with_((b"<effective>2026-02-16T23:00:00+07:00", b"<effective>2026-02-17T02:00:00+07:00")),
        "/alert/info[1]/expires",
    ),
    "expires.before-sent": (
        with_(
            (b"<effective>2026-02-16T23:00:00+07:00</effective>", b""), (b"<expires>2026-02-17", b"<expires>2026-01-17")
        ),
        "/alert/info[1]/expires",
    ),
    "expires.before-effective": (with_((b"<effective>2026-02-16", b"<effective>2026-02-18")), "/alert/info[1]/expires"),
    "expires.before-onset": (
        with_((b"<expires>", b"<onset>2026-02-18T00:00:00+07:00</onset><expires>")),
        "/alert/info[1]/expires",
    ),
    "web.relative": (with_((b"<web>https://nowcasting.bmkg.go.id/", b"<web>/")), "/alert/info[1]/web"),
    "pair.name": (with_((b"<valueName>OET<", b"<valueName><")), "/alert/info[1]/eventCode[1]"),
    "pair.value": (with_((b"<value>OET-194<", b"<value><")), "/alert/info[1]/eventCode[1]"),
    "text.markup": (with_((b"<headline>", b"<headline>&lt;b&gt;Awas&lt;/b&gt; ")), "/alert/info[1]/headline"),
    "text.entity": (with_((b"<headline>", b"<headline>Awas&amp;nbsp;")), "/alert/info[1]/headline"),
    "language.fewer": (two(ENGLISH + ENGLISH), "/alert"),
    "language.unlike": (two(ENGLISH.replace(b"<severity>Moderate", b"<severity>Severe")), "/alert/info[2]"),
    "language.same-words": (two(INFO.replace(b"<language>id", b"<language>ja")), "/alert/info[2]/event"),
    "area.none": (re.sub(rb"<area>.*</area>", b"", BANTEN, flags=re.DOTALL), "/alert/info[1]"),
    "area.words": (with_((AREA, b"<areaDesc/>")), "/alert/info[1]/area[1]/areaDesc"),
    "area.nowhere": (re.sub(rb"<polygon>[^<]*</polygon>", b"", BANTEN), "/alert/info[1]/area[1]"),
    "polygon.points": (outline(b"-5,105 -5,106 -5,105"), "/alert/info[1]/area[1]/polygon[1]"),
    "polygon.pair": (outline(b"-5,105 -5;106 -6,106 -5,105"), "/alert/info[1]/area[1]/polygon[1]"),
    "polygon.range": (outline(b"105,-5 106,-5 106,-6 105,-5"), "/alert/info[1]/area[1]/polygon[1]"),
    "polygon.closed": (outline(b"-5,105 -5,106 -6,106 -6,105"), "/alert/info[1]/area[1]/polygon[1]"),
    "polygon.crossing": (outline(b"-5,105 -6,106 -5,106 -6,105 -5,105"), "/alert/info[1]/area[1]/polygon[1]"),
    "circle.pair": (circle(b"-5.1, 119.4 3"), "/alert/info[1]/area[1]/circle[1]"),
    "circle.range": (circle(b"-5.1,119.4 -3"), "/alert/info[1]/area[1]/circle[1]"),
    "circle.point": (circle(b"-5.1,119.4 0"), "/alert/info[1]/area[1]/circle[1]"),
    "geocode.twice": (
        heights(b"<geocode><valueName>bps</valueName><value>36</value></geocode>" * 2),
        "/alert/info[1]/area[1]/geocode[2]",
    ),
    "ceiling.alone": (heights(b"<ceiling>9</ceiling>"), "/alert/info[1]/area[1]/ceiling"),
    "ceiling.low": (heights(b"<altitude>9</altitude><ceiling>8</ceiling>"), "/alert/info[1]/area[1]/ceiling"),
    "resource.words": (before_area(resource(b"<uri>http://a/b</uri>", words=b"")), "/alert/info[1]/resource[1]/"),
    "resource.mime": (before_area(resource(b"<uri>http://a/b</uri>", b"foo-type/bar")), "/alert/info[1]/resource[1]/"),
    "resource.size": (
        before_area(resource(b"<size>-1</size><uri>http://a/b</uri>")),
        "/alert/info[1]/resource[1]/size",
    ),
    "resource.uri": (before_area(resource(b"<uri>some invalid uri</uri>")), "/alert/info[1]/resource[1]/uri"),
    "resource.relative": (before_area(resource(b"<uri>some/path</uri>")), "/alert/info[1]/resource[1]/uri"),
    "resource.nowhere": (before_area(resource(b"")), "/alert/info[1]/resource[1]"),
    "resource.base64": (before_area(resource(b"<derefUri>foo</derefUri>")), "/alert/info[1]/resource[1]/derefUri"),
    "resource.digest": (
        before_area(resource(b"<derefUri>bWFQ</derefUri><digest>" + DIGEST + b"</digest>")),
        "/alert/info[1]/resource[1]/digest",
    ),
    "resource.digest-form": (
        before_area(resource(b"<uri>http://a/b</uri><digest>SHA-1</digest>")),
        "/alert/info[1]/resource[1]/digest",
    ),
    "resource.two-digests": (
        before_area(
            resource(b"<uri>http://a/b</uri><digest>" + DIGEST + b"</digest>")
            + resource(b"<uri>http://a/b</uri><digest>" + DIGEST[::-1] + b"</digest>")
        ),
        "/alert/info[1]/resource[2]",
    ),
}


def found(body: bytes) -> list[Finding]:
    return list(judge(body).findings)


def test_every_rule_is_broken_here() -> None:
    assert sorted(BROKEN) == sorted(rules())


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found_where_it_is_broken(rule: str) -> None:
    body, path = BROKEN[rule]
    assert rule not in {each.rule for each in found(BANTEN)}
    told = [each for each in found(body) if each.rule == rule]
    assert told and any(each.path.startswith(path) for each in told)
    assert {each.clause for each in told} == {rules()[rule].clause}


@pytest.mark.parametrize("rule", BROKEN)
def test_what_breaks_one_rule_breaks_no_other_by_the_way(rule: str) -> None:
    errors = {each.rule for each in found(BROKEN[rule][0]) if each.weight == "error"}
    assert errors - {"version.old"} == ({rule} - {"version.old"} if rules()[rule].weight == "error" else set())


@pytest.mark.parametrize("rule", BROKEN)
def test_the_reason_is_said_in_three_languages_with_what_was_found(rule: str) -> None:
    told = next(each for each in found(BROKEN[rule][0]) if each.rule == rule)
    said = (told.reason.id, told.reason.en, told.reason.ja)
    assert all(said) and len(set(said)) == 3
    assert not any("{" in each for each in said)


def test_several_faults_are_all_told_at_once() -> None:
    body = with_(
        (b"<identifier>", b"<identifier>a,"),
        (b"</sender>", b"</sender><sender>x</sender>"),
        (b"2026-02-16T22:50:00+07:00</sent>", b"2026-14-02T14:39:01-05:00</sent>"),
        (b"<scope>Public</scope>", b"<scope>Invalid</scope><references>a,b,c</references>invalid"),
    )
    assert {each.rule for each in judge(body).errors} == {
        "word.characters",
        "schema.repeated",
        "schema.time",
        "schema.choice",
        "references.triple",
        "schema.text",
    }


LANGUAGES = "en EN fr-CA en-scouse i-klingon x-pig-latin de-1901 sgn-CH-de zh-cmn-Hans"


@pytest.mark.parametrize("language", LANGUAGES.split())
def test_a_language_of_rfc_3066_is_taken(language: str) -> None:
    assert judge(with_((b"<language>id", b"<language>" + language.encode()))).valid


def test_a_file_that_is_in_the_message_is_held_against_its_digest() -> None:
    inside = base64.b64encode(b"map")
    body = before_area(resource(b"<derefUri>" + inside + b"</derefUri><digest>" + DIGEST + b"</digest>"))
    assert judge(body).valid


def test_two_languages_that_say_the_same_are_in_order() -> None:
    judgement = judge(two(ENGLISH))
    assert judgement.valid and judgement.findings == ()


def test_a_message_of_nothing_but_faults_is_told_up_to_a_number() -> None:
    judgement = judge(BANTEN.replace(b"</alert>", b"<x/>" * 5_000 + b"</alert>"))
    assert len(judgement.findings) == MOST_FINDINGS and judgement.more == 5_000 - MOST_FINDINGS
    assert not judgement.valid


def test_a_message_that_is_too_large_is_not_read() -> None:
    assert [each.rule for each in judge(b" " * (MOST_BYTES + 1)).findings] == ["xml.large"]


def test_an_element_of_another_namespace_is_no_part_of_the_alert() -> None:
    stranger = INFO.replace(b"<info>", b'<info xmlns="urn:x">').replace(b"Moderate", b"Extreme")
    judgement = judge(two(stranger))
    assert [each.rule for each in judgement.errors] == ["schema.unknown"]
    assert judgement.alert is not None and [info.severity for info in judgement.alert.infos] == ["Moderate"]
