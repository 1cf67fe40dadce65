"""`recordings.toml` of a city: what of its past can be replayed, and what to do when the files are absent."""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

import pinisi
from pinisi.city.errors import CityError
from pinisi.city.profile import City
from pinisi.city.provenance import Source as SourceCard
from pinisi.city.provenance import read_sources
from pinisi.city.reading import read_toml
from pinisi.city.text import Text, fill
from pinisi.runtime.recorded_series import CSV_SERIES
from pinisi.runtime.recording import Recorded, Recording, Row, Stream, StreamKind
from pinisi.runtime.services import Registry
from pinisi.runtime.source import Card
from pinisi.settings import Settings
from pinisi.vocabulary.instant import SECOND, Instant

FILE = "recordings.toml"
MOST_NAMED = 4
STREAM_KINDS: tuple[StreamKind[Any], ...] = (CSV_SERIES,)
"""Those of the kernel itself, which belong to no service."""
_ABSENT = Text(
    "Berkas rekaman tidak ada di {folder}: {files}. Asalnya: {origin}. Sebutkan foldernya: {command}",
    "The files of this recording are not in {folder}: {files}. They come from {origin}. Name their folder: {command}",
    "この記録のファイルが {folder} にない: {files}。出典: {origin}。フォルダーを指定する: {command}",
)


class WantedStream(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One stream: a source of its own. `files` are patterns below the folder of the recordings.

    `card` is who says it, in `sources.toml`; unsaid, the card with the stream's own id.
    """

    id: str
    kind: str
    card: str | None = None
    title: Text | None = None
    files: tuple[str, ...]
    every: float = 3600.0
    options: dict[str, Any] = {}


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One recording as the city declares it; `begin` and `until` have their offset from UTC."""

    id: str
    title: Text
    note: Text
    begin: datetime
    until: datetime
    streams: tuple[WantedStream, ...]


class _Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recordings: tuple[Declared, ...] = ()


def read_declared(folder: Path) -> tuple[Declared, ...]:
    """What a city's folder declares; nothing where it has no `recordings.toml`.

    Raises:
        CityError: naming the field.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    declared = read_toml(path, _Declared).recordings
    for number, each in enumerate(declared):
        _check(path, f"recordings[{number}]", each)
    return declared


def _check(path: Path, at: str, declared: Declared) -> None:
    if not declared.id or not all(letter.isalnum() or letter == "-" for letter in declared.id):
        raise CityError(path, f"{at}.id", f"{declared.id!r} is not made of letters, digits and dashes")
    if declared.begin.tzinfo is None or declared.until.tzinfo is None:
        raise CityError(path, f"{at}.begin", "needs an offset from UTC, as 2017-02-20T00:00:00+07:00")
    if declared.begin >= declared.until:
        raise CityError(path, f"{at}.until", "is not after the beginning")
    if not declared.streams or len({stream.id for stream in declared.streams}) < len(declared.streams):
        raise CityError(path, f"{at}.streams", "there are none, or an id occurs twice")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One recording on the shelf: the city that declares it, with what of that city's folder it needs."""

    folder: Path
    city: City
    sources: tuple[SourceCard, ...]
    declared: Declared


class Library:
    """All recordings that can be replayed: of the city that runs first, then of those that are shipped.

    Args:
        cities: folders of cities; of two recordings with one id the first counts.
        data: folders in which their files may lie, in the order in which they are tried.
    """

    def __init__(self, cities: Sequence[Path], registry: Registry, data: Sequence[Path]) -> None:
        self._registry = registry
        self._data = tuple(data)
        self._entries: dict[str, Entry] = {}
        self.faults: list[str] = []
        for folder in cities:
            self._take_in(folder)

    def _take_in(self, folder: Path) -> None:
        """A folder that cannot be read does not keep the others off the shelf."""
        try:
            declared = read_declared(folder)
            if declared:
                city, sources = read_toml(folder / "city.toml", City), read_sources(folder / "sources.toml")
                for each in declared:
                    entry = Entry(folder=folder, city=city, sources=sources, declared=each)
                    self._entries.setdefault(each.id, entry)
        except CityError as error:
            self.faults.append(str(error))

    @property
    def entries(self) -> Sequence[Entry]:
        return tuple(self._entries.values())

    def entry(self, id: str) -> Entry | None:
        return self._entries.get(id)

    def folder(self, entry: Entry, named: Path | None) -> Path:
        """Where its files are: the folder that somebody named, else the first that has them, else the first at all."""
        tried = self._data if named is None else (named,)
        return next((folder for folder in tried if missing(entry, folder) is None), tried[0])

    def recording(self, entry: Entry, folder: Path) -> Recording:
        """Whether or not its files are there.

        Raises:
            CityError: a stream names a kind, a card or options that do not fit.
        """
        declared = entry.declared
        return Recording(
            id=declared.id,
            title=declared.title,
            note=declared.note,
            city=entry.folder,
            data=folder,
            begin=instant_of(declared.begin),
            until=instant_of(declared.until),
            streams=tuple(_stream(stream, entry, self._registry, folder) for stream in declared.streams),
        )


def recordings_folders(settings: Settings) -> list[Path]:
    """Where files of recordings may lie: as the operator set it, else the reference data beside the checkout."""
    if settings.data_from is not None:
        return [settings.data_from]
    named = os.environ.get("PINISI_SHARED")
    beside = Path(pinisi.__file__).parents[3] / "shared"
    return [*([Path(named) / "data"] if named else []), beside / "data", Path("../shared/data").resolve()]


def missing(entry: Entry, folder: Path) -> Text | None:
    """What to tell people when files are not there; None: all are."""
    lacking = list(dict.fromkeys(_lacking(entry, folder)))
    if not lacking:
        return None
    more = len(lacking) - MOST_NAMED
    files = ", ".join(lacking[:MOST_NAMED]) + (f" … (+{more})" if more > 0 else "")
    cards = {card.id: card for card in entry.sources}
    named = dict.fromkeys(stream.card or stream.id for stream in entry.declared.streams)
    origins = ", ".join(dict.fromkeys(cards[name].url for name in named if name in cards))
    command = f"pinisi replay {entry.declared.id} --data-from FOLDER"
    return fill(_ABSENT, folder=str(folder), files=files, origin=origins or "-", command=command)


def _lacking(entry: Entry, folder: Path) -> Iterator[str]:
    """Files of the recording, and of its city, that are not there."""
    for stream in entry.declared.streams:
        yield from (pattern for pattern in stream.files if not _found(folder, pattern))
    external = entry.city.external
    if external is not None:
        names = [f"{external.folder}/{file.name}" for file in external.files]
        yield from (name for name in names if not (folder / name).is_file())


def _found(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    except (ValueError, NotImplementedError, OSError):
        return []


def _stream(wanted: WantedStream, entry: Entry, registry: Registry, folder: Path) -> Stream:
    path = entry.folder / FILE
    name_of_card = wanted.card or wanted.id
    card = next((card for card in entry.sources if card.id == name_of_card), None)
    if card is None:
        raise CityError(path, wanted.id, f"{name_of_card!r} has no card in sources.toml")
    service, _, name = wanted.kind.rpartition(".")
    kind = _kind(service, name, registry)
    if kind is None:
        raise CityError(path, f"{wanted.id}.kind", f"there is no kind of stream {wanted.kind!r}")
    try:
        recorded: Recorded = kind.make(msgspec.convert(wanted.options, kind.options), entry.city)
    except (msgspec.ValidationError, ValueError) as error:
        raise CityError(path, f"{wanted.id}.options", str(error)) from None
    files = [file for pattern in wanted.files for file in _found(folder, pattern)]
    return Stream(
        id=wanted.id,
        title=wanted.title or card.title,
        card=_card(card),
        service=service,
        every=wanted.every,
        recorded=recorded,
        rows=partial(_rows, recorded, files),
    )


def _rows(recorded: Recorded, files: Sequence[Path]) -> Iterator[Row]:
    for file in files:
        yield from recorded.cut(file)


def _kind(service: str, name: str, registry: Registry) -> StreamKind[Any] | None:
    if not service:
        return next((kind for kind in STREAM_KINDS if kind.name == name), None)
    found = registry.service(service)
    return None if found is None else next((kind for kind in found.streams if kind.name == name), None)


def _card(card: SourceCard) -> Card:
    return Card(
        publisher=card.publisher, licence=card.licence, licence_note=card.licence_note, url=card.url, note=card.note
    )


def instant_of(moment: datetime) -> Instant:
    return round(moment.timestamp()) * SECOND
