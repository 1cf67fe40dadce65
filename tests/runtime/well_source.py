"""A small source for tests: wells that tell their level as JSON, through a way in that the test feeds."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from pinisi.city.context import context_bytes
from pinisi.city.text import Text
from pinisi.context.contexts import Contexts
from pinisi.context.term_table import TermTable
from pinisi.runtime.source import Card, Line, Message, Reading, Reject, Source, Unreadable
from pinisi.vocabulary.instant import parse_instant

NOW = parse_instant("2026-11-25T06:00:00Z")
WELL = "urn:ngsi-ld:Well:1"


def pinisi_table() -> TermTable:
    name = "urn:pinisi:context"
    return Contexts({name: msgspec.json.decode(context_bytes())}, lambda _: None).table(name)


def level(value: float, at: str, id: str = WELL, **members: Any) -> dict[str, Any]:
    """What a well tells: its level in metres at a time."""
    return {"id": id, "level": value, "at": at, **members}


def read_wells(message: Message) -> Reading:
    try:
        rows = msgspec.json.decode(message.body, type=list[dict[str, Any]])
    except msgspec.DecodeError as error:
        raise Unreadable(f"is no list of wells: {error}") from None
    entities: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row.get("level"), int | float):
            reason = Text("tanpa ketinggian", "without a level", "水位なし")
            rejects.append(Reject(key=f"row {number}", row=str(number), field="level", reason=reason, raw=str(row)))
            continue
        value = {"type": "Property", "value": row["level"], "unitCode": "MTR", "observedAt": row["at"]}
        entities.append({"id": row["id"], "type": "Well", "waterLevel": value})
    return Reading(entities=entities, rejects=rejects)


class Fed:
    """A way in that delivers what the test puts into it; an exception in it is a failure."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes | Exception] = asyncio.Queue()
        self.begun = 0

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        self.begun += 1
        while True:
            item = await self.queue.get()
            if isinstance(item, Exception):
                raise item
            yield Message(body=item, origin="wells", received=line.now())


def well_source(transport: Any, every: float = 60.0) -> Source:
    text = Text("Sumur", "Wells", "井戸")
    return Source(
        id="wells",
        title=text,
        card=Card(publisher="Dinas PU", licence="CC0", note=text),
        transport=transport,
        read=read_wells,
        every=every,
    )


def encoded(*rows: dict[str, Any]) -> bytes:
    return msgspec.json.encode(list(rows))
