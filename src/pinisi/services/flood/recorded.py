"""The archive of PetaBencana.id as recorded streams: each report and each change of state at the moment it arrived."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.facts import Entity
from pinisi.city.profile import City
from pinisi.city.text import Text
from pinisi.runtime.recording import FEATURES, LINES, Recorded, Row, StreamKind
from pinisi.runtime.source import Message, Reading, Reject, Unreadable
from pinisi.runtime.strings import texts_of
from pinisi.services.flood.models import report_entity, state_entity
from pinisi.services.flood.petabencana import NotOfTheArchive, change_of, report_of
from pinisi.vocabulary.instant import Instant, parse_instant

TEXTS = texts_of("pinisi.services.flood")
Item = Mapping[str, Any]
_NOT_JSON = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_item = msgspec.json.Decoder(dict[str, Any]).decode


class Archive(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`source` is the card of the reports or states in the city's sources.toml."""

    source: str


class _Features(msgspec.Struct):
    features: list[msgspec.Raw]


_features = msgspec.json.Decoder(_Features).decode


def report_rows(path: Path) -> Iterator[Row]:
    """The features of one file of reports, each when its citizen sent it."""
    try:
        features = _features(path.read_bytes()).features
    except _NOT_JSON as error:
        raise Unreadable(f"{path.name}: is no collection of features: {error}") from None
    for number, feature in enumerate(features, start=1):
        yield Row(_moment(_reported, bytes(feature)), f"{path.name} row {number}", bytes(feature))


def state_rows(path: Path) -> Iterator[Row]:
    """The lines of the changes, each when the agency set the state; of ends, when the first picture showed them."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield Row(_moment(_set, line), f"{path.name} row {number}", line.strip())


def _reported(item: Item) -> Instant:
    return parse_instant(report_of(item).at)


def _set(item: Item) -> Instant:
    change = change_of(item)
    return parse_instant(change.at if change.exact else change.known_at)


def _moment(of: Callable[[Item], Instant], body: bytes) -> Instant | None:
    try:
        return of(_item(body))
    except (NotOfTheArchive, *_NOT_JSON):
        return None


def read_reports(message: Message, source: str) -> Reading:
    try:
        features = _features(message.body).features
    except _NOT_JSON as error:
        raise Unreadable(f"is no collection of features: {error}") from None
    return _reading(message, [bytes(each) for each in features], lambda item: report_entity(report_of(item), source))


def read_states(message: Message, source: str) -> Reading:
    lines = [line for line in message.body.split(b"\n") if line.strip()]
    return _reading(message, lines, lambda item: state_entity(change_of(item), source))


def _reading(message: Message, bodies: list[bytes], entity: Callable[[Item], Entity]) -> Reading:
    entities: list[Entity] = []
    rejects: list[Reject] = []
    for number, body in enumerate(bodies):
        try:
            entities.append(entity(_item(body)))
        except (NotOfTheArchive, *_NOT_JSON) as error:
            field = error.field if isinstance(error, NotOfTheArchive) else ""
            reason = Text(str(error), str(error), str(error))
            key = f"{message.origin} +{number}"
            rejects.append(Reject(key=key, field=field, reason=reason, raw=body.decode("utf-8", "replace")))
    return Reading(entities=entities, rejects=rejects)


def _make_reports(options: Archive, _city: City) -> Recorded:
    return Recorded(cut=report_rows, read=lambda message: read_reports(message, options.source), frame=FEATURES)


def _make_states(options: Archive, _city: City) -> Recorded:
    return Recorded(cut=state_rows, read=lambda message: read_states(message, options.source), frame=LINES)


STREAMS: tuple[StreamKind[Archive], ...] = (
    StreamKind(
        name="petabencana-reports",
        title=TEXTS["petabencana-reports"],
        options=Archive,
        make=_make_reports,
    ),
    StreamKind(
        name="petabencana-states",
        title=TEXTS["petabencana-states"],
        options=Archive,
        make=_make_states,
    ),
)
