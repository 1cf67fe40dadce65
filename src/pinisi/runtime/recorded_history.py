"""What a tenant has received in a span of its own past, as a recording: any live source can be lived through again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.profile import Profile
from pinisi.city.text import Text, fill
from pinisi.context.render import entity_document
from pinisi.context.term_table import TermTable
from pinisi.runtime.recording import LINES, Recorded, Recording, Row, Stream
from pinisi.runtime.source import Card, Message, Reading, Unreadable
from pinisi.store.retelling import retell
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant

HISTORY = "history"
"""Name of the recording that is the tenant's own past."""
_TITLE = Text("Riwayat {name}", "History of {name}", "{name} の履歴")
_NOTE = Text(
    "Yang diterima ruang kendali ini dalam rentang itu, dalam urutannya; yang dihapus tidak diulang.",
    "What this war room received in that span, in its order; deletions are not replayed.",
    "この期間に指令室が受け取ったものを順に。削除は再生しない。",
)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the past: entities of these types (IRIs; none: all), received from `since` until before `until`."""

    types: tuple[str, ...] = ()
    since: Instant
    until: Instant


def history_recording(span: Span, profile: Profile, path: Path, table: TermTable) -> Recording:
    """The recording of a tenant whose file is `path`."""
    title = fill(_TITLE, name=profile.city.name)

    def rows() -> Iterator[Row]:
        for told in retell(path, span.types or None, span.since, span.until):
            entity = Entity(told.id, list(told.types), told.attributes)
            yield Row(told.received, told.id, _encode(entity_document(entity, table)))

    stream = Stream(
        id=HISTORY,
        title=title,
        card=Card(publisher=profile.city.name, licence=profile.city.licence.name, note=_NOTE),
        service="",
        every=3600.0,
        recorded=Recorded(cut=_no_files, read=read_lines, frame=LINES),
        rows=rows,
    )
    return Recording(
        id=HISTORY,
        title=title,
        note=_NOTE,
        city=profile.folder,
        begin=span.since,
        until=span.until,
        streams=(stream,),
    )


def read_lines(message: Message) -> Reading:
    """One entity a line, as the context would show it."""
    try:
        entities: list[Mapping[str, Any]] = [_decode(line) for line in message.body.split(b"\n") if line]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"is no entity a line: {error}") from None
    return Reading(entities=entities)


def _no_files(_path: Path) -> Iterator[Row]:
    return iter(())
