"""Messages damaged as programs and people damage them: elements moved, doubled, renamed, values spoilt, bytes cut."""

import random
import re

ELEMENT = re.compile(rb"<(?:\w+:)?(\w+)(?:\s[^<>]*)?>[^<>]*</(?:\w+:)?\1>")
VALUE = re.compile(rb">([^<>]+)<")
TAG = re.compile(rb"</?[^<>!?]*>")
WORDS = """Actual Alert Update Public Restricted Met Extreme Observed None id en-US x- -
2026-02-16T22:50:00+07:00 2026-02-30T00:00:00-00:00 2026-02-16T22:50:00Z 0000-01-01T00:00:00+00:00
2026-02-16T24:00:00+14:00 2026-02-16T22:50:00.5-01:00 a,b,2026-02-16T22:50:00+07:00 a,b,c a,b
NaN 1e400 -0.5 +3 1_000 .5 5. \u0663 http://a/%zz x:y //a :x image/png AAAA A===
da39a3ee5e6b4b0d3255bfef95601890afd80709 &amp;nbsp; &lt;b&gt;x&lt;/b&gt; &#0; &x; \u202e\ufffd\u6f22"""
PHRASES = """-5.1,119.4 -5.1,119.5 -5.2,119.5 -5.1,119.4
1,2 3
1,2 -3
1,2 3,4 1,2
91,0 1,1 2,2 91,0
http://a b"""
VALUES = [each.encode() for each in (*WORDS.split(), *PHRASES.splitlines(), " Actual ", "\n", "", "x" * 5_000)]
VALUES.append(b"\xff\xfe")
NAMES = b"""identifier sender sent status msgType scope note references info language category event urgency severity
certainty expires web eventCode valueName value area areaDesc polygon circle geocode altitude ceiling resource uri
derefUri digest size x""".split()


def damaged(sample: bytes, draw: random.Random) -> bytes:
    """The sample after one to four accidents."""
    body = sample
    for _ in range(draw.randint(1, 4)):
        body = draw.choice(ACCIDENTS)(body, draw)
    return body


def damaged_well_formed(sample: bytes, draw: random.Random) -> bytes:
    """Accidents that leave it XML: what a schema can tell apart."""
    body = sample
    for _ in range(draw.randint(1, 3)):
        body = draw.choice(SMALL)(body, draw)
    return body


def _one(pattern: re.Pattern[bytes], body: bytes, draw: random.Random) -> re.Match[bytes] | None:
    found = list(pattern.finditer(body))
    return draw.choice(found) if found else None


def spoil_value(body: bytes, draw: random.Random) -> bytes:
    found = _one(VALUE, body, draw)
    return body if found is None else body[: found.start(1)] + draw.choice(VALUES) + body[found.end(1) :]


def drop(body: bytes, draw: random.Random) -> bytes:
    found = _one(ELEMENT, body, draw)
    return body if found is None else body[: found.start()] + body[found.end() :]


def double(body: bytes, draw: random.Random) -> bytes:
    found = _one(ELEMENT, body, draw)
    return body if found is None else body[: found.end()] + found.group() + body[found.end() :]


def move(body: bytes, draw: random.Random) -> bytes:
    found = _one(ELEMENT, body, draw)
    if found is None:
        return body
    rest = body[: found.start()] + body[found.end() :]
    behind = _one(ELEMENT, rest, draw)
    return rest if behind is None else rest[: behind.end()] + found.group() + rest[behind.end() :]


def rename(body: bytes, draw: random.Random) -> bytes:
    found = _one(ELEMENT, body, draw)
    if found is None:
        return body
    name = draw.choice(NAMES)
    return body[: found.start()] + b"<" + name + b">" + b"x</" + name + b">" + body[found.end() :]


def stray(body: bytes, draw: random.Random) -> bytes:
    found = _one(ELEMENT, body, draw)
    odd = draw.choice([b"text", b"<x/>", b"<!-- c -->", b'<info xmlns="urn:x"/>', b"<?p i?>", b"<![CDATA[a<b]]>"])
    return body if found is None else body[: found.end()] + odd + body[found.end() :]


def attribute(body: bytes, draw: random.Random) -> bytes:
    found = _one(ELEMENT, body, draw)
    if found is None:
        return body
    at = body.index(b">", found.start())
    return body[:at] + b' lang="x"' + body[at:]


def cut(body: bytes, draw: random.Random) -> bytes:
    return body[: draw.randint(0, len(body))]


def bytes_changed(body: bytes, draw: random.Random) -> bytes:
    content = bytearray(body)
    for _ in range(draw.randint(1, 5)):
        at = draw.randint(0, len(content))
        content[at : at + draw.randint(0, 4)] = draw.randbytes(draw.randint(0, 6))
    return bytes(content)


def tag_lost(body: bytes, draw: random.Random) -> bytes:
    found = _one(TAG, body, draw)
    return body if found is None else body[: found.start()] + body[found.end() :]


def deep(body: bytes, draw: random.Random) -> bytes:
    found = _one(VALUE, body, draw)
    inside = b"<a>" * 500 + b"</a>" * 500
    return body if found is None else body[: found.start(1)] + inside + body[found.end(1) :]


def doctype(body: bytes, draw: random.Random) -> bytes:
    kinds = [b'<!DOCTYPE a [<!ENTITY x "y">]>', b'<!DOCTYPE a SYSTEM "file:///etc/passwd">']
    at = body.find(b"<alert")
    return body if at < 0 else body[:at] + draw.choice(kinds) + body[at:]


SMALL = [spoil_value, spoil_value, drop, double, move, rename, stray, attribute]
ACCIDENTS = [*SMALL, cut, bytes_changed, bytes_changed, tag_lost, deep, doctype]
