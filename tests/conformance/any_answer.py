"""Answers as no source should give them: statuses, headers, bodies and framings, drawn from what a source may say and
from what is none of it. And a source on a real socket that says them."""

import contextlib
import json
import socket
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

from any_request import ANY, BUS, CONTEXT, HISTORY, POINT, REGISTRATION, ROOM, SUBSCRIPTION, nearly
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

TIMES = {"createdAt": "2026-01-01T00:00:00Z", "modifiedAt": "2026-01-02T00:00:00Z"}
ENTITY = {**BUS, "id": "urn:x:1", **TIMES}
STORY = {
    "id": "urn:x:1",
    "type": "Bus",
    "location": [
        {"type": "GeoProperty", "value": POINT, "observedAt": "2026-01-01T00:00:00Z", "instanceId": "urn:i:1"}
    ],
    **HISTORY,
    **TIMES,
}
AGGREGATED = {"id": "urn:x:1", "type": "Bus", "speed": {"type": "Property", "avg": [[1, "2026-01-01T00:00:00Z", "x"]]}}
PLAIN = {"id": "urn:x:1", "type": "Bus", "speed": {"values": [[1, "2026-01-01T00:00:00Z"]]}}
PROBLEM = {"type": "https://uri.etsi.org/ngsi-ld/errors/BadRequestData", "title": "a", "status": 400, "detail": "b"}
RESULT = {
    "success": ["urn:x:1"],
    "errors": [{"entityId": "urn:x:2", "error": PROBLEM}],
    "updated": ["speed"],
    "notUpdated": [{"attributeName": "speed", "reason": "a"}],
}
TYPES = {"id": "urn:l:1", "type": "EntityTypeList", "typeList": ["Bus", "https://x.example/Bus"]}
KIND = {"id": "urn:k:1", "type": "EntityTypeInfo", "typeName": "Bus", "entityCount": 3, "attributeDetails": [
    {"id": "https://x.example/speed", "type": "Attribute", "attributeName": "speed", "attributeTypes": ["Property"]}
]}  # fmt: skip
NAMES = {"id": "urn:l:2", "type": "AttributeList", "attributeList": ["speed"]}
ONE_NAME = {"id": "speed", "type": "Attribute", "attributeName": "speed", "attributeCount": 2, "typeNames": ["Bus"]}
MAP = {"id": "urn:m:1", "type": "EntityMap", "expiresAt": "2040-01-01T00:00:00Z", "entityMap": {"urn:x:1": ["@none"]}}
IDENTITY = {"id": "urn:b:1", "type": "ContextSourceIdentity", "contextSourceAlias": "b", "contextSourceUptime": "PT1H"}
SAID: tuple[Any, ...] = (
    ENTITY, [ENTITY], [ENTITY, {**ENTITY, "id": "urn:x:2", "@context": CONTEXT["@context"]}], STORY, [STORY],
    AGGREGATED, [PLAIN],
    PROBLEM, RESULT, TYPES, KIND, [KIND], NAMES, ONE_NAME, MAP, IDENTITY, ROOM, [ROOM], ["urn:x:1"],
    CONTEXT,
    {"type": "FeatureCollection", "features": [{"id": "urn:x:1", "type": "Feature", "geometry": POINT}]},
    SUBSCRIPTION, REGISTRATION,
)  # fmt: skip
"""What sources say, of every kind: any of it may come where another was asked for."""

JSON_TYPE = ("Content-Type", "application/json")
HEADER = st.sampled_from((
    ("Content-Type", "application/ld+json"), ("Content-Type", "text/html"), ("Content-Type", ""),
    ("NGSILD-Results-Count", "3"), ("NGSILD-Results-Count", "-1"), ("NGSILD-Results-Count", "9" * 40),
    ("NGSILD-Results-Count", "x"), ("NGSILD-EntityMap", "urn:m:1"), ("NGSILD-EntityMap", "\xff"),
    ("NGSILD-Warning", '111 a "b"'), ("NGSILD-Warning", '"' * 300), ("Location", "/ngsi-ld/v1/subscriptions/urn:s:9"),
    ("Location", ""), ("Location", "http://[::1"), ("Link", '<urn:x>; rel="next"'), ("Link", "<"),
    ("Content-Range", "x"), ("Content-Range", "date-time 2026-01-01T00:00:00Z-2025-01-01T00:00:00Z/*"),
    ("Via", "1.1 here"), ("Retry-After", "-1"),
    ("NGSILD-Tenant", "../../x"), ("Content-Encoding", "gzip"), ("Fiware-Total-Count", "x"), ("Set-Cookie", "a=b"),
))  # fmt: skip
STATUS = st.sampled_from((200, 200, 200, 200, 201, 204, 206, 207, 207, 301, 304, 400, 404, 409, 422, 500, 503, 999))
BODY: SearchStrategy[bytes] = st.one_of(
    st.sampled_from(SAID).map(json.dumps).map(str.encode),
    st.sampled_from(SAID).flatmap(nearly).map(json.dumps).map(str.encode),
    st.sampled_from(SAID).flatmap(nearly).map(json.dumps).map(str.encode),
    ANY.map(json.dumps).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from((b"", b"[", b"null", b"[null]", b"[" * 3_000, b'{"a":' * 300, b"\xff\xfe", b"NaN", b'"\\ud800"')),
    st.binary(max_size=40),
)


class Said(NamedTuple):
    """What goes over the wire in answer to any request; `ends`: then the connection is closed."""

    wire: bytes
    ends: bool


def _framed(status: int, headers: Sequence[tuple[str, str]], body: bytes, framing: str) -> Said:
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in (JSON_TYPE, *headers))]
    if framing == "chunks":
        half = len(body) // 2
        parts = [part for part in (body[:half], body[half:]) if part]
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        lines.append("Transfer-Encoding: chunked")
    elif framing != "to the end":
        more = {"short": -1, "long": 7, "two lengths": 0}.get(framing, 0)
        lines.append(f"Content-Length: {len(body) + more}")
    if framing == "two lengths":
        lines.append(f"Content-Length: {len(body) + 1}")
    head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
    return Said(head + body, framing not in ("right", "chunks"))


FRAMING = st.sampled_from(("right",) * 8 + ("chunks", "to the end", "short", "long", "two lengths"))
RUBBISH = st.binary(max_size=60).map(lambda noise: Said(noise, True))
_SAID = st.builds(_framed, STATUS, st.lists(HEADER, max_size=2), BODY, FRAMING)
ANSWERS: SearchStrategy[Said] = st.one_of(_SAID, _SAID, _SAID, _SAID, _SAID, _SAID, RUBBISH)


class AnySource:
    """Says `says` to whoever asks, at `origin`; `asked` counts."""

    def __init__(self) -> None:
        self.says = Said(b"", True)
        self.asked = 0
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self._socket.accept()[0],), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError), peer, peer.makefile("rb") as lines:
            while _whole_request(lines):
                self.asked += 1
                said = self.says
                peer.sendall(said.wire)
                if said.ends:
                    return

    def close(self) -> None:
        self._socket.close()


def _whole_request(lines: Any) -> bool:
    """Read a request to its end; false if there is none any more."""
    length = 0
    if not lines.readline():
        return False
    while (line := lines.readline().strip().lower()) != b"":
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    lines.read(length)
    return True
