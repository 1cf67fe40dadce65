"""Words that stand nowhere else, planted in calls and in what the room writes, and a search that finds them anywhere.

A bird's name tells what was planted: `qkanari...` and the numbers `0811 7720 99..` belong to callers, `qgelatik...` to
the room (notes, reasons, answers), `qkamera...` to what a camera writes into a photograph, and `qmerpati...` is leaked
on purpose, so that the search is seen to find something.
"""

import re
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zlib import compress, crc32

import httpx
import msgspec
from house_at_hand import OURS

CALLER, CAMERA, ROOM, LEAKED = "qkanari", "qkamera", "qgelatik", "qmerpati"
NUMBER = "0811 7720 99"
_FOUND = re.compile(rb"q(?:kanari|kamera|gelatik|merpati)[a-z]*|811[ -]?7720[ -]?99\d\d")
CITY_HALL = [119.4128, -5.1343]
INCIDENTS, CALLS = f"{OURS}/incidents", f"{OURS}/calls"
ENGINE = "urn:ngsi-ld:Unit:makassar-kanari-1"
DRAWN = Path(__file__).parents[1] / "incidents" / "picture_examples" / "drawn.jpg"


def planted(body: bytes) -> frozenset[str]:
    """Every canary in these bytes: numbers told as `qkanari` too."""
    words = {each.decode() for each in _FOUND.findall(body.lower())}
    return frozenset(word if word.startswith("q") else f"{CALLER} number {word}" for word in words)


def of(kinds: Iterable[str], words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if word.startswith(tuple(kinds)))


class Planted(msgspec.Struct):
    """What there is to look at afterwards. `story`: the incident in which all was done; `leaky`: it names somebody."""

    story: str
    leaky: str
    incidents: list[str]
    calls: list[str]
    photos: list[str]
    runs: list[str]
    shift: str
    warning: str
    warned: str


class Room:
    """The people of the room, each with a session, before a house that runs."""

    def __init__(self, clients: dict[str, httpx.AsyncClient]) -> None:
        self._clients = clients

    async def ask(self, who: str, method: str, path: str, status: int, **more: Any) -> Any:
        answer = await self._clients[who].request(method, path, **more)
        assert answer.status_code == status, (path, answer.text)
        return answer.json() if answer.content else None

    async def post(self, who: str, path: str, status: int = 200, **words: Any) -> Any:
        return await self.ask(who, "POST", path, status, json=words)

    async def act(self, who: str, incident: str, **words: Any) -> None:
        await self.post(who, f"{INCIDENTS}/{incident}/acts", **words)


async def plant(room: Room, place: str, area: str, expires: str) -> Planted:
    """Live a day in the room: calls of every kind, the story of an incident, a photo, a hand-over, a warning."""
    story = await _calls(room, place)
    runs, photos = await _story(room, story)
    leaky = (await room.post("siti", INCIDENTS, 201, title=f"{LEAKED}title", detail=f"{LEAKED}detail"))["id"]
    shift = (await room.post("siti", f"{OURS}/shifts", 201, words=f"{ROOM}handover"))["id"]
    await room.post("budi", f"{OURS}/shifts/{shift}/sign", words=f"{ROOM}signature")
    warning = await _warning(room, area, expires)
    calls = await room.ask("siti", "GET", f"{INCIDENTS}/{story}/calls", 200)
    everything = await room.ask("siti", "GET", f"{INCIDENTS}?state=all&limit=200", 200)
    (warned,) = (await room.ask("siti", "GET", f"{OURS}/warnings", 200))["warnings"]
    return Planted(
        story=story,
        leaky=leaky,
        incidents=[each["id"] for each in everything["incidents"]],
        calls=[each["key"] for each in calls["calls"]],
        photos=photos,
        runs=runs,
        shift=shift,
        warning=warning,
        warned=warned["identifier"],
    )


def _said(place: str, where: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "kind": "emergency",
        "category": "fire",
        "place": place,
        "caller": f"{CALLER}{where}name",
        "said": f"{CALLER}{where}said: asap tebal",
        "spot": f"lorong {CALLER}{where}spot 7",
        "number": f"{NUMBER}{number:02d}",
        **more,
    }


async def _calls(room: Room, place: str) -> str:
    """By hand, by telephone, from paper, handed on, missed and called back, again from the same line, and faulty."""
    first = await room.post("siti", CALLS, 201, number=f"{NUMBER}01")
    story: str = (await room.post("siti", f"{CALLS}/{first['key']}/saved", 201, **_said(place, "form", 1)))["incident"]
    again = await room.post("siti", CALLS, 201, number=f"+62 {NUMBER.removeprefix('0')}01")
    await room.post("siti", f"{CALLS}/{again['key']}/saved", 201, **_said(place, "repeat", 1, incident=story))
    paper = {"channel": "paper", "rangAt": "2026-01-05T02:00:00Z", "answeredAt": "2026-01-05T02:00:09Z"}
    late = await room.post("siti", CALLS, 201, number=f"{NUMBER}02", **paper)
    await room.post("siti", f"{CALLS}/{late['key']}/saved", 201, **_said(place, "paper", 2))
    handed = await room.post("siti", CALLS, 201, number=f"{NUMBER}03")
    await room.post("siti", f"{CALLS}/{handed['key']}/acts", act="hand", to="account:budi")
    await room.post("budi", f"{CALLS}/{handed['key']}/saved", 201, **_said(place, "handed", 3, incident=story))
    await _telephone(room, place)
    for wrong in ({"kind": "boring"}, {"number": f"{NUMBER}{CALLER}"}, {f"{CALLER}field": 1}):
        call = await room.post("siti", CALLS, 201)
        told = await room.post("siti", f"{CALLS}/{call['key']}/saved", 400, **(_said(place, "faulty", 9) | wrong))
        assert not of([CALLER], planted(msgspec.json.encode(told)) - {f"{CALLER}field"}), told
        await room.post("siti", f"{CALLS}/{call['key']}/saved", 201, kind="prank", said=f"{CALLER}prank")
    return story


async def _telephone(room: Room, place: str) -> None:
    events, recording = f"{CALLS}/events", f"https://rekaman.invalid/{CALLER}recording.wav"
    for call, number in (("pbx-1", 4), ("pbx-2", 5), ("pbx-3", 6)):
        await room.post("pbx", events, 204, event="ringing", call=call, number=f"{NUMBER}{number:02d}")
    waiting = {each["rangAt"]: each["key"] for each in (await room.ask("siti", "GET", CALLS, 200))["calls"]}
    taken, missed, _ringing = (waiting[at] for at in sorted(waiting))
    await room.post("siti", f"{CALLS}/{taken}/acts", act="pick-up")
    await room.post("pbx", events, 204, event="ended", call="pbx-1", recording=recording)
    await room.post("siti", f"{CALLS}/{taken}/saved", 201, **_said(place, "webhook", 4))
    await room.post("pbx", events, 204, event="ended", call="pbx-2", recording=recording)
    back = await room.post("siti", f"{CALLS}/{missed}/acts", act="call-back")
    await room.post("siti", f"{CALLS}/{back['key']}/saved", 201, **_said(place, "recall", 5))


async def _story(room: Room, story: str) -> tuple[list[str], list[str]]:
    """From the triage to the end, with words of the room at each step: the procedure's runs, the crew's photos."""
    unit = {"code": "kanari-1", "name": "Damkar 1", "agency": "damkar", "capabilities": ["fire-engine"]}
    await room.post("siti", f"{OURS}/units", 201, **unit, base=CITY_HALL, exercise=True)
    await room.ask("siti", "PUT", f"{OURS}/crew/members/regu", 200, json={"agency": "damkar", "unit": ENGINE})
    await room.act("siti", story, act="take", note=f"{ROOM}take")
    await room.act("siti", story, act="note", note=f"{ROOM}note")
    await room.act("siti", story, act="task", task=f"{ROOM}task")
    await room.act("siti", story, act="triage", category="fire", priority=2, note=f"{ROOM}triage")
    await room.act("siti", story, act="assign", agency="dinkes", note=f"{ROOM}assign")
    await room.act("siti", story, act="withdraw", agency="dinkes", reason=f"{ROOM}withdraw")
    await room.act("siti", story, act="assign", agency="damkar", unit=ENGINE, role="lead")
    run = (await room.post("siti", f"{INCIDENTS}/{story}/procedures", 201, procedure="large-fire"))["id"]
    await room.post(
        "siti", f"{INCIDENTS}/{story}/procedures/{run}/acts", act="done", step="locate", words=f"{ROOM}procedure"
    )
    crew = f"{OURS}/crew/assignments/{story}"
    await room.post("regu", f"{crew}/acts", act="accept", key="phone-key-1", note=f"{ROOM}accept")
    await room.post("regu", f"{crew}/acts", act="arrive", key="phone-key-2", note=f"{ROOM}arrive")
    photos: list[str] = []
    for number, (media, body) in enumerate((("image/png", png()), ("image/jpeg", jpeg()))):
        sent = await room.ask(
            "regu",
            "POST",
            f"{crew}/photos",
            201,
            content=body,
            headers={"content-type": media},
            params={"key": f"phone-photo-{number}", "note": f"{ROOM}photo"},
        )
        photos.append(sent["key"])
    await room.post("regu", f"{crew}/acts", act="finish", key="phone-key-3", note=f"{ROOM}finish")
    await room.act("siti", story, act="resolve", note=f"{ROOM}resolve")
    await room.act("budi", story, act="reject", reason=f"{ROOM}reject")
    await room.act("siti", story, act="resolve", note=f"{ROOM}resolveagain")
    await room.act("budi", story, act="verify", note=f"{ROOM}verify")
    await room.act("siti", story, act="answer", note=f"{ROOM}answer")
    return [run], photos


async def _warning(room: Room, area: str, expires: str) -> str:
    told = {"id": "banjir di Manggala", "en": "flood in Manggala", "ja": "マンガラで洪水"}
    words = {
        language: {"event": text, "headline": f"{LEAKED}headline {text}", "description": f"{LEAKED}description {text}"}
        for language, text in told.items()
    }
    draft = {
        "words": words,
        "category": "Met",
        "urgency": "Immediate",
        "severity": "Severe",
        "certainty": "Observed",
        "responses": ["Avoid"],
        "expires": expires,
        "areas": [area],
    }
    id: str = (await room.post("siti", f"{OURS}/warnings", 201, **draft))["id"]
    await room.post("tono", f"{OURS}/warnings/{id}/release", act="release")
    return id


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc32(kind + data))


def png() -> bytes:
    """One red point, with what a camera writes: where, who, when."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    more = _chunk(b"eXIf", f"MM\0*{CAMERA}exif".encode()) + _chunk(b"tEXt", f"Author\0{CAMERA}author".encode())
    drawn = _chunk(b"IDAT", compress(b"\0\xff\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + more + drawn + _chunk(b"IEND", b"")


def jpeg() -> bytes:
    """A drawn picture, with a comment and an APP1 segment."""
    drawn = DRAWN.read_bytes()
    told = [(0xFE, f"{CAMERA}comment"), (0xE1, f"Exif\0\0{CAMERA}gps"), (0xED, f"{CAMERA}caption")]
    segments = b"".join(struct.pack(">BBH", 0xFF, kind, len(text) + 2) + text.encode() for kind, text in told)
    return drawn[:2] + segments + drawn[2:]
