"""Puts a document together from the events of the YAML reader, and refuses what a procedure does not need."""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from pinisi.incidents.procedures.yaml_lines import Entry, Faults, Fields, Listing, Node, Scalar

MOST_VALUES = 20_000
DEEPEST = 12


class _Stop(Exception):
    """Nothing more can be read."""


def build(text: str, faults: Faults) -> Node | None:
    """The document in a text, or None where it cannot be read at all."""
    builder = _Builder(faults)
    try:
        return builder.document(_events(text))
    except _Stop:
        return None
    except MarkedYAMLError as error:
        faults.add(_marked_line(error) or builder.line, "", f"is no YAML: {error.problem or error.context}")
    except YAMLError as error:
        faults.add(_line_of(text, error) or builder.line, "", f"is no YAML: {str(error).splitlines()[0]}")
    except Exception as error:
        faults.add(builder.line, "", f"is no YAML that can be read ({type(error).__name__})")
    return None


def _events(text: str) -> Iterator[Any]:
    reader: Any = YAML(typ="safe", pure=True)
    yield from reader.parse(text)


def _marked_line(error: Any) -> int:
    mark: Any = error.problem_mark or error.context_mark
    return 0 if mark is None else int(mark.line) + 1


def _line_of(text: str, error: YAMLError) -> int:
    """The line of an error that tells only the place of a character."""
    place = getattr(error, "position", None)
    return text.count("\n", 0, place) + 1 if isinstance(place, int) else 0


class _Builder:
    """Puts values together from the reader's events; deep nests and floods of values end it."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._values = 0
        self.line = 0

    def document(self, events: Iterator[Any]) -> Node | None:
        found: Node | None = None
        documents = 0
        for event in events:
            self.line = event.start_mark.line + 1
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._check_document(event, documents)
            elif isinstance(event, (ScalarEvent, SequenceStartEvent, MappingStartEvent, AliasEvent)):
                found = self._value(event, events, 1)
        if found is None:
            self._faults.add(0, "", "is empty")
        return found

    def _check_document(self, event: Any, number: int) -> None:
        if number > 1:
            self._stop("a second document begins here: one file is one procedure")
        if event.version or event.tags:
            self._faults.add(self.line, "", "directives (%) are not used here")

    def _value(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        line = self.line = event.start_mark.line + 1
        self._values += 1
        if self._values > MOST_VALUES or depth > DEEPEST:
            self._stop(f"has more than {MOST_VALUES} values, or is nested deeper than {DEEPEST}")
        self._check_plain(event)
        if isinstance(event, SequenceStartEvent):
            return Listing(tuple(self._items(events, depth)), line)
        if isinstance(event, MappingStartEvent):
            return Fields(self._entries(events, depth), line)
        return Scalar("" if isinstance(event, AliasEvent) else str(event.value).strip(), line)

    def _items(self, events: Iterator[Any], depth: int) -> Iterator[Node]:
        for event in events:
            if isinstance(event, SequenceEndEvent):
                return
            yield self._value(event, events, depth + 1)

    def _entries(self, events: Iterator[Any], depth: int) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._value(event, events, depth + 1)
            value = self._value(next(events), events, depth + 1)
            if not isinstance(key, Scalar) or not key.text:
                self._faults.add(key.line, "", "a field has no name")
            elif key.text in found:
                self._faults.add(key.line, key.text, f"stands twice: first in line {found[key.text].line}")
            else:
                found[key.text] = Entry(value, key.line)
        return found

    def _check_plain(self, event: Any) -> None:
        if getattr(event, "anchor", None) is not None:
            self._faults.add(self.line, "", "anchors and aliases (& and *) are not used here")
        tag = getattr(event, "ctag", None)
        if tag is not None and str(tag):
            self._faults.add(self.line, "", "tags (!) are not used here")

    def _stop(self, reason: str) -> None:
        self._faults.add(self.line, "", reason)
        raise _Stop
